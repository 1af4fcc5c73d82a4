"""The tools that write the weights of the live models."""

import ast
import json
import os
from pathlib import Path

import live_toy
import live_weights
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lm import CharTokenizer, ModelConfig, TrainConfig, TransformerLM, evaluate, load_corpus
from course_lm.data import SHAKESPEARE_VARIABLE

BOOK = Path(__file__).parents[2] / "book"


@given(arrays(np.float32, (3, 5), elements=st.floats(-100, 100, width=32, allow_subnormal=False)))
def test_rounding_moves_an_entry_by_at_most_half_a_step_of_its_row(matrix):
    scales, entries = live_weights.quantized(matrix)
    moved = np.abs(live_weights.dequantized(scales, entries) - matrix)
    assert (moved <= np.abs(matrix).max(axis=1, keepdims=True) / 254 * 1.001 + 1e-37).all()


def test_what_is_read_back_is_the_rounded_model(tmp_path, monkeypatch):
    monkeypatch.setattr(live_weights, "LIVE", tmp_path)
    tokenizer = CharTokenizer.from_text("a “quoted” line\n")
    model = TransformerLM(ModelConfig(tokenizer.vocab_size, context_length=9, n_layers=2, n_heads=2, d_model=8))
    torch.nn.init.normal_(model.head, generator=torch.Generator().manual_seed(0))
    path = live_weights.write("specimen", model, tokenizer, {"steps": 0})
    found, alphabet = live_weights.read(path)
    assert path.name == "specimen_weights.js"
    assert (found.config, alphabet) == (model.config, tokenizer)
    for name, weights in live_weights.rounded(model).state_dict().items():
        assert torch.equal(found.state_dict()[name], weights)


@pytest.mark.parametrize("chapter", ["01_probability_machine", "03_cross_entropy", "04_perplexity_and_bits"])
def test_the_toy_model_of_the_page_is_that_of_the_chapter(chapter):
    cells = json.loads((BOOK / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    (cell,) = (source for source in code if "train_once(" in source and "import" not in source)
    (plan,) = (
        node.value
        for node in ast.parse(cell).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "plan"
    )
    assert eval(ast.unparse(plan), {"TrainConfig": TrainConfig}) == live_toy.PLAN
    assert f"corpus, plan, seed={live_toy.SEED})" in cell


@pytest.mark.skipif(
    not os.environ.get(SHAKESPEARE_VARIABLE), reason=f"set {SHAKESPEARE_VARIABLE} to the path of tiny Shakespeare"
)
def test_the_kept_shakespeare_model_costs_what_its_record_says_and_rounding_next_to_nothing():
    path = live_weights.LIVE / "shakespeare_weights.js"
    model, tokenizer = live_weights.read(path)
    record = live_weights.registered(path)["record"]
    corpus = load_corpus("shakespeare")
    assert tokenizer == corpus.tokenizer
    cost = evaluate(model, corpus.val).nats_per_token
    assert cost == pytest.approx(record["nats_per_character"], abs=2e-4)
    assert abs(cost - record["before_rounding"]) < 0.005
    assert path.stat().st_size < 160_000
