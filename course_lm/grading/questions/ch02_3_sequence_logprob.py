"""Exercise 2.3, what a whole text is worth."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, cut_off, numbers


def sequence_logprob(conditionals: Tensor) -> Tensor:
    """The logarithm of the product, in nats, without the product."""
    return conditionals.double().log().sum()


def _random_conditionals(seed: int) -> tuple[Case, ...]:
    """Single tokens, and certain ones."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [(numbers([0.3 + seed % 7 / 10]),), (numbers([1, 1, 0.37], torch.float64),)]
    return (*cases, *((_factors(T, dtype, generator),) for T, dtype in ((6, torch.float32), (10, torch.float64))))


def _long_conditionals(seed: int) -> tuple[Case, ...]:
    """Texts so long, or so unlikely, that their probability is 0 in any float."""
    generator = torch.Generator().manual_seed(seed)
    long = tuple((_factors(2000, dtype, generator),) for dtype in (torch.float32, torch.float64))
    return (*long, (numbers([1e-30] * 12, torch.float32),))


def _factors(T: int, dtype: torch.dtype, generator: torch.Generator) -> Tensor:
    return (0.02 + 0.9 * torch.rand(T, generator=generator, dtype=torch.float64)).to(dtype)


SEQUENCE_LOGPROB = Question(
    reference=sequence_logprob,
    cases=(
        (numbers([0.5, 0.3, 0.8]),),
        (numbers([0.9, 0.01, 0.3, 0.6], torch.float64),),
        (numbers([0.07, 1.0, 0.4, 0.85, 0.6]),),
    ),
    extremes=((numbers([1e-30] * 11 + [1e-31], torch.float64),),),
    extremes_are="long or unlikely texts",
    hidden=_random_conditionals,
    hidden_extremes=_long_conditionals,
    partial_points=3,
    misconceptions=(
        Misconception(
            "averages",
            "This is the mean of the logarithms, and a mean does not know how long the text is. "
            "Is a whole text as probable as its first half?",
            lambda conditionals: sequence_logprob(conditionals) / len(conditionals),
        ),
        Misconception(
            "sums_probabilities",
            "This is the logarithm of a sum of probabilities, or of their mean. The probability of a text is a "
            "product: what does a logarithm make of that?",
            lambda conditionals: conditionals.double().sum().log(),
            also=(
                lambda conditionals: conditionals.double().mean().log(),
                lambda conditionals: len(conditionals) * conditionals.double().mean().log(),
            ),
        ),
        Misconception(
            "sign",
            "The sign is flipped. Is the logarithm of a probability above 0, or below?",
            lambda conditionals: -sequence_logprob(conditionals),
        ),
        Misconception(
            "bits",
            "This is in bits, and nats are asked for. Which base does your logarithm have?",
            lambda conditionals: sequence_logprob(conditionals) / math.log(2),
        ),
        Misconception(
            "base_ten",
            "These are powers of ten, and nats are asked for. Which base does your logarithm have?",
            lambda conditionals: sequence_logprob(conditionals) / math.log(10),
        ),
        Misconception(
            "no_log",
            "This is the probability of the text itself. What is asked for is its logarithm.",
            lambda conditionals: conditionals.double().prod(),
        ),
        Misconception(
            "average_sign",
            "This is a cost per token, like a loss. Here you need the logarithm for the whole text, with its sign as "
            "it is.",
            lambda conditionals: -sequence_logprob(conditionals) / len(conditionals),
        ),
        Misconception(
            "only_sum",
            "The factors are added up as they are. What takes the place of a product once you take logarithms?",
            lambda conditionals: conditionals.double().sum(),
        ),
        Misconception(
            "weighted",
            "Each logarithm is weighted by its probability, as in an entropy. But every token of this text came "
            "exactly once.",
            lambda conditionals: (conditionals.double() * conditionals.double().log()).sum(),
        ),
        Misconception(
            "each_factor",
            "This is one number for each token. The logarithm of the whole text is a single number. How do you combine "
            "them?",
            lambda conditionals: conditionals.double().log(),
            also=(lambda conditionals: conditionals.double().log().cumsum(0),),
        ),
        Misconception(
            "logarithms_multiplied",
            "The logarithms are multiplied. Where factors are multiplied, what happens to their logarithms?",
            lambda conditionals: conditionals.double().log().prod(),
        ),
        Misconception(
            "normalized_again",
            "The factors are divided by their sum, or go through a softmax. But they are probabilities already, each "
            "from a prediction of its own.",
            lambda conditionals: (conditionals.double() / conditionals.double().sum()).log().sum(),
            also=(lambda conditionals: conditionals.double().log_softmax(0).sum(),),
        ),
        Misconception(
            "complement",
            "These are the probabilities of what did not come next. Which factors belong to the text?",
            lambda conditionals: (1 - conditionals.double()).log().sum(),
        ),
        Misconception(
            "skips_first",
            "The first factor is missing. Every factor belongs to one token of the text: is the first token free?",
            lambda conditionals: sequence_logprob(conditionals[1:]),
        ),
        Misconception(
            "skips_last",
            "The last factor is missing. Every factor belongs to one token of the text: is the last token free?",
            lambda conditionals: sequence_logprob(conditionals[:-1]),
        ),
        Misconception(
            "product_underflows",
            "The formula is right, but the product of so many small factors is 0 in the computer. "
            "Can you reach its logarithm without forming the product?",
        ),
        Misconception(
            "cut_off",
            "Something small is added to a probability, or a limit is set to it. That changes small probabilities, and "
            "none of them is 0 here. Can the logarithm take them as they are?",
            symptom=cut_off,
        ),
    ),
)
