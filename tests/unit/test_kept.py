import sys

import pooch
import pytest
import torch

from course_lm import ModelConfig, TrainConfig, kept

OS_CACHE = pooch.os_cache
SHAPE = ModelConfig(29, context_length=24, n_layers=1, n_heads=1, d_model=8)
PLAN = TrainConfig(steps=4, batch_size=2, checkpoint_every=2)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(kept.pooch, "os_cache", lambda name: tmp_path / name)
    return tmp_path / "course_lm" / "runs"


@pytest.fixture
def steps_made(monkeypatch):
    """The numbers of the updates that were made."""
    made = []
    original = kept.train

    def counting(*arguments, **options):
        for record in original(*arguments, **options):
            made.append(record.step)
            yield record

    monkeypatch.setattr(kept, "train", counting)
    return made


def test_the_same_call_trains_once_and_gives_the_same_model_and_records(corpus, ids, steps_made):
    first, first_records = kept.train_once(SHAPE, corpus, PLAN, seed=1)
    second, second_records = kept.train_once(SHAPE, corpus, PLAN, seed=1)
    assert steps_made == [1, 2, 3, 4]
    assert torch.equal(first(ids), second(ids))
    assert first_records == second_records
    assert [record.step for record in first_records] == [1, 2, 3, 4]


def test_another_seed_plan_or_code_is_another_run(corpus, cache, steps_made, monkeypatch):
    kept.train_once(SHAPE, corpus, PLAN)
    kept.train_once(SHAPE, corpus, PLAN, seed=1)
    kept.train_once(SHAPE, corpus, TrainConfig(steps=3, batch_size=2))
    monkeypatch.setattr(kept, "DECISIVE", ["config"])
    kept.train_once(SHAPE, corpus, PLAN)
    assert len(list(cache.iterdir())) == 4
    assert len(steps_made) == 4 + 4 + 3 + 4


def test_a_run_that_was_cut_off_goes_on(corpus, ids, steps_made, monkeypatch):
    whole, _ = kept.train_once(SHAPE, corpus, PLAN, seed=2)
    del steps_made[:]
    monkeypatch.setattr(kept, "DECISIVE", ["config"])
    original = kept.records.keep

    def cut_off(*arguments, **options):
        for record in original(*arguments, **options):
            yield record
            if record.step == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(kept.records, "keep", cut_off)
    with pytest.raises(KeyboardInterrupt):
        kept.train_once(SHAPE, corpus, PLAN, seed=2)
    monkeypatch.setattr(kept.records, "keep", original)
    model, records = kept.train_once(SHAPE, corpus, PLAN, seed=2)
    assert steps_made == [1, 2, 3, 3, 4]
    assert torch.equal(model(ids), whole(ids))
    assert [record.step for record in records] == [1, 2, 3, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is one of Linux, as on Colab")
def test_runs_are_kept_where_the_variable_of_the_cache_folder_says(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(kept.pooch, "os_cache", OS_CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "drive"))
    kept.train_once(SHAPE, corpus, PLAN)
    assert list((tmp_path / "drive" / "course_lm" / "runs").iterdir())
