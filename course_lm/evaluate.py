"""What a text costs under a model: token by token, as one number, as an account, and against the floor.

Works on any language model. A text longer than the context is read in windows, in which every token after the first is
predicted exactly once. Sums are weighted by tokens, never a mean of means.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lm._checks import require_ids, require_in_vocabulary, require_positions, whole_number
from course_lm.language_model import LanguageModel, device_of, evaluating
from course_lm.loss import bits_per_byte, cross_entropy, nats_to_bits, perplexity

PADDING = -1  # a target that costs nothing
LOGITS_AT_ONCE = 8_000_000  # these two bound the memory of one batch of windows
TOKENS_AT_ONCE = 16_384  # with twice as many, a tiny model takes nearly twice as long for each


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
    """The mean extra cost of a model over the exact source on the same tokens, in nats per token."""

    nats_per_token: float
    standard_error: float


def evaluate(
    model: LanguageModel,
    ids: Tensor,
    *,
    context_length: int | None = None,
    stride: int | None = None,
    starts: Tensor | None = None,
    n_bytes: int | None = None,
) -> Metrics:
    r"""The mean cross-entropy of a text.

    .. math:: L = \frac{1}{N - 1} \sum_{t=1}^{N-1} -\ln p_\theta(x_t \mid \text{the window before it})

    Args:
        model: any language model.
        ids: ``(N,)`` int64 ids; the first only conditions (it is ``bos`` for a whole text), so N − 1 are predicted.
        context_length: tokens in a window; the model's own where it is None.
        stride: how far one window lies after the other, in tokens. With less than a window they overlap, and a token is
            predicted where it has the longest context, at least a window less a stride. Without it they do not overlap.
        starts: sorted positions in ``ids`` where a window may begin; anywhere where it is None. Not with ``stride``.
        n_bytes: UTF-8 bytes of the predicted tokens; without it ``bits_per_byte`` is None.

    Raises:
        TypeError, ValueError: if ids have another type or shape, fewer than two tokens, or ids outside ``[0, V)``,
            starts are not sorted positions, or the stride does not fit the window.
    """
    nats = token_nats(model, ids, context_length=context_length, stride=stride, starts=starts)
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
    model: LanguageModel,
    ids: Tensor,
    *,
    context_length: int | None = None,
    stride: int | None = None,
    starts: Tensor | None = None,
) -> list[LedgerRow]:
    """One row per predicted token, N − 1 for ``(N,)`` ids: what it cost and the account so far.

    The arguments are those of `evaluate`; ``perplexity`` is that of the tokens up to here.
    """
    nats = token_nats(model, ids, context_length=context_length, stride=stride, starts=starts)
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
    sums = torch.zeros(len(starts), dtype=torch.float64).index_add(0, sentence, difference)
    lengths = torch.zeros_like(sums).index_add(0, sentence, torch.ones_like(difference))
    mean = float(difference.mean())
    residual = sums - mean * lengths  # a ratio estimator: tokens of one sentence are not independent
    return Gap(mean, float(residual.square().sum().sqrt()) / len(difference))


@torch.no_grad()
def token_nats(
    model: LanguageModel,
    ids: Tensor,
    *,
    context_length: int | None = None,
    stride: int | None = None,
    starts: Tensor | None = None,
) -> Tensor:
    """The cost of every token after the first: ``(N − 1,)`` float64 nats, on the CPU.

    The arguments are those of `evaluate`.
    """
    _check(model, ids, starts)
    ids = ids.cpu()
    cuts = windows(len(ids), _window(model, context_length), stride, starts)
    nats = torch.empty(len(ids) - 1, dtype=torch.float64)
    width = max(end - begin for begin, end in cuts)
    rows_at_once = max(1, min(LOGITS_AT_ONCE // model.vocab_size, TOKENS_AT_ONCE) // width)
    n_priced = 0
    with evaluating(model):
        for first in range(0, len(cuts), rows_at_once):
            group = cuts[first : first + rows_at_once]
            x = ids[0].repeat(len(group), width)  # (B, T); padding comes last, so no prediction sees it
            y = torch.full_like(x, PADDING)
            before = n_priced
            for row, (begin, end) in enumerate(group):
                x[row, : end - begin] = ids[begin:end]
                y[row, n_priced - begin : end - begin] = ids[n_priced + 1 : end + 1]
                n_priced = end
            logits = model(x.to(device_of(model, x)))
            cost = cross_entropy(logits, y.to(logits.device), reduction="none", ignore_index=PADDING).cpu()
            nats[before:n_priced] = cost[y != PADDING]
    return nats


def windows(
    n_tokens: int, context_length: int | None, stride: int | None = None, starts: Tensor | None = None
) -> list[tuple[int, int]]:
    """Cut a text into windows that leave nothing out.

    Window ``(begin, end)`` has the inputs ``ids[begin:end]`` and the targets ``ids[begin + 1 : end + 1]``, of which
    those count that the window before did not have. Without ``stride`` the last target of one window is the first input
    of the next. With ``starts`` a window ends at the last start that still fits, so that it holds whole sentences; a
    sentence longer than the context is cut.

    Raises:
        ValueError: if the stride is longer than the window, or there are starts as well.
    """
    last = n_tokens - 1
    longest = context_length or last
    if stride is not None:
        stride = whole_number("stride", stride, at_least=1)
        if stride > longest or starts is not None:
            raise ValueError(
                f"stride must be at most the window, {longest} tokens, and needs windows that begin anywhere; got "
                f"{stride}{'' if starts is None else ' and starts'}. Leave it out for windows that do not overlap."
            )
    allowed = None if starts is None else starts.tolist()
    cuts: list[tuple[int, int]] = []
    begin = 0
    while not cuts or cuts[-1][1] < last:
        end = min(begin + longest, last)
        if allowed is not None and end < last:
            fitting = bisect_right(allowed, end) - 1
            if fitting >= 0 and allowed[fitting] > begin:
                end = allowed[fitting]
        cuts.append((begin, end))
        begin = end if stride is None else begin + stride
    return cuts


def _window(model: LanguageModel, context_length: int | None) -> int | None:
    """The longest window; None is a whole text."""
    if context_length is None:
        return model.context_length
    context_length = whole_number("context_length", context_length, at_least=1)
    if model.context_length is not None and context_length > model.context_length:
        raise ValueError(
            f"context_length must be at most the model's own, {model.context_length}; got {context_length}. "
            "A model cannot look farther back than it was built to."
        )
    return context_length


def _check(model: LanguageModel, ids: Tensor, starts: Tensor | None) -> None:
    require_ids(ids)
    if ids.ndim != 1 or len(ids) < 2:
        raise ValueError(
            f"ids must be (N,) with N at least 2, one token to see and one to predict; got shape {tuple(ids.shape)}. "
            "Put bos_id before the text."
        )
    require_in_vocabulary(ids, model.vocab_size, " of the model")
    if starts is not None:
        require_positions(starts)
        if bool((starts[1:] < starts[:-1]).any()):
            where = int((starts[1:] < starts[:-1]).nonzero()[0])
            raise ValueError(
                f"starts must be sorted; got {int(starts[where + 1])} after {int(starts[where])}. "
                "Corpus.starts(ids) is."
            )
