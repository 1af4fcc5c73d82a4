"""Exercise 7.1, the slope of the loss at the logits."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def ce_grad(logits: Tensor, targets: Tensor) -> Tensor:
    """``(T, V)``: the gradient of the mean cost, what the model said minus what came, over T."""
    return _said_minus_came(logits, targets) / len(targets)


def _said_minus_came(logits: Tensor, targets: Tensor) -> Tensor:
    return _said(logits) - _came(logits, targets)  # (T, V)


def _random_logits(seed: int) -> tuple[Case, ...]:
    """Texts of one token and of many, with scores of at most 20 in size."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    sizes = ((1, 4), (5, 3), (3, 1), (9, 17), (20, 29), (40, 70))
    for (T, V), dtype in zip(sizes, (torch.float64, torch.float32) * 3, strict=True):
        logits = 3 * torch.randn(T, V, generator=generator, dtype=dtype)
        cases.append((logits.clamp(-20, 20), torch.randint(V, (T,), generator=generator)))
    return (*cases, (numbers([[50, -50, 0], [-50, -50, -50]]), numbers([1, 2], torch.int64)))


def _said(logits: Tensor) -> Tensor:
    return logits.double().softmax(-1)


def _came(logits: Tensor, targets: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(targets, logits.shape[-1]).double()


def _at_every_target(logits: Tensor, targets: Tensor) -> Tensor:
    """As ``p[:, targets] -= 1`` leaves it."""
    p = _said(logits)
    p[:, targets] -= 1
    return p / len(targets)


def _through_two_softmaxes(logits: Tensor, targets: Tensor) -> Tensor:
    z = logits.double().detach().requires_grad_()
    loss = torch.nn.functional.cross_entropy(z.softmax(-1), targets)
    return torch.autograd.grad(loss, z)[0]


CE_GRAD = Question(
    reference=ce_grad,
    cases=(
        (numbers([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0]]), numbers([0, 2], torch.int64)),
        (
            numbers([[1, -2, 0, 3], [0, 4, 1, -1], [-3, 2, 2, 1]], torch.float64),
            numbers([0, 1, 2], torch.int64),
        ),
    ),
    hidden=_random_logits,
    misconceptions=(
        Misconception(
            "not_averaged",
            "This is the gradient of the sum of all costs. The loss is their mean. If a height is divided by T, what "
            "happens to its slope?",
            _said_minus_came,
        ),
        Misconception(
            "sign",
            "The sign is flipped. If the score of the true token goes up a little, does the loss rise or fall?",
            lambda logits, targets: -ce_grad(logits, targets),
        ),
        Misconception(
            "no_onehot",
            "This contains what the model said, but not what came. How should the slope of the true token's score "
            "differ from the others?",
            lambda logits, targets: _said(logits) / len(targets),
            also=(lambda logits, targets: _said(logits),),
        ),
        Misconception(
            "every_target",
            "One is subtracted at every target in every row. Row t has only one true token, its own. How do you reach "
            "one place in each row?",
            _at_every_target,
            also=(lambda logits, targets: _at_every_target(logits, targets) * len(targets),),
        ),
        Misconception(
            "only_target",
            "Only the true tokens have a slope here. If the score of another token goes up, does the true one keep its "
            "probability?",
            lambda logits, targets: ce_grad(logits, targets) * _came(logits, targets),
            also=(lambda logits, targets: -_came(logits, targets) / len(targets),),
        ),
        Misconception(
            "only_others",
            "The true tokens have no slope here, or the same kind of slope as the others. What does the formula say "
            "where v is the true token?",
            lambda logits, targets: ce_grad(logits, targets) * (1 - _came(logits, targets)),
        ),
        Misconception(
            "no_softmax",
            "The scores themselves stand where probabilities should. What did the model say, as probabilities?",
            lambda logits, targets: (logits.double() - _came(logits, targets)) / len(targets),
            also=(lambda logits, targets: logits.double() - _came(logits, targets),),
        ),
        Misconception(
            "log_softmax",
            "The logarithms of the probabilities stand where the probabilities should. Which of the two is in the "
            "formula for the slope?",
            lambda logits, targets: (logits.double().log_softmax(-1) - _came(logits, targets)) / len(targets),
        ),
        Misconception(
            "wrong_axis",
            "The softmax runs along the text, so positions compete with each other. Which candidates share the 1?",
            lambda logits, targets: (logits.double().softmax(0) - _came(logits, targets)) / len(targets),
        ),
        Misconception(
            "divided_by_vocabulary",
            "The slopes are divided by the size of the vocabulary. Over how many tokens of the text is the mean?",
            lambda logits, targets: _said_minus_came(logits, targets) / logits.shape[-1],
        ),
        Misconception(
            "divided_by_all",
            "The slopes are divided by the number of all scores, T times V. Over how many tokens is the mean?",
            lambda logits, targets: _said_minus_came(logits, targets) / logits.numel(),
        ),
        Misconception(
            "plus",
            "What came is added to what the model said. Where the two agree there should be nothing to push. Which "
            "sign gives that?",
            lambda logits, targets: (_said(logits) + _came(logits, targets)) / len(targets),
        ),
        Misconception(
            "transposed",
            "Every row of yours is a column of what is asked for. Which axis counts the positions?",
            lambda logits, targets: ce_grad(logits, targets).T,
        ),
        Misconception(
            "added_up",
            "The slopes of all positions are added up. But each score should keep a slope of its own.",
            lambda logits, targets: ce_grad(logits, targets).sum(0),
            also=(lambda logits, targets: _said_minus_came(logits, targets).sum(0),),
        ),
        Misconception(
            "seen_vocabulary",
            "The one-hot rows are only as wide as the largest target requires, and the last tokens of the vocabulary "
            "may not occur in the text. How many tokens does the vocabulary have?",
            lambda logits, targets: (_said(logits) - torch.nn.functional.one_hot(targets)) / len(targets),
        ),
        Misconception(
            "divided_apart",
            "Only one of the two terms is divided by T. Is the mean taken of what was said, of what came, or of both?",
            lambda logits, targets: _said(logits) / len(targets) - _came(logits, targets),
            also=(lambda logits, targets: _said(logits) - _came(logits, targets) / len(targets),),
        ),
        Misconception(
            "one_sum",
            "All probabilities together sum to 1, so the rows share one prediction. How many predictions are there?",
            lambda logits, targets: (
                (logits.double().flatten().softmax(0).reshape(logits.shape) - _came(logits, targets)) / len(targets)
            ),
        ),
        Misconception(
            "softmax_twice",
            "The loss that is differentiated has a softmax built in, but it is given probabilities. What does it "
            "expect?",
            _through_two_softmaxes,
        ),
        Misconception(
            "loss",
            "This is the loss. What is asked for is its slopes with respect to the scores, one for each score.",
            lambda logits, targets: torch.nn.functional.cross_entropy(logits.double(), targets),
        ),
        Misconception(
            "of_probabilities",
            "The slope is taken with respect to the probabilities, or the derivative of the softmax comes in once too "
            "often. With respect to which numbers is it asked for?",
            lambda logits, targets: ce_grad(logits, targets) * (p := _said(logits)) * (1 - p),
            also=(lambda logits, targets: -_came(logits, targets) / _said(logits) / len(targets),),
        ),
    ),
)
