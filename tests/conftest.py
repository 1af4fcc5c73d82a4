"""No test asks anything of another machine."""

import socket

import pytest

CORPUS = "COURSE_LM_SHAKESPEARE"
"""In the reason of tests that need a file which is not ours to give away."""
HERE = {"127.0.0.1", "::1", "localhost", None, ""}


@pytest.fixture(scope="session", autouse=True)
def only_this_machine():
    """Refuse to look up or to reach another host from this process."""
    find, connect = socket.getaddrinfo, socket.socket.connect

    def refuse_others(host):
        if host not in HERE:
            raise AssertionError(f"tests must not use the network; one asked for {host!r}. Take a fixture instead.")

    def guarded_find(host, *arguments, **options):
        refuse_others(host)
        return find(host, *arguments, **options)

    def guarded_connect(self, address):
        if isinstance(address, tuple):  # a socket of this machine has a path
            refuse_others(address[0])
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", guarded_find)
        patch.setattr(socket.socket, "connect", guarded_connect)
        yield
