"""Attention, its parts and the whole model against plain forms in float64, and against torch."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from course_lm import ModelConfig
from course_lm.attention import ROPE_BASE, Attention, LayerCache, norm, rotate

SHAPE = ModelConfig(vocab_size=29, context_length=24, n_layers=1, n_heads=2, d_model=16)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def attention() -> Attention:
    layer = Attention(SHAPE).double()
    with torch.no_grad():
        for seed, weights in enumerate(layer.parameters()):
            weights.copy_(normal(16, 16, seed=seed))
    return layer


def plain_norm(x):
    return x / x.square().mean(-1, keepdim=True).sqrt()


def turned(vector, position):
    """One head's vector ``(D,)``: channels i and i + D / 2 as a complex number, times e^(i · angle)."""
    half = len(vector) // 2
    angles = torch.tensor([position * ROPE_BASE ** (-i / half) for i in range(half)], dtype=torch.float64)
    number = torch.complex(vector[:half], vector[half:]) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([number.real, number.imag])


def plain_attention(layer, x):
    """One row ``(T, C)``, position by position and head by head."""
    T, C = x.shape
    D = C // layer.n_heads
    y = torch.zeros_like(x)
    for t in range(T):
        for h in range(layer.n_heads):
            head = slice(h * D, (h + 1) * D)
            q = turned(plain_norm((layer.query @ x[t])[head]), t)
            keys = [turned(plain_norm((layer.key @ x[s])[head]), s) for s in range(t + 1)]
            weights = torch.tensor([math.exp(float(q @ k) / 4) for k in keys], dtype=torch.float64)
            values = torch.stack([(layer.value @ x[s])[head] for s in range(t + 1)])
            y[t, head] = (weights / weights.sum()) @ values
    return torch.stack([layer.out @ y_t for y_t in y])


def plain_block(block, x):
    x = x + plain_attention(block.attention, plain_norm(x))
    hidden = [torch.clamp(block.up @ row, min=0) ** 2 for row in plain_norm(x)]
    return x + torch.stack([block.down @ row for row in hidden])


@torch.no_grad()
def test_attention_equals_a_loop_over_positions_and_heads(attention):
    x = normal(2, 9, 16)
    expected = torch.stack([plain_attention(attention, row) for row in x])
    torch.testing.assert_close(attention(x, None), expected, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_a_block_and_the_whole_model_equal_their_plain_forms(model, ids):
    model = model.double()
    stream = normal(7, 16)
    for block in model.blocks:
        torch.testing.assert_close(block(stream[None], None)[0], plain_block(block, stream), rtol=1e-5, atol=1e-5)
    row = ids[0, :7]
    token = model.embedding[row]
    x = plain_norm(token + model.previous * torch.cat([torch.zeros(1, 16), token[:-1]]))
    for block in model.blocks:
        x = plain_block(block, x)
    torch.testing.assert_close(model(row[None])[0], plain_norm(x) @ model.head.T, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("n_before", "T"), [(0, 1), (0, 8), (3, 1), (4, 2), (5, 4), (1, 7)])
@torch.no_grad()
def test_reading_after_a_cache_equals_torch_with_an_explicit_mask(attention, n_before, T):
    x = normal(3, n_before + T, 16)
    keys, values = torch.zeros(2, 3, 2, 24, 8, dtype=torch.float64)
    cache = LayerCache(keys, values, length=0)
    if n_before:
        attention(x[:, :n_before], cache)
    cache.length = n_before
    q, k, v = ((x @ matrix.T).view(3, -1, 2, 8) for matrix in (attention.query, attention.key, attention.value))
    q, k = (rotate(norm(each), attention.cos[: n_before + T], attention.sin[: n_before + T]) for each in (q, k))
    q, k, v = (each.transpose(1, 2) for each in (q[:, n_before:], k, v))
    t, s = torch.arange(n_before, n_before + T)[:, None], torch.arange(n_before + T)
    mask = torch.zeros(T, n_before + T, dtype=torch.float64).masked_fill(s > t, -math.inf)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=1 / 4).transpose(1, 2).reshape(3, T, 16)
    torch.testing.assert_close(attention(x[:, n_before:], cache), y @ attention.out.T)


@given(st.integers(0, 2**31), st.integers(2, 40), st.sampled_from([0.1, 1.0, 1e30]))
def test_norm_equals_the_layer_of_torch_and_gives_a_root_mean_square_of_1(seed, C, scale):
    x = normal(4, C, seed=seed) * scale
    torch.testing.assert_close(norm(x), torch.nn.RMSNorm(C, elementwise_affine=False)(x))
    torch.testing.assert_close(norm(x).square().mean(-1), torch.ones(4, dtype=torch.float64), rtol=1e-6, atol=0)
    torch.testing.assert_close(norm(x), plain_norm(x), rtol=1e-6, atol=0)


def at(attention, vector, position):
    """One head's vector ``(D,)`` as it stands at a position."""
    return rotate(vector[None, None, None], attention.cos[position, None], attention.sin[position, None]).flatten()


@given(st.integers(0, 2**31), st.integers(0, 23), st.integers(0, 23), st.integers(0, 23))
def test_q_times_k_depends_on_the_distance_alone_and_no_length_changes(attention, seed, i, j, shift):
    q, k = normal(2, 8, seed=seed)
    shift = min(shift, 23 - max(i, j))
    here = at(attention, q, i) @ at(attention, k, j)
    there = at(attention, q, i + shift) @ at(attention, k, j + shift)
    torch.testing.assert_close(here, there, rtol=0, atol=1e-5)
    torch.testing.assert_close(here, q @ turned(k, j - i), rtol=0, atol=1e-5)
    torch.testing.assert_close(at(attention, q, i).norm(), q.norm(), rtol=1e-6, atol=0)
