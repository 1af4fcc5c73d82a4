"""Causal attention: every position reads from itself and the positions before it, and from no other.

A cache keeps what was read, so that a text can grow token by token at the cost of one position each.
"""

from __future__ import annotations

from contextlib import nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lm.config import ModelConfig

ROPE_BASE = 1000.0  # wavelengths up to 6,000 tokens: ample for contexts of a few hundred
SCALE = 0.25  # of q · k


class Attention(nn.Module):
    r"""Several heads of causal attention, each on its own ``D = d_model / n_heads`` channels.

    .. math:: y_t = \sum_{s \le t} a_{ts}\, v_s, \qquad a_{t \cdot} = \mathrm{softmax}_s(q_t \cdot k_s / 4)

    Queries and keys are turned by their position (RoPE) and have a root mean square of 1; so the usual
    :math:`1 / \sqrt D` in place of 1/4 would keep the weights from becoming sharp.

    Sources: Vaswani et al. (2017); RoPE, Su et al. (2021); normalized queries and keys, Henry et al. (2020).
    """

    cos: Tensor
    sin: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        C = config.d_model
        self.n_heads = config.n_heads
        self.query, self.key, self.value, self.out = (nn.Parameter(torch.zeros(C, C)) for _ in range(4))
        self.dropout = config.dropout
        frequencies = ROPE_BASE ** (-torch.arange(0, C // config.n_heads, 2) / (C // config.n_heads))
        angles = torch.arange(config.context_length)[:, None, None] * frequencies  # (context_length, 1, D / 2)
        self.register_buffer("cos", torch.cat([angles.cos(), angles.cos()], dim=-1), persistent=False)
        self.register_buffer("sin", torch.cat([-angles.sin(), angles.sin()], dim=-1), persistent=False)

    def forward(self, x: Tensor, cache: LayerCache | None) -> Tensor:
        """Read from the positions of ``x`` ``(B, T, C)`` and those in the cache; gives ``(B, T, C)``."""
        B, T, C = x.shape
        H, n_before = self.n_heads, 0 if cache is None else cache.length
        q, k, v = (F.linear(x, matrix).view(B, T, H, C // H) for matrix in (self.query, self.key, self.value))
        qk = norm(torch.cat([q, k], dim=2))  # (B, T, 2H, D)
        qk = rotate(qk, self.cos[n_before : n_before + T], self.sin[n_before : n_before + T])
        q, k = qk.transpose(1, 2).chunk(2, dim=1)
        v = v.transpose(1, 2)  # now all are (B, H, T, D)
        if cache is not None:
            k, v = cache.append(k, v)
        y = self._read(q, k, v, n_before)
        return F.linear(y.transpose(1, 2).reshape(B, T, C), self.out)

    def mask(self, T: int, n_before: int) -> Tensor | None:
        """Which of ``n_before + T`` positions each of the last T may see, ``(T, n_before + T)``.

        None where no mask is needed: T is 1, or ``n_before`` is 0 and the call is causal anyway.
        """
        if n_before == 0 or T == 1:
            return None
        return torch.ones(T, n_before + T, dtype=torch.bool, device=self.cos.device).tril(n_before)

    def _read(self, q: Tensor, k: Tensor, v: Tensor, n_before: int) -> Tensor:
        mask = self.mask(q.shape[2], n_before)
        # On a CPU attention in bfloat16 takes several times as long as in float32.
        in_float32 = torch.autocast("cpu", enabled=False) if torch.is_autocast_enabled("cpu") else nullcontext()
        with in_float32:
            return F.scaled_dot_product_attention(
                q,
                k,
                v.to(q.dtype),
                attn_mask=mask,
                dropout_p=self.dropout if self.training else 0.0,
                is_causal=mask is None and n_before == 0,
                scale=SCALE,
            )


class KVCache:
    """The keys and values of the tokens already read, for every block."""

    def __init__(self, config: ModelConfig, batch_size: int, like: Tensor) -> None:
        shape = (batch_size, config.n_heads, config.context_length, config.d_model // config.n_heads)
        self.length = 0
        self.keys = [like.new_zeros(shape) for _ in range(config.n_layers)]
        self.values = [like.new_zeros(shape) for _ in range(config.n_layers)]
        self.last_vector = like.new_zeros(batch_size, 1, config.d_model)

    def layer(self, layer: int) -> LayerCache:
        """The part of one block."""
        return LayerCache(self.keys[layer], self.values[layer], self.length)

    def clear(self) -> None:
        """Forget all tokens."""
        self.length = 0
        self.last_vector = torch.zeros_like(self.last_vector)


class LayerCache:
    """Keys and values of one block, each ``(B, H, context_length, D)``, filled up to ``length``."""

    def __init__(self, keys: Tensor, values: Tensor, length: int) -> None:
        self.keys, self.values, self.length = keys, values, length

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store ``(B, H, T, D)`` new keys and values; return all of them so far."""
        end = self.length + k.shape[2]
        self.keys[:, :, self.length : end] = k
        self.values[:, :, self.length : end] = v
        return self.keys[:, :, :end], self.values[:, :, :end]


def norm(x: Tensor) -> Tensor:
    """RMSNorm without weights: each vector is scaled to a root mean square of 1."""
    return F.rms_norm(x, (x.shape[-1],))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of channels of ``x`` ``(B, T, H, D)`` by an angle that grows with the position.

    Channel i makes a pair (a, b) with channel i + D / 2, which becomes (a cos − b sin, b cos + a sin): so the tables
    ``(T, 1, D)`` hold each cosine twice, and each sine first with a minus.
    """
    return torch.addcmul(x * cos, x.roll(x.shape[-1] // 2, dims=-1), sin)
