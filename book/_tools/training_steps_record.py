"""Record what the model of the chapters does at some steps of its training, for the slider in chapter 6.

    python book/_tools/training_steps_record.py "two cores of …"

It makes the run of the chapters once more, stops at each step that is kept, and writes a script that the page loads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import kept_record
import torch
from live_toy import PLAN, SEED
from torch import Tensor

from course_lm import ModelConfig, TransformerLM, evaluate, generate, load_corpus, train
from course_lm.data import Corpus
from course_lm.evaluate import token_nats
from course_lm.language_model import LanguageModel

FILE = Path(__file__).parents[1] / "_static" / "figures" / "data" / "training.js"
# Each about 1.4 times the one before. The chapter prints what the model writes at 0, 20, 50, 100 and 600.
KEPT = (0, 10, 14, 20, 28, 37, 50, 70, 100, 140, 200, 280, 420, 600)
ON_CURVE = sorted(
    {*KEPT, *range(20), *range(20, 60, 2), *range(60, 150, 5), *range(150, 300, 10), *range(300, 600, 20)}
)
SENTENCE = "the brave dogs near the castle dance, and the dogs rest.\n"  # of chapter 1
PREFIX = "the brave dog"  # one dog or several?
N_SENTENCES = 200  # of the validation split, which the chapter measures too
N_WRITTEN = 70  # characters, which are one row
WRITING_SEED = 1


def states(model: TransformerLM, corpus: Corpus, steps: Sequence[int]) -> Iterator[int]:
    """The steps after which the model is as it then is; it trains on in between."""
    yield 0
    for record in train(model, corpus, PLAN):
        if record.step in steps:
            yield record.step
        if record.step == max(steps):
            return


def new_sentences(corpus: Corpus) -> Tensor:
    """The first sentences of the validation split, with the line break before them."""
    starts = corpus.starts(corpus.val)
    assert starts is not None  # toy English has sentences
    return corpus.val[: starts[N_SENTENCES] + 1]


def loss(model: LanguageModel, corpus: Corpus) -> float:
    """Nats per character on the new sentences."""
    ids = new_sentences(corpus)
    return evaluate(model, ids, starts=corpus.starts(ids)).nats_per_token


def written(model: TransformerLM, corpus: Corpus) -> str:
    """What the model writes, always from the same random numbers."""
    start = torch.tensor([[corpus.tokenizer.bos_id]])
    fortune = torch.Generator().manual_seed(WRITING_SEED)
    return corpus.tokenizer.decode(generate(model, start, N_WRITTEN, generator=fortune)[0, 1:])


def words_known(text: str, vocabulary: set[str]) -> list[int]:
    """For each word of a text whether the language has it; the last one, if it is cut, may go on."""
    words = [*re.finditer("[a-z]+", text)]
    cut = bool(words) and words[-1].end() == len(text)
    known = [int(word[0] in vocabulary) for word in words]
    if cut and not known[-1]:
        known[-1] = int(any(word.startswith(words[-1][0]) for word in vocabulary))
    return known


def look(model: LanguageModel, corpus: Corpus) -> dict[str, Any]:
    """The nats of each character of the sentence, and the chances of each character after the prefix."""
    tokenizer = corpus.tokenizer
    ids = tokenizer.encode_with_bos(SENTENCE)
    with torch.no_grad():
        p = model(tokenizer.encode_with_bos(PREFIX)[None])[0, -1].softmax(-1)
    return {"nats": _rounded(token_nats(model, ids), 2), "next": _rounded(p, 3)}


def measure(corpus: Corpus, steps: Sequence[int] = KEPT, on_curve: Sequence[int] = ON_CURVE) -> dict[str, Any]:
    """All that the figure shows.

    Args:
        corpus: toy English.
        steps: that the slider stops at; the run ends with the last.
        on_curve: steps at which only the loss is measured.
    """
    source = corpus.source
    assert source is not None
    vocabulary = set(re.findall("[a-z]+", corpus.tokenizer.decode(corpus.train)))
    model = TransformerLM(ModelConfig.preset("tiny", corpus.tokenizer.vocab_size), seed=SEED)
    curve, kept = [], []
    for step in states(model, corpus, on_curve):
        model.eval()
        curve.append([step, round(loss(model, corpus), 3)])
        if step in steps:
            text = written(model, corpus)
            known = words_known(text, vocabulary)
            kept.append({"step": step, "loss": curve[-1][1], "text": text, "known": known, **look(model, corpus)})
        model.train()
    return {
        "alphabet": corpus.tokenizer.decode(range(corpus.tokenizer.vocab_size)),
        "sentence": SENTENCE,
        "prefix": PREFIX,
        "sentences": N_SENTENCES,
        "floor": round(loss(source, corpus), 3),
        "source": look(source, corpus),
        "curve": curve,
        "kept": kept,
    }


def _rounded(numbers: Tensor, decimals: int) -> list[float]:
    return [round(number, decimals) for number in numbers.tolist()]


if __name__ == "__main__":
    torch.set_num_threads(1)
    record = {**kept_record.made(machine=sys.argv[1]), **measure(load_corpus("toy"))}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(f"courseLM.figures.data.training = {kept_record.as_json(record)};\n", encoding="utf-8")
