"""Baselines that count: the uniform model and n-grams with interpolated Kneser–Ney smoothing.

An n-gram predicts the next token from the n − 1 tokens before it, by looking up what followed them in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor


class UniformLM:
    """Knows nothing: every token of the vocabulary has the probability 1/V."""

    context_length: int | None = None

    def __init__(self, vocab_size: int) -> None:
        if vocab_size < 1:
            raise ValueError(f"vocab_size must be at least 1; got {vocab_size}.")
        self.vocab_size = vocab_size

    def __call__(self, ids: Tensor) -> Tensor:
        """Zeros ``(B, T, V)`` for ids ``(B, T)``: equal logits are equal probabilities."""
        return torch.zeros(*ids.shape, self.vocab_size, device=ids.device)


@dataclass(frozen=True)
class _Level:
    """What was counted after contexts of one length, as one sparse row of discounted counts for each context."""

    contexts: np.ndarray  # (R,) sorted keys
    row_ends: np.ndarray  # (R + 1,) where each row's entries begin and end
    tokens: np.ndarray  # (E,) next tokens
    shares: np.ndarray  # (E,) (count − d) / row total
    left_over: np.ndarray  # (R,) what the discount took away, spread by the shorter context


class NGramLM:
    r"""An n-gram with interpolated Kneser–Ney smoothing.

    .. math:: p_k(w \mid c) = \frac{\max(n(c\,w) - d_k, 0)}{n(c)} + \frac{d_k\,u(c)}{n(c)}\; p_{k-1}(w \mid c')

    with :math:`c` the last :math:`k` tokens, :math:`c'` the same without the oldest, :math:`u(c)` the number of
    different tokens seen after :math:`c`, and :math:`p_{-1} = 1/V`. The longest context counts occurrences; shorter
    ones count in how many different contexts a token occurred. The discount :math:`d_k = n_1 / (n_1 + 2 n_2)` comes
    from the numbers of entries counted once and twice.

    Args:
        order: n; 1 looks at nothing, 2 is the bigram and looks at one token.
        vocab_size: V.

    Source: Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling".
    """

    context_length: int | None = None

    def __init__(self, order: int, vocab_size: int) -> None:
        if order < 1 or vocab_size < 1:
            raise ValueError(f"order and vocab_size must be at least 1; got {order} and {vocab_size}.")
        self.order = order
        self.vocab_size = vocab_size
        self._levels: list[_Level] = []

    def fit(self, ids: Tensor) -> Self:
        """Count the ``(N,)`` int64 ids of a training text."""
        tokens = self._checked(ids.flatten())
        if len(tokens) < 2:
            raise ValueError(f"ids must hold at least 2 tokens, one to see and one to predict; got {len(tokens)}.")
        contexts = [np.zeros(len(tokens) - 1, dtype=np.int64)]  # per level: the number of the context at each position
        keys: list[np.ndarray] = [np.zeros(1, dtype=np.int64)]
        for k in range(1, self.order):
            key = self._longer(contexts[-1], tokens[:-1], k)
            seen, number = np.unique(key[key >= 0], return_inverse=True)
            numbered = np.full(len(key), -1)
            numbered[key >= 0] = number
            contexts.append(numbered)
            keys.append(seen)
        self._levels = [self._count(k, keys, contexts, tokens[1:]) for k in range(self.order)]
        return self

    def __call__(self, ids: Tensor) -> Tensor:
        """Natural logarithms of probabilities, ``(B, T, V)`` float32, for ``(B, T)`` int64 ids.

        The first tokens of a row have shorter contexts, as far as the row reaches.
        """
        if not self._levels:
            raise ValueError("this model has not counted anything yet: call fit(ids) first.")
        rows = [self._row(self._checked(row)) for row in ids]
        return torch.from_numpy(np.stack(rows)).log().float().to(ids.device)

    def _row(self, tokens: np.ndarray) -> np.ndarray:
        """Probabilities ``(T, V)`` after each token of one row, from the shortest context to the longest."""
        p = np.full((len(tokens), self.vocab_size), 1 / self.vocab_size)
        context = np.zeros(len(tokens), dtype=np.int64)
        for k, level in enumerate(self._levels):
            if k:
                key = self._longer(context, tokens, k)
                found = np.searchsorted(level.contexts, key).clip(max=len(level.contexts) - 1)
                context = np.where((key >= 0) & (level.contexts[found] == key), found, -1)
            (known,) = np.nonzero(context >= 0)
            row = context[known]
            p[known] *= level.left_over[row, None]
            lengths = level.row_ends[row + 1] - level.row_ends[row]
            first = np.repeat(level.row_ends[row] - np.cumsum(lengths) + lengths, lengths)
            entries = first + np.arange(lengths.sum())
            p[np.repeat(known, lengths), level.tokens[entries]] += level.shares[entries]
        return p

    def _longer(self, context: np.ndarray, tokens: np.ndarray, k: int) -> np.ndarray:
        """Keys of the contexts of length k, from the numbers of those of length k − 1; −1 where there is none."""
        key = np.full(len(tokens), -1)
        key[k - 1 :] = context[k - 1 :] * self.vocab_size + tokens[: len(tokens) - k + 1]
        key[context < 0] = -1
        return key

    def _count(self, k: int, keys: list[np.ndarray], contexts: list[np.ndarray], following: np.ndarray) -> _Level:
        context = contexts[k]
        pairs = context * self.vocab_size + following
        if k == self.order - 1:  # the longest context: occurrences
            pairs = pairs[context >= 0]
        else:  # a shorter one: each longer context counts once
            longer = contexts[k + 1]
            _, first = np.unique((longer * self.vocab_size + following)[longer >= 0], return_index=True)
            pairs = pairs[longer >= 0][first]
        entries, counts = np.unique(pairs, return_counts=True)
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        discount = once / (once + 2 * twice) if once else 0.5
        rows, tokens = np.divmod(entries, self.vocab_size)
        totals = np.bincount(rows, counts, len(keys[k]))
        kinds_seen = np.bincount(rows, minlength=len(keys[k]))
        left_over = np.where(totals > 0, discount * kinds_seen / np.maximum(totals, 1), 1.0)
        shares = (counts - discount) / totals[rows]
        return _Level(keys[k], np.append(0, np.cumsum(kinds_seen)), tokens, shares, left_over)

    def _checked(self, ids: Tensor) -> np.ndarray:
        tokens = ids.cpu().numpy().astype(np.int64)
        if len(tokens) and not (tokens.min() >= 0 and tokens.max() < self.vocab_size):
            raise ValueError(
                f"ids must be in [0, {self.vocab_size}), the vocabulary; got {tokens.min()} to {tokens.max()}. "
                "Was the text encoded with another tokenizer?"
            )
        return tokens
