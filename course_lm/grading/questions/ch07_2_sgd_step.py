"""Exercise 7.2, one step from several batches."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def sgd_step(w: Tensor, grads: Tensor, counts: Tensor, lr: float) -> Tensor:
    """The weights after one step against the gradient of the mean over all tokens."""
    return w.double() - lr * _mean_over_tokens(grads, counts)


def _mean_over_tokens(grads: Tensor, counts: Tensor) -> Tensor:
    shares = counts.double() / counts.sum()
    return torch.einsum("k,k...->...", shares, grads.double())


def _random_steps(seed: int) -> tuple[Case, ...]:
    """Weights of any shape, a single number included, micro-batches from one to nine, and a rate of 0."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for K, shape, lr, dtype in (
        (1, (2,), 0.5, torch.float32),
        (3, (), 1.0, torch.float64),
        (9, (5, 2), 0.3, torch.float32),
        (2, (2,), 0.0, torch.float64),
        (4, (2, 3, 3), 2.0, torch.float64),
    ):
        w = torch.randn(shape, generator=generator, dtype=dtype)
        grads = torch.randn((K, *shape), generator=generator, dtype=dtype)
        counts = torch.randint(1, 100, (K,), generator=generator).to(dtype)
        cases.append((w, grads, counts, lr))
    return tuple(cases)


def _one_axis_only(w: Tensor, grads: Tensor, counts: Tensor, lr: float) -> Tensor:
    if w.ndim != 1:
        raise ValueError("the shapes do not fit")
    return sgd_step(w, grads, counts, lr)


SGD_STEP = Question(
    reference=sgd_step,
    cases=(
        (
            numbers([1.0, -2.0]),
            numbers([[2.0, -1.0], [-1.0, 4.0], [3.0, 1.0]]),
            numbers([1.0, 6.0, 3.0]),
            0.5,
        ),
        (
            numbers([[0, 1, -1], [2, 0, 3]], torch.float64),
            numbers(
                [
                    [[1, -2, 3], [0, 4, -1]],
                    [[5, 2, -3], [1, 0, 2]],
                    [[-2, 1, 0], [3, -5, 4]],
                    [[4, -3, 2], [-1, 2, 6]],
                ],
                torch.float64,
            ),
            numbers([57, 14, 3, 26], torch.float64),
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
            "The gradients are added up, or each micro-batch makes a full step, so the step gets longer with every "
            "micro-batch. Should cutting a batch into more pieces make the step longer?",
            lambda w, grads, counts, lr: w.double() - lr * grads.double().sum(0),
        ),
        Misconception(
            "last_only",
            "Only the last micro-batch moves the weights. What became of the gradients before it?",
            lambda w, grads, counts, lr: w.double() - lr * grads[-1].double(),
        ),
        Misconception(
            "first_only",
            "Only the first micro-batch moves the weights. What became of the gradients after it?",
            lambda w, grads, counts, lr: w.double() - lr * grads[0].double(),
        ),
        Misconception(
            "ascends",
            "This step makes the loss larger. The gradient says which way is up: which way do you want to go?",
            lambda w, grads, counts, lr: w.double() + lr * _mean_over_tokens(grads, counts),
        ),
        Misconception(
            "no_rate",
            "The step is as long as the gradient itself. What share of the gradient should be taken?",
            lambda w, grads, counts, lr: w.double() - _mean_over_tokens(grads, counts),
        ),
        Misconception(
            "not_divided",
            "The gradients are multiplied by their tokens but never divided by the total. What turns a weighted sum "
            "into a mean?",
            lambda w, grads, counts, lr: w.double() - lr * _mean_over_tokens(grads, counts) * counts.double().sum(),
        ),
        Misconception(
            "divided_by_batches",
            "The weighted sum is divided by the number of micro-batches. How many tokens are there in all of them?",
            lambda w, grads, counts, lr: (
                w.double() - lr * _mean_over_tokens(grads, counts) * counts.double().sum() / len(counts)
            ),
        ),
        Misconception(
            "divided_twice",
            "The mean over all tokens is divided once more, by the number of micro-batches. Is it not a mean already?",
            lambda w, grads, counts, lr: w.double() - lr * _mean_over_tokens(grads, counts) / len(counts),
        ),
        Misconception(
            "weights_upside_down",
            "A micro-batch counts for less the more tokens it has. Each gradient is a mean over its own tokens: what "
            "turns it back into a sum?",
            lambda w, grads, counts, lr: w.double() - lr * _mean_over_tokens(grads, 1 / counts.double()),
            also=(
                lambda w, grads, counts, lr: (
                    w.double() - lr * torch.einsum("k...,k->...", grads.double(), 1 / counts.double())
                ),
            ),
        ),
        Misconception(
            "gradients_as_sums",
            "The gradients are added up and divided by all tokens, as if each were a sum over its own tokens. Each is "
            "a mean: what turns it back into a sum?",
            lambda w, grads, counts, lr: w.double() - lr * grads.double().sum(0) / counts.double().sum(),
        ),
        Misconception(
            "only_step",
            "This is the step itself and not the place where it ends. Where do the weights start from?",
            lambda w, grads, counts, lr: lr * _mean_over_tokens(grads, counts),
            also=(lambda w, grads, counts, lr: -lr * _mean_over_tokens(grads, counts),),
        ),
        Misconception(
            "only_gradient",
            "This is the gradient of the mean over all tokens. What does a step do with it?",
            lambda w, grads, counts, lr: _mean_over_tokens(grads, counts),
        ),
        Misconception(
            "one_axis_only",
            "This works where the weights have one axis, and fails where they have two. How many axes must the counts "
            "have to match gradients of any shape?",
            _one_axis_only,
        ),
        Misconception(
            "one_step_for_all",
            "All weights make the same step. Each has a slope of its own: over which axis is the mean taken?",
            lambda w, grads, counts, lr: w.double() - lr * _mean_over_tokens(grads, counts).sum(),
            also=(lambda w, grads, counts, lr: w.double() - lr * _mean_over_tokens(grads, counts).mean(),),
        ),
        Misconception(
            "weights_divided",
            "The old weights are divided by the number of tokens too. What should the mean be taken of?",
            lambda w, grads, counts, lr: (
                (w.double() - lr * torch.einsum("k,k...->...", counts.double(), grads.double())) / counts.double().sum()
            ),
        ),
        Misconception(
            "last_weighted",
            "Only the last gradient is left in the sum, though it is divided by all tokens. Does a loop forget what it "
            "has added up?",
            lambda w, grads, counts, lr: (
                w.double() - lr * counts[-1].double() * grads[-1].double() / counts.double().sum()
            ),
            also=(
                lambda w, grads, counts, lr: (
                    w.double() - lr * counts[0].double() * grads[0].double() / counts.double().sum()
                ),
            ),
        ),
        Misconception(
            "each_batch",
            "These are new weights for each micro-batch. How do you get one step from all the gradients?",
            lambda w, grads, counts, lr: w.double() - lr * grads.double(),
        ),
        Misconception(
            "gradient_times_w",
            "The weights are multiplied by the step. A step should be subtracted. Does its length depend on the "
            "weight?",
            lambda w, grads, counts, lr: w.double() * (1 - lr * _mean_over_tokens(grads, counts)),
        ),
        Misconception(
            "divided_by_rate",
            "The step is divided by the learning rate. Should a higher rate make it longer or shorter?",
            lambda w, grads, counts, lr: w.double() - _mean_over_tokens(grads, counts) / lr,
        ),
        Misconception(
            "largest_batch",
            "Only the micro-batch with the most tokens moves the weights. What about the others?",
            lambda w, grads, counts, lr: w.double() - lr * grads[counts.argmax()].double(),
        ),
    ),
)
