"""Chapter 6, training: cutting batches out of a text, and the floor below which no model gets."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question


def get_batch(ids: Tensor, starts: Tensor, context_length: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets, ``(B, T)`` each: row b begins at ``starts[b]``, and the targets are one token later."""
    return _rows(ids, starts, context_length), _rows(ids, starts + 1, context_length)


def _rows(ids: Tensor, starts: Tensor, length: int) -> Tensor:
    return ids[starts[:, None] + torch.arange(length)]  # (B, 1), (T,) -> (B, T)


def markov_entropy_rate(transition: Tensor, stationary: Tensor) -> Tensor:
    """The entropy of each row in nats, weighted by how often the chain is in that state."""
    return stationary.double() @ _row_entropies(transition)


def _row_entropies(transition: Tensor) -> Tensor:
    entropies: Tensor = torch.special.entr(transition.double()).sum(-1)  # (S, S) -> (S,)
    return entropies


def _random_batches(seed: int) -> tuple[Case, ...]:
    """Rows from the first place on to the last possible one, in any order, some of them twice."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for N, B, T, V in ((2, 1, 1, 5), (9, 3, 8, 4), (20, 5, 3, 7), (200, 4, 16, 65)):
        ids = torch.randint(V, (N,), generator=generator)
        starts = torch.randint(N - T, (B,), generator=generator)
        starts[0], starts[-1] = 0, N - T - 1
        cases.append((ids, starts, T))
    return tuple(cases)


def _chain(transition: Tensor) -> Case:
    """A chain with the law that it settles in: of all rows with the sum 1, the one that a step does not change."""
    P = transition.double()
    one_more = torch.ones(len(P), 1, dtype=torch.float64)
    equations = torch.cat([P - torch.eye(len(P), dtype=torch.float64), one_more], dim=1).T  # (S + 1, S)
    right_side = torch.zeros(len(P) + 1, dtype=torch.float64)
    right_side[-1] = 1
    stationary = torch.linalg.lstsq(equations, right_side[:, None]).solution[:, 0]
    return transition, stationary.clamp(min=0).to(transition.dtype)


def _random_chains(seed: int) -> tuple[Case, ...]:
    """Chains of two states and more, some with transitions that never happen, and two without any chance."""
    generator = torch.Generator().manual_seed(seed)
    cases = [(torch.ones(1, 1), torch.ones(1)), _chain(torch.eye(3, dtype=torch.float64).roll(1, 0))]
    for S, share_of_zeros, dtype in ((2, 0, torch.float32), (5, 0.4, torch.float64), (12, 0.6, torch.float32)):
        P = torch.rand(S, S, generator=generator, dtype=torch.float64) ** 2
        P[torch.rand(S, S, generator=generator) < share_of_zeros] = 0
        P += torch.eye(S, dtype=torch.float64).roll(1, 1)  # from each state to the next, so that all are visited
        cases.append(_chain((P / P.sum(-1, keepdim=True)).to(dtype)))
    return tuple(cases)


GET_BATCH = Question(
    reference=get_batch,
    cases=(
        (torch.tensor([7, 2, 9, 4, 0, 5, 3]), torch.tensor([2, 1]), 3),
        (torch.tensor([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 8]), torch.tensor([5, 1, 3]), 4),
    ),
    hidden=_random_batches,
    misconceptions=(
        Misconception(
            "no_shift",
            "The targets are the inputs, so a model that repeats what it read would have no loss. Which token of "
            "the text comes after the first input?",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(ids, starts, T)),
        ),
        Misconception(
            "too_long",
            "The rows of both arrays are one token too long. How many inputs are read when T questions are asked?",
            lambda ids, starts, T: (_rows(ids, starts, T + 1), _rows(ids, starts + 1, T + 1)),
        ),
        Misconception(
            "previous_token",
            "Each target is the token before its input, so the model would learn to tell the past. Which way does a "
            "text go?",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(ids, starts - 1, T)),
            # What stands before the first input may come from the text, from the row itself, or from its end.
            compared=lambda batch: torch.cat([batch[0], batch[1, :, 1:]], dim=1),
        ),
    ),
)

MARKOV_ENTROPY_RATE = Question(
    reference=markov_entropy_rate,
    cases=(
        (torch.tensor([[0.9, 0.1], [0.3, 0.7]]), torch.tensor([0.75, 0.25])),
        _chain(torch.tensor([[0.1, 0.6, 0.3], [0.05, 0.9, 0.05], [0.3, 0.3, 0.4]], dtype=torch.float64)),
    ),
    extremes=(_chain(torch.tensor([[0.0, 1.0, 0.0], [0.3, 0.0, 0.7], [0.6, 0.0, 0.4]], dtype=torch.float64)),),
    hidden=_random_chains,
    misconceptions=(
        Misconception(
            "unweighted",
            "All rows count the same here. Does the chain write every token equally often?",
            lambda transition, stationary: _row_entropies(transition).mean(),
        ),
        Misconception(
            "bits",
            "This is in bits per token, and nats are asked for. Which base does your logarithm have?",
            lambda transition, stationary: markov_entropy_rate(transition, stationary) / math.log(2),
        ),
        Misconception(
            "nan_at_zero",
            "The formula is right, but 0 has no logarithm. What should a transition that never happens add to the sum?",
        ),
    ),
)

QUESTIONS = (GET_BATCH, MARKOV_ENTROPY_RATE)
