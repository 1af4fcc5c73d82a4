"""Train the toy model for the book, unless its configuration and its code are those of the run that is there.

    python book/_tools/toy_run.py

Writes the folder `runs/toy`: the checkpoint, the records, the curve, and the page of figures that the book includes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import torch
from matplotlib.figure import Figure

import course_lm
from course_lm import ModelConfig, TrainConfig, TransformerLM, evaluate, generate, load_corpus, plot, records, train
from course_lm.data import Corpus
from course_lm.evaluate import gap_to_source

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "runs" / "toy"
PRESET = "tiny"


def key() -> str:
    """Changes whenever the configuration or any code that the run depends on does."""
    package = Path(course_lm.__file__).parent
    code = [package / name for name in sorted(p.name for p in package.glob("*.py"))]
    digest = hashlib.sha256(torch.__version__.encode())
    for path in [Path(__file__), *code]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def page(model: TransformerLM, corpus: Corpus, plan: TrainConfig) -> str:
    """What the run reached, in Markdown."""
    starts = corpus.starts(corpus.val)
    metrics = evaluate(model, corpus.val, starts=starts, n_bytes=corpus.bytes_predicted(corpus.val))
    gap = gap_to_source(model, corpus.source, corpus.val, starts)
    start = torch.tensor([[corpus.tokenizer.bos_id]])
    sample = generate(model, start, 300, generator=torch.Generator().manual_seed(0))
    text = corpus.tokenizer.decode(sample[0, 1:])
    figures = {
        "parameters": f"{sum(p.numel() for p in model.parameters()):,}",
        "updates": f"{plan.steps:,}",
        "validation loss": f"{metrics.nats_per_token:.3f} nats per character",
        "perplexity": f"{metrics.perplexity:.2f} per character",
        "bits": f"{metrics.bits_per_token:.3f} per character",
        "above the exact source": f"{gap.nats_per_token:.4f} ± {gap.standard_error:.4f} nats per character",
        "torch": torch.__version__,
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    whole_lines = text[: text.rindex("\n")]
    return f"| figure | value |\n|---|---|\n{table}\n\nIt writes:\n\n```text\n{whole_lines}\n```\n"


def first_figure(model: TransformerLM, corpus: Corpus) -> Figure:
    """What the model expects after a few words: the picture on the first page."""
    prefix = "the brave d"
    ids = corpus.tokenizer.encode_with_bos(prefix)
    with torch.no_grad():
        p = model.eval()(ids[None].to(model.device))[0, -1].softmax(-1).cpu()
    best = p.topk(5).indices
    return plot.next_token_bars([corpus.tokenizer.decode([i]) for i in best], p[best], truth="o", prefix=prefix)


def main() -> None:
    """Train and write the folder; the key is written last, so an interrupted run counts as none."""
    stamp = FOLDER / "key.json"
    if stamp.exists() and json.loads(stamp.read_text())["key"] == key():
        print(f"the toy run is up to date: {FOLDER.relative_to(ROOT)}")
        return
    stamp.unlink(missing_ok=True)
    print("training the toy model for the book", flush=True)
    corpus, plan = load_corpus("toy"), TrainConfig.preset(PRESET)
    model = TransformerLM(ModelConfig.preset(PRESET, corpus.tokenizer.vocab_size))
    run = list(records.keep(train(model, corpus, plan, folder=FOLDER), FOLDER))
    looks = [record for record in run if record.val_nats_per_token is not None]
    curve = plot.training_curve(
        [record.step for record in run],
        [record.nats_per_token for record in run],
        [record.step for record in looks],
        [record.val_nats_per_token for record in looks],
        floor=corpus.source.entropy_rate,
    )
    curve.savefig(FOLDER / "curve.png", dpi=110)
    first_figure(model, corpus).savefig(FOLDER / "next_token.png", dpi=110)
    (FOLDER / "page.md").write_text(page(model, corpus, plan), encoding="utf-8")
    stamp.write_text(json.dumps({"key": key(), "plan": asdict(plan)}), encoding="utf-8")


if __name__ == "__main__":
    main()
