"""Exercise 4.1, the die that is as hard to guess as a token."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, cut_off, numbers


def perplexity_of(token_nats: Tensor) -> Tensor:
    """The power of e to the mean cost."""
    return token_nats.double().mean().exp()


def random_row(n: int, generator: torch.Generator, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.rand(n, generator=generator, dtype=dtype)


def _random_costs(seed: int) -> tuple[Case, ...]:
    """A single token, tokens that were all certain, a text of cheap tokens, and a short one of costly tokens."""
    generator = torch.Generator().manual_seed(seed)
    return (
        (4 * random_row(1, generator),),
        (numbers([0, 0, 0], torch.float64),),
        (random_row(100, generator, torch.float64),),
        (6 * random_row(10, generator),),
    )


def _long_costs(seed: int) -> tuple[Case, ...]:
    """Texts of thousands of tokens."""
    generator = torch.Generator().manual_seed(seed)
    return tuple((3 * random_row(4000, generator, dtype),) for dtype in (torch.float32, torch.float64))


PERPLEXITY_OF = Question(
    reference=perplexity_of,
    cases=((numbers([0, 2]),), (numbers([0.5, 3, 1]),), (numbers([0.25, 2.5, 0, 1.25, 3], torch.float64),)),
    extremes=((numbers([60.0] * 11 + [59.0], torch.float64),),),
    extremes_are="long or costly texts",
    hidden=_random_costs,
    hidden_extremes=_long_costs,
    partial_points=3,
    misconceptions=(
        Misconception(
            "base_two",
            "This is a power of 2, and 2 belongs to bits. The costs are in nats: which base do nats come from?",
            lambda token_nats: 2 ** token_nats.double().mean(),
        ),
        Misconception(
            "mean_of_exp",
            "This is the mean of the dice, one die for each token. A single costly token then outweighs all others. "
            "Which comes first, the mean or the power?",
            lambda token_nats: token_nats.double().exp().mean(),
        ),
        Misconception(
            "not_averaged",
            "This is one over the probability of the whole text, so every token makes it larger. A perplexity says how "
            "hard one token was. Where does the number of tokens come in?",
            lambda token_nats: token_nats.double().sum().exp(),
        ),
        Misconception(
            "no_exp",
            "This is the mean cost, in nats. How many sides does a die have that costs this much per throw?",
            lambda token_nats: token_nats.double().mean(),
        ),
        Misconception(
            "upside_down",
            "This is below 1, so it cannot be a number of sides: it is the probability of a typical token. Is a cost "
            "the logarithm of p, or of 1/p?",
            lambda token_nats: (-token_nats.double().mean()).exp(),
        ),
        Misconception(
            "each_token",
            "This is a die for each token. Which one die stands for all of them?",
            lambda token_nats: token_nats.double().exp(),
        ),
        Misconception(
            "sum_of_exp",
            "The sides of all dice are added up. Costs add up along a text, but do numbers of sides?",
            lambda token_nats: token_nats.double().exp().sum(),
        ),
        Misconception(
            "bits_in_exp",
            "The costs are turned into bits, and then e is raised to that power. Which base goes with bits?",
            lambda token_nats: (token_nats.double().mean() / math.log(2)).exp(),
        ),
        Misconception(
            "one_too_few",
            "The sum is divided by one less than the number of tokens. How many costs were added up?",
            lambda token_nats: (token_nats.double().sum() / (len(token_nats) - 1)).exp(),
        ),
        Misconception(
            "median",
            "This is the die of the token in the middle. All tokens should count. Which mean do costs need?",
            lambda token_nats: token_nats.double().median().exp(),
        ),
        Misconception(
            "logarithm",
            "A logarithm is taken of the mean cost, which is one already. What undoes a logarithm?",
            lambda token_nats: token_nats.double().mean().log(),
        ),
        Misconception(
            "inverse_of_mean",
            "This is one over the mean probability. Along a text, probabilities are multiplied. Which mean fits a "
            "product?",
            lambda token_nats: 1 / (-token_nats.double()).exp().mean(),
        ),
        Misconception(
            "divided_after",
            "Here e is raised to the sum, and the result is divided by the number of tokens. Which comes first, the "
            "division or the power?",
            lambda token_nats: token_nats.double().sum().exp() / len(token_nats),
        ),
        Misconception(
            "leaves_out_certain",
            "Tokens that cost nothing are left out. But a certain token is a token too. What does it do to the mean?",
            lambda token_nats: token_nats.double()[token_nats > 0].mean().exp(),
        ),
        Misconception(
            "costs_as_probabilities",
            "A logarithm is taken of the costs, as if they were probabilities. What are they already?",
            lambda token_nats: (-token_nats.double().log().mean()).exp(),
            also=(lambda token_nats: (-(token_nats.double() + 1e-12).log().mean()).exp(),),
        ),
        Misconception(
            "product_overflows",
            "The formula is right, but a product over all tokens, or e to the whole sum, is too large for the "
            "computer. Which step keeps the numbers small if it comes first?",
        ),
        Misconception(
            "cut_off",
            "A limit is set to a cost or to the result, so a text that is hard to guess seems easier than it is.",
            symptom=cut_off,
        ),
    ),
)
