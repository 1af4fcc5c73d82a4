"""What a language model is: tokens in, logits out; and the same with a memory of what it has read.

Counting, training, scoring, writing and coding know a model by this interface alone. Writing and coding ask for one
prediction at a time: a model with a cache then reads each token once, and any other model reads its whole window again
for every token, which is slower and gives the same logits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn


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


@runtime_checkable
class IncrementalModel(LanguageModel, Protocol):
    """A language model that can continue from a cache.

    ``model(ids[:, :t], cache)`` and then ``model(ids[:, t:], cache)`` give the logits of ``model(ids)`` in two parts.
    """

    def new_cache(self, batch_size: int) -> Any:
        """An empty cache of the model's own kind for ``batch_size`` rows.

        Its ``length`` is the number of tokens that were read of each row; after ``clear()`` the next one begins a row.
        """

    def __call__(self, ids: Tensor, cache: Any = None, /) -> Tensor:
        """Logits ``(B, T, V)`` for ``(B, T)`` ids that follow what is in the cache, to which they are added."""


class TokenCache:
    """The last tokens of each row, which is all that some models keep of what they have read.

    Args:
        batch_size: B, the number of rows.
        longest: how many tokens of a row are kept; all of them where it is None.
    """

    def __init__(self, batch_size: int, longest: int | None = None) -> None:
        self.longest = longest
        self.length = 0
        self.tokens = torch.empty(batch_size, 0, dtype=torch.int64)

    def append(self, ids: Tensor) -> Tensor:
        """Add ``(B, T)`` new tokens; return those kept before and these, ``(B, kept + T)``, whose last are kept."""
        tokens = torch.cat([self.tokens.to(ids.device), ids], dim=1)
        self.length += ids.shape[1]
        first = 0 if self.longest is None else max(0, tokens.shape[1] - self.longest)
        self.tokens = tokens[:, first:]
        return tokens

    def clear(self) -> None:
        """Forget all tokens."""
        self.length = 0
        self.tokens = self.tokens[:, :0]


class Recomputed:
    """Any language model with a cache, which holds the tokens themselves: every call reads them all again."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.vocab_size = model.vocab_size
        self.context_length = model.context_length

    def new_cache(self, batch_size: int) -> TokenCache:
        """An empty cache for ``batch_size`` rows."""
        return TokenCache(batch_size)

    def __call__(self, ids: Tensor, cache: TokenCache | None = None) -> Tensor:
        """Logits ``(B, T, V)`` for ``(B, T)`` ids that follow what is in the cache."""
        logits = self.model(ids if cache is None else cache.append(ids))
        return logits[:, -ids.shape[1] :]


def with_cache(model: LanguageModel) -> IncrementalModel:
    """The model itself if it has a cache of its own; otherwise `Recomputed`."""
    return model if isinstance(model, IncrementalModel) else Recomputed(model)


def device_of(model: LanguageModel, ids: Tensor) -> torch.device:
    """The device of the ids that a model reads: that of its weights, or else the one where the ids are."""
    device: torch.device = getattr(model, "device", ids.device)
    return device


@contextmanager
def evaluating(model: LanguageModel) -> Iterator[None]:
    """A context without dropout, after which every part of the model is in the mode that it was in."""
    modules = list(model.modules()) if isinstance(model, nn.Module) else []
    modes = [module.training for module in modules]
    for module in modules:
        module.training = False
    try:
        yield
    finally:
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode
