"""Race the `small` preset against nanoGPT's configuration for a CPU, on tiny Shakespeare.

    python benchmarks/nanogpt.py --nanogpt PATH_OF_A_CHECKOUT [--seeds 3] [--steps 180]

nanoGPT trains as its README says for a CPU: 2,000 iterations of 12 rows of 64 characters, 4 layers, 4 heads, 128
wide, no dropout, with the settings of its config/train_shakespeare_char.py. Its model and its optimizer come from its
own model.py; the loop around them, which in its train.py runs at import, is written here. Ours has the same shape,
rows and batch, and fewer updates. All competitors advance in turns in one process with one thread, so that whatever
else the machine does slows all of them alike. The loss is the mean over the whole validation split in windows that do
not overlap. The ratio is nanoGPT's time for its run over ours, and counts only if our loss is not above its.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from course_lm import ModelConfig, TrainConfig, TransformerLM, batches, evaluate, load_corpus, train
from course_lm.data import Corpus

ROWS, CONTEXT_LENGTH, ITERATIONS, WARMUP = 12, 64, 2000, 100


@dataclass
class Competitor:
    """One run: an iterator that makes an update each time, and the seconds spent in it so far."""

    name: str
    steps: int
    model: Callable[[Tensor], Tensor]
    run: Iterator[object]
    seconds: float = field(default=0.0)

    def advance(self) -> None:
        began = time.perf_counter()
        next(self.run)
        self.seconds += time.perf_counter() - began


class AsLanguageModel:
    """nanoGPT's model as tokens in, logits out: it gives all positions only where it is also given targets."""

    def __init__(self, gpt: torch.nn.Module, vocab_size: int) -> None:
        self.gpt, self.vocab_size, self.context_length = gpt, vocab_size, CONTEXT_LENGTH

    def __call__(self, ids: Tensor) -> Tensor:
        return self.gpt(ids, ids)[0]


def nanogpt(corpus: Corpus, seed: int) -> Competitor:
    """NanoGPT's run; ``model`` is its module, found on the path."""
    from model import GPT, GPTConfig

    V = corpus.tokenizer.vocab_size
    torch.manual_seed(seed)
    shape = {"block_size": CONTEXT_LENGTH, "vocab_size": V, "n_layer": 4, "n_head": 4, "n_embd": 128}
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its size
        gpt = GPT(GPTConfig(**shape, dropout=0.0, bias=False))
        optimizer = gpt.configure_optimizers(0.1, 1e-3, (0.9, 0.99), "cpu")
    rows = batches(corpus.train, ROWS, CONTEXT_LENGTH, generator=torch.Generator().manual_seed(seed))

    def run() -> Iterator[None]:
        for step in range(ITERATIONS):
            for group in optimizer.param_groups:
                group["lr"] = cosine_rate(step)
            x, y = next(rows)
            _, loss = gpt(x, y.contiguous())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(gpt.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            yield

    return Competitor("nanoGPT", ITERATIONS, AsLanguageModel(gpt, V), run())


def cosine_rate(step: int, peak: float = 1e-3, last: float = 1e-4) -> float:
    """NanoGPT's learning rate: a linear climb, then half a cosine down to a tenth."""
    if step < WARMUP:
        return peak * (step + 1) / (WARMUP + 1)
    share = (step - WARMUP) / (ITERATIONS - WARMUP)
    return last + 0.5 * (1 + math.cos(math.pi * share)) * (peak - last)


def ours(corpus: Corpus, seed: int, steps: int, precision: str) -> Competitor:
    """Our run of the same shape: everything that `train` does, records and all."""
    model = TransformerLM(ModelConfig.preset("small", corpus.tokenizer.vocab_size), seed=seed)
    plan = replace(TrainConfig.preset("small"), steps=steps, seed=seed, precision=precision, eval_every=0)
    unseen = replace(corpus, val=corpus.val[:2])  # the loss after the last update is measured apart, as the peer's is
    return Competitor(f"course_lm, {precision}", steps, model, train(model, unseen, plan))


def race(competitors: list[Competitor]) -> None:
    """Advance all in turns, so that each is as far in its own run as the others are in theirs."""
    progress = sorted((step / c.steps, n) for n, c in enumerate(competitors) for step in range(c.steps))
    for _, number in progress:
        competitors[number].advance()


def main() -> None:
    """Race, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nanogpt", required=True, help="folder of a checkout of karpathy/nanoGPT")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=180, help="our updates")
    arguments = parser.parse_args()
    sys.path.insert(0, arguments.nanogpt)
    torch.set_num_threads(1)
    corpus = load_corpus("shakespeare")
    print("| seed | run | updates | nats per character | seconds | nanoGPT's time over ours |")
    print("|---|---|---|---|---|---|", flush=True)
    for seed in range(arguments.seeds):
        peer = nanogpt(corpus, seed)
        runs = [peer, *(ours(corpus, seed, arguments.steps, p) for p in ("float32", "bfloat16"))]
        race(runs)
        bar = evaluate(peer.model, corpus.val).nats_per_token
        for c in runs:
            loss = evaluate(c.model, corpus.val).nats_per_token
            ratio = "" if c is peer else f"{peer.seconds / c.seconds:.1f}" if loss <= bar else "loss not reached"
            print(f"| {seed} | {c.name} | {c.steps} | {loss:.4f} | {c.seconds:.1f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
