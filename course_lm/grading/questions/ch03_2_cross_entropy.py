"""Exercise 3.2, what a token costs on average."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question
from course_lm.grading.questions.ch03_1_token_nll import (
    CASES,
    CUT_OFF,
    LIBRARY_LOSSES,
    log_probabilities,
    others_nll,
    over_wrong_axis,
    probability,
    random_texts,
    text_case,
    token_nll,
    true_scores,
)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of −log p_t, in nats per token."""
    return token_nll(logits, targets).mean()


def _far_cases(seed: int) -> tuple[Case, ...]:
    far = 950.0 + seed % 50
    return (
        text_case([[-far, 0, far], [-far, -far, -far]], [0, seed % 3]),
        text_case([[far, far - 1], [0, 1], [-far, 2 - far]], [1, 0, 0], torch.float64),
    )


CROSS_ENTROPY = Question(
    reference=cross_entropy,
    cases=CASES,
    # On the first one p is an ordinary number in each row, but the rows are far apart; on the second p is tiny.
    extremes=(
        text_case([[1000, 999, 0], [0, 1, 2]], [1, 2], torch.float64),
        text_case([[1000, 0]], [1], torch.float64),
    ),
    extremes_are="scores near 1000",
    hidden=random_texts,
    hidden_extremes=_far_cases,
    partial_points=3,
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
            "The sign is flipped. The logarithm of a probability is never above 0, and a loss is never below 0.",
            lambda logits, targets: -cross_entropy(logits, targets),
        ),
        Misconception(
            "no_log",
            "This is the mean probability of the targets. What should be averaged is the cost of each target, which is "
            "a logarithm.",
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
            also=(lambda logits, targets: cross_entropy(logits[:-1], targets[1:]),),
        ),
        Misconception(
            "softmax_twice",
            "The softmax is applied twice: probabilities are taken for scores. Which of your steps has one built in?",
            lambda logits, targets: cross_entropy(logits.double().softmax(-1), targets),
        ),
        Misconception(
            "not_averaged",
            "This is a cost for each position. What does one token cost on average?",
            token_nll,
        ),
        Misconception(
            "unnormalized",
            "These are the scores of the targets, with a minus sign. A score means something only in comparison. Where "
            "are the scores of all other tokens?",
            lambda logits, targets: -true_scores(logits, targets).mean(),
        ),
        Misconception(
            "every_pair",
            "Every row is looked up at every target. Row t has one target, its own. How do you pick one entry per row?",
            lambda logits, targets: -log_probabilities(logits)[:, targets].mean(),
        ),
        Misconception(
            "divided_by_all",
            "The costs are divided by the number of all scores, T times V. Over how many tokens is the mean?",
            lambda logits, targets: token_nll(logits, targets).sum() / logits.numel(),
        ),
        Misconception(
            "divided_by_vocabulary",
            "The costs are divided by the size of the vocabulary. Over how many tokens of the text is the mean?",
            lambda logits, targets: token_nll(logits, targets).sum() / logits.shape[-1],
        ),
        Misconception(
            "all_tokens",
            "The mean runs over all tokens of the vocabulary, even those that did not come next. Which tokens did?",
            lambda logits, targets: -log_probabilities(logits).mean(),
        ),
        Misconception(
            "wrong_axis",
            "The softmax runs along the text, so positions compete with each other. Which candidates share the 1?",
            lambda logits, targets: over_wrong_axis(logits, targets).mean(),
        ),
        Misconception(
            "most_likely",
            "This is the cost of the tokens that the model thought likeliest. Which tokens came next?",
            lambda logits, targets: cross_entropy(logits, logits.argmax(-1)),
        ),
        Misconception(
            "entropy",
            "This is the entropy of the model's own probabilities, and no target is in it. Whose tokens are paid for?",
            lambda logits, targets: -(log_probabilities(logits).exp() * log_probabilities(logits)).sum(-1).mean(),
        ),
        Misconception(
            "weighted",
            "Each cost is weighted by its probability, as in an entropy. But each token that came next came exactly "
            "once.",
            lambda logits, targets: (probability(logits, targets) * token_nll(logits, targets)).mean(),
        ),
        Misconception(
            "perplexity",
            "This is e to the power of the loss, which is the perplexity. The loss itself is asked for.",
            lambda logits, targets: cross_entropy(logits, targets).exp(),
        ),
        Misconception(
            "all_tokens_priced",
            "The tokens that did not come are paid for too. For which tokens does the model pay?",
            lambda logits, targets: (token_nll(logits, targets) + others_nll(logits, targets)).mean(),
        ),
        Misconception(
            "maximum_forgotten",
            "The maximum is subtracted in one place and not in the other. If it is taken out of the sum, where must it "
            "come back?",
            lambda logits, targets: (token_nll(logits, targets) - logits.double().amax(-1)).mean(),
            also=(lambda logits, targets: (token_nll(logits, targets) + logits.double().amax(-1)).mean(),),
        ),
        Misconception(
            "scaled",
            "The scores are divided, so all leads are shorter than they were. What can you do to a row that leaves "
            "every lead as it is?",
            lambda logits, targets: cross_entropy(logits.double() / logits.double().abs().max(), targets),
            also=(
                lambda logits, targets: cross_entropy(
                    logits.double() / logits.double().abs().amax(-1, keepdim=True), targets
                ),
            ),
        ),
        Misconception(
            "right_is_free",
            "Where the model thought the true token likeliest, nothing is charged. Should a token be free that had "
            "only half of the probability?",
            lambda logits, targets: torch.where(logits.argmax(-1) == targets, 0, token_nll(logits, targets)).mean(),
        ),
        Misconception(
            "one_maximum",
            "One number is subtracted from all rows, so a row far below the others becomes 0 altogether. Whose maximum "
            "should a row be shifted by?",
            on=(0,),
        ),
        Misconception(
            "underflow",
            "No exp() overflows any more, but a tiny probability p becomes 0 before its logarithm is taken. Can you "
            "reach ln p without forming p? What does a logarithm make of a fraction?",
            on=(1,),
        ),
        Misconception(
            "overflow",
            "The formula is right, but exp() of a large score overflows, or all of a row becomes 0. What happens to "
            "the probabilities if the same number is added to all scores of a row?",
        ),
        CUT_OFF,
    ),
)
