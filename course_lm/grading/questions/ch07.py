"""Chapter 7, towards gradient descent: the slope at the logits, and one step with gradients of several batches."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question


def ce_grad(logits: Tensor, targets: Tensor) -> Tensor:
    """``(T, V)``: the gradient of the mean cost, what the model said minus what came, over T."""
    return _said_minus_came(logits, targets) / len(targets)


def _said_minus_came(logits: Tensor, targets: Tensor) -> Tensor:
    p = logits.double().softmax(-1)
    return p - torch.nn.functional.one_hot(targets, p.shape[-1])  # (T, V)


def sgd_step(w: Tensor, grads: Tensor, counts: Tensor, lr: float) -> Tensor:
    """The weights after one step against the gradient of the mean over all tokens."""
    return w.double() - lr * _mean_over_tokens(grads, counts)


def _mean_over_tokens(grads: Tensor, counts: Tensor) -> Tensor:
    shares = counts.double() / counts.sum()
    return torch.einsum("k,k...->...", shares, grads.double())


def _random_logits(seed: int) -> tuple[Case, ...]:
    """Texts of one token and of many, with scores of at most 20 in size."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for T, V, dtype in ((1, 4, torch.float64), (5, 3, torch.float32), (9, 17, torch.float64), (20, 29, torch.float32)):
        logits = 3 * torch.randn(T, V, generator=generator, dtype=dtype)
        cases.append((logits.clamp(-20, 20), torch.randint(V, (T,), generator=generator)))
    return tuple(cases)


def _random_steps(seed: int) -> tuple[Case, ...]:
    """Weights of any shape, a single number included, and micro-batches from one to nine."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for K, shape, lr, dtype in (
        (1, (2,), 0.5, torch.float32),
        (3, (), 1.0, torch.float64),
        (9, (5, 2), 0.3, torch.float32),
        (4, (2, 3, 3), 2.0, torch.float64),
    ):
        w = torch.randn(shape, generator=generator, dtype=dtype)
        grads = torch.randn((K, *shape), generator=generator, dtype=dtype)
        counts = torch.randint(1, 100, (K,), generator=generator).to(dtype)
        cases.append((w, grads, counts, lr))
    return tuple(cases)


CE_GRAD = Question(
    reference=ce_grad,
    cases=(
        (torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0]]), torch.tensor([0, 2])),
        (
            torch.tensor([[1, -2, 0, 3], [0, 4, 1, -1], [-3, 2, 2, 1]], dtype=torch.float64),
            torch.tensor([0, 1, 3]),
        ),
    ),
    hidden=_random_logits,
    misconceptions=(
        Misconception(
            "not_averaged",
            "This is the gradient of the sum of all costs. The loss is their mean: what becomes of a slope when the "
            "height is divided?",
            _said_minus_came,
        ),
        Misconception(
            "sign",
            "The sign is flipped. If the score of the true token goes up a little, does the loss rise or fall?",
            lambda logits, targets: -ce_grad(logits, targets),
        ),
        Misconception(
            "no_onehot",
            "This holds what the model said, and nothing of what came. How should the slope of the true token's score "
            "differ from those of the others?",
            lambda logits, targets: logits.double().softmax(-1) / len(targets),
        ),
    ),
)

SGD_STEP = Question(
    reference=sgd_step,
    cases=(
        (
            torch.tensor([1.0, -2.0]),
            torch.tensor([[2.0, -1.0], [-1.0, 4.0], [3.0, 1.0]]),
            torch.tensor([1.0, 6.0, 3.0]),
            0.5,
        ),
        (
            torch.tensor([[0, 1, -1], [2, 0, 3]], dtype=torch.float64),
            torch.tensor(
                [
                    [[1, -2, 3], [0, 4, -1]],
                    [[5, 2, -3], [1, 0, 2]],
                    [[-2, 1, 0], [3, -5, 4]],
                    [[4, -3, 2], [-1, 2, 6]],
                ],
                dtype=torch.float64,
            ),
            torch.tensor([57, 14, 3, 26], dtype=torch.float64),
            0.1,
        ),
    ),
    hidden=_random_steps,
    misconceptions=(
        Misconception(
            "unweighted",
            "Every micro-batch counts the same, so a token in a short one counts for more. Over what should "
            "the mean be taken?",
            lambda w, grads, counts, lr: w.double() - lr * grads.double().mean(0),
        ),
        Misconception(
            "sums",
            "The gradients are added up, so the step gets longer with every micro-batch. Should cutting a "
            "batch into more pieces make the step longer?",
            lambda w, grads, counts, lr: w.double() - lr * grads.double().sum(0),
        ),
        Misconception(
            "last_only",
            "Only the last micro-batch moves the weights. What became of the gradients before it?",
            lambda w, grads, counts, lr: w.double() - lr * grads[-1].double(),
        ),
        Misconception(
            "ascends",
            "This step makes the loss larger. The gradient says which way is up: which way do you want to go?",
            lambda w, grads, counts, lr: w.double() + lr * _mean_over_tokens(grads, counts),
        ),
    ),
)

QUESTIONS = (CE_GRAD, SGD_STEP)
