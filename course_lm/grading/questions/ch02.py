"""Chapter 2, the factorization: pairs of neighbors, counted into probabilities, multiplied into a text."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question


def next_token_pairs(ids: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """The first n ids, and for each of them the one after it."""
    return ids[:n], ids[1 : n + 1]


def bigram_probs(ids: Tensor, vocab_size: int) -> Tensor:
    """How often each token came after each other one, as probabilities given the token before."""
    counts = _counts(ids, vocab_size)  # (V, V), row = current token
    seen = counts.sum(1, keepdim=True)  # (V, 1)
    return torch.where(seen > 0, counts / seen, 1 / vocab_size)


def sequence_logprob(conditionals: Tensor) -> Tensor:
    """The logarithm of the product, in nats, without the product."""
    return conditionals.double().log().sum()


def _counts(ids: Tensor, vocab_size: int) -> Tensor:
    """(V, V) float64: entry (i, j) says how often j came directly after i."""
    pairs = ids[:-1] * vocab_size + ids[1:]
    return pairs.bincount(minlength=vocab_size**2).double().reshape(vocab_size, vocab_size)


def _shares_of_all_pairs(ids: Tensor, vocab_size: int) -> Tensor:
    return _counts(ids, vocab_size) / (len(ids) - 1)


def _columns_sum_to_one(ids: Tensor, vocab_size: int) -> Tensor:
    counts = _counts(ids, vocab_size)
    return counts / counts.sum(0)


def _ids(*numbers: int) -> Tensor:
    return torch.tensor(numbers, device="cpu")


def _conditionals(numbers: list[float], dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.tensor(numbers, dtype=dtype, device="cpu")


def _random_pairs(seed: int) -> tuple[Case, ...]:
    """Texts that end with the last pair, and texts that go on."""
    generator = torch.Generator().manual_seed(seed)
    sizes = ((2, 1), (9, 1), (9, 8), (30, 17), (100, 64))
    return tuple((torch.randint(50, (N,), generator=generator, device="cpu"), n) for N, n in sizes)


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Also vocabularies of which a part never occurs."""
    generator = torch.Generator().manual_seed(seed)
    sizes = ((2, 3, 3), (9, 2, 2), (12, 4, 6), (60, 5, 5), (300, 20, 29))
    return tuple((torch.randint(used, (N,), generator=generator, device="cpu"), V) for N, used, V in sizes)


def _random_conditionals(seed: int) -> tuple[Case, ...]:
    """Single tokens, certain tokens, and texts so long that their probability is 0 in any float."""
    generator = torch.Generator().manual_seed(seed)
    cases = [(_conditionals([0.3 + seed % 7 / 10]),), (_conditionals([1, 1, 0.37], torch.float64),)]
    for T, dtype in ((6, torch.float32), (10, torch.float64), (2000, torch.float32), (2000, torch.float64)):
        numbers = 0.02 + 0.9 * torch.rand(T, generator=generator, dtype=torch.float64, device="cpu")
        cases.append((numbers.to(dtype),))
    return tuple(cases)


NEXT_TOKEN_PAIRS = Question(
    reference=next_token_pairs,
    cases=(
        (_ids(5, 2, 7, 9), 3),
        (_ids(3, 1, 4, 8, 6, 0), 4),
        (_ids(4, 4, 0, 2, 4, 1, 7, 7, 2), 6),
    ),
    hidden=_random_pairs,
    misconceptions=(
        Misconception(
            "no_shift",
            "The targets are the inputs themselves, so the best a model could do is to copy. "
            "What should it predict when it has read the first token?",
            lambda ids, n: (ids[:n], ids[:n]),
        ),
        Misconception(
            "previous_token",
            "The targets are moved by one, but the wrong way: each is the token before its input. "
            "Does a model predict what it has already read?",
            lambda ids, n: (ids[:n], torch.cat([ids[:1], ids[: n - 1]])),
            compared=lambda pair: torch.cat([pair[0], pair[1, 1:]]),  # nothing stands before the first token
        ),
        Misconception(
            "wraps_around",
            "The last target is the first token of x, as if the text were a ring. "
            "Which token comes after the last one of x in ids?",
            lambda ids, n: (ids[:n], ids[:n].roll(-1)),
        ),
    ),
)

BIGRAM_PROBS = Question(
    reference=bigram_probs,
    # Every text begins with token 0 and ends with token V - 1, which is never current in the second one.
    cases=(
        (_ids(0, 2, 0, 1, 2), 3),
        (_ids(0, 2, 1, 1, 0, 1, 2, 2, 0, 3), 4),
        (_ids(0, 3, 1, 0, 2, 3, 3, 1, 2, 2, 0, 3, 0, 0, 3), 4),
    ),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "joint",
            "These are shares among all pairs of the text. Once the current token is known, only the pairs that begin "
            "with it count: what should its row sum to?",
            _shares_of_all_pairs,
            compared=lambda probs: probs[:-1],
        ),
        Misconception(
            "columns",
            "Each column is divided by a sum of its own here. A row belongs to one current token: "
            "what has to sum to 1 if you ask what comes after it?",
            _columns_sum_to_one,
            # Between the first token and the last all are as often current as next: there, the sums over rows and
            # columns agree, and counts / counts.sum(1) without keepdim is the same mistake.
            compared=lambda probs: probs[:-1, 1:-1],
        ),
        Misconception(
            "transposed",
            "The rows belong to the next token here, so each says what came before it. "
            "Which of the two does a model know, and which does it predict?",
            lambda ids, vocab_size: bigram_probs(ids.flip(0), vocab_size),
        ),
    ),
)

SEQUENCE_LOGPROB = Question(
    reference=sequence_logprob,
    cases=(
        (_conditionals([0.5, 0.3, 0.8]),),
        (_conditionals([0.9, 0.01, 0.3, 0.6], torch.float64),),
        (_conditionals([0.07, 1.0, 0.4, 0.85, 0.6]),),
    ),
    extremes=((_conditionals([1e-30] * 11 + [1e-31], torch.float64),),),
    hidden=_random_conditionals,
    misconceptions=(
        Misconception(
            "averages",
            "This is the mean of the logarithms, and a mean does not know how long the text is. "
            "Is a whole text as probable as its first half?",
            lambda conditionals: sequence_logprob(conditionals) / len(conditionals),
        ),
        Misconception(
            "sums_probabilities",
            "This is the logarithm of a sum of probabilities. The probability of a text is a product: "
            "what does a logarithm make of that?",
            lambda conditionals: conditionals.double().sum().log(),
        ),
        Misconception(
            "skips_first",
            "The first factor is missing. Every factor belongs to one token of the text: is the first token free?",
            lambda conditionals: sequence_logprob(conditionals[1:]),
        ),
        Misconception(
            "product_underflows",
            "The formula is right, but the product of so many small factors is 0 in the computer. "
            "Can you reach its logarithm without forming the product?",
        ),
    ),
)

QUESTIONS = (NEXT_TOKEN_PAIRS, BIGRAM_PROBS, SEQUENCE_LOGPROB)
