import importlib
import math
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
import torch
from torch.amp.grad_scaler import GradScaler

from course_lm import (
    CharTokenizer,
    ModelConfig,
    NGramLM,
    TrainConfig,
    TransformerLM,
    cross_entropy,
    evaluate,
    load_checkpoint,
    load_corpus,
    run_log,
    save_checkpoint,
    train,
)
from course_lm.data import even_batches
from course_lm.distributed import Processes
from course_lm.evaluate import gap_to_source
from course_lm.optim import Muon, build_optimizers, learning_rate_factor, orthogonal, update

loop = importlib.import_module("course_lm.train")  # the module, where the package has the function
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
    assert 0 < records[0].seconds < records[-1].seconds < 600


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_training_leaves_the_callers_random_numbers_and_settings_as_they_are(fresh, corpus, dropout):
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    precision = torch.get_float32_matmul_precision()
    run = train(fresh(dropout=dropout), corpus, PLAN)
    next(run)
    assert torch.get_float32_matmul_precision() == precision  # on a CPU
    list(run)
    assert torch.rand(1) == expected


def test_a_model_in_evaluation_mode_drops_out_in_training_all_the_same(fresh, corpus):
    plan = replace(PLAN, steps=3)
    assert losses(train(fresh(dropout=0.5).eval(), corpus, plan)) == losses(train(fresh(dropout=0.5), corpus, plan))


def test_on_a_cpu_a_plan_to_compile_is_like_any_other(fresh, corpus, monkeypatch):
    monkeypatch.setattr(torch, "compile", None)
    plan = replace(PLAN, steps=3)
    assert losses(train(fresh(), corpus, replace(plan, compile=True))) == losses(train(fresh(), corpus, plan))


def test_every_row_begins_where_the_corpus_lets_one_begin(fresh, corpus):
    """At line breaks where the source is known, anywhere where it is not."""
    for text, only_line_breaks in ((corpus, True), (replace(corpus, source=None), False)):
        model = fresh()
        rows: list[torch.Tensor] = []
        model.register_forward_pre_hook(lambda _, inputs, rows=rows: rows.append(inputs[0]))
        list(train(model, text, replace(PLAN, steps=5, eval_every=0)))
        assert all((x[:, 0] == corpus.tokenizer.bos_id).all() for x in rows[:5]) == only_line_breaks


def test_every_seed_update_and_process_drops_out_in_its_own_way():
    chosen = [(seed, step, rank) for seed in (0, 1, 2**63 - 1) for step in range(1, 30) for rank in range(30)]
    seeds = {loop._dropout_seed(seed, step, Processes(rank, 30)) for seed, step, rank in chosen}
    assert len(seeds) == len(chosen)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_validation_is_looked_at_when_it_is_due_and_equals_the_evaluation(fresh, corpus):
    model = fresh()
    records = list(train(model, corpus, PLAN))
    assert [r.step for r in records if r.val_nats_per_token is not None] == [4, 8, 12]
    expected = evaluate(model, corpus.val, starts=corpus.starts(corpus.val)).nats_per_token
    assert records[-1].val_nats_per_token == pytest.approx(expected)


@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize(("muon_lr", "rows"), [(0.02, "random"), (0.0, "random"), (0.02, "even")])
def test_a_resumed_run_equals_one_that_never_stopped_to_the_last_bit(tmp_path, fresh, corpus, dropout, muon_lr, rows):
    """The same kernels see the same batches and weights, in one process: nothing may round in another way."""
    plan = replace(PLAN, muon_lr=muon_lr, rows=rows)
    uninterrupted = fresh(dropout=dropout)
    whole = list(train(uninterrupted, corpus, plan))
    run = train(fresh(dropout=dropout), corpus, plan, folder=tmp_path)
    for record in run:
        if record.step == 7:
            break  # killed two updates after its checkpoint
    assert isinstance(run, Generator)
    run.close()
    torch.manual_seed(99)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint.step == 5
    rest = list(train(checkpoint.model, corpus, plan, folder=tmp_path, resume=checkpoint))
    assert losses(rest) == losses(whole[5:])
    assert torch.equal(weights_of(checkpoint.model), weights_of(uninterrupted))


def test_the_plan_says_how_rows_are_chosen(fresh, corpus, monkeypatch):
    seen = []

    def recorded(logits, y):
        seen.append(y)
        return cross_entropy(logits, y)

    monkeypatch.setattr(loop, "cross_entropy", recorded)
    list(train(fresh(), replace(corpus, source=None), replace(PLAN, rows="even", seed=3)))
    expected = even_batches(corpus.train, 4, 24, seed=3)
    assert all(torch.equal(y, next(expected)[1]) for y in seen[: PLAN.steps])


def follow(model, run):
    """The weights after every update of a run."""
    return [weights_of(model) for _ in run]


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_products_in_half_precision_train_float32_weights_and_resume_to_the_last_bit(
    tmp_path, fresh, corpus, precision
):
    plan = replace(PLAN, steps=60, precision=precision, checkpoint_every=25)
    exact = list(train(fresh(), corpus, replace(plan, precision="float32")))
    model = fresh()
    whole = []
    for record in train(model, corpus, plan, folder=tmp_path):
        whole.append(record)
        if record.step == 27:
            checkpoint = load_checkpoint(tmp_path)
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert losses(whole) != losses(exact)
    assert whole[-1].val_nats_per_token == pytest.approx(exact[-1].val_nats_per_token, abs=0.1)
    assert ("scaler" in checkpoint.state) == (precision == "float16")
    rest = list(train(checkpoint.model, corpus, plan, resume=checkpoint))
    assert losses(rest) == losses(whole[25:])
    assert torch.equal(weights_of(checkpoint.model), weights_of(model))


@pytest.mark.parametrize("overflowed", ["head", "blocks.0.up"])
@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_an_update_whose_gradients_overflow_in_float16_is_left_out_by_every_optimizer(fresh, corpus, overflowed, value):
    """One weight of AdamW or of Muon is enough; the next update follows with half the scale."""
    model, n_backward = fresh(), 0

    def overflow(gradient):
        nonlocal n_backward
        n_backward += 1
        return gradient * value if n_backward == 4 else gradient

    model.get_parameter(overflowed).register_hook(overflow)
    weights = follow(model, train(model, corpus, replace(PLAN, precision="float16")))
    moved = [not torch.equal(after, before) for before, after in pairwise(weights)]
    assert moved == [True, True, False] + [True] * 8
    assert all(w.isfinite().all() for w in weights)


def test_a_scale_under_which_gradients_overflow_is_halved_until_they_do_not(fresh, corpus, monkeypatch):
    monkeypatch.setattr(loop, "GradScaler", partial(GradScaler, init_scale=2.0**28))
    model = fresh()
    start = weights_of(model)
    moved = [not torch.equal(w, start) for w in follow(model, train(model, corpus, replace(PLAN, precision="float16")))]
    assert moved == sorted(moved)
    assert (moved[0], moved[-1]) == (False, True)


def test_records_that_come_together_are_those_that_come_one_by_one(fresh, corpus, monkeypatch):
    """As on a GPU: a group ends when it is full, or with a look at the validation split, a checkpoint or the run."""
    one_by_one = list(train(fresh(), corpus, PLAN))
    monkeypatch.setattr(loop, "_records_at_once", lambda device: 3)
    model, n_read = fresh(), 0

    def count(module, *_):
        nonlocal n_read
        n_read += module.training

    model.register_forward_hook(count)
    together, made = [], []
    for record in train(model, corpus, PLAN):
        together.append(record)
        made.append(n_read)
    assert made == [3, 3, 3, 4, 5, 8, 8, 8, 10, 10, 12, 12]
    assert [replace(r, seconds=0) for r in together] == [replace(r, seconds=0) for r in one_by_one]


def test_a_gpu_gives_ten_records_at_once_and_a_cpu_each_when_it_is_made():
    assert [loop._records_at_once(torch.device(kind)) for kind in ("cpu", "cuda", "mps")] == [1, 10, 10]


@pytest.mark.parametrize("at_once", [1, 2, 3, 10])
def test_every_checkpoint_is_written_when_the_records_of_its_updates_are_kept(
    tmp_path, fresh, corpus, monkeypatch, at_once
):
    seen = []

    def saving(folder, *arguments, step, **options):
        seen.append((step, [record.step for record in run_log.read(folder)]))
        return save_checkpoint(folder, *arguments, step=step, **options)

    monkeypatch.setattr(loop, "_records_at_once", lambda device: at_once)
    monkeypatch.setattr(loop, "save_checkpoint", saving)
    list(run_log.keep(train(fresh(), corpus, PLAN, folder=tmp_path), tmp_path))
    assert seen == [(step, list(range(1, step + 1))) for step in (5, 10, 12)]


def test_a_model_without_a_run_cannot_be_resumed(tmp_path, fresh, corpus):
    known = {"tokenizer": corpus.tokenizer, "corpus_sha256": corpus.sha256}
    save_checkpoint(tmp_path, fresh(), plan=PLAN, **known)
    checkpoint = load_checkpoint(tmp_path)
    with pytest.raises(ValueError, match=r"must hold a run to resume; it holds a model alone"):
        next(train(checkpoint.model, corpus, PLAN, resume=checkpoint))


def test_the_records_that_were_kept_are_never_behind_the_checkpoint(tmp_path, fresh, corpus):
    kept = run_log.keep(train(fresh(), corpus, replace(PLAN, checkpoint_every=1), folder=tmp_path), tmp_path)
    for step in range(1, 6):
        next(kept)
        saved = load_checkpoint(tmp_path).step if step > 1 else 0
        assert run_log.read(tmp_path)[-1].step == step == saved + 1


def test_a_file_that_is_no_record_is_kept_and_named(tmp_path, fresh, corpus):
    (tmp_path / run_log.FILE_NAME).write_text("a diary\n")
    with pytest.raises(ValueError, match=r"is not the record of a training run"):
        next(run_log.keep(train(fresh(), corpus, PLAN), tmp_path))
    assert (tmp_path / run_log.FILE_NAME).read_text() == "a diary\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot be written: Not a directory"):
        next(run_log.keep(train(fresh(), corpus, PLAN), tmp_path / "file" / "run"))


def test_a_checkpoint_of_another_plan_text_split_or_tokenizer_is_refused(tmp_path, fresh, corpus):
    list(train(fresh(), corpus, PLAN, folder=tmp_path))
    checkpoint = load_checkpoint(tmp_path)
    others = {
        "plan": (corpus, replace(PLAN, steps=99)),
        "text": (replace(corpus, train=corpus.train.flip(0)), PLAN),
        "split": (replace(corpus, train=corpus.train[:-50]), PLAN),
        "validation": (replace(corpus, val=corpus.val[:-50]), PLAN),
        "starts": (replace(corpus, source=None), PLAN),
        "tokenizer": (replace(corpus, tokenizer=CharTokenizer(corpus.tokenizer.alphabet.replace("z", "é"))), PLAN),
    }
    for other, plan in others.values():
        with pytest.raises(ValueError, match=r"of the same plan, text, split and tokenizer"):
            train(checkpoint.model, other, plan, resume=checkpoint)


def test_another_model_than_the_one_of_the_checkpoint_is_refused(tmp_path, fresh, corpus):
    """One of the same shape would go on from weights that the moments of the optimizers do not fit."""
    list(train(fresh(), corpus, PLAN, folder=tmp_path))
    for model in (fresh(), fresh(n_layers=1)):
        with pytest.raises(ValueError, match=r"model must be that of the checkpoint.*Give resume\.model"):
            train(model, corpus, PLAN, resume=load_checkpoint(tmp_path))


def test_a_run_that_had_ended_makes_no_update_when_it_is_resumed(tmp_path, fresh, corpus):
    list(train(fresh(), corpus, PLAN, folder=tmp_path))
    checkpoint = load_checkpoint(tmp_path)
    before = weights_of(checkpoint.model)
    assert list(train(checkpoint.model, corpus, PLAN, folder=tmp_path, resume=checkpoint)) == []
    assert torch.equal(weights_of(checkpoint.model), before)


def test_a_model_with_another_vocabulary_is_refused(fresh, corpus):
    with pytest.raises(ValueError, match=r"vocabulary of the corpus, 29 tokens; it has 30"):
        train(fresh(vocab_size=30), corpus, PLAN)


@pytest.mark.parametrize("name", ["abacus", "cpu:x", "cuda:99"])
def test_an_unusable_device_is_refused_with_the_usable_ones(fresh, corpus, monkeypatch, name):
    monkeypatch.setenv("COURSE_LM_DEVICE", name)
    with pytest.raises(ValueError, match=rf"must name a device of this machine.*cpu.*'{name}'"):
        train(fresh(), corpus, PLAN)


def test_muon_gets_the_matrices_of_the_blocks_and_adamw_the_rest(fresh):
    model = fresh()
    optimizers = build_optimizers(model, PLAN)
    sizes = {name: sum(p.numel() for g in o.param_groups for p in g["params"]) for name, o in optimizers.items()}
    assert sizes == {"muon": 2 * 12 * 16**2, "adamw": 2 * 29 * 16 + 16}
    assert list(build_optimizers(model, replace(PLAN, muon_lr=0))) == ["adamw"]


@pytest.mark.parametrize("shapes", [[(8, 8), (16, 8), (8, 8)], [(8, 32), (3, 5), (8, 32), (16, 8)]])
def test_muon_moves_matrices_as_the_one_of_torch_does(shapes):
    """In bfloat16 a product may round in another way where a processor multiplies several matrices at once."""
    ours, theirs = ([torch.nn.Parameter(torch.ones(shape)) for shape in shapes] for _ in range(2))
    optimizers = Muon(ours, 0.02, 0.9), torch.optim.Muon(theirs, 0.02, momentum=0.9, weight_decay=0.0)
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=generator)
            other.grad = one.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for one, other in zip(ours, theirs, strict=True):
        assert (one - 1).abs().mean() > 0.005
        assert one.detach() == pytest.approx(other.detach(), abs=1e-3)


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 5, 20), (2, 20, 5)])
def test_every_direction_of_an_orthogonal_matrix_is_stretched_about_as_much(shape):
    G = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    U, _, Vh = torch.linalg.svd(G, full_matrices=False)
    stretch = U.mT @ orthogonal(G).float() @ Vh.mT  # along the directions of G
    size = stretch.shape[-1]
    assert stretch[:, ~torch.eye(size, dtype=torch.bool)].abs().max() < 0.03  # none is turned into another
    assert stretch.diagonal(dim1=1, dim2=2).min() > 0.6
    assert stretch.diagonal(dim1=1, dim2=2).max() < 1.25


def test_weights_whose_gradients_are_0_stay_where_they_are(fresh):
    """No optimizer pulls weights towards 0."""
    model = fresh()
    before = weights_of(model)
    for weight in model.parameters():
        weight.grad = torch.zeros_like(weight)
    update(build_optimizers(model, PLAN), GradScaler("cpu", enabled=False), 3, PLAN)
    assert torch.equal(weights_of(model), before)


@pytest.mark.parametrize("longest", [0.5, 12.9, 13.1, math.inf])
def test_gradients_are_shortened_together_and_every_optimizer_moves_at_its_own_rate(longest):
    """Plain descent moves a weight by its rate times its gradient. The length of the two gradients is 13."""
    plan = replace(PLAN, max_grad_norm=longest)
    weights = {name: torch.nn.Parameter(torch.zeros(1)) for name in ("adamw", "muon")}
    optimizers = {name: torch.optim.SGD([weight], lr=1.0) for name, weight in weights.items()}
    (5 * weights["adamw"] + 12 * weights["muon"]).sum().backward()
    update(optimizers, GradScaler("cpu", enabled=False), 2, plan)
    share = min(1, longest / 13) * 2 / 3  # the second of three updates over which the rates climb
    moves = [-5 * share * plan.adamw_lr, -12 * share * plan.muon_lr]
    assert [weight.item() for weight in weights.values()] == pytest.approx(moves)
    assert all(weight.grad is None for weight in weights.values())


def test_the_learning_rate_climbs_stays_and_falls():
    plan = TrainConfig(steps=100, batch_size=1, warmup_steps=10, decay_fraction=0.5)
    factors = [learning_rate_factor(step, plan) for step in range(1, 101)]
    assert factors[:10] == pytest.approx([k / 10 for k in range(1, 11)])
    assert factors[10:50] == [1.0] * 40
    assert factors[50:] == pytest.approx([k / 50 for k in range(50, 0, -1)])
    constant = replace(plan, warmup_steps=0, decay_fraction=0)
    assert [learning_rate_factor(step, constant) for step in range(1, 101)] == [1.0] * 100


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": 0}, "steps must be a whole number of at least 1"),
        ({"batch_size": 2.5}, "batch_size must be a whole number"),
        ({"adamw_lr": 0.0}, "adamw_lr above 0"),
        ({"decay_fraction": 1.5}, "decay_fraction must be in"),
        ({"max_grad_norm": 0}, "max_grad_norm must be positive"),
        ({"max_grad_norm": math.nan}, "max_grad_norm must be positive; got nan"),
        ({"muon_lr": -0.1}, "muon_lr must be at least 0"),
        ({"muon_lr": math.nan}, "muon_lr must be at least 0.*muon_lr=nan"),
        ({"warmup_steps": -1}, "warmup_steps must be a whole number of at least 0; got -1"),
        ({"eval_every": -1}, "eval_every must be a whole number of at least 0"),
        ({"checkpoint_every": 0}, "checkpoint_every must be a whole number of at least 1"),
        ({"seed": 2**63}, r"seed must be below 2\*\*63"),
        ({"rows": "all"}, "rows must be one of random, even; got 'all'"),
        ({"precision": "int8"}, "precision must be one of auto, float32, bfloat16, float16; got 'int8'"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        replace(PLAN, **change)


@pytest.mark.long
def test_the_tiny_preset_comes_within_two_hundredths_of_the_floor_and_beats_n_grams_of_every_length():
    toy = load_corpus("toy")
    model = TransformerLM(ModelConfig.preset("tiny", toy.tokenizer.vocab_size))
    list(train(model, toy, replace(TrainConfig.preset("tiny"), eval_every=0)))
    starts = toy.starts(toy.val)
    assert toy.source
    assert starts is not None
    gap = gap_to_source(model, toy.source, toy.val, starts)
    assert 0 < gap.nats_per_token < 0.02
    ours = evaluate(model, toy.val, starts=starts).nats_per_token
    for order in (1, 2, 4, 8, 12):  # their losses fall in this order
        n_gram = NGramLM(order, toy.tokenizer.vocab_size).fit(toy.train)
        assert evaluate(n_gram, toy.val).nats_per_token > ours + 0.05
