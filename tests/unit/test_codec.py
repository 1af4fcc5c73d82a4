import math
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lm import ByteTokenizer, CharTokenizer, NGramLM, TransformerLM, UniformLM, compress, decompress, ledger
from course_lm.codec import HEADER_BYTES, TOTAL, _walk, cumulative_frequencies
from course_lm.evaluate import windows
from course_lm.leaks import NoMaskLM


class Fixed:
    """The same logits after every token."""

    context_length = None

    def __init__(self, logits):
        self.logits = torch.tensor(logits, dtype=torch.float64)
        self.vocab_size = len(logits)

    def __call__(self, ids):
        return self.logits.expand(*ids.shape, -1)


def payload_bits(text, model, tokenizer):
    return 8 * (len(compress(text, model, tokenizer)) - HEADER_BYTES)


def ledger_bits(text, model, tokenizer):
    ids = tokenizer.encode_with_bos(text)
    return sum(row.bits for row in ledger(model, ids))


LOGIT = st.one_of(st.floats(-50, 50), st.sampled_from([-math.inf, -1e300, -1e-12, 0.0, 1e30]))


@settings(max_examples=50)
@given(st.lists(LOGIT, min_size=1, max_size=6), st.data())
def test_any_text_comes_back_under_any_distribution(logits, data):
    """Also where a token has probability 0 or almost 1, and where characters are not in the alphabet."""
    if max(logits) == -math.inf:
        logits[0] = 0.0
    tokenizer = CharTokenizer("\nabcde"[: len(logits)])
    text = data.draw(st.text(st.one_of(st.sampled_from(tokenizer.alphabet), st.characters(codec=None)), max_size=12))
    assert decompress(compress(text, Fixed(logits), tokenizer), Fixed(logits), tokenizer) == text


@settings(max_examples=25)
@given(text=st.text(st.one_of(st.sampled_from("\n the dogs."), st.characters(codec=None)), max_size=40))
def test_any_text_comes_back_from_the_source(toy, text):
    assert decompress(compress(text, toy, toy.tokenizer), toy, toy.tokenizer) == text


@settings(max_examples=10)
@given(text=st.text(max_size=40))
def test_a_tokenizer_of_bytes_needs_no_escape(text):
    data = compress(text, UniformLM(256), ByteTokenizer())
    assert decompress(data, UniformLM(256), ByteTokenizer()) == text
    assert 8 * (len(data) - HEADER_BYTES) <= 8 * len(text.encode()) + 9


def test_a_character_outside_the_alphabet_costs_52_bits(toy):
    text = "the dog sleeps.\n"
    more = payload_bits(text + "é" * 50, toy, toy.tokenizer) - payload_bits(text, toy, toy.tokenizer)
    assert more / 50 == pytest.approx(math.log2(TOTAL) + math.log2(0x110000), abs=0.3)


def test_the_first_and_the_last_character_of_unicode_come_back(toy):
    text = "\0\U0010ffff"
    assert decompress(compress(text, toy, toy.tokenizer), toy, toy.tokenizer) == text


def test_the_payload_is_the_ledger_for_the_source_and_for_n_grams(toy, corpus):
    text = toy.tokenizer.decode(corpus.val[1:])[:1500]
    for model in (toy, NGramLM(4, 29).fit(corpus.train)):
        bits = ledger_bits(text, model, toy.tokenizer)
        assert bits - 0.01 <= payload_bits(text, model, toy.tokenizer) <= 1.001 * bits + 32


@pytest.mark.parametrize("V", [2, 3, 64, 65])
def test_the_payload_of_the_uniform_model_is_ln_v_per_token(V):
    tokenizer = CharTokenizer("\n" + "".join(map(chr, range(33, 32 + V))))
    text = tokenizer.alphabet * (400 // V)
    bits = len(text) * math.log(V) / math.log(2)
    assert bits - 0.01 <= payload_bits(text, UniformLM(V), tokenizer) <= bits + 9.01


@pytest.mark.parametrize("p", [1e-12, 1e-6, 0.5])
def test_the_payload_is_the_ledger_for_tokens_that_are_almost_certain(p):
    model, tokenizer = Fixed([math.log(p), math.log1p(-p)]), CharTokenizer("\na")
    text = "a" * 1000
    assert payload_bits(text, model, tokenizer) <= ledger_bits(text, model, tokenizer) + 9.01


@pytest.mark.parametrize("n_characters", [24, 25, 200])
def test_the_payload_is_the_ledger_of_the_transformer_across_windows(model, corpus, n_characters):
    text = corpus.tokenizer.decode(corpus.val[1:])[:n_characters]
    data = compress(text, model, corpus.tokenizer)
    assert decompress(data, model, corpus.tokenizer) == text
    bits = ledger_bits(text, model, corpus.tokenizer)
    assert bits - 0.01 <= 8 * (len(data) - HEADER_BYTES) <= 1.001 * bits + 32


@pytest.mark.parametrize("n_symbols", [0, 1, 4, 5, 11])
@pytest.mark.parametrize("context_length", [1, 4, None])
def test_the_windows_are_those_of_the_ledger(n_symbols, context_length):
    class Recording(Fixed):
        def __call__(self, ids):
            seen.append(ids[0].tolist())
            return super().__call__(ids)

    seen: list[list[int]] = []
    model = Recording([0.0] * 20)
    model.context_length = context_length
    symbols = iter(range(1, n_symbols + 1))
    _walk(model, 0, n_symbols, lambda cumulative: next(symbols))
    cuts = windows(n_symbols + 1, context_length)
    assert seen == [list(range(begin, end + 1)) for begin, last in cuts for end in range(begin, last)]


def test_the_model_reads_a_line_break_in_place_of_a_character_outside_the_alphabet():
    seen = []

    class Recording(Fixed):
        def __call__(self, ids):
            seen.append(ids[0].tolist())
            return super().__call__(ids)

    symbols = iter([3, 20 + ord("é"), 4])
    _walk(Recording([0.0] * 20), 7, 3, lambda cumulative: next(symbols))
    assert seen == [[7], [7, 3], [7, 3, 7]]


@given(st.lists(LOGIT, min_size=1, max_size=50))
def test_frequencies_are_at_least_one_and_no_dearer_than_the_probability(logits):
    logits[0] = 0.0
    cumulative = cumulative_frequencies(torch.tensor(logits, dtype=torch.float64))
    frequency = torch.tensor(cumulative).diff()
    assert (len(frequency), cumulative[-1]) == (len(logits) + 1, TOTAL)
    assert (frequency >= 1).all()
    p = (torch.tensor(logits, dtype=torch.float64) - max(logits)).softmax(-1)
    dearer = p.log2() - (frequency[:-1] / TOTAL).log2()  # in bits
    assert (dearer[p > 1e-3] < 2e-6).all()
    assert (dearer < 1e-4).all()


def test_a_module_is_read_in_float64_without_dropout_on_one_thread_and_stays_as_it_is():
    class Spy(torch.nn.Module):
        vocab_size, context_length = 2, None

        def __init__(self):
            super().__init__()
            self.weights = torch.nn.Parameter(torch.ones(2))

        def forward(self, ids):
            seen.add((self.weights.dtype, self.training, torch.get_num_threads()))
            return self.weights.expand(*ids.shape, 2)

    seen: set[tuple[torch.dtype, bool, int]] = set()
    spy, tokenizer, before = Spy().train(), CharTokenizer("\na"), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert decompress(compress("aa", spy, tokenizer), spy, tokenizer) == "aa"
        assert seen == {(torch.float64, False, 1)}
        assert torch.get_num_threads() == 2
        assert (spy.weights.dtype, spy.training) == (torch.float32, True)
    finally:
        torch.set_num_threads(before)


@pytest.fixture
def short(toy) -> bytes:
    return compress("the dog sleeps, é.\n", toy, toy.tokenizer)


def test_every_changed_byte_is_an_error(toy, short):
    for place in range(len(short)):
        for change in (1, 0x80, 0xFF):
            damaged = bytearray(short)
            damaged[place] ^= change
            with pytest.raises(ValueError, match=r"data must|the data|checksum"):
                decompress(bytes(damaged), toy, toy.tokenizer)


def test_every_truncation_and_every_added_byte_is_an_error(toy, short):
    for n_bytes in range(len(short)):
        with pytest.raises(ValueError, match="data must"):
            decompress(short[:n_bytes], toy, toy.tokenizer)
    with pytest.raises(ValueError, match="must end where the message ends"):
        decompress(short + b"\0", toy, toy.tokenizer)


def test_a_payload_of_another_text_fails_its_checksum(toy, short):
    other = compress("the dog sleeps, è.\n", toy, toy.tokenizer)
    with pytest.raises(ValueError, match="does not have its checksum"):
        decompress(short[:HEADER_BYTES] + other[HEADER_BYTES:], toy, toy.tokenizer)


def test_another_model_is_refused_also_the_most_alike(toy, tokenizer, corpus, model):
    changed = TransformerLM(model.config)
    changed.load_state_dict(model.state_dict())
    with torch.no_grad():
        changed.head[3, 3] += 1e-6
    counting = [NGramLM(order, 29).fit(ids) for order, ids in ((2, corpus.train), (3, corpus.train))]
    counting.append(NGramLM(3, 29).fit(corpus.train[:-200]))
    for one, other in pairwise([toy, UniformLM(29), model, changed, *counting, toy]):
        data = compress("a dog", one, tokenizer)
        assert decompress(data, one, tokenizer) == "a dog"
        with pytest.raises(ValueError, match="with another model"):
            decompress(data, other, tokenizer)


def test_the_same_weights_in_another_class_or_with_another_context_are_another_model(model, tokenizer):
    data = compress("a dog", model, tokenizer)
    for other in (NoMaskLM(model.config), TransformerLM(replace(model.config, context_length=12))):
        other.load_state_dict(model.state_dict())
        with pytest.raises(ValueError, match="with another model"):
            decompress(data, other, tokenizer)


def test_another_tokenizer_is_refused(short, toy):
    other = CharTokenizer(toy.tokenizer.alphabet.replace("z", "Z"))
    with pytest.raises(ValueError, match="with another tokenizer"):
        decompress(short, toy, other)
    for work in (partial(compress, "a"), partial(decompress, short)):
        with pytest.raises(ValueError, match="vocabulary of the model, 28 tokens; got 29"):
            work(UniformLM(28), toy.tokenizer)


def test_bytes_in_place_of_a_text_are_refused(toy):
    data: Any = b"the dog"
    with pytest.raises(TypeError, match="text must be a str; got bytes"):
        compress(data, toy, toy.tokenizer)


def test_what_is_no_compressed_file_is_refused(toy):
    for data in (b"", b"PK\x03\x04 and so on", b"CLM2" + bytes(80)):
        with pytest.raises(ValueError, match="data must begin with b'CLM1'"):
            decompress(data, toy, toy.tokenizer)


def test_a_model_whose_logits_are_not_numbers_is_refused():
    for bad in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not numbers"):
            compress("\n", Fixed([0.0, bad]), CharTokenizer("\na"))


def test_a_file_of_this_version_opens_and_is_written_in_the_same_way():
    """Stored, since files last longer than programs: another way to write them needs another version in `MAGIC`."""
    tokenizer = CharTokenizer("\n abcdefghijklmnopqrstuvwxyz,.;!")
    model = UniformLM(32)  # 1/32 is the same everywhere
    data = bytes.fromhex(
        "434c4d3129966f4e0214e715ff4816d63acc2584000000000000000bfcb90b0bef56d93b380e9646cb5414d7ab84f299d6fd2f43b0"
    )
    assert compress("the dog, é\n", model, tokenizer) == data
    assert decompress(data, model, tokenizer) == "the dog, é\n"


def test_the_header_is_small():
    assert HEADER_BYTES <= 48
    assert len(compress("", UniformLM(2), CharTokenizer("\na"))) == HEADER_BYTES + 1
