"""How long an update takes with one thread and with two, alone and beside another run like it.

    python benchmarks/threads.py

Every run is a process of its own and trains a preset on tiny Shakespeare. Printed is the median time of an update in
milliseconds, of the slower run where there are two. To see how threads that sleep while they wait would do, set
OMP_WAIT_POLICY=passive.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from statistics import median
from typing import cast

import torch

from course_lm import ModelConfig, TrainConfig, TransformerLM, load_corpus, train
from course_lm.config import Precision

RUNS = (("tiny", "float32", 60), ("small", "float32", 40), ("small", "bfloat16", 40), ("medium", "bfloat16", 14))
WARM_UP = 5  # updates


def update_time(preset: str, precision: Precision, steps: int) -> float:
    """The median time of an update in milliseconds."""
    corpus = load_corpus("shakespeare")
    plan = replace(TrainConfig.preset(preset), steps=steps, precision=precision)
    torch.manual_seed(0)
    model = TransformerLM(ModelConfig.preset(preset, corpus.tokenizer.vocab_size))
    times = [time.perf_counter()]
    for _ in train(model, corpus, plan):
        times.append(time.perf_counter())
    return 1000 * median(
        after - before for before, after in zip(times[WARM_UP:-2], times[WARM_UP + 1 : -1], strict=True)
    )


def side_by_side(n_runs: int, n_threads: int, arguments: list[str]) -> float:
    """The time of the slowest of several runs at once."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(n_threads), "COURSE_LM_DEVICE": "cpu"}
    command = [sys.executable, __file__, *arguments]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(n_runs)]
    return max(float(run.communicate()[0]) for run in runs)


def main() -> None:
    """Print one row for each preset and precision."""
    print("| preset | alone, 1 thread | alone, 2 threads | two runs, 1 thread each | two runs, 2 threads each |")
    print("|---|---|---|---|---|")
    for run in RUNS:
        arguments = [str(value) for value in run]
        times = [side_by_side(n_runs, n_threads, arguments) for n_runs in (1, 2) for n_threads in (1, 2)]
        print(f"| {run[0]}, {run[1]} | " + " | ".join(f"{value:.0f}" for value in times) + " |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(update_time(sys.argv[1], cast("Precision", sys.argv[2]), int(sys.argv[3])))
    else:
        main()
