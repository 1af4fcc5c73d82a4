"""Notices calls of the library functions that would do the exercise.

torch offers every call of its own to the active modes first: a function mode sees ``F.cross_entropy``, an alias,
``nn.CrossEntropyLoss`` or ``torch.ops`` by name, and a dispatch mode below it sees the kernels that compiled code
calls. So one list of names covers every route. The call still goes through; that it was made is told at once,
so it stays noticed when the student catches every exception. Modes can be switched off from within, so the worker
also watches Python's own calls. It loads this module alone.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

Notice = Callable[[str], Any]
"""What is told the name of a forbidden function or package that was used."""


@contextmanager
def library_watch(forbidden: Iterable[str], notice: Notice) -> Iterator[None]:
    """While it is open, a call of a forbidden torch function is noticed."""
    names = frozenset(forbidden)

    def see(function: Callable[..., Any]) -> None:
        name = getattr(function, "__name__", "").partition(".")[0]  # without an overload, as in nll_loss.default
        if name in names:
            notice(name)

    if not names:
        yield
        return
    with _Functions(see), _Kernels(see):
        yield


def call_watch(forbidden: Iterable[str], notice: Notice) -> None:
    """From now on, calls from Python are noticed too, even while the modes are off. Nothing ends it but the guard's
    refusal to let anyone else take its place, and it does not see what compiled code calls.
    """
    names = frozenset(forbidden)
    home = f"{Path(torch.__file__).parent}{os.sep}"

    def look(frame: FrameType, event: str, called: Any) -> None:
        code = frame.f_code
        if event == "c_call" and called.__name__ in names:
            notice(called.__name__)
        if event == "call" and code.co_name in names and code.co_filename.startswith(home):
            notice(code.co_name)

    if names:
        sys.setprofile(look)


class _Functions(TorchFunctionMode):
    def __init__(self, see: Callable[[Callable[..., Any]], None]) -> None:
        super().__init__()
        self.see = see

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.see(func)
        return func(*args, **(kwargs or {}))


class _Kernels(TorchDispatchMode):
    def __init__(self, see: Callable[[Callable[..., Any]], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.see = see

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Asked by torch, which on True would load its compiler at the first call; that takes seconds."""
        return False

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.see(func)
        return func(*args, **(kwargs or {}))


class ClosedBook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`course_lm` during grading: everything can be imported from it, and nothing in it answers.

    Args:
        notice: told of every use.
        starred: the names that a star import brings.
    """

    def __init__(self, notice: Notice, starred: Iterable[str]) -> None:
        self.notice, self.starred = notice, sorted(starred)

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Finds an empty package under every name in `course_lm`."""
        closed = name.partition(".")[0] == "course_lm"
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if closed else None

    def exec_module(self, module: ModuleType) -> None:
        """Fills it: whatever name is asked for notes a call of it, or of whatever is in it, and fails."""
        closed = Closed(self.notice)
        module.__dict__["__all__"] = self.starred
        module.__dict__["__getattr__"] = lambda name: getattr(closed, name)


class Closed:
    """Stands for any name of `course_lm`."""

    def __init__(self, notice: Notice) -> None:
        self._notice = notice

    def __getattr__(self, name: str) -> Closed:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> None:
        """Notes the call and fails."""
        self._notice("course_lm")
        raise ImportError("course_lm is not available in grading, so nothing of it can be called")
