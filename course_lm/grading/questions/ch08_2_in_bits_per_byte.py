"""Exercise 8.2, perplexities under several tokenizers, in one unit."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def in_bits_per_byte(perplexities: Tensor, n_tokens: Tensor, text: str) -> Tensor:
    """Bits for each UTF-8 byte of a text, from each model's perplexity per token and its number of tokens."""
    return _bits(perplexities, n_tokens) / _size(text)


def _bits(perplexities: Tensor, n_tokens: Tensor) -> Tensor:
    """What each model pays for the whole text."""
    return perplexities.double().log2() * n_tokens


def _size(text: str) -> int:
    return len(text.encode())


def _shared_among(size: Callable[[str], int]) -> Callable[..., Tensor]:
    """The cost of the text, shared among something else than its bytes."""
    return lambda perplexities, n_tokens, text: _bits(perplexities, n_tokens) / size(text)


def _random_reports(seed: int) -> tuple[Case, ...]:
    """One model and many, a model that was certain, characters of one to four bytes, blanks at the ends, long texts."""
    generator = torch.Generator().manual_seed(seed)
    texts = (
        "x",
        "the dogs rest.\r\n",
        "the café → 東京, 5 €.\n" * 3,
        "🐶🐱 and 🐭",
        " \n two  blanks \t",
        "e\u0301te\u0301",
    )
    cases: list[Case] = [(numbers([1, 7.5]), numbers([3, 5], torch.int64), "ñandú")]
    for K, text in enumerate((*texts, "A" * 5000), start=1):
        perplexities = 1 + 60 * torch.rand(K, generator=generator, dtype=torch.float64)
        n_tokens = torch.randint(1, _size(text) + 1, (K,), generator=generator)
        cases.append((perplexities.to((torch.float32, torch.float64)[K % 2]), n_tokens, text))
    return tuple(cases)


def _long_reports(seed: int) -> tuple[Case, ...]:
    """A text of so many tokens that one over its probability is larger than any float."""
    perplexities = 20 + 40 * torch.rand(4, generator=torch.Generator().manual_seed(seed))
    return ((perplexities, numbers([900, 1000, 1500, 4000], torch.int64), "日本 is Japan.\n" * 300),)


IN_BITS_PER_BYTE = Question(
    reference=in_bits_per_byte,
    cases=(
        (numbers([12.0, 3.5]), numbers([2, 5], torch.int64), "zoé\n"),
        (numbers([3.7, 40.5, 6.2], torch.float64), numbers([21, 6, 13], torch.int64), "5 € für 🐶 und 日本 "),
    ),
    extremes=(
        (
            numbers([2e6, 5e5], torch.float64),
            numbers([50, 60], torch.int64),
            "the dogs rest, and the cats near the old castle sleep. " * 2,
        ),
    ),
    extremes_are="long or costly texts",
    hidden=_random_reports,
    hidden_extremes=_long_reports,
    partial_points=3,
    misconceptions=(
        Misconception(
            "per_character",
            "These are bits per character, and some characters of this text take more than one byte. How long is the "
            "text once it is stored in UTF-8?",
            _shared_among(len),
        ),
        Misconception(
            "nats",
            "These are nats per byte, and bits are asked for. Which base does your logarithm have?",
            lambda ppl, n, text: ppl.double().log() * n / _size(text),
        ),
        Misconception(
            "per_token",
            "This is what one token costs, and the tokens of two tokenizers are of different sizes. What has each "
            "model paid for the whole text, and how many bytes share that?",
            lambda ppl, n, text: ppl.double().log2(),
            also=(lambda ppl, n, text: ppl.double().log(),),
        ),
        Misconception(
            "mean_for_total",
            "What one token costs is shared among the bytes of the whole text. How many tokens were paid for?",
            lambda ppl, n, text: ppl.double().log2() / _size(text),
            also=(lambda ppl, n, text: ppl.double().log() / _size(text),),
        ),
        Misconception(
            "no_log",
            "A perplexity is taken for a cost. It is the number of sides of a die: what does one throw cost?",
            lambda ppl, n, text: ppl.double() * n / _size(text),
            also=(
                lambda ppl, n, text: ppl.double() * n / math.log(2) / _size(text),
                lambda ppl, n, text: ppl.double() / _size(text),
                lambda ppl, n, text: ppl.double() / math.log(2) / _size(text),
            ),
        ),
        Misconception(
            "ln2_upside_down",
            "The conversion is upside down. A bit is less than a nat: is the same cost more bits than nats, or fewer?",
            lambda ppl, n, text: ppl.double().log() * math.log(2) * n / _size(text),
        ),
        Misconception(
            "converted_twice",
            "The cost is turned into another unit twice. In which unit is a logarithm to the base 2?",
            lambda ppl, n, text: in_bits_per_byte(ppl, n, text) / math.log(2),
        ),
        Misconception(
            "nats_per_character",
            "These are nats per character. Two units are to be changed: nats into bits, and characters into bytes.",
            lambda ppl, n, text: ppl.double().log() * n / len(text),
        ),
        Misconception(
            "not_divided",
            "This is the cost of the whole text. How many bytes share it?",
            lambda ppl, n, text: _bits(ppl, n),
            also=(lambda ppl, n, text: ppl.double().log() * n,),
        ),
        Misconception(
            "divided_by_tokens",
            "The cost of a token is divided by the number of tokens. It is a mean already: how does the cost of the "
            "whole text come of it?",
            lambda ppl, n, text: ppl.double().log2() / n,
            also=(
                lambda ppl, n, text: ppl.double().log2() / n / _size(text),
                lambda ppl, n, text: ppl.double().log2() * _size(text) / n,
                lambda ppl, n, text: ppl.double().log() * _size(text) / n,
            ),
        ),
        Misconception(
            "logarithm_of_product",
            "The perplexity is multiplied before the logarithm is taken. Which of the two is a cost that adds up, the "
            "perplexity or its logarithm?",
            lambda ppl, n, text: (ppl.double() * n).log2() / _size(text),
            also=(
                lambda ppl, n, text: (ppl.double() * n / _size(text)).log2(),
                lambda ppl, n, text: (ppl.double() * n / len(text)).log2(),
            ),
        ),
        Misconception(
            "perplexity_per_byte",
            "This is a perplexity, for each byte. What is asked for is what a byte costs.",
            lambda ppl, n, text: ppl.double() ** (n / _size(text)),
            also=(lambda ppl, n, text: in_bits_per_byte(ppl, n, text).exp(),),
        ),
        Misconception(
            "one_count_for_all",
            "All models are taken to have the same number of tokens. Each has its own tokenizer.",
            lambda ppl, n, text: _bits(ppl, n[0]) / _size(text),
            also=(
                lambda ppl, n, text: _bits(ppl, n.sum()) / _size(text),
                lambda ppl, n, text: _bits(ppl, n.max()) / _size(text),
                lambda ppl, n, text: _bits(ppl, n.double().mean()) / _size(text),
                lambda ppl, n, text: _bits(ppl, torch.tensor(len(text.split()))) / _size(text),
            ),
        ),
        Misconception(
            "one_number",
            "This is one number for all models. Each of them gets its own.",
            lambda ppl, n, text: in_bits_per_byte(ppl, n, text).mean(),
            also=(
                lambda ppl, n, text: in_bits_per_byte(ppl, n, text).sum(),
                lambda ppl, n, text: in_bits_per_byte(ppl, n, text).min(),
                lambda ppl, n, text: in_bits_per_byte(ppl, n, text)[0],
            ),
        ),
        Misconception(
            "best_model",
            "This is the place of a model in the list. The cost under each of them is asked for.",
            lambda ppl, n, text: in_bits_per_byte(ppl, n, text).argmin(),
        ),
        Misconception(
            "sorted",
            "These are the right numbers in another order. Which of them belongs to the first model?",
            lambda ppl, n, text: in_bits_per_byte(ppl, n, text).sort(descending=True).values,
            also=(lambda ppl, n, text: in_bits_per_byte(ppl, n, text).sort().values,),
        ),
        Misconception(
            "upside_down",
            "These are bytes per bit. Which unit stands above in bits per byte, and which below?",
            lambda ppl, n, text: 1 / in_bits_per_byte(ppl, n, text),
        ),
        Misconception(
            "eight_bits",
            "Bits are multiplied or divided by 8 on the way. The bits that a byte takes on a disk are not those that a "
            "model pays for it.",
            lambda ppl, n, text: in_bits_per_byte(ppl, n, text) / 8,
            also=(lambda ppl, n, text: in_bits_per_byte(ppl, n, text) * 8,),
        ),
        Misconception(
            "sign",
            "The sign is flipped. The logarithm of a perplexity is a cost already.",
            lambda ppl, n, text: -in_bits_per_byte(ppl, n, text),
        ),
        Misconception(
            "base_ten",
            "The logarithm is one to the base 10. Which base belongs to bits?",
            lambda ppl, n, text: ppl.double().log10() * n / _size(text),
        ),
        Misconception(
            "other_encoding",
            "The text is measured in another encoding. In UTF-8 a character takes one to four bytes.",
            _shared_among(lambda text: len(text.encode("utf-16"))),
            also=(
                _shared_among(lambda text: len(text.encode("utf-16-le"))),
                _shared_among(lambda text: len(text.encode("utf-32"))),
                _shared_among(lambda text: len(text.encode("latin-1", "ignore"))),
            ),
        ),
        Misconception(
            "left_out",
            "Characters that are not ASCII are left out before the bytes are counted. The models paid for them too.",
            _shared_among(lambda text: len(text.encode("ascii", "ignore"))),
        ),
        Misconception(
            "stripped",
            "Line breaks and blanks at the ends are taken off before the bytes are counted. They are text as well.",
            _shared_among(lambda text: _size(text.strip())),
        ),
        Misconception(
            "words",
            "The cost is shared among the words of the text. How long is the text once it is stored in UTF-8?",
            _shared_among(lambda text: len(text.split())),
        ),
        Misconception(
            "two_bytes_at_most",
            "Every character that is not ASCII is taken to have two bytes. How many can one have in UTF-8?",
            _shared_among(lambda text: len(text) + sum(not character.isascii() for character in text)),
        ),
        Misconception(
            "power_overflows",
            "The formula is right, but the perplexity to the power of the number of tokens is larger than any number "
            "in the computer. What does a logarithm make of a power?",
        ),
    ),
)
