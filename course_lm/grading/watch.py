"""Notices calls of the library functions that would do the exercise.

torch offers every call of its own to the active `TorchFunctionMode` first. So one list of names covers
every route to a function: ``F.cross_entropy``, an alias, ``nn.CrossEntropyLoss``, or ``torch.ops``. The
call still goes through, and it stays noticed when the student catches every exception. The worker loads
this module alone.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from torch.overrides import TorchFunctionMode


class LibraryWatch(TorchFunctionMode):
    """While it is active, `calls` collects the forbidden names that were called."""

    def __init__(self, forbidden: Iterable[str]) -> None:
        super().__init__()
        self.forbidden = frozenset(forbidden)
        self.calls: list[str] = []

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Notes the name, without an overload's suffix as in ``nll_loss.default``, and passes the call on."""
        name = getattr(func, "__name__", "").partition(".")[0]
        if name in self.forbidden and name not in self.calls:
            self.calls.append(name)
        return func(*args, **(kwargs or {}))


class ClosedBook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`course_lm` during grading: everything can be imported from it, and nothing in it answers."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Finds an empty package under every name in `course_lm`."""
        closed = name.partition(".")[0] == "course_lm"
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if closed else None

    def exec_module(self, module: ModuleType) -> None:
        """Fills it: whatever name is asked for is a function that notes the call and fails."""

        def named(name: str) -> Callable[..., None]:
            if name.startswith("__"):
                raise AttributeError(name)

            def closed(*_: Any, **__: Any) -> None:
                if "course_lm" not in self.calls:
                    self.calls.append("course_lm")
                raise ImportError(f"course_lm is not available in grading, so {name} cannot be called")

            return closed

        module.__dict__["__getattr__"] = named
