"""Exercise 2.2, a table of counts that predicts."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def bigram_probs(ids: Tensor, vocab_size: int) -> Tensor:
    """How often each token came after each other one, as probabilities given the token before."""
    return _rows(_counts(ids, vocab_size))


def _counts(ids: Tensor, vocab_size: int) -> Tensor:
    """(V, V) float64: entry (i, j) says how often j came directly after i."""
    return _counted(ids[:-1], ids[1:], vocab_size)


def _counted(current: Tensor, following: Tensor, vocab_size: int) -> Tensor:
    pairs = current * vocab_size + following
    return pairs.bincount(minlength=vocab_size**2).double().reshape(vocab_size, vocab_size)


def _rows(counts: Tensor) -> Tensor:
    """Each row as shares, uniform where nothing was counted."""
    seen = counts.sum(1, keepdim=True)  # (V, 1)
    return torch.where(seen > 0, counts / seen, 1 / len(counts))


def _zero_rows(counts: Tensor, seen: Tensor) -> Tensor:
    """Each row by what was seen of its token; zeros where that is nothing."""
    return (counts / seen[:, None]).nan_to_num(0)


def _disjoint(ids: Tensor, vocab_size: int) -> Tensor:
    n = len(ids) // 2 * 2
    return _rows(_counted(ids[:n:2], ids[1:n:2], vocab_size))


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Also vocabularies of which a part never occurs."""
    generator = torch.Generator().manual_seed(seed)
    sizes = ((4, 1, 1), (2, 3, 3), (9, 2, 2), (12, 4, 6), (60, 5, 5), (300, 20, 29), (3000, 7, 8))
    return tuple((torch.randint(used, (N,), generator=generator), V) for N, used, V in sizes)


BIGRAM_PROBS = Question(
    reference=bigram_probs,
    # Every text begins with token 0. It ends with token V - 1, which is never current in the second one, or, like the
    # last one, with token 0, and the last token of the vocabulary never occurs.
    cases=(
        (numbers([0, 2, 0, 1, 2], torch.int64), 3),
        (numbers([0, 2, 1, 1, 0, 1, 2, 2, 0, 3], torch.int64), 4),
        (numbers([0, 3, 1, 0, 2, 3, 3, 1, 2, 2, 0, 3, 0, 0, 3], torch.int64), 4),
        (numbers([0, 2, 1, 1, 2, 0, 0, 2, 2, 1, 0, 1, 1, 0, 2, 0], torch.int64), 4),
    ),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "unseen_rows",
            "A token that is never followed by anything has no row of probabilities here: 0 was divided by 0, or the "
            "row was left empty. What can be said of its successor if nothing was seen?",
            lambda ids, vocab_size: _zero_rows(counts := _counts(ids, vocab_size), counts.sum(1)),
            compared=lambda probs: probs.nan_to_num(0),
        ),
        Misconception(
            "joint",
            "These are shares among all pairs of the text. Once the current token is known, only the pairs that begin "
            "with it count: what should its row sum to?",
            lambda ids, vocab_size: _counts(ids, vocab_size) / (len(ids) - 1),
            compared=lambda probs: probs[:-1],
        ),
        Misconception(
            "columns",
            "Each column is divided by a sum of its own here. A row belongs to one current token. What has to sum to 1 "
            "if you ask what comes after that token?",
            lambda ids, vocab_size: (counts := _counts(ids, vocab_size)) / counts.sum(0),
            # Between the first token and the last all are as often current as next: there, the sums over rows and
            # columns agree, and counts / counts.sum(1) without keepdim is the same mistake.
            compared=lambda probs: probs[:-1, 1:-1],
        ),
        Misconception(
            "transposed",
            "The rows belong to the next token here, so each says what came before it. "
            "Which of the two does a model know, and which does it predict?",
            lambda ids, vocab_size: bigram_probs(ids.flip(0), vocab_size),
            compared=lambda probs: probs[:-1],
        ),
        Misconception(
            "counted_once",
            "A pair that occurs again is not counted again. Does the addition go through all pairs one by one, or does "
            "it write one number to each place?",
            lambda ids, vocab_size: _rows(_counts(ids, vocab_size).clamp(max=1)),
            compared=lambda probs: probs[:-1],
        ),
        Misconception(
            "add_one",
            "One is added to every count, so pairs that never occurred have a probability. That is a way of smoothing. "
            "But what does the formula say of a pair that was not seen?",
            lambda ids, vocab_size: _rows(_counts(ids, vocab_size) + 1),
        ),
        Misconception(
            "all_occurrences",
            "A row is divided by how often its token occurs in the text. Does every occurrence have a successor?",
            lambda ids, vocab_size: _zero_rows(_counts(ids, vocab_size), ids.bincount(minlength=vocab_size)),
            compared=lambda probs: probs[:-1],  # where the text ends with token 0, row 0 tells
        ),
        Misconception(
            "only_counts",
            "These are counts. What turns the counts of a row into probabilities?",
            lambda ids, vocab_size: _counts(ids, vocab_size),
            compared=lambda counts: counts[:-1],
        ),
        Misconception(
            "seen_vocabulary",
            "The table has no row for tokens that do not occur in this text. How many tokens does the vocabulary have?",
            lambda ids, vocab_size: bigram_probs(ids, int(ids.max()) + 1),
        ),
        Misconception(
            "wraps_around",
            "The first token of the text is counted as the successor of the last, as if the text were a ring. What "
            "comes after the last token?",
            lambda ids, vocab_size: bigram_probs(torch.cat([ids, ids[:1]]), vocab_size),
        ),
        Misconception(
            "softmax_of_counts",
            "This is a softmax of the counts, so a count of 0 still gets a share. What do the counts of a row have to "
            "be divided by?",
            lambda ids, vocab_size: _counts(ids, vocab_size).softmax(-1),
        ),
        Misconception(
            "columns_of_zeros",
            "Where nothing was seen, only tokens that occur in the text get a share. Over how many tokens is a uniform "
            "row spread?",
            lambda ids, vocab_size: torch.where(
                (counts := _counts(ids, vocab_size)).sum(1, keepdim=True) > 0,
                _rows(counts),
                (seen := ids.bincount(minlength=vocab_size) > 0) / seen.sum(),
            ),
        ),
        Misconception(
            "disjoint_pairs",
            "The text is cut into pairs that share no token. But the second token of a pair is also the first token of "
            "the next pair.",
            _disjoint,
        ),
        Misconception(
            "two_apart",
            "There is a token between the two tokens of each pair. Which token comes directly after the current one?",
            lambda ids, vocab_size: _rows(_counted(ids[:-2], ids[2:], vocab_size)),
        ),
        Misconception(
            "no_context",
            "Every row is the same: it says how often each token occurs, whatever came before it. What does a bigram "
            "look at?",
            lambda ids, vocab_size: (ids.bincount(minlength=vocab_size) / len(ids)).expand(vocab_size, -1),
        ),
    ),
)
