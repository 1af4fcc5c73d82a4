"""No test asks anything of another machine."""

import os
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


def pytest_sessionfinish(session, exitstatus):
    """Where COURSE_LM_REFUSE_SKIPS is set, a test that is skipped fails the run, unless it lacks the corpus."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("COURSE_LM_REFUSE_SKIPS") or reporter is None or exitstatus != 0:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if CORPUS not in str(report.longrepr)]
    if skipped:
        reporter.write_line(f"{len(skipped)} tests were skipped, and here none may be: {skipped[0].longrepr}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
