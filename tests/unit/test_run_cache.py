import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pooch
import pytest
import torch
from filelock import FileLock

from course_lm import CharTokenizer, ModelConfig, TrainConfig, load_corpus, run_cache, run_log, train

from .fresh_process import FRESH

OS_CACHE = pooch.os_cache
SHAPE = ModelConfig(29, context_length=24, n_layers=1, n_heads=1, d_model=8)
PLAN = TrainConfig(steps=4, batch_size=2, checkpoint_every=2)
LONGER_SHAPE = ModelConfig(9, context_length=8, n_layers=1, n_heads=1, d_model=8)
LONGER = TrainConfig(steps=40, batch_size=2, checkpoint_every=10)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    return tmp_path / "course_lm" / "runs"


@pytest.fixture
def steps_made(monkeypatch):
    """The numbers of the updates that were made."""
    made = []
    original = train

    def counting(*arguments, **options):
        for record in original(*arguments, **options):
            made.append(record.step)
            yield record

    monkeypatch.setattr(run_cache, "train", counting)
    return made


def test_the_same_call_trains_once_and_gives_the_same_model_and_records(corpus, ids, steps_made):
    """To the bit: the weights themselves are kept, and they read the same rows."""
    first, first_records = run_cache.train_once(SHAPE, corpus, PLAN, seed=1)
    second, second_records = run_cache.train_once(SHAPE, corpus, PLAN, seed=1)
    assert steps_made == [1, 2, 3, 4]
    assert torch.equal(first(ids), second(ids))
    assert first_records == second_records
    assert [record.step for record in first_records] == [1, 2, 3, 4]


def test_a_kept_run_is_not_even_begun_again(corpus, monkeypatch):
    run_cache.train_once(SHAPE, corpus, PLAN)
    monkeypatch.setattr(run_cache, "train", None)
    assert run_cache.train_once(SHAPE, corpus, PLAN)[0].training


def test_another_seed_plan_or_code_is_another_run(corpus, cache, steps_made, monkeypatch):
    run_cache.train_once(SHAPE, corpus, PLAN)
    run_cache.train_once(SHAPE, corpus, PLAN, seed=1)
    run_cache.train_once(SHAPE, corpus, TrainConfig(steps=3, batch_size=2))
    monkeypatch.setattr(run_cache, "DECISIVE", ["config"])
    run_cache.train_once(SHAPE, corpus, PLAN)
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 4
    assert len(steps_made) == 4 + 4 + 3 + 4


def test_a_run_is_named_by_its_config_split_tokens_source_device_and_version_of_torch(corpus, monkeypatch):
    asked = (SHAPE, corpus, PLAN, 0)
    names = [run_cache._key(*asked), run_cache._key(replace(SHAPE, dropout=0.1), *asked[1:])]
    names += [
        run_cache._key(SHAPE, replace(corpus, **change), PLAN, 0)
        for change in (
            {"train": corpus.train[:-50]},
            {"val": corpus.val[:-50]},
            {"tokenizer": CharTokenizer(corpus.tokenizer.alphabet.replace("z", "é"))},
            {"source": None},  # then rows begin anywhere
        )
    ]
    with monkeypatch.context() as patch:
        patch.setattr(torch, "__version__", "2.9.0+other")
        names.append(run_cache._key(*asked))
    monkeypatch.setattr(run_cache, "pick_device", lambda: torch.device("cuda"))
    names.append(run_cache._key(*asked))
    assert len(set(names)) == len(names) == 8


def test_a_run_that_was_cut_off_goes_on(corpus, ids, steps_made, monkeypatch):
    whole, _ = run_cache.train_once(SHAPE, corpus, PLAN, seed=2)
    del steps_made[:]
    monkeypatch.setattr(run_cache, "DECISIVE", ["config"])
    original = run_log.keep

    def cut_off(*arguments, **options):
        for record in original(*arguments, **options):
            yield record
            if record.step == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(run_log, "keep", cut_off)
    with pytest.raises(KeyboardInterrupt):
        run_cache.train_once(SHAPE, corpus, PLAN, seed=2)
    monkeypatch.setattr(run_log, "keep", original)
    model, records = run_cache.train_once(SHAPE, corpus, PLAN, seed=2)
    assert steps_made == [1, 2, 3, 3, 4]
    assert torch.equal(model(ids), whole(ids))
    assert [record.step for record in records] == [1, 2, 3, 4]


@pytest.mark.parametrize("file", ["checkpoint.safetensors", "records.jsonl"])
@pytest.mark.parametrize(
    "damage", [lambda whole: whole[: len(whole) // 2], lambda whole: b"", lambda whole: b"x" + whole]
)
def test_a_damaged_or_short_entry_is_made_anew(file, damage, corpus, cache, ids):
    model, run = run_cache.train_once(SHAPE, corpus, PLAN, seed=3)
    (path,) = cache.glob(f"*/{file}")
    path.write_bytes(damage(path.read_bytes()))
    again, run_again = run_cache.train_once(SHAPE, corpus, PLAN, seed=3)
    assert torch.equal(model(ids), again(ids))
    assert [r.nats_per_token for r in run] == [r.nats_per_token for r in run_again]


def asks(cache: Path, text: Path, told: Path) -> None:
    """A process that asks for a run, and says what it has got."""
    pooch.os_cache = lambda name: cache / name
    torch.set_num_threads(1)
    model, run = run_cache.train_once(LONGER_SHAPE, load_corpus(text), LONGER)
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    told.write_text(repr((weights.double().sum().item(), [(r.step, r.nats_per_token) for r in run])))


@pytest.mark.parametrize("n", [3, *(pytest.param(n, marks=pytest.mark.long) for n in [2, 3, 5, 8] * 12 + [8, 8])])
def test_processes_that_ask_at_once_get_the_same_whole_run_though_one_is_killed(n, tmp_path):
    (tmp_path / "text.txt").write_text("to be or not to be,\n" * 40)
    answers = [tmp_path / f"told{i}" for i in range(n)]
    asking = [FRESH.Process(target=asks, args=(tmp_path, tmp_path / "text.txt", told)) for told in answers]
    for process in asking:
        process.start()
    while asking[-1].is_alive() and not any(
        path.stat().st_size for path in tmp_path.glob("course_lm/runs/*/records.jsonl")
    ):
        time.sleep(0.001)
    time.sleep(random.random() / 10)
    victim = random.randrange(n)
    asking[victim].kill()
    for process in asking:
        process.join(120)
    told = {path.read_text() for i, path in enumerate(answers) if i != victim}
    assert [process.exitcode for i, process in enumerate(asking) if i != victim] == [0] * (n - 1)
    assert len(told) == 1
    assert told.pop().count("), (") == LONGER.steps - 1


def test_a_process_that_waits_for_another_says_so(corpus, cache, monkeypatch, capsys):
    monkeypatch.setattr(run_cache, "PATIENCE", 0.05)
    monkeypatch.setattr(run_cache, "_key", lambda *_: "key")
    cache.mkdir(parents=True)
    held = Event()

    def trains():
        with FileLock(cache / "key.lock"):
            held.set()
            time.sleep(0.5)

    Thread(target=trains).start()
    held.wait()
    run_cache.train_once(SHAPE, corpus, PLAN)
    assert capsys.readouterr().err == "Another process trains this run; waiting until it has ended.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the variable is one of Linux, as on Colab")
def test_runs_are_kept_where_the_variable_of_the_cache_folder_says(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(pooch, "os_cache", OS_CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "drive"))
    run_cache.train_once(SHAPE, corpus, PLAN)
    assert list((tmp_path / "drive" / "course_lm" / "runs").iterdir())
