"""The training loop: draw rows, predict every next token, measure the loss, move the weights.

It yields a record after every update, so that whoever runs it decides what to print, plot or keep.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler

from course_lm.checkpoint import Checkpoint, save_checkpoint
from course_lm.config import TrainConfig
from course_lm.data import Corpus, batches, even_batches
from course_lm.device import autocast, pick_device, product_dtype, tensor_float_32
from course_lm.distributed import Processes, joined, launched
from course_lm.evaluate import evaluate
from course_lm.loss import cross_entropy
from course_lm.model import TransformerLM
from course_lm.optim import build_optimizers, learning_rate_factor, update

RECORDS_AT_ONCE = 10  # on a GPU, which would stand still if every loss were fetched by itself


@dataclass(frozen=True)
class StepRecord:
    """One update.

    Attributes:
        step: updates made so far, this one included.
        nats_per_token: the loss of this batch before the update.
        learning_rate_factor: the share of the peak learning rate that was used.
        n_tokens: predictions trained on so far.
        seconds: since the run began or went on.
        val_nats_per_token: the loss on the whole validation split after the update, at steps that look at it.
    """

    step: int
    nats_per_token: float
    learning_rate_factor: float
    n_tokens: int
    seconds: float
    val_nats_per_token: float | None = None


def train(
    model: TransformerLM,
    corpus: Corpus,
    plan: TrainConfig,
    *,
    folder: str | Path | None = None,
    resume: Checkpoint | None = None,
) -> Iterator[StepRecord]:
    """Train ``model`` in place, on the device that `pick_device` names.

    Under ``torchrun`` every process calls it with the same arguments, computes its share of each batch, and yields
    the same records; the first one writes the checkpoints.

    Args:
        model: the model; when a run is resumed, the checkpoint's.
        corpus: its training part is trained on, its validation part is only looked at.
        plan: how to train.
        folder: where checkpoints go; none are written where it is None.
        resume: a checkpoint of the same plan. The losses are then those of a run that never stopped, to the last
            bit on the same machine with the same number of threads.

    Yields:
        A record per update; on a GPU ten records come together, after the last of their updates. A checkpoint that
        is due is written when the next record is asked for, so a record that is kept can be ahead of the checkpoint,
        but never behind it.

    Raises:
        ValueError: if the vocabularies differ, no row fits, or the checkpoint belongs to another plan, text, tokenizer
            or model, or if processes would go on from different ones.
        ConnectionError: if another process of the same run is lost.
    """
    _check(model, corpus, plan, resume)
    return _updates(model, corpus, plan, pick_device(), folder, resume)


def _updates(
    model: TransformerLM,
    corpus: Corpus,
    plan: TrainConfig,
    device: torch.device,
    folder: str | Path | None,
    resume: Checkpoint | None,
) -> Iterator[StepRecord]:
    model.to(device).train()
    optimizers = build_optimizers(model, plan)
    dtype = product_dtype(device, plan.precision)
    scaler = GradScaler(device.type, enabled=dtype == torch.float16)
    generator = torch.Generator().manual_seed(plan.seed)
    if resume is not None:
        resume.restore(optimizers, generator, scaler)
    done = 0 if resume is None else resume.step
    rows = _rows(model, corpus, plan, device, generator, done)
    with joined(device) as processes, tensor_float_32(device):
        processes.require_same_step(done)
        compute: Callable[[Tensor], Tensor] = processes.averaging_gradients(model)
        if plan.compile and device.type == "cuda":
            compute = torch.compile(compute)
        losses: list[Tensor] = []
        drops_out = model.config.dropout > 0
        began = time.perf_counter()
        for step in range(done + 1, plan.steps + 1):
            x, y = (processes.share(ids) for ids in next(rows))  # 2 x (B / processes, T)
            chance = _chance(device, _dropout_seed(plan.seed, step, processes)) if drops_out else nullcontext()
            with chance, autocast(device, dtype):
                logits = compute(x)
            loss = cross_entropy(logits, y) * (len(x) / plan.batch_size)  # this process's part of the batch's mean
            scaler.scale(loss * processes.size).backward()
            update(optimizers, scaler, step, plan)
            losses.append(loss.detach())
            looks = _is_due(step, plan.eval_every, plan)
            saves = _is_due(step, plan.checkpoint_every, plan)
            if looks or saves or len(losses) == _records_at_once(device):
                val = _validate(model, corpus) if looks else None
                yield from _records(step, processes.total(torch.stack(losses)).tolist(), val, began, model, plan)
                losses.clear()
            if saves and folder is not None and processes.rank == 0:
                save_checkpoint(
                    folder,
                    model,
                    tokenizer=corpus.tokenizer,
                    corpus=corpus.name,
                    corpus_sha256=corpus.sha256,
                    plan=plan,
                    step=step,
                    optimizers=optimizers,
                    generator=generator,
                    scaler=scaler,
                )


def _rows(
    model: TransformerLM, corpus: Corpus, plan: TrainConfig, device: torch.device, generator: torch.Generator, done: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of the run from the update after ``done`` on."""
    text, starts = corpus.train.to(device), corpus.starts(corpus.train)
    if plan.rows == "even":
        return even_batches(text, plan.batch_size, model.context_length, starts=starts, seed=plan.seed, n_before=done)
    return batches(text, plan.batch_size, model.context_length, starts=starts, generator=generator)


def _records_at_once(device: torch.device) -> int:
    return 1 if device.type == "cpu" else RECORDS_AT_ONCE


def _records(
    last: int, losses: list[float], val: float | None, began: float, model: TransformerLM, plan: TrainConfig
) -> Iterator[StepRecord]:
    """The records of the latest updates, of which number ``last`` may have looked at the validation split."""
    for step, loss in enumerate(losses, last - len(losses) + 1):
        yield StepRecord(
            step=step,
            nats_per_token=loss,
            learning_rate_factor=learning_rate_factor(step, plan),
            n_tokens=step * plan.batch_size * model.context_length,
            seconds=time.perf_counter() - began,
            val_nats_per_token=val if step == last else None,
        )


@contextmanager
def _chance(device: torch.device, seed: int) -> Iterator[None]:
    """Within, random numbers follow the seed; afterwards those of the caller go on."""
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _dropout_seed(seed: int, step: int, processes: Processes) -> int:
    """Of the step and the process alone, so that no state of dropout has to be saved."""
    return (seed * 2**40 + step * 2**12 + processes.rank) % 2**63


def _is_due(step: int, every: int, plan: TrainConfig) -> bool:
    return step == plan.steps or (every > 0 and step % every == 0)


def _validate(model: TransformerLM, corpus: Corpus) -> float:
    return evaluate(model, corpus.val, starts=corpus.starts(corpus.val)).nats_per_token


def _check(model: TransformerLM, corpus: Corpus, plan: TrainConfig, resume: Checkpoint | None) -> None:
    if model.vocab_size != corpus.tokenizer.vocab_size:
        raise ValueError(
            f"model must have the vocabulary of the corpus, {corpus.tokenizer.vocab_size} tokens; it has "
            f"{model.vocab_size}. Build it with vocab_size=corpus.tokenizer.vocab_size."
        )
    if plan.batch_size < launched().size:
        raise ValueError(
            f"batch_size must be at least the number of processes, {launched().size}; got {plan.batch_size}. "
            "Start fewer processes, or take a larger batch."
        )
    asked = (plan, corpus.sha256, corpus.tokenizer)
    if resume is not None and (resume.plan, resume.corpus_sha256, resume.tokenizer) != asked:
        raise ValueError(
            f"resume must be a checkpoint of the same plan, text, split and tokenizer; it is of {resume.corpus!r} "
            f"with {resume.plan}. Use these, or start a new run."
        )
    if resume is not None and model is not resume.model:
        raise ValueError("model must be that of the checkpoint when a run is resumed; got another. Give resume.model.")
