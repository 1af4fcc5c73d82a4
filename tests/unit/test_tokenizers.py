import math
import random
from collections import Counter
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lm import (
    BPETokenizer,
    ByteTokenizer,
    CharTokenizer,
    Tokenizer,
    UniformLM,
    evaluate,
    load_checkpoint,
    save_checkpoint,
)
from course_lm.bpe import pieces

# Worked by hand. "an" stands 4 times: token 256. Then "b an" and "an a" stand twice, and b (98) is the lower id: token
# 257 is "ban". Then "an a" stands twice: token 258 is "ana". Now "ban ana" and " ban d ana" repeat no pair.
TEXT = "banana bandana"
MERGES = [(ord("a"), ord("n")), (ord("b"), 256), (256, ord("a"))]
IDS = [257, 258, ord(" "), 257, ord("d"), 258]


@pytest.fixture(scope="module")
def learned(toy) -> BPETokenizer:
    return BPETokenizer.train(toy.sample(20_000) + "Ünïcödé, ünïcödé\n", 400)


@pytest.fixture(params=["characters", "bytes", "bpe"])
def any_tokenizer(request, learned) -> Tokenizer:
    return {"characters": CharTokenizer.from_text("héello\n"), "bytes": ByteTokenizer(), "bpe": learned}[request.param]


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
    for read in (any_tokenizer.encode, CharTokenizer.from_text, lambda text: BPETokenizer.train(text, 300)):
        with pytest.raises(TypeError, match=named):
            read(b"abc")


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


def test_merges_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match=r"vocab_size must be at least 256, one token for each byte; got 255"):
        BPETokenizer.train("abab", 255)
    with pytest.raises(ValueError, match=r"at least one character; got an empty text"):
        BPETokenizer.train("", 300)
    for merges, named in (
        ([(97, 256)], r"\(97, 256\) for the token 256"),
        ([(-1, 97)], r"\(-1, 97\) for the token 256"),
    ):
        with pytest.raises(ValueError, match=rf"two tokens that exist by then, a pair once; got {named}\. Use BPE"):
            BPETokenizer(merges)
    with pytest.raises(ValueError, match=r"a pair once; got \(97, 98\) for the token 257"):
        BPETokenizer([(97, 98), (97, 98)])


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


def test_a_saved_tokenizer_is_the_same_whoever_reads_it(tmp_path, any_tokenizer):
    any_tokenizer.save(tmp_path / "t.json")
    for reader in (Tokenizer, type(any_tokenizer)):
        again = reader.load(tmp_path / "t.json")
        assert type(again) is type(any_tokenizer)
        assert again == any_tokenizer
        assert hash(again) == hash(any_tokenizer)
        assert torch.equal(again.encode("hello\n"), any_tokenizer.encode("hello\n"))


def test_a_checkpoint_gives_back_any_tokenizer(tmp_path, any_tokenizer, model):
    save_checkpoint(tmp_path, model, tokenizer=any_tokenizer)
    assert load_checkpoint(tmp_path).tokenizer == any_tokenizer


def test_other_tokenizers_are_not_equal(any_tokenizer):
    others = [CharTokenizer.from_text("hello\n"), BPETokenizer([]), "bytes"]
    assert all(any_tokenizer != other for other in others)


def test_the_json_of_characters_has_not_changed():
    assert CharTokenizer.from_text("ab").to_json() == '{"kind": "characters", "alphabet": "\\nab"}'


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path):
    (tmp_path / "t.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"^this is not the description of a tokenizer: "):
        Tokenizer.load(tmp_path / "t.json")


@pytest.mark.parametrize(
    ("reader", "called"),
    [
        (CharTokenizer, "character tokenizer"),
        (ByteTokenizer, "byte tokenizer"),
        (BPETokenizer, "BPE tokenizer"),
        (Tokenizer, "tokenizer"),
    ],
)
def test_a_foreign_description_is_refused(reader, called):
    foreign = ["{}", "[1]", '"bytes"', "nonsense", '{"kind": "words"}', '{"kind": ["bytes"]}', '{"kind": "bpe"}']
    foreign += [
        '{"kind": "bytes", "size": 3}',
        '{"kind": "bpe", "merges": [[1, 300]]}',
        '{"kind": "bpe", "merges": ["a"]}',
    ]
    foreign += ['{"kind": "characters", "alphabet": 3}', '{"kind": "characters", "alphabet": ["\\n", "ab"]}']
    foreign += [
        t.to_json() for t in (CharTokenizer("\n"), ByteTokenizer(), BPETokenizer([])) if not isinstance(t, reader)
    ]
    for text in foreign:
        with pytest.raises(ValueError, match=rf"^this is not the description of a {called}: "):
            reader.from_json(text)
