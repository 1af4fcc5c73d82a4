"""Tokenizers of the tokenizers library behind our interface: byte-level ones, and those with a space before a text."""

from typing import Any

import pytest
import tokenizers
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models, normalizers, pre_tokenizers, processors

from course_lm import Tokenizer, ToyEnglish
from course_lm.library_tokenizer import LibraryTokenizer

from .fresh_process import said_by
from .pretrained_folders import START, byte_fallback, byte_level

SAMPLE = ToyEnglish().sample(5000)
LIBRARY = {"byte-level": byte_level(SAMPLE), "byte fallback": byte_fallback(SAMPLE)}
OURS = {name: LibraryTokenizer(theirs.to_str(), 400, bos_id=0) for name, theirs in LIBRARY.items()}
READ = """
import sys
from course_lm import Tokenizer
tokenizer = Tokenizer.load(sys.argv[1])
print(type(tokenizer).__name__, tokenizer.encode_with_bos("the dög").tolist())
assert "transformers" not in sys.modules
"""
HARD = [
    "",
    " ",
    "  a",
    "a ",
    "\n\n",
    "\r\n\tx",
    "né\u0301e 🙂",
    "0 \u2028 \x00",
    "a|b",
    " leading",
    "¡ÿĀĠ\xa0\xad",
]


@pytest.fixture(params=OURS)
def name(request):
    return request.param


@pytest.mark.parametrize("kind", OURS)
@given(st.text())
def test_decode_undoes_encode_and_ids_are_those_of_the_library(kind, text):
    text = text.replace("▁", "")  # which the second kind takes for a space
    ours, theirs = OURS[kind], LIBRARY[kind]
    ids = ours.encode(text)
    assert ids.dtype == torch.int64
    assert ids.tolist() == theirs.encode(text, add_special_tokens=False).ids
    assert ours.decode(ids) == text


@pytest.mark.parametrize("text", HARD)
def test_decode_undoes_encode_for_texts_that_are_hard(name, text):
    ours, theirs = OURS[name], LIBRARY[name]
    assert ours.decode(ours.encode(text)) == text
    assert theirs.decode(ours.encode(text).tolist(), skip_special_tokens=False) == text


def test_the_bytes_of_tokens_are_the_bytes_of_the_text_and_at_most_one_space_before_it(name):
    text = "the dögs 🙂 sleep.\n"
    ours = OURS[name]
    assert ours.to_bytes(ours.encode(text)) == (b" " if name == "byte fallback" else b"") + text.encode()
    assert all(ours.to_bytes([i]) == ours.tokens[i] for i in range(400))


def test_every_byte_is_a_token_and_half_a_character_is_written_as_the_replacement_character():
    for ours in OURS.values():
        assert {bytes([byte]) for byte in range(256)} <= {*ours.tokens}
        half = ours.encode("é").tolist()[:-1]
        assert ours.decode(half).strip() == "\ufffd"


def test_a_text_starts_with_the_token_that_the_model_names(name):
    ours = OURS[name]
    assert ours.encode_with_bos("a dog").tolist() == [0, *ours.encode("a dog").tolist()]
    assert ours.decode([0]) == START


def test_a_special_token_in_a_text_is_that_token_unless_the_library_then_changes_the_text():
    ours = OURS["byte-level"]
    assert ours.decode(ours.encode(f"a{START}b")) == f"a{START}b"
    assert ours.encode(f"a{START}b")[1] == 0
    with pytest.raises(ValueError, match=r"'b' \(U\+0062\) at position 14, line 1 does not come back"):
        OURS["byte fallback"].encode(f"a{START}b")  # this kind puts a space after it


def test_it_is_saved_and_loaded_without_the_library_of_models(name, tmp_path):
    ours = OURS[name]
    ours.save(tmp_path / "t.json")
    again = Tokenizer.load(tmp_path / "t.json")
    assert again == ours
    assert hash(again) == hash(ours)
    assert again != LibraryTokenizer(LIBRARY[name].to_str(), 401, bos_id=0)
    said = said_by(READ, tmp_path / "said", tmp_path / "t.json")
    assert said.strip() == f"LibraryTokenizer {ours.encode_with_bos('the dög').tolist()}"


def test_what_is_no_tokenizer_is_refused():
    with pytest.raises(ValueError, match="definition must be a tokenizer of the tokenizers library in JSON"):
        LibraryTokenizer("{}", 400)
    with pytest.raises(ValueError, match="vocab_size must be a whole number of at least 1"):
        LibraryTokenizer(LIBRARY["byte-level"].to_str(), 0)
    with pytest.raises(ValueError, match=r"^this is not the description of a tokenizer of the tokenizers library: "):
        LibraryTokenizer.from_json('{"kind": "bytes"}')
    data: Any = b"abc"
    with pytest.raises(TypeError, match="text must be a str; got bytes"):
        OURS["byte-level"].encode(data)


def test_a_text_that_does_not_come_back_is_refused_with_the_place():
    composing = tokenizers.Tokenizer.from_str(LIBRARY["byte-level"].to_str())
    composing.normalizer = normalizers.NFC()
    ours = LibraryTokenizer(composing.to_str(), 400)
    assert ours.decode(ours.encode("née")) == "née"
    with pytest.raises(ValueError, match=r"'e' \(U\+0065\) at position 4, line 2 does not come back\. .*NFC"):
        ours.encode("ab\nne\u0301e")

    words = tokenizers.Tokenizer(models.WordLevel({"<unk>": 0, "dog": 1}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    few = LibraryTokenizer(words.to_str(), 2)
    assert few.decode(few.encode("dog")) == "dog"
    assert "d" not in few
    with pytest.raises(ValueError, match=r"'c' \(U\+0063\) at position 0, line 1 does not come back"):
        few.encode("cat")
    with pytest.raises(ValueError, match=r"at position 3, line 1 does not come back"):
        few.encode("dog dog")


def test_it_contains_the_characters_that_come_back():
    assert "é" in OURS["byte-level"]
    assert "▁" in OURS["byte-level"]
    assert "▁" not in OURS["byte fallback"]
    for ours in OURS.values():
        assert all(text not in ours for text in ("\ud800", "", "ab"))


def test_a_token_that_the_model_lacks_is_in_no_text():
    ours = LibraryTokenizer(LIBRARY["byte-level"].to_str(), 300)
    longest = max(OURS["byte-level"].encode(SAMPLE).tolist())
    assert longest >= 300
    with pytest.raises(ValueError, match="does not come back"):
        ours.encode(SAMPLE)


def test_added_tokens_stand_for_the_text_that_they_are():
    """GPT-NeoX has runs of spaces among its tokens, as they are, where all others are in disguise."""
    theirs = tokenizers.Tokenizer.from_str(LIBRARY["byte-level"].to_str())
    theirs.add_tokens(["    ", "→☃"])
    ours = LibraryTokenizer(theirs.to_str(), 400)
    assert ours.tokens[380:382] == (b"    ", "→☃".encode())
    assert ours.decode(ours.encode("a    b→☃c")) == "a    b→☃c"


def test_texts_are_neither_cut_nor_added_to_where_the_definition_does_so():
    theirs = tokenizers.Tokenizer.from_str(LIBRARY["byte-level"].to_str())
    theirs.enable_truncation(3)
    theirs.enable_padding(length=9)
    theirs.post_processor = processors.TemplateProcessing(single=f"{START} $A", special_tokens=[(START, 0)])
    ours = LibraryTokenizer(theirs.to_str(), 400)
    for text in ("a", SAMPLE):
        assert torch.equal(ours.encode(text), OURS["byte-level"].encode(text))
