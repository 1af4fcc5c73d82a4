"""Training a model and measuring it."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from course_lm import run_log
from course_lm.bpe import BPETokenizer
from course_lm.checkpoint import FILE_NAME, Checkpoint, load_checkpoint
from course_lm.cli.options import AsJson, FolderOrNone, ModelName, Seed, TextFile, load_model, load_run, print_numbers
from course_lm.cli.text import continuation
from course_lm.config import ModelConfig, Precision, TrainConfig
from course_lm.data import Corpus, load_corpus, read_text
from course_lm.distributed import launched, may_be_restarted
from course_lm.evaluate import evaluate as evaluate_model
from course_lm.evaluate import gap_to_source
from course_lm.model import TransformerLM
from course_lm.progress import follow
from course_lm.tokenizer import ByteTokenizer
from course_lm.train import train as train_model

TokenizerName = Annotated[
    str, typer.Option("--tokenizer", help="'characters', 'bytes', or 'bpe:V', trained on the corpus to V tokens.")
]


def train(
    out: Annotated[Path, typer.Option(help="Folder for the checkpoint and the records.")],
    corpus: Annotated[str, typer.Option(help="'toy', 'shakespeare' or the path of a text file.")] = "toy",
    preset: Annotated[str, typer.Option(help="'tiny', 'small', 'medium' or 'base'.")] = "tiny",
    steps: Annotated[int | None, typer.Option(help="Updates, in place of the preset's.")] = None,
    tokenizer: TokenizerName = "characters",
    precision: Annotated[str, typer.Option(help="'auto', 'float32', 'bfloat16' or 'float16'.")] = "auto",
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint in --out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model, then measure it on the validation split and let it write.

    Started by torchrun, it trains in several processes; with its --max-restarts, they go on from a checkpoint that is
    there already.
    """
    plan = replace(TrainConfig.preset(preset), seed=seed, precision=cast(Precision, precision))
    if steps is not None:
        plan = replace(plan, steps=steps)
    checkpoint = _checkpoint_to_resume(out, resume)
    text = _load_text(corpus, tokenizer, checkpoint)
    if checkpoint is None:
        model = TransformerLM(ModelConfig.preset(preset, text.tokenizer.vocab_size), seed=seed)
    else:
        model = checkpoint.model
    done = 0 if checkpoint is None else checkpoint.step
    run = train_model(model, text, plan, folder=out, resume=checkpoint)
    if launched().rank > 0:  # the first process keeps the records and speaks for all
        list(run)
        return
    try:
        follow(run_log.keep(run, out, after_step=done), plan.steps, done)
    except KeyboardInterrupt:
        remedy = "Add --resume to go on." if (out / FILE_NAME).exists() else "There was no checkpoint yet."
        typer.echo(f"course-lm: stopped. {remedy}", err=True)
        raise typer.Exit(1) from None
    print_numbers({"folder": str(out), "steps": plan.steps} | _measured(model, text), as_json)
    if not as_json:
        typer.echo("\nA sample:\n" + "".join(continuation(model, text.tokenizer, n_tokens=300)))


def evaluate(
    folder: FolderOrNone = None,
    corpus: Annotated[str | None, typer.Option(help="The run's own corpus where not given.")] = None,
    name: ModelName = None,
    text: TextFile = None,
    context_length: Annotated[int | None, typer.Option(help="Tokens in a window, if less than the model's.")] = None,
    stride: Annotated[
        int | None, typer.Option(help="Tokens from one window to the next, so that they overlap.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a trained model on the whole validation split, or any model on a text."""
    if folder is not None and name is None and text is None:
        model, tokenizer, checkpoint = load_run(folder)
        data = _own_corpus(folder, checkpoint) if corpus is None else load_corpus(corpus, tokenizer=tokenizer)
        print_numbers(_measured(model, data, context_length, stride), as_json)
        return
    if text is None or corpus is not None:
        raise ValueError("a model must be measured on --text FILE, or a run on its --corpus. Name one of them.")
    content = read_text(text, "the text")
    lm, tokenizer = load_model(folder, name)
    ids, n_bytes = tokenizer.encode_with_bos(content), len(content.encode())
    metrics = evaluate_model(lm, ids, context_length=context_length, stride=stride, n_bytes=n_bytes)
    print_numbers(asdict(metrics), as_json)


def _checkpoint_to_resume(out: Path, resume: bool) -> Checkpoint | None:
    holds_a_run = (out / FILE_NAME).exists()
    if resume or (may_be_restarted() and holds_a_run):
        return load_checkpoint(out)
    if holds_a_run:
        raise ValueError(
            f"--out {str(out)!r} already holds a run. Add --resume to go on with it, or choose another folder."
        )
    return None


def _own_corpus(folder: Path, checkpoint: Checkpoint) -> Corpus:
    """The corpus that a run was trained on, as long as it is still the same."""
    if checkpoint.corpus is None:
        raise ValueError(f"the checkpoint in {str(folder)!r} names no corpus. Name one to measure on with --corpus.")
    corpus = load_corpus(checkpoint.corpus, tokenizer=checkpoint.tokenizer)
    if checkpoint.corpus_sha256 not in (None, corpus.sha256):
        raise ValueError(
            f"the corpus {checkpoint.corpus!r} has changed since the run in {str(folder)!r} was trained on it. Name it "
            "with --corpus to measure on it all the same."
        )
    return corpus


def _load_text(corpus: str, tokenizer: str, checkpoint: Checkpoint | None) -> Corpus:
    """The corpus in the tokens of the run that goes on, or of the tokenizer that was named."""
    if checkpoint is not None:
        return load_corpus(corpus, tokenizer=checkpoint.tokenizer)
    kind, _, size = tokenizer.partition(":")
    if tokenizer == "characters":
        return load_corpus(corpus)
    if tokenizer == "bytes":
        return load_corpus(corpus, tokenizer=ByteTokenizer())
    if kind == "bpe" and size.isdecimal():
        in_bytes = load_corpus(corpus, tokenizer=ByteTokenizer())
        learned = BPETokenizer.train(in_bytes.tokenizer.decode(in_bytes.train), int(size))
        return load_corpus(corpus, tokenizer=learned)
    raise ValueError(f"--tokenizer must be 'characters', 'bytes' or 'bpe:V', such as bpe:512; got {tokenizer!r}.")


def _measured(
    model: TransformerLM, corpus: Corpus, context_length: int | None = None, stride: int | None = None
) -> dict[str, Any]:
    starts = corpus.starts(corpus.val) if stride is None else None
    n_bytes = corpus.bytes_predicted(corpus.val)
    metrics = evaluate_model(
        model, corpus.val, context_length=context_length, stride=stride, starts=starts, n_bytes=n_bytes
    )
    numbers = asdict(metrics)
    if corpus.source is not None and starts is not None:
        gap = gap_to_source(model, corpus.source, corpus.val, starts)
        numbers |= {"gap_to_source_nats": gap.nats_per_token, "gap_standard_error_nats": gap.standard_error}
    return numbers
