"""Arithmetic coding: symbols of probability p become −log2 p bits, on average without rounding up to whole bits.

A message is a number in an interval. The interval begins as everything; every symbol keeps its share of it, as wide as
its probability. In the end any number inside tells the whole message, and a number inside an interval of width w needs
about −log2 w bits: the sum of −log2 p over the symbols.

The interval is held in integers. As soon as its two ends agree in their first bit, that bit is settled: it is written,
and the interval is doubled. All of it is exact, so a decoder that is given the same frequencies retraces every step.

Frequencies come as cumulative sums: ``cumulative[s]`` is the sum of the frequencies of the symbols before s, and the
last entry is the total. Every frequency is at least 1, and the total at most 2⁶²: the interval is always wider than a
quarter of everything, so that every symbol keeps a part of it.

Source: Witten, Neal and Cleary (1987), "Arithmetic coding for data compression".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

BITS = 64  # of the two ends of the interval
HALF, QUARTER = 1 << (BITS - 1), 1 << (BITS - 2)
FINAL_BITS = 2  # after the last symbol two more bits name a number inside the interval


class _Interval:
    """The numbers from ``low`` to ``high``, both included, that still fit all symbols so far."""

    def __init__(self) -> None:
        self.low, self.high = 0, 2 * HALF - 1

    def narrow(self, cumulative: Sequence[int], symbol: int) -> None:
        """Keep the share of one symbol."""
        width, total = self.high - self.low + 1, cumulative[-1]
        self.high = self.low + width * cumulative[symbol + 1] // total - 1
        self.low = self.low + width * cumulative[symbol] // total
        if self.high < self.low:
            raise ValueError(
                f"symbol must be one of {len(cumulative) - 1} and have a frequency of at least 1, of at most 2**62 for "
                f"all; got {symbol} with {cumulative[symbol + 1] - cumulative[symbol]} of {total}."
            )

    def offset(self) -> int | None:
        """What to subtract before the interval is doubled; None while it is too wide for that.

        0 or ``HALF`` if both ends lie in the lower or the upper half: the next bit is 0 or 1. ``QUARTER`` if they lie
        around the middle, closer than half of everything: the next bit is open, but the one after it is its opposite.
        """
        if self.high < HALF:
            return 0
        if self.low >= HALF:
            return HALF
        if self.low >= QUARTER and self.high < HALF + QUARTER:
            return QUARTER
        return None

    def double(self, offset: int) -> None:
        """Make room for one more bit."""
        self.low = 2 * (self.low - offset)
        self.high = 2 * (self.high - offset) + 1


class Encoder:
    """Symbols in, bytes out."""

    def __init__(self) -> None:
        self._interval = _Interval()
        self._bits: list[str] = []
        self._open = 0  # bits that will be the opposite of the next one

    def encode(self, cumulative: Sequence[int], symbol: int) -> None:
        """Add one symbol, given the cumulative frequencies of all candidates.

        Raises:
            ValueError: if the frequency of the symbol is not at least 1.
        """
        self._interval.narrow(cumulative, symbol)
        while (offset := self._interval.offset()) is not None:
            if offset == QUARTER:
                self._open += 1
            else:
                self._write("0" if offset == 0 else "1")
            self._interval.double(offset)

    def finish(self) -> bytes:
        """The whole message, filled up with zeros to whole bytes."""
        self._open += 1  # 01 or 10, whichever lies inside the interval for any bits that follow
        self._write("0" if self._interval.low < QUARTER else "1")
        bits = "".join(self._bits)
        return bytes(int(bits[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8))

    def _write(self, bit: str) -> None:
        opposite = "1" if bit == "0" else "0"
        self._bits.append(bit + opposite * self._open)
        self._open = 0


class Decoder:
    """Bytes in, the same symbols out, given the same frequencies.

    Raises:
        ValueError: if the bytes end before the symbols do, or are not exactly what the encoder wrote.
    """

    def __init__(self, data: bytes) -> None:
        self._interval = _Interval()
        self._n_bytes = len(data)
        self._bits = "".join(f"{byte:08b}" for byte in data)
        self._n_doubled = 0
        self._number = int(self._bits[:BITS].ljust(BITS, "0"), 2)  # the message, as far as the interval can tell

    def decode(self, cumulative: Sequence[int]) -> int:
        """The next symbol: the one whose share of the interval holds the number."""
        low, width = self._interval.low, self._interval.high - self._interval.low + 1
        place = ((self._number - low + 1) * cumulative[-1] - 1) // width
        symbol = bisect_right(cumulative, place) - 1
        self._interval.narrow(cumulative, symbol)
        while (offset := self._interval.offset()) is not None:
            self._interval.double(offset)
            self._number = 2 * (self._number - offset) + self._next_bit()
        return symbol

    def finish(self) -> None:
        """Check that nothing but the final bits and the zeros that fill the last byte is left."""
        final = QUARTER if self._interval.low < QUARTER else HALF
        if self._number != final or self._n_bytes != -(-(self._n_doubled + FINAL_BITS) // 8):
            raise ValueError("the coded bytes must end where the message ends; they are damaged.")

    def _next_bit(self) -> int:
        self._n_doubled += 1
        if self._n_doubled + FINAL_BITS > len(self._bits):
            raise ValueError("the coded bytes end before the message does; they are cut off or damaged.")
        place = self._n_doubled + BITS - 1
        return int(self._bits[place]) if place < len(self._bits) else 0
