"""Text to token ids and back, without loss.

A tokenizer holds the vocabulary: the list of all tokens that exist. Here a token is one character.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

LINE_BREAK = "\n"


class CharTokenizer:
    r"""One token for each character of an alphabet, in code point order.

    The alphabet always contains the line break: a text is read as if one came before it, so that its
    first character is predicted too. ``decode(encode(text)) == text`` for every text over the alphabet.

    Args:
        alphabet: the characters, each once; ``"\n"`` is among them.

    Raises:
        ValueError: if a character stands twice or the line break is missing.
    """

    def __init__(self, alphabet: str) -> None:
        if len(set(alphabet)) != len(alphabet):
            raise ValueError("alphabet must hold each character once. Use CharTokenizer.from_text for a text.")
        if LINE_BREAK not in alphabet:
            raise ValueError("alphabet must contain the line break, the token that starts a text.")
        self.alphabet = "".join(sorted(alphabet))
        self._id_of = {character: i for i, character in enumerate(self.alphabet)}

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The tokenizer whose alphabet is the characters of ``text`` and the line break."""
        if not text:
            raise ValueError("text must have at least one character; got an empty text.")
        return cls("".join(sorted({LINE_BREAK, *text})))

    @property
    def vocab_size(self) -> int:
        """V, the number of characters in the alphabet."""
        return len(self.alphabet)

    @property
    def bos_id(self) -> int:
        """The id of the line break."""
        return self._id_of[LINE_BREAK]

    def encode(self, text: str) -> Tensor:
        """The id of every character.

        Returns:
            ``(N,)`` int64 ids in ``[0, V)``, one for each of the N characters.

        Raises:
            ValueError: if a character is not in the alphabet; it says which, and where it stands.
        """
        try:
            return torch.tensor([self._id_of[character] for character in text], dtype=torch.int64)
        except KeyError:
            where, character = next((i, c) for i, c in enumerate(text) if c not in self._id_of)
            line = text.count(LINE_BREAK, 0, where) + 1
            raise ValueError(
                f"text must use the {self.vocab_size} characters of the alphabet; got {character!r} "
                f"(U+{ord(character):04X}) at position {where}, line {line}. "
                "Remove it, or make the tokenizer from a text that contains it."
            ) from None

    def decode(self, ids: Tensor | Iterable[int]) -> str:
        """The text of ``(N,)`` ids.

        Raises:
            ValueError: if an id is outside ``[0, V)``.
        """
        numbers = np.asarray(ids.cpu() if isinstance(ids, Tensor) else list(ids), dtype=np.int64).ravel()
        outside = numbers[(numbers < 0) | (numbers >= self.vocab_size)]
        if outside.size:
            raise ValueError(
                f"ids must be in [0, {self.vocab_size}), the vocabulary; got {outside[0]}. "
                "Were they made by another tokenizer?"
            )
        return "".join(self.alphabet[i] for i in numbers)

    def to_json(self) -> str:
        """The alphabet as JSON."""
        return json.dumps({"kind": "characters", "alphabet": self.alphabet})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The tokenizer that `to_json` described.

        Raises:
            ValueError: if ``text`` is not such a description.
        """
        try:
            described = json.loads(text)
            if described["kind"] != "characters":
                raise KeyError("kind")
            return cls(described["alphabet"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"this is not the description of a character tokenizer: {text[:60]!r}") from error

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to a JSON file."""
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a tokenizer that `save` wrote."""
        return cls.from_json(Path(path).read_text(encoding="utf-8"))
