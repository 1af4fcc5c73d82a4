"""The inside of the seal: a warm process, and for each job a supervisor and a child. Only the child meets student code.

It runs as a script that has imported torch, and never imports `course_lm`. The warm process forks a supervisor, which
leaves for new namespaces and forks the child; the child takes on its limits, does the job and answers on a pipe. The
supervisor passes that on unread: the grader outside judges it. So every job begins in the same warm state.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

MEMORY = 1 << 29  # bytes that a child may use beyond what it inherits
LONGEST_ANSWER = 8 << 20  # bytes that are read of what a child answers
GRADER, PIPE = 0, 3
"""Descriptors: of the grader's jobs, at whose end it is gone, and of what a child answers."""
OPEN_FILES = 64


class Worker:
    """The warm process: ready when it is made, at work in `serve`."""

    def __init__(self, home: str, kind: str, *paths: str) -> None:
        """Loads what student code may need, and gives up all that it must not have.

        Args:
            home: the folder of torch, which an isolated Python may not find by itself.
            kind: of the seal: bubblewrap, landlock or none.
            paths: for Landlock, what can be read, then ``--``, then what in it cannot.
        """
        self.kind = kind
        self.nowhere = os.open(os.devnull, os.O_RDWR)
        statm = os.open("/proc/self/statm", os.O_RDONLY) if kind != "none" else None
        sys.path.append(home)
        import numpy
        import torch

        from . import answer, call_monitor, confine

        self.answer, self.confine = answer.answer, confine
        torch.set_num_threads(1)  # and nothing is computed here: a fork would then hang
        torch.set_num_threads = lambda nthreads: None  # whoever asks for more would get none, and end with an error
        tempfile.tempdir = "/tmp"  # torch's compiler asks for one, and none can be tried out
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C is for the grader
        with self._as_far_as_possible():
            confine.give_up_privileges([home, os.__file__, os.path.realpath(sys.executable)])
            confine.prctl("parent_death_signal", signal.SIGKILL)
            confine.prctl("dumpable", 0)  # so that no other process looks into its memory
        if kind == "landlock":
            cut = paths.index("--")
            confine.landlock(paths[:cut], paths[cut + 1 :])
        vars(torch._C).pop("_rpc_init", None)  # or torch 2.9 writes a file when it loads the following
        import torch._dynamo  # some functions of torch load it at their first call, which takes seconds

        call_monitor.operators()  # thousands, which are looked through once, and not in every child
        gc.freeze()  # what is there by now is not looked through in every child, which would copy it
        numpy.random.seed(0)  # noqa: NPY002, since this is the generator that answers share
        torch.manual_seed(0)
        in_use = int(os.pread(statm, 100, 0).split()[0]) * resource.getpagesize() if statm else 64 << 30
        self.room = in_use + MEMORY

    def serve(self) -> None:
        """One job for each line of standard input, one report for each line of standard output."""
        write_report({"ended": "ready", "seconds": 0.0, "answer": self.kind})
        for line in iter(sys.stdin.buffer.readline, b""):
            supervisor = os.fork()
            if not supervisor:
                with leaving():
                    write_report(self._supervise(json.loads(line)))
            if os.waitpid(supervisor, 0)[1]:
                write_report({"ended": "exited", "seconds": 0.0, "answer": ""})

    def _supervise(self, job: dict[str, Any]) -> dict[str, Any]:
        """In a process of its own: how the child of a job ended (done, exited, timeout), when, and what it said."""
        with contextlib.suppress(OSError, AttributeError):  # the sandbox has namespaces already; it may allow no more
            self.confine.leave_namespaces()
        ours, theirs = os.pipe()
        start = time.monotonic()
        child = os.fork()
        if not child:
            with leaving():
                self._limit(job["seconds"], theirs)
                random.seed(0)  # which every fork has changed
                self.answer(job, write_answer)
        os.close(theirs)
        deadline = start + job["seconds"]
        said = read(ours, deadline)
        os.close(ours)
        status = wait(child, deadline)
        if status is None:
            os.kill(child, signal.SIGKILL)  # the first process of its namespace: all others there end with it
            os.waitpid(child, 0)
        ended = "timeout" if status is None else "exited" if status else "done"
        return {"ended": ended, "seconds": time.monotonic() - start, "answer": said.decode("utf-8", "replace")}

    def _limit(self, seconds: float, pipe: int) -> None:
        """In the child: nothing open but the pipe, little to use up, and few system calls."""
        for standard in range(3):
            os.dup2(self.nowhere, standard)
        os.dup2(pipe, PIPE)
        os.closerange(PIPE + 1, 65536)
        limits = {
            "CPU": int(seconds) + 2,  # in case nobody is left to stop it
            "AS": self.room,
            "NPROC": 0,  # neither processes nor threads
            "FSIZE": 0,
            "CORE": 0,
            "NOFILE": OPEN_FILES,
        }
        for name, most in limits.items():
            with contextlib.suppress(ValueError, OSError):  # a lower limit that is already set stays
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
        with self._as_far_as_possible():
            self.confine.give_up_privileges([])  # those in a new namespace
            self.confine.filter_calls()

    def _as_far_as_possible(self) -> contextlib.AbstractContextManager[None]:
        """Without a seal, a fence that the machine does not have is left out; with one, that is an error."""
        return contextlib.suppress(OSError, AttributeError) if self.kind == "none" else contextlib.nullcontext()


@contextlib.contextmanager
def leaving() -> Iterator[None]:
    """What is done within is the last thing that this process does; an error leaves with status 1."""
    try:
        yield
        os._exit(0)
    finally:
        os._exit(1)


def write_answer(answer: bytes) -> None:
    """The one answer of a child."""
    with os.fdopen(PIPE, "wb") as stream:
        stream.write(answer)


def write_report(report: dict[str, Any]) -> None:
    """One line to the grader."""
    with os.fdopen(os.dup(1), "wb") as stream:
        stream.write(json.dumps(report).encode() + b"\n")


def read(pipe: int, deadline: float) -> bytes:
    """Everything until the other end closes, takes too long, or says too much, or nobody waits for it any more."""
    said = bytearray()
    while len(said) <= LONGEST_ANSWER:
        ready = select.select([pipe, GRADER], [], [], max(0, deadline - time.monotonic()))[0]
        if not ready or GRADER in ready:
            break
        piece = os.read(pipe, 1 << 16)
        if not piece:
            break
        said += piece
    return bytes(said)


def wait(child: int, deadline: float) -> int | None:
    """The exit status, or None when it is time to end it: a child can close its pipe and still run."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() > deadline or select.select([GRADER], [], [], 0)[0]:
            return None
        time.sleep(0.002)
