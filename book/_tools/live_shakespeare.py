"""Train the small Shakespeare model of the live page, and store its weights with a record of how they were made.

    python book/_tools/live_shakespeare.py "one core of an AMD EPYC"

The argument says in words where it ran. The corpus is the one of `load_corpus("shakespeare")`. No test runs this and
no line of the corpus is stored.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, replace

import kept_record
import live_weights

from course_lm import ModelConfig, TrainConfig, TransformerLM, evaluate, load_corpus, train
from course_lm.data import Corpus

CONTEXT_LENGTH = 128  # characters
PLAN = TrainConfig(steps=3000, batch_size=16)


def record(corpus: Corpus, model: TransformerLM, machine: str) -> dict[str, object]:
    """How the model was made and what it costs, in nats per character of the validation split."""
    exact, live = (evaluate(m, corpus.val).nats_per_token for m in (model, live_weights.rounded(model)))
    return {
        **kept_record.made(machine),
        "command": "python book/_tools/live_shakespeare.py",
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "plan": asdict(PLAN),
        "training_characters": len(corpus.train) - 1,
        "validation_characters": len(corpus.val) - 1,
        "nats_per_character": round(live, 4),
        "before_rounding": round(exact, 4),
    }


def main(machine: str) -> None:
    """Train, write, and print what rounding the weights costs."""
    corpus = load_corpus("shakespeare")
    config = ModelConfig.preset("tiny", corpus.tokenizer.vocab_size)
    model = TransformerLM(replace(config, context_length=CONTEXT_LENGTH))
    for update in train(model, corpus, PLAN):
        if update.step % 100 == 0:
            print(f"update {update.step}: {update.nats_per_token:.3f} nats per character", flush=True)
    made = record(corpus, model, machine)
    live_weights.write("shakespeare", model, corpus.tokenizer, made)
    print(f"{made['before_rounding']} nats per character, {made['nats_per_character']} with weights in int8")


if __name__ == "__main__":
    main(machine=sys.argv[1])
