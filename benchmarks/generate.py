"""How long one token takes: `generate` with its cache, the same windows without it, and nanoGPT's `generate`.

    python benchmarks/generate.py --nanogpt PATH

PATH is a checkout of https://github.com/karpathy/nanoGPT; its ``model.py`` is imported. Every model has 4 layers,
4 heads, width 128, 65 tokens and random weights, and continues one row in float32 on the CPU with one thread. All take
turns in one process; a figure is the median over the rounds, and a ratio is one of medians. Four cases:

- *255 tokens, context 64*: one call continues 1 token by 255; its time divided by 255. Full windows are included:
  ours drops the older half and reads the other half again, nanoGPT moves its window by one at every token.
- *255 tokens, context 256*: the same, in a window that never overflows.
- *on and on, context 256*: one call continues a full window of 256 tokens by 259, which is twice around: read 128
  tokens, then one at a time until the window is full. Its time divided by 259.
- *next token, 248 to 255 read, context 256*: the 8 tokens before the window is full, one at a time, what was read
  before them not counted; nanoGPT continues 248 tokens by 8. The time divided by 8.

"Without cache" is our model reading all of its window anew for every token. It draws the same tokens, which is checked.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from course_lm import ModelConfig, TransformerLM, generate
from course_lm.generate import stream

V, LAYERS, HEADS, WIDTH = 65, 4, 4, 128
Pair = tuple[TransformerLM, Any]  # ours, and nanoGPT's, whose class only its own file knows
Timed = dict[str, Callable[[], float]]  # for each peer, one round: seconds per token


class WithoutCache:
    """Our model, hiding that it has a cache."""

    def __init__(self, model: TransformerLM) -> None:
        self.model, self.vocab_size, self.context_length = model, model.vocab_size, model.context_length

    def __call__(self, ids: Tensor) -> Tensor:
        """Logits ``(B, T, V)``."""
        logits: Tensor = self.model(ids)
        return logits


def main() -> None:
    """Print one row for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nanogpt", type=Path, required=True, help="a checkout of nanoGPT")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    nanogpt = imported(arguments.nanogpt / "model.py")
    short, long = (models(nanogpt, context_length) for context_length in (64, 256))
    check_same_tokens(short)
    cases = {
        "255 tokens, context 64": whole_calls(short, n_prompt=1, n_tokens=255),
        "255 tokens, context 256": whole_calls(long, n_prompt=1, n_tokens=255),
        "on and on, context 256": whole_calls(long, n_prompt=256, n_tokens=259),
        "next token, 248 to 255 read, context 256": last_tokens(long, n_read=248, n_tokens=8),
    }
    print(f"torch {torch.__version__}, one thread, medians of {arguments.rounds} rounds")
    print("\n| case | ours, µs per token | without cache | nanoGPT |\n|---|---|---|---|")
    for name, timed in cases.items():
        ours, without, peer = (1e6 * t for t in medians(timed, arguments.rounds).values())
        print(
            f"| {name} | {ours:.0f} | {without:.0f}, {without / ours:.1f} times | {peer:.0f}, {peer / ours:.1f} times |"
        )


def imported(path: Path) -> ModuleType:
    """The module in a file."""
    spec = importlib.util.spec_from_file_location("nanogpt", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} must be a file of Python. Name a checkout of nanoGPT.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def models(nanogpt: ModuleType, context_length: int) -> Pair:
    """Ours and nanoGPT's, of one shape, with random weights."""
    ours = TransformerLM(ModelConfig(V, context_length, n_layers=LAYERS, n_heads=HEADS, d_model=WIDTH)).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in ours.parameters():
            if not weights.any():  # projections that begin at 0
                weights.normal_(std=0.02, generator=generator)
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its size
        shape = {"n_layer": LAYERS, "n_head": HEADS, "n_embd": WIDTH}
        peer = nanogpt.GPT(nanogpt.GPTConfig(context_length, V, **shape, dropout=0.0, bias=False)).eval()
    return ours, peer


def prompt(n_tokens: int) -> Tensor:
    """``(1, n_tokens)`` random ids."""
    return torch.randint(V, (1, n_tokens), generator=torch.Generator().manual_seed(1))


def check_same_tokens(pair: Pair) -> None:
    """With the cache and without it, the same text is written."""
    texts = [generate(m, prompt(1), 255, generator=seeded()) for m in (pair[0], WithoutCache(pair[0]))]
    if not torch.equal(*texts):
        raise AssertionError("generate must write the same tokens with a cache and without it.")


def seeded() -> torch.Generator:
    """A generator that gives the same tokens in every round."""
    return torch.Generator().manual_seed(2)


def whole_calls(pair: Pair, n_prompt: int, n_tokens: int) -> Timed:
    """Each peer continues a prompt in one call."""
    ours, peer = pair
    ids = prompt(n_prompt)
    return {
        "ours": lambda: seconds(lambda: generate(ours, ids, n_tokens, generator=seeded())) / n_tokens,
        "without": lambda: seconds(lambda: generate(WithoutCache(ours), ids, n_tokens, generator=seeded())) / n_tokens,
        "nanogpt": lambda: seconds(lambda: peer.generate(ids, n_tokens)) / n_tokens,
    }


def last_tokens(pair: Pair, n_read: int, n_tokens: int) -> Timed:
    """Each peer adds the last tokens to a window that is almost full."""
    ours, peer = pair
    ids = prompt(n_read)
    return {
        "ours": lambda: after_the_first(stream(ours, ids[:, :-1], n_tokens + 1, generator=seeded())),
        "without": lambda: after_the_first(stream(WithoutCache(ours), ids[:, :-1], n_tokens + 1, generator=seeded())),
        "nanogpt": lambda: seconds(lambda: peer.generate(ids, n_tokens)) / n_tokens,
    }


def after_the_first(tokens: Iterable[Tensor]) -> float:
    """Seconds per token, the first not counted: before it the prompt is read."""
    tokens = iter(tokens)
    next(tokens)
    begin = time.perf_counter()
    n_tokens = sum(1 for _ in tokens)
    return (time.perf_counter() - begin) / n_tokens


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def medians(timed: Timed, rounds: int) -> dict[str, float]:
    """The peers take turns; a first round warms up and is not counted."""
    times = [{name: one_round() for name, one_round in timed.items()} for _ in range(rounds + 1)]
    return {name: median(row[name] for row in times[1:]) for name in timed}


if __name__ == "__main__":
    main()
