"""From a text to the rows that a model is trained on.

A corpus is a text, its tokenizer, and its ids cut into a part to train on and a part to validate on.
A training row is a window of the ids: inputs ``x`` and the same tokens moved by one, the targets ``y``.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pooch
import torch
from torch import Tensor

from course_lm._checks import require_ids, require_positions, whole_number
from course_lm._files import read_bytes
from course_lm.sources import Source, ToyEnglish
from course_lm.tokenizer import LINE_BREAK, CharTokenizer, Tokenizer

TOY_CHARACTERS = 1_000_000
SHAKESPEARE_URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
SHAKESPEARE_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
SHAKESPEARE_VARIABLE = "COURSE_LM_SHAKESPEARE"
GOLDEN_RATIO = (5**0.5 - 1) / 2
BYTE_ORDER_MARK = "\ufeff"  # some editors begin a file in UTF-8 with it; it is not part of the text


@dataclass(frozen=True)
class Corpus:
    """A text that is ready for training.

    Attributes:
        name: what `load_corpus` was asked for; of a file, the absolute path.
        text: the whole text.
        tokenizer: its tokenizer.
        train: ``(N,)`` int64 ids of the line break before the text and the first 90 % of its characters, cut after a
            line break.
        val: ``(M,)`` int64 ids of that last line break and the rest.
        source: the exact source of the text, where it is known and reads the tokens of this tokenizer.
    """

    name: str
    text: str
    tokenizer: Tokenizer
    train: Tensor
    val: Tensor
    source: Source | None = None

    def starts(self, ids: Tensor) -> Tensor | None:
        """Where rows may begin: at line breaks if the source is known, since its sentences are independent."""
        return None if self.source is None else line_starts(ids, self.tokenizer.bos_id)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of both parts, and of whether rows begin at sentences: it tells one run's text from another's."""
        digest = hashlib.sha256(f"{len(self.train)} {self.source is None} ".encode())
        for ids in (self.train, self.val):
            digest.update(ids.cpu().numpy().tobytes())
        return digest.hexdigest()

    def bytes_predicted(self, ids: Tensor) -> int:
        """The UTF-8 bytes of the predicted tokens, all but the first."""
        return len(self.tokenizer.to_bytes(ids[1:]))


def load_corpus(name: str | Path, *, tokenizer: Tokenizer | None = None) -> Corpus:
    """Load ``toy`` (made on the spot), ``shakespeare`` (downloaded once) or a UTF-8 text file.

    Args:
        name: the word, or the path of the file.
        tokenizer: makes the ids; the characters of the text where it is None.

    Raises:
        TypeError: if ``tokenizer`` is not a tokenizer.
        ValueError: if the text is empty or too short to split, not UTF-8, or has a character that the tokenizer lacks.
        OSError: if a file is missing, damaged, or cannot be downloaded.
    """
    if not isinstance(tokenizer, Tokenizer | None):
        raise TypeError(f"tokenizer must be a tokenizer, such as ByteTokenizer(); got {tokenizer!r}.")
    if name == "toy":
        toy = ToyEnglish()
        source = toy if tokenizer in (None, toy.tokenizer) else None
        return _corpus("toy", toy.sample(TOY_CHARACTERS), tokenizer or toy.tokenizer, source)
    if name == "shakespeare":
        path, name = shakespeare_path(), "shakespeare"
    else:
        path, name = Path(name), str(Path(name).resolve())
    text = read_text(path, "the corpus")
    if not text:
        raise ValueError(f"the corpus {str(path)!r} is empty. Name a text file with at least two lines.")
    return _corpus(name, text, tokenizer or CharTokenizer.from_text(text))


def batches(
    ids: Tensor,
    batch_size: int,
    context_length: int,
    *,
    starts: Tensor | None = None,
    generator: torch.Generator,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Random rows without end: every row starts anywhere, or at one of ``starts``.

    Args:
        ids: ``(N,)`` int64 ids, on the device where the rows are wanted.
        batch_size: B, rows in a batch.
        context_length: T, predictions in a row, in tokens.
        starts: ``(S,)`` int64 positions in ``ids`` where a row may begin.
        generator: draws the rows; its state after a batch is all there is to know about the next one.

    Yields:
        ``(x, y)``, both ``(B, T)`` int64, with ``y[:, t]`` the token after ``x[:, t]``.

    Raises:
        TypeError: if ids or starts are not int64.
        ValueError: if a size is not a whole number of at least 1, a start is negative, ids or starts have another
                shape, or no row fits.
    """
    batch_size = whole_number("batch_size", batch_size, at_least=1)
    allowed = _allowed(ids, context_length, starts)

    def random_places() -> Iterator[Tensor]:
        while True:
            yield allowed[torch.randint(len(allowed), (batch_size,), generator=generator)]

    return _rows(ids, random_places(), context_length)


def even_batches(
    ids: Tensor,
    batch_size: int,
    context_length: int,
    *,
    starts: Tensor | None = None,
    seed: int = 0,
    n_before: int = 0,
) -> Iterator[tuple[Tensor, Tensor]]:
    r"""Rows without end that cover the text evenly: whenever one stops, no part was read much more often than another.

    Of the allowed places, sorted, row k takes the one at the share

    .. math:: (u + k\,\varphi) \bmod 1, \qquad \varphi = (\sqrt 5 - 1) / 2

    since each new multiple of the golden ratio falls into one of the largest gaps. As many random rows as fill a text
    once leave :math:`1/e` of it unread.

    Args:
        ids: ``(N,)`` int64 ids, on the device where the rows are wanted.
        batch_size: B, rows in a batch.
        context_length: T, predictions in a row, in tokens.
        starts: ``(S,)`` int64 positions in ``ids`` where a row may begin.
        seed: decides u.
        n_before: batches to leave out, as a run that goes on has read them.

    Yields:
        ``(x, y)``, both ``(B, T)`` int64, with ``y[:, t]`` the token after ``x[:, t]``.

    Raises:
        TypeError, ValueError: as `batches` does.

    Source: Niederreiter (1992), "Random number generation and quasi-Monte Carlo methods".
    """
    batch_size = whole_number("batch_size", batch_size, at_least=1)
    n_before = whole_number("n_before", n_before, at_least=0)
    allowed = _allowed(ids, context_length, starts)
    generator = torch.Generator().manual_seed(whole_number("seed", seed, at_least=0))
    u = torch.rand((), generator=generator, dtype=torch.float64)

    def even_places() -> Iterator[Tensor]:
        for first in itertools.count(n_before * batch_size, batch_size):
            k = torch.arange(first, first + batch_size, dtype=torch.float64)  # float32 has too few digits for it
            share = (u + k * GOLDEN_RATIO) % 1
            yield allowed[(share * len(allowed)).long().clamp(max=len(allowed) - 1)]

    return _rows(ids, even_places(), context_length)


def _allowed(ids: Tensor, context_length: int, starts: Tensor | None) -> Tensor:
    """Where a row may begin."""
    require_ids(ids)
    if ids.ndim != 1:
        raise ValueError(f"ids must be (N,), one text; got shape {tuple(ids.shape)}.")
    context_length = whole_number("context_length", context_length, at_least=1)
    if starts is not None:
        require_positions(starts)
    last = len(ids) - context_length - 1
    allowed = torch.arange(max(last + 1, 0)) if starts is None else starts[starts <= last]
    if not len(allowed):
        raise ValueError(
            f"ids must hold at least context_length + 1 = {context_length + 1} tokens after an allowed start; "
            f"got {len(ids)} tokens. Take a longer text or a shorter context_length."
        )
    return allowed


def _rows(ids: Tensor, places: Iterable[Tensor], context_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The rows ``(B, T)`` at the places ``(B,)``, and the same moved by one token."""
    offsets = torch.arange(context_length + 1, device=ids.device)
    for begin in places:
        if ids.is_cuda:  # nobody waits for what travels from pinned memory
            begin = begin.pin_memory()
        begin = begin.to(ids.device, non_blocking=ids.is_cuda)  # the text is there already: only B numbers travel
        window = ids[begin[:, None] + offsets]  # (B, T + 1)
        yield window[:, :-1], window[:, 1:]


def line_starts(ids: Tensor, bos_id: int) -> Tensor:
    """Positions ``(S,)`` of the line breaks that have a token after them."""
    return (ids[:-1] == bos_id).nonzero().flatten()


def shakespeare_path() -> Path:
    """The file of tiny Shakespeare: the one that ``COURSE_LM_SHAKESPEARE`` names, or a checked, cached download."""
    if named := os.environ.get(SHAKESPEARE_VARIABLE):
        path = Path(named)
        found = hashlib.sha256(read_bytes(path, "the corpus file")).hexdigest()
        if found != SHAKESPEARE_SHA256:
            raise OSError(
                f"{SHAKESPEARE_VARIABLE} must name the file of tiny Shakespeare (SHA-256 {SHAKESPEARE_SHA256[:12]}…); "
                f"{named!r} has {found[:12]}…. The file is damaged or another one: get it again."
            )
        return path
    try:
        return Path(
            pooch.retrieve(
                SHAKESPEARE_URL,
                known_hash=f"sha256:{SHAKESPEARE_SHA256}",
                fname="tinyshakespeare.txt",
                path=pooch.os_cache("course_lm"),
            )
        )
    except (OSError, ValueError) as error:  # no network; a download that is not the expected file
        raise OSError(
            f"tiny Shakespeare could not be downloaded from {SHAKESPEARE_URL} ({type(error).__name__}). "
            f"Get the file another way and set {SHAKESPEARE_VARIABLE}=/path/to/it, or use the corpus 'toy'."
        ) from error


def read_text(path: Path, what: str) -> str:
    r"""The text of a UTF-8 file, with line breaks as ``"\\n"``; ``what`` is what an error calls it.

    Raises:
        ValueError: if it is not UTF-8.
        OSError: if the file cannot be read.
    """
    try:
        return read_bytes(path, f"{what} file").decode("utf-8").removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{what} {str(path)!r} must be UTF-8 text; byte {error.start} is not. Save it as UTF-8."
        ) from error


def _corpus(name: str, text: str, tokenizer: Tokenizer, source: Source | None = None) -> Corpus:
    whole = LINE_BREAK + text
    cut = whole.rfind(LINE_BREAK, 0, min(int(0.9 * len(whole)) + 1, len(whole) - 1))
    if cut < 0.5 * len(whole):
        raise ValueError(
            f"the corpus {name!r} must have a line break near 90 % of its length, where training and validation "
            f"are cut; of its {len(text)} characters, the second half before that point has none. Break long lines."
        )
    if not all(character in tokenizer for character in set(text)):
        tokenizer.encode(text)  # raises, and knows the place in the whole text
    train, val = tokenizer.encode(whole[: cut + 1]), tokenizer.encode(whole[cut:])
    return Corpus(name, text, tokenizer, train=train, val=val, source=source)
