import math
from typing import Any

import pytest
import torch

from course_lm import NGramLM, UniformLM, cross_entropy


def test_uniform_model_costs_ln_v():
    ids = torch.randint(29, (2, 50), generator=torch.Generator().manual_seed(0))
    logits = UniformLM(29)(ids)
    assert logits.shape == (2, 50, 29)
    assert not logits.any()
    assert cross_entropy(logits, ids).item() == pytest.approx(math.log(29))


@pytest.mark.parametrize("order", [1, 2, 3, 6])
def test_probabilities_sum_to_one_after_seen_and_unseen_contexts(order, corpus, ids):
    model = NGramLM(order, 29).fit(corpus.train)
    for rows in (ids, corpus.val[None]):
        assert model(rows).exp().sum(-1).flatten().tolist() == pytest.approx([1] * rows.numel(), abs=1e-5)


def reference_probability(text: list[int], context: list[int], token: int, order: int, V: int) -> float:
    """Interpolated Kneser–Ney by its definition, with dictionaries and recursion."""

    def count(gram: tuple[int, ...], k: int) -> int:
        """Occurrences for the longest context, different left neighbors for a shorter one."""
        n = len(gram)
        places = [i for i in range(len(text) - n + 1) if tuple(text[i : i + n]) == gram]
        return len(places) if k == order - 1 else len({text[i - 1] for i in places if i > 0})

    def p(context: tuple[int, ...], token: int) -> float:
        k = len(context)
        grams = {tuple(text[i : i + k + 1]) for i in range(len(text) - k)}
        if k == order - 1 == 0:
            grams = {(w,) for w in text[1:]}
        everything = [c for g in grams if (c := count_of(g, k))]
        n1, n2 = everything.count(1), everything.count(2)
        d = n1 / (n1 + 2 * n2) if n1 else 0.5
        counts = {g[-1]: c for g in grams if g[:-1] == context and (c := count_of(g, k))}
        shorter = p(context[1:], token) if k else 1 / V
        if not counts:
            return shorter
        total = sum(counts.values())
        return max(counts.get(token, 0) - d, 0) / total + d * len(counts) / total * shorter

    def count_of(gram: tuple[int, ...], k: int) -> int:
        return text[1:].count(gram[0]) if k == order - 1 == 0 else count(gram, k)

    return p(tuple(context[-(order - 1) :] if order > 1 else ()), token)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_kneser_ney_equals_its_definition(order):
    generator = torch.Generator().manual_seed(order)
    text = torch.randint(4, (60,), generator=generator)
    row = torch.randint(4, (12,), generator=generator)
    p = NGramLM(order, 4).fit(text)(row[None])[0].exp()
    for t in range(order - 1, 12):
        for token in range(4):
            expected = reference_probability(text.tolist(), row[: t + 1].tolist(), token, order, 4)
            assert p[t, token].item() == pytest.approx(expected, abs=1e-6)


def test_the_first_positions_of_a_row_are_predicted_by_shorter_n_grams(corpus):
    row = corpus.val[None, :6]
    p = NGramLM(5, 29).fit(corpus.train)(row)[0]
    for t in range(4):
        torch.testing.assert_close(p[t], NGramLM(t + 2, 29).fit(corpus.train)(row)[0, t])


@pytest.mark.parametrize("order", [1, 2, 4, 5])
def test_a_shorter_n_gram_equals_one_that_counted_the_text_itself(order, corpus):
    shorter, row = NGramLM(5, 29).fit(corpus.train).shorter(order), corpus.val[None]
    assert shorter.order == order
    torch.testing.assert_close(shorter(row), NGramLM(order, 29).fit(corpus.train)(row))


@pytest.mark.parametrize("length", range(1, 9))
def test_rows_may_be_shorter_than_the_context(corpus, length):
    model = NGramLM(8, 29).fit(corpus.train)
    assert model(corpus.val[None, :length]).exp().sum(-1).flatten().tolist() == pytest.approx([1] * length, abs=1e-5)


def test_longer_contexts_predict_the_toy_language_better(corpus):
    losses = [
        cross_entropy(NGramLM(n, 29).fit(corpus.train)(corpus.val[None, :-1])[0], corpus.val[1:]) for n in (1, 2, 4)
    ]
    assert losses[0] > losses[1] > losses[2]


def test_the_positions_read_at_once_do_not_move_the_probabilities(corpus, ids, monkeypatch):
    model = NGramLM(3, 29).fit(corpus.train)
    expected = model(ids)
    monkeypatch.setattr("course_lm.ngram.POSITIONS_AT_ONCE", 5)
    torch.testing.assert_close(model(ids), expected)


@pytest.mark.parametrize("order", [2, 5])
def test_the_future_does_not_move_the_past(order, corpus, ids):
    model = NGramLM(order, 29).fit(corpus.train)
    other = torch.cat([ids[:, :10], (ids[:, 10:] + 1) % 29], dim=1)
    torch.testing.assert_close(model(ids)[:, :10], model(other)[:, :10])


def test_bad_input_is_refused_in_a_sentence(ids):
    with pytest.raises(ValueError, match=r"in \[0, 5\), the vocabulary"):
        NGramLM(2, 5).fit(ids.flatten())
    with pytest.raises(ValueError, match="at least 2 tokens, one n-gram; got 1"):
        NGramLM(1, 5).fit(torch.tensor([1]))
    with pytest.raises(ValueError, match="at least 4 tokens, one n-gram; got 3"):
        NGramLM(4, 5).fit(torch.tensor([1, 2, 1]))
    assert NGramLM(4, 5).fit(torch.tensor([1, 2, 1, 3]))(torch.tensor([[1, 2]])).isfinite().all()
    with pytest.raises(ValueError, match="call fit"):
        NGramLM(2, 29)(ids)
    with pytest.raises(ValueError, match=r"at most that of this model, 2; got 3\. Fit a longer one"):
        NGramLM(2, 29).shorter(3)
    bad: list[tuple[Any, Any, str]] = [
        (0, 5, "order must be a whole number of at least 1; got 0"),
        (2.5, 5, "order must be a whole number of at least 1; got 2.5"),
        (2, 0, "vocab_size must be a whole number of at least 1; got 0"),
        (2, 5.0, "vocab_size must be a whole number of at least 1; got 5.0"),
    ]
    for order, vocab_size, words in bad:
        with pytest.raises(ValueError, match=words):
            NGramLM(order, vocab_size)
    sizes: list[Any] = [0, 2.5]
    for size in sizes:
        with pytest.raises(ValueError, match=f"vocab_size must be a whole number of at least 1; got {size}"):
            UniformLM(size)


def test_rows_that_an_n_gram_cannot_read_are_refused(corpus, ids):
    model = NGramLM(2, 29).fit(corpus.train)
    with pytest.raises(TypeError, match=r"ids must be int64 token ids; got torch.float32"):
        NGramLM(2, 29).fit(corpus.train.float())
    with pytest.raises(TypeError, match=r"ids must be int64 token ids; got torch.int32"):
        model(ids.int())
    with pytest.raises(ValueError, match=r"ids must be \(B, T\) with T at least 1; got \(24,\)\. One row is"):
        model(ids[0])
    with pytest.raises(ValueError, match=r"T at least 1; got \(3, 0\)"):
        model(ids[:, :0])
