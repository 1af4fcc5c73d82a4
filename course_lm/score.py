"""What each token of a text costs under a model, window by window.

A text longer than the context is read in windows that do not overlap, so every token after the first is predicted
exactly once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor, nn

from course_lm.loss import cross_entropy
from course_lm.require import require_ids, require_in_vocabulary, require_positions

PADDING = -1  # a target that costs nothing
LOGITS_AT_ONCE = 8_000_000  # these two bound the memory of one batch of windows
TOKENS_AT_ONCE = 32_768


class LanguageModel(Protocol):
    """Tokens in, logits out."""

    @property
    def vocab_size(self) -> int:
        """V, the number of entries in the vocabulary."""

    @property
    def context_length(self) -> int | None:
        """The largest number of tokens in a row; None where there is no limit."""

    def __call__(self, ids: Tensor, /) -> Tensor:
        """``(B, T)`` int64 ids to ``(B, T, V)`` logits; ``[b, t]`` scores token t + 1."""


@torch.no_grad()
def token_nats(
    model: LanguageModel, ids: Tensor, *, context_length: int | None = None, starts: Tensor | None = None
) -> Tensor:
    """What every token after the first cost.

    Args:
        model: any language model.
        ids: ``(N,)`` int64 ids in ``[0, V)``; the first only conditions.
        context_length: tokens in a window; the model's own where it is None.
        starts: sorted positions in ``ids`` where a window may begin; anywhere where it is None.

    Returns:
        ``(N − 1,)`` float64 nats, on the CPU.

    Raises:
        TypeError: if ids or starts are not int64.
        ValueError: if there are fewer than two ids, one is outside ``[0, V)``, the starts are not sorted positions, or
            the window does not fit the model.
    """
    _check(model, ids, context_length)
    if starts is not None:
        _check_starts(starts)
    ids = ids.cpu()
    cuts = windows(len(ids), context_length or model.context_length, starts)
    nats = torch.empty(len(ids) - 1, dtype=torch.float64)
    width = max(end - begin for begin, end in cuts)
    rows_at_once = max(1, min(LOGITS_AT_ONCE // model.vocab_size, TOKENS_AT_ONCE) // width)
    device = getattr(model, "device", torch.device("cpu"))
    with evaluating(model):
        for first in range(0, len(cuts), rows_at_once):
            group = cuts[first : first + rows_at_once]
            x = ids[0].repeat(len(group), width)  # (B, T); padding comes last, so no prediction sees it
            y = torch.full_like(x, PADDING)
            for row, (begin, end) in enumerate(group):
                x[row, : end - begin] = ids[begin:end]
                y[row, : end - begin] = ids[begin + 1 : end + 1]
            logits = model(x.to(device))
            cost = cross_entropy(logits, y.to(logits.device), reduction="none", ignore_index=PADDING).cpu()
            nats[group[0][0] : group[-1][1]] = cost[y != PADDING].double()
    return nats


def windows(n_tokens: int, context_length: int | None, starts: Tensor | None = None) -> list[tuple[int, int]]:
    """Cut a text into windows that do not overlap and leave nothing out.

    Window ``(begin, end)`` has the inputs ``ids[begin:end]`` and the targets ``ids[begin + 1 : end + 1]``: the last
    target of one window is the first input of the next. With ``starts`` a window ends at the last start that still
    fits, so that it holds whole sentences; a sentence longer than the context is cut.
    """
    last = n_tokens - 1
    longest = context_length or last
    allowed = None if starts is None else starts.tolist()
    cuts, begin = [], 0
    while begin < last:
        end = min(begin + longest, last)
        if allowed is not None and end < last:
            fitting = bisect_right(allowed, end) - 1
            if fitting >= 0 and allowed[fitting] > begin:
                end = allowed[fitting]
        cuts.append((begin, end))
        begin = end
    return cuts


@contextmanager
def evaluating(model: LanguageModel) -> Iterator[None]:
    """Without dropout, and afterwards every part in the mode that it was in."""
    modules = list(model.modules()) if isinstance(model, nn.Module) else []
    modes = [module.training for module in modules]
    for module in modules:
        module.training = False
    try:
        yield
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode


def _check(model: LanguageModel, ids: Tensor, context_length: int | None) -> None:
    require_ids(ids)
    if ids.ndim != 1 or len(ids) < 2:
        raise ValueError(
            f"ids must be (N,) with N at least 2, one token to see and one to predict; got shape {tuple(ids.shape)}. "
            "Put bos_id before the text."
        )
    require_in_vocabulary(ids, model.vocab_size, " of the model")
    if context_length is not None and not 1 <= context_length <= (model.context_length or context_length):
        raise ValueError(
            f"context_length must be at least 1 and at most the model's own, {model.context_length or 'unlimited'}; "
            f"got {context_length}."
        )


def _check_starts(starts: Tensor) -> None:
    require_positions(starts)
    if bool((starts[1:] < starts[:-1]).any()):
        where = int((starts[1:] < starts[:-1]).nonzero()[0])
        raise ValueError(
            f"starts must be sorted; got {int(starts[where + 1])} after {int(starts[where])}. Corpus.starts(ids) is."
        )
