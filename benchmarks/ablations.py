"""What each ingredient of the recipe is worth: leave it out, train the `small` preset again, look at the loss.

    python benchmarks/ablations.py [--seeds 2] [--steps 180]

All runs have the same shape, batch, updates and seeds, on tiny Shakespeare, with one thread; only the ingredient is
missing. The loss is the mean over the seeds, in nats per character on the whole validation split. Runs are in
bfloat16, but for the row that says otherwise. An update's time is the median of its run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import mean, median
from typing import Any
from unittest import mock

import torch
from torch import nn

from course_lm import ModelConfig, TrainConfig, TransformerLM, evaluate, load_corpus, train
from course_lm.data import Corpus
from course_lm.model import Block


def blocks(model: TransformerLM) -> list[Block]:
    """The blocks of a model, from the first to the last."""
    return [block for block in model.blocks if isinstance(block, Block)]


def no_previous_token(model: TransformerLM) -> None:
    """The stream begins with the token's own vector alone."""
    nn.init.zeros_(model.previous)
    model.previous.requires_grad_(False)


def no_rotation(model: TransformerLM) -> None:
    """Attention does not know how far apart two positions are."""
    for block in blocks(model):
        block.attention.cos.fill_(1)
        block.attention.sin.fill_(0)


def random_outputs(model: TransformerLM) -> None:
    """The projections that begin at 0 begin as random as the others."""
    for matrix in [model.head, *(m for block in blocks(model) for m in (block.attention.out, block.down))]:
        nn.init.normal_(matrix, std=matrix.shape[1] ** -0.5)


@dataclass(frozen=True)
class Ablation:
    """The recipe without one ingredient: other settings, a change of the untrained model, other values for names."""

    name: str
    plan: dict[str, Any] = field(default_factory=dict)
    change: Callable[[TransformerLM], None] = lambda model: None
    names: dict[str, object] = field(default_factory=dict)


ABLATIONS = [
    Ablation("nothing"),
    Ablation("bfloat16 (float32 in its place)", {"precision": "float32"}),
    Ablation("Muon (AdamW alone, at 3e-3)", {"muon_lr": 0.0, "adamw_lr": 3e-3, "warmup_steps": 20}),
    Ablation("high rates (half of both)", {"muon_lr": 0.0125, "adamw_lr": 0.0075}),
    Ablation("the fall of the rate to 0 (constant)", {"decay_fraction": 0.0}),
    Ablation("Muon's short memory (0.95 for 0.9)", names={"course_lm.optim.MUON_MOMENTUM": 0.95}),
    Ablation("AdamW's short memory (0.9 for 0.8)", names={"course_lm.optim.ADAMW_BETAS": (0.9, 0.95)}),
    Ablation("the mix of the previous token", change=no_previous_token),
    Ablation("rotated queries and keys (RoPE)", change=no_rotation),
    Ablation("normalized queries and keys", names={"course_lm.attention.norm": lambda x: x}),
    Ablation("sharp attention (1/√D for 1/4)", names={"course_lm.attention.SCALE": 32**-0.5}),
    Ablation("outputs that begin at 0 (random)", change=random_outputs),
    Ablation("clipped gradients", {"max_grad_norm": float("inf")}),
]


def loss_and_milliseconds(ablation: Ablation, corpus: Corpus, steps: int, seed: int) -> tuple[float, float]:
    """Train once; the loss at the end and the median time of an update."""
    plan = replace(TrainConfig.preset("small"), steps=steps, eval_every=0, seed=seed, precision="bfloat16")
    torch.manual_seed(seed)
    model = TransformerLM(ModelConfig.preset("small", corpus.tokenizer.vocab_size), seed=seed)
    ablation.change(model)
    with ExitStack() as stack:
        for name, value in ablation.names.items():
            stack.enter_context(mock.patch(name, value))
        times = [time.perf_counter()]
        for _ in train(model, replace(corpus, val=corpus.val[:2]), replace(plan, **ablation.plan)):
            times.append(time.perf_counter())
        loss = evaluate(model, corpus.val).nats_per_token
    return loss, 1000 * median(after - before for before, after in pairwise(times))


def main() -> None:
    """Print one row for each ingredient."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=180)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    corpus = load_corpus("shakespeare")
    print("| left out | nats per character | ms for an update |\n|---|---|---|", flush=True)
    for ablation in ABLATIONS:
        runs = [loss_and_milliseconds(ablation, corpus, arguments.steps, seed) for seed in range(arguments.seeds)]
        losses, milliseconds = zip(*runs, strict=True)
        print(f"| {ablation.name} | {mean(losses):.4f} | {min(milliseconds):.0f} |", flush=True)


if __name__ == "__main__":
    main()
