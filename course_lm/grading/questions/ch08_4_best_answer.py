"""Exercise 8.4, which of several answers a model prefers: by what it makes of the whole, and by what of each byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers

MARGIN = 0.01
"""How far the best answer lies before the second, at least, relative to it: rounding exchanges no two."""


def best_answer(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> tuple[int, int]:
    """The place of the answer with the highest probability, and of the one with the highest for each byte."""
    total = _total(log_probs, n_tokens, n_bytes)
    return int(total.argmax()), int((total / n_bytes).argmax())


def _kept(values: Tensor, n_tokens: Tensor) -> Tensor:
    """What belongs to the answers, with 0 for padding: ``(K, T)``."""
    return values.double().where(torch.arange(values.shape[1]) < n_tokens[:, None], 0.0)


def _total(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    return _kept(log_probs, n_tokens).sum(1)


def _per_byte(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    return _total(log_probs, n_tokens, n_bytes) / n_bytes


def _per_token(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    return _total(log_probs, n_tokens, n_bytes) / n_tokens


def _padded(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    return log_probs.double().sum(1)


def _added(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    """The probabilities of the tokens, added up."""
    return _kept(log_probs.double().exp(), n_tokens).sum(1)


def _first(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    return log_probs[:, 0].double()


def _last(log_probs: Tensor, n_tokens: Tensor, n_bytes: Tensor) -> Tensor:
    return log_probs.double().gather(1, n_tokens[:, None] - 1)[:, 0]


def _best(*scores: Callable[..., Tensor]) -> Callable[..., tuple[int, ...]]:
    """The places of the answers with the highest scores."""
    return lambda *case: tuple(int(score(*case).argmax()) for score in scores)


def _by(score: Callable[..., Tensor]) -> Callable[..., tuple[int, ...]]:
    """A choice by another total, and by that for each byte."""
    return _best(score, lambda log_probs, n_tokens, n_bytes: score(log_probs, n_tokens, n_bytes) / n_bytes)


def _underflows(result: Any, expected: Any) -> bool:
    """All probabilities are 0, and the first answer is as good as any."""
    if not isinstance(result, Tensor) or result.shape != expected.shape:
        return False
    return bool(((result == 0) | (result == expected)).all() and not result.equal(expected))


def _answers(log_probs: list[list[float]], n_tokens: list[int], n_bytes: list[int]) -> Case:
    return numbers(log_probs), numbers(n_tokens, torch.int64), numbers(n_bytes, torch.int64)


def _random_answers(seed: int) -> tuple[Case, ...]:
    """A single answer, answers of one token, some without padding, many, and long ones."""
    generator = torch.Generator().manual_seed(seed)
    sizes = ((1, 3), (4, 1), (2, 6), (5, 9), (40, 12), (4, 300))
    return tuple(_clear_case(K, 1, T, generator) for K, T in sizes)


def _unlikely_answers(seed: int) -> tuple[Case, ...]:
    """Answers of so many tokens that their probability is 0 in any float."""
    generator = torch.Generator().manual_seed(seed)
    return tuple(_clear_case(K, 1500, 2000, generator) for K in (3, 6))


def _clear_case(K: int, shortest: int, longest: int, generator: torch.Generator) -> Case:
    """Answers of which one is clearly the best by either score; what stands in the padding may be any number."""
    while True:
        n_tokens = torch.randint(shortest, longest + 1, (K,), generator=generator)
        n_bytes = n_tokens + (5 * n_tokens * torch.rand(K, generator=generator)).long()
        log_probs = -4 * torch.rand(K, longest, generator=generator, dtype=torch.float64) ** 2
        padding = 5 * torch.randn(K, longest, generator=generator, dtype=torch.float64)
        case = (log_probs.where(torch.arange(longest) < n_tokens[:, None], padding), n_tokens, n_bytes)
        if _is_clear(_total(*case)) and _is_clear(_per_byte(*case)):
            return case


def _is_clear(scores: Tensor) -> bool:
    best, *others = scores.sort(descending=True).values.tolist()
    return not others or best - others[0] > MARGIN * abs(best)


BEST_ANSWER = Question(
    reference=best_answer,
    cases=(
        _answers([[-2.8, -1.8, -0.2], [-3.5, -0.1, -0.4], [-1.8, -3.1, -0.9]], [1, 2, 3], [1, 3, 14]),
        _answers(
            [[-3.8, -0.5, -0.1, -2.8], [-0.6, -3.7, -0.9, -2.8], [-1.7, -3.2, -0.3, -3.0], [-0.8, -2.2, -3.7, -0.7]],
            [1, 2, 1, 4],
            [3, 8, 2, 12],
        ),
        _answers(
            [
                [-0.1, -0.1, -3.9, -0.6],
                [-0.1, -1.1, -0.6, -1.5],
                [-2.1, -0.3, -1.6, -0.5],
                [-1.1, -2.7, -0.1, -0.5],
                [-4.0, -0.2, -0.5, -1.6],
            ],
            [4, 4, 2, 2, 1],
            [8, 19, 7, 4, 5],
        ),
        _answers(
            [
                [-2.2, -0.3, -1.9, -0.2],
                [-1.8, -3.5, -1.9, -3.2],
                [-0.6, -0.4, -1.5, -3.3],
                [-0.5, -3.2, -3.7, -2.5],
                [-0.5, -0.1, -3.3, -2.5],
            ],
            [3, 2, 4, 4, 4],
            [15, 7, 21, 9, 9],
        ),
        _answers(
            [
                [-0.6, -0.6, -0.1, -1.3],
                [-0.3, -3.8, -0.9, -0.1],
                [-0.8, -0.4, -3.7, -1.0],
                [-0.3, -2.4, -1.2, -0.6],
                [-3.3, -0.7, -1.9, -1.5],
            ],
            [4, 2, 4, 3, 2],
            [8, 2, 19, 16, 9],
        ),
        _answers(
            [
                [-1.4, -0.2, -2.7, -1.3],
                [-0.4, -0.1, -0.8, -3.2],
                [-0.4, -0.4, -0.1, -0.9],
                [-0.2, -0.4, -1.8, -3.1],
                [-0.1, -3.5, -2.2, -0.1],
                [-0.9, -0.1, -0.1, -0.3],
            ],
            [1, 1, 4, 3, 4, 2],
            [1, 3, 12, 4, 9, 11],
        ),
    ),
    extremes=(_answers([[-300, -420, -90], [-500, -250, -7], [-260, -220, -300]], [3, 2, 3], [9, 10, 30]),),
    extremes_are="long or unlikely answers",
    hidden=_random_answers,
    hidden_extremes=_unlikely_answers,
    partial_points=3,
    misconceptions=(
        Misconception(
            "per_token",
            "The second choice is by probability per token, and a tokenizer that cuts finer would choose otherwise. "
            "Which length does not depend on the tokenizer?",
            _best(_total, _per_token),
        ),
        Misconception(
            "padding_counted",
            "What stands in the padding is counted as well. Which entries of a row belong to the answer?",
            _by(_padded),
            also=(
                _best(_padded, _padded),
                _best(_padded, lambda log_probs, n_tokens, n_bytes: _padded(log_probs, n_tokens, n_bytes) / n_tokens),
                _by(lambda log_probs, n_tokens, n_bytes: _kept(log_probs, n_tokens + 1).sum(1)),
                _by(lambda log_probs, n_tokens, n_bytes: _kept(log_probs, n_bytes).sum(1)),
            ),
        ),
        Misconception(
            "least_likely",
            "An answer is chosen that the model thinks unlikely. Is a logarithm closer to 0 that of a larger "
            "probability, or of a smaller one?",
            _by(lambda *case: -_total(*case)),
            also=(
                _best(_total, lambda *case: -_per_byte(*case)),
                _best(lambda *case: -_total(*case), _per_byte),
                _best(lambda *case: -_total(*case), lambda *case: -_per_token(*case)),
            ),
        ),
        Misconception(
            "not_normalized",
            "Both choices are by the probability of the whole answer. What would let a long answer compete with a "
            "short one?",
            _best(_total, _total),
        ),
        Misconception(
            "both_normalized",
            "The first choice is by a mean. It should be by the probability of the answer as a whole.",
            _best(_per_byte, _per_byte),
            also=(_best(_per_token, _per_token), _best(_per_token, _per_byte)),
        ),
        Misconception(
            "swapped",
            "The two choices have changed places. Which one is asked for first?",
            _best(_per_byte, _total),
        ),
        Misconception(
            "probabilities_added",
            "Probabilities of tokens are added up or averaged. The probability of an answer is a product: what does a "
            "logarithm make of that?",
            _by(_added),
            also=(
                _best(_added, lambda *case: _added(*case) / case[1]),
                _best(lambda *case: _added(*case) / case[1], lambda *case: _added(*case) / case[1]),
                _best(_total, lambda *case: _added(*case) / case[1]),
                _best(_total, lambda *case: _added(*case) / case[2]),
            ),
        ),
        Misconception(
            "probability_divided",
            "The probability of an answer is divided by its length. What a byte adds to an answer is a factor: which "
            "quantity can be shared among bytes by a division?",
            _best(_total, lambda *case: _total(*case).exp() / case[2]),
            also=(_best(lambda *case: _total(*case).exp(), lambda *case: _total(*case).exp() / case[2]),),
        ),
        Misconception(
            "multiplied",
            "The logarithm is multiplied by a length, so long answers lose twice. How does one share something among "
            "bytes?",
            _best(_total, lambda *case: _total(*case) * case[2]),
            also=(_best(_total, lambda *case: _total(*case) * case[1]),),
        ),
        Misconception(
            "divided_twice",
            "The second choice divides by tokens and by bytes. Which of the two makes a probability per byte?",
            _best(_total, lambda *case: _per_byte(*case) / case[1]),
            also=(_best(_per_token, lambda *case: _per_byte(*case) / case[1]),),
        ),
        Misconception(
            "scores",
            "These are scores. The places of the two best answers are asked for.",
            lambda *case: (_total(*case).max(), _per_byte(*case).max()),
            also=(lambda *case: (_total(*case), _per_byte(*case)),),
        ),
        Misconception(
            "from_one",
            "The answers are counted from 1. Which place has the first one in Python?",
            lambda *case: [place + 1 for place in best_answer(*case)],
        ),
        Misconception(
            "one_token",
            "A single token of each answer decides here. An answer is all of its tokens.",
            _best(_first, _first),
            also=(_by(_first), _best(_last, _last), _by(_last)),
        ),
        Misconception(
            "first_missing",
            "The first token of each answer is left out. It was predicted too: what had been read before it?",
            _by(lambda *case: _total(*case) - _first(*case)),
        ),
        Misconception(
            "last_missing",
            "The last token of each answer is left out. How many entries belong to an answer of n tokens?",
            _by(lambda *case: _total(*case) - _last(*case)),
        ),
        Misconception(
            "product_underflows",
            "The idea is right, but a product of so many small factors is 0 in the computer, for one answer as for "
            "the other. Can you compare the answers without forming it?",
            symptom=_underflows,
        ),
    ),
)
