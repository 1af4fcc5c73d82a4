"""Compression: a language model and an arithmetic coder turn a text into about as many bits as its ledger counts.

The encoder asks the model for the distribution of the next token, and codes the token that came. The decoder asks the
same model the same question, gets the same distribution, and reads which token it was. Neither sends the model, so
both need the same one.

"The same" is meant to the last bit. Both ends read token by token, in float64 on the CPU with one thread; then the
logits are rounded to float32, where processors that differ in the last bits of float64 nearly always agree. Where
they do not, the decoder says that the text is damaged: it never gives another text.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from itertools import groupby

import torch
from torch import Tensor, nn

from course_lm._checks import require_logits, require_text
from course_lm.arithmetic_coder import Decoder, Encoder
from course_lm.language_model import LanguageModel, with_cache
from course_lm.tokenizer import Tokenizer

TOTAL = 2**32  # of the frequencies: even a long text loses less than a bit to their rounding
CODE_POINTS = range(0x110000 + 1)  # cumulative frequencies: every character of Unicode once
MAGIC = b"CLM1"  # a file of this package, and the version of its format
HEADER = struct.Struct(">4s8s8sQ8s")  # magic, hashes of model and tokenizer, number of symbols, hash of the text
HEADER_BYTES = HEADER.size + 4  # and the checksum of the header
PROBE_TOKENS = 128


def compress(text: str, model: LanguageModel, tokenizer: Tokenizer) -> bytes:
    r"""A text as bytes: a header of ``HEADER_BYTES``, then the payload.

    The payload is the sum of :math:`-\log_2 p(\text{token} \mid \text{its window})` over the tokens, in bits, up to
    rounding: what `ledger` gives for ``bos_id`` and the text. A character that the tokenizer cannot encode costs 52
    bits, and the model reads ``bos_id`` in its place.

    Args:
        text: any text; the empty one too.
        model: any language model. A module is used in a copy, and stays as it is.
        tokenizer: the tokenizer of the model.

    Raises:
        TypeError: if the text is not a str.
        ValueError: if the model and the tokenizer do not have the same vocabulary, or the logits are not numbers.
    """
    require_text(text)
    encoder = Encoder()
    symbols = _symbols(text, tokenizer)
    known = iter(symbols)

    def encode(cumulative: Sequence[int]) -> int:
        symbol = next(known)
        escape = tokenizer.vocab_size
        encoder.encode(cumulative, min(symbol, escape))
        if symbol >= escape:
            encoder.encode(CODE_POINTS, symbol - escape)
        return symbol

    with _reproducible(model, tokenizer) as copy:
        hashes = _hash_of_model(copy, tokenizer.bos_id), _hash(tokenizer.to_json())
        header = HEADER.pack(MAGIC, *hashes, len(symbols), _hash(text))
        _walk(copy, tokenizer.bos_id, len(symbols), encode)
    return header + zlib.crc32(header).to_bytes(4, "big") + encoder.finish()


def decompress(data: bytes, model: LanguageModel, tokenizer: Tokenizer) -> str:
    """The text that `compress` was given, with the same model and tokenizer.

    Raises:
        ValueError: if the data are not of `compress`, are damaged, or belong to another model or tokenizer.
    """
    hash_of_model, hash_of_tokenizer, n_symbols, hash_of_text = _header(data)
    if hash_of_tokenizer != _hash(tokenizer.to_json()):
        raise ValueError("the data were compressed with another tokenizer. Take the one of the model that wrote them.")
    decoder = Decoder(data[HEADER_BYTES:])

    def decode(cumulative: Sequence[int]) -> int:
        escape = tokenizer.vocab_size
        symbol = decoder.decode(cumulative)
        return symbol if symbol < escape else escape + decoder.decode(CODE_POINTS)

    with _reproducible(model, tokenizer) as copy:
        if hash_of_model != _hash_of_model(copy, tokenizer.bos_id):
            raise ValueError("the data were compressed with another model. Load the run that wrote them.")
        try:
            text = _text(_walk(copy, tokenizer.bos_id, n_symbols, decode), tokenizer)
            decoder.finish()
        except ValueError as error:
            raise ValueError(f"data must be as `compress` wrote them: {error} Get the file again.") from error
    if _hash(text) != hash_of_text:
        raise ValueError(
            "the text does not have its checksum: the data are damaged, or were compressed on a processor that "
            "computes otherwise. Get the file again, or decompress it where it was compressed."
        )
    return text


def cumulative_frequencies(logits: Tensor) -> list[int]:
    """Cumulative frequencies ``(V + 2,)`` of the V tokens and the escape, from logits ``(V,)``.

    Frequencies are p in parts of `TOTAL`, at least 1 each, also for a token of probability 0. The escape, which
    announces a character outside the vocabulary, has 1.

    Raises:
        ValueError: if the logits are not numbers.
    """
    require_logits(logits)
    logits = logits.double()
    p = (logits - logits.max()).float().double().softmax(-1)
    frequency = (p * (TOTAL - len(p) - 1)).long() + 1
    frequency[p.argmax()] += TOTAL - 1 - frequency.sum()  # what rounding left over
    return [0, *frequency.cumsum(0).tolist(), TOTAL]


def _walk(model: LanguageModel, bos_id: int, n_symbols: int, code: Callable[[Sequence[int]], int]) -> list[int]:
    """Ask ``code`` for one symbol after the other, telling it the frequencies that the model gives.

    A symbol below V is a token; V + c is the character with the code point c. The windows are those of the ledger: the
    last symbol of one is the first that the model reads in the next.
    """
    reader = with_cache(model)
    cache, token, symbols = reader.new_cache(1), bos_id, []
    for _ in range(n_symbols):
        if cache.length == model.context_length:
            cache.clear()
        logits = reader(torch.tensor([[token]]), cache)  # (1, 1, V)
        symbol = code(cumulative_frequencies(logits[0, -1]))
        symbols.append(symbol)
        token = symbol if symbol < model.vocab_size else bos_id
    return symbols


def _symbols(text: str, tokenizer: Tokenizer) -> list[int]:
    """The text as `_walk` knows it: tokens, and V + c for a character that the tokenizer cannot encode."""
    symbols: list[int] = []
    for can_encode, characters in groupby(text, key=lambda character: character in tokenizer):
        part = "".join(characters)
        symbols += tokenizer.encode(part).tolist() if can_encode else [tokenizer.vocab_size + ord(c) for c in part]
    return symbols


def _text(symbols: list[int], tokenizer: Tokenizer) -> str:
    """The inverse of `_symbols`."""
    V, parts = tokenizer.vocab_size, []
    for is_token, group in groupby(symbols, key=lambda symbol: symbol < V):
        part = list(group)
        parts.append(tokenizer.decode(part) if is_token else "".join(chr(symbol - V) for symbol in part))
    return "".join(parts)


def _header(data: bytes) -> tuple[bytes, bytes, int, bytes]:
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError(f"data must begin with {MAGIC!r}, as `compress` writes it; got {data[: len(MAGIC)]!r}.")
    header = data[: HEADER.size]
    if zlib.crc32(header).to_bytes(4, "big") != data[HEADER.size : HEADER_BYTES]:
        raise ValueError("data must begin with a whole header; this one is damaged or cut off. Get the file again.")
    _, hash_of_model, hash_of_tokenizer, n_symbols, hash_of_text = HEADER.unpack(header)
    return hash_of_model, hash_of_tokenizer, n_symbols, hash_of_text


@contextmanager
def _reproducible(model: LanguageModel, tokenizer: Tokenizer) -> Iterator[LanguageModel]:
    """The model as both ends use it: without dropout, in float64 on the CPU with one thread."""
    if model.vocab_size != tokenizer.vocab_size:
        raise ValueError(
            f"tokenizer must have the vocabulary of the model, {model.vocab_size} tokens; got {tokenizer.vocab_size}. "
            "Take the tokenizer that the model was trained with."
        )
    if isinstance(model, nn.Module):
        model = deepcopy(model).cpu().double().eval()
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield model
    finally:
        torch.set_num_threads(n_threads)


def _hash_of_model(model: LanguageModel, bos_id: int) -> bytes:
    """Of a module, the hash of its configuration and weights; of any other model, the hash of what it does.

    That is, of the frequencies that it gives along a text drawn from it with fixed bits. Models that agree there pass
    as the same, although they may differ elsewhere: then the hash of the text tells.
    """
    digest = hashlib.sha256(type(model).__qualname__.encode())
    if isinstance(model, nn.Module):
        digest.update(repr(getattr(model, "config", None)).encode())
        for name, weights in model.state_dict().items():
            digest.update(f"{name} {tuple(weights.shape)}".encode() + weights.numpy().tobytes())
    else:
        fixed_bits = Decoder(hashlib.shake_256(MAGIC).digest(8 * PROBE_TOKENS))  # more than enough

        def draw(cumulative: Sequence[int]) -> int:
            digest.update(repr(cumulative).encode())
            return fixed_bits.decode(cumulative)

        _walk(model, bos_id, PROBE_TOKENS, draw)
    return digest.digest()[:8]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]
