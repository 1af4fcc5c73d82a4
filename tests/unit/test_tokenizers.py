"""Text to ids and back: what every tokenizer does, and what it refuses."""

import math
import random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lm import BPETokenizer, ByteTokenizer, CharTokenizer, UniformLM, evaluate


@given(st.text(min_size=1))
def test_decode_undoes_encode_for_characters(text):
    tokenizer = CharTokenizer.from_text(text)
    ids = tokenizer.encode(text)
    assert ids.shape == (len(text),)
    assert ids.dtype == torch.int64
    assert tokenizer.decode(ids) == text
    assert tokenizer.vocab_size == len({*text, "\n"})


@given(st.text())
def test_decode_undoes_encode_for_bytes(text):
    ids = ByteTokenizer().encode(text)
    assert ids.dtype == torch.int64
    assert ids.tolist() == list(text.encode())
    assert ByteTokenizer().decode(ids) == text


@given(st.text(min_size=1), st.text(alphabet="ab é\n"))
def test_decode_undoes_encode_for_learned_tokens_of_this_text_and_of_another(text, other):
    for trained_on, read in ((text, text), (text, other), (other or "a", text), (other or "a", other)):
        tokenizer = BPETokenizer.train(trained_on, 300)
        ids = tokenizer.encode(read)
        assert ids.dtype == torch.int64
        assert tokenizer.decode(ids) == read
        assert tokenizer.to_bytes(ids) == b"".join(tokenizer.tokens[i] for i in ids) == read.encode()


def test_a_line_break_is_one_token_that_starts_a_text(any_tokenizer):
    assert any_tokenizer.encode("\n").tolist() == [any_tokenizer.bos_id]
    assert any_tokenizer.decode([any_tokenizer.bos_id]) == "\n"
    assert any_tokenizer.encode("").shape == (0,)
    lines = [any_tokenizer.encode(line) for line in ("hello", "\n", "hell", "\n")]
    assert torch.equal(torch.cat(lines), any_tokenizer.encode("hello\nhell\n"))


def test_a_whole_text_begins_with_the_start_and_errors_name_its_own_places(any_tokenizer):
    ids = any_tokenizer.encode_with_bos("hell")
    assert ids.dtype == torch.int64
    assert any_tokenizer.decode(ids) == "\nhell"
    assert ids[0] == any_tokenizer.bos_id
    assert torch.equal(ids[1:], any_tokenizer.encode("hell"))
    with pytest.raises(ValueError, match=r"at position 1, line 1"):
        any_tokenizer.encode_with_bos("h\ud800")


def test_ids_can_come_as_a_tensor_or_a_list_and_only_from_the_vocabulary(any_tokenizer):
    ids = any_tokenizer.encode("hello")
    assert any_tokenizer.decode(ids) == any_tokenizer.decode(ids.tolist()) == "hello"
    V = any_tokenizer.vocab_size
    for foreign in (V, -1):
        with pytest.raises(ValueError, match=rf"ids must be in \[0, {V}\), the vocabulary; got {foreign}\. Were they"):
            any_tokenizer.decode([0, foreign])


def test_ids_that_are_no_whole_numbers_are_refused(any_tokenizer):
    one = torch.tensor(1)
    assert any_tokenizer.decode([one, one]) == any_tokenizer.decode(iter([1, 1])) == any_tokenizer.decode([1, 1])
    assert any_tokenizer.decode([]) == any_tokenizer.decode(torch.tensor([])) == ""
    for ids, kind in ((torch.tensor([0.5]), "float32"), ([1.0], "float64"), ("abc", "<U1"), ([True], "bool")):
        with pytest.raises(TypeError, match=f"ids must be whole numbers; got {kind}"):
            any_tokenizer.decode(ids)


def test_bytes_in_place_of_a_text_are_refused(any_tokenizer):
    named = r"text must be a str; got bytes\. Bytes become one with text\.decode\('utf-8'\)"
    data: Any = b"abc"
    for read in (any_tokenizer.encode, CharTokenizer.from_text, lambda text: BPETokenizer.train(text, 300)):
        with pytest.raises(TypeError, match=named):
            read(data)


def test_no_sequence_of_ids_makes_decode_raise(any_tokenizer):
    draw = random.Random(0)
    for _ in range(500):
        ids = [draw.randrange(any_tokenizer.vocab_size) for _ in range(8)]
        assert any_tokenizer.to_bytes(ids).decode(errors="replace") == any_tokenizer.decode(ids)


def test_half_a_character_is_written_as_the_replacement_character(learned):
    for tokenizer in (ByteTokenizer(), learned):
        assert tokenizer.decode([ord("a"), 0xC3, ord("b")]) == "a\ufffdb"
        assert tokenizer.to_bytes([ord("a"), 0xC3]) == b"a\xc3"


def test_a_tokenizer_contains_what_it_can_encode(any_tokenizer):
    for character in "hé\n\u0000🙂\ud7ff\ud800\udfff\ue000":
        if character in any_tokenizer:
            assert any_tokenizer.decode(any_tokenizer.encode(character)) == character
        else:
            with pytest.raises(ValueError, match=rf"U\+{ord(character):04X}"):
                any_tokenizer.encode(character)
    assert "é" in any_tokenizer
    assert "hé" not in any_tokenizer
    assert "" not in any_tokenizer
    assert "\ud800" not in any_tokenizer


def test_an_unknown_character_is_named_with_its_place():
    with pytest.raises(ValueError, match=r"'é' \(U\+00E9\) at position 6, line 2"):
        CharTokenizer.from_text("abc\n").encode("abc\nbaé")


def test_a_lone_surrogate_is_named_with_its_place(learned):
    named = r"whole Unicode characters; got the lone surrogate '\\udc80' \(U\+DC80\) at position 6, line 2\. Remove"
    for read in (
        ByteTokenizer().encode,
        learned.encode,
        CharTokenizer.from_text,
        lambda text: BPETokenizer.train(text, 300),
    ):
        with pytest.raises(ValueError, match=named):
            read("abc\nba\udc80")
    with pytest.raises(ValueError, match=r"lone surrogate"):
        CharTokenizer("\n\ud800")


def test_an_alphabet_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"empty text"):
        CharTokenizer.from_text("")
    with pytest.raises(ValueError, match=r"each character once"):
        CharTokenizer("aa\n")
    with pytest.raises(ValueError, match=r"line break"):
        CharTokenizer("ab")


@pytest.mark.parametrize(
    ("tokenizer", "bits"),
    [
        (CharTokenizer.from_text("née\n"), 4 * math.log2(4) / 5),  # four characters of four
        (ByteTokenizer(), 5 * math.log2(256) / 5),  # é is two bytes
        (BPETokenizer([(0xC3, 0xA9)]), 4 * math.log2(257) / 5),  # é is one token
    ],
)
def test_the_uniform_model_costs_log_v_for_each_token_however_many_bytes_it_has(tokenizer, bits):
    ids = tokenizer.encode("\nnée\n")
    metrics = evaluate(UniformLM(tokenizer.vocab_size), ids, n_bytes=len(tokenizer.to_bytes(ids[1:])))
    assert metrics.bits_per_byte == pytest.approx(bits, rel=1e-6)
