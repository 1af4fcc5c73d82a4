"""Train a preset on tiny Shakespeare, and store what the book shows of that run.

    python book/_tools/shakespeare_record.py small "one core of an AMD EPYC"
    python book/_tools/shakespeare_record.py medium "two cores of an Intel Xeon" --precision bfloat16

The second argument says in words where it ran. The corpus is the one of `load_corpus("shakespeare")`. No test runs this
and no line of the corpus is stored: a record holds losses, and texts that the model wrote. Its seconds are those of
updates and looks at the validation split, without the time of writing. A second model from another seed says how much
of the loss is chance, and what the mean of both is worth: where one is sure of itself without reason, the other is not.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import kept_record
import torch
from torch import Tensor

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
from course_lm.config import PRECISIONS, PRESETS, Precision, Preset
from course_lm.data import Corpus

N_SAMPLED = 300
SAMPLED_AFTER = (1, 4)  # looks at the validation split after which the model writes, besides the last
ORDERS = (2, 5, 8)  # of the n-grams; 8 is the best on this text


class Look(NamedTuple):
    """A look at the validation split: after which update, when, the loss, and sometimes a text."""

    step: int
    seconds: float
    loss: float
    sample: str | None


class Mixture:
    """A language model that says the mean of what several say."""

    def __init__(self, models: Sequence[TransformerLM]) -> None:
        self.models = models
        self.vocab_size, self.context_length = models[0].vocab_size, models[0].context_length

    def __call__(self, ids: Tensor) -> Tensor:
        """Log-probabilities ``(B, T, V)``."""
        said = torch.stack([model(ids).log_softmax(-1) for model in self.models])
        return said.logsumexp(0) - math.log(len(self.models))


def record(corpus: Corpus, preset: Preset, precision: Precision, machine: str) -> dict[str, object]:
    """The run, in numbers that JSON holds; losses in nats per character."""
    V = corpus.tokenizer.vocab_size
    model = TransformerLM(ModelConfig.preset(preset, V))
    plan = replace(TrainConfig.preset(preset), precision=precision)
    losses: list[float] = []
    looks = list(followed(model, corpus, plan, losses))
    other = TransformerLM(model.config, seed=plan.seed + 1)
    list(train(other, corpus, replace(plan, seed=plan.seed + 1)))
    overlapping = {
        name: round(evaluate(some, corpus.val, stride=model.context_length // 2).nats_per_token, 4)
        for name, some in (
            ("this run", model),
            ("another seed", other),
            ("mean of both", Mixture([model.eval(), other.eval()])),
        )
    }
    counting = {"uniform": UniformLM(V)} | {f"{n}-gram": NGramLM(n, V).fit(corpus.train) for n in ORDERS}
    in_windows = {name: evaluate(m, corpus.val, context_length=model.context_length) for name, m in counting.items()}
    return {
        **kept_record.made(machine),
        "preset": preset,
        "precision": precision,
        "threads": torch.get_num_threads(),
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "vocab_size": V,
        "context_length": model.context_length,
        "training_characters": len(corpus.train) - 1,
        "validation_characters": len(corpus.val) - 1,
        "trained_on": plan.steps * plan.batch_size * model.context_length,
        "losses": losses,
        "val_steps": [look.step for look in looks],
        "val_seconds": [look.seconds for look in looks],
        "val_losses": [look.loss for look in looks],
        "losses_in_overlapping_windows": overlapping,
        "baselines": {name: round(evaluate(m, corpus.val).nats_per_token, 3) for name, m in counting.items()},
        "baselines_in_the_same_windows": {name: round(m.nats_per_token, 3) for name, m in in_windows.items()},
        "sample": looks[-1].sample,
        "earlier_samples": {look.step: look.sample for look in looks[:-1] if look.sample is not None},
    }


def followed(model: TransformerLM, corpus: Corpus, plan: TrainConfig, losses: list[float]) -> Iterator[Look]:
    """The looks of a run; its losses go into the list."""
    n_looks, paused = 0, 0.0
    for update in train(model, corpus, plan):
        losses.append(round(update.nats_per_token, 3))
        if update.val_nats_per_token is not None:
            began, n_looks = time.perf_counter(), n_looks + 1
            writes = n_looks in SAMPLED_AFTER or update.step == plan.steps
            sample = written(model, corpus) if writes else None
            yield Look(update.step, round(update.seconds - paused, 1), round(update.val_nats_per_token, 4), sample)
            paused += time.perf_counter() - began


def written(model: TransformerLM, corpus: Corpus) -> str:
    """A text of the model, with the same random numbers at every look."""
    start = torch.tensor([[corpus.tokenizer.bos_id]])
    return corpus.tokenizer.decode(generate(model, start, N_SAMPLED, generator=torch.Generator().manual_seed(0))[0, 1:])


def main() -> None:
    """Make a record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("machine")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")
    asked = parser.parse_args()
    made = record(load_corpus("shakespeare"), asked.preset, asked.precision, asked.machine)
    kept_record.write(f"shakespeare_{asked.preset}.json", made)


if __name__ == "__main__":
    main()
