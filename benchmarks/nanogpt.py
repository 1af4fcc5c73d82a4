"""Race the `small` preset against nanoGPT's configuration for a CPU, on tiny Shakespeare.

    python benchmarks/nanogpt.py --nanogpt PATH [--seeds 3] [--steps 180]

PATH is a checkout of https://github.com/karpathy/nanoGPT. It trains as its README says for a CPU: 2,000 iterations of
12 rows of 64 characters, 4 layers, 4 heads, 128 wide, no dropout, with the settings of its file
config/train_shakespeare_char.py. Its model and its optimizer come from its model.py; the loop around them, which in
its train.py runs at import, is written here. Ours has the same shape and batch, and fewer updates. All advance in
turns in one process with one thread, so that whatever else the machine does slows all of them alike. The loss is the
mean over the whole validation split in windows that do not overlap; the time to measure it is not counted. The ratio
is nanoGPT's time for its run over ours, and counts only if our loss is not above its.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.amp.grad_scaler import GradScaler

from course_lm import ModelConfig, TrainConfig, TransformerLM, batches, evaluate, load_corpus, train
from course_lm.config import Precision
from course_lm.data import Corpus
from course_lm.device import autocast
from course_lm.language_model import LanguageModel

RACING: tuple[Precision, ...] = ("float32", "bfloat16")
WARMUP, PEAK_RATE, LAST_RATE = 100, 1e-3, 1e-4


@dataclass(frozen=True)
class Settings:
    """A run of nanoGPT."""

    iterations: int
    rows: int
    context_length: int
    n_layers: int
    n_heads: int
    width: int
    dropout: float


FOR_A_CPU = Settings(2000, rows=12, context_length=64, n_layers=4, n_heads=4, width=128, dropout=0.0)
FOR_A_GPU = Settings(5000, rows=64, context_length=256, n_layers=6, n_heads=6, width=384, dropout=0.2)


@dataclass
class Competitor:
    """One run: an iterator that makes an update each time, and the seconds and updates in it so far."""

    name: str
    steps: int
    model: LanguageModel
    run: Iterator[object]
    seconds: float = 0.0
    done: int = 0

    def advance(self) -> None:
        """Make one update."""
        began = time.perf_counter()
        next(self.run)
        self.seconds += time.perf_counter() - began
        self.done += 1


class AsLanguageModel:
    """nanoGPT's model as tokens in, logits out: it gives all positions only where it is also given targets."""

    def __init__(self, gpt: nn.Module, vocab_size: int, context_length: int, device: torch.device) -> None:
        self.gpt, self.vocab_size, self.context_length, self.device = gpt, vocab_size, context_length, device

    def __call__(self, ids: Tensor) -> Tensor:
        """Logits ``(B, T, V)``."""
        self.gpt.eval()
        logits: Tensor = self.gpt(ids, ids)[0]
        self.gpt.train()
        return logits


def nanogpt(
    path: str, corpus: Corpus, seed: int, settings: Settings, device: torch.device, dtype: torch.dtype = torch.float32
) -> Competitor:
    """A run of nanoGPT with products in ``dtype``; on a GPU compiled, and in float16 scaled, as in its train.py."""
    sys.path.insert(0, path)
    from model import GPT, GPTConfig

    V, on_gpu = corpus.tokenizer.vocab_size, device.type == "cuda"
    torch.manual_seed(seed)
    shape = {"n_layer": settings.n_layers, "n_head": settings.n_heads, "n_embd": settings.width}
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its size
        gpt = GPT(GPTConfig(settings.context_length, V, **shape, dropout=settings.dropout, bias=False)).to(device)
        optimizer = gpt.configure_optimizers(0.1, PEAK_RATE, (0.9, 0.99), device.type)
    compute = torch.compile(gpt) if on_gpu else gpt
    generator = torch.Generator().manual_seed(seed)
    rows = batches(corpus.train.to(device), settings.rows, settings.context_length, generator=generator)
    scaler = GradScaler(device.type, enabled=dtype == torch.float16)

    def run() -> Iterator[None]:
        for step in range(settings.iterations):
            for group in optimizer.param_groups:
                group["lr"] = cosine_rate(step, settings.iterations)
            x, y = next(rows)
            with autocast(device, dtype):
                _, loss = compute(x.contiguous(), y.contiguous())
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(gpt.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)
            yield

    model = AsLanguageModel(gpt, V, settings.context_length, device)
    return Competitor("nanoGPT", settings.iterations, model, run())


def cosine_rate(step: int, iterations: int) -> float:
    """The learning rate of nanoGPT: a linear climb, then half a cosine down to a tenth."""
    if step < WARMUP:
        return PEAK_RATE * (step + 1) / (WARMUP + 1)
    share = (step - WARMUP) / (iterations - WARMUP)
    return LAST_RATE + 0.5 * (1 + math.cos(math.pi * share)) * (PEAK_RATE - LAST_RATE)


def ours(corpus: Corpus, seed: int, steps: int, precision: Precision) -> Competitor:
    """Our run of the same shape: all that `train` does, but for the look at the validation split at its end."""
    model = TransformerLM(ModelConfig.preset("small", corpus.tokenizer.vocab_size), seed=seed)
    plan = replace(TrainConfig.preset("small"), steps=steps, seed=seed, precision=precision, eval_every=0)
    run = train(model, replace(corpus, val=corpus.val[:2]), plan)
    return Competitor(f"course_lm, {precision}", steps, model, run)


def race(competitors: list[Competitor], look: Callable[[Competitor], None] = lambda competitor: None) -> None:
    """Advance all in turns, so that each is as far in its own run as the others are in theirs.

    After each update ``look`` may look at the one that made it, which costs it no time.
    """
    turns = sorted((step / c.steps, number) for number, c in enumerate(competitors) for step in range(c.steps))
    for _, number in turns:
        competitors[number].advance()
        look(competitors[number])


def processor() -> str:
    """The name of this machine's processor, and whether it multiplies in bfloat16."""
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    name = re.search(r"model name\s*: (.*)", about)
    kinds = [kind for kind in ("amx_bf16", "avx512_bf16") if kind in about.split()]
    return f"{name[1] if name else platform.processor()} ({', '.join(kinds) or 'no products in bfloat16'})"


def main() -> None:
    """Race, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nanogpt", required=True, help="a checkout of nanoGPT")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=180, help="our updates")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    corpus = load_corpus("shakespeare")
    print(f"{processor()}, torch {torch.__version__}, one thread\n")
    print("| seed | run | updates | nats per character | seconds | ratio |\n|---|---|---|---|---|---|", flush=True)
    for seed in range(arguments.seeds):
        peer = nanogpt(arguments.nanogpt, corpus, seed, FOR_A_CPU, torch.device("cpu"))
        runs = [peer, *(ours(corpus, seed, arguments.steps, precision) for precision in RACING)]
        race(runs)
        bar = evaluate(peer.model, corpus.val).nats_per_token
        for run in runs:
            loss = evaluate(run.model, corpus.val).nats_per_token
            ratio = f"{peer.seconds / run.seconds:.1f}" if loss <= bar else "the loss was not reached"
            print(f"| {seed} | {run.name} | {run.steps} | {loss:.4f} | {run.seconds:.1f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
