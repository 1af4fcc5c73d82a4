"""Decides whether outputs are right, and if not, which mistake explains them.

A pure function of inputs and outputs: it never meets student code, so the notebook and the batch share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, Verdict
from course_lm.grading.wire import Odd, Raised, decode, encode

UNFINISHED = {
    "TimeUp": ("timeout", "It did not come to an end. Is there a loop that never stops?"),
    "SystemExit": ("exited", "It ends the whole program. Return the result instead of calling exit()."),
}
"""Ways a call ends that say nothing about the formula: the status of each, and what is wrong."""


def forbidden(question: Question, calls: Iterable[str]) -> Verdict:
    """For functions or packages that were used and would do the exercise."""
    names = " and ".join(dict.fromkeys(calls))
    message = f"{question.function}: not yet. It uses {names}; writing that yourself is the exercise."
    return Verdict("wrong", message, flags=("forbidden",))


def judge(question: Question, cases: Sequence[Case], outputs: Sequence[Any]) -> Verdict:
    """Compares each output with the reference, and names the mistake if it is a known one.

    Args:
        question: what was asked, with the right answer and the known mistakes.
        cases: the inputs, `question.visible` first; the diagnosis looks at these only.
        outputs: for each case what came back, as decoded from the wire.
    """
    expected = [_travel(question.reference(*case)) for case in cases]
    wrong = [i for i, want in enumerate(expected) if not _right(outputs[i], want, question.tolerance)]
    if not wrong:
        return Verdict("correct", f"{question.function}: right.")
    first = wrong[0]
    if isinstance(outputs[first], Raised) and outputs[first].kind == "NotImplementedError":
        return Verdict("missing", f"{question.function}: not written yet.")
    status, name, what = _explain(question, outputs, expected, first)
    return Verdict(status, feedback(question, what, cases[first], outputs[first], expected[first]), name)


def _explain(question: Question, outputs: Sequence[Any], expected: Sequence[Any], first: int) -> tuple[str, str, str]:
    """Status, misconception, and one sentence or two on what is wrong."""
    output = outputs[first]
    if isinstance(output, Raised) and output.kind in UNFINISHED:
        status, what = UNFINISHED[output.kind]
        return status, "", what
    mistake = _diagnose(question, outputs) if first < len(question.visible) else None
    if mistake:
        return "wrong", mistake.name, mistake.hint
    if isinstance(output, Raised):
        return "error", "", "It raised an error on this input."
    return "wrong", "", _difference(question, output, expected[first], first)


def _difference(question: Question, output: Any, expected: Any, case: int) -> str:
    """How the output of a case differs from what was expected, if no known mistake explains it."""
    if output == Odd("None"):
        return "It returned nothing. Is a return missing?"
    if isinstance(output, list) and isinstance(expected, Tensor) and all(isinstance(part, Tensor) for part in output):
        shapes = " and ".join(str(tuple(part.shape)) for part in output)
        return f"Its parts have the shapes {shapes}, not {tuple(expected.shape[1:])}."
    if not isinstance(output, Tensor) or not isinstance(expected, Tensor):
        return "The result is not of the kind expected."
    if output.shape != expected.shape and expected.ndim == 0:
        return f"One number is expected; this is a result of shape {tuple(output.shape)}."
    if output.shape != expected.shape:
        return f"The shape is {tuple(output.shape)}, not {tuple(expected.shape)}."
    if not _of_kind(output, expected):
        return "These are numbers, and True or False is asked for. Attention adds a mask of numbers to the scores."
    if not output.isfinite().all() and expected.isfinite().all():
        what = "not finite but NaN" if output.isnan().any() else "not finite"
        return f"The result is {what}: a number grew too large on the way, a logarithm met 0, or 0 was divided by 0."
    if case >= len(question.visible):
        return "Right on the inputs that check tries, wrong on this one."
    if case >= len(question.cases):
        return "Right on ordinary numbers, wrong on extreme ones. Is something rounded, added or cut off?"
    return "This is not a mistake we know. Work this input out by hand and compare."


def _diagnose(question: Question, outputs: Sequence[Any]) -> Misconception | None:
    """The first misconception that explains the output of every visible case, of which at least one is wrong.

    On an extreme case a mistaken formula may also break, so there a broken result fits every mistake. A numerical
    mistake has the right formula, so it is what remains if the right results break.
    """
    n_ordinary = len(question.cases)
    for mistake in question.misconceptions:
        fits = [
            _fits(mistake, question, case, output) or (i >= n_ordinary and _broken(output))
            for i, (case, output) in enumerate(zip(question.visible, outputs, strict=False))
        ]
        if all(fits):
            return mistake
    return None


def _fits(mistake: Misconception, question: Question, case: Case, output: Any) -> bool:
    """Whether a mistake explains an output, as far as the mistake determines it."""
    explained = _travel((mistake.wrong or question.reference)(*case))
    if isinstance(output, Tensor) and isinstance(explained, Tensor) and output.shape == explained.shape:
        output, explained = mistake.compared(output), mistake.compared(explained)
    return same(output, explained, question.tolerance)


def _right(output: Any, expected: Any, tolerance: float) -> bool:
    return same(output, expected, tolerance) and _of_kind(output, expected)


def _of_kind(output: Any, expected: Any) -> bool:
    """False for a floating result where True or False is asked for; 0 and 1 may stand for these."""
    if not isinstance(output, Tensor) or not isinstance(expected, Tensor):
        return True
    return expected.dtype != torch.bool or not output.is_floating_point()


def same(output: Any, expected: Any, tolerance: float) -> bool:
    """Equal kind and shape, and numbers within the tolerance; NaN equals NaN, infinity infinity."""
    if isinstance(output, Tensor) and isinstance(expected, Tensor):
        a, b = output.to(torch.float64), expected.to(torch.float64)
        return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)
    if isinstance(output, list) and isinstance(expected, list):
        return len(output) == len(expected) and all(map(lambda a, b: same(a, b, tolerance), output, expected))
    return isinstance(output, str) and output == expected


def feedback(question: Question, what: str, case: Case, output: Any, expected: Any) -> str:
    """The four lines a student reads."""
    arguments = ", ".join(_as_code(argument) for argument in case)
    return (
        f"{question.function}: not yet. {what}\n"
        f"  smallest failing input: {question.function}({arguments})\n"
        f"  returned: {_show(output)}\n"
        f"  expected: {_show(expected)}"
    )


def _travel(value: Any) -> Any:
    return decode(encode(value))


def _broken(output: Any) -> bool:
    return isinstance(output, Raised) or (isinstance(output, Tensor) and not output.isfinite().all())


def _as_code(argument: Any) -> str:
    """An argument as it can be pasted into a cell; a large tensor only by its shape."""
    if not isinstance(argument, Tensor):
        return repr(argument)
    if argument.numel() > 30:
        return f"<random tensor of shape {tuple(argument.shape)}>"
    dtype = "" if argument.dtype in (torch.float32, torch.int64) else f", dtype={argument.dtype}"
    return f"torch.tensor({_rounded(argument.tolist())}{dtype})"


def _show(value: Any) -> str:
    if isinstance(value, Raised):
        return f"nothing; {value}".replace("\n", " ")
    if isinstance(value, Odd):
        return value.description
    if isinstance(value, Tensor):
        return _rounded(value.tolist()) if value.numel() <= 30 else f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, list):
        return f"[{', '.join(map(_show, value[:30]))}]"
    return repr(value)[:300]


def _rounded(numbers: Any) -> str:
    """Nested lists of numbers with six digits, as in ``[[0.5, -1.0], [2.0, 0.693147]]``."""
    if isinstance(numbers, list):
        return "[" + ", ".join(map(_rounded, numbers)) + "]"
    return repr(float(f"{numbers:.6g}")) if isinstance(numbers, float) else repr(numbers)
