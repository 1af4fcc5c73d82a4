"""Exercise 3.1, what one token costs.

With ``p = softmax(logits)``, ``p_t`` is the entry of ``p[t]`` at ``targets[t]``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, cut_off, numbers

LIBRARY_LOSSES = (
    *("cross_entropy", "cross_entropy_loss", "linear_cross_entropy", "nll_loss", "nll_loss2d", "nll_loss_nd"),
    *("nll_loss_forward", "nll_loss2d_forward", "CrossEntropyLoss", "NLLLoss"),
)
"""torch's own forms of this loss, as the statement says; to make it of something else takes understanding. Their names
differ from version to version; one that does not exist does no harm."""


def token_nll(logits: Tensor, targets: Tensor) -> Tensor:
    """−log p_t at every position, in nats; float64 throughout, so that it is exact for either input dtype."""
    return -log_probabilities(logits).gather(-1, targets[:, None])[:, 0]  # (T, V) -> (T,)


def log_probabilities(logits: Tensor) -> Tensor:
    return logits.double().log_softmax(-1)  # (T, V)


def probability(logits: Tensor, targets: Tensor) -> Tensor:
    """p_t at every position."""
    return token_nll(logits, targets).neg().exp()


def true_scores(logits: Tensor, targets: Tensor) -> Tensor:
    return logits.double().gather(-1, targets[:, None])[:, 0]


def over_wrong_axis(logits: Tensor, targets: Tensor) -> Tensor:
    return -logits.double().log_softmax(0).gather(-1, targets[:, None])[:, 0]


def others_nll(logits: Tensor, targets: Tensor) -> Tensor:
    """The cost that each of the other tokens did not come, added up at every position."""
    costs = -(1 - log_probabilities(logits).exp()).log()
    return costs.sum(-1) - costs.gather(-1, targets[:, None])[:, 0]


def text_case(rows: list[list[float]], targets: list[int], dtype: torch.dtype = torch.float32) -> Case:
    return numbers(rows, dtype), numbers(targets, torch.int64)


CASES = (
    text_case([[0, 0]], [1]),
    text_case([[2, 0, -1], [0, 1, 0]], [0, 2]),
    text_case([[1, -2, 0, 3], [0, 4, 1, -1], [-3, 2, 2, 1]], [0, 1, 3], torch.float64),
)


def random_texts(seed: int) -> tuple[Case, ...]:
    """Longer texts and larger vocabularies in both dtypes, with scores of at most 20 in size."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, V, dtype in (
        (1, 3, torch.float64),
        (4, 5, torch.float32),
        (9, 17, torch.float64),
        (6, 1, torch.float64),
        (40, 65, torch.float32),
        (300, 17, torch.float32),
    ):
        logits = 3 * torch.randn(T, V, generator=generator, dtype=dtype)
        targets = torch.randint(V, (T,), generator=generator)
        cases.append((logits.clamp(-20, 20), targets))
    return tuple(cases)


def _wide_cases(seed: int) -> tuple[Case, ...]:
    """Scores from one end of what is promised to the other, for a target at the lower one."""
    return (
        text_case([[40, -40, 0], [-40, -40, -40]], [1, seed % 3]),
        text_case([[-40, 0, 40, seed % 40]], [0], torch.float64),
    )


BITS = Misconception(
    "bits",
    "These are bits, and nats are asked for. Which base does your logarithm have?",
    lambda logits, targets: token_nll(logits, targets) / math.log(2),
)


CUT_OFF = Misconception(
    "cut_off",
    "Something small is added to a probability, or a limit is set to it, so a token that the model thought nearly "
    "impossible is too cheap. What does it cost without that?",
    symptom=cut_off,
)


TOKEN_NLL = Question(
    reference=token_nll,
    cases=CASES,
    extremes=(text_case([[30, 0, -10], [0, -40, 40]], [2, 1], torch.float64),),
    extremes_are="tokens that the model thought nearly impossible",
    hidden=random_texts,
    hidden_extremes=_wide_cases,
    partial_points=3,
    forbidden=LIBRARY_LOSSES,
    misconceptions=(
        BITS,
        Misconception(
            "probabilities_not_logs",
            "These are probabilities of the targets. A token that is certain should cost 0: what turns 1 into 0?",
            probability,
        ),
        Misconception(
            "sign",
            "The sign is flipped. The logarithm of a probability is never above 0, and a cost is never below 0.",
            lambda logits, targets: -token_nll(logits, targets),
        ),
        Misconception(
            "unnormalized",
            "These are the scores of the targets, with a minus sign. A score means something only in comparison, so "
            "the scores of all other tokens belong in the formula too.",
            lambda logits, targets: -true_scores(logits, targets),
        ),
        Misconception(
            "mean",
            "This is the mean cost. Here each position keeps a cost of its own.",
            lambda logits, targets: token_nll(logits, targets).mean(),
        ),
        Misconception(
            "sum",
            "These costs are added up. Here each position keeps a cost of its own.",
            lambda logits, targets: token_nll(logits, targets).sum(),
        ),
        Misconception(
            "all_tokens",
            "These are the costs of all tokens of the vocabulary. Only one came next at each position: which one?",
            lambda logits, targets: -log_probabilities(logits),
        ),
        Misconception(
            "every_pair",
            "Every row is looked up at every target. Row t has one target, its own. How do you pick one entry per row?",
            lambda logits, targets: -log_probabilities(logits)[:, targets],
        ),
        Misconception(
            "first_row",
            "All targets are looked up in the first row. Each position has a row of its own.",
            lambda logits, targets: -log_probabilities(logits)[0][targets],
        ),
        Misconception(
            "whole_rows",
            "Whole rows are picked here, as if the targets were positions. They are ids of tokens: which axis do ids "
            "count along?",
            lambda logits, targets: -log_probabilities(logits)[targets],
        ),
        Misconception(
            "wrong_axis",
            "The softmax runs along the text, so positions compete with each other. Which candidates share the 1?",
            over_wrong_axis,
        ),
        Misconception(
            "softmax_twice",
            "The softmax is applied twice: probabilities are taken for scores. Which of your steps has one built in?",
            lambda logits, targets: token_nll(logits.double().softmax(-1), targets),
        ),
        Misconception(
            "most_likely",
            "This is the cost of the token that the model thought likeliest. Which token came next?",
            lambda logits, targets: token_nll(logits, logits.argmax(-1)),
        ),
        Misconception(
            "one_minus_p",
            "This is the cost of the probability that went to all other tokens. For which token does the model pay?",
            lambda logits, targets: -(1 - probability(logits, targets)).log(),
        ),
        Misconception(
            "missed_probability",
            "This is the probability that went elsewhere. A cost that grows without limit needs a logarithm.",
            lambda logits, targets: 1 - probability(logits, targets),
        ),
        Misconception(
            "weighted",
            "Each cost is weighted by its probability, as in an entropy. But the token that came next came exactly "
            "once.",
            lambda logits, targets: probability(logits, targets) * token_nll(logits, targets),
        ),
        Misconception(
            "all_tokens_priced",
            "The tokens that did not come are paid for too. For which token does the model pay?",
            lambda logits, targets: token_nll(logits, targets) + others_nll(logits, targets),
        ),
        Misconception(
            "maximum_forgotten",
            "The maximum is subtracted in one place and not in the other. If it is taken out of the sum, where must it "
            "come back?",
            lambda logits, targets: token_nll(logits, targets) - logits.double().amax(-1),
            also=(lambda logits, targets: token_nll(logits, targets) + logits.double().amax(-1),),
        ),
        Misconception(
            "right_is_free",
            "Where the model thought the true token likeliest, nothing is charged. Should a token be free that had "
            "only half of the probability?",
            lambda logits, targets: torch.where(logits.argmax(-1) == targets, 0, token_nll(logits, targets)),
        ),
        Misconception(
            "shift",
            "Each target is scored by the row before its own. Row t already holds the scores for target t.",
            lambda logits, targets: token_nll(logits.roll(1, 0), targets),
            also=(lambda logits, targets: token_nll(logits[:-1], targets[1:]),),
        ),
        CUT_OFF,
    ),
)
