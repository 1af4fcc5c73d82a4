"""Train the toy model for the book, unless this machine keeps a run of the same configuration and code.

    python book/_tools/toy_run.py

Writes the folder `runs/toy`: the curve, the figure on the first page, and the page of numbers that the book includes.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

from course_lm import (
    ModelConfig,
    StepRecord,
    ToyEnglish,
    TrainConfig,
    TransformerLM,
    evaluate,
    generate,
    load_corpus,
    plot,
)
from course_lm.data import Corpus, line_starts
from course_lm.evaluate import gap_to_source
from course_lm.plot.figure import Plot
from course_lm.run_cache import train_once

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "runs" / "toy"
PRESET = "tiny"


def page(model: TransformerLM, corpus: Corpus, plan: TrainConfig) -> str:
    """What the run reached, in Markdown."""
    starts = line_starts(corpus.val, corpus.tokenizer.bos_id)
    metrics = evaluate(model, corpus.val, starts=starts, n_bytes=corpus.bytes_predicted(corpus.val))
    gap = gap_to_source(model, ToyEnglish(), corpus.val, starts)
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


def first_figure(model: TransformerLM, corpus: Corpus) -> Plot:
    """What the model expects after a few words: the picture on the first page."""
    prefix = "the brave d"
    ids = corpus.tokenizer.encode_with_bos(prefix)
    with torch.no_grad():
        p = model.eval()(ids[None].to(model.device))[0, -1].softmax(-1).cpu()
    best = p.topk(5).indices
    return plot.next_token_bars([corpus.tokenizer.decode([i]) for i in best], p[best], truth="o", prefix=prefix)


def curve(run: list[StepRecord], floor: float) -> Plot:
    """The losses of the run."""
    looks = {record.step: loss for record in run if (loss := record.val_nats_per_token) is not None}
    return plot.training_curve(
        [record.step for record in run],
        [record.nats_per_token for record in run],
        [*looks],
        [*looks.values()],
        {"exact source": floor},
    )


def main() -> None:
    """Train, or find the run that is kept, and write the folder."""
    print("the toy run for the book: trained once, then kept", flush=True)
    corpus, plan = load_corpus("toy"), TrainConfig.preset(PRESET)
    model, run = train_once(ModelConfig.preset(PRESET, corpus.tokenizer.vocab_size), corpus, plan)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, figure in {
        "curve": curve(run, ToyEnglish().entropy_rate),
        "next_token": first_figure(model, corpus),
    }.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(figure.to_store()), encoding="utf-8")
    (FOLDER / "page.md").write_text(page(model, corpus, plan), encoding="utf-8")


if __name__ == "__main__":
    main()
