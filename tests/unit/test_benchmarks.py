"""The scripts that measure, at sizes that only show that they work."""

import importlib
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from course_lm import ModelConfig, TransformerLM
from course_lm.grading.batch import Plan
from course_lm.grading.question import all_questions

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


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
