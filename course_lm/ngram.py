"""Baselines that count: the uniform model and n-grams with interpolated Kneser–Ney smoothing.

An n-gram predicts the next token from the n − 1 tokens before it, by looking up what followed them in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from course_lm._checks import require_ids, require_in_vocabulary, require_rows, whole_number
from course_lm.language_model import TokenCache

POSITIONS_AT_ONCE = 16_384  # bounds the memory of a long row


class UniformLM:
    """Knows nothing: every token of the vocabulary has the probability 1/V."""

    context_length: int | None = None

    def __init__(self, vocab_size: int) -> None:
        self.vocab_size = whole_number("vocab_size", vocab_size, at_least=1)

    def __call__(self, ids: Tensor) -> Tensor:
        """Zeros ``(B, T, V)`` for ``(B, T)`` int64 ids: equal logits are equal probabilities."""
        require_rows(ids)
        require_in_vocabulary(ids, self.vocab_size)
        return torch.zeros(*ids.shape, self.vocab_size, device=ids.device)


@dataclass(frozen=True)
class _Table:
    """The counts after contexts of one length, as one sparse row of discounted counts for each context."""

    row_ends: np.ndarray  # (R + 1,) where each row's entries begin and end
    tokens: np.ndarray  # (E,) next tokens
    shares: np.ndarray  # (E,) (count − d) / row total
    left_over: np.ndarray  # (R,) what the discount took away, spread by the shorter context

    def mix(self, p: np.ndarray, positions: np.ndarray, rows: np.ndarray) -> None:
        """Turn ``p[positions]``, the shorter context's prediction, into that of the contexts ``rows``."""
        for part in np.array_split(np.arange(len(rows)), 1 + len(rows) // POSITIONS_AT_ONCE):
            where, row = positions[part], rows[part]
            p[where] *= self.left_over[row, None]
            lengths = self.row_ends[row + 1] - self.row_ends[row]
            first = np.repeat(self.row_ends[row] - np.cumsum(lengths) + lengths, lengths)
            entries = first + np.arange(lengths.sum())
            p[np.repeat(where, lengths), self.tokens[entries]] += self.shares[entries]


class NGramLM:
    r"""An n-gram with interpolated Kneser–Ney smoothing.

    .. math:: p_k(w \mid c) = \frac{\max(n(c\,w) - d_k, 0)}{n(c)} + \frac{d_k\,u(c)}{n(c)}\; p_{k-1}(w \mid c')

    with :math:`c` the last :math:`k` tokens, :math:`c'` the same without the oldest, :math:`u(c)` the number of
    different tokens seen after :math:`c`, and :math:`p_{-1} = 1/V`. The longest context counts occurrences; shorter
    ones count after how many different tokens :math:`c\,w` occurred. The discount :math:`d_k = n_1 / (n_1 + 2 n_2)`
    comes from the numbers of entries counted once and twice.

    Args:
        order: n; 1 looks at nothing, 2 is the bigram and looks at one token.
        vocab_size: V, the number of entries in the vocabulary.

    Source: Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling".
    """

    context_length: int | None = None

    def __init__(self, order: int, vocab_size: int) -> None:
        self.order = whole_number("order", order, at_least=1)
        self.vocab_size = whole_number("vocab_size", vocab_size, at_least=1)
        self._contexts: list[np.ndarray] = []  # by length k: the sorted keys of all contexts seen
        self._occurrences: list[_Table] = []  # by length k: how often a token followed
        self._variety: list[_Table] = []  # by length k < order − 1: after how many longer contexts it followed

    def fit(self, ids: Tensor) -> Self:
        """Count the ``(N,)`` int64 ids of a training text."""
        tokens = self._checked(ids.flatten())
        if len(tokens) < max(self.order, 2):
            raise ValueError(
                f"ids must hold at least {max(self.order, 2)} tokens, one n-gram; got {len(tokens)}. "
                "Take a longer text or a lower order."
            )
        self._contexts, self._occurrences, self._variety = [np.zeros(1, dtype=np.int64)], [], []
        context = np.zeros(len(tokens) - 1, dtype=np.int64)  # the number of the context at each position
        for k in range(self.order):
            pairs = (context * self.vocab_size + tokens[1:])[context >= 0]
            entries, counts = np.unique(pairs, return_counts=True)
            self._occurrences.append(self._table(entries, counts, len(self._contexts[k])))
            if k:
                number, token = np.divmod(entries, self.vocab_size)
                pairs = self._contexts[k][number] // self.vocab_size * self.vocab_size + token  # without the oldest
                self._variety.append(self._table(*np.unique(pairs, return_counts=True), len(self._contexts[k - 1])))
            if k < self.order - 1:
                key = self._longer(context, tokens[:-1], k + 1)
                known = key >= 0
                seen, context[known] = np.unique(key[known], return_inverse=True)
                context[~known] = -1
                self._contexts.append(seen)
        return self

    def shorter(self, order: int) -> NGramLM:
        """The n-gram of a lower order that has counted the same text: its counts are among these."""
        if whole_number("order", order, at_least=1) > self.order:
            raise ValueError(f"order must be at most that of this model, {self.order}; got {order}. Fit a longer one.")
        other = NGramLM(order, self.vocab_size)
        other._contexts, other._occurrences = self._contexts[:order], self._occurrences[:order]
        other._variety = self._variety[: order - 1]
        return other

    def new_cache(self, batch_size: int) -> TokenCache:
        """An empty cache for reading ``batch_size`` rows token by token."""
        return TokenCache(batch_size, longest=self.order - 1)

    def __call__(self, ids: Tensor, cache: TokenCache | None = None) -> Tensor:
        """Natural logarithms of probabilities, ``(B, T, V)`` float32, for ``(B, T)`` int64 ids.

        The first tokens of a row have shorter contexts, as far as the row reaches: they are predicted by n-grams of
        that length. With a cache, ``ids`` follow the tokens in it and are added to them.
        """
        if not self._occurrences:
            raise ValueError("this model has not counted anything yet: call fit(ids) first.")
        require_rows(ids)
        tokens = self._checked(ids)
        if cache is not None:
            tokens = cache.append(ids).cpu().numpy()
        p = self._probabilities(tokens)[:, -ids.shape[1] :]
        return torch.from_numpy(p).log().float().to(ids.device)

    def _probabilities(self, tokens: np.ndarray) -> np.ndarray:
        """``(B, T, V)`` after each token of ``(B, T)``, from the shortest context to the longest."""
        B, T = tokens.shape
        p = np.full((B * T, self.vocab_size), 1 / self.vocab_size)
        context = np.zeros((B, T), dtype=np.int64)
        for k, keys in enumerate(self._contexts):
            if k:
                key = self._longer(context, tokens, k)
                found = np.searchsorted(keys, key).clip(max=len(keys) - 1)
                context = np.where((key >= 0) & (keys[found] == key), found, -1)
            known = np.flatnonzero(context >= 0)
            rows = context.flat[known]
            # Nothing longer follows at the longest context, and where the row began k tokens ago.
            is_last = np.full(len(known), True) if k == self.order - 1 else known % T == k - 1
            self._occurrences[k].mix(p, known[is_last], rows[is_last])
            if k < self.order - 1:
                self._variety[k].mix(p, known[~is_last], rows[~is_last])
        return p.reshape(B, T, self.vocab_size)

    def _longer(self, context: np.ndarray, tokens: np.ndarray, k: int) -> np.ndarray:
        """Keys of the contexts of length k, from the numbers of those of length k − 1; −1 where there is none."""
        key = np.full(tokens.shape, -1)
        reached = max(tokens.shape[-1] - k + 1, 0)
        key[..., k - 1 :] = context[..., k - 1 :] * self.vocab_size + tokens[..., :reached]
        key[context < 0] = -1
        return key

    def _table(self, entries: np.ndarray, counts: np.ndarray, n_contexts: int) -> _Table:
        """Discounted shares from the counts of entries ``context * V + token``."""
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        discount = once / (once + 2 * twice) if once else 0.5
        rows, tokens = np.divmod(entries, self.vocab_size)
        totals = np.bincount(rows, counts, n_contexts)
        kinds_seen = np.bincount(rows, minlength=n_contexts)
        left_over = np.where(totals > 0, discount * kinds_seen / np.maximum(totals, 1), 1.0)
        shares = (counts - discount) / totals[rows]
        return _Table(np.append(0, np.cumsum(kinds_seen)), tokens, shares, left_over)

    def _checked(self, ids: Tensor) -> np.ndarray:
        require_ids(ids)
        require_in_vocabulary(ids, self.vocab_size)
        return ids.cpu().numpy()
