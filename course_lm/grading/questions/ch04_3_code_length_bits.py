"""Exercise 4.3, the ideal length of a message."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, cut_off, numbers
from course_lm.grading.questions.ch04_1_perplexity_of import random_row


def code_length_bits(probs: Tensor) -> Tensor:
    """The sum of −log₂ p, the ideal length of a message."""
    return -probs.double().log2().sum()


def _random_messages(seed: int) -> tuple[Case, ...]:
    """A single symbol, certain ones, halves of halves, and a longer message; no product is below 1e-30."""
    generator = torch.Generator().manual_seed(seed)
    return (
        (0.05 + 0.9 * random_row(1, generator),),
        (numbers([1, 1, 1], torch.float64),),
        (0.5 ** torch.randint(1, 4, (6,), generator=generator).double(),),
        (0.2 + 0.8 * random_row(40, generator),),
    )


def _long_messages(seed: int) -> tuple[Case, ...]:
    """Messages whose probability is 0 in any float."""
    generator = torch.Generator().manual_seed(seed)
    long = tuple((0.05 + 0.9 * random_row(3000, generator, dtype),) for dtype in (torch.float32, torch.float64))
    return (*long, (numbers([1e-30, 0.5, 1e-25]),), (numbers([1e-60, 0.5], torch.float64),))


CODE_LENGTH_BITS = Question(
    reference=code_length_bits,
    cases=(
        (numbers([0.3, 0.6]),),
        (numbers([0.9, 0.05, 0.4], torch.float64),),
        (numbers([0.7, 0.01, 0.8, 0.35, 0.95]),),
    ),
    extremes=((numbers([1e-30] * 11 + [1e-31], torch.float64),),),
    extremes_are="long or unlikely messages",
    hidden=_random_messages,
    hidden_extremes=_long_messages,
    partial_points=3,
    misconceptions=(
        Misconception(
            "rounds_each",
            "Every symbol takes a whole number of bits here. If the whole message is coded as one number, does a "
            "single symbol have to end where a bit ends?",
            lambda probs: (-probs.double().log2()).ceil().sum(),
            also=(
                lambda probs: (-probs.double().log2()).round().sum(),
                lambda probs: (-probs.double().log2()).floor().sum(),
                lambda probs: (1 - probs.double().log2()).floor().sum(),
            ),
        ),
        Misconception(
            "rounds_the_total",
            "The sum is rounded to whole bits. A file has whole bits, but the ideal length asked for need not be a "
            "whole number.",
            lambda probs: code_length_bits(probs).ceil(),
            also=(lambda probs: code_length_bits(probs).round(),),
        ),
        Misconception(
            "nats",
            "These are nats, and bits are asked for. What should a symbol of probability one half cost?",
            lambda probs: -probs.double().log().sum(),
        ),
        Misconception(
            "averages",
            "This is the mean length of a symbol. How long is the message that holds all of them?",
            lambda probs: -probs.double().log2().mean(),
        ),
        Misconception(
            "sign",
            "The sign is flipped. Can a message be shorter than nothing?",
            lambda probs: -code_length_bits(probs),
        ),
        Misconception(
            "sums_probabilities",
            "The probabilities are added up before the logarithm is taken. Which operation joins the probabilities of "
            "symbols, and what does a logarithm make of it?",
            lambda probs: -probs.double().sum().log2(),
            also=(
                lambda probs: -probs.double().mean().log2(),
                lambda probs: -len(probs) * probs.double().mean().log2(),
            ),
        ),
        Misconception(
            "weighted",
            "Each length is weighted by its probability, as in an entropy. But every symbol of this message came "
            "exactly once.",
            lambda probs: -(probs.double() * probs.double().log2()).sum(),
        ),
        Misconception(
            "each_symbol",
            "This is a length for each symbol. How long is the message that holds all of them?",
            lambda probs: -probs.double().log2(),
        ),
        Misconception(
            "no_log",
            "Probabilities are added up as they are. How many bits does a symbol of probability one half take?",
            lambda probs: probs.double().sum(),
        ),
        Misconception(
            "product",
            "This is the probability of the message, or one over it. How many bits does it take to pick one message "
            "out of so many?",
            lambda probs: probs.double().prod(),
            also=(lambda probs: 1 / probs.double().prod(),),
        ),
        Misconception(
            "complement",
            "This is what the symbols that did not come would have cost. Which symbols came?",
            lambda probs: -(1 - probs.double()).log2().sum(),
        ),
        Misconception(
            "base_ten",
            "These are decimal digits, and bits are asked for. Which base does your logarithm have?",
            lambda probs: -probs.double().log10().sum(),
        ),
        Misconception(
            "ln2_upside_down",
            "The conversion from nats to bits is upside down. Is the same length more bits than nats, or fewer?",
            lambda probs: -probs.double().log().sum() * math.log(2),
        ),
        Misconception(
            "skips_first",
            "The first symbol is missing. Is it free?",
            lambda probs: code_length_bits(probs[1:]),
        ),
        Misconception(
            "normalized_again",
            "The probabilities are divided by their sum. But each belongs to a prediction of its own, and is a "
            "probability already.",
            lambda probs: -(probs.double() / probs.double().sum()).log2().sum(),
        ),
        Misconception(
            "product_underflows",
            "The formula is right, but the product of so many small numbers is 0 in the computer. What do logarithms "
            "make of a product?",
        ),
        Misconception(
            "cut_off",
            "Something small is added to a probability, or a limit is set to it, so an unlikely symbol is too cheap.",
            symptom=cut_off,
        ),
    ),
)
