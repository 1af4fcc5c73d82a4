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

import torch
from torch import Tensor

from course_lm.grading.sealed.serialize import Raised

Case = tuple[Any, ...]
"""The positional arguments of one call."""

ARITHMETIC = ("OverflowError", "ZeroDivisionError", "FloatingPointError", "ValueError")
"""What `math` and numpy raise where torch gives numbers that are not finite."""
CPU = torch.device("cpu")
"""Where inputs and right answers live, whatever device a student has made the default."""


def broken(result: Any, expected: Any) -> bool:
    """The symptom of most numerical mistakes: an error of arithmetic, or numbers that are not finite."""
    if isinstance(result, Raised):
        return result.kind in ARITHMETIC
    return isinstance(result, Tensor) and not result.isfinite().all()


def numbers(values: object, dtype: torch.dtype = torch.float32) -> Tensor:
    """An input of a case."""
    return torch.tensor(values, dtype=dtype)


def too_small(result: Any, expected: Any) -> bool:
    """The symptom of what leaves something out: finite numbers that are nearer to 0 than is right."""
    if not isinstance(result, Tensor) or result.shape != expected.shape or not result.isfinite().all():
        return False
    return bool((result.abs() <= expected.abs()).all() and not result.equal(expected))


def cut_off(result: Any, expected: Any) -> bool:
    """The symptom of what is added to a probability or limits it: too small, and something is left."""
    return too_small(result, expected) and bool((result != 0)[expected != 0].all())


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name (for the marks file) and a hint (for the student).

    Args:
        name: what the marks call it.
        hint: a sentence or two about the idea; it asks or explains, and does not give the line to write.
        wrong: computes the mistaken result. None for a numerical mistake, which is a way of computing and not a
            formula: right on the ordinary cases, and on an extreme one its `symptom` shows.
        also: other formulas that come of the same mistake.
        compared: picks the part of a result that the mistake determines, where it leaves another part open.
        symptom: of a numerical mistake, given a result and the right one.
        on: the places of those extremes on which the symptom shows, if it is these and no others.
    """

    name: str
    hint: str
    wrong: Callable[..., Any] | None = None
    also: tuple[Callable[..., Any], ...] = ()
    compared: Callable[[Tensor], Tensor] = lambda result: result
    symptom: Callable[[Any, Any], bool] = broken
    on: tuple[int, ...] | None = None

    @property
    def formulas(self) -> tuple[Callable[..., Any], ...]:
        """Everything that computes the mistaken result; nothing for a numerical mistake."""
        return () if self.wrong is None else (self.wrong, *self.also)


@dataclass(frozen=True)
class Input:
    """One call that an answer is tried with. `number` counts those of a question, the visible ones first."""

    case: Case
    number: int
    hidden: bool = False
    extreme: bool = False


@dataclass(frozen=True)
class Question:
    """A function that students write, found by its name in any of their notebooks.

    Args:
        reference: the right answer. Its ``__name__`` is the name of the question.
        cases: the inputs everyone sees, smallest first; every right formula works in their range.
        misconceptions: the mistakes with a name, the likelier first.
        hidden: gives more ordinary inputs from a seed, which a list of memorized answers cannot know.
        extremes: visible inputs on which only a careful answer is right.
        hidden_extremes: gives more of these from a seed.
        extremes_are: what is extreme about them, as in "Right on others, wrong on …".
        points: what a right function is worth.
        partial_points: what one is worth that is wrong on extremes alone, if the instructor gives partial credit.
        forbidden: names of library functions that would do the exercise for the student.
        tolerance: relative and absolute difference that still counts as equal.
        seconds: the time all calls together may take when marks are given.
    """

    reference: Callable[..., Any]
    cases: tuple[Case, ...]
    misconceptions: tuple[Misconception, ...]
    hidden: Callable[[int], tuple[Case, ...]]
    extremes: tuple[Case, ...] = ()
    hidden_extremes: Callable[[int], tuple[Case, ...]] = lambda seed: ()
    extremes_are: str = "extreme numbers"
    points: int = 5
    partial_points: int = 0
    forbidden: tuple[str, ...] = ()
    tolerance: float = 1e-4
    seconds: float = 3.0

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError(f"{self.function} needs at least one visible case; got none.")
        if not self.extremes and any(mistake.wrong is None for mistake in self.misconceptions):
            raise ValueError(f"{self.function} has a numerical misconception, so it needs extremes; got none.")
        if not 0 <= self.partial_points <= self.points:
            raise ValueError(
                f"{self.function} needs 0 to {self.points} points as partial credit; got {self.partial_points}."
            )

    @property
    def function(self) -> str:
        """The name of the function to write, which identifies the question."""
        return self.reference.__name__

    def inputs(self, seed: int | None = None) -> tuple[Input, ...]:
        """What `check` tries; and with a seed, then the hidden inputs as well."""
        groups = [(self.cases, False, False), (self.extremes, False, True)]
        if seed is not None:
            with CPU:
                groups += [(self.hidden(seed), True, False), (self.hidden_extremes(seed), True, True)]
        calls = [(case, hidden, extreme) for cases, hidden, extreme in groups for case in cases]
        return tuple(Input(case, number, hidden, extreme) for number, (case, hidden, extreme) in enumerate(calls))


@dataclass(frozen=True)
class Verdict:
    """What came of an answer: a status for the marks file and a message for the student.

    `right_on_ordinary` says that a wrong answer is wrong on extremes alone, which can be worth partial credit.
    """

    status: str
    message: str
    misconception: str = ""
    flags: tuple[str, ...] = field(default=())
    right_on_ordinary: bool = False

    @property
    def correct(self) -> bool:
        """Right on every input."""
        return self.status == "correct"


@cache
def all_questions() -> dict[str, Question]:
    """Every question of the course by function name, from the modules in `course_lm.grading.questions`.

    In the order of the file names.
    """
    package = importlib.import_module("course_lm.grading.questions")
    found: dict[str, Question] = {}
    for exercise in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        with CPU:
            module = importlib.import_module(f"{package.__name__}.{exercise}")
        for question in (value for value in vars(module).values() if isinstance(value, Question)):
            if question.function in found:
                raise ValueError(f"two questions are called {question.function}; rename the one in {exercise}.")
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


def case(function: str, seed: int, number: int) -> Case:
    """The very input that a report names, as in ``softmax(*case("softmax", seed=7, number=4))``.

    Raises:
        ValueError: if there is no such question, or no input by that number.
    """
    inputs = question_named(function).inputs(seed)
    if not 0 <= number < len(inputs):
        raise ValueError(f"number must be in [0, {len(inputs)}), the inputs of {function}; got {number}.")
    return inputs[number].case
