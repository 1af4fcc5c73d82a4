"""How small a model makes held-out text, beside the compressors that every machine has.

    python benchmarks/compression.py RUN [--n-bytes 10000]

RUN is the folder of a training run (`course-lm train`). The text is the beginning of the validation split of the
run's corpus, about ``--n-bytes`` bytes of UTF-8, cut after a whole character. Ours is compressed and decompressed by
the run's model, and compared with the sum that its ledger gives; gzip, bzip2 and xz take the same bytes at their
highest settings. Seconds are those of one call, ours on one thread.

The weights are not counted, as the programs of the others are not: such a comparison is fair for a model that both
ends have anyway, and the file of weights is far larger than the text.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch

from course_lm import compress, decompress, evaluate, load_checkpoint, load_corpus
from course_lm.codec import HEADER_BYTES

T = TypeVar("T")


def main() -> None:
    """Print one row for each compressor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of a training run")
    parser.add_argument("--n-bytes", type=int, default=10_000)
    arguments = parser.parse_args()
    checkpoint = load_checkpoint(arguments.run)
    model, tokenizer, name = checkpoint.model, checkpoint.tokenizer, checkpoint.corpus
    if tokenizer is None or name is None:
        parser.error(f"{arguments.run} must be the folder of a run of course-lm train; its checkpoint names no corpus.")
    corpus = load_corpus(name, tokenizer=tokenizer)
    text = first_bytes(tokenizer.decode(corpus.val[1:]), arguments.n_bytes)
    raw = text.encode()
    metrics = evaluate(model, tokenizer.encode_with_bos(text))
    data, t_compress = timed(lambda: compress(text, model, tokenizer))
    back, t_decompress = timed(lambda: decompress(data, model, tokenizer))
    if back != text:
        raise AssertionError("decompress must give the text back.")
    print(f"{name}, {len(raw)} bytes of held-out text, {len(text)} characters; torch {torch.__version__}")
    print(f"weights not counted: {sum(4 * p.numel() for p in model.parameters())} bytes")
    print("\n| | bytes | bits per byte | seconds |\n|---|---|---|---|")
    row("the ledger's sum", metrics.bits_per_token * metrics.n_tokens / 8, raw)
    row("ours, payload", len(data) - HEADER_BYTES, raw)
    row(f"ours, with the header of {HEADER_BYTES}", len(data), raw, f"{t_compress:.1f}, back {t_decompress:.1f}")
    for other, shorten in OTHERS.items():
        shorter, seconds = timed(partial(shorten, raw))
        row(other, len(shorter), raw, f"{seconds:.3f}")


def row(name: str, n_bytes: float, raw: bytes, seconds: str = "") -> None:
    """One row of the table."""
    print(f"| {name} | {n_bytes:.0f} | {8 * n_bytes / len(raw):.3f} | {seconds} |")


def first_bytes(text: str, n_bytes: int) -> str:
    """The longest beginning of a text that has at most ``n_bytes`` bytes."""
    return text.encode()[:n_bytes].decode(errors="ignore")


def xz(raw: bytes) -> bytes:
    """What ``xz -9e`` writes."""
    return lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME)


OTHERS: dict[str, Callable[[bytes], bytes]] = {"gzip -9": gzip.compress, "bzip2 -9": bz2.compress, "xz -9e": xz}


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What a call returns, and its seconds."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


if __name__ == "__main__":
    main()
