"""What a reader who knows the grammar pays in windows that begin anywhere, and store it for chapter 8.

    python book/_tools/fragment_record.py "one core of an Intel Xeon"

The argument says in words where it ran. Such a reader does not know where in a sentence a window begins. It holds a
belief about the situation of the grammar, at first by how often a text is in each, and brings it up to date with every
character. Nobody can pay less on average for windows side by side that begin anywhere. The text is that of chapter 8.
"""

from __future__ import annotations

import sys

import kept_record
import torch
from torch import Tensor

from course_lm import load_corpus
from course_lm.evaluate import token_nats
from course_lm.grammar import IMPOSSIBLE
from course_lm.sources import ToyEnglish

N_CHARACTERS = 20_000
WINDOWS = (1, 4, 16, 64, 72, 128, 256)
ROWS_AT_ONCE = 500


class Reader:
    """Beliefs about the situation of toy English, row by row."""

    def __init__(self, source: ToyEnglish) -> None:
        self.p = torch.from_numpy(source._log_p).exp()  # (S, V)
        self.p[IMPOSSIBLE] = 0
        self.after = torch.as_tensor(source._next)  # (S, V)
        self.at_first = torch.full((1, len(self.p)), 1 / len(self.p), dtype=torch.float64)
        for _ in range(2000):  # until the shares of the situations settle
            flow = (self.at_first.T * self.p).flatten()[None]
            self.at_first = torch.zeros_like(self.at_first).scatter_add(1, self.after.flatten()[None], flow)
            self.at_first /= self.at_first.sum()

    def nats(self, x: Tensor, y: Tensor) -> float:
        """The cost of all targets ``y`` of the rows ``x``, both ``(B, T)``."""
        belief, total = self.at_first.expand(len(x), -1), 0.0
        for read, true in zip(x.T, y.T, strict=True):
            weight = belief * self.p.T[read]  # (B, S)
            belief = torch.zeros_like(weight).scatter_add(1, self.after.T[read], weight)
            belief = belief / belief.sum(1, keepdim=True)
            total -= float((belief @ self.p).gather(1, true[:, None]).log().sum())
        return total


def record(machine: str) -> dict[str, object]:
    """Nats per character by the length of the window, in a form that JSON holds."""
    corpus = load_corpus("toy")
    source = ToyEnglish()
    reader, text = Reader(source), corpus.val[: N_CHARACTERS + 1]
    costs = {}
    for length in WINDOWS:
        n = (len(text) - 1) // length
        x, y = text[: n * length].view(n, length), text[1 : n * length + 1].view(n, length)
        chunks = zip(x.split(ROWS_AT_ONCE), y.split(ROWS_AT_ONCE), strict=True)
        costs[length] = round(sum(reader.nats(*rows) for rows in chunks) / (n * length), 4)
        print(length, costs[length], flush=True)
    floor = float(token_nats(source, text).mean())
    return kept_record.made(machine) | {"characters": N_CHARACTERS, "source": round(floor, 4), "by_window": costs}


if __name__ == "__main__":
    torch.set_num_threads(1)
    kept_record.write("fragments.json", record(machine=sys.argv[1]))
