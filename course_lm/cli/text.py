"""What a trained model does with a text: continue it, price it, make it short."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from course_lm._files import read_bytes, write_whole
from course_lm.cli.options import (
    AsJson,
    Folder,
    FolderOrNone,
    ModelName,
    Seed,
    TextFile,
    load_model,
    load_run,
    print_numbers,
)
from course_lm.codec import HEADER_BYTES
from course_lm.codec import compress as compress_text
from course_lm.codec import decompress as decompress_text
from course_lm.data import read_text
from course_lm.evaluate import LedgerRow
from course_lm.evaluate import ledger as make_ledger
from course_lm.generate import stream
from course_lm.language_model import LanguageModel
from course_lm.loss import bits_per_byte, nats_to_bits
from course_lm.tokenizer import Tokenizer

Input = Annotated[Path, typer.Argument(help="The file to read.")]
Output = Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]


def generate(
    folder: Folder,
    prompt: Annotated[str, typer.Option(help="Text to continue; empty starts a new line.")] = "",
    n_tokens: Annotated[int, typer.Option(help="Tokens to write.")] = 300,
    temperature: Annotated[float, typer.Option(help="Divides the logits; 0 takes the most likely token.")] = 1.0,
    top_k: Annotated[int | None, typer.Option(help="Sample among the k most likely tokens.")] = None,
    top_p: Annotated[float | None, typer.Option(help="Sample among the likeliest tokens up to p.")] = None,
    seed: Seed = 0,
) -> None:
    """Let a trained model write; every token appears when it is drawn."""
    model, tokenizer, _ = load_run(folder)
    for piece in continuation(model, tokenizer, prompt, n_tokens, temperature, top_k, top_p, seed):
        typer.echo(piece, nl=False)
    typer.echo()


def ledger(
    folder: FolderOrNone = None,
    text: Annotated[str | None, typer.Argument(help="The text to score, read as from its beginning.")] = None,
    name: ModelName = None,
    file: TextFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what every token of a text costs under a model, and the total."""
    content = read_text(file, "the text") if file is not None else text
    if not content:
        raise ValueError(
            f"TEXT must have at least one character; got {'no text' if content is None else 'an empty text'}. Give "
            "one, or --text FILE."
        )
    model, tokenizer = load_model(folder, name)
    rows = make_ledger(model, tokenizer.encode_with_bos(content))
    totals = _totals(rows, len(content.encode()))
    if as_json:
        texts = [tokenizer.to_bytes([row.token]).decode(errors="replace") for row in rows]
        tokens = [asdict(row) | {"token": text, "id": row.token} for row, text in zip(rows, texts, strict=True)]
        typer.echo(json.dumps({"tokens": tokens, "totals": totals}))
        return
    typer.echo(f"{'token':>10} {'p':>8} {'nats':>8} {'bits':>8} {'total nats':>11} {'perplexity':>11}")
    for row in rows:
        costs = f"{row.p:8.4f} {row.nats:8.3f} {row.bits:8.3f} {row.cumulative_nats:11.3f} {row.perplexity:11.2f}"
        typer.echo(f"{_shown(row.token, tokenizer):>10} {costs}")
    typer.echo()
    print_numbers(totals, as_json=False)


def compress(folder: Folder, source: Input, target: Output) -> None:
    """Compress a UTF-8 text file with a trained model."""
    _require_new(target)
    model, tokenizer, _ = load_run(folder)
    content = read_bytes(source, "SOURCE")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"SOURCE must be UTF-8 text; byte {error.start} of {str(source)!r} is not.") from error
    compressed = compress_text(text, model, tokenizer)
    write_whole(target, compressed, "TARGET")
    typer.echo(
        f"{len(content)} bytes to {len(compressed)}, of which {HEADER_BYTES} are the header; "
        f"{8 * len(compressed) / max(len(content), 1):.3f} bits per byte. Keep the model: nothing else can read it."
    )


def decompress(folder: Folder, source: Input, target: Output) -> None:
    """Restore a text that `compress` wrote, with the same model."""
    _require_new(target)
    model, tokenizer, _ = load_run(folder)
    text = decompress_text(read_bytes(source, "SOURCE"), model, tokenizer)
    write_whole(target, text.encode(), "TARGET")
    typer.echo(f"{len(text.encode())} bytes: {target}")


def continuation(
    model: LanguageModel,
    tokenizer: Tokenizer,
    prompt: str = "",
    n_tokens: int = 300,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
) -> Iterator[str]:
    """The prompt, then text as it is drawn, in whole characters."""
    yield prompt
    ids = tokenizer.encode_with_bos(prompt)
    generator = torch.Generator().manual_seed(seed)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a token can end within a character
    drawn = stream(model, ids[None], n_tokens, temperature=temperature, top_k=top_k, top_p=top_p, generator=generator)
    for token in drawn:
        yield decoder.decode(tokenizer.to_bytes(token))
    yield decoder.decode(b"", final=True)


def _totals(rows: list[LedgerRow], n_bytes: int) -> dict[str, Any]:
    nats, perplexity = rows[-1].cumulative_nats, rows[-1].perplexity
    totals = {"n_tokens": len(rows), "n_bytes": n_bytes, "nats": nats, "bits": nats_to_bits(nats)}
    per_unit = {"nats_per_token": nats / len(rows), "bits_per_byte": bits_per_byte(nats, n_bytes)}
    return totals | per_unit | {"perplexity": perplexity}


def _shown(token: int, tokenizer: Tokenizer) -> str:
    """A token in quotes: its text, or its bytes where they are a part of a character."""
    content = tokenizer.to_bytes([token])
    try:
        return repr(content.decode())
    except UnicodeDecodeError:
        return repr(content)


def _require_new(target: Path) -> None:
    """Reject a target before any work is done for it."""
    if target.exists():
        raise FileExistsError(f"TARGET must be a new file; {str(target)!r} exists. Choose another name.")
    if not target.parent.is_dir():
        folder = str(target.parent)
        raise FileNotFoundError(f"TARGET {str(target)!r} cannot be written: {folder!r} is not a folder. Make it first.")
