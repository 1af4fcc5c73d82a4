"""Exercise 1.1, from scores to probabilities."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Misconception, Question, broken, numbers

LIBRARY_SOFTMAXES = (
    *("softmax", "log_softmax", "softmin", "gumbel_softmax", "special_softmax", "special_log_softmax"),
    *("Softmax", "LogSoftmax", "Softmin", "Softmax2d", "SoftmaxTransform"),
    *("_softmax", "_log_softmax", "_safe_softmax", "_masked_softmax", "_sparse_softmax", "_sparse_log_softmax"),
    "_nested_tensor_softmax_with_shape",
)
"""Softmaxes of libraries. Their names differ from version to version; one that does not exist does no harm."""


def softmax(logits: Tensor) -> Tensor:
    """Probabilities over the last axis; float64 throughout, so that they are exact for either input dtype."""
    return logits.double().softmax(-1)


def one_hot(logits: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1])


def _shifted(logits: Tensor) -> Tensor:
    return logits.double() - logits.double().amax(-1, keepdim=True)


def _one_row(logits: Tensor) -> Tensor:
    """Fails for several rows, as a division by sums without their axis does."""
    if logits.ndim > 1:
        raise ValueError("the shapes do not fit")
    return softmax(logits)


def _tables_only(logits: Tensor) -> Tensor:
    """Names the second axis, where there may be only one."""
    if logits.ndim == 1:
        raise IndexError("there is no second axis")
    return logits.double().softmax(1)


def shares(row: Tensor) -> Tensor:
    return row / row.sum(-1, keepdim=True)


def random_logits(seed: int) -> tuple[Tensor, ...]:
    """From one candidate to many, with none to three axes before, in both dtypes; at most 10 in size."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((1,), (5,), (1, 4), (7, 3), (4, 65), (2, 3, 5), (2, 1, 3, 4))
    tensors = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    dtypes = (torch.float64, torch.float32)
    return tuple((3 * t).clamp(-10, 10).to(dtypes[i % 2]) for i, t in enumerate(tensors))


def far_logits(seed: int) -> tuple[Tensor, ...]:
    """Rows near 1000, near −1000, and from one to the other; rows of one text far from each other."""
    far = 950.0 + seed % 50
    return (
        numbers([[far, far - 1], [-far, 1 - far], [0, -far]]),
        numbers([-far, -far, -far], torch.float64),
        numbers([[[1000, -1000, 999]], [[1, 0, 2]]], torch.float64),
    )


OVERFLOW = Misconception(
    "overflow",
    "The formula is right, but exp() of a large score overflows, or all of a row becomes 0. What can you "
    "subtract from a row of scores without changing its probabilities?",
)


SOFTMAX = Question(
    reference=softmax,
    cases=(
        (numbers([0, 1, 3]),),
        (numbers([[2, 0], [1, 3], [-1, 2]], torch.float64),),
        (numbers([[[1, 0], [2, 3], [0, 4]], [[-1, 3], [1, 1], [5, 2]]]),),
    ),
    extremes=((numbers([[1000, 999, -1000, 0], [0, 1, 2, 1]], torch.float64),),),
    extremes_are="scores near 1000",
    hidden=lambda seed: tuple((logits,) for logits in random_logits(seed)),
    hidden_extremes=lambda seed: tuple((logits,) for logits in far_logits(seed)),
    partial_points=3,
    forbidden=LIBRARY_SOFTMAXES,
    misconceptions=(
        OVERFLOW,
        Misconception(
            "wrong_axis",
            "These numbers sum to 1 along the first axis. One prediction is one row of scores: "
            "along which axis do its candidates stand?",
            lambda logits: logits.double().softmax(0),
        ),
        Misconception(
            "one_row_only",
            "This works for a single row and fails for several. Each row is divided by a sum of its own: "
            "which axis must the sums keep, so that they stand beside their rows?",
            _one_row,
        ),
        Misconception(
            "one_sum",
            "All numbers together sum to 1 here, so the rows share one prediction. How many predictions are asked for?",
            lambda logits: logits.double().flatten().softmax(0).reshape(logits.shape),
            also=(lambda logits: (weights := _shifted(logits).exp()) / weights.sum(),),
        ),
        Misconception(
            "no_exp",
            "These are the scores divided by their sum, so a negative score can give a negative probability. "
            "What makes every score positive first?",
            lambda logits: logits.double() / logits.double().sum(-1, keepdim=True),
        ),
        Misconception(
            "shifted_once",
            "The maximum is subtracted above the line and not below, or below and not above. What has to be done to "
            "all scores of a row alike, so that the probabilities stay the same?",
            lambda logits: _shifted(logits).exp() / logits.double().exp().sum(-1, keepdim=True),
            also=(lambda logits: logits.double().exp() / _shifted(logits).exp().sum(-1, keepdim=True),),
        ),
        Misconception(
            "no_sum",
            "All numbers are positive now, but they do not sum to 1. What is each of them a share of?",
            lambda logits: logits.double().exp(),
            compared=shares,  # of another factor, as after a shift
        ),
        Misconception(
            "logarithms",
            "These are the logarithms of the probabilities. What takes you from ln p back to p?",
            lambda logits: logits.double().log_softmax(-1),
        ),
        Misconception(
            "base_two",
            "Powers of 2 are taken here. In the formula, a lead of 1 multiplies the odds by another number. Which one?",
            lambda logits: (logits.double() * 0.6931471805599453).softmax(-1),
        ),
        Misconception(
            "flipped",
            "The least likely candidate gets the largest share. Should a higher score make a token more likely, or "
            "less likely?",
            lambda logits: (-logits.double()).softmax(-1),
        ),
        Misconception(
            "argmax_only",
            "All of the probability goes to the candidate with the highest score. What is left for the others?",
            one_hot,
        ),
        Misconception(
            "scaled",
            "The scores are divided, so all leads are shorter than they were. What can you do to a row that leaves "
            "every lead as it is?",
            lambda logits: softmax(logits.double() / logits.double().amax(-1, keepdim=True)),
            also=(
                lambda logits: softmax(logits.double() / logits.double().abs().amax(-1, keepdim=True)),
                lambda logits: softmax(logits.double() / logits.double().max()),
                lambda logits: softmax(logits.double() / logits.shape[-1] ** 0.5),
            ),
        ),
        Misconception(
            "tables_only",
            "This works for a table of rows and fails for a single row. How can you name an axis by counting from the "
            "end?",
            _tables_only,
        ),
        Misconception(
            "counted_axis",
            "This is right for one row and for a table of rows, and wrong where there is one more axis. Along which "
            "axis do the candidates stand, however many axes come before it?",
            lambda logits: logits.double().softmax(min(1, logits.ndim - 1)),
            also=(lambda logits: softmax(logits) if logits.ndim < 3 else logits.double().softmax(0),),
        ),
        Misconception(
            "cut_off",
            "The scores are limited to a range, and leads beyond it are lost. What could you subtract instead?",
            symptom=lambda result, expected: not broken(result, expected),
        ),
    ),
)
