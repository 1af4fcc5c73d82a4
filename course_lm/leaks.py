"""Does a model see the future? The test, and three models that do.

A causal model's logits at position t depend on the tokens 0..t alone. So: change the tokens after a cut, and no logit
before the cut may move. A model that peeks can reach any loss in training, and knows nothing when it has to write.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from course_lm._checks import real_number, whole_number
from course_lm.attention import Attention, KVCache
from course_lm.language_model import LanguageModel, device_of, evaluating
from course_lm.model import TransformerLM

REPLACEMENTS_PER_CUT = 2  # a leak may not notice one change by chance


@dataclass(frozen=True)
class Leak:
    """A prediction that moved when only the future changed.

    Attributes:
        row: the row of ``ids``.
        position: the first position whose logits moved.
        cut: the first position whose token was changed, later than ``position``.
        change: how far the logit that moved most did, in nats.
    """

    row: int
    position: int
    cut: int
    change: float


@torch.no_grad()
def leaks_future(model: LanguageModel, ids: Tensor, *, tolerance: float = 1e-4, seed: int = 0) -> Leak | None:
    """Look for a prediction that depends on later tokens: at every cut, replace all tokens from there on by others.

    A module is put into evaluation mode for the test and back. An untrained `TransformerLM` gives all tokens the same
    logit, whatever it sees: train it first, if only for a step or two.

    Args:
        model: any language model.
        ids: ``(B, T)`` int64 ids, T at least 2.
        tolerance: logits that move by no more than this have not moved; rounding can move them by less.
        seed: of the replacements.

    Returns:
        The leak of the earliest cut that shows one, or None (which is falsy) where there is none.

    Raises:
        ValueError: if there is nothing to replace: one position, or a vocabulary of one token.
    """
    tolerance, seed = real_number("tolerance", tolerance), whole_number("seed", seed, at_least=0)
    if ids.ndim != 2 or ids.shape[1] < 2 or model.vocab_size < 2:
        raise ValueError(
            f"ids must be (B, T) with T at least 2, and the vocabulary must have 2 tokens, so that a future can be "
            f"replaced; got {tuple(ids.shape)} and {model.vocab_size}."
        )
    ids = ids.to(device_of(model, ids))
    generator = torch.Generator().manual_seed(seed)
    with evaluating(model):
        logits = model(ids)  # (B, T, V)
        for cut in range(1, ids.shape[1]):
            for _ in range(REPLACEMENTS_PER_CUT):
                future = ids[:, cut:]
                step = torch.randint(1, model.vocab_size, tuple(future.shape), generator=generator).to(ids.device)
                other = torch.cat([ids[:, :cut], (future + step) % model.vocab_size], dim=1)  # every token differs
                if leak := _first_move(logits[:, :cut], model(other)[:, :cut], cut, tolerance):
                    return leak
    return None


def _first_move(before: Tensor, after: Tensor, cut: int, tolerance: float) -> Leak | None:
    change = (before - after).abs()
    change[before == after] = 0  # equal infinities are equal
    change = change.nan_to_num(nan=torch.inf).amax(-1)  # (B, cut)
    moved = (change > tolerance).nonzero()  # by row, then by position
    if not len(moved):
        return None
    row, position = moved[moved[:, 1].argmin()].tolist()
    return Leak(row, position, cut, float(change[row, position]))


class _OffByOne(Attention):
    def mask(self, T: int, n_before: int) -> Tensor:
        return torch.ones(T, n_before + T, dtype=torch.bool, device=self.cos.device).tril(n_before + 1)


class _Unmasked(Attention):
    def mask(self, T: int, n_before: int) -> Tensor:
        return torch.ones(T, n_before + T, dtype=torch.bool, device=self.cos.device)


class MaskOffByOneLM(TransformerLM):
    """Position t may also see token t + 1, the one that it should predict: it learns to copy it."""

    attention_type = _OffByOne


class NoMaskLM(TransformerLM):
    """Every position sees the whole row."""

    attention_type = _Unmasked


class NormAcrossTimeLM(TransformerLM):
    """Each channel is scaled by its root mean square over the whole row, later positions included.

    Little of the future comes through, so the loss does not look too good to be true: only the test shows it.
    """

    def embed(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """The stream ``(B, T, C)`` with a root mean square of 1 in every channel of a row."""
        x = super().embed(ids, cache)
        return x * (x.square().mean(dim=1, keepdim=True) + 1e-6).rsqrt()
