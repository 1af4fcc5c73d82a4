"""The wheel holds the package and nothing else, and works where nothing else of the project is."""

import json
import re
import subprocess
import sys
from pathlib import Path

import course_lm

PROGRAM = """
from course_lm import ModelConfig, TrainConfig, TransformerLM, evaluate, load_corpus, train

corpus = load_corpus("toy")
model = TransformerLM(ModelConfig.preset("tiny", corpus.tokenizer.vocab_size))
losses = [record.nats_per_token for record in train(model, corpus, TrainConfig(steps=5, batch_size=8))]
assert losses[-1] < losses[0], losses
print(evaluate(model, corpus.val[:200]).nats_per_token)
"""
ANSWER = (
    "import torch\n"
    "def cross_entropy(logits, targets):\n"
    "    return -logits.log_softmax(-1)[torch.arange(len(targets)), targets].mean()\n"
)

DEPENDENT = f"""
from collections.abc import Iterator
from typing import assert_type

from torch import Tensor

from course_lm import {", ".join(course_lm.__all__)}

corpus = load_corpus("toy")
assert_type(corpus.tokenizer, Tokenizer)
model = TransformerLM(ModelConfig.preset("tiny", corpus.tokenizer.vocab_size))
assert_type(train(model, corpus, TrainConfig(steps=5, batch_size=8)), Iterator[StepRecord])
assert_type(cross_entropy(model(corpus.val[None, :9]), corpus.val[None, 1:10]), Tensor)
for language_model in (model, NGramLM(3, 29).fit(corpus.train), UniformLM(29), ToyEnglish()):
    assert_type(evaluate(language_model, corpus.val), Metrics)
    assert_type([row.bits for row in ledger(language_model, corpus.val)], list[float])
    assert_type(decompress(compress("a dog", language_model, corpus.tokenizer), model, corpus.tokenizer), str)
"""


def test_the_wheel_holds_only_the_package_and_its_description(names):
    strangers = [name for name in names if not re.match(r"course_lm/|course_lm-[^/]+\.dist-info/", name)]
    assert strangers == []


def test_the_wheel_holds_every_file_of_the_package(names):
    package = Path(course_lm.__file__).parent
    files = {path.relative_to(package.parent).as_posix() for path in package.rglob("*") if path.is_file()}
    assert {name for name in files if "__pycache__" not in name} == {n for n in names if n.startswith("course_lm/")}


def test_the_source_archive_holds_every_file_of_the_wheel(names, source_names):
    assert [n for n in names if n.startswith("course_lm/") and n not in source_names] == []


def test_the_version_of_the_wheel_is_that_of_the_package(wheel):
    assert wheel.name.split("-")[1] == course_lm.__version__


def test_a_model_trains_from_the_wheel_alone(run):
    assert 0 < float(run("python", "-I", "-c", PROGRAM)) < 5


def test_check_and_grade_work_from_the_wheel_alone(run, tmp_path):
    (tmp_path / "anna.ipynb").write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": ANSWER}], "nbformat": 4, "nbformat_minor": 5})
    )
    marks = json.loads(run("course-lm", "grade", "anna.ipynb", "--json"))
    assert {row["question"]: row["status"] for row in marks}["cross_entropy"] == "correct"
    printed = run("python", "-I", "-c", ANSWER + "from course_lm.grading import check\ncheck(cross_entropy)")
    assert printed == "cross_entropy: right.\n"


def test_a_text_survives_compression_with_a_trained_run(run, tmp_path):
    run("course-lm", "train", "--corpus", "toy", "--steps", "20", "--out", "run")
    (tmp_path / "text.txt").write_text("the dogs sleep.\n")
    run("course-lm", "compress", "run", "text.txt", "text.clm")
    run("course-lm", "decompress", "run", "text.clm", "back.txt")
    assert (tmp_path / "back.txt").read_text() == "the dogs sleep.\n"


def test_strict_mypy_knows_every_public_type_in_a_project_that_depends_on_the_wheel(tmp_path, python):
    (tmp_path / "dependent.py").write_text(DEPENDENT)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "dependent.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
