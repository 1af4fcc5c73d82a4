"""Exercise 4.4, one step of an arithmetic coder."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers
from course_lm.grading.questions.ch04_1_perplexity_of import random_row

Ends = tuple[float, float]


def narrow(low: float, high: float, cumulative: Tensor, symbol: int) -> Ends:
    """The share of the interval from `low` to `high` that belongs to the symbol."""
    start, end = _share(cumulative, symbol)
    return low + (high - low) * start, low + (high - low) * end


def _share(cumulative: Tensor, symbol: int) -> Ends:
    start, end = cumulative[symbol : symbol + 2].tolist()
    return start, end


def _mistaken(formula: Callable[[float, float, float, float], Ends]) -> Callable[..., Ends]:
    """A wrong step from a formula in the old low, the width, and the two ends of the share."""
    return lambda low, high, cumulative, symbol: formula(low, high - low, *_share(cumulative, symbol))


def _new_low_in_high(low: float, width: float, start: float, end: float) -> Ends:
    low = low + width * start
    return low, low + width * end


def _high_in_new_interval(low: float, width: float, start: float, end: float) -> Ends:
    """The new low is taken before the width is."""
    high, low = low + width, low + width * start
    return low, low + (high - low) * end


def _low_in_new_interval(low: float, width: float, start: float, end: float) -> Ends:
    """The new high is taken before the low is."""
    return low + width * end * start, low + width * end


def _summed_up(low: float, high: float, row: Tensor, symbol: int) -> Ends:
    """Takes the row for probabilities of the symbols."""
    ends = torch.cat([row.new_zeros(1), row.cumsum(0)])
    return narrow(low, high, ends, symbol)


def _equal_slices(low: float, high: float, cumulative: Tensor, symbol: int) -> Ends:
    width = (high - low) / (len(cumulative) - 1)
    return low + width * symbol, low + width * (symbol + 1)


def _random_steps(seed: int) -> tuple[Case, ...]:
    """A first step and a late one, the first and the last symbol, one that is certain, one impossible, many symbols."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [
        (0.25, 0.75, numbers([0, 1]), 0),
        (0.125, 0.875, numbers([0, 0.3, 0.3, 1], torch.float64), 1),
        (0.5, 0.501, numbers([0, 0.3, 1], torch.float64), 1),
    ]
    for V, symbol, dtype in ((3, 0, torch.float32), (5, 4, torch.float64), (29, 17, torch.float32)):
        p = 0.1 + random_row(V, generator, torch.float64)
        cumulative = torch.cat([p.new_zeros(1), (p / p.sum()).cumsum(0)[:-1], p.new_ones(1)])
        low, width = (0.5 * random_row(2, generator, torch.float64)).tolist()
        cases.append((low, low + width, cumulative.to(dtype), symbol))
    return ((0.0, 1.0, cases[-1][2], 11), *cases)


NARROW = Question(
    reference=narrow,
    cases=(
        (0.25, 0.75, numbers([0, 0.2, 0.7, 1]), 1),
        (0.1234567, 0.9, numbers([0, 0.4, 0.5, 0.9, 1], torch.float64), 2),
        (0.3, 0.8, numbers([0, 0.5, 0.6, 0.8, 0.9, 1]), 1),
    ),
    hidden=_random_steps,
    tolerance=2e-7,
    misconceptions=(
        Misconception(
            "not_scaled",
            "These are shares of the whole line from 0 to 1. The interval is narrower than that: how wide is a share "
            "of it?",
            _mistaken(lambda low, width, start, end: (low + start, low + end)),
        ),
        Misconception(
            "new_low_in_high",
            "One new end is computed from the other new end. Both ends are places in the old interval: where "
            "does it begin, and how wide is it?",
            _mistaken(_new_low_in_high),
            also=(_mistaken(_high_in_new_interval), _mistaken(_low_in_new_interval)),
        ),
        Misconception(
            "equal_slices",
            "Every symbol has a slice of the same width here. A likely symbol should narrow the interval less than a "
            "rare one: what tells them apart?",
            _equal_slices,
        ),
        Misconception(
            "no_low",
            "The share has the right width and lies at the beginning of the line. Where does the old interval begin?",
            _mistaken(lambda low, width, start, end: (width * start, width * end)),
        ),
        Misconception(
            "only_cumulative",
            "These are the ends of the share in an interval from 0 to 1. Where is that share in the interval so far?",
            _mistaken(lambda low, width, start, end: (start, end)),
        ),
        Misconception(
            "swapped",
            "The two ends have changed places. Which of them is asked for first?",
            _mistaken(lambda low, width, start, end: (low + width * end, low + width * start)),
        ),
        Misconception(
            "symbol_before",
            "This is the share of the symbol before. Between which two cumulative sums does the share of s lie?",
            lambda low, high, cumulative, symbol: narrow(low, high, cumulative, symbol - 1),
        ),
        Misconception(
            "symbol_after",
            "This is the share of the symbol after. Between which two cumulative sums does the share of s lie?",
            lambda low, high, cumulative, symbol: narrow(low, high, cumulative, symbol + 1),
        ),
        Misconception(
            "old_width",
            "The new interval is as wide as the old one. How much of it belongs to the symbol?",
            _mistaken(lambda low, width, start, end: (low + width * start, low + width * start + width)),
        ),
        Misconception(
            "old_high",
            "The upper end has stayed where it was. Where does the share of the symbol end?",
            _mistaken(lambda low, width, start, end: (low + width * start, low + width)),
        ),
        Misconception(
            "old_low",
            "The lower end has stayed where it was. Where does the share of the symbol begin?",
            _mistaken(lambda low, width, start, end: (low, low + width * end)),
        ),
        Misconception(
            "only_end",
            "The interval has the width of the symbol, but begins at the old low. Which symbols lie before this one?",
            _mistaken(lambda low, width, start, end: (low, low + width * (end - start))),
        ),
        Misconception(
            "unscaled_width",
            "The new low is right. But the new interval is as wide as p. How wide is a share p of an interval that is "
            "narrower than 1?",
            _mistaken(lambda low, width, start, end: (low + width * start, low + width * start + end - start)),
        ),
        Misconception(
            "multiplied_ends",
            "Each end is multiplied by its cumulative sum. A share is measured from low. How far is it from there?",
            _mistaken(lambda low, width, start, end: (low * start, (low + width) * end)),
        ),
        Misconception(
            "scaled_by_high",
            "The share is measured in units of high, as if the interval began at 0. How wide is the interval?",
            _mistaken(lambda low, width, start, end: (low + (low + width) * start, low + (low + width) * end)),
        ),
        Misconception(
            "from_the_top",
            "The share is measured from the upper end down. At which end of the interval do the cumulative sums begin "
            "with 0?",
            _mistaken(lambda low, width, start, end: (low + width * (1 - end), low + width * (1 - start))),
            also=(
                _mistaken(lambda low, width, start, end: (low + width * (1 - start), low + width * (1 - end))),
                _mistaken(lambda low, width, start, end: (low + width * start, low + width * (1 - end))),
            ),
        ),
        Misconception(
            "low_and_width",
            "The second number is the width of the new interval. Its upper end is asked for.",
            _mistaken(lambda low, width, start, end: (low + width * start, width * (end - start))),
        ),
        Misconception(
            "summed_again",
            "The cumulative sums are summed up once more. They are running sums already. What is c with the index s?",
            _summed_up,
            also=(lambda low, high, cumulative, symbol: _summed_up(low, high, cumulative, symbol + 1),),
        ),
        Misconception(
            "own_width_as_end",
            "The upper end is the old low plus the width of the symbol. But where does the share of the symbol begin?",
            _mistaken(lambda low, width, start, end: (low + width * start, low + width * (end - start))),
        ),
    ),
)
