"""Exercise 2.1, a text as questions and answers."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def next_token_pairs(ids: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """The first n ids, and for each of them the one after it."""
    return ids[:n], ids[1 : n + 1]


def _random_pairs(seed: int) -> tuple[Case, ...]:
    """Texts that end with the last pair, and texts that go on."""
    generator = torch.Generator().manual_seed(seed)
    sizes = ((2, 1), (9, 1), (9, 8), (30, 17), (100, 64))
    return tuple((torch.randint(50, (N,), generator=generator), n) for N, n in sizes)


NEXT_TOKEN_PAIRS = Question(
    reference=next_token_pairs,
    cases=(
        (numbers([5, 2, 7, 9], torch.int64), 3),
        (numbers([3, 1, 4, 8, 6, 0], torch.int64), 4),
        (numbers([4, 4, 0, 2, 4, 1, 7, 7, 2], torch.int64), 6),
    ),
    hidden=_random_pairs,
    misconceptions=(
        Misconception(
            "no_shift",
            "The targets are the inputs themselves, so the best a model could do is copy. What should it predict when "
            "it has read the first token?",
            lambda ids, n: (ids[:n], ids[:n]),
        ),
        Misconception(
            "swapped",
            "Inputs and targets have changed places. Which of the two does a model read, and which comes after that?",
            lambda ids, n: (ids[1 : n + 1], ids[:n]),
        ),
        Misconception(
            "inputs_overwritten",
            "The inputs hold the targets too. Are x and y two arrays, or two names for one array that is written to?",
            lambda ids, n: (ids[1 : n + 1], ids[1 : n + 1]),
        ),
        Misconception(
            "previous_token",
            "The targets are moved by one, but the wrong way: each is the token before its input. "
            "Does a model predict what it has already read?",
            lambda ids, n: (ids[:n], torch.cat([ids[:1], ids[: n - 1]])),
            compared=lambda pair: torch.cat([pair[0], pair[1, 1:]]),  # nothing stands before the first token
        ),
        Misconception(
            "wraps_around",
            "The last target is the first token of x, as if the text were a ring. "
            "Which token comes after the last one of x in ids?",
            lambda ids, n: (ids[:n], ids[:n].roll(-1)),
        ),
        Misconception(
            "last_target",
            "All pairs are right but the last one. Which token comes after the last one of x in ids?",
            lambda ids, n: (ids[:n], torch.cat([ids[1:n], ids.new_tensor([-1])])),
            compared=lambda pair: pair[:, :-1],
        ),
        Misconception(
            "next_number",
            "One is added to each id, which gives the next number. Which token stands next in the text?",
            lambda ids, n: (ids[:n], ids[:n] + 1),
        ),
        Misconception(
            "disjoint_pairs",
            "The text is cut into pairs that share no token. But every token except the first is a target, and every "
            "token except the last is an input.",
            lambda ids, n: (ids[::2][:n], ids[1::2][:n]),
            also=(lambda ids, n: (ids[: 2 * n : 2], ids[1 : 2 * n : 2]),),
        ),
        Misconception(
            "next_block",
            "The targets are the tokens that follow the last input. Each target should come directly after its own "
            "input.",
            lambda ids, n: (ids[:n], ids[n : 2 * n]),
        ),
        Misconception(
            "two_ahead",
            "There is a token between each input and its target. Which token comes directly after the input?",
            lambda ids, n: (ids[:n], ids[2 : n + 2]),
        ),
        Misconception(
            "ignores_n",
            "These are all pairs of the text. How many are asked for?",
            lambda ids, n: (ids[:-1], ids[1:]),
        ),
        Misconception(
            "too_few",
            "One pair is missing at the end. How many tokens of the text does it take to make n pairs?",
            lambda ids, n: (ids[: n - 1], ids[1:n]),
        ),
        Misconception(
            "too_many",
            "There is one pair more than asked for. How many inputs does it take for n pairs?",
            lambda ids, n: (ids[: n + 1], ids[1 : n + 2]),
        ),
        Misconception(
            "unequal_lengths",
            "There are more inputs than targets, or fewer. Where does the slice of the targets end, if it begins one "
            "place later?",
            lambda ids, n: (ids[:n], ids[1:n]),
            also=(lambda ids, n: (ids[:n], ids[1:]),),
        ),
        Misconception(
            "one_target",
            "The targets are one token, the one after all n inputs. What is the target of the first input?",
            lambda ids, n: (ids[:n], ids[n]),
            also=(lambda ids, n: (ids[:n], ids[n : n + 1]),),
        ),
        Misconception(
            "last_pairs",
            "These are the last pairs of the text. Where does x begin?",
            lambda ids, n: (ids[-n - 1 : -1], ids[-n:]),
        ),
        Misconception(
            "skips_first",
            "The pairs are right, but they begin with the second token. Which token is read first?",
            lambda ids, n: (ids[1 : n + 1], torch.cat([ids, ids[-1:]])[2 : n + 2]),
            compared=lambda pair: torch.cat([pair[0], pair[1, :-1]]),  # there may be no token after the last
        ),
    ),
)
