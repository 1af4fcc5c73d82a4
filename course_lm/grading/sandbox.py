"""The trusted end of the worker: sends it student code with inputs, and gets plain values back.

A context manager, since the worker is a process: it lives as long as the ``with`` block, and one that dies
on the way is replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch

from course_lm.grading.question import Case, Question
from course_lm.grading.wire import decode, encode_argument

WORKER = Path(__file__).with_name("worker.py")
INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "VIRTUAL_ENV")
PLAIN_CPU = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")} | {"CUDA_VISIBLE_DEVICES": ""}


@dataclass(frozen=True)
class Report:
    """What came back from one job: how the child ended, and if it answered, the outputs as plain values."""

    ended: str
    seconds: float
    outputs: list[Any] | None = None
    problem: str = ""
    calls: tuple[str, ...] = ()


class Sandbox:
    """The process that runs student code for us."""

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

    def run(self, question: Question, cells: Sequence[str], cases: Sequence[Case]) -> Report:
        """Calls the function that `cells` define on every case. A worker that dies on the way is replaced."""
        nonce = secrets.token_hex(16)  # student code could write to our pipe, but not guess this
        job = {
            "function": question.function,
            "cells": list(cells),
            "cases": [[encode_argument(argument) for argument in case] for case in cases],
            "forbidden": question.forbidden,
            "seconds": question.seconds,
            "nonce": nonce,
        }
        outcome = self._ask(json.dumps(job), question.seconds + 10)
        if outcome is None:
            self._stop()
            self._start()
            return Report("exited", 0.0)
        report = Report(outcome["ended"], outcome["seconds"])
        return _opened(report, outcome["answer"], nonce, len(cases)) if report.ended == "done" else report

    def _start(self) -> None:
        home = str(Path(torch.__file__).parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(WORKER), home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the grader, which then lets its workers finish and end
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | PLAIN_CPU,
        )
        trial = self._ask("", 120)
        if trial is None or trial["answer"] != "ready":
            self._stop()
            raise OSError(
                "grading could not start a process that runs submissions without privileges on this machine. "
                "Run it as an ordinary user, or as root where processes may become the user nobody."
            )

    def _ask(self, line: str, seconds: float) -> dict[str, Any] | None:
        """Sends a line, unless it is empty, and waits for one; None if the worker is gone or mute."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        alarm = threading.Timer(seconds, self._process.kill)
        alarm.start()
        try:
            if line:
                stdin.write(line + "\n")
                stdin.flush()
            answer: dict[str, Any] = json.loads(stdout.readline())
            return answer
        except (OSError, ValueError):
            return None
        finally:
            alarm.cancel()

    def _stop(self) -> None:
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # the worker died with a line half sent
                    stream.close()
        self._process.wait()


def _opened(report: Report, answer: str, nonce: str, n_cases: int) -> Report:
    """The report with the child's answer. That is student data: anything odd about it earns nothing."""
    try:
        content = json.loads(answer)
        outputs = content["outputs"]
        if content["nonce"] != nonce or (outputs is not None and len(outputs) != n_cases):
            raise ValueError("not an answer to this job")
        return replace(
            report,
            outputs=None if outputs is None else [decode(output) for output in outputs],
            problem=str(content["problem"]),
            calls=tuple(map(str, content["calls"])),
        )
    except Exception:
        return replace(report, ended="exited")
