"""Chapter 3, cross-entropy: what one token costs, what a token costs on average, and in batches of unequal size.

With ``p = softmax(logits)``, ``p_t`` is the entry of ``p[t]`` at ``targets[t]``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question

LIBRARY_LOSSES = (
    "cross_entropy",
    "cross_entropy_loss",
    "linear_cross_entropy",
    "nll_loss",
    "nll_loss2d",
    "nll_loss_nd",
    "nll_loss_forward",
    "nll_loss2d_forward",
)
"""torch's own losses. Their names differ from version to version; one that does not exist does no harm."""


def token_nll(logits: Tensor, targets: Tensor) -> Tensor:
    """−log p_t at every position, in nats; float64 throughout, so that it is exact for either input dtype."""
    log_p = logits.double().log_softmax(-1)  # (T, V)
    return -log_p.gather(-1, targets[:, None])[:, 0]  # (T, V) -> (T,)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of −log p_t, in nats per token."""
    return token_nll(logits, targets).mean()


def probability(logits: Tensor, targets: Tensor) -> Tensor:
    """p_t at every position."""
    return token_nll(logits, targets).neg().exp()


def _case(rows: list[list[float]], targets: list[int], dtype: torch.dtype = torch.float32) -> Case:
    return torch.tensor(rows, dtype=dtype, device="cpu"), torch.tensor(targets, device="cpu")


CASES = (
    _case([[0, 0]], [1]),
    _case([[2, 0, -1], [0, 1, 0]], [0, 2]),
    _case([[1, -2, 0, 3], [0, 4, 1, -1], [-3, 2, 2, 1]], [0, 1, 3], torch.float64),
)
EXTREMES = (_case([[1000, 0], [0, 0]], [1, 0], torch.float64),)


def _random_cases(seed: int) -> tuple[Case, ...]:
    """Longer texts and larger vocabularies in both dtypes, with scores of at most 20 in size."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, V, dtype in (
        (1, 3, torch.float64),
        (4, 5, torch.float32),
        (9, 17, torch.float64),
        (40, 65, torch.float32),
    ):
        logits = 3 * torch.randn(T, V, generator=generator, dtype=dtype, device="cpu")
        targets = torch.randint(V, (T,), generator=generator, device="cpu")
        cases.append((logits.clamp(-20, 20), targets))
    return tuple(cases)


def _random_and_extreme_cases(seed: int) -> tuple[Case, ...]:
    return (*_random_cases(seed), _case([[-1000, 0, 1000], [-1000, -1000, -1000]], [0, seed % 3]))


TOKEN_NLL = Question(
    reference=token_nll,
    cases=CASES,
    hidden=_random_cases,
    forbidden=LIBRARY_LOSSES,
    misconceptions=(
        Misconception(
            "bits",
            "These are bits, and nats are asked for. Which base does your logarithm have?",
            lambda logits, targets: token_nll(logits, targets) / math.log(2),
        ),
        Misconception(
            "probabilities_not_logs",
            "These are probabilities of the targets. A token that is certain should cost 0: what turns 1 into 0?",
            probability,
        ),
        Misconception(
            "sign",
            "The sign is flipped. The logarithm of a probability is never above 0, and a cost never below.",
            lambda logits, targets: -token_nll(logits, targets),
        ),
        Misconception(
            "unnormalized",
            "These are the scores of the targets, with a minus sign. A score says something only in comparison: "
            "the scores of all other tokens belong in the formula.",
            lambda logits, targets: -logits.gather(-1, targets[:, None])[:, 0],
        ),
    ),
)

CROSS_ENTROPY = Question(
    reference=cross_entropy,
    cases=CASES,
    extremes=EXTREMES,
    hidden=_random_and_extreme_cases,
    forbidden=LIBRARY_LOSSES,
    misconceptions=(
        Misconception(
            "bits",
            "This is in bits per token, and nats are asked for. Which base does your logarithm have?",
            lambda logits, targets: cross_entropy(logits, targets) / math.log(2),
        ),
        Misconception(
            "sum",
            "This is the cost of the whole text, which grows with its length. What does one token cost on average?",
            lambda logits, targets: token_nll(logits, targets).sum(),
        ),
        Misconception(
            "sign",
            "The sign is flipped. The logarithm of a probability is never above 0, and a loss never below.",
            lambda logits, targets: -cross_entropy(logits, targets),
        ),
        Misconception(
            "no_log",
            "This is the mean probability of the targets. Average what each target costs; that is a logarithm.",
            lambda logits, targets: probability(logits, targets).mean(),
        ),
        Misconception(
            "log_of_mean",
            "This is the logarithm of the mean probability. Which comes first, the logarithm or the mean?",
            lambda logits, targets: -probability(logits, targets).mean().log(),
        ),
        Misconception(
            "shift",
            "Each target is scored by the row before its own. Row t already holds the scores for target t.",
            lambda logits, targets: cross_entropy(logits.roll(1, 0), targets),
        ),
        Misconception(
            "softmax_twice",
            "The softmax is applied twice: probabilities are taken for scores. Which of your steps has one built in?",
            lambda logits, targets: cross_entropy(logits.double().softmax(-1), targets),
        ),
        Misconception(
            "overflow",
            "The formula is right, but exp() of a large score overflows, or a tiny probability p becomes 0 before its "
            "logarithm is taken. Can you reach ln p from shifted scores, without forming p?",
        ),
    ),
)


def corpus_loss(sums: Tensor, counts: Tensor) -> Tensor:
    """Nats per token of a corpus, from the nats and the number of tokens of each batch."""
    return sums.double().sum() / counts.double().sum()


def _batches(sums: list[float], counts: list[int], dtype: torch.dtype = torch.float32) -> Case:
    return torch.tensor(sums, dtype=dtype, device="cpu"), torch.tensor(counts, dtype=dtype, device="cpu")


def _random_batches(seed: int) -> tuple[Case, ...]:
    """A single batch, a short last batch, and many batches of very unequal size."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for counts, dtype in (
        ([7], torch.float32),
        ([64, 64, 64, 3], torch.float64),
        (torch.randint(1, 2000, (25,), generator=generator).tolist(), torch.float32),
    ):
        per_token = 0.2 + 3 * torch.rand(len(counts), generator=generator)
        sums = [n * nats for n, nats in zip(counts, per_token.tolist(), strict=True)]
        cases.append(_batches(sums, counts, dtype))
    return tuple(cases)


CORPUS_LOSS = Question(
    reference=corpus_loss,
    cases=(
        _batches([6, 3], [4, 1]),
        _batches([5, 12, 2.5], [10, 8, 2], torch.float64),
        _batches([40, 3, 18, 9], [100, 2, 30, 4]),
    ),
    hidden=_random_batches,
    misconceptions=(
        Misconception(
            "mean_of_means",
            "This is a mean over batches, so a token in a short batch counts for more than one in a long batch. How "
            "can every token of the corpus count the same?",
            lambda sums, counts: (sums.double() / counts.double()).mean(),
        ),
        Misconception(
            "per_batch",
            "This is what a batch costs on average. It changes if the same text is cut into other batches: what is "
            "asked for is the cost of a token.",
            lambda sums, counts: sums.double().mean(),
        ),
        Misconception(
            "total",
            "This is the cost of the whole corpus, and it grows with every token. How many tokens share it?",
            lambda sums, counts: sums.double().sum(),
        ),
    ),
)

QUESTIONS = (TOKEN_NLL, CROSS_ENTROPY, CORPUS_LOSS)
