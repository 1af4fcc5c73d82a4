"""The scripts that measure, at sizes that only show that they work."""

import importlib
import json
import math
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from course_lm import ModelConfig, TransformerLM, evaluate, load_pretrained
from course_lm.evaluate import token_nats
from course_lm.grading.batch import Plan
from course_lm.grading.question import all_questions

from .pretrained_folders import CONTEXT

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.long
def test_the_benchmark_for_a_gpu_runs_on_a_cpu_and_keeps_its_records(tmp_path, corpus_file):
    options = ["--corpus", corpus_file, "--preset", "tiny", "--steps", "20", "--target", "9"]
    command = [sys.executable, BENCHMARKS / "gpu.py", *options, "--json", tmp_path / "records.json"]
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    records = json.loads((tmp_path / "records.json").read_text())
    (run,) = records["runs"]
    assert run["updates"] == 20
    assert [updates for updates, _, _ in run["curve"]] == [10, 20]
    assert run["seconds_to_target"] == run["curve"][0][1] < run["seconds"]
    assert run["nats_per_token"] == run["curve"][-1][2] < 3
    assert 0 < run["share_of_peak"] < 1
    assert records["machine"]["peak_teraflops"] > 0


def test_the_operations_of_a_token_are_those_counted_by_hand(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    gpu = importlib.import_module("gpu")
    model = TransformerLM(ModelConfig(vocab_size=5, context_length=8, n_layers=2, n_heads=1, d_model=4))
    weights = 2 * 12 * 4 * 4 + 5 * 4  # two blocks and the head; the embedding only looks up
    assert gpu.operations_per_token(model) == 6 * weights + 6 * 2 * 4 * 8


@pytest.fixture
def pretrained_record(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("pretrained_record")
    own = {"English": module.ENGLISH, "Python": module.CODE, "German": module.GERMAN}
    monkeypatch.setattr(module, "texts", lambda: own)
    return module


@pytest.mark.long
def test_the_record_of_pretrained_models_is_what_the_evaluation_says(
    pretrained_record, pretrained_folder, tmp_path, monkeypatch, capsys
):
    folder, out = pretrained_folder("gpt2"), tmp_path / "record.json"
    words = ["pretrained_record", "a machine", "--models", folder, "--context-length", 2 * CONTEXT]
    monkeypatch.setattr(sys, "argv", [*map(str, words), "--out", str(out)])
    capsys.readouterr()
    pretrained_record.main()
    printed = capsys.readouterr()
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record["machine"] == "a machine"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["made"])
    (model,) = record["models"]
    assert (model["name"], model["context_length"]) == ("gpt2", CONTEXT)
    assert printed.err == ""
    assert len(printed.out.splitlines()) == 2 + len(model["texts"])

    lm, tokenizer = load_pretrained(folder)
    for text, (name, costs) in zip(pretrained_record.texts().values(), model["texts"].items(), strict=True):
        ids, n_bytes = tokenizer.encode_with_bos(text), len(text.encode())
        assert (costs["n_bytes"], costs["n_tokens"], costs["window"]) == (n_bytes, len(ids) - 1, CONTEXT)
        assert costs["tokens_per_word"] == pytest.approx((len(ids) - 1) / len(text.split()))
        for way, stride in (("windows", None), ("stride", CONTEXT // 2)):
            nats = evaluate(lm, ids, stride=stride).nats_per_token
            bits_per_byte = nats * (len(ids) - 1) / math.log(2) / n_bytes
            assert [*costs[way].values()] == pytest.approx([nats, bits_per_byte])
            assert f"| {name} | " in printed.out
            assert f" {nats:.3f} | {bits_per_byte:.3f} |" in printed.out
    text = tokenizer.encode_with_bos(pretrained_record.ENGLISH)
    shorter = evaluate(lm, text, context_length=16, stride=8).nats_per_token
    assert model["nats_by_window"]["16"] == pytest.approx(shorter)
    assert model["token_costs"]["nats"] == pytest.approx(token_nats(lm, text).tolist(), abs=1e-3)
    for question, answers in model["answers"].items():
        for answer in answers:
            asked = len(tokenizer.encode(question))
            spent = token_nats(lm, tokenizer.encode_with_bos(question + answer["answer"]))[asked:]
            assert answer["nats"] == pytest.approx(float(spent.sum()), abs=1e-3)
            assert (answer["n_tokens"], answer["n_bytes"]) == (len(spent), len(answer["answer"].encode()))


def test_without_a_network_the_record_says_so_in_one_line(pretrained_record, tmp_path, monkeypatch, capsys):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "argv", ["pretrained_record", "a machine", "--out", str(tmp_path / "record.json")])
    with pytest.raises(SystemExit) as end:
        pretrained_record.main()
    out, err = capsys.readouterr()
    assert (end.value.code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("pretrained_record: no network, and so no record: the model 'openai-community/gpt2' must be")
    assert not (tmp_path / "record.json").exists()


@pytest.mark.long
def test_the_benchmark_of_grading_gives_full_marks_to_right_answers_and_ends_every_loop(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    grading = importlib.import_module("grading")
    monkeypatch.setattr(grading, "Plan", partial(Plan, timeout=1.0))
    n_questions = len(all_questions())
    times, ends = grading.class_summary(6, jobs=2, seed=0).splitlines()
    assert times.startswith(f"6 submissions, {6 * n_questions} rows: ")
    counts = {status: int(count) for count, status in re.findall(r"(\d+) (\w+)", ends)}
    # One is right, one endless and one hungry. These two spoil softmax, which the answer to with_temperature calls.
    assert counts["correct"] == 3 * n_questions - 2 * 2
    assert (counts["timeout"], counts["exited"]) == (2, 2)
    assert sum(counts.values()) == 6 * n_questions
    assert float(re.search(r"endless loop: (.*) s", grading.check_summary())[1]) == pytest.approx(2, abs=0.5)
