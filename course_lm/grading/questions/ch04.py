"""Chapter 4, perplexity and bits: the same cost in other units, and one step of the coder that pays it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question


def perplexity_of(token_nats: Tensor) -> Tensor:
    """The power of e to the mean cost."""
    return token_nats.double().mean().exp()


def text_bits_per_byte(total_nats: float, text: str) -> float:
    """Bits for each byte of the text in UTF-8."""
    return total_nats / math.log(2) / len(text.encode("utf-8"))


def code_length_bits(probs: Tensor) -> Tensor:
    """The sum of −log₂ p, the ideal length of a message."""
    return -probs.double().log2().sum()


def narrow(low: float, high: float, cumulative: Tensor, symbol: int) -> tuple[float, float]:
    """The share of the interval from `low` to `high` that belongs to the symbol."""
    start, end = cumulative[symbol : symbol + 2].tolist()
    return low + (high - low) * start, low + (high - low) * end


def _row(values: Sequence[float], dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.tensor(values, dtype=dtype, device="cpu")


def _random_row(n: int, generator: torch.Generator, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.rand(n, generator=generator, dtype=dtype, device="cpu")


def _random_costs(seed: int) -> tuple[Case, ...]:
    """A single token, tokens that were all certain, a long text of cheap tokens, and a short one of dear tokens."""
    generator = torch.Generator().manual_seed(seed)
    return (
        (4 * _random_row(1, generator),),
        (_row([0, 0, 0], torch.float64),),
        (_random_row(100, generator, torch.float64),),
        (6 * _random_row(10, generator),),
    )


PERPLEXITY_OF = Question(
    reference=perplexity_of,
    cases=((_row([0, 2]),), (_row([0.5, 3, 1]),), (_row([0.25, 2.5, 0, 1.25, 3], torch.float64),)),
    hidden=_random_costs,
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
    ),
)


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Plain ASCII, a line break, a text for free, and characters of two, three and four bytes."""
    nats = (1 + 20 * _random_row(5, torch.Generator().manual_seed(seed), torch.float64)).tolist()
    texts = ("the dogs rest.\n", "x", "the café → 東京, 5 €.\n" * 3, "🐶🐱 and 🐭")
    return (*zip(nats, texts, strict=False), (0.0, "ñandú"))


TEXT_BITS_PER_BYTE = Question(
    reference=text_bits_per_byte,
    cases=((2.0, "né"), (7.5, "déjà vu\n"), (12.0, "5 € für 🐶 und 日本")),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "per_character",
            "These are bits per character, and some characters of this text take more than one byte. How long is the "
            "text once it is stored in UTF-8?",
            lambda total_nats, text: total_nats / math.log(2) / len(text),
        ),
        Misconception(
            "nats",
            "These are nats per byte, and bits are asked for. How many nats is one bit?",
            lambda total_nats, text: total_nats / len(text.encode("utf-8")),
        ),
        Misconception(
            "ln2_upside_down",
            "The conversion is upside down. A bit is less than a nat: is the same cost more bits than nats, or fewer?",
            lambda total_nats, text: total_nats * math.log(2) / len(text.encode("utf-8")),
        ),
    ),
)


def _random_messages(seed: int) -> tuple[Case, ...]:
    """A single symbol, certain ones, halves of halves, and a longer message; no product is below 1e-30."""
    generator = torch.Generator().manual_seed(seed)
    return (
        (0.05 + 0.9 * _random_row(1, generator),),
        (_row([1, 1, 1], torch.float64),),
        (0.5 ** torch.randint(1, 4, (6,), generator=generator).double(),),
        (0.2 + 0.8 * _random_row(40, generator),),
    )


CODE_LENGTH_BITS = Question(
    reference=code_length_bits,
    cases=((_row([0.3, 0.6]),), (_row([0.9, 0.05, 0.4], torch.float64),), (_row([0.7, 0.01, 0.8, 0.35, 0.95]),)),
    hidden=_random_messages,
    misconceptions=(
        Misconception(
            "rounds_each_up",
            "Every symbol takes whole bits of its own here. If the whole message is coded as one number, does a single "
            "symbol have to end where a bit ends?",
            lambda probs: (-probs.double().log2()).ceil().sum(),
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
    ),
)


def _new_low_in_high(low: float, high: float, cumulative: Tensor, symbol: int) -> tuple[float, float]:
    start, end = cumulative[symbol : symbol + 2].tolist()
    low = low + (high - low) * start
    return low, low + (high - low) * end


def _equal_slices(low: float, high: float, cumulative: Tensor, symbol: int) -> tuple[float, float]:
    width = (high - low) / (len(cumulative) - 1)
    return low + width * symbol, low + width * (symbol + 1)


def _random_steps(seed: int) -> tuple[Case, ...]:
    """A first step, the first and the last symbol, one that is certain, one that is impossible, and many symbols."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [
        (0.25, 0.75, _row([0, 1]), 0),
        (0.125, 0.875, _row([0, 0.3, 0.3, 1], torch.float64), 1),
    ]
    for V, symbol, dtype in ((3, 0, torch.float32), (5, 4, torch.float64), (29, 17, torch.float32)):
        p = 0.1 + _random_row(V, generator, torch.float64)
        cumulative = torch.cat([p.new_zeros(1), (p / p.sum()).cumsum(0)[:-1], p.new_ones(1)])
        low, width = (0.5 * _random_row(2, generator, torch.float64)).tolist()
        cases.append((low, low + width, cumulative.to(dtype), symbol))
    return ((0.0, 1.0, cases[-1][2], 11), *cases)


NARROW = Question(
    reference=narrow,
    cases=(
        (0.25, 0.75, _row([0, 0.2, 0.7, 1]), 1),
        (0.1, 0.9, _row([0, 0.4, 0.5, 0.9, 1], torch.float64), 2),
        (0.3, 0.8, _row([0, 0.5, 0.6, 0.8, 0.9, 1]), 1),
    ),
    hidden=_random_steps,
    misconceptions=(
        Misconception(
            "not_scaled",
            "These are shares of the whole line from 0 to 1. The interval is narrower than that: how wide is a share "
            "of it?",
            lambda low, high, cumulative, symbol: (low + cumulative[symbol], low + cumulative[symbol + 1]),
        ),
        Misconception(
            "new_low_in_high",
            "The new upper end is computed from the new lower end. Both ends are places in the old interval: where "
            "does it begin, and how wide is it?",
            _new_low_in_high,
        ),
        Misconception(
            "equal_slices",
            "Every symbol has a slice of the same width here. A likely symbol should narrow the interval less than a "
            "rare one: what tells them apart?",
            _equal_slices,
        ),
    ),
)

QUESTIONS = (PERPLEXITY_OF, TEXT_BITS_PER_BYTE, CODE_LENGTH_BITS, NARROW)
