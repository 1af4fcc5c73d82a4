import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import course_lm
from course_lm import cli, evaluate, load_checkpoint, load_corpus, run_log, save_checkpoint
from course_lm.cli import runs
from course_lm.cli.text import continuation
from course_lm.codec import HEADER_BYTES


@pytest.fixture(scope="module")
def trained(tmp_path_factory, corpus_file) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "animals"
    words = ["course-lm", "train", "--corpus", corpus_file, "--out", folder, "--steps", "8"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [*map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
    assert not end.value.code
    return folder


def test_a_trained_model_is_evaluated_writes_and_keeps_a_ledger(run, trained):
    code, out, _ = run("evaluate", trained, "--json")
    numbers = json.loads(out)
    assert code == 0
    assert numbers["n_tokens"] > 100
    assert numbers["nats_per_token"] == pytest.approx(run_log.read(trained)[-1].val_nats_per_token)
    assert numbers["bits_per_byte"] == pytest.approx(numbers["bits_per_token"])
    overlapping = json.loads(run("evaluate", trained, "--stride", 8, "--json")[1])
    assert overlapping["n_tokens"] == numbers["n_tokens"]
    found = load_checkpoint(trained)
    assert found.corpus
    val = load_corpus(found.corpus).val
    assert overlapping["nats_per_token"] == pytest.approx(evaluate(found.model, val, stride=8).nats_per_token)
    assert overlapping["nats_per_token"] != numbers["nats_per_token"]

    code, out, _ = run("generate", trained, "--prompt", "the a", "--n-tokens", 20)
    assert code == 0
    assert out.startswith("the a")
    assert len(out) == len("the a") + 20 + 1

    code, out, _ = run("ledger", trained, "the a sees", "--json")
    account = json.loads(out)
    assert "".join(row["token"] for row in account["tokens"]) == "the a sees"
    assert account["totals"]["n_bytes"] == account["totals"]["n_tokens"] == 10
    assert account["totals"]["nats"] == pytest.approx(sum(row["nats"] for row in account["tokens"]))
    assert account["totals"]["bits_per_byte"] == pytest.approx(account["totals"]["bits"] / 10)
    lines = run("ledger", trained, "the a sees")[1].splitlines()
    assert lines[1].split()[:1] == ["'t'"]
    assert f"{account['totals']['bits_per_byte']:.4f}" in lines[-2]


@pytest.mark.parametrize("tokenizer", ["bytes", "bpe:270"])
def test_a_run_with_longer_or_shorter_tokens_is_resumed_evaluated_and_writes(run, tmp_path, corpus_file, tokenizer):
    words = ["train", "--corpus", corpus_file, "--out", tmp_path / "run", "--steps", 2, "--json"]
    code, out, err = run(*words, "--tokenizer", tokenizer)
    assert (code, err) == (0, "")
    assert json.loads(out)["bits_per_byte"] < 8.1
    assert run(*words, "--resume")[0] == 0
    numbers = [json.loads(run("evaluate", tmp_path / "run", "--json")[1])[key] for key in ("bits_per_byte", "n_tokens")]
    assert numbers == [json.loads(out)[key] for key in ("bits_per_byte", "n_tokens")]
    rows = json.loads(run("ledger", tmp_path / "run", "caf\u00e9", "--json")[1])["tokens"]
    assert "\ufffd" in rows[-1]["token"]
    assert "b'\\xa9'" in run("ledger", tmp_path / "run", "caf\u00e9")[1]
    assert run("generate", tmp_path / "run", "--prompt", "caf\u00e9", "--n-tokens", 5)[1].startswith("caf\u00e9")


def test_all_numbers_of_a_table_are_of_one_way_of_reading(run, tmp_path, corpus, model, monkeypatch):
    monkeypatch.setattr(runs, "load_corpus", lambda *_, **__: corpus)
    save_checkpoint(tmp_path, model, tokenizer=corpus.tokenizer, corpus="toy")
    plain, overlapping = (json.loads(run("evaluate", tmp_path, *more, "--json")[1]) for more in ([], ["--stride", 8]))
    assert plain.keys() - overlapping.keys() == {"gap_to_source_nats", "gap_standard_error_nats"}


def test_text_appears_token_by_token(trained):
    checkpoint = load_checkpoint(trained)
    assert checkpoint.tokenizer
    pieces = continuation(checkpoint.model, checkpoint.tokenizer, "the a", n_tokens=4)
    assert next(pieces) == "the a"
    assert [len(piece) for piece in pieces] == [1, 1, 1, 1, 0]


def test_a_compressed_file_is_restored_to_the_last_byte_and_nothing_is_overwritten(run, trained, tmp_path):
    content = "the a sees\r\nthe \u00e9.\n".encode()
    (tmp_path / "text.txt").write_bytes(content)
    code, out, _ = run("compress", trained, tmp_path / "text.txt", tmp_path / "text.clm")
    assert code == 0
    size = (tmp_path / "text.clm").stat().st_size
    assert out.startswith(f"{len(content)} bytes to {size}, of which {HEADER_BYTES} are the header")
    assert run("decompress", trained, tmp_path / "text.clm", tmp_path / "back.txt")[0] == 0
    assert (tmp_path / "back.txt").read_bytes() == content
    code, _, err = run("decompress", trained, tmp_path / "text.clm", tmp_path / "text.txt")
    assert (code, "must be a new file" in err) == (1, True)
    assert (tmp_path / "text.txt").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back.txt", "text.clm", "text.txt"]


@pytest.mark.long
def test_a_killed_run_that_is_resumed_records_the_losses_of_one_that_never_stopped(run, tmp_path, corpus_file):
    def words(folder: str) -> list[str]:
        return ["train", "--corpus", str(corpus_file), "--steps", "60", "--out", str(tmp_path / folder)]

    command = [sys.executable, "-m", "course_lm.cli", *words("killed")]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = tmp_path / "killed" / run_log.FILE_NAME
    while killed.poll() is None and (not log.exists() or log.read_text().count("\n") < 53):
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert 53 <= len(run_log.read(tmp_path / "killed")) < 60
    log.write_text(log.read_text() + '{"step": 54, "nats_')  # a line that the kill cut short
    assert run(*words("killed"), "--resume")[0] == run(*words("whole"))[0] == 0
    losses = [[(r.step, r.nats_per_token) for r in run_log.read(tmp_path / name)] for name in ("whole", "killed")]
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
    assert run(*words[:-1], "--steps", 2)[0] == 0
    log = tmp_path / "run" / run_log.FILE_NAME
    log.write_text(log.read_text() + log.read_text())
    before = log.read_bytes()
    assert run(*words, "--steps", 3)[0] == 2
    assert log.read_bytes() == before
    other = tmp_path / "other.txt"
    other.write_text(corpus_file.read_text().replace("sees the a", "sees the b"))
    assert "the same plan, text" in run("train", "--corpus", other, *words[3:], "--steps", 2)[2]


def test_a_stopped_run_says_how_to_go_on(run, tmp_path, corpus_file, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "follow", stopped)
    code, _, err = run("train", "--corpus", corpus_file, "--out", tmp_path / "run")
    assert (code, err) == (1, "course-lm: stopped. There was no checkpoint yet.\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["train", "--out", "{tmp}/a", "--corpus", "{tmp}/missing.txt"], 1, "cannot be read: No such file"),
        (["train", "--out", "{tmp}/a", "--corpus", "{tmp}/empty.txt"], 2, "is empty"),
        (["train", "--out", "{tmp}/a", "--corpus", "{tmp}/short.txt"], 2, "Take a longer text"),
        (["train", "--out", "{tmp}/a", "--preset", "huge"], 2, "tiny, small, medium, base; got 'huge'"),
        (["train", "--out", "{tmp}/a", "--steps", "0"], 2, "steps must be a whole number"),
        (["train", "--out", "{tmp}/empty.txt/a", "--corpus", "{corpus}", "--steps", "1"], 1, "Not a directory"),
        (["evaluate", "{tmp}"], 1, "no checkpoint in"),
        (["evaluate", "{trained}", "--corpus", "toy"], 2, "got 'y' (U+0079) at position 6, line 1"),
        (["generate", "{trained}", "--prompt", "é"], 2, "'é' (U+00E9) at position 0"),
        (["generate", "{trained}", "--temperature", "-1"], 2, "temperature must be at least 0"),
        (["train", "--out", "{tmp}/a", "--precision", "int8"], 2, "precision must be one of auto, float32"),
        (["train", "--out", "{tmp}/a", "--tokenizer", "words"], 2, "'bpe:V', such as bpe:512; got 'words'"),
        (["train", "--out", "{tmp}/a", "--tokenizer", "bpe:9"], 2, "vocab_size must be a whole number of at least 256"),
        (["train", "--out", "{tmp}", "--resume"], 1, "no checkpoint in"),
        (["ledger", "{trained}", ""], 2, "got an empty text"),
        (["compress", "{trained}", "{tmp}/latin.txt", "{tmp}/x"], 2, "SOURCE must be UTF-8 text; byte 3"),
        (["compress", "{trained}", "{tmp}/nowhere.txt", "{tmp}/x"], 1, "cannot be read: No such file"),
        (["compress", "{trained}", "{tmp}/short.txt", "{tmp}/no/x"], 1, "no' is not a folder. Make it first."),
        (["decompress", "before the model is read", "{tmp}/x", "{tmp}/short.txt"], 1, "TARGET must be a new file"),
        (["compress", "{trained}", "{tmp}/short.txt", "{tmp}/short.txt/x"], 1, "short.txt' is not a folder."),
        (["decompress", "{trained}", "{tmp}/short.txt", "{tmp}/x"], 2, "data must begin with b'CLM1'"),
        (["grade", "{tmp}/nowhere"], 1, "nowhere"),
        (["grade", "{tmp}", "-o", "{tmp}/no/marks.csv"], 1, "folder does not exist"),
    ],
)
def test_bad_usage_ends_with_one_sentence_and_no_traceback(run, tmp_path, trained, corpus_file, words, code, message):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "short.txt").write_text("ab\n" * 5)
    (tmp_path / "latin.txt").write_bytes("caf\xe9\n".encode("latin-1"))
    filled = [w.format(tmp=tmp_path, trained=trained, corpus=corpus_file) for w in words]
    found, _, err = run(*filled)
    assert found == code
    assert message in err
    assert len(err.strip().splitlines()) == 1


def test_a_bug_shows_where_it_is(run, monkeypatch, trained):
    def mistaken(*_):
        raise TypeError('can only concatenate str (not "int") to str')

    monkeypatch.setattr(runs, "load_run", mistaken)
    with pytest.raises(TypeError, match=r"can only concatenate"):
        run("evaluate", trained)


def test_a_checkpoint_without_its_tokenizer_is_refused(run, tmp_path, trained):
    save_checkpoint(tmp_path, load_checkpoint(trained).model)
    code, _, err = run("generate", tmp_path)
    assert (code, "must hold its tokenizer; this one does not. Save it with tokenizer=" in err) == (2, True)


def test_a_run_is_measured_on_no_corpus_that_is_not_its_own_unless_one_is_named(run, tmp_path, trained, corpus_file):
    found = load_checkpoint(trained)
    save_checkpoint(tmp_path, found.model, tokenizer=found.tokenizer)
    assert "names no corpus" in run("evaluate", tmp_path)[2]
    assert run("evaluate", tmp_path, "--corpus", corpus_file)[0] == 0

    edited = tmp_path / "edited.txt"
    edited.write_text(corpus_file.read_text().replace("sees the a", "sees the b"))
    sha256 = found.corpus_sha256
    save_checkpoint(tmp_path, found.model, tokenizer=found.tokenizer, corpus=str(edited), corpus_sha256=sha256)
    code, _, err = run("evaluate", tmp_path)
    assert (code, f"{str(edited)!r} has changed since" in err) == (2, True)
    assert run("evaluate", tmp_path, "--corpus", edited)[0] == 0


def test_the_public_names_are_those_that_are_listed():
    assert set(course_lm.__all__) <= set(dir(course_lm))
    expected = """ModelConfig TrainConfig TransformerLM Tokenizer CharTokenizer ByteTokenizer BPETokenizer ToyEnglish
        UniformLM NGramLM load_corpus batches cross_entropy perplexity nats_to_bits bits_per_byte ledger leaks_future
        evaluate Metrics train StepRecord generate compress decompress save_checkpoint load_checkpoint
        load_pretrained"""
    assert set(course_lm.__all__) == set(expected.split())
