"""Write what the live model of toy English needs: the weights of the model of the chapters, and the exact source.

    python book/_tools/live_toy.py

The model is trained unless a chapter has trained it on this machine before. Both files are made anew with every
book, so git does not hold them.
"""

from __future__ import annotations

import live_weights
import numpy as np

from course_lm import ModelConfig, ToyEnglish, TrainConfig, TransformerLM, evaluate, load_corpus
from course_lm.data import Corpus
from course_lm.grammar import IMPOSSIBLE, tabulate
from course_lm.run_cache import train_once

PLAN = TrainConfig(steps=600, batch_size=32, muon_lr=0, adamw_lr=3e-3, warmup_steps=50)
SEED = 1


def trained(corpus: Corpus) -> TransformerLM:
    """The model of the chapters."""
    model, _ = train_once(ModelConfig.preset("tiny", corpus.tokenizer.vocab_size), corpus, PLAN, seed=SEED)
    return model.cpu()


def weights() -> None:
    """Write the weights, and print what rounding them costs."""
    corpus = load_corpus("toy")
    model, starts = trained(corpus), corpus.starts(corpus.val)
    exact, live = (evaluate(m, corpus.val, starts=starts).nats_per_token for m in (model, live_weights.rounded(model)))
    record = {"steps": PLAN.steps, "nats_per_character": round(live, 4), "before_rounding": round(exact, 4)}
    live_weights.write("toy", model, corpus.tokenizer, record)
    print(f"the live toy model: {exact:.4f} nats per character, {live:.4f} with weights in int8")


def source() -> None:
    """Write the tables of the source: for each situation what can come next, how probably, and what then."""
    toy = ToyEnglish()
    following, log_p = tabulate(toy.grammar, toy.tokenizer)
    p = np.exp(log_p)
    p[IMPOSSIBLE] = 0
    situations, ids = p.nonzero()  # sorted by situation
    probabilities, places = np.unique(p[situations, ids], return_inverse=True)
    steps = np.stack([ids, places, np.array(following)[situations, ids]], axis=1)  # (S, 3)
    entries = np.concatenate([np.bincount(situations, minlength=len(p)), steps.flatten()])
    if entries.max() >= 2**16:
        raise ValueError(f"the tables must hold numbers below 65,536; got {entries.max()}. Take a smaller grammar.")
    content = {
        "alphabet": toy.tokenizer.decode(range(toy.vocab_size)),
        "nSituations": len(p),
        "probabilities": probabilities.tolist(),
        "bytes": live_weights.encode(entries.astype("<u2").tobytes()),
    }
    live_weights.register("toy_source", content)


if __name__ == "__main__":
    weights()
    source()
