"""Exercise 1.2, warmer and colder probabilities."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers
from course_lm.grading.questions.ch01_1_softmax import (
    OVERFLOW,
    far_logits,
    one_hot,
    random_logits,
    shares,
    softmax,
)


def with_temperature(logits: Tensor, temperature: float) -> Tensor:
    """The softmax of the scores, each divided by the temperature."""
    return softmax(logits.double() / temperature)


def _edges() -> tuple[Case, ...]:
    """So cold that a small lead is sure, and so cold that it is not; so hot that a lead of 1000 is not, or is none."""
    cold = (numbers([10, 9]), 0.01), (numbers([0, 0.05]), 0.05), (numbers([0, 0.0002], torch.float64), 0.0001)
    return (*cold, (numbers([1000, -1000, 0]), 1000.0), (numbers([1000, -1000, 0]), 1e5))


WITH_TEMPERATURE = Question(
    reference=with_temperature,
    cases=(
        (numbers([0, 1, 3]), 2.0),
        (numbers([1, -2, 2, 0], torch.float64), 0.5),
        (numbers([[2, 0], [1, 3], [-1, 2]], torch.float64), 4.0),
    ),
    extremes=(
        (numbers([[1000, 999, -1000], [0, 1, 2]], torch.float64), 0.5),
        (numbers([1000, 0], torch.float64), 1000.0),
    ),
    extremes_are="scores near 1000",
    # Cold and hot; scores and what becomes of them stay within 40.
    hidden=lambda seed: tuple(zip(random_logits(seed), (0.5, 3.0, 0.25, 1.0, 1.7, 100.0, 20.0), strict=True)),
    hidden_extremes=lambda seed: (*zip(far_logits(seed), (2.0, 0.5, 1.5), strict=True), *_edges()),
    partial_points=3,
    misconceptions=(
        OVERFLOW,
        Misconception(
            "multiplies",
            "Here a high temperature makes the model surer, since every score grows with it. "
            "Should heat pull the scores apart, or together?",
            lambda logits, temperature: softmax(logits.double() * temperature),
        ),
        Misconception(
            "divides_probabilities",
            "The probabilities themselves are divided, so they no longer sum to 1 and all odds stay as they were. "
            "Where must the temperature act instead?",
            lambda logits, temperature: softmax(logits) / temperature,
        ),
        Misconception(
            "ignores_temperature",
            "These are the probabilities at temperature 1, whatever the temperature is. Where does it come in?",
            lambda logits, temperature: softmax(logits),
        ),
        Misconception(
            "softmax_twice",
            "Probabilities are divided by the temperature and then used as scores for a second softmax. Which numbers "
            "should the temperature divide?",
            lambda logits, temperature: softmax(softmax(logits) / temperature),
        ),
        Misconception(
            "powers_not_normalized",
            "The odds are right, but a row does not sum to 1. After a power, what is each number a share of?",
            lambda logits, temperature: softmax(logits) ** (1 / temperature),
        ),
        Misconception(
            "wrong_axis",
            "These numbers sum to 1 along the first axis. Along which axis do the candidates of one prediction stand?",
            lambda logits, temperature: (logits.double() / temperature).softmax(0),
        ),
        Misconception(
            "one_sum",
            "All numbers together sum to 1 here. How many predictions are asked for?",
            lambda logits, temperature: (logits.double() / temperature).flatten().softmax(0).reshape(logits.shape),
            also=(lambda logits, temperature: (row := with_temperature(logits, temperature)) / row.sum(),),
        ),
        Misconception(
            "no_sum",
            "These are positive, but they do not sum to 1. What is each of them a share of?",
            lambda logits, temperature: (logits.double() / temperature).exp(),
            compared=shares,
        ),
        Misconception(
            "divides_twice",
            "The scores are divided by the temperature twice. Does a function that you call divide them once more?",
            lambda logits, temperature: softmax(logits.double() / temperature**2),
        ),
        Misconception(
            "divides_once",
            "The temperature acts above the line and not below, or below and not above. Which scores does it divide?",
            lambda logits, temperature: (
                (logits.double() / temperature).exp() / logits.double().exp().sum(-1, keepdim=True)
            ),
            also=(
                lambda logits, temperature: (
                    logits.double().exp() / (logits.double() / temperature).exp().sum(-1, keepdim=True)
                ),
                lambda logits, temperature: (
                    ((z := logits.double() - logits.double().amax(-1, keepdim=True)) / temperature).exp()
                    / z.exp().sum(-1, keepdim=True)
                ),
            ),
        ),
        Misconception(
            "adds",
            "The temperature is added to the scores, or subtracted, and a softmax does not notice that. Which "
            "operation changes how far one score leads another?",
            lambda logits, temperature: (logits.double() - temperature).exp(),
        ),
        Misconception(
            "whole_scores",
            "The quotients are rounded to whole numbers. Which division keeps the digits after the decimal point?",
            lambda logits, temperature: softmax(logits.double() // temperature),
        ),
        Misconception(
            "powers",
            "A power of the probabilities gives the right odds, as long as none of them has become 0 on the way. "
            "What would the temperature do to the scores before any exponential is taken?",
            symptom=lambda result, expected: True,
            on=(1,),
        ),
        Misconception(
            "flipped",
            "The least likely token gets the largest share, as with energies. Should a higher score make a token more "
            "likely, or less?",
            lambda logits, temperature: softmax(-logits.double() / temperature),
        ),
        Misconception(
            "no_softmax",
            "These are still scores, now divided by the temperature. What turns scores into probabilities?",
            lambda logits, temperature: logits.double() / temperature,
        ),
        Misconception(
            "logarithms",
            "These are the logarithms of the probabilities. What takes you from ln p back to p?",
            lambda logits, temperature: (logits.double() / temperature).log_softmax(-1),
        ),
        Misconception(
            "argmax_only",
            "All of the probability goes to the likeliest token. That is the limit at temperature 0: "
            "what is left for the others at the temperature given?",
            lambda logits, temperature: one_hot(logits),
        ),
    ),
)
