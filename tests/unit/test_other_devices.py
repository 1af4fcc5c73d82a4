"""All that can run on an accelerator runs on one, and gives what the CPU gives: shown on a card that is not there."""

import importlib
from contextlib import nullcontext
from dataclasses import replace

import pytest
import torch

from course_lm import ModelConfig, TrainConfig, TransformerLM, UniformLM, evaluate, generate, leaks_future, train
from course_lm.evaluate import gap_to_source
from course_lm.leaks import NoMaskLM

from .fake_card import CARD, FakeCard
from .rounding import LOGITS, after_training

loop = importlib.import_module("course_lm.train")  # the module, where the package has the function
PLAN = TrainConfig(steps=3, batch_size=4, eval_every=2, checkpoint_every=2)


@pytest.fixture
def card(monkeypatch):
    """The card is there, and it is where models are trained."""
    optimizer = importlib.import_module("torch.optim.optimizer")
    monkeypatch.setattr(optimizer, "_get_fused_kernels_supported_devices", lambda: ["cpu", CARD.type])
    monkeypatch.setattr(loop, "autocast", lambda device, dtype: nullcontext())  # torch has none for this type
    monkeypatch.setattr(torch, "inference_mode", torch.no_grad)  # whose tensors cannot be wrapped
    with FakeCard():
        yield CARD


@pytest.fixture
def short(corpus):
    return replace(corpus, val=corpus.val[:200])


@pytest.mark.parametrize(("muon_lr", "dropout"), [(0.02, 0.1), (0.0, 0.0)])
def test_training_on_a_card_gives_the_losses_of_the_cpu(short, card, tmp_path, monkeypatch, muon_lr, dropout):
    config, plan = (
        ModelConfig(29, 16, n_layers=2, n_heads=2, d_model=16, dropout=dropout),
        replace(PLAN, muon_lr=muon_lr),
    )
    here = list(train(TransformerLM(config), short, plan))
    monkeypatch.setattr(loop, "pick_device", lambda: card)
    model = TransformerLM(config)
    there = list(train(model, short, plan, folder=tmp_path))
    assert model.device == card
    apart = after_training(plan.steps, muon=muon_lr > 0)
    for ours, theirs in zip(here, there, strict=True):
        assert ours.nats_per_token == pytest.approx(theirs.nats_per_token, abs=apart)
        assert ours.val_nats_per_token == pytest.approx(theirs.val_nats_per_token, abs=apart)


def test_a_text_costs_the_same_on_a_card(short, card, model, toy):
    starts = short.starts(short.val)
    here = evaluate(model, short.val).nats_per_token, gap_to_source(model, toy, short.val, starts).nats_per_token
    model.to(card)
    there = evaluate(model, short.val.to(card)).nats_per_token, gap_to_source(model, toy, short.val, starts)
    assert here == pytest.approx((there[0], there[1].nats_per_token), abs=LOGITS)


@pytest.mark.parametrize("options", [{}, {"temperature": 0}, {"top_k": 3, "top_p": 0.9}])
def test_a_card_writes_what_the_cpu_writes(card, model, toy, options):
    row = toy.tokenizer.encode("\nthe brave dog")[None]
    for writer in (model.double(), toy):
        here, there = (
            generate(moved, row, 12 if writer is model else 3, generator=torch.Generator().manual_seed(1), **options)
            for moved in (writer, writer.to(card) if writer is model else writer)
        )
        assert here.tolist() == there.tolist()


def test_a_source_answers_where_it_is_asked(card, toy):
    row = toy.tokenizer.encode("\nthe brave dog")[None]
    logits = toy(row.to(card))
    assert logits.device == card
    torch.testing.assert_close(logits.cpu(), toy(row))
    assert UniformLM(29)(row.to(card)).device == card


def test_ids_on_a_card_become_text(card, any_tokenizer):
    ids = any_tokenizer.encode("hello\n")
    assert any_tokenizer.decode(ids.to(card)) == "hello\n"


def test_leaks_are_found_on_a_card(card, model, ids):
    peeks = NoMaskLM(model.config)
    peeks.load_state_dict(model.state_dict())
    here = leaks_future(peeks, ids)
    assert leaks_future(model.to(card), ids) is None
    there = leaks_future(peeks.to(card), ids)
    assert (here.row, here.position, here.cut) == (there.row, there.position, there.cut)
    assert here.change == pytest.approx(there.change, abs=2 * LOGITS)  # a difference of two logits


def test_the_card_refuses_what_lies_on_two_devices(card):
    with pytest.raises(RuntimeError, match=r"tensors on two devices"):
        torch.ones(2).to(card) + torch.ones(2)
