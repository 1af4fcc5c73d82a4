import math
from collections.abc import Generator
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lm import NGramLM, TransformerLM, UniformLM, generate
from course_lm.generate import _candidates, stream

LOGITS = st.lists(st.one_of(st.floats(-30, 30), st.sampled_from([0.0, 1.0, -math.inf])), min_size=1, max_size=7).filter(
    lambda logits: max(logits) > -math.inf
)


class Fixed(UniformLM):
    """The same logits after every token."""

    def __init__(self, logits):
        super().__init__(len(logits))
        self.logits = torch.tensor(logits, dtype=torch.float64)

    def __call__(self, ids):
        return self.logits.expand(*ids.shape, -1)


def candidates(logits, temperature=1.0, top_k=None, top_p=None):
    """Probabilities ``(V,)`` before and after the choice of candidates."""
    row = torch.tensor([logits], dtype=torch.float64)
    return (row[0] / temperature).softmax(-1), _candidates(row, temperature, top_k, top_p)[0]


@pytest.fixture
def model(model):
    """In float64, in which no draw falls between two ways of computing the same probability."""
    return model.double()


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def recomputed(model, ids, n_tokens, generator):
    """Without a cache: each window is read from its start, and starts anew with its newer half when it is full."""
    begin = 0
    for _ in range(n_tokens):
        if ids.shape[1] - begin > model.context_length:
            begin = ids.shape[1] - max(1, model.context_length // 2)
        p = model(ids[:, begin:])[:, -1].double().softmax(-1)
        ids = torch.cat([ids, torch.multinomial(p, 1, generator=generator)], dim=1)
    return ids


@pytest.mark.parametrize("n_tokens", [1, 20, 70])
def test_generation_with_the_cache_equals_recomputed_windows(model, ids, n_tokens):
    start = ids[:2, :5]
    assert torch.equal(
        generate(model, start, n_tokens, generator=seeded()), recomputed(model, start, n_tokens, seeded())
    )


@pytest.mark.parametrize("context_length", [1, 2, 7])
def test_a_full_window_keeps_the_smaller_half_of_an_odd_number_of_tokens_but_at_least_one(model, ids, context_length):
    short = TransformerLM(replace(model.config, context_length=context_length)).double().eval()
    short.load_state_dict(model.state_dict())
    written = generate(short, ids[:, :3], 30, generator=seeded())
    begin = max(0, 3 - context_length)
    assert torch.equal(written[:, begin:], recomputed(short, ids[:, begin:3], 30, seeded()))


def test_a_prompt_longer_than_the_context_is_continued_from_its_end(model, ids):
    long = ids.repeat(1, 2)
    longer = generate(model, long, 3, generator=seeded())
    assert torch.equal(longer[:, :48], long)
    assert torch.equal(longer[:, 48], generate(model, long[:, -24:], 1, generator=seeded())[:, -1])


def test_samples_have_the_frequencies_of_the_model(toy):
    start = toy.tokenizer.encode("\nthe dog")[None].repeat(4000, 1)
    p = toy(start[:1])[0, -1].exp()
    counts = torch.bincount(generate(toy, start, 1, generator=seeded())[:, -1], minlength=29) / 4000
    assert (counts - p).abs().max() < 4 * (0.25 / 4000) ** 0.5
    assert (counts[p == 0] == 0).all()


def test_temperature_zero_and_top_k_one_take_the_most_likely_token(model, ids):
    best = model(ids[:, :9])[:, -1].argmax(-1)
    for options in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-9}, {"temperature": 1e-4}):
        assert torch.equal(generate(model, ids[:, :9], 1, generator=seeded(), **options)[:, -1], best)


@given(LOGITS, st.floats(0.1, 5), st.integers(1, 9))
def test_top_k_keeps_k_tokens_and_none_that_is_less_likely_than_a_dropped_one(logits, temperature, k):
    p, kept = candidates(logits, temperature, top_k=k)
    assert (kept > 0).sum() == min(k, (p > 0).sum())
    assert p[kept > 0].min() >= p[kept == 0].max() if (kept == 0).any() else True
    torch.testing.assert_close(kept[kept > 0], p[kept > 0])


@given(LOGITS, st.floats(0.1, 5), st.floats(0.0, 1, exclude_min=True))
def test_top_p_keeps_the_smallest_set_that_reaches_p(logits, temperature, top_p):
    p, kept = candidates(logits, temperature, top_p=top_p)
    assert kept.sum() >= top_p - 1e-12
    assert kept.sum() - kept[kept > 0].min() < top_p + 1e-12
    assert p[kept > 0].min() >= p[kept == 0].max() if (kept == 0).any() else True
    torch.testing.assert_close(kept[kept > 0], p[kept > 0])


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_a_top_p_that_is_reached_exactly_asks_for_no_further_token(k):
    assert (candidates([0.0] * 4, top_p=k / 4)[1] > 0).tolist() == [True] * k + [False] * (4 - k)


@given(LOGITS, st.integers(1, 9), st.floats(0.0, 1, exclude_min=True))
def test_top_k_and_top_p_together_keep_the_tokens_that_both_keep(logits, k, top_p):
    both, of_k, of_p = (candidates(logits, top_k=a, top_p=b)[1] > 0 for a, b in ((k, top_p), (k, None), (None, top_p)))
    assert torch.equal(both, of_k & of_p)


@given(LOGITS)
def test_as_the_temperature_falls_all_probability_goes_to_the_most_likely_token(logits):
    temperatures = (10, 1, 0.1, 0.01, 1e-4, 0)
    shares = [float(candidates([*logits, 31.0], temperature)[1][-1]) for temperature in temperatures]
    assert shares == sorted(shares)
    assert shares[-2:] == [1, 1]


@settings(max_examples=25)
@given(LOGITS, st.floats(0.2, 5), st.sampled_from([None, 1, 3]), st.sampled_from([None, 0.3, 0.9]))
def test_drawn_frequencies_are_the_probabilities_and_what_has_none_is_never_drawn(logits, temperature, top_k, top_p):
    kept = candidates(logits, temperature, top_k, top_p)[1]
    p, n = kept / kept.sum(), 4000
    options = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    drawn = generate(Fixed(logits), torch.zeros(n, 1).long(), 1, generator=seeded(), **options)[:, -1]
    share = torch.bincount(drawn, minlength=len(logits)) / n
    assert (share[p == 0] == 0).all()
    assert ((share - p).abs() <= 5 * (p * (1 - p) / n).sqrt() + 1 / n).all()


def test_top_p_keeps_the_fewest_tokens_that_reach_it():
    def seen(**options):
        start, p = torch.zeros(500, 1).long(), torch.tensor([0.5, 0.3, 0.15, 0.05])
        return set(generate(Fixed(p.log().tolist()), start, 1, generator=seeded(), **options)[:, -1].tolist())

    assert seen(top_p=0.7) == {0, 1}
    assert seen(top_p=0.9) == {0, 1, 2}
    assert seen(top_p=1.0) == {0, 1, 2, 3}
    assert seen(top_k=2) == {0, 1}


def test_any_language_model_can_write(corpus):
    model = NGramLM(3, 29).fit(corpus.train)
    assert generate(model, corpus.val[None, :4], 10, generator=seeded()).shape == (1, 14)


def test_the_model_is_left_in_its_mode_even_after_an_error(model, ids):
    generate(model.train(), ids[:, :2], 1)
    assert model.training
    with pytest.raises(ValueError, match="vocabulary of the model"):
        generate(model, torch.tensor([[99]]), 2)
    assert model.training


def test_a_tiny_temperature_does_not_overflow_and_logits_that_are_no_numbers_are_refused(model, ids):
    best = model(ids[:, :9])[:, -1].argmax(-1)
    assert torch.equal(generate(model, ids[:, :9], 1, temperature=1e-320)[:, -1], best)
    with torch.no_grad():
        model.head[0, 0] = float("nan")
    with pytest.raises(ValueError, match="its training diverged"):
        generate(model, ids[:, :9], 1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_model_in_less_precision_can_write(model, ids, dtype):
    assert generate(model.to(dtype), ids[:, :2], 30).shape == (3, 32)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"temperature": -1.0}, "temperature must be at least 0"),
        ({"temperature": float("nan")}, "temperature must be at least 0"),
        ({"top_k": 0}, "top_k must be a whole number of at least 1"),
        ({"temperature": math.inf}, "temperature must be at least 0 and finite"),
        ({"top_p": 0.0}, r"top_p must be in \(0, 1\]"),
        ({"top_p": 1.5}, r"top_p must be in \(0, 1\]; got 1.5"),
        ({"n_tokens": -1}, "n_tokens must be a whole number of at least 0"),
    ],
)
def test_options_out_of_range_are_refused(model, ids, options, words):
    with pytest.raises(ValueError, match=words):
        generate(model, ids, **({"n_tokens": 1} | options))


@pytest.mark.parametrize("dtype", [torch.int32, torch.float32])
def test_ids_of_another_type_are_refused_whatever_model_reads_them(model, ids, toy, dtype):
    for reader in (model, toy, UniformLM(29)):
        with pytest.raises(TypeError, match=f"ids must be int64 token ids; got {dtype}"):
            generate(reader, ids.to(dtype), 1)


def test_an_empty_prompt_is_refused(model):
    with pytest.raises(ValueError, match=r"ids must be \(B, T\) with T at least 1; got \(3,\)"):
        generate(model, torch.zeros(3).long(), 1)
    with pytest.raises(ValueError, match=r"T at least 1.*bos_id"):
        generate(model, torch.zeros(1, 0).long(), 1)


@pytest.mark.parametrize("options", [{}, {"temperature": 0.7, "top_k": 5}, {"top_p": 0.8}])
def test_the_stream_yields_the_tokens_of_generate_one_at_a_time(model, ids, options):
    tokens = list(stream(model, ids[:, :5], 40, generator=seeded(), **options))
    assert [token.shape for token in tokens] == [(3,)] * 40
    assert torch.equal(
        torch.stack(tokens, dim=1), generate(model, ids[:, :5], 40, generator=seeded(), **options)[:, 5:]
    )


def test_the_stream_checks_its_arguments_at_the_call(model, ids):
    with pytest.raises(ValueError, match="top_k must be a whole number of at least 1"):
        stream(model, ids, 1, top_k=0)


def test_a_stream_that_is_closed_leaves_the_model_in_its_mode(model, ids):
    tokens = stream(model.train(), ids[:, :2], 10)
    next(tokens)
    assert not model.training
    assert isinstance(tokens, Generator)
    tokens.close()
    assert model.training


def test_what_was_written_can_be_trained_on(model, ids):
    written = generate(model, ids[:, :2], 5)
    assert not written.is_inference()
    model(written).sum().backward()


def test_the_reader_of_a_stream_is_not_in_inference_mode(model, ids):
    for token in stream(model, ids[:, :2], 3):
        assert not torch.is_inference_mode_enabled()
        assert not token.is_inference()


@pytest.mark.parametrize("n_tokens", [0, 1, 9])
def test_a_source_writes_right_english_from_its_cache(toy, n_tokens):
    written = generate(toy, toy.tokenizer.encode("\nthe dog")[None].repeat(20, 1), n_tokens, generator=seeded())
    assert written.shape == (20, 8 + n_tokens)
    assert toy(written).isfinite().any(-1).all()
    chosen = toy(written)[:, :-1].gather(-1, written[:, 1:, None])
    assert chosen.isfinite().all()
