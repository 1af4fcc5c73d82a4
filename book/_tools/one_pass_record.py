"""Time one pass over a row, and the loop over its prefixes, and store what chapter 5 shows of it.

    python book/_tools/one_pass_record.py "an AMD EPYC with 2 cores, on one thread"

The argument says in words where it ran. The model has the shape of the `small` preset, with a context of 1,024 tokens,
and is untrained, which changes no time. Times are processor time on one thread, which waiting for other programs does
not lengthen. In every round each job is timed once, and the record holds the medians. No test runs this.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from statistics import median

import kept_record
import torch
from torch import Tensor

from course_lm import ModelConfig, TransformerLM, load_corpus

LOOPS = (57, 256)  # tokens; 57 has the sentence that the book follows
PASSES = (57, 64, 128, 256, 512, 1024)
N_ROUNDS = 31


def milliseconds(model: TransformerLM, rows: list[Tensor]) -> float:
    """The processor time that the model takes for all rows, one after the other."""
    begin = time.process_time()
    for row in rows:
        model(row)
    return 1000 * (time.process_time() - begin)


@torch.no_grad()
def record(machine: str) -> dict[str, object]:
    """The medians, in milliseconds, in a form that JSON holds."""
    corpus = load_corpus("toy")
    config = replace(ModelConfig.preset("small", corpus.tokenizer.vocab_size), context_length=max(PASSES))
    model = TransformerLM(config).eval()
    row = corpus.val[None, : max(PASSES)]
    jobs = {("loop", T): [row[:, : t + 1] for t in range(T)] for T in LOOPS}
    jobs |= {("pass", T): [row[:, :T]] for T in PASSES}
    rounds = [{job: milliseconds(model, rows) for job, rows in jobs.items()} for _ in range(1 + N_ROUNDS)]
    medians = {job: round(median(times[job] for times in rounds[1:]), 3) for job in jobs}  # the first is a warm-up
    return {
        **kept_record.made(machine),
        "preset": "small",
        "context_length": config.context_length,
        "rounds": N_ROUNDS,
        "loop_ms": {T: medians["loop", T] for T in LOOPS},
        "pass_ms": {T: medians["pass", T] for T in PASSES},
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    kept_record.write("one_pass.json", record(machine=sys.argv[1]))
