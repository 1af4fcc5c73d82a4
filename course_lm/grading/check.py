"""`check(function)`: feedback in the notebook, while the thought is still warm.

It gives no marks, so it protects nothing but the reader's patience: a time limit, and an answer whatever the
function does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor

from course_lm.grading.diagnose import diagnose, forbidden
from course_lm.grading.question import CPU, Case, all_questions, question_named
from course_lm.grading.sealed.call_monitor import Call, monitor
from course_lm.grading.sealed.serialize import Raised, attempt, decode, describe

COURSE = f"{Path(__file__).parents[1]}{os.sep}"
AFTER_AN_IMPORT = 0.5  # seconds until the next look, if the time was up during an import
RING_AGAIN = 0.05  # seconds until the alarm rings again, as long as the function goes on


class TimeUp(BaseException):
    """Not an `Exception`, so that ``except Exception`` in student code does not swallow the alarm."""


def check(function: Callable[..., Any], *, seconds: float = 2.0) -> None:
    """Tries your function on a few inputs and prints one line if it is right, four lines if it is not yet.

    Args:
        function: the function itself, as in ``check(cross_entropy)``.
        seconds: the time all inputs together may take.

    Raises:
        TypeError: if `function` is not a function.
        ValueError: if no exercise asks for a function of this name.
    """
    if not callable(function):
        raise TypeError(
            f"check needs the function itself, as in check(cross_entropy); got a {type(function).__name__}. "
            "Leave out the parentheses and arguments after its name."
        )
    question = question_named(_name_of(function, sys._getframe(1).f_globals))
    calls: list[Call] = []
    outputs: list[Any] = []
    inputs = question.inputs()
    try:
        with time_limit(seconds), force_eager(), monitor(question.forbidden, calls.append, course=COURSE):
            for one in inputs:
                outputs.append(_try(function, one.case))
    except TimeUp:
        outputs.append(Raised("TimeUp", f"no result within {seconds:g} seconds"))
    with CPU:
        verdict = forbidden(question, str(calls[0])) if calls else diagnose(question, inputs, outputs)
    print(verdict.message)


def _name_of(function: Callable[..., Any], notebook: dict[str, Any]) -> str:
    """The name of an exercise that it is assigned to, as a lambda or an object may be; otherwise its own name."""
    own: str = getattr(function, "__name__", repr(function))
    if own in all_questions():
        return own
    names = dict(notebook)
    for code in (function, getattr(function, "func", None), type(function).__call__):  # or it comes from elsewhere
        names |= getattr(code, "__globals__", {})
    return next((name for name in all_questions() if names.get(name) is function), own)


def _try(function: Callable[..., Any], case: Case) -> Any:
    """One call on copies, since a function may change what it is given."""
    copies = [argument.clone() if isinstance(argument, Tensor) else argument for argument in case]
    try:
        return decode(attempt(function, copies))
    except (TimeUp, KeyboardInterrupt):
        raise
    except BaseException as error:  # exit() raises SystemExit, and the notebook should live on
        return describe(error)


@contextmanager
def force_eager() -> Iterator[None]:
    """While it is open, a compiled function runs as it is written: to compile it takes longer than to try it."""
    dynamo = sys.modules.get("torch._dynamo")  # a function can only be compiled where this is loaded
    if dynamo is None:
        yield
    else:
        with torch.compiler.set_stance("force_eager"):
            yield


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises `TimeUp` after `seconds`; without effect where there is no alarm: in a thread, on Windows.

    Never within an import: some functions of torch load half of it at their first call, which is not the student's
    time, and an import cut in two could not be repeated.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        running = []
        while frame is not None and frame.f_code is not _try.__code__:
            running.append(frame)
            frame = frame.f_back
        if any(inner.f_code.co_filename == "<frozen importlib._bootstrap>" for inner in running):
            signal.setitimer(signal.ITIMER_REAL, AFTER_AN_IMPORT, RING_AGAIN)
        elif frame is not None:
            if rings:
                sys.settrace(lambda *_: None)
                for inner in running:
                    inner.f_trace = stop
            rings.append(number)
            raise TimeUp

    def stop(_: FrameType, event: str, __: Any) -> Any:
        if event == "line":  # of a loop whose bare ``except:`` has swallowed the first one
            raise TimeUp
        return stop

    rings: list[int] = []
    tracing = sys.gettrace()
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.settrace(tracing)
