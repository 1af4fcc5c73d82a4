"""What is left of a training run that is killed again and again.

    python benchmarks/kills.py [--kills 200] [--seed 0]

A run of a small model, with a checkpoint every second update, is killed with SIGKILL at a random moment, and goes on
from what it left, as ``course-lm train --resume`` does; when it has reached its end, the next run begins. After every
kill the checkpoint must be whole, and it must be the one that the records say: absent only before the first was
written. In the end every run must have the losses and the weights of a run that was never killed, bit for bit.

It takes about a second a kill.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
import time
from pathlib import Path

import torch

from course_lm import ModelConfig, ToyEnglish, TrainConfig, TransformerLM, load_checkpoint, load_corpus, run_log, train
from course_lm.checkpoint import FILE_NAME, Checkpoint

PLAN = TrainConfig(steps=60, batch_size=4, checkpoint_every=2, eval_every=20, seed=1)
LONGEST_LIFE = 0.8  # seconds, of which a part goes into starting


def main() -> None:
    """Print one line, if everything held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    arguments = parser.parse_args()
    print(summary(arguments.kills, arguments.seed))


def summary(kills: int, seed: int) -> str:
    """Kill so many times, check everything, and say in a line what was seen.

    Raises:
        AssertionError, ValueError: if a checkpoint was not whole or not the right one, or a loss or a weight differs.
    """
    begin = time.perf_counter()
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "text.txt").write_text(ToyEnglish().sample(5000))
        live(folder / "never killed")
        expected = outcome(folder / "never killed")
        runs = n_killed = n_writing = n_fresh = 0
        while n_killed < kills:
            run = folder / f"run {runs}"
            while n_killed < kills and live(run, moments.uniform(0, LONGEST_LIFE)):
                n_killed += 1
                n_writing += run.joinpath(FILE_NAME + ".partial").exists()
                n_fresh += saved(run) is None
                check(run)
            live(run)
            if outcome(run) != expected:
                raise AssertionError(f"run {runs} must have the losses and weights of one that was never killed.")
            runs += 1
    return (
        f"{n_killed} kills in {runs} runs of {PLAN.steps} updates: {n_writing} while a checkpoint was being written, "
        f"{n_fresh} before the first; every checkpoint whole, all losses and weights equal bit for bit "
        f"({time.perf_counter() - begin:.0f} s)."
    )


def live(run: Path, seconds: float | None = None) -> bool:
    """Train in a process of its own, from the run's checkpoint on; whether it was killed, after so many seconds."""
    context = multiprocessing.get_context("forkserver")  # it imports once, and every process begins as its copy
    context.set_forkserver_preload(["course_lm", "torch._dynamo"])  # the second comes with the first optimizer
    process = context.Process(target=go_on, args=(run,))
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    if process.exitcode not in (0, -9):
        raise AssertionError(f"a process must end well or be killed; this one ended with {process.exitcode}.")
    return process.exitcode != 0


def go_on(run: Path) -> None:
    """One life of a run, as the command has it."""
    corpus = load_corpus(run.parent / "text.txt")
    checkpoint = saved(run)
    config = ModelConfig(corpus.tokenizer.vocab_size, context_length=24, n_layers=2, n_heads=2, d_model=32, dropout=0.1)
    model = TransformerLM(config) if checkpoint is None else checkpoint.model
    lives_on = train(model, corpus, PLAN, folder=run, resume=checkpoint)
    for _ in run_log.keep(lives_on, run, after_step=0 if checkpoint is None else checkpoint.step):
        pass


def saved(run: Path) -> Checkpoint | None:
    """The checkpoint, or None where none was written; one that is not whole is an error."""
    return load_checkpoint(run) if run.joinpath(FILE_NAME).exists() else None


def check(run: Path) -> None:
    """The checkpoint is the last that was due before the last record, or already the next."""
    checkpoint = saved(run)
    step = 0 if checkpoint is None else checkpoint.step
    kept = run_log.read(run) if run.joinpath(run_log.FILE_NAME).exists() else []
    last = kept[-1].step if kept else 0
    before = max(last - 1, 0) // PLAN.checkpoint_every * PLAN.checkpoint_every
    if not before <= step <= last:
        raise AssertionError(f"the checkpoint must be from update {before} to {last}; it is from {step}.")


def outcome(run: Path) -> tuple[list[tuple[int, float, float | None]], list[float]]:
    """All losses of a finished run and its weights."""
    weights = torch.cat([p.detach().flatten() for p in load_checkpoint(run).model.parameters()])
    return [(r.step, r.nats_per_token, r.val_nats_per_token) for r in run_log.read(run)], weights.tolist()


if __name__ == "__main__":
    main()
