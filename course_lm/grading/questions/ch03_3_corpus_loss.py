"""Exercise 3.3, the loss of a corpus from batches of unequal size."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def corpus_loss(sums: Tensor, counts: Tensor) -> Tensor:
    """Nats per token of a corpus, from the nats and the number of tokens of each batch."""
    return sums.double().sum() / counts.double().sum()


def _means(sums: Tensor, counts: Tensor) -> Tensor:
    return sums.double() / counts.double()


def _halved(means: Tensor) -> Tensor:
    """Each new mean counts for one half."""
    average = means[0]
    for mean in means[1:]:
        average = (average + mean) / 2
    return average


def _batches(sums: list[float], counts: list[int], dtype: torch.dtype = torch.float32) -> Case:
    return numbers(sums, dtype), numbers(counts, dtype)


def _random_batches(seed: int) -> tuple[Case, ...]:
    """A single batch, a short last batch, many batches of very unequal size, large ones, and one for free."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for counts, dtype in (
        ([7], torch.float32),
        ([64, 64, 64, 3], torch.float64),
        (torch.randint(1, 2000, (25,), generator=generator).tolist(), torch.float32),
        ([100_000, 1, 250_000], torch.float64),
    ):
        per_token = 0.2 + 3 * torch.rand(len(counts), generator=generator)
        sums = [n * nats for n, nats in zip(counts, per_token.tolist(), strict=True)]
        cases.append(_batches(sums, counts, dtype))
    return (*cases, _batches([0, 2.5 + seed % 5], [9, 1]))


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
            lambda sums, counts: _means(sums, counts).mean(),
        ),
        Misconception(
            "per_batch",
            "This is what a batch costs on average. It changes if the same text is cut into other batches. What does "
            "one token cost?",
            lambda sums, counts: sums.double().mean(),
        ),
        Misconception(
            "total",
            "This is the cost of the whole corpus, and it grows with every token. How many tokens share it?",
            lambda sums, counts: sums.double().sum(),
        ),
        Misconception(
            "each_batch",
            "This is a loss for each batch. How do you get one number for the whole corpus from them?",
            _means,
        ),
        Misconception(
            "sum_of_means",
            "The means of the batches are added up, so more batches cost more. What does one token cost, averaged over "
            "all of them?",
            lambda sums, counts: _means(sums, counts).sum(),
        ),
        Misconception(
            "upside_down",
            "These are tokens per nat. In nats per token, which unit goes on top and which below?",
            lambda sums, counts: counts.double().sum() / sums.double().sum(),
        ),
        Misconception(
            "divided_twice",
            "The costs are divided by the tokens and then by the batches too. Which of the two makes a cost per token?",
            lambda sums, counts: corpus_loss(sums, counts) / len(sums),
        ),
        Misconception(
            "weighted_sums",
            "The sums are weighted by the tokens of their batches, although each is already a sum over these tokens. "
            "Which numbers would need such weights?",
            lambda sums, counts: sums.double() @ counts.double() / counts.double().sum(),
        ),
        Misconception(
            "mean_count",
            "The total is divided by the tokens of an average batch. How many tokens share the total?",
            lambda sums, counts: sums.double().sum() / counts.double().mean(),
        ),
        Misconception(
            "one_count_for_all",
            "Every batch is taken to have as many tokens as one of them. How many are there together?",
            lambda sums, counts: sums.double().sum() / (len(counts) * counts[0].double()),
            also=(
                lambda sums, counts: sums.double().sum() / (len(counts) * counts.double().max()),
                lambda sums, counts: (sums.double().sum() / counts.double()).mean(),
            ),
        ),
        Misconception(
            "other_count",
            "The number of tokens is off by one, or by one for each batch. Every token that was paid for should count.",
            lambda sums, counts: sums.double().sum() / (counts.double().sum() + 1),
            also=(
                lambda sums, counts: sums.double().sum() / (counts.double().sum() - 1),
                lambda sums, counts: sums.double().sum() / (counts.double() - 1).sum(),
                lambda sums, counts: sums.double().sum() / (counts.double() + 1).sum(),
            ),
        ),
        Misconception(
            "running_mean",
            "The average is updated as the batches come, so late batches count for more than early ones, or for less. "
            "Which two numbers have to be kept until the end?",
            lambda sums, counts: (sums.double().cumsum(0) / counts.double().cumsum(0)).mean(),
            also=(lambda sums, counts: _halved(_means(sums, counts)),),
        ),
        Misconception(
            "weighted_by_cost",
            "The means are weighted by what the batches cost. How much should a batch count for?",
            lambda sums, counts: (_means(sums, counts) * sums.double()).sum() / sums.double().sum(),
        ),
        Misconception(
            "perplexity",
            "This is e to the power of the loss. The loss itself is asked for, in nats per token.",
            lambda sums, counts: corpus_loss(sums, counts).exp(),
        ),
        Misconception(
            "bits",
            "This is in bits per token, and nats are asked for. The sums are in nats already.",
            lambda sums, counts: corpus_loss(sums, counts) / math.log(2),
        ),
        Misconception(
            "whole_number",
            "The result is rounded to a whole number. Does a token have to cost whole nats?",
            lambda sums, counts: corpus_loss(sums, counts).floor(),
        ),
        Misconception(
            "last_batch",
            "This is the loss of the last batch alone. What became of those before it?",
            lambda sums, counts: _means(sums, counts)[-1],
        ),
    ),
)
