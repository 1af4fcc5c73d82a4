"""Decides whether outputs are right, and if not, which mistake explains them.

A pure function of inputs and outputs: it never meets student code, so the notebook and the batch share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from course_lm.grading.question import Case, Input, Misconception, Question, Verdict, broken
from course_lm.grading.sealed.serialize import LONGEST_TEXT, Odd, Raised, attempt, decode, encode, extent
from course_lm.grading.slips import Tried, find_slip

MOST_SHOWN = 30  # numbers of an array that feedback shows; of a larger one it gives the shape alone
SHAPES_DO_NOT_FIT = {"RuntimeError", "ValueError"}
"""What torch and numpy raise for one and the same mistake."""
UNFINISHED = {
    "TimeUp": ("timeout", "It did not finish. Is there a loop that never stops?"),
    "SystemExit": ("exited", "It ends the whole program. Return the result instead of calling exit()."),
}
"""Ways a call ends that say nothing about the formula: the status of each, and what is wrong."""


def forbidden(question: Question, noticed: str) -> Verdict:
    """For a function or package that was used and would do the exercise; `noticed` names the call and its line."""
    message = f"{question.function}: not yet. It uses {noticed}\nTo write that yourself is the exercise."
    return Verdict("wrong", message, flags=("forbidden",))


def diagnose(
    question: Question, inputs: Sequence[Input], outputs: Sequence[Any], *, seed: int = 0, aside: str = ""
) -> Verdict:
    """Compares each output with the reference, and names the mistake if it is a known one.

    Args:
        question: what was asked, with the right answer and the known mistakes.
        inputs: of the question, the visible ones first; the name of a mistake depends on these alone.
        outputs: for each input what came back, as decoded; fewer, if the function did not come to an end.
        seed: of the hidden inputs, for feedback that names one.
        aside: a sentence to add to feedback on a mistake that has no name.
    """
    expected = [_round_trip(question.reference(*one.case)) for one in inputs[: len(outputs)]]
    wrong = [one for one in inputs[: len(outputs)] if not _right(outputs[one.number], expected[one.number], question)]
    if not wrong:
        return Verdict("correct", f"{question.function}: right.")
    first = min(wrong, key=lambda one: (one.hidden, one.extreme, _size(one.case) if one.hidden else one.number))
    output, want = outputs[first.number], expected[first.number]
    if all(isinstance(one, Raised) and one.kind == "NotImplementedError" for one in outputs):
        return Verdict("missing", f"{question.function}: not written yet.")
    status, name, what = _explain(question, inputs, outputs, expected, first)
    if aside and not name:
        what += f" {aside}"
    message = feedback(question, what, _call(question, first, seed), output, want)
    return Verdict(status, message, name, right_on_ordinary=status != "timeout" and all(one.extreme for one in wrong))


def _explain(
    question: Question, inputs: Sequence[Input], outputs: Sequence[Any], expected: Sequence[Any], first: Input
) -> tuple[str, str, str]:
    """Status, misconception, and one sentence or two on what is wrong."""
    output = outputs[first.number]
    if isinstance(output, Raised) and output.kind in UNFINISHED:
        status, what = UNFINISHED[output.kind]
        return status, "", what
    visible = [one for one in inputs[: len(outputs)] if not one.hidden]
    if same(output, expected[first.number], question.tolerance):
        return "wrong", *_other_kind(expected[first.number])
    mistake = None if first.hidden else _mistake(question, visible, outputs, expected)
    if mistake:
        return "wrong", mistake.name, mistake.hint
    if not first.hidden and not first.extreme:
        tried = [Tried(one.case, outputs[one.number], expected[one.number]) for one in visible if not one.extreme]
        if slip := find_slip(question, tried, lambda a, b: same(a, b, question.tolerance)):
            return "wrong", slip.name, slip.hint
    if isinstance(output, Raised):
        return "error", "", "It raised an error on this input."
    return "wrong", "", _difference(question, output, expected[first.number], first)


def _other_kind(expected: Tensor) -> tuple[str, str]:
    """A name and a hint where the numbers are right, and floating point where another kind is asked for."""
    if expected.dtype == torch.bool:
        hint = "These are numbers, but True or False is asked for. Attention adds a mask of numbers to the scores."
        return "numbers_for_truth", hint
    return "floating_point", "These are floating-point numbers, but an id is a whole number, a place in a list."


def _difference(question: Question, output: Any, expected: Any, at: Input) -> str:
    """How an output differs from what was expected, if no known mistake explains it."""
    if output == Odd("None"):
        return "It returned nothing. Is a return missing?"
    is_pair = isinstance(output, (Tensor, list)) and isinstance(question.reference(*at.case), tuple)
    if is_pair and (what := _difference_of_pairs(output, expected)):
        return what
    if not isinstance(output, Tensor) or not isinstance(expected, Tensor):
        return "The result is not of the kind expected."
    if output.shape != expected.shape and expected.ndim == 0:
        return f"One number is expected; this is a result of shape {tuple(output.shape)}."
    if output.shape != expected.shape:
        return f"The shape is {tuple(output.shape)}, not {tuple(expected.shape)}."
    if not output.isfinite().all() and expected.isfinite().all():
        what = "not finite but NaN" if output.isnan().any() else "not finite"
        return (
            f"The result is {what}: a number grew too large on the way, a logarithm met 0 or less, "
            "or 0 was divided by 0."
        )
    if at.extreme:
        return f"Right on other inputs, wrong on {question.extremes_are}. Is something rounded, added or cut off?"
    if at.hidden:
        return "Right on the inputs that check tries, wrong on this one."
    return "This is not a mistake we know. Work this input out by hand and compare."


def _difference_of_pairs(output: Tensor | list[Any], expected: Tensor) -> str:
    """What is wrong with the parts where two arrays, or two numbers, are asked for; nothing if they have the shape."""
    wanted = tuple(expected.shape[1:])
    if isinstance(output, Tensor) and (output.ndim != len(wanted) + 1 or len(output) != 2):
        return f"Two results are asked for, each of shape {wanted}; this is one, of shape {tuple(output.shape)}."
    shapes = [tuple(part.shape) if isinstance(part, Tensor) else None for part in output]
    if len(shapes) != 2:
        return f"Two results are asked for, each of shape {wanted}; these are {len(shapes)}."
    if None in shapes:
        return "One of the two results is not an array of numbers."
    if any(shape != wanted for shape in shapes):
        return f"Its parts have the shapes {shapes[0]} and {shapes[1]}, not {wanted}."
    return ""


def _mistake(
    question: Question, visible: Sequence[Input], outputs: Sequence[Any], expected: Sequence[Any]
) -> Misconception | None:
    """The first misconception that explains the output of every visible input, of which at least one is wrong."""

    def is_explained(explains: Callable[[Input, Any, Any], bool]) -> bool:
        return all(explains(one, outputs[one.number], expected[one.number]) for one in visible)

    for mistake in question.misconceptions:
        explanations = [partial(_formula_explains, question, mistake, formula) for formula in mistake.formulas]
        if any(map(is_explained, explanations or [partial(_arithmetic_explains, question, mistake)])):
            return mistake
    return None


def _formula_explains(
    question: Question, mistake: Misconception, formula: Callable[..., Any], at: Input, output: Any, expected: Any
) -> bool:
    """Whether a wrong formula gives this output, as far as the mistake determines it; on extremes it may also break."""
    explained = decode(attempt(formula, at.case))
    if at.extreme and broken(output, expected):
        return True
    if isinstance(output, Raised) and isinstance(explained, Raised):
        return output.kind == explained.kind or {output.kind, explained.kind} == SHAPES_DO_NOT_FIT
    if isinstance(output, Tensor) and isinstance(explained, Tensor) and output.shape == explained.shape:
        output, explained = mistake.compared(output), mistake.compared(explained)
    return same(output, explained, question.tolerance)


def _arithmetic_explains(question: Question, mistake: Misconception, at: Input, output: Any, expected: Any) -> bool:
    """Whether the right formula, computed without care, gives this output."""
    right, place = _right(output, expected, question), at.number - len(question.cases)
    if not at.extreme or (mistake.on is not None and place not in mistake.on):
        return right
    return mistake.symptom(output, expected) or (right and mistake.on is None)


def _right(output: Any, expected: Any, question: Question) -> bool:
    return same(output, expected, question.tolerance) and _of_kind(output, expected)


def _of_kind(output: Any, expected: Any) -> bool:
    """False for a floating result where whole numbers or truth values are asked for; 0 and 1 may stand for these."""
    if not isinstance(output, Tensor) or not isinstance(expected, Tensor) or output.shape != expected.shape:
        return True
    return expected.is_floating_point() or not output.is_floating_point()


def same(output: Any, expected: Any, tolerance: float) -> bool:
    """Equal kind and shape, and numbers within the tolerance; NaN equals NaN, infinity infinity."""
    if isinstance(output, Tensor) and isinstance(expected, Tensor):
        a, b = output.to(torch.float64), expected.to(torch.float64)
        return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    if isinstance(output, list) and isinstance(expected, list):
        return len(output) == len(expected) and all(map(lambda a, b: same(a, b, tolerance), output, expected))
    return isinstance(output, str) and output == expected


def feedback(question: Question, what: str, call: str, output: Any, expected: Any) -> str:
    """The four lines a student reads."""
    return (
        f"{question.function}: not yet. {what}\n"
        f"  smallest failing input: {call}\n"
        f"  returned: {_show(output)}\n"
        f"  expected: {_show(expected)}"
    )


def _call(question: Question, at: Input, seed: int) -> str:
    """A call that can be pasted into a cell. `case` gives an input that is too large to be written out."""
    if all(not isinstance(argument, Tensor) or argument.numel() <= MOST_SHOWN for argument in at.case):
        return f"{question.function}({', '.join(map(_as_code, at.case))})"
    return f'{question.function}(*case("{question.function}", seed={seed}, number={at.number}))'


def _size(case: Case) -> int:
    return sum(argument.numel() if isinstance(argument, Tensor) else 1 for argument in case)


def _round_trip(value: Any) -> Any:
    return decode(encode(value))


def _as_code(argument: Any) -> str:
    if not isinstance(argument, Tensor):
        return repr(argument)
    dtype = "" if argument.dtype in (torch.float32, torch.int64) else f", dtype={argument.dtype}"
    return f"torch.tensor({_rounded(argument.tolist())}{dtype})"


def _show(value: Any) -> str:
    if isinstance(value, Raised):
        return f"nothing; {value}".replace("\n", " ")
    if isinstance(value, Odd):
        return value.description
    if isinstance(value, Tensor):
        shown = extent(value.shape) <= MOST_SHOWN
        return _rounded(value.tolist()) if shown else f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value[:MOST_SHOWN]))}]"[:LONGEST_TEXT]
    return repr(value)[:LONGEST_TEXT]


def _rounded(numbers: Any) -> str:
    """Nested lists of numbers with six digits, as in ``[[0.5, -1.0], [2.0, 0.693147]]``."""
    if isinstance(numbers, list):
        return "[" + ", ".join(map(_rounded, numbers)) + "]"
    return repr(float(f"{numbers:.6g}")) if isinstance(numbers, float) else repr(numbers)
