import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lm.arithmetic_coder import Decoder, Encoder

LARGEST = 2**62


def cumulative(frequencies):
    return [0, *accumulate(frequencies)]


def coded(messages):
    encoder = Encoder()
    for frequencies, symbol in messages:
        encoder.encode(cumulative(frequencies), symbol)
    return encoder.finish()


def decoded(code, message):
    decoder = Decoder(code)
    symbols = [decoder.decode(cumulative(table)) for table, _ in message]
    decoder.finish()
    return symbols


@st.composite
def messages(draw):
    """Symbols, each with its own frequencies: even, close to 0 or 1, and up to the largest total."""
    table = st.lists(st.one_of(st.integers(1, 20), st.just(1), st.integers(1, LARGEST // 8)), min_size=1, max_size=8)
    tables = draw(st.lists(table, max_size=40))
    return [(table, draw(st.integers(0, len(table) - 1))) for table in tables]


@given(messages())
def test_decoding_gives_the_symbols_back_and_ends_where_the_bytes_end(message):
    assert decoded(coded(message), message) == [symbol for _, symbol in message]


@given(messages())
def test_a_message_costs_its_information_and_at_most_nine_bits_more(message):
    bits = sum(math.log2(sum(table) / table[symbol]) for table, symbol in message)
    assert bits <= 8 * len(coded(message)) <= bits + 9 + 0.01 * len(message)


@pytest.mark.parametrize("symbol", [0, 1])
def test_an_interval_that_closes_in_on_the_middle_stays_wide_enough(symbol):
    """The likely middle third leaves every bit open; then one symbol settles them all."""
    message = [([1, 2, 1], 1)] * 500 + [([1, 1], symbol)]
    assert decoded(coded(message), message) == [1] * 500 + [symbol]


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_an_interval_that_begins_at_a_quarter_is_named_by_that_quarter(quarter):
    message = [([quarter, 4 - quarter], 1)]
    assert decoded(coded(message), message) == [1]


@given(messages(), st.data())
def test_a_changed_bit_gives_other_symbols_or_an_error(message, data):
    code = bytearray(coded(message))
    place = data.draw(st.integers(0, 8 * len(code) - 1))
    code[place // 8] ^= 1 << place % 8
    try:
        symbols = decoded(bytes(code), message)
    except ValueError:
        return
    assert symbols != [symbol for _, symbol in message]


@given(messages(), st.binary(min_size=1, max_size=20))
def test_bytes_after_the_message_are_an_error(message, trailing):
    with pytest.raises(ValueError, match="must end where the message ends"):
        decoded(coded(message) + trailing, message)


def test_a_message_that_was_cut_off_is_an_error():
    message = [([1] * 10, i % 10) for i in range(100)]
    code = coded(message)
    for n_bytes in range(len(code)):
        with pytest.raises(ValueError, match="end before the message does"):
            decoded(code[:n_bytes], message)


@pytest.mark.parametrize(("table", "symbol"), [([0, 1, 2], -1), ([0, 1, 1, 2], 1), ([0, 1, 2**65 + 1], 0)])
def test_a_symbol_without_a_share_of_the_interval_is_refused(table, symbol):
    """It could not be decoded; the last table is too fine for the interval."""
    with pytest.raises(ValueError, match=r"symbol must be .* have a frequency of at least 1"):
        Encoder().encode(table, symbol)
