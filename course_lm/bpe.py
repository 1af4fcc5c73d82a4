"""Byte-pair encoding: frequent neighbors become one token.

Training starts from single bytes. The pair of neighboring tokens that occurs most often becomes a new token, again and
again. Encoding repeats these merges in the order in which they were learned.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Self

import torch
from torch import Tensor

from course_lm._checks import whole_number
from course_lm.tokenizer import LINE_BREAK, N_BYTES, Tokenizer, is_character, utf8

Pair = tuple[int, int]

# A word or a run of signs, each with the space before it; other white space; a line break, always alone.
_PIECE = re.compile(r" ?\w+| ?[^\w\s]+|[^\S\n]+|\n")


class BPETokenizer(Tokenizer):
    """Tokens of one or more bytes. No merge crosses the border of a word, and the line break never merges.

    Ids 0 to 255 are the bytes; id 256 + i is the token that merge i makes.

    Args:
        merges: the two ids that each merge joins, in the order in which they were learned.

    Attributes:
        merges: the same, as a tuple.
        tokens: the bytes of every token, by id. ``decode([id])`` shows one as text.

    Raises:
        ValueError: if a merge joins a token that does not exist by then, or a pair that is joined already.

    Source: Sennrich, Haddow and Birch (2016), "Neural machine translation of rare words with subword units".
    """

    kind = "bpe"
    _called = "BPE tokenizer"
    bos_id = ord(LINE_BREAK)

    def __init__(self, merges: Iterable[Pair]) -> None:
        tokens = [bytes([i]) for i in range(N_BYTES)]
        self._id_of: dict[Pair, int] = {}
        for left, right in merges:
            new = len(tokens)
            if not (0 <= left < new and 0 <= right < new) or (left, right) in self._id_of:
                raise ValueError(
                    f"merges must each join two tokens that exist by then, a pair once; got {(left, right)} for the "
                    f"token {new}. Use BPETokenizer.train to learn them from a text."
                )
            tokens.append(tokens[left] + tokens[right])
            self._id_of[left, right] = new
        self.merges = tuple(self._id_of)
        self.tokens = tuple(tokens)

    @classmethod
    def train(cls, text: str, vocab_size: int) -> Self:
        """Learn merges from a text until the vocabulary has ``vocab_size`` tokens, or no pair repeats.

        Raises:
            ValueError: if the text is empty or ``vocab_size`` is less than 256, the bytes.
        """
        if not text:
            raise ValueError("text must have at least one character; got an empty text.")
        vocab_size = whole_number("vocab_size", vocab_size, at_least=N_BYTES, remedy="Every byte is a token already.")
        utf8(text)  # here the error knows the place
        return cls(_learn(Counter(pieces(text)), vocab_size - N_BYTES))

    @property
    def vocab_size(self) -> int:
        """V, the 256 bytes and the tokens learned."""
        return len(self.tokens)

    def __contains__(self, character: str) -> bool:
        return is_character(character)

    def encode(self, text: str) -> Tensor:
        """The ``(N,)`` int64 ids of the N tokens of a text, piece by piece.

        Raises:
            ValueError: if the text contains a lone surrogate, half of a character.
        """
        utf8(text)
        parts = pieces(text)
        ids_of = {piece: self._encode_piece(piece) for piece in set(parts)}
        return torch.tensor([i for piece in parts for i in ids_of[piece]], dtype=torch.int64)

    def to_bytes(self, ids: Tensor | Iterable[int]) -> bytes:
        """The bytes of all tokens, one after another."""
        return b"".join([self.tokens[i] for i in self._checked(ids)])

    def _encode_piece(self, piece: str) -> list[int]:
        ids = list(piece.encode())
        while len(ids) > 1:
            earliest = min(pairwise(ids), key=lambda pair: self._id_of.get(pair, math.inf))
            if earliest not in self._id_of:
                break
            ids = _merge(ids, earliest, self._id_of[earliest])
        return ids

    def _arguments(self) -> dict[str, Any]:
        return {"merges": self.merges}


def pieces(text: str) -> list[str]:
    """The text cut into words, signs, white space and line breaks; joined they are the text again."""
    return _PIECE.findall(text)


def _learn(occurrences: Counter[str], n_merges: int) -> list[Pair]:
    """The most frequent pair, at most ``n_merges`` times; of equally frequent ones the pair of lowest ids.

    A pair is counted at every place where it stands, and a piece once for each of its occurrences in the text. Only
    pieces that contain the merged pair are looked at again.
    """
    parts = [list(piece.encode()) for piece in occurrences]
    times = list(occurrences.values())
    counts: Counter[Pair] = Counter()
    homes: defaultdict[Pair, set[int]] = defaultdict(set)  # the pieces in which a pair stands, or once stood

    def count(piece: int, sign: int) -> None:
        for pair in pairwise(parts[piece]):
            counts[pair] += sign * times[piece]
            homes[pair].add(piece)

    for piece in range(len(parts)):
        count(piece, +1)
    merges: list[Pair] = []
    while len(merges) < n_merges and counts:
        most = max(counts.values())
        if most < 2:
            break
        best = min(pair for pair, n in counts.items() if n == most)
        for piece in homes.pop(best):
            count(piece, -1)
            parts[piece] = _merge(parts[piece], best, N_BYTES + len(merges))
            count(piece, +1)
        merges.append(best)
    return merges


def _merge(ids: list[int], pair: Pair, new: int) -> list[int]:
    """The ids with ``new`` in place of the pair, from left to right."""
    merged: list[int] = []
    for i in ids:
        if merged and (merged[-1], i) == pair:
            merged[-1] = new
        else:
            merged.append(i)
    return merged
