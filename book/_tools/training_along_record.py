"""Code texts with models that learn them on the way, and store what chapter 4 shows of it.

    python book/_tools/training_along_record.py "one core of an Intel Xeon"

The argument says in words where it ran. The texts are the training parts of both corpora. A model starts untrained,
states its probabilities for a batch, is charged −log₂ p for each token that came, and is trained on the batch only
then. A reader who starts from the same model can do the same, batch by batch, so the charges are the size of a file
that needs no weights. Beside it stand general compressors, an n-gram that counts as it goes, and the exact source. No
test runs this, and no line of a corpus is stored.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import kept_record
import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler

from course_lm import ModelConfig, TrainConfig, TransformerLM, cross_entropy, load_corpus
from course_lm.config import Preset
from course_lm.data import Corpus, line_starts
from course_lm.evaluate import PADDING, token_nats
from course_lm.optim import build_optimizers, update

ROWS = 4  # in a batch; fewer mean more updates
ORDERS = (4, 5, 6, 8, 12)  # of the n-grams; the best is known only afterwards
DISCOUNT = 0.75
N_STRETCHES = 40  # of a curve, the first ones short, where the cost falls fastest


class Learner:
    """A transformer that is charged for a batch, and then trained on it."""

    def __init__(self, model: TransformerLM, plan: TrainConfig) -> None:
        self.model, self.plan, self.step = model.train(), plan, 0
        self.optimizers = build_optimizers(model, plan)
        self.scaler = GradScaler("cpu", enabled=False)

    def bits(self, x: Tensor, y: Tensor) -> Tensor:
        """What each token of a batch costs, in the order of the text, before the update that the batch causes."""
        nats = cross_entropy(self.model(x), y, reduction="none", ignore_index=PADDING)[y != PADDING]
        nats.mean().backward()
        self.step += 1
        update(self.optimizers, self.scaler, self.step, self.plan)
        return nats.detach().double() / math.log(2)


class LearningNGram:
    """An n-gram with interpolated Kneser–Ney smoothing and a fixed discount, which counts every token after its price.

    Args:
        order: n; the context are the last n − 1 tokens.
        vocab_size: V; what nothing was counted after gets 1/V.
    """

    def __init__(self, order: int, vocab_size: int) -> None:
        self.order, self.vocab_size = order, vocab_size
        self.counts: defaultdict[tuple[int, ...], int] = defaultdict(int)  # by context and token
        self.totals: defaultdict[tuple[int, ...], int] = defaultdict(int)  # by context
        self.kinds: defaultdict[tuple[int, ...], int] = defaultdict(int)  # different tokens after a context

    def p(self, context: tuple[int, ...], token: int) -> float:
        """The probability of a token, from the shortest context to the longest one that has been seen."""
        p = 1 / self.vocab_size
        for begin in range(len(context), -1, -1):
            part = context[begin:]
            if part not in self.totals:
                break
            count = self.counts.get((*part, token), 0)
            p = (max(count - DISCOUNT, 0) + DISCOUNT * self.kinds[part] * p) / self.totals[part]
        return p

    def learn(self, context: tuple[int, ...], token: int) -> None:
        """Count it; a shorter context counts only what was new after the longer one."""
        for begin in range(len(context) + 1):
            part = context[begin:]
            is_new = (*part, token) not in self.counts
            self.counts[*part, token] += 1
            self.totals[part] += 1
            if not is_new:
                break
            self.kinds[part] += 1

    def bits(self, ids: Sequence[int]) -> Iterator[float]:
        """What each token after the first costs, counted only afterwards."""
        for t in range(1, len(ids)):
            context = tuple(ids[max(0, t - self.order + 1) : t])
            yield -math.log2(self.p(context, ids[t]))
            self.learn(context, ids[t])


def sentence_rows(ids: Tensor, context_length: int, bos_id: int) -> tuple[Tensor, Tensor]:
    """A row for each sentence: a reader knows where one ends, so the cut looks at nothing that is still to come."""
    return _rows(ids, [*line_starts(ids, bos_id).tolist(), len(ids) - 1], context_length)


def block_rows(ids: Tensor, context_length: int) -> tuple[Tensor, Tensor]:
    """Rows of full length, one behind the other."""
    return _rows(ids, [*range(0, len(ids) - 1, context_length), len(ids) - 1], context_length)


def _rows(ids: Tensor, edges: Sequence[int], context_length: int) -> tuple[Tensor, Tensor]:
    """``(x, y)``, both ``(R, T)``, of the stretches between the edges; a row begins where the one before ended."""
    x = torch.zeros(len(edges) - 1, context_length, dtype=torch.int64)
    y = torch.full_like(x, PADDING)
    for row, (begin, end) in enumerate(pairwise(edges)):
        x[row, : end - begin] = ids[begin:end]
        y[row, : end - begin] = ids[begin + 1 : end + 1]
    return x, y


def bits_along(corpus: Corpus, preset: Preset) -> Tensor:
    """What each character costs a transformer that trains along: ``(N − 1,)`` bits."""
    config = ModelConfig.preset(preset, corpus.tokenizer.vocab_size)
    if corpus.source is None:
        x, y = block_rows(corpus.train, config.context_length)
    else:
        x, y = sentence_rows(corpus.train, config.context_length, corpus.tokenizer.bos_id)
    plan = TrainConfig(steps=math.ceil(len(x) / ROWS), batch_size=ROWS)
    learner = Learner(TransformerLM(config), plan)
    return torch.cat([learner.bits(*batch) for batch in zip(x.split(ROWS), y.split(ROWS), strict=True)])


def measure(corpus: Corpus, presets: Sequence[Preset]) -> dict[str, object]:
    """Sizes in bytes, and two curves: the bits of each stretch of the best transformer and of the best n-gram."""
    ids, V = corpus.train, corpus.tokenizer.vocab_size
    raw = corpus.tokenizer.to_bytes(ids[1:])
    sizes = {
        "gzip": len(gzip.compress(raw, 9)),
        "xz": len(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME)),
        "bzip2": len(bz2.compress(raw, 9)),
    }
    if corpus.source is not None:
        sizes["exact source"] = _bytes(token_nats(corpus.source, ids) / math.log(2))
    counting = {f"{n}-gram": torch.tensor([*LearningNGram(n, V).bits(ids.tolist())]) for n in ORDERS}
    training: dict[str, Tensor] = {preset: bits_along(corpus, preset) for preset in presets}
    runs = {"transformer": training, "n-gram": counting}
    best = {kind: min(of_kind.values(), key=lambda bits: float(bits.sum())) for kind, of_kind in runs.items()}
    ends = [round((len(ids) - 1) * (k / N_STRETCHES) ** 2) for k in range(1, N_STRETCHES + 1)]
    return {
        "characters": len(ids) - 1,
        "bytes": len(raw),
        "sizes": sizes,
        "counting_along": {order: _bytes(bits) for order, bits in counting.items()},
        "training_along": {preset: _bytes(bits) for preset, bits in training.items()},
        "ends": ends,
        "bits": {kind: _by_stretch(bits, ends) for kind, bits in best.items()},
    }


def _bytes(bits: Tensor) -> int:
    return math.ceil(float(bits.double().sum()) / 8)


def _by_stretch(bits: Tensor, ends: Sequence[int]) -> list[float]:
    sums = bits.double().cumsum(0)[torch.tensor(ends) - 1].tolist()
    return [round(after - before, 1) for before, after in pairwise([0, *sums])]


if __name__ == "__main__":
    torch.set_num_threads(1)
    made = {
        **kept_record.made(machine=sys.argv[1]),
        "rows": ROWS,
        "toy": measure(load_corpus("toy"), ["tiny"]),
        "Shakespeare": measure(load_corpus("shakespeare"), ["tiny", "small"]),
    }
    kept_record.write("training_along.json", made)
