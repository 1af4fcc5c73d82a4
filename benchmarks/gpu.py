"""Train the `base` preset on one GPU: time to a loss, tokens per second, and how much of the card that uses.

    python benchmarks/gpu.py [--nanogpt PATH] [--json FILE]
    python benchmarks/gpu.py --preset tiny --corpus toy --steps 20        # the same on a CPU, to try the script

The base preset has the shape and the batch of nanoGPT's Shakespeare configuration, whose README gives 1.4697 nats per
character, an estimate over random batches, after about 3 minutes on an A100. Here the loss is that of the whole
validation split, in windows that do not overlap. Seconds are those of training: neither the making of the compiled
program, in the first update, nor the looks at the validation split count. With PATH, a checkout of
https://github.com/karpathy/nanoGPT, its configuration is trained on the same card and scored by the same evaluation.

The share of the peak is the arithmetic that the model needs, 6 operations for each weight in a matrix and each token
and 6 · layers · width · context for causal attention, over what the card does in a large matrix product.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import torch
from nanogpt import FOR_A_GPU, nanogpt

from course_lm import ModelConfig, TrainConfig, TransformerLM, evaluate, load_corpus, train
from course_lm.data import Corpus
from course_lm.device import pick_device, product_dtype
from course_lm.score import LanguageModel
from course_lm.train import RECORDS_AT_ONCE


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
    curve: list[tuple[int, float, float]]  # updates, seconds of training, loss on the validation split


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


def ours(corpus: Corpus, preset: str, plan: TrainConfig, target: float, peak: float, device: torch.device) -> Result:
    """A run of our recipe."""
    model = TransformerLM(ModelConfig.preset(preset, corpus.tokenizer.vocab_size))
    look_every = RECORDS_AT_ONCE * max(1, plan.steps // (10 * RECORDS_AT_ONCE))
    run = train(model, replace(corpus, val=corpus.val[:2]), replace(plan, eval_every=0))
    curve = learning_curve(run, model, corpus, plan.steps, look_every, device)
    untimed = RECORDS_AT_ONCE if device.type == "cuda" else 1  # on a GPU the first record comes after ten updates
    rate = (plan.steps - untimed) * plan.batch_size * model.context_length / curve[-1][1]
    return result("course_lm", curve, target, rate, rate * operations_per_token(model) / peak)


def peer(path: str, corpus: Corpus, target: float, device: torch.device) -> Result:
    """A run of nanoGPT in its own configuration."""
    run = nanogpt(path, corpus, 0, FOR_A_GPU, device)
    curve = learning_curve(run.run, run.model, corpus, run.steps, 250, device)
    rate = (run.steps - 1) * FOR_A_GPU.rows * FOR_A_GPU.context_length / curve[-1][1]
    return result("nanoGPT", curve, target, rate, None)


def result(
    name: str, curve: list[tuple[int, float, float]], target: float, tokens_per_second: float, share: float | None
) -> Result:
    """The figures of a curve."""
    updates, seconds, loss = curve[-1]
    reached = next((seconds for _, seconds, loss in curve if loss <= target), None)
    return Result(name, updates, loss, seconds, reached, tokens_per_second, share, curve)


def machine(device: torch.device, dtype: torch.dtype, peak: float) -> dict[str, object]:
    """The card and the software."""
    on_gpu = device.type == "cuda"
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return {
        "date": date.today().isoformat(),
        "device": torch.cuda.get_device_name(device) if on_gpu else device.type,
        "driver": subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip() if on_gpu else None,
        "torch": torch.__version__,
        "matrix_products": str(dtype).removeprefix("torch."),
        "peak_teraflops": peak / 1e12,
    }


def main() -> None:
    """Run, print a table, and write the records."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="base")
    parser.add_argument("--corpus", default="shakespeare")
    parser.add_argument("--steps", type=int, help="updates, in place of the preset's")
    parser.add_argument("--target", type=float, default=1.4697, help="nats per token")
    parser.add_argument("--nanogpt", help="a checkout of nanoGPT, to train it as well")
    parser.add_argument("--json", type=Path, help="a file for the records")
    arguments = parser.parse_args()
    device, corpus, plan = pick_device(), load_corpus(arguments.corpus), TrainConfig.preset(arguments.preset)
    plan = replace(plan, steps=arguments.steps or plan.steps)
    dtype = product_dtype(device, plan.precision)
    peak = peak_operations(device, dtype)
    about = machine(device, dtype, peak)
    print(about, flush=True)
    results = [ours(corpus, arguments.preset, plan, arguments.target, peak, device)]
    if arguments.nanogpt:
        results.append(peer(arguments.nanogpt, corpus, arguments.target, device))
    print(
        "\n| run | updates | nats per token | seconds | seconds to the target | tokens per second | share of the peak |"
    )
    print("|---|---|---|---|---|---|---|")
    for r in results:
        reached = "not reached" if r.seconds_to_target is None else f"{r.seconds_to_target:.1f}"
        share = "" if r.share_of_peak is None else f"{r.share_of_peak:.0%}"
        speed = f"{r.tokens_per_second:,.0f}"
        print(f"| {r.name} | {r.updates} | {r.nats_per_token:.4f} | {r.seconds:.1f} | {reached} | {speed} | {share} |")
    if arguments.json:
        records = {"machine": about, "target": arguments.target, "runs": [asdict(r) for r in results]}
        arguments.json.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
