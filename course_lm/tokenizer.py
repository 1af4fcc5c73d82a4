"""Text to token ids and back, without loss.

A tokenizer holds the vocabulary: the list of all tokens that exist. In this module a token is one character or one
byte; in `bpe` it is one byte, or several that often stand together.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from course_lm._checks import require_text
from course_lm._files import write_whole

LINE_BREAK = "\n"
N_BYTES = 256


class Tokenizer(ABC):
    r"""The base of all tokenizers: ``decode(encode(text)) == text`` for every text that one can encode.

    A text is read as if the token ``bos_id`` came before it, so that its first token is predicted too. It is the line
    break, which is always a token of its own; only a model that was pretrained elsewhere has learned to expect another.
    Two tokenizers are equal if they are saved as the same JSON.

    Attributes:
        kind: what tells one class from another in a saved file; the name of a class that does not say.
    """

    kind: ClassVar[str]
    _called: ClassVar[str] = "tokenizer"
    _classes: ClassVar[dict[str, type[Tokenizer]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "kind" not in vars(cls):
            cls.kind = cls.__qualname__
        Tokenizer._classes[cls.kind] = cls

    @property
    @abstractmethod
    def vocab_size(self) -> int:
        """V, the number of tokens in the vocabulary."""

    @property
    @abstractmethod
    def bos_id(self) -> int:
        """The id of the token that starts a text."""

    @abstractmethod
    def __contains__(self, character: str) -> bool:
        """Whether this character can be encoded."""

    @abstractmethod
    def encode(self, text: str) -> Tensor:
        """The ``(N,)`` int64 ids in ``[0, V)`` of the N tokens of a text.

        Raises:
            ValueError: if a character cannot be encoded; it says which, and where it stands.
        """

    def encode_with_bos(self, text: str) -> Tensor:
        """The ``(1 + N,)`` ids of a whole text as a model reads it: ``bos_id``, then its N tokens.

        Raises:
            ValueError: as `encode` does; the place is that in ``text``.
        """
        return torch.cat([torch.tensor([self.bos_id]), self.encode(text)])

    @abstractmethod
    def to_bytes(self, ids: Tensor | Iterable[int]) -> bytes:
        """The UTF-8 bytes of ``(N,)`` ids, also where they stop within a character.

        Raises:
            ValueError: if an id is outside ``[0, V)``.
        """

    def decode(self, ids: Tensor | Iterable[int]) -> str:
        """The text of ``(N,)`` ids. Bytes that are not UTF-8, as a model can write, become U+FFFD.

        Raises:
            ValueError: if an id is outside ``[0, V)``.
        """
        return self.to_bytes(ids).decode("utf-8", errors="replace")

    @abstractmethod
    def _arguments(self) -> dict[str, Any]:
        """The arguments that make this tokenizer again."""

    def to_json(self) -> str:
        """The tokenizer as JSON."""
        return json.dumps({"kind": self.kind} | self._arguments())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The tokenizer that `to_json` described, if it is one of this class.

        Raises:
            ValueError: if ``text`` is not such a description.
        """
        try:
            described = json.loads(text)
            named = Tokenizer._classes[described.pop("kind")]
            if not issubclass(named, cls):
                raise ValueError(f"it describes a {named._called}")
            return named(**described)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is not the description of a {cls._called}: {text[:60]!r}") from error

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to a JSON file.

        Raises:
            OSError: if it cannot be written; a file already there stays.
        """
        write_whole(Path(path), self.to_json().encode(), "the tokenizer")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a tokenizer that `save` wrote."""
        return cls.from_json(Path(path).read_text(encoding="utf-8", errors="replace"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tokenizer) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def _checked(self, ids: Tensor | Iterable[int]) -> list[int]:
        numbers = np.asarray(ids.cpu() if isinstance(ids, Tensor) else list(ids)).ravel()
        if numbers.size and numbers.dtype.kind not in "iu":
            raise TypeError(
                f"ids must be whole numbers; got {numbers.dtype}. Take argmax or a sample of the logits first."
            )
        outside = numbers[(numbers < 0) | (numbers >= self.vocab_size)]
        if outside.size:
            raise ValueError(
                f"ids must be in [0, {self.vocab_size}), the vocabulary; got {outside[0]}. "
                "Were they made by another tokenizer?"
            )
        return numbers.astype(np.int64).tolist()


class CharTokenizer(Tokenizer):
    r"""One token for each character of an alphabet, in code point order.

    Args:
        alphabet: the characters, each once; ``"\n"`` is among them.

    Raises:
        ValueError: if a character stands twice or is half of one, or the line break is missing.
    """

    kind = "characters"
    _called = "character tokenizer"

    def __init__(self, alphabet: str) -> None:
        if len(set(alphabet)) != len(alphabet):
            raise ValueError("alphabet must hold each character once. Use CharTokenizer.from_text for a text.")
        if LINE_BREAK not in alphabet:
            raise ValueError("alphabet must contain the line break, the token that starts a text.")
        utf8(alphabet)
        self.alphabet = "".join(sorted(alphabet))
        self._id_of = {character: i for i, character in enumerate(self.alphabet)}

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The tokenizer whose alphabet is the characters of ``text`` and the line break."""
        if not text:
            raise ValueError("text must have at least one character; got an empty text.")
        utf8(text)  # here the error knows the place
        return cls("".join({LINE_BREAK, *text}))

    @property
    def vocab_size(self) -> int:
        """V, the number of characters in the alphabet."""
        return len(self.alphabet)

    @property
    def bos_id(self) -> int:
        """The id of the line break."""
        return self._id_of[LINE_BREAK]

    def __contains__(self, character: str) -> bool:
        return character in self._id_of

    def encode(self, text: str) -> Tensor:
        """The ``(N,)`` int64 ids in ``[0, V)`` of N characters.

        Raises:
            ValueError: if a character is not in the alphabet; it says which, and where it stands.
        """
        try:
            return torch.tensor([self._id_of[character] for character in text], dtype=torch.int64)
        except KeyError:
            utf8(text)  # there the error knows bytes and lone surrogates
            where, character = next((i, c) for i, c in enumerate(text) if c not in self._id_of)
            raise ValueError(
                f"text must use the {self.vocab_size} characters of the alphabet; got {character!r} "
                f"{place(text, where)}. Remove it, or make the tokenizer from a text that contains it."
            ) from None

    def to_bytes(self, ids: Tensor | Iterable[int]) -> bytes:
        """The characters of ``(N,)`` ids in UTF-8."""
        return "".join(self.alphabet[i] for i in self._checked(ids)).encode()

    def _arguments(self) -> dict[str, Any]:
        return {"alphabet": self.alphabet}


class ByteTokenizer(Tokenizer):
    """One token for each of the 256 bytes; a text is its UTF-8 bytes, so no character is unknown."""

    kind = "bytes"
    _called = "byte tokenizer"
    vocab_size = N_BYTES
    bos_id = ord(LINE_BREAK)

    def __contains__(self, character: str) -> bool:
        return is_character(character)

    def encode(self, text: str) -> Tensor:
        """The UTF-8 bytes of a text: ``(N,)`` int64 ids in ``[0, 256)``, one to four for each character."""
        return torch.from_numpy(np.frombuffer(utf8(text), dtype=np.uint8).astype(np.int64))

    def to_bytes(self, ids: Tensor | Iterable[int]) -> bytes:
        """The ids are the bytes."""
        return bytes(self._checked(ids))

    def _arguments(self) -> dict[str, Any]:
        return {}


def utf8(text: str) -> bytes:
    """The UTF-8 bytes of a text.

    Raises:
        TypeError: if the text is not a str.
        ValueError: if the text contains a lone surrogate, half of a character; it says which, and where it stands.
    """
    require_text(text)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"text must be whole Unicode characters; got the lone surrogate {text[error.start]!r} "
            f"{place(text, error.start)}. Remove it, or read the text again as the encoding that it was written in."
        ) from None


def is_character(character: str) -> bool:
    """Whether this is one character of Unicode text, which a lone surrogate is not."""
    return len(character) == 1 and not "\ud800" <= character <= "\udfff"


def place(text: str, where: int) -> str:
    """Where a character stands in a text, for an error."""
    line = text.count(LINE_BREAK, 0, where) + 1
    return f"(U+{ord(text[where]):04X}) at position {where}, line {line}"
