"""Notices calls of the library functions that would do the exercise: a fence for honest people.

torch offers every call of its own to the active modes, so a function mode sees ``F.cross_entropy``, an alias,
``nn.CrossEntropyLoss`` and ``torch.ops`` alike; the profiler sees what a library computes in Python. Where marks are
given, the kernels below are replaced too, for a call that comes by neither way. Somebody who is set on it can still
look for a way around.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import linecache
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from .serialize import LONGEST_TEXT, is_own

BUILT_ON_SOFTMAX = frozenset({"scaled_dot_product_attention", "multi_head_attention_forward"})
"""Whoever makes a softmax of these has understood it; the kernels within them are not the student's call."""

LOOKING_AWAY = frozenset({"setprofile", "get_objects", "get_referrers"})
"""Functions of Python that take the profiler off, or find what is hidden from a caller."""

BACKENDS = ("CPU", "MkldnnCPU", "SparseCPU", "NestedTensorCPU")


@dataclass(frozen=True)
class Call:
    """A call that was noticed: the function, what the student typed to call it, and the line."""

    name: str
    typed: str = ""
    line: str = ""

    def __str__(self) -> str:
        what = self.typed if self.name in self.typed else f"{self.typed} ({self.name})" if self.typed else self.name
        return what + (f", in the line: {self.line}" if self.line else "")


Notice = Callable[[Call], Any]
"""What is told of a call."""


@contextmanager
def monitor(forbidden: Iterable[str], notice: Notice, *, kernels: bool = False, course: str = "") -> Iterator[None]:
    """While it is open, calls of forbidden functions are noticed, unless they stand in an assertion.

    Args:
        forbidden: names of functions, classes and kernels, whatever library they are in.
        notice: told of each call, before it is made.
        kernels: whether to replace the kernels of these names, which lasts until the process ends.
        course: a folder of the course, of which no function may be called from outside its grading.
    """
    watch = _Watch(frozenset(forbidden), notice)
    if not watch.forbidden and not course:
        yield
        return
    if kernels:
        _replace_kernels(watch)
    own = f"{Path(__file__).parents[1]}{os.sep}"

    def look(frame: FrameType, event: str, called: Any) -> None:
        code = frame.f_code
        if event == "c_call" and watch.names(called.__name__) and is_own(frame):
            watch.see(called.__name__)
        if event != "call" or code.co_filename.startswith(own):
            return
        if watch.names(name := code.co_qualname.partition(".")[0]) and not is_own(frame):
            watch.see(name)
        elif course and code.co_filename.startswith(course):
            tell(notice, "course_lm")

    before = sys.getprofile()
    with _Functions(watch):
        sys.setprofile(look)
        try:
            yield
        finally:
            sys.setprofile(before)


@cache
def operators() -> dict[str, list[str]]:
    """The operators of torch itself, by name, each with all its overloads."""
    found: dict[str, list[str]] = {}
    for operator in torch._C._dispatch_get_all_op_names():
        library, _, name = operator.partition("::")
        if library == "aten":
            found.setdefault(name.partition(".")[0], []).append(name)
    return found


class _Watch:
    """Which functions are forbidden, and whether one that is built on them is running now."""

    def __init__(self, forbidden: frozenset[str], notice: Notice) -> None:
        self.forbidden, self.notice, self.within = forbidden, notice, 0

    def names(self, name: str) -> bool:
        """Whether a function by this name has to be noticed."""
        return name in self.forbidden or (bool(self.forbidden) and name in LOOKING_AWAY)

    def see(self, name: str) -> None:
        """Tells of a function if it has to be noticed here."""
        if self.names(name) and not self.within:
            tell(self.notice, name)


def tell(notice: Notice, name: str) -> None:
    """Tells of a call with what stands in the student's code, unless that is an assertion."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_own(frame):
        frame = frame.f_back
    if frame is None:
        notice(Call(name))
    elif not _in_assertion(frame):
        notice(Call(name, *_as_typed(frame)))


class _Functions(TorchFunctionMode):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self.watch = watch

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "").partition(".")[0]  # without an overload, as in nll_loss.default
        self.watch.see(name)
        self.watch.within += name in BUILT_ON_SOFTMAX
        try:
            return func(*args, **(kwargs or {}))
        finally:
            self.watch.within -= name in BUILT_ON_SOFTMAX


def _replace_kernels(watch: _Watch) -> None:
    """In place of each kernel with a forbidden name, one that tells; attention still gets its softmax from it."""
    library = torch.library.Library("aten", "IMPL")
    for base in watch.forbidden & operators().keys():
        for name in operators()[base]:
            for backend in BACKENDS:
                if torch._C._dispatch_has_kernel_for_dispatch_key(f"aten::{name}", backend):
                    library.impl(name, _kernel(base, watch), backend)
    _KEPT.append(library)


_KEPT: list[Any] = []
"""A replacement ends with the library object that made it."""


def _kernel(name: str, watch: _Watch) -> Callable[..., Tensor]:
    def kernel(x: Tensor, dim: int = -1, *_: Any, **__: Any) -> Tensor:
        watch.see(name)
        weights = (x - x.amax(dim, keepdim=True)).exp()
        return weights / weights.sum(dim, keepdim=True)

    return kernel


def _as_typed(frame: FrameType) -> tuple[str, str]:
    """What is called where a frame stands, as its author wrote it, and the whole line."""
    line, end_line, column, end_column = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    text = linecache.getline(frame.f_code.co_filename, line or 0)
    piece = text.encode()[column:end_column].decode(errors="replace") if line == end_line else ""
    try:
        called = ast.parse(piece.strip(), mode="eval").body
    except SyntaxError:
        called = ast.Constant("")
    typed = ast.unparse(called.func) if isinstance(called, ast.Call) else piece.strip()
    return typed[:LONGEST_TEXT], text.strip()[:LONGEST_TEXT]


def _in_assertion(frame: FrameType) -> bool:
    """Whether the line where a frame stands is part of an assertion: to compare with a library is no offense."""
    try:
        tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
    except (SyntaxError, ValueError, RecursionError):
        return False
    assertions = (node for node in ast.walk(tree) if isinstance(node, ast.Assert))
    return any(node.lineno <= frame.f_lineno <= (node.end_lineno or 0) for node in assertions)


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
        closed = _Closed(self.notice)
        module.__dict__["__all__"] = self.starred
        module.__dict__["__getattr__"] = lambda name: getattr(closed, name)


class _Closed:
    """Stands for any name of `course_lm`."""

    def __init__(self, notice: Notice) -> None:
        self._notice = notice

    def __getattr__(self, name: str) -> _Closed:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> None:
        tell(self._notice, "course_lm")
        raise ImportError("course_lm is not available in grading, so nothing of it can be called")
