"""Reading token by token: a model that goes on from what it has read.

Writing and coding ask for one prediction at a time. A model with a cache reads each token once; any other model reads
its whole window again for every token, which is slower and gives the same logits.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from course_lm.ngram import TokenCache
from course_lm.score import LanguageModel


class Cache(Protocol):
    """What a model keeps of the tokens that it has read."""

    @property
    def length(self) -> int:
        """How many tokens of each row were read."""

    def clear(self) -> None:
        """Forget all tokens: the next one begins a row."""


@runtime_checkable
class IncrementalModel(LanguageModel, Protocol):
    """A language model that can continue from a cache.

    ``model(ids[:, :t], cache)`` and then ``model(ids[:, t:], cache)`` give the logits of ``model(ids)`` in two parts.
    """

    def new_cache(self, batch_size: int) -> Any:
        """An empty `Cache` of the model's own kind, for ``batch_size`` rows."""

    def __call__(self, ids: Tensor, cache: Any = None, /) -> Tensor:
        """Logits ``(B, T, V)`` for ``(B, T)`` ids that follow what is in the cache, to which they are added."""


def incremental(model: LanguageModel) -> IncrementalModel:
    """The model itself if it has a cache; otherwise the same model, reading its window again at every call."""
    return model if isinstance(model, IncrementalModel) else Recomputed(model)


class Recomputed:
    """Any language model behind the interface of those with a cache; its cache holds the tokens themselves."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.vocab_size = model.vocab_size
        self.context_length = model.context_length

    def new_cache(self, batch_size: int) -> TokenCache:
        """An empty cache for ``batch_size`` rows."""
        return TokenCache(batch_size)

    def __call__(self, ids: Tensor, cache: TokenCache | None = None) -> Tensor:
        """Logits ``(B, T, V)`` for ``(B, T)`` ids that follow what is in the cache."""
        logits = self.model(ids if cache is None else cache.extended(ids))
        return logits[:, -ids.shape[1] :]
