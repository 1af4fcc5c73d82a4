"""A tokenizer of the tokenizers library, as most pretrained models have one, behind the interface of ours.

Such a tokenizer writes its tokens as text in which no byte is lost, but some are in disguise: byte-level ones name each
byte by a visible character, and others write a space as ``▁`` and a single byte as ``<0x0A>``. Here each token is its
bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from course_lm._checks import whole_number
from course_lm._transformers import missing_library
from course_lm.tokenizer import N_BYTES, Tokenizer, is_character, place, utf8

SPACE = "▁"
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


class LibraryTokenizer(Tokenizer):
    """A tokenizer of the tokenizers library. `load_pretrained` makes it; ``save`` and ``load`` need no network.

    A special token stands for its name in both directions: ``<|endoftext|>`` in a text is that token.

    Args:
        definition: the library's own description of the tokenizer, in JSON.
        vocab_size: V, at least the tokens of the definition that texts need. Where a model has more, the rest are
            tokens without text, which no text is encoded in.
        bos_id: the token that starts a text; None where the model names none.

    Attributes:
        tokens: the bytes of every token, by id.

    Raises:
        ModuleNotFoundError: if the tokenizers library is not installed.
        ValueError: if the definition is none.
    """

    kind = "library"
    _called = "tokenizer of the tokenizers library"

    def __init__(self, definition: str, vocab_size: int, bos_id: int | None = None) -> None:
        try:
            import tokenizers
        except ImportError as error:
            raise missing_library("tokenizers") from error
        try:
            self._library = tokenizers.Tokenizer.from_str(definition)
        except Exception as error:  # the library raises nothing more precise
            raise ValueError("definition must be a tokenizer of the tokenizers library in JSON.") from error
        self._library.no_truncation()
        self._library.no_padding()
        self._definition, self._bos_id = definition, bos_id
        self._vocab_size = whole_number("vocab_size", vocab_size, at_least=1)
        self.tokens = self._bytes_of_tokens()
        self._can_encode: dict[str, bool] = {}
        self._prefix = b" " if self.to_bytes(self._ids("a")) == b" a" else b""

    @property
    def vocab_size(self) -> int:
        """V, the number of tokens in the model's vocabulary."""
        return self._vocab_size

    @property
    def bos_id(self) -> int:
        """The id of the token that starts a text.

        Raises:
            ValueError: if the model names none.
        """
        if self._bos_id is None:
            raise ValueError(
                "the model must name a token that starts a text; this one names none. Name one, as in "
                "load_pretrained(name, bos_token='<|endoftext|>'), or score encode(text), whose first token is then "
                "not predicted."
            )
        return self._bos_id

    def __contains__(self, character: str) -> bool:
        if character not in self._can_encode:
            self._can_encode[character] = (
                is_character(character) and self._given_back(self._ids(character)) == character
            )
        return self._can_encode[character]

    def encode(self, text: str) -> Tensor:
        """The ``(N,)`` int64 ids in ``[0, V)`` of the N tokens of a text, without a start token.

        Raises:
            ValueError: if the tokenizer cannot give the text back; it says which character, and where it stands.
        """
        utf8(text)
        ids = self._ids(text)
        back = self._given_back(ids)
        if back != text:
            same = [a == b for a, b in zip(text, back, strict=False)]
            where = min([*same, False].index(False), len(text) - 1)
            raise ValueError(
                f"text must be one that this tokenizer gives back as it was; {text[where]!r} {place(text, where)} does "
                "not come back. Remove it, or try unicodedata.normalize('NFC', text)."
            )
        return torch.tensor(ids, dtype=torch.int64)

    def to_bytes(self, ids: Tensor | Iterable[int]) -> bytes:
        """The bytes of all tokens, one after another, with the space that some tokenizers put before every text."""
        return b"".join([self.tokens[i] for i in self._checked(ids)])

    def decode(self, ids: Tensor | Iterable[int]) -> str:
        """The text of ``(N,)`` ids, without the space that the tokenizer put before it.

        Raises:
            ValueError: if an id is outside ``[0, V)``.
        """
        return self.to_bytes(ids).removeprefix(self._prefix).decode("utf-8", errors="replace")

    def _arguments(self) -> dict[str, Any]:
        return {"definition": self._definition, "vocab_size": self._vocab_size, "bos_id": self._bos_id}

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._library.encode(text, add_special_tokens=False).ids
        return ids

    def _given_back(self, ids: list[int]) -> str:
        """The text of the ids of a text: the same, unless the tokenizer changes it or the model lacks a token."""
        return self.decode(i for i in ids if i < self._vocab_size)

    def _bytes_of_tokens(self) -> tuple[bytes, ...]:
        described = json.loads(self._library.to_str())
        added = {token["id"] for token in described["added_tokens"]}  # they stand there as they are
        is_byte_level = "ByteLevel" in json.dumps(described["decoder"])
        tokens = [b""] * self._vocab_size
        for token, i in self._library.get_vocab().items():
            if i < self._vocab_size:
                tokens[i] = token.encode() if i in added else _bytes_of(token, is_byte_level)
        return tuple(tokens)


def _byte_of_character() -> dict[int, int]:
    """GPT-2's disguise: a byte that is visible in Latin-1 is that character, and the others follow after 255."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(N_BYTES) if byte not in visible]
    return {byte: byte for byte in visible} | {N_BYTES + i: byte for i, byte in enumerate(hidden)}


_BYTE_OF_CHARACTER = _byte_of_character()


def _bytes_of(token: str, is_byte_level: bool) -> bytes:
    if is_byte_level:
        return token.translate(_BYTE_OF_CHARACTER).encode("latin-1", errors="replace")
    if byte := _BYTE.fullmatch(token):
        return bytes([int(byte[1], 16)])
    return token.replace(SPACE, " ").encode()
