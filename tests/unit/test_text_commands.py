"""The command line on a text file, and on models of the transformers library."""

import json
import sys
from dataclasses import asdict

import pytest

from course_lm import _transformers as asked
from course_lm import evaluate, ledger, load_pretrained, save_checkpoint


@pytest.fixture(scope="module")
def gpt2(pretrained_folder):
    return load_pretrained(pretrained_folder("gpt2"))


@pytest.fixture
def text(toy):
    return toy.sample(400, seed=7) + "Zwölf Füße – ¿qué?\n"


@pytest.fixture
def file(tmp_path, text):
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_command_line_measures_a_pretrained_model_on_a_file(run, pretrained_folder, gpt2, file, text):
    named = ["--model", f"hf:{pretrained_folder('gpt2')}", "--text", file, "--json"]
    ids, n_bytes = gpt2[1].encode_with_bos(text), len(text.encode())
    overlapping = ["--stride", 8, "--context-length", 20]
    for words, metrics in (
        ([], evaluate(gpt2[0], ids, n_bytes=n_bytes)),
        (overlapping, evaluate(gpt2[0], ids, stride=8, context_length=20, n_bytes=n_bytes)),
    ):
        code, out, err = run("evaluate", *named, *words)
        assert (code, err) == (0, "")
        assert json.loads(out) == pytest.approx(asdict(metrics))
    code, out, err = run("ledger", *named)
    account = json.loads(out)
    assert (code, err) == (0, "")
    assert text.startswith("".join(row["token"] for row in account["tokens"][:40]))
    assert account["totals"]["n_bytes"] == len(text.encode())
    assert account["totals"]["nats"] == pytest.approx(
        sum(row.nats for row in ledger(gpt2[0], gpt2[1].encode_with_bos(text)))
    )
    assert len(run("ledger", *named[:-1])[1].splitlines()) == len(account["tokens"]) + 9


def test_the_command_line_measures_a_run_on_a_file_too(run, tmp_path, model, tokenizer):
    save_checkpoint(tmp_path / "run", model, tokenizer=tokenizer)
    (tmp_path / "lines.txt").write_text("the dog sleeps.\r\n")
    numbers = json.loads(run("evaluate", tmp_path / "run", "--text", tmp_path / "lines.txt", "--json")[1])
    expected = evaluate(model, tokenizer.encode_with_bos("the dog sleeps.\n"), n_bytes=16)
    assert numbers == pytest.approx(asdict(expected))
    rows = json.loads(run("ledger", tmp_path / "run", "--text", tmp_path / "lines.txt", "--json")[1])["tokens"]
    assert len(rows) == 16


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["evaluate"], 2, "must be measured on --text FILE"),
        (["evaluate", "--model", "hf:{gpt2}"], 2, "must be measured on --text FILE"),
        (["evaluate", "--model", "hf:{gpt2}", "--text", "{file}", "--corpus", "toy"], 2, "Name one of them"),
        (["evaluate", "--text", "{file}"], 2, "by --model hf:NAME; got none."),
        (["evaluate", "{gpt2}", "--model", "hf:{gpt2}", "--text", "{file}"], 2, "by --model hf:NAME; got both."),
        (
            ["evaluate", "--model", "gpt2", "--text", "{file}"],
            2,
            "--model must be hf:NAME, such as hf:gpt2; got 'gpt2'",
        ),
        (["evaluate", "--model", "hf:", "--text", "{file}"], 2, "must be hf:NAME, such as hf:gpt2; got 'hf:'"),
        (
            ["evaluate", "--model", "hf:/no", "--text", "{file}"],
            2,
            "name must be a model on huggingface.co or a folder",
        ),
        (["evaluate", "--model", "hf:{t5}", "--text", "{file}"], 2, "no causal model of the type 't5'"),
        (["evaluate", "--model", "hf:{gpt2}", "--text", "{file}.no"], 1, "the text file '{file}.no' cannot be read"),
        (["ledger", "--model", "hf:{gpt2}"], 2, "TEXT must have at least one character; got no text. Give one, or"),
        (["ledger", "words", "--model", "hf:{gpt2}", "--text", "{file}"], 2, "A text for --model comes with --text"),
    ],
)
def test_bad_usage_ends_with_one_sentence(run, pretrained_folder, file, words, code, message):
    filled = {"gpt2": pretrained_folder("gpt2"), "t5": pretrained_folder("t5"), "file": file}
    found, out, err = run(*(word.format(**filled) for word in words))
    assert (found, out) == (code, "")
    assert message.format(**filled) in err
    assert len(err.strip().splitlines()) == 1


def test_a_missing_library_and_too_little_memory_are_failures_of_the_command(run, pretrained_folder, file, monkeypatch):
    words = ["evaluate", "--model", f"hf:{pretrained_folder('gpt2')}", "--text", file]
    monkeypatch.setattr(asked, "_free_memory", lambda: 1.0)
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "Load a smaller model" in err
    monkeypatch.setitem(sys.modules, "transformers", None)
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "pip install 'course-lm[pretrained]'" in err
