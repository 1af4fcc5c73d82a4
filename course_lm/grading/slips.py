"""Slips that every question invites: the right numbers in another shape, rounded, without the first token, and so on.

They are looked for when no misconception of the question explains an answer. Like these, a slip has a name and a hint,
and it must explain every ordinary input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lm.grading.question import Case, Question

NEARLY = 0.01
"""A factor so close to 1, or a difference so close to 0, comes of few digits, and means nothing."""
Fits = Callable[[Tensor, Tensor], bool]
"""Whether two results are the same numbers."""


@dataclass(frozen=True)
class Tried:
    """One input with what came back and what is right."""

    case: Case
    output: Any
    expected: Any


@dataclass(frozen=True)
class Slip:
    """A mistake that is not about the subject: its name, its hint, and whether it explains all results."""

    name: str
    hint: str
    explains: Callable[[Question, Sequence[Tried], Fits], bool]


def find_slip(question: Question, tried: Sequence[Tried], same: Fits) -> Slip | None:
    """The first slip that explains the results on all ordinary visible inputs, of which one at least is wrong.

    Args:
        question: what was asked.
        tried: its ordinary visible inputs.
        same: compares numbers of one shape within the tolerance of the question.
    """
    if not all(isinstance(one.output, Tensor) and isinstance(one.expected, Tensor) for one in tried):
        return None
    if all(one.output.shape == one.expected.shape and same(one.output, one.expected) for one in tried):
        return None
    return next((slip for slip in SLIPS if slip.explains(question, tried, same)), None)


def _each(explains: Callable[[Tensor, Tensor, Fits], bool]) -> Callable[[Question, Sequence[Tried], Fits], bool]:
    """A slip that shows in each result by itself; one that is right by chance does not speak against it."""

    def explains_all(_: Question, tried: Sequence[Tried], same: Fits) -> bool:
        return all(
            explains(one.output, one.expected, same)
            or (one.output.shape == one.expected.shape and same(one.output, one.expected))
            for one in tried
        )

    return explains_all


def _on_part(part: slice) -> Callable[[Question, Sequence[Tried], Fits], bool]:
    """A slip that gives the right result for a part of the tokens, or batches, and may divide it by all of them."""

    def explains_all(question: Question, tried: Sequence[Tried], same: Fits) -> bool:
        for one in tried:
            length, cut = _cut(one.case, part)
            try:
                result = torch.as_tensor(question.reference(*cut)).double()
            except (RuntimeError, ValueError, IndexError, TypeError):
                return False
            shapes_fit = result.shape == one.output.shape
            if not shapes_fit or not (same(one.output, result) or same(one.output, result / length)):
                return False
        return True

    return explains_all


def _cut(case: Case, part: slice) -> tuple[int, Case]:
    """How many tokens or batches a case has, and the case with a part of them: every array that counts them is cut."""
    rows = [argument for argument in case if isinstance(argument, Tensor) and argument.ndim == 1]
    length = len(rows[-1]) if rows else 0
    counts = [isinstance(argument, Tensor) and argument.ndim > 0 and len(argument) == length for argument in case]
    return length, tuple(argument[part] if cut else argument for argument, cut in zip(case, counts, strict=True))


def _is_other_shape(output: Tensor, expected: Tensor, same: Fits) -> bool:
    return output.numel() == expected.numel() and same(output.flatten(), expected.flatten())


def _is_transposed(output: Tensor, expected: Tensor, same: Fits) -> bool:
    turned = [expected.transpose(0, -1), expected.transpose(-2, -1)] if expected.ndim > 1 else []
    return any(output.shape == other.shape and same(output, other) for other in turned)


def _is_one_part(output: Tensor, expected: Tensor, same: Fits) -> bool:
    parts = [expected[i] for i in range(min(len(expected), 2))] if expected.ndim else []
    return any(output.shape == part.shape and same(output, part) for part in parts)


def _is_rounded(output: Tensor, expected: Tensor, same: Fits) -> bool:
    if output.shape != expected.shape or not expected.is_floating_point():
        return False
    rounded = [expected.double().round(decimals=digits) for digits in range(1, 7)]
    if (expected.abs() > 1).any():  # nobody rounds a probability to 0 or 1
        rounded += [expected.round(), expected.floor(), expected.ceil()]
    return bool(output.any()) and any(same(output, one) for one in rounded)


def _constant(
    change: Callable[[Tensor, Tensor], Tensor], undo: Callable[[Tensor, Tensor], Tensor], nothing: float
) -> Callable[[Question, Sequence[Tried], Fits], bool]:
    """A slip by which all results differ from the right ones in the same way, such as by a factor."""

    def explains_all(_: Question, tried: Sequence[Tried], same: Fits) -> bool:
        if len(tried) < 2 or any(one.output.shape != one.expected.shape for one in tried):
            return False
        output = torch.cat([one.output.double().flatten() for one in tried])
        expected = torch.cat([one.expected.double().flatten() for one in tried])
        known = undo(output, expected)
        known = known[known.isfinite() & (output != 0)]
        differs = len(known) > 1 and abs(float(known[0]) - nothing) > NEARLY
        return differs and same(output, change(expected, known[0]))

    return explains_all


SLIPS = (
    Slip(
        "one_of_two",
        "This is one of the two results that are asked for. Which one is missing?",
        lambda question, tried, same: (
            isinstance(question.reference(*tried[0].case), tuple) and _each(_is_one_part)(question, tried, same)
        ),
    ),
    Slip(
        "axes_swapped",
        "The numbers are right, but two axes have changed places. What do rows stand for, and what do columns?",
        _each(_is_transposed),
    ),
    Slip(
        "other_shape",
        "The numbers are right, but the shape is not the one asked for. Is there an axis too many, or one too few?",
        _each(_is_other_shape),
    ),
    Slip(
        "rounded",
        "These are the right results, rounded. Return all digits; readers can still round them.",
        _each(_is_rounded),
    ),
    Slip(
        "constant_factor",
        "Every result is the same multiple of the right one. Is it in another unit, or is a division missing?",
        _constant(torch.mul, torch.div, 1),
    ),
    Slip(
        "constant_offset",
        "Every result differs from the right one by the same amount. What is added that should not be?",
        _constant(torch.add, torch.sub, 0),
    ),
    Slip("skips_first", "The first one is left out. Should it not count?", _on_part(slice(1, None))),
    Slip("skips_last", "The last one is left out. Should it not count?", _on_part(slice(None, -1))),
    Slip(
        "first_only",
        "This is the result for the first one alone. Does a loop return too early, or run only once?",
        _on_part(slice(1)),
    ),
    Slip(
        "last_only",
        "This is the result for the last one alone. Does a loop forget what came before?",
        _on_part(slice(-1, None)),
    ),
)
