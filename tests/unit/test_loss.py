import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_lm import bits_per_byte, cross_entropy, nats_to_bits, perplexity

sizes = st.integers(1, 6)
scales = st.sampled_from([0.0, 1.0, 30.0, 1e4, 1e30])
dtypes = st.sampled_from([torch.float32, torch.float64])


@given(sizes, sizes, sizes, scales, dtypes, st.integers(0, 2**31))
def test_loss_equals_torch_on_random_and_extreme_logits(B, T, V, scale, dtype, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(B, T, V, generator=generator, dtype=dtype) * scale
    targets = torch.randint(V, (B, T), generator=generator)
    for reduction in ("mean", "sum", "none"):
        expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction=reduction)
        ours = cross_entropy(logits, targets, reduction=reduction)
        torch.testing.assert_close(ours.flatten(), expected.flatten(), rtol=1e-6, atol=1e-6)


@given(sizes, st.integers(0, 2**31))
def test_gradient_equals_softmax_minus_one_hot(V, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(5, V, generator=generator, dtype=torch.float64, requires_grad=True)
    targets = torch.randint(V, (5,), generator=generator)
    cross_entropy(logits, targets).backward()
    torch.testing.assert_close(logits.grad, (logits.detach().softmax(-1) - F.one_hot(targets, V)) / 5)


@pytest.mark.parametrize("V", [1, 2, 65, 50257])
def test_uniform_logits_cost_ln_v(V):
    logits = torch.full((4, V), 7.0, dtype=torch.float64)
    assert cross_entropy(logits, torch.tensor([0, V - 1, V // 2, 0])).item() == pytest.approx(math.log(V), abs=1e-12)


def test_certainty_costs_nothing_and_the_excluded_costs_infinity():
    logits = torch.tensor([[0.0, -math.inf]])
    assert cross_entropy(logits, torch.tensor([0])) == 0
    assert cross_entropy(logits, torch.tensor([1])) == math.inf


def test_a_single_prediction_needs_no_other_axis():
    logits = torch.tensor([1.0, 2.0, 3.0])
    for reduction in ("mean", "sum", "none"):
        torch.testing.assert_close(
            cross_entropy(logits, torch.tensor(1), reduction=reduction), -logits.log_softmax(0)[1]
        )


def test_a_constant_added_to_all_logits_changes_nothing():
    logits = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, 4, 2])
    torch.testing.assert_close(cross_entropy(logits + 1000, targets), cross_entropy(logits, targets))


def test_padding_costs_nothing_and_is_not_counted():
    logits = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, -1, 2, -1, 4, 1])
    kept = targets != -1
    padded = [cross_entropy(logits, targets, reduction=r, ignore_index=-1) for r in ("mean", "sum")]
    alone = [cross_entropy(logits[kept], targets[kept], reduction=r) for r in ("mean", "sum")]
    torch.testing.assert_close(padded, alone)
    costs = cross_entropy(logits, targets, reduction="none", ignore_index=-1)
    assert (costs == 0).tolist() == (~kept).tolist()
    assert cross_entropy(torch.zeros(2, 1), torch.tensor([0, -1]), ignore_index=-1) == 0  # a vocabulary of one token


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_logits_are_scored_in_float32(dtype):
    logits = torch.randn(8, 50, generator=torch.Generator().manual_seed(0)).to(dtype)
    targets = torch.arange(8)
    loss = cross_entropy(logits, targets)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, F.cross_entropy(logits.float(), targets))


@pytest.mark.parametrize(
    ("logits", "targets", "options", "error", "words"),
    [
        (torch.zeros(2, 3), torch.tensor([0, 3]), {}, ValueError, r"\[0, 3\).*got 3 at position \(1,\)"),
        (torch.zeros(2, 3), torch.tensor([0, -1]), {}, ValueError, r"\[0, 3\).*got -1 at position \(1,\)"),
        (torch.zeros(2, 3), torch.tensor([0, -1]), {"ignore_index": 0}, ValueError, "got -1"),
        (torch.zeros(2, 3), torch.tensor([0, 1, 2]), {}, ValueError, r"\(2, 3\).*\(3,\)"),
        (torch.zeros(2, 3), torch.tensor([0, 1]).int(), {}, TypeError, "int64.*int32"),
        (torch.zeros(2, 3).long(), torch.tensor([0, 1]), {}, TypeError, "floating point.*int64"),
        (torch.zeros(2, 3), torch.tensor([0, 1]), {"reduction": "avg"}, ValueError, "'mean', 'sum' or 'none'.*'avg'"),
        (torch.zeros(2, 3), torch.tensor([9, 9]), {"ignore_index": 9}, ValueError, "at least one token"),
        (torch.zeros(0, 3), torch.zeros(0).long(), {}, ValueError, "at least one token"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence(logits, targets, options, error, words):
    with pytest.raises(error, match=words):
        cross_entropy(logits, targets, **options)


def test_units_agree_on_a_fair_coin_and_a_fair_die():
    assert nats_to_bits(math.log(2)) == pytest.approx(1)
    assert perplexity(math.log(6)) == pytest.approx(6)
    assert perplexity(1e9) == math.inf
    assert bits_per_byte(math.log(2) * 8, 4) == pytest.approx(2)
    assert bits_per_byte(math.log(2), 1) == pytest.approx(1)
    with pytest.raises(ValueError, match=r"n_bytes must be a whole number of at least 1; got .*\. It is len\(text"):
        bits_per_byte(1.0, 0)
