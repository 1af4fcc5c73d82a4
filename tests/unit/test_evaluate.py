import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_lm import UniformLM, evaluate, ledger, score
from course_lm.data import line_starts
from course_lm.evaluate import gap_to_source
from course_lm.score import token_nats, windows


@given(st.integers(2, 200), st.one_of(st.none(), st.integers(1, 50)), st.sets(st.integers(0, 198)))
def test_windows_cover_every_prediction_once_and_fit_the_context(n_tokens, context_length, starts):
    allowed = torch.tensor(sorted({0} | {s for s in starts if s < n_tokens - 1}))
    for cuts in (windows(n_tokens, context_length), windows(n_tokens, context_length, allowed)):
        assert [begin for begin, _ in cuts] == [0] + [end for _, end in cuts[:-1]]
        assert cuts[-1][1] == n_tokens - 1
        assert all(0 < end - begin <= (context_length or n_tokens) for begin, end in cuts)


def test_windows_begin_at_starts_where_sentences_fit():
    assert windows(21, 8, torch.tensor([0, 5, 8, 14])) == [(0, 8), (8, 14), (14, 20)]


def test_uniform_model_costs_ln_v_per_token_and_log2_v_bits():
    metrics = evaluate(UniformLM(29), torch.zeros(101).long(), n_bytes=200)
    assert metrics.nats_per_token == pytest.approx(math.log(29))
    assert metrics.perplexity == pytest.approx(29)
    assert metrics.bits_per_token == pytest.approx(math.log2(29))
    assert metrics.bits_per_byte == pytest.approx(math.log2(29) / 2)
    assert metrics.n_tokens == 100
    assert evaluate(UniformLM(29), torch.zeros(101).long()).bits_per_byte is None


@pytest.mark.parametrize("context_length", [24, 7, 1])
def test_evaluation_equals_a_loop_over_single_predictions(model, corpus, context_length):
    ids = corpus.val[:101]
    costs = []
    for t in range(100):
        begin = t // context_length * context_length
        logits = model(ids[None, begin : t + 1])[0, -1]
        costs.append(F.cross_entropy(logits, ids[t + 1]).item())
    assert token_nats(model, ids, context_length=context_length).tolist() == pytest.approx(costs, rel=1e-4, abs=1e-5)
    assert evaluate(model, ids, context_length=context_length).nats_per_token == pytest.approx(
        sum(costs) / 100, rel=1e-5
    )


def test_the_remainder_counts_and_batches_of_windows_are_weighted_by_tokens(model, corpus, monkeypatch):
    ids = corpus.val[: 24 * 5 + 12]
    at_once = evaluate(model, ids)
    monkeypatch.setattr(score, "TOKENS_AT_ONCE", 24 * 2)
    assert evaluate(model, ids).nats_per_token == pytest.approx(at_once.nats_per_token, rel=1e-6)
    assert at_once.n_tokens == len(ids) - 1


def test_ledger_sums_to_the_evaluation(model, corpus):
    ids = corpus.val[:60]
    rows, metrics = ledger(model, ids), evaluate(model, ids)
    assert [row.token for row in rows] == ids[1:].tolist()
    assert rows[-1].cumulative_nats == pytest.approx(59 * metrics.nats_per_token)
    assert rows[-1].perplexity == pytest.approx(metrics.perplexity)
    assert all(
        row.p == pytest.approx(math.exp(-row.nats)) and row.bits == pytest.approx(-math.log2(row.p)) for row in rows
    )


def test_evaluation_leaves_a_model_in_training_as_it_was(model, corpus):
    model.train()
    evaluate(model, corpus.val[:30])
    assert model.training


def test_the_source_has_no_gap_to_itself_and_uniform_has_its_whole_cost(toy, corpus):
    starts = corpus.starts(corpus.val)
    assert gap_to_source(toy, toy, corpus.val, starts).nats_per_token == 0
    gap = gap_to_source(UniformLM(29), toy, corpus.val, starts)
    assert gap.nats_per_token == pytest.approx(math.log(29) - evaluate(toy, corpus.val).nats_per_token, abs=1e-6)


def test_the_gap_of_a_model_whose_context_is_shorter_than_a_sentence(model, toy, corpus):
    starts = corpus.starts(corpus.val)
    assert torch.diff(starts).max() > model.context_length
    gap = gap_to_source(model, toy, corpus.val, starts)
    assert gap.nats_per_token > 0
    with pytest.raises(ValueError, match="starts must begin with 0"):
        gap_to_source(model, toy, corpus.val, starts[1:])


def test_the_standard_error_of_the_gap_is_that_of_independent_sentences(toy, corpus):
    starts = corpus.starts(corpus.val)
    gap = gap_to_source(UniformLM(29), toy, corpus.val, starts)
    cost = math.log(29) - token_nats(toy, corpus.val)
    pieces = [cost[a:b] for a, b in zip(starts, [*starts[1:], len(cost)], strict=True)]
    residuals = torch.stack([piece.sum() - gap.nats_per_token * len(piece) for piece in pieces])
    assert gap.standard_error == pytest.approx(float(residuals.square().sum().sqrt() / len(cost)), rel=1e-6)


def test_an_impossible_text_costs_infinity_and_equal_infinities_are_equal(toy):
    ids = toy.tokenizer.encode("\nqq\nthe ")
    assert evaluate(toy, ids).nats_per_token == math.inf
    assert gap_to_source(toy, toy, ids, line_starts(ids, toy.tokenizer.bos_id)).nats_per_token == 0


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (torch.zeros(1).long(), ValueError, r"N at least 2.*\(1,\)"),
        (torch.zeros(0).long(), ValueError, r"N at least 2.*\(0,\)"),
        (torch.zeros(2, 5).long(), ValueError, r"\(N,\).*\(2, 5\)"),
        (torch.tensor([0, 29]), ValueError, r"\[0, 29\).*29"),
        (torch.tensor([0.0, 1.0]), TypeError, "int64"),
    ],
)
def test_ids_that_cannot_be_evaluated_are_refused_in_a_sentence(bad, error, words):
    with pytest.raises(error, match=words):
        evaluate(UniformLM(29), bad)


def test_a_window_longer_than_the_context_is_refused(model, corpus):
    with pytest.raises(ValueError, match=r"context_length must be at least 1 and at most the model's own, 24; got 25"):
        evaluate(model, corpus.val, context_length=25)
