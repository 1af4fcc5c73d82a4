"""A run on disk: all of it comes back, and what is not whole is refused."""

import math
import tempfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file
from torch.amp.grad_scaler import GradScaler

from course_lm import (
    BPETokenizer,
    ByteTokenizer,
    CharTokenizer,
    ModelConfig,
    TrainConfig,
    TransformerLM,
    cross_entropy,
    load_checkpoint,
    save_checkpoint,
)
from course_lm.optim import build_optimizers, update

WHOLE = st.integers(0, 10**6)
POSITIVE = st.floats(1e-9, 1e3)


@st.composite
def tokenizers(draw):
    text = draw(st.text(min_size=1, max_size=20))
    return draw(
        st.sampled_from([CharTokenizer.from_text(text), ByteTokenizer(), BPETokenizer.train(text * 2, 260), None])
    )


@st.composite
def shapes(draw, vocab_size):
    heads, width = draw(st.integers(1, 3)), 2 * draw(st.integers(1, 3))
    sizes = {"n_layers": draw(st.integers(1, 2)), "n_heads": heads, "d_model": heads * width}
    context_length = draw(st.integers(1, 9))
    return ModelConfig(vocab_size, context_length, **sizes, dropout=draw(st.sampled_from([0.0, 0.1, 1 / 3])))


PLANS = st.builds(
    TrainConfig,
    steps=st.integers(1, 10**6),
    batch_size=st.integers(1, 10**4),
    muon_lr=st.sampled_from([0, 0.025, 1 / 3]),
    adamw_lr=POSITIVE,
    warmup_steps=WHOLE,
    decay_fraction=st.floats(0, 1),
    max_grad_norm=st.one_of(POSITIVE, st.just(math.inf)),
    eval_every=WHOLE,
    checkpoint_every=st.integers(1, 10**6),
    seed=st.integers(0, 2**63 - 1),
    precision=st.sampled_from(["auto", "float32", "bfloat16", "float16"]),
    compile=st.booleans(),
)


@settings(max_examples=30)
@given(tokenizers(), PLANS, WHOLE, st.sampled_from([None, "toy", " ä\n"]), st.data())
def test_what_is_loaded_equals_what_was_saved(tokenizer, plan, step, corpus, data):
    model = TransformerLM(data.draw(shapes(7 if tokenizer is None else tokenizer.vocab_size)), seed=step)
    with tempfile.TemporaryDirectory() as folder:
        told = {"tokenizer": tokenizer, "corpus": corpus, "corpus_sha256": corpus, "plan": plan, "step": step}
        save_checkpoint(folder, model, **told)
        found = load_checkpoint(folder)
    assert {name: getattr(found, name) for name in told} == told
    assert type(found.tokenizer) is type(tokenizer)
    assert found.model.config == model.config
    assert found.state == {}
    weights, again = model.state_dict(), found.model.state_dict()
    assert weights.keys() == again.keys()
    assert all(torch.equal(weights[name], again[name]) for name in weights)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_weights_keep_their_type(tmp_path, model, ids, dtype):
    model.to(dtype)
    save_checkpoint(tmp_path, model)
    again = load_checkpoint(tmp_path).model
    assert again.head.dtype == dtype
    assert torch.equal(again.eval()(ids), model(ids))


def one_update(model, optimizers, scaler, step, plan):
    ids = torch.randint(model.vocab_size, (2, model.context_length), generator=torch.Generator().manual_seed(step))
    scaler.scale(cross_entropy(model(ids), ids)).backward()
    update(optimizers, scaler, step, plan)


def state_of(optimizers, generator, scaler):
    moments = {
        (name, number, field): value.tolist()
        for name, optimizer in optimizers.items()
        for number, fields in optimizer.state_dict()["state"].items()
        for field, value in fields.items()
    }
    return moments, generator.get_state().tolist(), scaler.state_dict()


@settings(max_examples=20)
@given(st.integers(1, 3), st.sampled_from([0, 0.025]), st.booleans(), st.data())
def test_a_run_that_is_restored_stands_where_it_was_and_goes_on_in_the_same_way(n_updates, muon_lr, scaled, data):
    def parts(model):
        scaler = GradScaler("cpu", init_scale=2.0**10, growth_interval=2, enabled=scaled)
        return build_optimizers(model, plan), torch.Generator().manual_seed(8), scaler

    plan = TrainConfig(steps=9, batch_size=2, muon_lr=muon_lr)
    model = TransformerLM(data.draw(shapes(vocab_size=5))).eval()
    optimizers, generator, scaler = parts(model)
    for step in range(1, n_updates + 1):
        one_update(model, optimizers, scaler, step, plan)
        torch.rand(3, generator=generator)
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(folder, model, optimizers=optimizers, generator=generator, scaler=scaler, plan=plan)
        found = load_checkpoint(folder)
    fresh = parts(found.model.eval())
    found.restore(*fresh)
    assert state_of(*fresh) == state_of(optimizers, generator, scaler)
    one_update(model, optimizers, scaler, n_updates + 1, plan)
    one_update(found.model, fresh[0], fresh[2], n_updates + 1, plan)
    pairs = zip(model.parameters(), found.model.parameters(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs)  # the same kernels moved the same weights


def test_a_failed_write_keeps_the_checkpoint_before(tmp_path, model, monkeypatch):
    path = save_checkpoint(tmp_path, model, step=1)

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course_lm._files.os.fsync", no_room)
    with pytest.raises(OSError, match=r"cannot be written: No space left.*another folder"):
        save_checkpoint(tmp_path, model, step=2)
    assert load_checkpoint(tmp_path).step == 1
    assert path.exists()


def test_a_folder_that_is_a_file_is_refused_and_stays(tmp_path, model):
    (tmp_path / "notes").write_text("mine")
    for folder in (tmp_path / "notes", tmp_path / "notes" / "run"):
        with pytest.raises(OSError, match=r"the checkpoint .* cannot be written: (File exists|Not a directory)"):
            save_checkpoint(folder, model)
    assert (tmp_path / "notes").read_text() == "mine"
    with pytest.raises(FileNotFoundError, match="no checkpoint in"):
        load_checkpoint(tmp_path / "notes")


def test_truncated_and_foreign_checkpoints_are_refused_in_a_sentence(tmp_path, model):
    with pytest.raises(FileNotFoundError, match=r"no checkpoint in .*checkpoint\.safetensors"):
        load_checkpoint(tmp_path)
    path = save_checkpoint(tmp_path, model)
    whole = path.read_bytes()
    for size in (0, 5, 200, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"is damaged or is not a safetensors file"):
            load_checkpoint(tmp_path)
    save_file({"weight": torch.zeros(2)}, path)
    with pytest.raises(ValueError, match=r"must be a 'course_lm checkpoint 2' file; its format is None"):
        load_checkpoint(tmp_path)


def test_contents_that_do_not_match_their_checksum_are_refused(tmp_path, model):
    path = save_checkpoint(tmp_path, model)
    whole = bytearray(path.read_bytes())
    for place in range(len(whole) // 2, len(whole), len(whole) // 20):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"is damaged: its contents do not match their checksum"):
            load_checkpoint(tmp_path)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    save_file(model.state_dict() | {"more": torch.zeros(1)}, path, metadata)
    with pytest.raises(ValueError, match=r"is damaged"):
        load_checkpoint(tmp_path)
