"""Chapter 5, teacher forcing: who may read whom, and what a text costs when its true tokens are read.

In every array over pairs of positions, the row is the position that looks and the column the one looked at.
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question


def causal_mask(n: int) -> Tensor:
    """``(n, n)`` bool: a row may look at itself and at the columns before it."""
    return _up_to(n, 0)


def _up_to(n: int, last: int) -> Tensor:
    """A row may look at the columns up to `last` places after its own."""
    place = torch.arange(n)
    return place[None, :] <= place[:, None] + last  # (1, n), (n, 1) -> (n, n)


def causal_weights(scores: Tensor) -> Tensor:
    """``(T, T)``: the softmax of every row over what it may see, and 0 elsewhere."""
    return _weights(scores, 0)


def _weights(scores: Tensor, last: int) -> Tensor:
    hidden = ~_up_to(len(scores), last)
    return scores.double().masked_fill(hidden, float("-inf")).softmax(-1)


def teacher_forced_loss(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    """The mean cost of `ids` in nats, where row ``table[current]`` scores the token after `current`."""
    return _mean_cost(table[torch.cat([torch.tensor([bos_id]), ids[:-1]])], ids)


def _mean_cost(logits: Tensor, targets: Tensor) -> Tensor:
    log_p = logits.double().log_softmax(-1)  # (T, V)
    return -log_p.gather(-1, targets[:, None]).mean()


def _free_running_loss(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    current = [bos_id]
    while len(current) < len(ids):
        current.append(int(table[current[-1]].argmax()))
    return _mean_cost(table[current], ids)


def _random_sizes(seed: int) -> tuple[Case, ...]:
    more = torch.randint(6, 14, (2,), generator=torch.Generator().manual_seed(seed))
    return (1,), (2,), (int(more[0]),), (20 + int(more[1]),)


def _random_scores(seed: int) -> tuple[Case, ...]:
    """Rows of scores that are at most 40 in size, from one position on."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, size, dtype in (
        (1, 3, torch.float32),
        (2, 1, torch.float64),
        (7, 12, torch.float32),
        (30, 3, torch.float64),
    ):
        scores = size * torch.randn(T, T, generator=generator, dtype=dtype)
        cases.append((scores.clamp(-40, 40),))
    return tuple(cases)


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Texts of one token and of many, with the start of text anywhere in the vocabulary."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, V, dtype in ((1, 3, torch.float64), (2, 5, torch.float32), (9, 4, torch.float64), (57, 29, torch.float32)):
        table = 3 * torch.randn(V, V, generator=generator, dtype=dtype)
        ids = torch.randint(V, (T,), generator=generator)
        cases.append((table.clamp(-20, 20), ids, int(torch.randint(V, (), generator=generator))))
    return tuple(cases)


CAUSAL_MASK = Question(
    reference=causal_mask,
    cases=((3,), (4,), (7,)),
    hidden=_random_sizes,
    misconceptions=(
        Misconception(
            "inverted",
            "True marks what is hidden here, and False what may be read. Which of the two does the exercise ask for?",
            lambda n: ~causal_mask(n),
        ),
        Misconception(
            "upside_down",
            "Every position reads itself and the future, and nothing of the past. Which index is the one that looks, "
            "the row or the column?",
            lambda n: causal_mask(n).T,
        ),
        Misconception(
            "hides_self",
            "No position reads its own token, and the first one reads nothing at all. When a position predicts the "
            "next token, which tokens have been read?",
            lambda n: _up_to(n, -1),
        ),
        Misconception(
            "sees_next",
            "Every position reads one token too many. Which token is it to predict, and where does that token stand?",
            lambda n: _up_to(n, 1),
        ),
        Misconception(
            "sees_everything",
            "Nothing is hidden, so every answer lies open. Which tokens have not come yet when a position predicts?",
            lambda n: torch.ones(n, n, dtype=torch.bool),
        ),
    ),
)

CAUSAL_WEIGHTS = Question(
    reference=causal_weights,
    cases=(
        (torch.tensor([[1.0, 2.0, -1.0], [2.0, 1.0, 3.0], [-1.0, 2.0, 1.0]]),),
        (torch.tensor([[2, -1, 3, 1], [1, -2, 2, -1], [3, 1, -1, 2], [-2, 1, 2, -1]], dtype=torch.float64),),
    ),
    hidden=_random_scores,
    misconceptions=(
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
            "Every row gives some weight to the position after its own. What stands there that it should not know?",
            lambda scores: _weights(scores, 1),
        ),
        Misconception(
            "hides_self",
            "After the first row, no position gives any weight to itself. Is the token there already read, or still to "
            "be predicted?",
            lambda scores: _weights(scores, -1),
            compared=lambda weights: weights[1:],
        ),
    ),
)

TEACHER_FORCED_LOSS = Question(
    reference=teacher_forced_loss,
    cases=(
        (torch.tensor([[0.0, 1.0, 3.0], [2.0, 0.0, -1.0], [1.0, -1.0, 0.0]]), torch.tensor([1, 2, 2, 0]), 2),
        (
            torch.tensor([[1, -2, 0, 3], [0, 1, 4, -1], [-3, 2, 1, 0], [2, 0, -1, 1]], dtype=torch.float64),
            torch.tensor([3, 1, 0, 0, 2]),
            1,
        ),
    ),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "forgets_bos",
            "There is one term too few: nothing predicts the first token. What does the model read before the text?",
            lambda table, ids, bos_id: _mean_cost(table[ids[:-1]], ids[1:]),
        ),
        Misconception(
            "no_shift",
            "Each token is scored by its own row, as if it had been read before it was predicted. Which token has been "
            "read last when token t is the answer?",
            lambda table, ids, bos_id: _mean_cost(table[ids], ids),
        ),
        Misconception(
            "free_running",
            "Each step reads the best guess of the step before. In training, what does the model read after a wrong "
            "guess?",
            _free_running_loss,
        ),
    ),
)

QUESTIONS = (CAUSAL_MASK, CAUSAL_WEIGHTS, TEACHER_FORCED_LOSS)
