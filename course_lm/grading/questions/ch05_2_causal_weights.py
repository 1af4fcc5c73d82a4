"""Exercise 5.2, what a hidden score becomes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, cut_off, numbers
from course_lm.grading.questions.ch05_1_causal_mask import causal_mask, seen_up_to


def causal_weights(scores: Tensor) -> Tensor:
    """``(T, T)``: the softmax of every row over what it may see, and 0 elsewhere."""
    return _weights(scores, 0)


def _weights(scores: Tensor, last: int) -> Tensor:
    hidden = ~seen_up_to(len(scores), last)
    return scores.double().masked_fill(hidden, float("-inf")).softmax(-1)


def _random_scores(seed: int) -> tuple[Case, ...]:
    """Rows of scores that are at most 30 in size, from one position on."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, size, dtype in (
        (1, 3, torch.float32),
        (2, 1, torch.float64),
        (7, 9, torch.float32),
        (30, 3, torch.float64),
        (64, 3, torch.float32),
    ):
        scores = size * torch.randn(T, T, generator=generator, dtype=dtype)
        cases.append((scores.clamp(-30, 30),))
    return tuple(cases)


def _unequal_scores(seed: int) -> tuple[Case, ...]:
    """What may be seen is as low as promised, and what may not as high."""
    shift = seed % 5
    return (
        (numbers([[-40, 40, 40], [-40, shift - 40, 40], [40, -40, -40]]),),
        (numbers([[0, 40], [40 - shift, -40]], torch.float64),),
    )


def _weights_over(scores: Tensor, axis: int) -> Tensor:
    return scores.double().masked_fill(~causal_mask(len(scores)), float("-inf")).softmax(axis)


def _leaks(weights: object, expected: Tensor) -> bool:
    """The symptom of a mask that is too small: finite weights, some of them where there should be none."""
    if not isinstance(weights, Tensor) or weights.shape != expected.shape:
        return False
    return bool(weights.isfinite().all() and (weights[expected == 0] > 0).any())


CAUSAL_WEIGHTS = Question(
    reference=causal_weights,
    cases=(
        (numbers([[1.0, 2.0, -1.0], [2.0, 1.0, 3.0], [-1.0, 2.0, 1.0]]),),
        (numbers([[2, -1, 3, 1], [1, -2, 2, -1], [3, 1, -1, 2], [-2, 1, 2, -1]], torch.float64),),
    ),
    extremes=((numbers([[-40, 40, 0], [-40, -40, 40], [40, 0, -40]], torch.float64),),),
    extremes_are="scores near 40 and −40",
    hidden=_random_scores,
    hidden_extremes=_unequal_scores,
    partial_points=3,
    tolerance=1e-5,
    misconceptions=(
        Misconception(
            "no_mask",
            "Every position gives weight to positions that have not come yet. What has to be done with their scores?",
            lambda scores: scores.double().softmax(-1),
        ),
        Misconception(
            "masks_after_softmax",
            "The future has no weight here, but the rows do not sum to 1. Which positions took a share of the 1 and "
            "should not have?",
            lambda scores: scores.double().softmax(-1) * causal_mask(len(scores)),
        ),
        Misconception(
            "zero_not_minus_inf",
            "A position that should be hidden weighs as much as one with the score 0, and that is not nothing. "
            "Which score would leave it no weight at all?",
            lambda scores: (scores.double() * causal_mask(len(scores))).softmax(-1),
        ),
        Misconception(
            "sees_next",
            "Every row gives some weight to the position after its own. What is there that it should not know?",
            lambda scores: _weights(scores, 1),
        ),
        Misconception(
            "hides_self",
            "After the first row, no position gives any weight to itself. Is the token there already read, or still to "
            "be predicted?",
            lambda scores: _weights(scores, -1),
            compared=lambda weights: weights[1:],
        ),
        Misconception(
            "wrong_axis",
            "The columns sum to 1, not the rows. Which position gives the weights away, that of the row or of the "
            "column?",
            lambda scores: _weights_over(scores, 0),
        ),
        Misconception(
            "hides_the_past",
            "The past is hidden and the future is seen. In row 0, which column should have all the weight?",
            lambda scores: scores.double().masked_fill(~causal_mask(len(scores)).T, float("-inf")).softmax(-1),
        ),
        Misconception(
            "hides_what_is_seen",
            "The mask is inverted: what may be seen is hidden, so the last row has nothing left. Which of the two does "
            "True stand for?",
            lambda scores: scores.double().masked_fill(causal_mask(len(scores)), float("-inf")).softmax(-1),
            compared=lambda weights: weights[:-1],
        ),
        Misconception(
            "no_softmax",
            "These are scores, with the future hidden. What turns a row of scores into weights that sum to 1?",
            lambda scores: scores.double().masked_fill(~causal_mask(len(scores)), float("-inf")),
            also=(lambda scores: scores.double() * causal_mask(len(scores)),),
        ),
        Misconception(
            "no_sum",
            "The rows do not sum to 1. What is each exponential a share of?",
            lambda scores: scores.double().exp() * causal_mask(len(scores)),
        ),
        Misconception(
            "no_exp",
            "These are the scores divided by their sum, so a negative score can give a negative weight. What makes "
            "every score positive first?",
            lambda scores: (seen := scores.double() * causal_mask(len(scores))) / seen.sum(-1, keepdim=True),
        ),
        Misconception(
            "mask_added",
            "True and False are added to the scores as 1 and 0, so a hidden position loses some of its weight, but not "
            "all. Which number must be added to its score?",
            lambda scores: (scores.double() + causal_mask(len(scores))).softmax(-1),
        ),
        Misconception(
            "scaled",
            "The scores are divided by a square root first. That is done to products of queries and keys, but these "
            "scores should be used as they are.",
            lambda scores: _weights(scores.double() / math.sqrt(len(scores)), 0),
        ),
        Misconception(
            "uniform",
            "All positions that may be seen get the same weight, whatever their scores are. Where do the scores come "
            "in?",
            lambda scores: _weights(torch.zeros_like(scores), 0),
        ),
        Misconception(
            "running_sums",
            "Each weight is divided by the sum up to its own column. Over which columns does a row share its 1?",
            lambda scores: (weights := scores.double().exp()).tril() / weights.cumsum(1),
        ),
        Misconception(
            "logarithms",
            "These are the logarithms of the weights. What takes you back to the weights?",
            lambda scores: _weights(scores, 0).log(),
        ),
        Misconception(
            "one_sum",
            "All weights together sum to 1. What should each row sum to?",
            lambda scores: (weights := scores.double().exp().tril()) / weights.sum(),
        ),
        Misconception(
            "cut_off",
            "The rows do not quite sum to 1. Is something small added to a sum, or is a weight rounded away?",
            symptom=cut_off,
        ),
        Misconception(
            "zero_times_infinity",
            "Everything is NaN, because 0 times minus infinity is not 0. How can you replace a hidden score without "
            "multiplying?",
            lambda scores: torch.full_like(scores, float("nan")),
        ),
        Misconception(
            "columns_share",
            "The sums that divide the weights stand along the wrong axis. Which axis must a sum keep, so that each sum "
            "divides its own row?",
            lambda scores: (weights := scores.double().exp().tril()) / weights.sum(1),
            also=(
                lambda scores: (weights := scores.double().softmax(-1).tril()) / weights.sum(0),
                lambda scores: (weights := scores.double().softmax(-1).tril()) / weights.sum(1),
            ),
        ),
        Misconception(
            "mask_too_small",
            "A hidden position gets a low score here, but a position that may be seen can have a score just as low. "
            "Which score leaves no weight whatever the other scores are?",
            symptom=_leaks,
        ),
    ),
)
