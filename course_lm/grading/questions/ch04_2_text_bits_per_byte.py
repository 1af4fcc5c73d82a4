"""Exercise 4.2, a number for every tokenizer."""

from __future__ import annotations

import math
import sys

import torch

from course_lm.grading.question import Case, Misconception, Question
from course_lm.grading.questions.ch04_1_perplexity_of import random_row


def text_bits_per_byte(total_nats: float, text: str) -> float:
    """Bits for each byte of the text in UTF-8."""
    return total_nats / math.log(2) / len(text.encode("utf-8"))


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Plain ASCII, blanks at the ends, a text for free, characters of up to four bytes, and a letter with a mark."""
    nats = (1 + 20 * random_row(7, torch.Generator().manual_seed(seed), torch.float64)).tolist()
    texts = (
        "the dogs rest.\r\n",
        "x",
        "the café → 東京, 5 €.\n" * 3,
        "🐶🐱 and 🐭",
        " \n two  blanks \t",
        "e\u0301te\u0301",
        "A" * 5000,
    )
    return (*zip(nats, texts, strict=True), (0.0, "ñandú"))


TEXT_BITS_PER_BYTE = Question(
    reference=text_bits_per_byte,
    cases=((2.0, "né"), (7.5, "déjà vu\n"), (12.0, "5 € für 🐶 und 日本")),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "per_character",
            "These are bits per character, and some characters of this text take more than one byte. How long is the "
            "text once it is stored in UTF-8?",
            lambda total_nats, text: total_nats / math.log(2) / len(text),
        ),
        Misconception(
            "nats",
            "These are nats per byte, and bits are asked for. How many nats is one bit?",
            lambda total_nats, text: total_nats / len(text.encode("utf-8")),
        ),
        Misconception(
            "ln2_upside_down",
            "The conversion is upside down. A bit is less than a nat: is the same cost more bits than nats, or fewer?",
            lambda total_nats, text: total_nats * math.log(2) / len(text.encode("utf-8")),
        ),
        Misconception(
            "nats_per_character",
            "These are nats per character. Two units have to be changed: nats into bits, and characters into bytes.",
            lambda total_nats, text: total_nats / len(text),
        ),
        Misconception(
            "not_divided",
            "These are the bits of the whole text. How many bytes share them?",
            lambda total_nats, text: total_nats / math.log(2),
        ),
        Misconception(
            "upside_down",
            "These are bytes per bit. In bits per byte, which unit goes on top and which below?",
            lambda total_nats, text: len(text.encode("utf-8")) / (total_nats / math.log(2)),
        ),
        Misconception(
            "per_bit",
            "The cost is divided by the number of bits in which the text is stored. By how many bytes should it be "
            "divided?",
            lambda total_nats, text: text_bits_per_byte(total_nats, text) / 8,
        ),
        Misconception(
            "bytes_per_byte",
            "There is a factor of 8 too much or too little. The cost is in bits already, and the text is counted in "
            "bytes.",
            lambda total_nats, text: text_bits_per_byte(total_nats, text) * 8,
        ),
        Misconception(
            "other_encoding",
            "The text is measured in another encoding. In UTF-8 a character takes one to four bytes.",
            lambda total_nats, text: total_nats / math.log(2) / len(text.encode("utf-16")),
            also=(
                lambda total_nats, text: total_nats / math.log(2) / len(text.encode("utf-16-le")),
                lambda total_nats, text: total_nats / math.log(2) / len(text.encode("utf-32")),
                lambda total_nats, text: total_nats / math.log(2) / len(text.encode("latin-1")),
            ),
        ),
        Misconception(
            "left_out",
            "Characters that are not ASCII are left out before the bytes are counted. The model paid for them too.",
            lambda total_nats, text: total_nats / math.log(2) / len(text.encode("ascii", "ignore")),
        ),
        Misconception(
            "logarithm_of_cost",
            "A logarithm is taken of the cost, which is one already. A change of unit is a division: by how many nats?",
            lambda total_nats, text: math.log2(total_nats) / len(text.encode("utf-8")),
        ),
        Misconception(
            "base_ten",
            "The cost is divided by the logarithm of 10. Which number belongs to bits?",
            lambda total_nats, text: total_nats / math.log(10) / len(text.encode("utf-8")),
        ),
        Misconception(
            "stripped",
            "Line breaks and blanks at the ends are taken off before the bytes are counted. They are part of the text "
            "as well.",
            lambda total_nats, text: text_bits_per_byte(total_nats, text.strip()),
        ),
        Misconception(
            "object_in_memory",
            "This is the size of a Python object, with all that Python keeps beside the text. How long is the text "
            "once it is stored in UTF-8?",
            lambda total_nats, text: total_nats / math.log(2) / sys.getsizeof(text),
        ),
        Misconception(
            "perplexity",
            "The result is used as an exponent, which turns it into a perplexity. Bits per byte are asked for.",
            lambda total_nats, text: 2 ** text_bits_per_byte(total_nats, text),
            also=(lambda total_nats, text: math.exp(total_nats / len(text.encode("utf-8"))),),
        ),
        Misconception(
            "words",
            "The cost is divided by the number of words. How long is the text once it is stored in UTF-8?",
            lambda total_nats, text: total_nats / math.log(2) / len(text.split()),
        ),
        Misconception(
            "letters_once",
            "Every character counts only once here, however often it occurs. How long is the text?",
            lambda total_nats, text: total_nats / math.log(2) / len(set(text)),
            also=(lambda total_nats, text: total_nats / math.log(2) / len(set(text.encode("utf-8"))),),
        ),
        Misconception(
            "two_bytes_at_most",
            "Every character that is not ASCII is taken to have two bytes. How many can a character have in UTF-8?",
            lambda total_nats, text: (
                total_nats / math.log(2) / (len(text) + sum(not character.isascii() for character in text))
            ),
        ),
    ),
)
