"""The command line: ``course-lm train``, ``evaluate``, ``generate``, ``ledger`` and ``grade``.

Figures go to standard output, as text or as JSON; progress goes to standard error, on a terminal only. The exit code
is 0, or 1 if the work failed, or 2 if the command was not usable.
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from course_lm import records
from course_lm.checkpoint import FILE_NAME, Checkpoint, load_checkpoint
from course_lm.config import ModelConfig, TrainConfig
from course_lm.data import Corpus, load_corpus
from course_lm.device import pick_device
from course_lm.evaluate import evaluate as evaluate_model
from course_lm.evaluate import gap_to_source
from course_lm.evaluate import ledger as make_ledger
from course_lm.generate import generate as generate_ids
from course_lm.grading import batch
from course_lm.model import TransformerLM
from course_lm.progress import follow
from course_lm.tokenizer import Tokenizer
from course_lm.train import train as train_model

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Folder = Annotated[Path, typer.Argument(help="Folder of a training run, with its checkpoint.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def main() -> None:
    """Run the command line; an expected error is one sentence, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that cannot show a character shows a question mark
    try:
        app()
    except (ValueError, TypeError) as error:
        _fail(error, 2)
    except OSError as error:
        _fail(error, 1)


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder for the checkpoint and the records.")],
    corpus: Annotated[str, typer.Option(help="'toy', 'shakespeare' or the path of a text file.")] = "toy",
    preset: Annotated[str, typer.Option(help="'tiny', 'small' or 'base'.")] = "tiny",
    steps: Annotated[int | None, typer.Option(help="Updates, in place of the preset's.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the initial weights and the row order.")] = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint in --out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model, then measure it on the validation split and let it write."""
    plan = replace(TrainConfig.preset(preset), seed=seed, **({} if steps is None else {"steps": steps}))
    checkpoint = _checkpoint_to_resume(out, resume)
    text = load_corpus(corpus)
    if checkpoint is None:
        model = TransformerLM(ModelConfig.preset(preset, text.tokenizer.vocab_size), seed=seed)
    else:
        model = checkpoint.model
    done = 0 if checkpoint is None else checkpoint.step
    run = train_model(model, text, plan, folder=out, resume=checkpoint)
    try:
        follow(records.keep(run, out, after_step=done), plan.steps, done)
    except KeyboardInterrupt:
        remedy = "Add --resume to go on." if (out / FILE_NAME).exists() else "There was no checkpoint yet."
        typer.echo(f"course-lm: stopped. {remedy}", err=True)
        raise typer.Exit(1) from None
    figures = {"folder": str(out), "steps": plan.steps} | _figures(model, text)
    _report(figures, as_json)
    if not as_json:
        typer.echo("\nA sample:\n" + _sample(model, text.tokenizer, "", 300))


@app.command()
def evaluate(
    folder: Folder,
    corpus: Annotated[str | None, typer.Option(help="The run's own corpus where not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a trained model on the whole validation split."""
    checkpoint = load_checkpoint(folder)
    text = load_corpus(corpus or checkpoint.corpus or "toy", tokenizer=_tokenizer(checkpoint))
    _report(_figures(checkpoint.model.to(pick_device()), text), as_json)


@app.command()
def generate(
    folder: Folder,
    prompt: Annotated[str, typer.Option(help="Text to continue; empty starts a new line.")] = "",
    n_tokens: Annotated[int, typer.Option(help="Tokens to write.")] = 300,
    temperature: Annotated[float, typer.Option(help="Divides the logits; 0 takes the most likely token.")] = 1.0,
    top_k: Annotated[int | None, typer.Option(help="Sample among the k most likely tokens.")] = None,
    top_p: Annotated[float | None, typer.Option(help="Sample among the likeliest tokens up to p.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the sampling.")] = 0,
) -> None:
    """Let a trained model write."""
    checkpoint = load_checkpoint(folder)
    model = checkpoint.model.to(pick_device())
    typer.echo(_sample(model, _tokenizer(checkpoint), prompt, n_tokens, temperature, top_k, top_p, seed))


@app.command()
def ledger(
    folder: Folder,
    text: Annotated[str, typer.Argument(help="The text to score, read as if a line break came before it.")],
    as_json: AsJson = False,
) -> None:
    """Show what every token of a text costs under a trained model."""
    checkpoint = load_checkpoint(folder)
    tokenizer = _tokenizer(checkpoint)
    if not text:
        raise ValueError("TEXT must have at least one character; got an empty text.")
    ids = torch.cat([torch.tensor([tokenizer.bos_id]), tokenizer.encode(text)])
    rows = make_ledger(checkpoint.model.to(pick_device()), ids)
    if as_json:
        typer.echo(json.dumps([asdict(row) | {"token": tokenizer.decode([row.token])} for row in rows]))
        return
    typer.echo(f"{'token':>7} {'p':>8} {'nats':>8} {'bits':>8} {'total nats':>11} {'perplexity':>11}")
    for row in rows:
        token = repr(tokenizer.decode([row.token]))
        costs = f"{row.p:8.4f} {row.nats:8.3f} {row.bits:8.3f} {row.cumulative_nats:11.3f} {row.perplexity:11.2f}"
        typer.echo(f"{token:>7} {costs}")


@app.command()
def grade(
    path: Annotated[Path, typer.Argument(help="A folder of submissions, or one notebook.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file for the marks.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json-out", help="JSON file, with feedback.")] = None,
    junit_out: Annotated[Path | None, typer.Option("--junit-out", help="JUnit file, with feedback.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the hidden inputs.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Mark exercises without running their notebooks: one row per submission and question."""
    for target in (out, json_out, junit_out):
        if target is not None and not target.resolve().parent.is_dir():
            raise FileNotFoundError(f"the marks {str(target)!r} cannot be written: their folder does not exist.")
    rows = batch.grade(path, seed)
    for target, write in ((out, batch.write_csv), (json_out, batch.write_json), (junit_out, batch.write_junit)):
        if target is not None:
            write(rows, target)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
    elif path.is_dir() and out is not None:
        typer.echo(f"{len({row.submission for row in rows})} submissions, {len(rows)} rows: {out}")
    else:
        for row in rows:
            typer.echo(f"{row.submission}: {row.points} of {row.out_of} points\n{row.message}\n")


def _checkpoint_to_resume(out: Path, resume: bool) -> Checkpoint | None:
    if resume:
        return load_checkpoint(out)
    if (out / FILE_NAME).exists():
        raise ValueError(
            f"--out {str(out)!r} already holds a run. Add --resume to go on with it, or choose another folder."
        )
    return None


def _figures(model: TransformerLM, corpus: Corpus) -> dict[str, Any]:
    starts = corpus.starts(corpus.val)
    figures = asdict(evaluate_model(model, corpus.val, starts=starts, n_bytes=corpus.bytes_predicted(corpus.val)))
    if corpus.source is not None and starts is not None:
        gap = gap_to_source(model, corpus.source, corpus.val, starts)
        figures |= {"gap_to_source_nats": gap.nats_per_token, "gap_standard_error_nats": gap.standard_error}
    return figures


def _sample(
    model: TransformerLM,
    tokenizer: Tokenizer,
    prompt: str,
    n_tokens: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
) -> str:
    ids = torch.cat([torch.tensor([tokenizer.bos_id]), tokenizer.encode(prompt)])
    generator = torch.Generator().manual_seed(seed)
    longer = generate_ids(
        model, ids[None], n_tokens, temperature=temperature, top_k=top_k, top_p=top_p, generator=generator
    )
    return tokenizer.decode(longer[0, 1:])


def _tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    if checkpoint.tokenizer is None:
        raise ValueError("the checkpoint must hold its tokenizer; this one does not. Save it with tokenizer=…")
    return checkpoint.tokenizer


def _report(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        typer.echo(f"{name.replace('_', ' '):>24}  {f'{value:.4f}' if isinstance(value, float) else value}")


def _fail(error: Exception, code: int) -> None:
    typer.echo(f"course-lm: {error}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
