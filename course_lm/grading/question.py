"""What a question is: a function to write, the inputs to try it on, and the mistakes it invites.

A misconception is a *wrong function that runs*. When a student's results equal the results of a wrong
function, we know which mistake was made, and its hint can speak about the idea instead of the number.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from torch import Tensor

Case = tuple[Any, ...]
"""The positional arguments of one call."""


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name (for the marks file) and a hint (for the student).

    `wrong` computes the mistaken result. It is None for a numerical mistake, which is a way of computing and
    not a formula: right on the ordinary cases, and on an extreme one it raises or gives what is not finite.
    `compared` picks the part of a result that the mistake determines, where it leaves another part open.
    """

    name: str
    hint: str
    wrong: Callable[..., Any] | None = None
    compared: Callable[[Tensor], Tensor] = lambda result: result


@dataclass(frozen=True)
class Question:
    """A function that students write, found by its name in any of their notebooks.

    Args:
        reference: the right answer. Its ``__name__`` is the name of the question.
        cases: the inputs everyone sees, smallest first; every right formula works in their range.
        extremes: visible inputs on which only careful arithmetic survives.
        hidden: gives more inputs from a seed, which a list of memorized answers cannot know.
        misconceptions: the mistakes with a name, the likelier first.
        points: what a right function is worth; there are no partial marks.
        forbidden: names of torch functions that would do the exercise for the student.
        tolerance: relative and absolute difference that still counts as equal.
        seconds: the time all calls together may take when marks are given.
    """

    reference: Callable[..., Any]
    cases: tuple[Case, ...]
    misconceptions: tuple[Misconception, ...]
    hidden: Callable[[int], tuple[Case, ...]]
    extremes: tuple[Case, ...] = ()
    points: int = 5
    forbidden: tuple[str, ...] = ()
    tolerance: float = 1e-4
    seconds: float = 3.0

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError(f"{self.function} needs at least one visible case; got none.")
        if not self.extremes and any(mistake.wrong is None for mistake in self.misconceptions):
            raise ValueError(f"{self.function} has a numerical misconception, so it needs extremes; got none.")

    @property
    def function(self) -> str:
        """The name of the function to write, which identifies the question."""
        return self.reference.__name__

    @property
    def visible(self) -> tuple[Case, ...]:
        """The inputs that `check` tries in the notebook."""
        return self.cases + self.extremes


@dataclass(frozen=True)
class Verdict:
    """What the judge found: a status for the marks file and a message for the student."""

    status: str
    message: str
    misconception: str = ""
    flags: tuple[str, ...] = field(default=())

    @property
    def correct(self) -> bool:
        """All or nothing."""
        return self.status == "correct"


@cache
def all_questions() -> dict[str, Question]:
    """Every question of the course by function name, from the modules in `course_lm.grading.questions`."""
    package = importlib.import_module("course_lm.grading.questions")
    found: dict[str, Question] = {}
    for chapter in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        for question in importlib.import_module(f"{package.__name__}.{chapter}").QUESTIONS:
            if question.function in found:
                raise ValueError(f"two questions are called {question.function}; rename the one in {chapter}.")
            found[question.function] = question
    return found


def question_named(name: str) -> Question:
    """The question whose function is called `name`."""
    known = all_questions()
    if name not in known:
        raise ValueError(
            f"the function must have the name of an exercise: {', '.join(known)}; got {name}. "
            "Define it with def, under the name that the exercise gives."
        )
    return known[name]
