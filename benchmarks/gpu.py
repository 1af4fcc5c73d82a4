"""Train the `base` preset on one GPU: time to a loss, tokens per second, and how much of the card that uses.

    python benchmarks/gpu.py [--nanogpt PATH] [--json PATH]
    python benchmarks/gpu.py --preset tiny --corpus toy --steps 20        # the same on a CPU, to try the script

The base preset has the shape and the batch of nanoGPT's Shakespeare configuration, whose README gives 1.4697 nats per
character, an estimate over random batches, after about 3 minutes on an A100. Here the loss is that of the whole
validation split, in windows that do not overlap. Seconds are those of training: neither the making of the compiled
program, in the first update, nor the looks at the validation split count. With --nanogpt, the folder of a checkout of
https://github.com/karpathy/nanoGPT, its configuration is trained on the same card, in the same type of number, and
scored by the same evaluation. With --json, a file or a folder, the record is kept; `make gpu-runs` writes the records
in `benchmarks/records` into the page `book/gpu_runs.md`.

The share of the peak is the arithmetic that the model needs, 6 operations for each weight in a matrix and each token
and 6 · layers · width · context for causal attention, over what the card does in a large matrix product.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from nanogpt import FOR_A_GPU, nanogpt

from course_lm import ModelConfig, TrainConfig, TransformerLM, evaluate, load_corpus, train
from course_lm.config import PRECISIONS
from course_lm.data import Corpus
from course_lm.device import pick_device, product_dtype, tensor_float_32
from course_lm.language_model import LanguageModel
from course_lm.train import RECORDS_AT_ONCE

sys.path.append(str(Path(__file__).parents[1] / "book" / "_tools"))
from gpu_runs import in_words


@dataclass(frozen=True)
class Setting:
    """Where all runs of a record are made, and what they should reach."""

    corpus: Corpus
    device: torch.device
    dtype: torch.dtype  # of the matrix products
    peak: float  # operations per second
    target: float  # nats per token


@dataclass(frozen=True)
class Result:
    """What one run reached."""

    name: str
    updates: int
    nats_per_token: float
    seconds: float
    seconds_to_target: float | None
    tokens_per_second: float
    share_of_peak: float | None
    memory_gib: float | None  # the most that the run held on the card at once
    curve: list[tuple[int, float, float]]  # updates, seconds of training, loss on the validation split
    configuration: Mapping[str, object]


def synchronize(device: torch.device) -> None:
    """Wait until the card has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_operations(device: torch.device, dtype: torch.dtype) -> float:
    """Operations per second in a matrix product that fills the device, the best of several."""
    n, seconds = (8192 if device.type == "cuda" else 1024), []
    a = torch.randn(n, n, device=device, dtype=dtype)
    for _ in range(10):
        synchronize(device)
        began = time.perf_counter()
        with tensor_float_32(device):
            a @ a
        synchronize(device)
        seconds.append(time.perf_counter() - began)
    return 2 * n**3 / min(seconds)


def operations_per_token(model: TransformerLM) -> float:
    """Of forward and backward together; the embedding only looks up."""
    c = model.config
    weights = sum(p.numel() for p in model.parameters() if p.ndim == 2) - model.embedding.numel()
    return 6 * weights + 6 * c.n_layers * c.d_model * c.context_length


def learning_curve(
    run: Iterator[object], model: LanguageModel, corpus: Corpus, steps: int, look_every: int, device: torch.device
) -> list[tuple[int, float, float]]:
    """Make all updates; updates, seconds of training and loss at every look."""
    curve, seconds = [], 0.0
    next(run)  # makes the compiled program
    synchronize(device)
    began = time.perf_counter()
    for step in range(2, steps + 1):
        next(run)
        if step % look_every == 0 or step == steps:
            synchronize(device)
            seconds += time.perf_counter() - began
            loss = evaluate(model, corpus.val, starts=corpus.starts(corpus.val)).nats_per_token
            curve.append((step, seconds, loss))
            print(f"  update {step}, {seconds:.1f} s: {loss:.4f}", flush=True)
            began = time.perf_counter()
    return curve


def ours(preset: str, plan: TrainConfig, at: Setting) -> Result:
    """A run of our recipe."""
    model = TransformerLM(ModelConfig.preset(preset, at.corpus.tokenizer.vocab_size))
    look_every = RECORDS_AT_ONCE * max(1, plan.steps // (10 * RECORDS_AT_ONCE))
    run = train(model, replace(at.corpus, val=at.corpus.val[:2]), replace(plan, eval_every=0))
    curve = learning_curve(run, model, at.corpus, plan.steps, look_every, at.device)
    untimed = RECORDS_AT_ONCE if at.device.type == "cuda" else 1  # on a GPU the first record comes after ten updates
    rate = (plan.steps - untimed) * plan.batch_size * model.context_length / curve[-1][1]
    configuration = {"model": asdict(model.config), "plan": asdict(plan)}
    return result("course_lm", curve, rate, rate * operations_per_token(model) / at.peak, configuration, at)


def peer(path: str, at: Setting) -> Result:
    """A run of nanoGPT in its own configuration."""
    run = nanogpt(path, at.corpus, 0, FOR_A_GPU, at.device, at.dtype)
    curve = learning_curve(run.run, run.model, at.corpus, run.steps, 250, at.device)
    rate = (run.steps - 1) * FOR_A_GPU.rows * FOR_A_GPU.context_length / curve[-1][1]
    commit = printed("git", "-C", path, "rev-parse", "HEAD")
    return result("nanoGPT", curve, rate, None, {"commit": commit, **asdict(FOR_A_GPU)}, at)


def result(
    name: str,
    curve: list[tuple[int, float, float]],
    tokens_per_second: float,
    share: float | None,
    configuration: Mapping[str, object],
    at: Setting,
) -> Result:
    """The figures of a curve; the next run's memory is counted from here."""
    updates, seconds, loss = curve[-1]
    reached = next((seconds for _, seconds, loss in curve if loss <= at.target), None)
    memory = None
    if at.device.type == "cuda":
        memory = torch.cuda.max_memory_allocated(at.device) / 2**30
        torch.cuda.reset_peak_memory_stats(at.device)
    return Result(name, updates, loss, seconds, reached, tokens_per_second, share, memory, curve, configuration)


def printed(*command: str) -> str:
    """The first line that a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.partition("\n")[0]


def machine(at: Setting) -> dict[str, object]:
    """The card and the software; on a CPU, what only a card has is None."""
    is_card = at.device.type == "cuda"
    card = torch.cuda.get_device_properties(at.device) if is_card else None
    driver = printed("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader") if is_card else None
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "device": at.device.type,
        "card": card and card.name,
        "card_memory_gib": card and card.total_memory / 2**30,
        "driver": driver,
        "cuda": torch.version.cuda if is_card else None,
        "torch": torch.__version__,
        "matrix_products": str(at.dtype).removeprefix("torch."),
        "peak_teraflops": at.peak / 1e12,
    }


def parsed() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="base")
    parser.add_argument("--corpus", default="shakespeare")
    parser.add_argument("--steps", type=int, help="updates, in place of the preset's")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto", help="of the matrix products")
    parser.add_argument("--target", type=float, default=1.4697, help="nats per token")
    parser.add_argument("--nanogpt", help="a checkout of nanoGPT, to train it as well")
    parser.add_argument("--json", type=Path, help="a file for the record, or a folder, where date and card name it")
    return parser.parse_args()


def keep(record: dict[str, Any], path: Path) -> None:
    """Write a record to a file, or to a folder under the name of its date and card."""
    if path.suffix != ".json":
        path.mkdir(parents=True, exist_ok=True)
        about = record["machine"]
        path /= re.sub(r"\W+", "-", f"{about['date']} {about['card'] or about['device']}".lower()) + ".json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run, print the record as the page would show it, and keep it."""
    options = parsed()
    device, corpus, plan = pick_device(), load_corpus(options.corpus), TrainConfig.preset(options.preset)
    plan = replace(plan, steps=options.steps or plan.steps, precision=options.precision)
    dtype = product_dtype(device, plan.precision)
    at = Setting(corpus, device, dtype, peak_operations(device, dtype), options.target)
    about = machine(at)
    print(json.dumps(about), flush=True)
    results = [ours(options.preset, plan, at)]
    if options.nanogpt:
        results.append(peer(options.nanogpt, at))
    record = {
        "machine": about,
        "corpus": {"name": Path(corpus.name).name, "sha256": corpus.sha256},
        "target": at.target,
        "runs": [asdict(run) for run in results],
    }
    print(f"\n{in_words(record)}")
    if options.json:
        keep(record, options.json)


if __name__ == "__main__":
    main()
