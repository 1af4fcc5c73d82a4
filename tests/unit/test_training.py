import math
from dataclasses import replace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from course_lm import (
    CharTokenizer,
    ModelConfig,
    NGramLM,
    TrainConfig,
    TransformerLM,
    evaluate,
    load_checkpoint,
    load_corpus,
    records,
    save_checkpoint,
    train,
)
from course_lm.evaluate import gap_to_source
from course_lm.optim import build_optimizers, learning_rate_factor

PLAN = TrainConfig(steps=12, batch_size=4, checkpoint_every=5, eval_every=4, warmup_steps=3)


@pytest.fixture
def fresh(tokenizer):
    def build(**change):
        shape = {"vocab_size": 29, "context_length": 24, "n_layers": 2, "n_heads": 2, "d_model": 16} | change
        return TransformerLM(ModelConfig(**shape), seed=1)

    return build


def losses(records):
    return [record.nats_per_token for record in records]


def weights_of(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_the_first_loss_is_ln_v_and_training_lowers_it(fresh, corpus):
    records = list(train(fresh(), corpus, replace(PLAN, steps=60)))
    assert records[0].nats_per_token == pytest.approx(math.log(29), abs=1e-5)
    assert records[-1].val_nats_per_token < 2.5
    assert [r.step for r in records] == list(range(1, 61))
    assert records[-1].n_tokens == 60 * 4 * 24


def test_training_leaves_the_callers_random_numbers_and_settings_as_they_are(fresh, corpus):
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    precision = torch.get_float32_matmul_precision()
    run = train(fresh(), corpus, PLAN)
    next(run)
    assert torch.get_float32_matmul_precision() == precision  # on a CPU
    list(run)
    assert torch.rand(1) == expected


def test_validation_is_looked_at_when_it_is_due_and_equals_the_evaluation(fresh, corpus):
    model = fresh()
    records = list(train(model, corpus, PLAN))
    assert [r.step for r in records if r.val_nats_per_token is not None] == [4, 8, 12]
    expected = evaluate(model, corpus.val, starts=corpus.starts(corpus.val)).nats_per_token
    assert records[-1].val_nats_per_token == pytest.approx(expected)


@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize("muon_lr", [0.02, 0.0])
def test_a_resumed_run_equals_one_that_never_stopped_to_the_last_bit(tmp_path, fresh, corpus, dropout, muon_lr):
    plan = replace(PLAN, muon_lr=muon_lr)
    uninterrupted = fresh(dropout=dropout)
    whole = list(train(uninterrupted, corpus, plan))
    run = train(fresh(dropout=dropout), corpus, plan, folder=tmp_path)
    for record in run:
        if record.step == 7:
            break  # killed two updates after its checkpoint
    run.close()
    torch.manual_seed(99)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint.step == 5
    rest = list(train(checkpoint.model, corpus, plan, folder=tmp_path, resume=checkpoint))
    assert losses(rest) == losses(whole[5:])
    assert torch.equal(weights_of(checkpoint.model), weights_of(uninterrupted))


def test_a_checkpoint_gives_back_what_was_saved(tmp_path, model, tokenizer, ids):
    save_checkpoint(tmp_path, model, tokenizer=tokenizer, corpus="toy", train_config=PLAN, step=3)
    checkpoint = load_checkpoint(tmp_path)
    assert torch.equal(checkpoint.model(ids), model(ids))
    assert checkpoint.model.config == model.config
    assert checkpoint.tokenizer.alphabet == tokenizer.alphabet
    assert (checkpoint.corpus, checkpoint.train_config, checkpoint.step) == ("toy", PLAN, 3)


def test_a_failed_write_keeps_the_checkpoint_before(tmp_path, model, monkeypatch):
    path = save_checkpoint(tmp_path, model, step=1)

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course_lm.checkpoint.os.fsync", no_room)
    with pytest.raises(OSError, match=r"cannot be written: No space left.*another folder"):
        save_checkpoint(tmp_path, model, step=2)
    assert load_checkpoint(tmp_path).step == 1
    assert path.exists()


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
    with pytest.raises(ValueError, match=r"must be a 'course_lm checkpoint 1' file; its format is None"):
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


def test_a_model_without_a_run_cannot_be_resumed(tmp_path, fresh, corpus):
    known = {"tokenizer": corpus.tokenizer, "text_sha256": corpus.text_sha256}
    save_checkpoint(tmp_path, fresh(), train_config=PLAN, **known)
    with pytest.raises(ValueError, match=r"must hold a run to resume; it holds a model alone"):
        next(train(fresh(), corpus, PLAN, resume=load_checkpoint(tmp_path)))


def test_the_records_that_were_kept_are_never_behind_the_checkpoint(tmp_path, fresh, corpus):
    kept = records.keep(train(fresh(), corpus, replace(PLAN, checkpoint_every=1), folder=tmp_path), tmp_path)
    for step in range(1, 6):
        next(kept)
        saved = load_checkpoint(tmp_path).step if step > 1 else 0
        assert records.read(tmp_path)[-1].step == step == saved + 1


def test_a_file_that_is_no_record_is_kept_and_named(tmp_path, fresh, corpus):
    (tmp_path / records.FILE_NAME).write_text("a diary\n")
    with pytest.raises(ValueError, match=r"is not the record of a training run"):
        next(records.keep(train(fresh(), corpus, PLAN), tmp_path))
    assert (tmp_path / records.FILE_NAME).read_text() == "a diary\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot be written: Not a directory"):
        next(records.keep(train(fresh(), corpus, PLAN), tmp_path / "file" / "run"))


def test_a_checkpoint_of_another_plan_or_tokenizer_is_refused(tmp_path, fresh, corpus):
    list(train(fresh(), corpus, PLAN, folder=tmp_path))
    checkpoint = load_checkpoint(tmp_path)
    with pytest.raises(ValueError, match=r"of the same plan and the same text"):
        next(train(checkpoint.model, corpus, replace(PLAN, steps=99), resume=checkpoint))
    other = replace(corpus, tokenizer=CharTokenizer(corpus.tokenizer.alphabet.replace("z", "é")))
    with pytest.raises(ValueError, match=r"of the same plan and the same text and tokenizer"):
        next(train(checkpoint.model, other, PLAN, resume=checkpoint))


def test_a_model_with_another_vocabulary_is_refused(fresh, corpus):
    with pytest.raises(ValueError, match=r"vocabulary of the corpus, 29 tokens; it has 30"):
        next(train(fresh(vocab_size=30), corpus, PLAN))


@pytest.mark.parametrize("name", ["abacus", "cpu:x", "cuda:99"])
def test_an_unusable_device_is_refused_with_the_usable_ones(fresh, corpus, monkeypatch, name):
    monkeypatch.setenv("COURSE_LM_DEVICE", name)
    with pytest.raises(ValueError, match=rf"must name a device of this machine.*cpu.*'{name}'"):
        next(train(fresh(), corpus, PLAN))


def test_muon_gets_the_matrices_of_the_blocks_and_adamw_the_rest(fresh):
    model = fresh()
    optimizers = build_optimizers(model, PLAN)
    sizes = {name: sum(p.numel() for g in o.param_groups for p in g["params"]) for name, o in optimizers.items()}
    assert sizes == {"muon": 2 * 12 * 16**2, "adamw": 2 * 29 * 16 + 16}
    assert list(build_optimizers(model, replace(PLAN, muon_lr=0))) == ["adamw"]


def test_the_learning_rate_climbs_stays_and_falls():
    plan = TrainConfig(steps=100, batch_size=1, warmup_steps=10, decay_fraction=0.5)
    factors = [learning_rate_factor(step, plan) for step in range(1, 101)]
    assert factors[:10] == pytest.approx([k / 10 for k in range(1, 11)])
    assert factors[10:50] == [1.0] * 40
    assert factors[50:] == pytest.approx([k / 50 for k in range(50, 0, -1)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps must be a whole number of at least 1"),
        ({"batch_size": 2.5}, "batch_size must be a whole number"),
        ({"adamw_lr": 0.0}, "adamw_lr above 0"),
        ({"decay_fraction": 1.5}, "decay_fraction must be in"),
        ({"max_grad_norm": 0}, "max_grad_norm must be positive"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        replace(PLAN, **change)


def test_the_tiny_preset_comes_within_two_hundredths_of_the_floor_and_beats_every_n_gram():
    toy = load_corpus("toy")
    model = TransformerLM(ModelConfig.preset("tiny", toy.tokenizer.vocab_size))
    list(train(model, toy, replace(TrainConfig.preset("tiny"), eval_every=0)))
    starts = toy.starts(toy.val)
    gap = gap_to_source(model, toy.source, toy.val, starts)
    assert 0 < gap.nats_per_token < 0.02
    ours = evaluate(model, toy.val, starts=starts).nats_per_token
    for order in range(1, 13):
        n_gram = NGramLM(order, toy.tokenizer.vocab_size).fit(toy.train)
        assert evaluate(n_gram, toy.val).nats_per_token > ours + 0.05
