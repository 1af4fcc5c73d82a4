"""How the loss falls with parameters, with updates and with counted text, on a source whose floor is known exactly.

    python book/_tools/scaling_record.py "one core of an Intel Xeon"

The argument says in words where it ran. All models learn toy English from text that they see once, and are scored on
the same text that nobody learned from. Transformers differ in their width, at 700 updates, or in their updates, at a
width of 64; n-grams differ in how much text they count. A loss is that of the exact source on the same text plus the
gap to it, in nats per character, in windows of whole sentences. No test runs this; it takes about a quarter of an hour.
"""

from __future__ import annotations

import sys

import kept_record
import torch
from torch import Tensor

from course_lm import ModelConfig, NGramLM, TrainConfig, TransformerLM, train
from course_lm.data import Corpus
from course_lm.evaluate import gap_to_source, token_nats
from course_lm.language_model import LanguageModel
from course_lm.sources import ToyEnglish

WIDTHS, UPDATES = (8, 12, 16, 24, 32, 48, 64, 96), (25, 50, 100, 200, 400, 800)
AT_UPDATES, AT_WIDTH = 700, 64
N_ROWS, CONTEXT = 32, 72
SEEDS = (0, 1)
ORDERS, COUNTED = (5, 8, 16), (10_000, 30_000, 100_000, 300_000, 1_000_000)
N_TRAINED, N_SCORED, N_SCORED_BY_COUNTS = 2_000_000, 300_000, 100_000  # characters


class Experiment:
    """The texts, and what a model of each kind loses on the one that nobody learned from."""

    def __init__(self) -> None:
        self.source = ToyEnglish()
        self.tokenizer = self.source.tokenizer
        held_out = self.text(N_SCORED, seed=987)
        self.corpus = Corpus("toy", "\n", self.tokenizer, self.text(N_TRAINED, seed=123), held_out, self.source)

    def text(self, n_characters: int, seed: int) -> Tensor:
        """Ids of a new text, which begins with a line break."""
        ids = self.tokenizer.encode(self.source.sample(n_characters, seed=seed))
        return torch.cat([torch.tensor([self.tokenizer.bos_id]), ids])

    def loss(self, model: LanguageModel, n_characters: int = N_SCORED) -> float:
        """Nats per character on the held-out text, or its beginning."""
        ids = self.corpus.val[: n_characters + 1]
        starts = self.corpus.starts(ids)
        assert starts is not None
        gap = gap_to_source(model, self.source, ids, starts).nats_per_token
        return round(float(token_nats(self.source, ids).mean()) + gap, 5)

    def trained(self, width: int, n_updates: int, seed: int) -> tuple[int, float]:
        """Parameters and loss of a transformer of that width after so many updates."""
        config = ModelConfig(
            self.tokenizer.vocab_size, CONTEXT, n_layers=2, n_heads=4 if width != 12 else 2, d_model=width
        )
        model = TransformerLM(config, seed=seed)
        plan = TrainConfig(steps=n_updates, batch_size=N_ROWS, seed=seed)
        short = Corpus("toy", "\n", self.tokenizer, self.corpus.train, self.corpus.val[:2000], self.source)
        list(train(model, short, plan))
        loss = self.loss(model.eval())
        print(width, n_updates, seed, loss, flush=True)
        return sum(weights.numel() for weights in model.parameters()), loss

    def counted(self, order: int, n_characters: int) -> float:
        """Loss of an n-gram that counted so much text."""
        model = NGramLM(order, self.tokenizer.vocab_size).fit(self.corpus.train[: n_characters + 1])
        return self.loss(model, N_SCORED_BY_COUNTS)


def record(machine: str) -> dict[str, object]:
    """All of it, in a form that JSON holds."""
    at = Experiment()
    source = token_nats(at.source, at.corpus.val)
    by_width = {seed: dict(at.trained(width, AT_UPDATES, seed) for width in WIDTHS) for seed in SEEDS}
    by_updates = {seed: [at.trained(AT_WIDTH, n, seed)[1] for n in UPDATES] for seed in SEEDS}
    return {
        **kept_record.made(machine),
        "rows": N_ROWS,
        "context_length": CONTEXT,
        "source": round(float(source.mean()), 5),
        "source_where_counts_are_scored": round(float(source[:N_SCORED_BY_COUNTS].mean()), 5),
        "widths": WIDTHS,
        "parameters": list(by_width[0]),
        "loss_by_parameters": {seed: list(losses.values()) for seed, losses in by_width.items()},
        "trained_on": [n * N_ROWS * CONTEXT for n in UPDATES],
        "loss_by_trained_on": by_updates,
        "counted": COUNTED,
        "loss_by_counted": {order: [at.counted(order, n) for n in COUNTED] for order in ORDERS},
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    kept_record.write("scaling.json", record(machine=sys.argv[1]))
