"""Train the `small` preset on tiny Shakespeare, and store what chapter 6 shows of that run.

    python book/_tools/shakespeare_record.py "one core of an AMD EPYC"

The argument says in words where it ran. The corpus is the one of `load_corpus("shakespeare")`. No test runs this and
no line of the corpus is stored: the record holds losses, and a text that the model wrote.
"""

from __future__ import annotations

import sys

import kept_record
import torch

from course_lm import (
    ModelConfig,
    NGramLM,
    TrainConfig,
    TransformerLM,
    UniformLM,
    evaluate,
    generate,
    load_corpus,
    train,
)
from course_lm.data import Corpus

N_SAMPLED = 300


def record(corpus: Corpus, machine: str) -> dict[str, object]:
    """The run, in numbers that JSON holds; losses in nats per character."""
    V, bos = corpus.tokenizer.vocab_size, corpus.tokenizer.bos_id
    model, plan = TransformerLM(ModelConfig.preset("small", V)), TrainConfig.preset("small")
    run = list(train(model, corpus, plan))
    looks = {update.step: loss for update in run if (loss := update.val_nats_per_token) is not None}
    written = generate(model, torch.tensor([[bos]]), N_SAMPLED, generator=torch.Generator().manual_seed(0))[0, 1:]
    counting = {"uniform": UniformLM(V)} | {f"{n}-gram": NGramLM(n, V).fit(corpus.train) for n in (2, 5)}
    return {
        **kept_record.made(machine),
        "preset": "small",
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "vocab_size": V,
        "training_characters": len(corpus.train) - 1,
        "validation_characters": len(corpus.val) - 1,
        "trained_on": run[-1].n_tokens,
        "losses": [round(update.nats_per_token, 3) for update in run],
        "val_steps": [*looks],
        "val_losses": [round(loss, 3) for loss in looks.values()],
        "baselines": {name: round(evaluate(m, corpus.val).nats_per_token, 3) for name, m in counting.items()},
        "sample": corpus.tokenizer.decode(written),
    }


if __name__ == "__main__":
    kept_record.write("shakespeare_small.json", record(load_corpus("shakespeare"), machine=sys.argv[1]))
