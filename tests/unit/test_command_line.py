import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import course_lm
from course_lm import cli, records

TEXT = "".join(f"the {animal} sees the {other}.\n" for animal in "abcdefgh" for other in "abcdefghijklmnop")


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line in this process: exit code, standard output, standard error."""

    def call(*words: str):
        monkeypatch.setattr(sys, "argv", ["course-lm", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out, captured.err

    return call


@pytest.fixture(scope="module")
def corpus_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "animals.txt"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory, corpus_file) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "animals"
    command = [sys.executable, "-m", "course_lm.cli", "train", "--corpus", corpus_file, "--out", folder, "--steps", "8"]
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    return folder


def test_a_trained_model_is_evaluated_writes_and_keeps_a_ledger(run, trained):
    code, out, _ = run("evaluate", trained, "--json")
    figures = json.loads(out)
    assert code == 0
    assert figures["n_tokens"] > 100
    assert figures["nats_per_token"] == pytest.approx(records.read(trained)[-1].val_nats_per_token)
    assert figures["bits_per_byte"] == pytest.approx(figures["bits_per_token"])

    code, out, _ = run("generate", trained, "--prompt", "the a", "--n-tokens", 20)
    assert code == 0
    assert out.startswith("the a")
    assert len(out) == len("the a") + 20 + 1

    code, out, _ = run("ledger", trained, "the a sees", "--json")
    rows = json.loads(out)
    assert "".join(row["token"] for row in rows) == "the a sees"
    assert run("ledger", trained, "the a sees")[1].count("\n") == 1 + len(rows)


def test_a_killed_run_that_is_resumed_records_the_losses_of_one_that_never_stopped(run, tmp_path, corpus_file):
    def command(folder: str, *more: str) -> list[str]:
        words = ["train", "--corpus", str(corpus_file), "--steps", "60", "--out", str(tmp_path / folder)]
        return [sys.executable, "-m", "course_lm.cli", *words, *more]

    subprocess.run(command("whole"), check=True, capture_output=True)
    killed = subprocess.Popen(command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = tmp_path / "killed" / records.FILE_NAME
    while killed.poll() is None and (not log.exists() or log.read_text().count("\n") < 53):
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert 53 <= len(records.read(tmp_path / "killed")) < 60
    log.write_text(log.read_text() + '{"step": 54, "nats_')  # a line that the kill cut short
    subprocess.run(command("killed", "--resume"), check=True, capture_output=True)
    losses = [[(r.step, r.nats_per_token) for r in records.read(tmp_path / name)] for name in ("whole", "killed")]
    assert losses[0] == losses[1]


def test_a_folder_that_holds_a_run_is_not_overwritten(run, trained, corpus_file):
    before = {path: path.read_bytes() for path in trained.iterdir()}
    code, _, err = run("train", "--corpus", corpus_file, "--out", trained)
    assert code == 2
    assert "already holds a run. Add --resume" in err
    code, _, err = run("train", "--corpus", corpus_file, "--out", trained, "--steps", 9, "--resume")
    assert code == 2
    assert "same plan" in err
    assert {path: path.read_bytes() for path in trained.iterdir()} == before


def test_a_resumed_run_that_is_refused_changes_no_file(run, tmp_path, corpus_file):
    words = ["train", "--corpus", corpus_file, "--out", tmp_path / "run", "--resume"]
    subprocess.run([sys.executable, "-m", "course_lm.cli", *map(str, words[:-1]), "--steps", "2"], check=True)
    log = tmp_path / "run" / records.FILE_NAME
    log.write_text(log.read_text() + log.read_text())
    before = log.read_bytes()
    assert run(*words, "--steps", 3)[0] == 2
    assert log.read_bytes() == before
    corpus_file.with_name("other.txt").write_text(TEXT.replace("sees the a", "sees the b"))
    assert "the same text" in run("train", "--corpus", corpus_file.with_name("other.txt"), *words[3:], "--steps", 2)[2]


def test_a_stopped_run_says_how_to_go_on(run, tmp_path, corpus_file, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "follow", stopped)
    code, _, err = run("train", "--corpus", corpus_file, "--out", tmp_path / "run")
    assert (code, err) == (1, "course-lm: stopped. There was no checkpoint yet.\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["train", "--out", "{tmp}/a", "--corpus", "{tmp}/missing.txt"], 1, "cannot be read: No such file"),
        (["train", "--out", "{tmp}/a", "--corpus", "{tmp}/empty.txt"], 2, "is empty"),
        (["train", "--out", "{tmp}/a", "--corpus", "{tmp}/short.txt"], 2, "Take a longer text"),
        (["train", "--out", "{tmp}/a", "--preset", "huge"], 2, "tiny, small, base; got 'huge'"),
        (["train", "--out", "{tmp}/a", "--steps", "0"], 2, "steps must be a whole number"),
        (["train", "--out", "{tmp}/empty.txt/a", "--corpus", "{corpus}", "--steps", "1"], 1, "Not a directory"),
        (["evaluate", "{tmp}"], 1, "no checkpoint in"),
        (["evaluate", "{trained}", "--corpus", "toy"], 2, "got 'y' (U+0079) at position 6, line 1"),
        (["generate", "{trained}", "--prompt", "é"], 2, "'é' (U+00E9) at position 0"),
        (["generate", "{trained}", "--temperature", "-1"], 2, "temperature must be at least 0"),
        (["ledger", "{trained}", ""], 2, "got an empty text"),
        (["grade", "{tmp}/nowhere"], 1, "nowhere"),
        (["grade", "{tmp}", "-o", "{tmp}/no/marks.csv"], 1, "folder does not exist"),
    ],
)
def test_bad_usage_ends_with_one_sentence_and_no_traceback(run, tmp_path, trained, corpus_file, words, code, message):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "short.txt").write_text("ab\n" * 5)
    filled = [w.format(tmp=tmp_path, trained=trained, corpus=corpus_file) for w in words]
    found, _, err = run(*filled)
    assert found == code
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_the_public_names_are_those_that_are_listed():
    assert set(course_lm.__all__) <= set(dir(course_lm))
    expected = """ModelConfig TrainConfig TransformerLM Tokenizer CharTokenizer ByteTokenizer BPETokenizer ToyEnglish
        UniformLM NGramLM load_corpus batches cross_entropy perplexity nats_to_bits bits_per_byte ledger evaluate
        Metrics train StepRecord generate save_checkpoint load_checkpoint"""
    assert set(course_lm.__all__) == set(expected.split())
