import importlib
import math
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lm import ModelConfig, NGramLM, TransformerLM, UniformLM, evaluate, ledger
from course_lm.data import line_starts
from course_lm.evaluate import gap_to_source, token_nats, windows

from .rounding import LOGITS

evaluation = importlib.import_module("course_lm.evaluate")  # the module, where the package has the function


@given(st.integers(2, 200), st.one_of(st.none(), st.integers(1, 50)), st.sets(st.integers(0, 198)))
def test_windows_cover_every_prediction_once_and_fit_the_context(n_tokens, context_length, starts):
    allowed = torch.tensor(sorted({0} | {s for s in starts if s < n_tokens - 1}))
    for cuts in (windows(n_tokens, context_length), windows(n_tokens, context_length, starts=allowed)):
        assert [begin for begin, _ in cuts] == [0] + [end for _, end in cuts[:-1]]
        assert cuts[-1][1] == n_tokens - 1
        assert all(0 < end - begin <= (context_length or n_tokens) for begin, end in cuts)


@given(st.integers(2, 200), st.integers(1, 50), st.data())
def test_windows_that_overlap_give_every_prediction_once_with_a_window_less_a_stride_before_it(n_tokens, longest, data):
    stride = data.draw(st.integers(1, min(longest, n_tokens)))
    cuts = windows(n_tokens, longest, stride)
    counted = [
        target
        for before, (_, end) in zip([0, *(end for _, end in cuts)], cuts, strict=False)
        for target in range(before + 1, end + 1)
    ]
    assert counted == list(range(1, n_tokens))
    assert all(begin == number * stride for number, (begin, _) in enumerate(cuts))
    for (_, done), (begin, end) in pairwise(cuts):
        assert end - begin <= longest
        assert done - begin >= longest - stride
    if stride == longest:
        assert cuts == windows(n_tokens, longest)


def test_windows_begin_at_starts_where_sentences_fit():
    assert windows(21, 8, starts=torch.tensor([0, 5, 8, 14])) == [(0, 8), (8, 14), (14, 20)]
    assert windows(21, 8, starts=torch.tensor([5])) == [(0, 5), (5, 13), (13, 20)]
    assert windows(10, 9, starts=torch.tensor([0, 5])) == [(0, 9)]  # all of it fits


def test_uniform_model_costs_ln_v_per_token_and_log2_v_bits():
    metrics = evaluate(UniformLM(29), torch.zeros(101).long(), n_bytes=200)
    assert metrics.nats_per_token == pytest.approx(math.log(29))
    assert metrics.perplexity == pytest.approx(29)
    assert metrics.bits_per_token == pytest.approx(math.log2(29))
    assert metrics.bits_per_byte == pytest.approx(math.log2(29) / 2)
    assert metrics.n_tokens == 100
    assert evaluate(UniformLM(29), torch.zeros(101).long()).bits_per_byte is None


@pytest.fixture(scope="module")
def bigram(corpus) -> NGramLM:
    return NGramLM(2, 29).fit(corpus.train)


@pytest.fixture(scope="module")
def transformer() -> TransformerLM:
    """Untrained, with weights that are all random, in float64."""
    model = TransformerLM(ModelConfig(29, context_length=24, n_layers=1, n_heads=2, d_model=8)).double().eval()
    for seed, weights in enumerate(model.parameters()):
        torch.nn.init.normal_(weights, std=0.4, generator=torch.Generator().manual_seed(seed))
    return model


def a_text(corpus, line, n_tokens):
    """The line break before one of the first lines of the validation split, and what follows."""
    begin = corpus.starts(corpus.val)[line]
    return corpus.val[begin : begin + n_tokens]


LINES, LENGTHS, CONTEXTS = st.integers(0, 40), st.integers(2, 80), st.integers(1, 24)


@settings(max_examples=25)
@given(LINES, LENGTHS, CONTEXTS, st.integers(1, 5000), st.integers(1, 200))
def test_the_rows_read_at_once_do_not_move_the_costs(corpus, transformer, line, n_tokens, context, logits, tokens):
    ids = a_text(corpus, line, n_tokens)
    expected = token_nats(transformer, ids, context_length=context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "LOGITS_AT_ONCE", logits)
        patch.setattr(evaluation, "TOKENS_AT_ONCE", tokens)
        torch.testing.assert_close(token_nats(transformer, ids, context_length=context), expected)


@pytest.mark.parametrize(
    ("tokens", "logits", "rows"),
    [
        (9, 9999, [1] * 10),
        (10, 9999, [1] * 10),
        (35, 9999, [3, 3, 3, 1]),
        (999, 29 * 35, [3, 3, 3, 1]),
        (999, 9999, [10]),
    ],
)
def test_every_window_is_read_once_in_batches_that_fit_both_bounds(monkeypatch, tokens, logits, rows):
    class Counting(UniformLM):
        def __call__(self, ids):
            read.append(len(ids))
            return super().__call__(ids)

    read: list[int] = []
    monkeypatch.setattr(evaluation, "TOKENS_AT_ONCE", tokens)
    monkeypatch.setattr(evaluation, "LOGITS_AT_ONCE", logits)
    evaluate(Counting(29), torch.arange(101) % 29, context_length=10)
    assert read == rows


@settings(max_examples=25)
@given(LINES, st.integers(2, 25), st.data())
def test_every_context_that_the_whole_text_fits_gives_the_same_number(
    corpus, transformer, bigram, line, n_tokens, data
):
    ids = a_text(corpus, line, n_tokens)
    for model, longest in ((transformer, 24), (bigram, 200), (corpus.source, 200)):
        context = data.draw(st.integers(n_tokens - 1, longest))  # to the bit, since it is the same single row
        assert evaluate(model, ids, context_length=context) == evaluate(model, ids)


@settings(max_examples=25)
@given(LINES, LENGTHS, CONTEXTS, st.sets(st.integers(0, 78)))
def test_a_text_costs_the_sum_of_its_windows(corpus, transformer, bigram, line, n_tokens, context, starts):
    ids, starts = a_text(corpus, line, n_tokens), torch.tensor(sorted(starts), dtype=torch.int64)
    for model in (transformer, bigram):
        alone = [evaluate(model, ids[begin : end + 1]) for begin, end in windows(n_tokens, context, starts=starts)]
        whole = evaluate(model, ids, context_length=context, starts=starts)
        assert whole.n_tokens == sum(window.n_tokens for window in alone) == n_tokens - 1
        total = sum(window.nats_per_token * window.n_tokens for window in alone)
        assert whole.nats_per_token * whole.n_tokens == pytest.approx(total, rel=1e-6)


@settings(max_examples=25)
@given(LINES, LENGTHS, CONTEXTS)
def test_with_stride_one_every_token_has_all_the_context_there_is(corpus, transformer, line, n_tokens, context):
    ids = a_text(corpus, line, n_tokens)
    last = [ledger(transformer, ids[max(0, t - context) : t + 1])[-1].nats for t in range(1, n_tokens)]
    overlapping = token_nats(transformer, ids, context_length=context, stride=1)
    assert overlapping.tolist() == pytest.approx(last)


@settings(max_examples=25)
@given(LINES, LENGTHS, CONTEXTS)
def test_the_ledger_adds_up_to_the_evaluation_for_any_text_and_context(corpus, transformer, line, n_tokens, context):
    ids = a_text(corpus, line, n_tokens)
    rows = ledger(transformer, ids, context_length=context)
    metrics = evaluate(transformer, ids, context_length=context)
    assert [row.token for row in rows] == ids[1:].tolist()
    assert rows[-1].cumulative_nats == pytest.approx(metrics.nats_per_token * metrics.n_tokens)
    assert sum(row.bits for row in rows) == pytest.approx(metrics.bits_per_token * metrics.n_tokens)
    assert rows[-1].perplexity == pytest.approx(metrics.perplexity)
    assert all(
        row.p == pytest.approx(math.exp(-row.nats)) and row.bits == pytest.approx(-math.log2(row.p)) for row in rows
    )


@pytest.mark.parametrize("context_length", [24, 7, 1])
def test_evaluation_equals_a_loop_over_single_predictions(model, corpus, context_length):
    ids = corpus.val[:101]
    costs = []
    for t in range(100):
        begin = t // context_length * context_length
        logits = model(ids[None, begin : t + 1])[0, -1]
        costs.append(F.cross_entropy(logits, ids[t + 1]).item())
    assert token_nats(model, ids, context_length=context_length).tolist() == pytest.approx(costs, abs=LOGITS)
    metrics = evaluate(model, ids, context_length=context_length)
    assert metrics.nats_per_token == pytest.approx(sum(costs) / 100, abs=LOGITS)


def test_evaluation_leaves_every_module_in_its_own_mode(model, corpus):
    model.train()
    model.blocks[0].eval()  # as one does with a part that stays as it is
    modes = [module.training for module in model.modules()]
    evaluate(model, corpus.val[:50])
    assert [module.training for module in model.modules()] == modes


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


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (torch.tensor([0, 7, 5]), ValueError, r"starts must be sorted; got 5 after 7\. Corpus\.starts"),
        (torch.tensor([-2, 7]), ValueError, "starts must be positions in ids, from 0 on; got -2"),
        (torch.tensor([[0, 7]]), ValueError, r"starts must be \(S,\) positions in ids; got shape \(1, 2\)"),
        (torch.tensor([0.0, 7.0]), TypeError, "starts must be int64 positions in ids; got torch.float32"),
        (torch.tensor([True, False]), TypeError, r"got torch.bool\. A mask becomes mask\.nonzero"),
    ],
)
def test_starts_that_are_no_sorted_positions_are_refused(corpus, bad, error, words):
    for work in (evaluate, ledger, token_nats):
        with pytest.raises(error, match=words):
            work(UniformLM(29), corpus.val[:30], starts=bad)


def test_a_window_longer_than_the_context_is_refused(model, corpus):
    with pytest.raises(ValueError, match=r"context_length must be at most the model's own, 24; got 25"):
        evaluate(model, corpus.val, context_length=25)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stride": 0}, "stride must be a whole number of at least 1; got 0"),
        ({"stride": 25}, r"stride must be at most the window, 24 tokens.*; got 25\. Leave it out"),
        ({"stride": 9, "context_length": 8}, "at most the window, 8 tokens"),
        ({"stride": 8, "starts": torch.tensor([0])}, "needs windows that begin anywhere; got 8 and starts"),
        ({"context_length": 0}, "context_length must be a whole number of at least 1; got 0"),
        ({"context_length": -1}, "context_length must be a whole number of at least 1; got -1"),
    ],
)
def test_a_stride_that_does_not_fit_is_refused(model, corpus, options, words):
    for work in (evaluate, ledger, token_nats):
        with pytest.raises(ValueError, match=words):
            work(model, corpus.val, **options)
