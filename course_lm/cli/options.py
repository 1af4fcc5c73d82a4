"""Arguments that several commands share, and how numbers are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from course_lm.checkpoint import Checkpoint, load_checkpoint
from course_lm.device import pick_device
from course_lm.language_model import LanguageModel
from course_lm.model import TransformerLM
from course_lm.pretrained import load_pretrained
from course_lm.tokenizer import Tokenizer

Folder = Annotated[Path, typer.Argument(help="Folder of a training run, with its checkpoint.")]
FolderOrNone = Annotated[Path | None, typer.Argument(help="Folder of a training run, unless --model names a model.")]
ModelName = Annotated[str | None, typer.Option("--model", help="hf:NAME, a model of the transformers library.")]
TextFile = Annotated[Path | None, typer.Option("--text", help="A UTF-8 file to score as a whole.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of all that is drawn.")]


def load_run(folder: Path) -> tuple[TransformerLM, Tokenizer, Checkpoint]:
    """The model of a run, on the device where it will compute, and its tokenizer."""
    checkpoint = load_checkpoint(folder)
    if checkpoint.tokenizer is None:
        raise ValueError(
            f"the checkpoint in {str(folder)!r} must hold its tokenizer; this one does not. Save it with tokenizer=…"
        )
    return checkpoint.model.to(pick_device()), checkpoint.tokenizer, checkpoint


def load_model(folder: Path | None, name: str | None) -> tuple[LanguageModel, Tokenizer]:
    """The model of a run, or the pretrained one that was named, where it will compute, and its tokenizer."""
    if (folder is None) == (name is None):
        raise ValueError(
            f"one model must be named, by the FOLDER of a run or by --model hf:NAME; got {'both' if name else 'none'}. "
            "A text for --model comes with --text FILE."
        )
    if folder is not None:
        return load_run(folder)[:2]
    library, _, wanted = str(name).partition(":")
    if library != "hf" or not wanted:
        raise ValueError(f"--model must be hf:NAME, such as hf:gpt2; got {name!r}.")
    try:
        model, tokenizer = load_pretrained(wanted)
    except (ModuleNotFoundError, MemoryError) as error:
        raise OSError(str(error)) from error  # a failure, and no bug
    return model.to(pick_device()), tokenizer


def print_numbers(numbers: dict[str, Any], as_json: bool) -> None:
    """Print numbers by name, with four decimals or as JSON."""
    if as_json:
        typer.echo(json.dumps(numbers))
        return
    for name, value in numbers.items():
        typer.echo(f"{name.replace('_', ' '):>24}  {f'{value:.4f}' if isinstance(value, float) else value}")
