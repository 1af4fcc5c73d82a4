import socket
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pooch
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lm import BPETokenizer, ByteTokenizer, CharTokenizer, ToyEnglish, batches, load_corpus
from course_lm import data as data_module
from course_lm.data import even_batches, line_starts


def test_a_corpus_is_cut_at_a_line_break_and_nothing_is_lost(tmp_path):
    text = "".join(f"line {i}\n" for i in range(100))
    (tmp_path / "text.txt").write_text(text)
    corpus = load_corpus(str(tmp_path / "text.txt"))
    bos = corpus.tokenizer.bos_id
    assert corpus.train[0] == corpus.train[-1] == corpus.val[0] == bos
    assert corpus.tokenizer.decode(torch.cat([corpus.train, corpus.val[1:]])) == "\n" + text
    assert 0.85 * len(text) < len(corpus.train) <= 0.9 * len(text) + 2
    assert corpus.starts(corpus.train) is None
    assert corpus.bytes_predicted(corpus.val) == len(corpus.val) - 1


def test_every_tokenizer_cuts_a_corpus_at_the_same_character(tmp_path):
    text = "".join(f"{'é' * (i % 7)} {i}\n" for i in range(200))
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    characters = load_corpus(tmp_path / "text.txt")
    for tokenizer in (ByteTokenizer(), BPETokenizer.train(text, 300)):
        corpus = load_corpus(tmp_path / "text.txt", tokenizer=tokenizer)
        assert corpus.tokenizer is tokenizer
        assert corpus.text == characters.text
        for ids, expected in ((corpus.train, characters.train), (corpus.val, characters.val)):
            assert ids[0] == tokenizer.bos_id
            assert tokenizer.decode(ids) == characters.tokenizer.decode(expected)
            assert corpus.bytes_predicted(ids) == characters.bytes_predicted(expected)


def test_the_predicted_bytes_are_counted_also_where_the_first_token_is_part_of_a_character(tmp_path):
    (tmp_path / "text.txt").write_text("é\n" * 50, encoding="utf-8")
    corpus = load_corpus(tmp_path / "text.txt", tokenizer=ByteTokenizer())
    assert corpus.bytes_predicted(torch.tensor([0xC3, 0xA9, 10])) == 2


def test_a_byte_order_mark_is_no_character_of_the_text(tmp_path):
    (tmp_path / "text.txt").write_text("ab\n" * 20, encoding="utf-8-sig")
    corpus = load_corpus(tmp_path / "text.txt")
    assert (corpus.text, corpus.tokenizer) == ("ab\n" * 20, CharTokenizer("\nab"))


def test_a_text_from_windows_is_the_same_text(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"ab\r\n" * 20)
    corpus = load_corpus(tmp_path / "text.txt")
    assert (corpus.text, corpus.tokenizer) == ("ab\n" * 20, CharTokenizer("\nab"))


def test_a_text_is_cut_at_the_last_line_break_in_its_first_nine_tenths(tmp_path):
    path = tmp_path / "text.txt"
    for length in range(2, 120):
        text = "".join("\n" if i * i % 17 < 4 else "a" for i in range(length))
        path.write_text(text)
        whole = "\n" + text
        cuts = [p for p in range(1, length) if whole[p] == "\n" and 10 * p <= 9 * len(whole)]
        if cuts and 2 * cuts[-1] >= len(whole):
            assert len(load_corpus(path).train) == cuts[-1] + 1
        else:
            with pytest.raises(ValueError, match="must have a line break near 90 %"):
                load_corpus(path)


def test_the_source_is_known_only_to_its_own_tokenizer(monkeypatch, toy):
    monkeypatch.setattr(data_module, "TOY_CHARACTERS", 5_000)
    for tokenizer in (None, CharTokenizer.from_json(toy.tokenizer.to_json())):
        corpus = load_corpus("toy", tokenizer=tokenizer)
        assert isinstance(corpus.source, ToyEnglish)
        assert corpus.starts(corpus.val) is not None
    for other in (ByteTokenizer(), CharTokenizer(toy.tokenizer.alphabet + "é")):
        corpus = load_corpus("toy", tokenizer=other)
        assert corpus.source is None
        assert corpus.starts(corpus.val) is None


def test_a_tokenizer_that_lacks_a_character_of_the_corpus_says_so(tmp_path):
    for text, place in (("ab\n" + "aa\n" * 19, "position 1, line 1"), ("aa\n" * 19 + "ab\n", "position 58, line 20")):
        (tmp_path / "text.txt").write_text(text)
        with pytest.raises(ValueError, match=rf"2 characters of the alphabet; got 'b' \(U\+0062\) at {place}"):
            load_corpus(tmp_path / "text.txt", tokenizer=CharTokenizer("a\n"))


def test_rows_are_windows_of_the_text_moved_by_one(corpus):
    x, y = next(batches(corpus.train, 50, 30, generator=torch.Generator().manual_seed(0)))
    assert x.shape == y.shape == (50, 30)
    text = corpus.tokenizer.decode(corpus.train)
    for inputs, targets in zip(x, y, strict=True):
        assert corpus.tokenizer.decode(torch.cat([inputs, targets[-1:]])) in text
        assert torch.equal(inputs[1:], targets[:-1])


def test_a_line_break_that_ends_the_text_starts_no_line():
    assert line_starts(torch.tensor([0, 5, 0, 7, 0, 0]), 0).tolist() == [0, 2, 4]


def test_rows_begin_at_line_breaks_where_the_source_is_known(corpus):
    starts = corpus.starts(corpus.train)
    x, _ = next(batches(corpus.train, 200, 30, starts=starts, generator=torch.Generator().manual_seed(0)))
    assert (x[:, 0] == corpus.tokenizer.bos_id).all()


def test_every_start_is_drawn_and_the_last_one_fits():
    ids = torch.arange(10)
    x, y = next(batches(ids, 500, 3, generator=torch.Generator().manual_seed(0)))
    assert sorted(set(x[:, 0].tolist())) == list(range(7))
    assert y.max() == 9


def test_rows_lie_on_the_device_of_the_text():
    """The meta device stands for an accelerator: like one, it computes with nothing that lies on the CPU."""
    text = torch.zeros(50, dtype=torch.int64, device="meta")
    x, y = next(batches(text, 2, 4, generator=torch.Generator()))
    assert (x.device.type, y.device.type) == ("meta", "meta")


def test_the_state_of_the_generator_decides_the_next_batch(corpus):
    generator = torch.Generator().manual_seed(0)
    rows = batches(corpus.train, 4, 10, generator=generator)
    next(rows)
    again = torch.Generator()
    again.set_state(generator.get_state())
    assert torch.equal(next(rows)[0], next(batches(corpus.train, 4, 10, generator=again))[0])


@settings(max_examples=30)
@given(st.integers(1, 400), st.integers(0, 10**7), st.integers(0, 9), st.sampled_from([4, 10, 25]))
def test_even_rows_have_read_every_part_about_as_often_whenever_they_stop(n_rows, n_before, seed, n_parts):
    ids = torch.arange(1005)
    rows = even_batches(ids, 1, 4, seed=seed, n_before=n_before)
    begin = torch.tensor([int(next(rows)[0][0, 0]) for _ in range(n_rows)])  # of 1,001 places
    in_part = torch.bincount(begin * n_parts // 1001, minlength=n_parts)
    assert len(in_part) == n_parts
    assert (in_part - n_rows / n_parts).abs().max() < 4
    assert begin.unique().numel() >= 0.99 * n_rows


def test_even_rows_go_on_where_a_run_stopped_and_begin_elsewhere_with_another_seed(corpus):
    starts = corpus.starts(corpus.train)
    whole = even_batches(corpus.train, 4, 30, starts=starts, seed=2)
    rows = [next(whole) for _ in range(5)]
    x, y = next(even_batches(corpus.train, 4, 30, starts=starts, seed=2, n_before=4))
    assert torch.equal(x, rows[4][0])
    assert torch.equal(y, rows[4][1])
    assert torch.equal(x[:, 1:], y[:, :-1])
    assert (x[:, 0] == corpus.tokenizer.bos_id).all()
    assert not torch.equal(next(even_batches(corpus.train, 4, 30, starts=starts, seed=3))[0], rows[0][0])


@pytest.mark.parametrize("rows", [partial(batches, generator=torch.Generator()), even_batches])
def test_sizes_and_starts_that_cannot_be_are_refused(rows):
    def draw(**options):
        rows(torch.arange(10), **({"batch_size": 2, "context_length": 3} | options))

    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1; got 0"):
        draw(batch_size=0)
    with pytest.raises(ValueError, match="context_length must be a whole number of at least 1; got -1"):
        draw(context_length=-1)
    with pytest.raises(ValueError, match="starts must be positions in ids, from 0 on; got -3"):
        draw(starts=torch.tensor([-3]))
    with pytest.raises(TypeError, match=r"starts must be int64 positions in ids; got torch.bool\. A mask becomes"):
        draw(starts=torch.arange(10) > 3)
    with pytest.raises(ValueError, match=r"starts must be \(S,\) positions in ids; got shape \(1, 1\)"):
        draw(starts=torch.tensor([[3]]))


def test_ids_that_are_no_text_are_refused():
    for ids, error, words in (
        (torch.arange(10.0), TypeError, r"ids must be int64 token ids; got torch.float32\. Use ids\.long"),
        (torch.arange(10).int(), TypeError, "got torch.int32"),
        (torch.arange(10)[None], ValueError, r"ids must be \(N,\), one text; got shape \(1, 10\)"),
    ):
        for rows in (partial(batches, generator=torch.Generator()), even_batches):
            with pytest.raises(error, match=words):
                rows(ids, 2, 3)  # at the call, not at the first batch


def test_a_word_in_place_of_a_tokenizer_is_refused(tmp_path):
    (tmp_path / "text.txt").write_text("ab\n" * 20)
    word: Any = "bytes"
    with pytest.raises(TypeError, match=r"tokenizer must be a tokenizer, such as ByteTokenizer\(\); got 'bytes'"):
        load_corpus(tmp_path / "text.txt", tokenizer=word)


def test_a_text_shorter_than_the_context_is_refused():
    with pytest.raises(ValueError, match=r"at least context_length \+ 1 = 11 tokens.*got 10"):
        batches(torch.arange(10), 2, 10, generator=torch.Generator())


def test_files_that_cannot_be_a_corpus_are_refused_in_a_sentence(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "one_line.txt").write_text("no line break")
    (tmp_path / "title.txt").write_text("a title\n" + "one long line " * 50)
    (tmp_path / "latin.txt").write_bytes("caf\xe9\n".encode("latin-1"))
    for file, error, words in (
        ("empty.txt", ValueError, "is empty"),
        ("one_line.txt", ValueError, "must have a line break near 90 %"),
        ("title.txt", ValueError, "must have a line break near 90 %"),
        ("latin.txt", ValueError, "must be UTF-8 text; byte 3"),
        ("missing.txt", OSError, "cannot be read: No such file"),
        (".", OSError, "cannot be read: Is a directory"),
    ):
        with pytest.raises(error, match=words):
            load_corpus(str(tmp_path / file))


def test_a_damaged_shakespeare_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "damaged.txt").write_text("First Citizen:\n")
    monkeypatch.setenv("COURSE_LM_SHAKESPEARE", str(tmp_path / "damaged.txt"))
    with pytest.raises(OSError, match=r"SHA-256 86c4e6aa9db7.*damaged or another one"):
        load_corpus("shakespeare")


def test_without_a_network_the_error_names_the_variable(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError("network is unreachable")

    monkeypatch.delenv("COURSE_LM_SHAKESPEARE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path)
    with pytest.raises(OSError, match=r"could not be downloaded.*COURSE_LM_SHAKESPEARE=/path/to/it"):
        load_corpus("shakespeare")


def test_a_download_that_is_not_the_expected_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "served.txt").write_text("something else\n")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.delenv("COURSE_LM_SHAKESPEARE", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(data_module, "SHAKESPEARE_URL", f"http://127.0.0.1:{server.server_port}/served.txt")
        with pytest.raises(OSError, match=r"could not be downloaded.*\(ValueError\)") as refused:
            load_corpus("shakespeare")
        server.shutdown()
    assert "does not match" in str(refused.value.__cause__)
    assert not list((tmp_path / "cache").iterdir())
