"""Runs that are made once and kept, so that several notebooks look at the same model."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pooch
import torch
from filelock import FileLock, Timeout

from course_lm import run_log
from course_lm._checks import whole_number
from course_lm.checkpoint import Checkpoint, load_checkpoint
from course_lm.config import ModelConfig, TrainConfig
from course_lm.data import Corpus
from course_lm.device import pick_device
from course_lm.model import TransformerLM
from course_lm.train import StepRecord, train

PATIENCE = 3.0  # seconds; to read a run takes less, so a process that holds the lock for longer is training
# The modules whose code decides what a run gives.
DECISIVE = (
    *("config", "device", "distributed", "language_model", "tokenizer", "bpe", "grammar", "sources", "data"),
    *("attention", "model", "loss", "evaluate", "optim", "checkpoint", "train"),
)


def train_once(
    config: ModelConfig, corpus: Corpus, plan: TrainConfig, *, seed: int = 0
) -> tuple[TransformerLM, list[StepRecord]]:
    """Train a model, or load what the same call has trained before; a run that was cut off goes on.

    The run is kept in the user's cache folder, under a name that changes with the arguments, the text, the device, the
    version of torch, and the code that training depends on.

    Any number of processes may ask for the same run at once: one trains, the others wait for it. If it is killed, the
    next one goes on. What is damaged or incomplete is made anew.

    Args:
        config: of the model.
        corpus: the text.
        plan: how to train.
        seed: of the initial weights.

    Returns:
        The trained model on its device, and the records of the run.

    Raises:
        OSError: if the cache folder cannot be written.
    """
    seed = whole_number("seed", seed, at_least=0)
    folder = pooch.os_cache("course_lm") / "runs" / _key(config, corpus, plan, seed)
    with _alone(folder):
        checkpoint = _kept(folder)
        model = TransformerLM(config, seed) if checkpoint is None else checkpoint.model
        done = 0 if checkpoint is None else checkpoint.step
        if done < plan.steps:  # a whole run needs no optimizer, whose first use makes torch load its compiler
            run = train(model, corpus, plan, folder=folder, resume=checkpoint)
            for _ in run_log.keep(run, folder, after_step=done):
                pass
        return model.to(pick_device()), run_log.read(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time. The lock of a process that is killed ends with it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        print("Another process trains this run; waiting until it has ended.", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _kept(folder: Path) -> Checkpoint | None:
    """What to go on from; nothing, also on the disk, if it is damaged or lacks the record of an update."""
    try:
        checkpoint = load_checkpoint(folder)
        if [record.step for record in run_log.read(folder)][: checkpoint.step] == [*range(1, checkpoint.step + 1)]:
            return checkpoint
    except (OSError, ValueError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    return None


def _key(config: ModelConfig, corpus: Corpus, plan: TrainConfig, seed: int) -> str:
    text = (corpus.sha256, corpus.tokenizer.to_json())
    asked = (asdict(config), text, asdict(plan), seed, pick_device().type, torch.__version__)
    digest = hashlib.sha256(repr(asked).encode())
    for module in DECISIVE:
        digest.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    return digest.hexdigest()[:16]
