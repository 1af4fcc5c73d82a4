"""Arguments that several commands share, and how numbers are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from course_lm.checkpoint import Checkpoint, load_checkpoint
from course_lm.device import pick_device
from course_lm.model import TransformerLM
from course_lm.tokenizer import Tokenizer

Folder = Annotated[Path, typer.Argument(help="Folder of a training run, with its checkpoint.")]
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


def print_numbers(numbers: dict[str, Any], as_json: bool) -> None:
    """Print numbers by name, with four decimals or as JSON."""
    if as_json:
        typer.echo(json.dumps(numbers))
        return
    for name, value in numbers.items():
        typer.echo(f"{name.replace('_', ' '):>24}  {f'{value:.4f}' if isinstance(value, float) else value}")
