"""The training loop: draw rows, predict every next token, measure the loss, move the weights.

It yields a record after every update, so that whoever runs it decides what to print, plot or keep.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from course_lm.checkpoint import Checkpoint, save_checkpoint
from course_lm.config import TrainConfig
from course_lm.data import Corpus, batches
from course_lm.device import pick_device
from course_lm.evaluate import evaluate
from course_lm.loss import cross_entropy
from course_lm.model import TransformerLM
from course_lm.optim import build_optimizers, learning_rate_factor, set_learning_rate


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
    config: TrainConfig,
    *,
    folder: str | Path | None = None,
    resume: Checkpoint | None = None,
) -> Iterator[StepRecord]:
    """Train ``model`` in place, on the device that `pick_device` names.

    Args:
        model: the model; when a run is resumed, the checkpoint's.
        corpus: its training part is trained on, its validation part is only looked at.
        config: the plan.
        folder: where checkpoints go; none are written where it is None.
        resume: a checkpoint of the same plan. The losses are then those of a run that never stopped, to the last
            bit on the same machine with the same number of threads.

    Yields:
        A record per update. A checkpoint that is due is written when the next record is asked for, so a record that
        is kept can be ahead of the checkpoint, but never behind it.

    Raises:
        ValueError: if the vocabularies differ, no row fits, or the checkpoint belongs to another plan.
    """
    _check(model, corpus, config, resume)
    model.to(pick_device()).train()
    optimizers = build_optimizers(model, config)
    generator = torch.Generator().manual_seed(config.seed)
    if model.config.dropout:
        torch.manual_seed(config.seed)
    if resume is not None:
        resume.restore(optimizers, generator)
    rows = batches(
        corpus.train,
        config.batch_size,
        model.context_length,
        starts=corpus.starts(corpus.train),
        generator=generator,
    )
    began = time.perf_counter()
    for step in range(1 if resume is None else resume.step + 1, config.steps + 1):
        x, y = (ids.to(model.device) for ids in next(rows))  # 2 x (B, T)
        loss = cross_entropy(model(x), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        factor = learning_rate_factor(step, config)
        set_learning_rate(optimizers, factor, config)
        for optimizer in optimizers.values():
            optimizer.step()
            optimizer.zero_grad()
        yield StepRecord(
            step=step,
            nats_per_token=loss.item(),
            learning_rate_factor=factor,
            n_tokens=step * config.batch_size * model.context_length,
            seconds=time.perf_counter() - began,
            val_nats_per_token=_validate(model, corpus) if _is_due(step, config.eval_every, config) else None,
        )
        if folder is not None and _is_due(step, config.checkpoint_every, config):
            save_checkpoint(
                folder,
                model,
                tokenizer=corpus.tokenizer,
                corpus=corpus.name,
                text_sha256=corpus.text_sha256,
                train_config=config,
                step=step,
                optimizers=optimizers,
                generator=generator,
            )


def _is_due(step: int, every: int, config: TrainConfig) -> bool:
    return step == config.steps or (every > 0 and step % every == 0)


def _validate(model: TransformerLM, corpus: Corpus) -> float:
    return evaluate(model, corpus.val, starts=corpus.starts(corpus.val)).nats_per_token


def _check(model: TransformerLM, corpus: Corpus, config: TrainConfig, resume: Checkpoint | None) -> None:
    if model.vocab_size != corpus.tokenizer.vocab_size:
        raise ValueError(
            f"model must have the vocabulary of the corpus, {corpus.tokenizer.vocab_size} tokens; it has "
            f"{model.vocab_size}. Build it with vocab_size=corpus.tokenizer.vocab_size."
        )
    if resume is not None and (resume.train_config, resume.text_sha256) != (config, corpus.text_sha256):
        raise ValueError(
            f"resume must be a checkpoint of the same plan and the same text; it is of {resume.corpus!r} with "
            f"{resume.train_config}. Use these, or start a new run."
        )
