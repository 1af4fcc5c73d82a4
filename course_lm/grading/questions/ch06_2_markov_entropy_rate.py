"""Exercise 6.2, the floor of a Markov chain."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers, too_small


def markov_entropy_rate(transition: Tensor, stationary: Tensor) -> Tensor:
    """The entropy of each row in nats, weighted by how often the chain is in that state."""
    return stationary.double() @ _row_entropies(transition)


def _row_entropies(transition: Tensor) -> Tensor:
    return _entropy_terms(transition).sum(-1)  # (S, S) -> (S,)


def _entropy_terms(transition: Tensor) -> Tensor:
    terms: Tensor = torch.special.entr(transition.double())
    return terms


def _chain(transition: Tensor) -> Case:
    """A chain with the law that it settles in: of all rows with the sum 1, the one that a step does not change."""
    P = transition.double()
    one_more = torch.ones(len(P), 1, dtype=torch.float64)
    equations = torch.cat([P - torch.eye(len(P), dtype=torch.float64), one_more], dim=1).T  # (S + 1, S)
    right_side = torch.zeros(len(P) + 1, dtype=torch.float64)
    right_side[-1] = 1
    stationary = torch.linalg.lstsq(equations, right_side[:, None]).solution[:, 0]
    return transition, stationary.clamp(min=0).to(transition.dtype)


def _safe_log(transition: Tensor) -> Tensor:
    return transition.double().where(transition > 0, torch.ones_like(transition.double())).log()


def _random_chains(seed: int) -> tuple[Case, ...]:
    """A chain without any choice, and chains of two states and more in which everything can happen."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [(torch.ones(1, 1), torch.ones(1))]
    for S, dtype in ((2, torch.float32), (5, torch.float64), (12, torch.float32), (40, torch.float64)):
        cases.append(_random_chain(S, 0, generator, dtype))
    return tuple(cases)


def _sparse_chains(seed: int) -> tuple[Case, ...]:
    """Chains with transitions that never happen, one that goes around a ring, and one that leaves a state for good."""
    generator = torch.Generator().manual_seed(seed)
    ring = _chain(torch.eye(3, dtype=torch.float64).roll(1, 0))
    small = _random_chain(5, 0.4, generator, torch.float64)
    left = (numbers([[0.25, 0.75, 0.0], [0.75, 0.25, 0.0], [0.2, 0.3, 0.5]]), numbers([0.5, 0.5, 0.0]))
    return ring, left, small, _random_chain(12, 0.6, generator, torch.float32)


def _random_chain(S: int, share_of_zeros: float, generator: torch.Generator, dtype: torch.dtype) -> Case:
    P = 0.01 + torch.rand(S, S, generator=generator, dtype=torch.float64) ** 2
    P[torch.rand(S, S, generator=generator) < share_of_zeros] = 0
    P += torch.eye(S, dtype=torch.float64).roll(1, 1)  # from each state to the next, so that all are visited
    return _chain((P / P.sum(-1, keepdim=True)).to(dtype))


MARKOV_ENTROPY_RATE = Question(
    reference=markov_entropy_rate,
    cases=(
        (numbers([[0.9, 0.1], [0.3, 0.7]]), numbers([0.75, 0.25])),
        _chain(numbers([[0.1, 0.6, 0.3], [0.05, 0.9, 0.05], [0.3, 0.3, 0.4]], torch.float64)),
    ),
    extremes=(_chain(numbers([[0.0, 1.0, 0.0], [0.3, 0.0, 0.7], [0.6, 0.0, 0.4]], torch.float64)),),
    extremes_are="chains in which some transitions never happen",
    hidden=_random_chains,
    hidden_extremes=_sparse_chains,
    partial_points=3,
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
            "sign",
            "The sign is flipped. The logarithm of a probability is never above 0, and a cost is never below 0.",
            lambda transition, stationary: -markov_entropy_rate(transition, stationary),
        ),
        Misconception(
            "rows_added",
            "The entropies of the rows are added up without weights. How often does the chain pay each of them?",
            lambda transition, stationary: _row_entropies(transition).sum(),
        ),
        Misconception(
            "columns_weighted",
            "Here the share of a token weights the columns, which stand for what comes next. But it says how often a "
            "token is the current one. Which axis is that?",
            lambda transition, stationary: _entropy_terms(transition).sum(0) @ stationary.double(),
        ),
        Misconception(
            "shares_only",
            "This is the entropy of the shares, as if every token were drawn without looking at the one before. What "
            "does the chain know when it writes?",
            lambda transition, stationary: torch.special.entr(stationary.double()).sum(),
        ),
        Misconception(
            "pairs",
            "This is the entropy of a pair of tokens. Once the first is known, what is left to pay for the second?",
            lambda transition, stationary: torch.special.entr(stationary.double()[:, None] * transition.double()).sum(),
        ),
        Misconception(
            "each_row",
            "This is a cost for each row. How often does the chain pay each of them?",
            lambda transition, stationary: _row_entropies(transition),
            also=(lambda transition, stationary: _row_entropies(transition) * stationary.double(),),
        ),
        Misconception(
            "divided_by_states",
            "The weighted costs are also divided by the number of tokens. But the shares sum to 1 already, so what is "
            "the weighted sum?",
            lambda transition, stationary: markov_entropy_rate(transition, stationary) / len(stationary),
        ),
        Misconception(
            "only_logarithms",
            "Each logarithm counts the same within its row. How often does the chain pay for a transition, once it is "
            "in the row?",
            lambda transition, stationary: -stationary.double() @ transition.double().log().sum(-1),
            also=(lambda transition, stationary: -stationary.double() @ _safe_log(transition).sum(-1),),
        ),
        Misconception(
            "first_row",
            "Only one row is paid for. Does a loop return too early, or forget what it has added up?",
            lambda transition, stationary: stationary[0].double() * _row_entropies(transition)[0],
            also=(
                lambda transition, stationary: _row_entropies(transition)[0],
                lambda transition, stationary: stationary[-1].double() * _row_entropies(transition)[-1],
            ),
        ),
        Misconception(
            "complement",
            "Transitions that do not happen are paid for too. What does the chain pay for once it has made its choice?",
            lambda transition, stationary: (
                stationary.double() @ (_entropy_terms(transition) + _entropy_terms(1 - transition.double())).sum(-1)
            ),
        ),
        Misconception(
            "largest",
            "Only the likeliest transition of each row is paid for. What do the others cost when they happen?",
            lambda transition, stationary: -stationary.double() @ transition.double().amax(-1).log(),
        ),
        Misconception(
            "perplexity",
            "This is e to the power of the entropy rate. The rate itself is asked for, in nats per token.",
            lambda transition, stationary: markov_entropy_rate(transition, stationary).exp(),
        ),
        Misconception(
            "nan_at_zero",
            "The formula is right, but 0 has no logarithm. What should a transition that never happens add to the sum?",
        ),
        Misconception(
            "drops_rows",
            "A row with a 0 in it counts for nothing here, although its other transitions do happen. Which single term "
            "should be 0?",
            symptom=too_small,
        ),
    ),
)
