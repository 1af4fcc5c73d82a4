"""Exercise 5.1, who may look at whom: the row looks, the column is looked at."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question


def causal_mask(n: int) -> Tensor:
    """``(n, n)`` bool: a row may look at itself and at the columns before it."""
    return seen_up_to(n, 0)


def seen_up_to(n: int, last: int) -> Tensor:
    """A row may look at the columns up to `last` places after its own."""
    place = torch.arange(n)
    return place[None, :] <= place[:, None] + last  # (1, n), (n, 1) -> (n, n)


def _random_sizes(seed: int) -> tuple[Case, ...]:
    more = torch.randint(6, 14, (2,), generator=torch.Generator().manual_seed(seed))
    return (1,), (2,), (int(more[0]),), (20 + int(more[1]),), (100,)


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
            "next token, which tokens has it read?",
            lambda n: seen_up_to(n, -1),
        ),
        Misconception(
            "sees_next",
            "Every position reads one token too many. Which token should it predict, and where does that token stand?",
            lambda n: seen_up_to(n, 1),
        ),
        Misconception(
            "sees_everything",
            "Nothing is hidden, so every answer lies open. Which tokens have not come yet when a position predicts?",
            lambda n: torch.ones(n, n, dtype=torch.bool),
        ),
        Misconception(
            "sees_self_only",
            "Every position reads its own token and no other, as in a bigram. Which other tokens have come already?",
            lambda n: torch.eye(n, dtype=torch.bool),
        ),
        Misconception(
            "forgets_past",
            "Every position reads itself and the one token before. What about the tokens that came earlier?",
            lambda n: seen_up_to(n, 0) & ~seen_up_to(n, -2),
        ),
        Misconception(
            "sees_others",
            "Every position reads all tokens but its own, and so it reads the answers too. Which tokens have come "
            "already?",
            lambda n: ~torch.eye(n, dtype=torch.bool),
        ),
        Misconception(
            "mirrored",
            "The triangle leans to the other side, as if the text were read from its end. In row 0, which entry is "
            "True?",
            lambda n: causal_mask(n).flip(1),
            also=(lambda n: causal_mask(n).flip(0),),
        ),
        Misconception(
            "one_too_many",
            "The matrix has a row and a column too many. How many positions are there?",
            lambda n: causal_mask(n + 1),
            also=(lambda n: causal_mask(n - 1),),
        ),
        Misconception(
            "weights",
            "These are weights that sum to 1, or numbers to add to scores. Whether a position may look at another is "
            "answered by True or False.",
            lambda n: causal_mask(n).double() / causal_mask(n).sum(1, keepdim=True),
            also=(
                lambda n: torch.zeros(n, n).masked_fill(~causal_mask(n), float("-inf")),
                lambda n: torch.zeros(n, n).masked_fill(causal_mask(n), float("-inf")),
            ),
        ),
        Misconception(
            "first_row_empty",
            "The first position reads nothing, not even its own token. Which token has been read before the first "
            "prediction?",
            lambda n: causal_mask(n) & (torch.arange(n) > 0)[:, None],
        ),
        Misconception(
            "first_column_only",
            "Every position reads the first token and itself, or the first token alone. What about the tokens in "
            "between?",
            lambda n: torch.eye(n, dtype=torch.bool) | (torch.arange(n) == 0)[None, :],
            also=(lambda n: (torch.arange(n) == 0)[None, :].expand(n, n),),
        ),
    ),
)
