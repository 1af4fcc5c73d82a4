"""What small public models pay for the same texts: nats per token, bits per byte, and windows against a stride.

    python benchmarks/pretrained_record.py "MACHINE"
    python benchmarks/pretrained_record.py "MACHINE" --models FOLDER --out record.json    # any others, elsewhere

MACHINE says in words where it runs. Every model is downloaded (some hundred megabytes each, in safetensors) and reads
the validation part of tiny Shakespeare and three paragraphs that were written for this record, so that no model has
seen them: English, Python code and German. A text is read after the model's own start token.

With the name of a folder in ``--models``, a start token may have to be named as well, with ``--bos-token``.

Losses are given in windows that do not overlap, and in windows that move by half of their length, so that every token
but the first has at least half a window before it. A window has at most ``--context-length`` tokens, the same for all
models, or what a model can read if that is less. Nats per token compare only models with the same tokens; bits per byte
compare all. A word is what stands between white space.

Besides, for chapter 8: what each token of the English paragraph costs, what a longer window is worth on the beginning
of the Shakespeare text, and what the answers to a few questions cost.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import torch

import course_lm
from course_lm import evaluate, load_corpus, load_pretrained
from course_lm.device import pick_device
from course_lm.evaluate import token_nats
from course_lm.language_model import LanguageModel
from course_lm.records import FOLDER
from course_lm.tokenizer import Tokenizer

sys.path.append(str(Path(__file__).parents[1] / "book" / "_tools"))
import kept_record

MODELS = (
    "openai-community/gpt2",
    "distilbert/distilgpt2",
    "EleutherAI/pythia-70m",
    "EleutherAI/pythia-160m",
    "HuggingFaceTB/SmolLM2-135M",
)
WINDOWS = (16, 64, 256, 1024)  # tokens
N_CHARACTERS = 20_000  # of the first text, which is read in each of them
QUESTIONS = {
    "Question: Why is the sky blue?\nAnswer:": (
        " It is not.",
        " Because the air scatters blue light more than red light.",
        " Because the sea is blue, and the sky is its reflection.",
    ),
    "Question: How long is a week?\nAnswer:": (" A year.", " Seven days, of which the last is called Sunday."),
    "Question: What do bees make?\nAnswer:": (" Milk.", " They make honey, from the nectar of many flowers."),
}
HEAD = """\
| model | text | tokens per word | nats per token | bits per byte | with stride: nats per token | bits per byte |
|---|---|---|---|---|---|---|"""
ENGLISH = """\
The ferry left at ten past six, as it does on every day that has a number, and nobody on the pier waved. Marta counted
the crates again. Eleven of them held lamp oil, and the twelfth, which the clerk had signed for without opening it, held
a clock that her grandfather had built from the parts of two pianos. It ran slow by a minute in the hour. She had come
to like that: on board she was always a little earlier than the rest of the world, and had time to think of an answer.
"""
CODE = '''\
def longest_dry_spell(rain: list[float], threshold: float = 0.2) -> tuple[int, int]:
    """First day and length of the longest run of days with less rain than the threshold, in millimeters."""
    best_start, best_length, start = 0, 0, None
    for day, amount in enumerate([*rain, threshold]):
        if amount < threshold:
            start = day if start is None else start
        elif start is not None:
            if day - start > best_length:
                best_start, best_length = start, day - start
            start = None
    return best_start, best_length
'''
GERMAN = """\
Im Keller des alten Rathauses liegt seit dem Umbau ein Fahrrad, das keinem gehören will. Der Hausmeister hat es zweimal
auf die Straße gestellt, und zweimal stand es am nächsten Morgen wieder unter der Treppe, die Kette frisch geölt. Im
Frühjahr beschloss der Gemeinderat, ihm eine Nummer zu geben. Seitdem wird es jedes Jahr gezählt, zusammen mit den
Stühlen, und gilt als eine Art Zeuge, auch wenn niemand zu sagen wüsste, wofür.
"""


def texts() -> dict[str, str]:
    """The texts by name."""
    corpus = load_corpus("shakespeare")
    shakespeare = corpus.tokenizer.decode(corpus.val[1:])
    return {"tiny Shakespeare, validation": shakespeare, "English": ENGLISH, "Python": CODE, "German": GERMAN}


def costs(model: LanguageModel, tokenizer: Tokenizer, text: str, context_length: int) -> dict[str, Any]:
    """What one text costs one model."""
    ids, n_bytes = tokenizer.encode_with_bos(text), len(text.encode())
    stride = max(1, min(context_length, len(ids) - 1) // 2)
    record: dict[str, Any] = {"n_bytes": n_bytes, "n_tokens": len(ids) - 1}
    record |= {"tokens_per_word": (len(ids) - 1) / len(text.split()), "window": context_length, "step": stride}
    for way, step in (("windows", None), ("stride", stride)):
        metrics = evaluate(model, ids, context_length=context_length, stride=step, n_bytes=n_bytes)
        record[way] = {"nats_per_token": metrics.nats_per_token, "bits_per_byte": metrics.bits_per_byte}
    return record


def token_costs(model: LanguageModel, tokenizer: Tokenizer, text: str) -> dict[str, list[Any]]:
    """The tokens of a text, and the nats of each."""
    ids = tokenizer.encode_with_bos(text)
    tokens = [tokenizer.decode([int(token)]) for token in ids[1:]]
    return {"tokens": tokens, "nats": [round(cost, 3) for cost in token_nats(model, ids).tolist()]}


def answer_costs(model: LanguageModel, tokenizer: Tokenizer, question: str, answer: str) -> dict[str, Any]:
    """The nats of an answer, given its question: only its own tokens count."""
    ids, n_given = tokenizer.encode_with_bos(question + answer), len(tokenizer.encode(question))
    nats = token_nats(model, ids)[n_given:]
    return {
        "answer": answer,
        "nats": round(float(nats.sum()), 3),
        "n_tokens": len(nats),
        "n_bytes": len(answer.encode()),
    }


def measured(name: str, of: dict[str, str], context_length: int, bos_token: str | None) -> dict[str, Any]:
    """One model on all texts."""
    model, tokenizer = load_pretrained(name, bos_token=bos_token)
    model.to(pick_device())
    window = min(context_length, model.context_length or context_length)
    record: dict[str, Any] = {"name": Path(name).name if Path(name).is_dir() else name}
    record["parameters"] = sum(weights.numel() for weights in model.parameters())
    record |= {"vocab_size": model.vocab_size, "context_length": model.context_length, "device": model.device.type}
    began = time.perf_counter()
    record["texts"] = {text: costs(model, tokenizer, content, window) for text, content in of.items()}
    beginning = tokenizer.encode_with_bos(next(iter(of.values()))[:N_CHARACTERS])
    record["nats_by_window"] = {
        length: evaluate(model, beginning, context_length=length, stride=length // 2).nats_per_token
        for length in WINDOWS
        if length <= window
    }
    record["token_costs"] = token_costs(model, tokenizer, ENGLISH)
    record["answers"] = {
        question: [answer_costs(model, tokenizer, question, answer) for answer in answers]
        for question, answers in QUESTIONS.items()
    }
    return record | {"seconds": round(time.perf_counter() - began, 1)}


def in_words(record: dict[str, Any], with_head: bool) -> str:
    """A model's record as rows of a table."""
    rows = [HEAD] if with_head else []
    for text, cost in record["texts"].items():
        numbers = [cost["tokens_per_word"], *cost["windows"].values(), *cost["stride"].values()]
        rows.append(f"| {record['name']} | {text} | {' | '.join(f'{number:.3f}' for number in numbers)} |")
    return "\n".join(rows)


def main() -> None:
    """Measure, print a table, and keep the record; where there is no network, say so in one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("machine", help="what it runs on, in words")
    parser.add_argument("--models", nargs="+", default=MODELS, help="names on huggingface.co, or folders")
    parser.add_argument("--bos-token", help="what starts a text, where that is not the model's own start token")
    parser.add_argument("--context-length", type=int, default=1024, help="tokens in a window, at most")
    parser.add_argument("--out", type=Path, default=FOLDER / "pretrained.json")
    options = parser.parse_args()
    records: list[dict[str, Any]] = []
    try:
        of = texts()
        for name in options.models:
            records.append(measured(name, of, options.context_length, options.bos_token))
            print(in_words(records[-1], with_head=len(records) == 1), flush=True)
    except OSError as error:
        parser.exit(1, f"pretrained_record: no network, and so no record: {error}\n")
    except (ValueError, MemoryError, ModuleNotFoundError) as error:
        parser.exit(1, f"pretrained_record: {error}\n")
    import transformers

    versions = {"transformers": transformers.__version__, "course_lm": course_lm.__version__}
    record = kept_record.made(options.machine) | versions | {"threads": torch.get_num_threads(), "models": records}
    options.out.write_text(kept_record.as_json(record) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
