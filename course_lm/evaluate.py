"""What a whole text costs under a model, as one number, as an account, and against the floor.

Works on any language model. Sums are weighted by tokens, never a mean of means.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lm.loss import bits_per_byte, nats_to_bits, perplexity
from course_lm.score import LanguageModel, token_nats


@dataclass(frozen=True)
class Metrics:
    """The cost of a text, as one number in several units."""

    nats_per_token: float
    n_tokens: int
    perplexity: float
    bits_per_token: float
    bits_per_byte: float | None


@dataclass(frozen=True)
class LedgerRow:
    """One predicted token: its probability, its cost, and the account so far."""

    token: int
    p: float
    nats: float
    bits: float
    cumulative_nats: float
    perplexity: float


@dataclass(frozen=True)
class Gap:
    """How far a model lies above the exact source on the same tokens, in nats per token."""

    nats_per_token: float
    standard_error: float


def evaluate(
    model: LanguageModel,
    ids: Tensor,
    *,
    context_length: int | None = None,
    starts: Tensor | None = None,
    n_bytes: int | None = None,
) -> Metrics:
    r"""The mean cross-entropy of a text.

    .. math:: L = \frac{1}{N - 1} \sum_{t=1}^{N-1} -\ln p_\theta(x_t \mid \text{the window before it})

    Args:
        model: any language model.
        ids: ``(N,)`` int64 ids; the first only conditions (it is ``bos`` for a whole text), so N − 1 are predicted.
        context_length: tokens in a window; the model's own where it is None.
        starts: sorted positions in ``ids`` where a window may begin; anywhere where it is None.
        n_bytes: UTF-8 bytes of the predicted tokens; without it ``bits_per_byte`` is None.

    Raises:
        TypeError, ValueError: if ids have another type or shape, fewer than two tokens, or ids outside ``[0, V)``, or
            starts are not sorted positions.
    """
    nats = token_nats(model, ids, context_length=context_length, starts=starts)
    total = float(nats.sum())
    mean = total / len(nats)
    return Metrics(
        nats_per_token=mean,
        n_tokens=len(nats),
        perplexity=perplexity(mean),
        bits_per_token=nats_to_bits(mean),
        bits_per_byte=None if n_bytes is None else bits_per_byte(total, n_bytes),
    )


def ledger(
    model: LanguageModel, ids: Tensor, *, context_length: int | None = None, starts: Tensor | None = None
) -> list[LedgerRow]:
    """One row per predicted token, N − 1 for ``(N,)`` ids: what it cost and the account so far.

    The arguments are those of `evaluate`; ``perplexity`` is that of the tokens up to here.
    """
    nats = token_nats(model, ids, context_length=context_length, starts=starts)
    rows = []
    for t, (token, cost, total) in enumerate(
        zip(ids[1:].tolist(), nats.tolist(), nats.cumsum(0).tolist(), strict=True)
    ):
        rows.append(LedgerRow(token, math.exp(-cost), cost, nats_to_bits(cost), total, perplexity(total / (t + 1))))
    return rows


def gap_to_source(model: LanguageModel, source: LanguageModel, ids: Tensor, starts: Tensor) -> Gap:
    """The mean extra cost of a model over the exact source, on the same tokens.

    The model reads windows of whole sentences, the source the whole text: sentences are independent, so that is no
    advantage.

    Args:
        model: the model; its context length decides the windows.
        source: the exact source, whose rows begin with a line break.
        ids: ``(N,)`` int64 ids.
        starts: sorted positions of the line breaks before sentences, 0 first; the standard error is taken over
            sentences.

    Raises:
        ValueError: if the text does not begin at a start.
    """
    starts = starts.cpu()
    if not len(starts) or int(starts[0]) != 0:
        raise ValueError(
            f"starts must begin with 0, the line break before the text; got {starts[:1].tolist()}. "
            "Corpus.starts(ids) gives them."
        )
    costs = [token_nats(model, ids, starts=starts), token_nats(source, ids)]
    difference = costs[0] - costs[1]  # (N - 1,)
    difference[costs[0] == costs[1]] = 0  # equal infinities are equal
    sentence = torch.bucketize(torch.arange(len(difference)), starts, right=True) - 1
    sums, lengths = (torch.zeros(len(starts), dtype=torch.float64) for _ in range(2))
    sums.index_add_(0, sentence, difference)
    lengths.index_add_(0, sentence, torch.ones_like(difference))
    mean = float(difference.mean())
    residual = sums - mean * lengths
    return Gap(mean, float(residual.square().sum().sqrt()) / len(difference))
