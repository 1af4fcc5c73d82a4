"""Exercise 1.3, the draw of one token."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def sample_token(probs: Tensor, u: float) -> int:
    """The first token whose cumulative probability exceeds u."""
    return int(torch.searchsorted(_ends(probs), u, right=True))


def _ends(probs: Tensor) -> Tensor:
    ends = probs.double().cumsum(0)  # (V,)
    return ends / ends[-1]


def _sampled_from_the_end(probs: Tensor, u: float) -> int:
    """The token that u falls on if the last one lies at the beginning of the stick."""
    return len(probs) - 1 - sample_token(probs.flip(0), u)


def _first(found: Tensor, otherwise: int) -> int:
    return int(found.int().argmax()) if found.any() else otherwise


def _random_draws(seed: int) -> tuple[Case, ...]:
    """Each u lies well inside the piece of a token, at its left end, or is 0; some tokens have no piece."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [
        (numbers([1.0]), 0.4),
        (numbers([0.6, 0.4]), 0.0),
        (numbers([0.0, 0.0, 0.3, 0.7]), 0.0),
        (numbers([0.25, 0.75, 0.0], torch.float64), 0.99),
        (numbers([0.5, 0.25, 0.25]), 0.5),
        (numbers([0.125, 0.125, 0.0, 0.5, 0.25], torch.float64), 0.25),
        (numbers([0.5, 0.0, 0.25, 0.25]), 0.75),
        (numbers([1 / 256] * 256), 0.9995),
    ]
    for V, dtype in ((3, torch.float32), (4, torch.float64), (8, torch.float32), (29, torch.float64)):
        weights = 0.2 + torch.rand(V, generator=generator, dtype=torch.float64)
        weights[torch.randint(V, (), generator=generator)] = 0
        probs = weights / weights.sum()
        token = int(probs.multinomial(1, generator=generator))
        u = float(probs[:token].sum() + probs[token] * (0.3 + 0.4 * torch.rand((), generator=generator)))
        cases.append((probs.to(dtype), u))
    return tuple(cases)


SAMPLE_TOKEN = Question(
    reference=sample_token,
    cases=(
        (numbers([0.2, 0.5, 0.3]), 0.9),
        (numbers([0.0, 0.7, 0.3]), 0.0),
        (numbers([0.5, 0.25, 0.25]), 0.5),
        (numbers([0.1, 0.2, 0.3, 0.4], torch.float64), 0.2),
        (numbers([0.35, 0.0, 0.2, 0.3, 0.15]), 0.4),
    ),
    hidden=_random_draws,
    misconceptions=(
        Misconception(
            "argmax",
            "This is the likeliest token, whatever u is. How often should the second likeliest come up?",
            lambda probs, u: int(probs.argmax()),
        ),
        Misconception(
            "includes_right_end",
            "Where u is exactly at the end of a piece, this takes that piece. Does a piece include its right end, "
            "or its left one? And which token can come up at u = 0?",
            lambda probs, u: int(torch.searchsorted(_ends(probs), u)),
            also=(lambda probs, u: int(((_ends(probs) >= u) & (probs > 0)).int().argmax()),),
        ),
        Misconception(
            "off_by_one",
            "This is the token before the right one. On the stick u lies on the piece of one token: "
            "does a cumulative sum say where that piece begins, or where it ends?",
            lambda probs, u: max(sample_token(probs, u) - 1, 0),
        ),
        Misconception(
            "one_too_far",
            "This is the token after the right one. How many pieces end before u, and which id comes after those?",
            lambda probs, u: sample_token(probs, u) + 1,
            also=(lambda probs, u: min(sample_token(probs, u) + 1, len(probs) - 1),),
        ),
        Misconception(
            "reversed",
            "Here the stick begins with the last token, or u is measured from the far end. In which order are the "
            "pieces laid, and from where is u measured?",
            _sampled_from_the_end,
            also=(lambda probs, u: min(sample_token(probs, 1 - u), len(probs) - 1),),
        ),
        Misconception(
            "equal_pieces",
            "Every token has a piece of the same length here. How long should the piece of a likely token be?",
            lambda probs, u: int(u * len(probs)),
        ),
        Misconception(
            "sorted_first",
            "The pieces are laid in the order of their lengths here. In which order should they lie, and what is the "
            "id of a token?",
            lambda probs, u: sample_token(probs.sort(descending=True, stable=True).values, u),
            also=(
                lambda probs, u: sample_token(probs.sort(stable=True).values, u),
                lambda probs, u: int((order := probs.sort(descending=True, stable=True))[1][sample_token(order[0], u)]),
                lambda probs, u: int((order := probs.sort(stable=True))[1][sample_token(order[0], u)]),
            ),
        ),
        Misconception(
            "not_cumulative",
            "Here u is compared with single probabilities. On the stick, a piece begins where the piece before it "
            "ends. With what must u be compared?",
            lambda probs, u: _first(probs > u, len(probs) - 1),
            also=(lambda probs, u: _first(probs > u, 0), lambda probs, u: _first(probs >= u, len(probs) - 1)),
        ),
        Misconception(
            "last_never",
            "The last token can never be drawn. Does a loop end one piece too early?",
            lambda probs, u: min(sample_token(probs, u), max(len(probs) - 2, 0)),
        ),
        Misconception(
            "ids_shifted",
            "Tokens of probability 0 are dropped before the pieces are counted, so the tokens after them get other "
            "ids.",
            lambda probs, u: sample_token(probs[probs > 0], u),
        ),
        Misconception(
            "nearest",
            "This is the token whose end, or whose probability, lies nearest to u. On whose piece does u fall?",
            lambda probs, u: int((_ends(probs) - u).abs().argmin()),
            also=(lambda probs, u: int((probs.double() - u).abs().argmin()),),
        ),
    ),
)
