"""Byte-pair encoding: which pairs become tokens."""

from collections import Counter
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lm import BPETokenizer, ByteTokenizer
from course_lm.bpe import pieces

# Worked by hand. "an" stands 4 times: token 256. Then "b an" and "an a" stand twice, and b (98) is the lower id: token
# 257 is "ban". Then "an a" stands twice: token 258 is "ana". Now "ban ana" and " ban d ana" repeat no pair.
TEXT = "banana bandana"
MERGES = [(ord("a"), ord("n")), (ord("b"), 256), (256, ord("a"))]
IDS = [257, 258, ord(" "), 257, ord("d"), 258]


def test_merges_are_those_worked_by_hand():
    tokenizer = BPETokenizer.train(TEXT, 1000)
    assert tokenizer == BPETokenizer(MERGES)
    assert tokenizer.merges == tuple(MERGES)
    assert tokenizer.tokens[256:] == (b"an", b"ban", b"ana")
    assert tokenizer.encode(TEXT).tolist() == IDS


def test_training_stops_at_the_size_asked_for_or_when_no_pair_repeats():
    assert [BPETokenizer.train(TEXT, V).vocab_size for V in (256, 257, 258, 259, 260, 1000)] == [
        256,
        257,
        258,
        *[259] * 3,
    ]
    assert BPETokenizer.train("abcdef", 1000).vocab_size == 256
    assert BPETokenizer.train("\n\n\n\n", 1000).vocab_size == 256


@given(st.text())
def test_without_merges_the_tokens_are_the_bytes(text):
    assert torch.equal(BPETokenizer.train("aaaa", 256).encode(text), ByteTokenizer().encode(text))


def test_more_merges_make_fewer_tokens(toy):
    text = toy.sample(20_000)
    counts = [len(BPETokenizer.train(text, V).encode(text)) for V in range(256, 400, 12)]
    assert counts[0] == len(text)
    assert all(longer > shorter for longer, shorter in pairwise(counts))


@given(st.lists(st.text(alphabet="abé", max_size=3), min_size=10, max_size=40), st.sampled_from(" \n"))
def test_every_merge_joins_a_pair_that_is_most_frequent_in_the_text_so_far(words, separator):
    text = separator.join(words)
    tokenizer = BPETokenizer.train(text, 270)
    merges = tokenizer.merges
    for n, merge in enumerate(merges):
        before = BPETokenizer(merges[:n])
        pairs = Counter(pair for piece in pieces(text) for pair in pairwise(before.encode(piece).tolist()))
        most = max(pairs.values())
        assert most >= 2
        assert merge == min(pair for pair in pairs if pairs[pair] == most)
    pairs = Counter(pair for piece in pieces(text) for pair in pairwise(tokenizer.encode(piece).tolist()))
    assert tokenizer.vocab_size == 270 or max(pairs.values(), default=0) < 2


def test_the_order_of_lines_does_not_move_the_merges(toy):
    lines = toy.sample(20_000).splitlines(keepends=True)
    assert BPETokenizer.train("".join(lines), 320) == BPETokenizer.train("".join(reversed(lines)), 320)


@given(st.text())
def test_pieces_join_to_the_text_and_a_line_break_stands_alone(text):
    cut = pieces(text)
    assert "".join(cut) == text
    assert all(piece == "\n" or "\n" not in piece for piece in cut)


def test_a_word_carries_the_space_before_it():
    assert pieces("the dog,  it's\t\n my 2.") == [
        "the",
        " dog",
        ",",
        "  ",
        "it",
        "'",
        "s",
        "\t",
        "\n",
        " my",
        " 2",
        ".",
    ]


def test_the_first_and_the_newest_token_can_be_merged():
    assert BPETokenizer([(0, 0), (256, 256), (0, 257)]).tokens[256:] == (b"\0" * 2, b"\0" * 4, b"\0" * 5)


def test_merges_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match=r"vocab_size must be .* at least 256; got 255\. Every byte is a token"):
        BPETokenizer.train("abab", 255)
    with pytest.raises(ValueError, match=r"at least one character; got an empty text"):
        BPETokenizer.train("", 300)
    for merges, named in (
        ([(97, 256)], r"\(97, 256\) for the token 256"),
        ([(256, 97)], r"\(256, 97\) for the token 256"),
        ([(-1, 97)], r"\(-1, 97\) for the token 256"),
    ):
        with pytest.raises(ValueError, match=rf"two tokens that exist by then, a pair once; got {named}\. Use BPE"):
            BPETokenizer(merges)
    with pytest.raises(ValueError, match=r"a pair once; got \(97, 98\) for the token 257"):
        BPETokenizer([(97, 98), (97, 98)])
