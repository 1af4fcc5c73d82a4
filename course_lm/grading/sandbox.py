"""The trusted end of a worker: sends it student code with inputs, and gets plain values back.

A context manager, since the worker is a process: it lives as long as the ``with`` block, and one that dies
on the way is replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from course_lm.grading.cgroup import MemoryBound
from course_lm.grading.question import Input, Question
from course_lm.grading.seal import ENVIRONMENT, Seal
from course_lm.grading.sealed.serialize import LONGEST_TEXT, decode, encode_argument

SURVEY_SECONDS = 10.0
STARTING_SECONDS = 120.0
SLACK_SECONDS = 10.0  # for a report, beyond the time that its job may take
MOST_MEMORY = 3 << 29  # bytes of a worker and its child together, beyond which the kernel ends one of them
LONGEST_LINE = 64 << 20  # bytes; an answer of 8 MiB can grow so long as JSON in JSON


@dataclass(frozen=True)
class Outcome:
    """What came back from one job: how the child ended, and if it answered, the outputs as plain values."""

    ended: str
    seconds: float
    outputs: list[Any] | None = None
    problem: str = ""
    aside: str = ""
    noticed: str | None = None


@dataclass(frozen=True)
class Definition:
    """One definition of a function in a notebook, as `extract.survey` describes it."""

    stub: bool
    fingerprint: str
    size: int


@dataclass(frozen=True)
class Survey:
    """The definitions of one function in a notebook, and why a further one cannot be read."""

    definitions: tuple[Definition, ...] = ()
    problem: str = ""


class Sandbox:
    """The process that runs student code for us."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal

    def __enter__(self) -> Self:
        if not hasattr(os, "fork"):
            raise OSError(
                "grading runs submissions in processes of their own, which needs fork(); there is none here. "
                "Use WSL (Windows Subsystem for Linux) or Colab; check() works here."
            )
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def run(
        self, question: Question, cells: Sequence[str], which: int, inputs: Sequence[Input], seconds: float
    ) -> Outcome:
        """Calls the function that one of its definitions in `cells` leaves on every input."""
        job = {
            "function": question.function,
            "cells": list(cells),
            "which": which,
            "cases": [[encode_argument(argument) for argument in one.case] for one in inputs],
            "forbidden": question.forbidden,
            "seconds": seconds,
        }
        report = self._do(job)
        outcome = Outcome(report["ended"], report["seconds"])
        return _with_answer(outcome, report["answer"], len(inputs)) if outcome.ended == "done" else outcome

    def survey(self, cells: Sequence[str], functions: Sequence[str]) -> dict[str, Survey] | None:
        """What a notebook defines, or None if finding out takes too long or too much."""
        report = self._do({"cells": list(cells), "functions": list(functions), "seconds": SURVEY_SECONDS})
        try:
            found = json.loads(report["answer"])
            return {
                function: Survey(
                    tuple(
                        Definition(bool(d["stub"]), str(d["fingerprint"]), int(d["size"])) for d in one["definitions"]
                    ),
                    str(one["problem"])[: 2 * LONGEST_TEXT],
                )
                for function, one in found.items()
                if function in functions
            }
        except Exception:
            return None

    def _do(self, job: dict[str, Any]) -> dict[str, Any]:
        """The report on a job. A worker that dies on the way is replaced."""
        report = self._ask(json.dumps(job), job["seconds"] + SLACK_SECONDS)
        if report is None:
            self._stop()
            self._start()
            return {"ended": "exited", "seconds": 0.0, "answer": ""}
        return report

    def _start(self) -> None:
        ours, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(
                self.seal.command(theirs),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the grader, which then lets its workers finish and end
                env=ENVIRONMENT,
                pass_fds=[theirs],
            )
        finally:
            os.close(theirs)
        with open(ours, encoding="utf-8") as told:  # ends when bubblewrap has said it, or the worker has closed it
            info = told.read() if self.seal.kind == "bubblewrap" else ""
        self._first: int | None = json.loads(info)["child-pid"] if info else None
        self._memory = MemoryBound(self._first or self._process.pid, MOST_MEMORY)
        if self._ask("", STARTING_SECONDS) is None:
            said = self._stop()
            raise OSError(f"grading could not start the process that runs submissions ({self.seal.kind}): {said}")

    def _ask(self, line: str, seconds: float) -> dict[str, Any] | None:
        """Sends a line, unless it is empty, and waits for one; None if the worker is gone or mute."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        alarm = threading.Timer(seconds, self._kill)
        alarm.start()
        try:
            if line:
                stdin.write(line.encode() + b"\n")
                stdin.flush()
            answer: dict[str, Any] = json.loads(stdout.readline(LONGEST_LINE))
            return answer
        except (OSError, ValueError):
            return None
        finally:
            alarm.cancel()

    def _kill(self) -> None:
        """Ends the first process within and with it all others there; bubblewrap then ends when all of them have."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if self._first is not None:
                    os.kill(self._first, signal.SIGKILL)
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)

    def _stop(self) -> str:
        """Ends the worker; gives the end of what it said on its standard error."""
        self._kill()
        said = b""
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):  # the worker died with a line half sent
                    said = stream.read() if stream is self._process.stderr else b""
                    stream.close()
        self._process.wait()
        self._memory.remove()
        return said[-LONGEST_TEXT:].decode("utf-8", "replace").strip()


def _with_answer(outcome: Outcome, answer: str, n_cases: int) -> Outcome:
    """The outcome with the child's answer. That is student data: anything odd about it earns nothing."""
    try:
        content = json.loads(answer)
        outputs, noticed = content["outputs"], content["noticed"]
        if outputs is not None and len(outputs) != n_cases:
            raise ValueError("not an answer to this job")
        return Outcome(
            outcome.ended,
            outcome.seconds,
            outputs=None if outputs is None else [decode(output) for output in outputs],
            problem=str(content["problem"])[: 3 * LONGEST_TEXT],
            aside=str(content["aside"])[: 2 * LONGEST_TEXT],
            noticed=None if noticed is None else str(noticed)[:LONGEST_TEXT],
        )
    except Exception:
        return Outcome("exited", outcome.seconds)
