"""Chapter 1, the probability machine: from scores to probabilities, and from probabilities to a token."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question

LIBRARY_SOFTMAXES = (
    "softmax",
    "log_softmax",
    "softmin",
    "gumbel_softmax",
    "special_softmax",
    "special_log_softmax",
    "_softmax",
    "_log_softmax",
    "_safe_softmax",
    "_masked_softmax",
    "_sparse_softmax",
    "_sparse_log_softmax",
    "_nested_tensor_softmax_with_shape",
)
"""torch's own softmaxes. Their names differ from version to version; one that does not exist does no harm."""


def softmax(logits: Tensor) -> Tensor:
    """Probabilities over the last axis; float64 throughout, so that they are exact for either input dtype."""
    return logits.double().softmax(-1)


def with_temperature(logits: Tensor, temperature: float) -> Tensor:
    """The softmax of the scores, each divided by the temperature."""
    return softmax(logits.double() / temperature)


def sample_token(probs: Tensor, u: float) -> int:
    """The first token whose cumulative probability exceeds u."""
    ends = probs.double().cumsum(0)  # (V,)
    return int(torch.searchsorted(ends / ends[-1], u, right=True))


def _tensor(numbers: object, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.tensor(numbers, dtype=dtype, device="cpu")


def _sampled_from_the_end(probs: Tensor, u: float) -> int:
    """The token that u falls on if the last one lies at the beginning of the stick."""
    return len(probs) - 1 - sample_token(probs.flip(0), u)


def _one_hot(logits: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1])


def _random_logits(seed: int) -> tuple[Tensor, ...]:
    """From one candidate to many, with none to two axes before, in both dtypes; at most 10 in size."""
    generator = torch.Generator().manual_seed(seed)
    shapes = ((1,), (5,), (1, 4), (7, 3), (4, 65), (2, 3, 5))
    tensors = [torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu") for shape in shapes]
    dtypes = (torch.float64, torch.float32)
    return tuple((3 * t).clamp(-10, 10).to(dtypes[i % 2]) for i, t in enumerate(tensors))


def _random_and_extreme_logits(seed: int) -> tuple[Case, ...]:
    far = 1000.0 + seed % 50
    extremes = _tensor([[far, far - 1], [-far, 1 - far], [0, -far]]), _tensor([-far, -far, -far], torch.float64)
    return tuple((logits,) for logits in (*_random_logits(seed), *extremes))


def _random_temperatures(seed: int) -> tuple[Case, ...]:
    """Cold and hot; scores and what becomes of them stay within 40."""
    return tuple(zip(_random_logits(seed), (0.5, 3.0, 0.25, 1.0, 1.7, 100.0), strict=True))


def _random_draws(seed: int) -> tuple[Case, ...]:
    """Each u lies well inside the piece of a token, or is 0; some tokens have no piece."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [
        (_tensor([1.0]), 0.4),
        (_tensor([0.6, 0.4]), 0.0),
        (_tensor([0.0, 0.0, 0.3, 0.7]), 0.0),
        (_tensor([0.25, 0.75, 0.0], torch.float64), 0.99),
    ]
    for V, dtype in ((3, torch.float32), (4, torch.float64), (8, torch.float32), (29, torch.float64)):
        weights = 0.2 + torch.rand(V, generator=generator, dtype=torch.float64, device="cpu")
        weights[torch.randint(V, (), generator=generator)] = 0
        probs = weights / weights.sum()
        token = int(probs.multinomial(1, generator=generator))
        u = float(probs[:token].sum() + probs[token] * (0.3 + 0.4 * torch.rand((), generator=generator)))
        cases.append((probs.to(dtype), u))
    return tuple(cases)


SOFTMAX = Question(
    reference=softmax,
    cases=(
        (_tensor([0, 1, 3]),),
        (_tensor([[2, 0], [1, 3], [-1, 2]], torch.float64),),
        (_tensor([[[1, 0], [2, 3], [0, 4]], [[-1, 3], [1, 1], [5, 2]]]),),
    ),
    extremes=((_tensor([[1000, 999, -1000, 0], [0, 1, 2, 1]], torch.float64),),),
    hidden=_random_and_extreme_logits,
    forbidden=LIBRARY_SOFTMAXES,
    misconceptions=(
        Misconception(
            "overflow",
            "The formula is right, but exp() of a large score overflows, or all of a row becomes 0. What can you "
            "subtract from a row of scores without changing its probabilities?",
        ),
        Misconception(
            "wrong_axis",
            "These numbers sum to 1 along the first axis. One prediction is one row of scores: "
            "along which axis do its candidates stand?",
            lambda logits: logits.double().softmax(0),
        ),
        Misconception(
            "no_exp",
            "These are the scores divided by their sum, so a negative score can give a negative probability. "
            "What makes every score positive first?",
            lambda logits: logits.double() / logits.double().sum(-1, keepdim=True),
        ),
    ),
)

WITH_TEMPERATURE = Question(
    reference=with_temperature,
    cases=(
        (_tensor([0, 1, 3]), 2.0),
        (_tensor([1, -2, 2, 0], torch.float64), 0.5),
        (_tensor([[2, 0], [1, 3], [-1, 2]], torch.float64), 4.0),
    ),
    hidden=_random_temperatures,
    misconceptions=(
        Misconception(
            "multiplies",
            "Here a high temperature makes the model surer, since every score grows with it. "
            "Should heat pull the scores apart, or together?",
            lambda logits, temperature: softmax(logits.double() * temperature),
        ),
        Misconception(
            "divides_probabilities",
            "The probabilities themselves are divided, so they no longer sum to 1 and all odds stay as they were. "
            "Where must the temperature act instead?",
            lambda logits, temperature: softmax(logits) / temperature,
        ),
        Misconception(
            "ignores_temperature",
            "These are the probabilities at temperature 1, whatever the temperature is. Where does it come in?",
            lambda logits, temperature: softmax(logits),
        ),
        Misconception(
            "argmax_only",
            "All of the probability goes to the likeliest token. That is the limit at temperature 0: "
            "what is left for the others at the temperature given?",
            lambda logits, temperature: _one_hot(logits),
        ),
    ),
)

SAMPLE_TOKEN = Question(
    reference=sample_token,
    cases=(
        (_tensor([0.2, 0.5, 0.3]), 0.9),
        (_tensor([0.0, 0.7, 0.3]), 0.0),
        (_tensor([0.1, 0.2, 0.3, 0.4], torch.float64), 0.2),
        (_tensor([0.35, 0.0, 0.2, 0.3, 0.15]), 0.4),
    ),
    hidden=_random_draws,
    misconceptions=(
        Misconception(
            "argmax",
            "This is the likeliest token, whatever u is. How often should the second likeliest come up?",
            lambda probs, u: int(probs.argmax()),
        ),
        Misconception(
            "off_by_one",
            "This is the token before the right one. On the stick u lies on the piece of one token: "
            "does a cumulative sum say where that piece begins, or where it ends?",
            lambda probs, u: max(sample_token(probs, u) - 1, 0),
        ),
        Misconception(
            "reversed",
            "Here the stick begins with the last token. In which order are the pieces laid?",
            _sampled_from_the_end,
        ),
    ),
)

QUESTIONS = (SOFTMAX, WITH_TEMPERATURE, SAMPLE_TOKEN)
