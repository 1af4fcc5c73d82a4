"""A small causal transformer: token ids in, logits out.

Position t sees the tokens 0..t and scores every candidate for token t + 1. The same weights do so at all positions
at once, which is what makes training on whole rows possible.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lm.config import ModelConfig

ROPE_BASE = 1000.0  # wavelengths up to 6,000 tokens: ample for contexts of a few hundred


class TransformerLM(nn.Module):
    r"""A decoder-only transformer.

    Each of ``n_layers`` blocks adds to the stream ``x`` what attention reads from earlier positions, then what an MLP
    makes of it:

    .. math:: x \leftarrow x + \mathrm{Attention}(\mathrm{norm}(x)), \qquad
              x \leftarrow x + W_2\, \mathrm{ReLU}(W_1\, \mathrm{norm}(x))^2

    The output projections begin at 0, so an untrained model gives all tokens the same logit: its loss is ln V.

    Args:
        config: the shape.
        seed: of the initial weights.

    Sources: RoPE, Su et al. (2021); RMSNorm, Zhang and Sennrich (2019); ReLU², So et al. (2021).
    """

    def __init__(self, config: ModelConfig, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they are
            torch.default_generator.manual_seed(seed)  # torch.manual_seed would reach the GPU's too
            self.embedding = nn.Embedding(config.vocab_size, config.d_model)
            self.previous = nn.Parameter(torch.full((config.d_model,), 0.5))
            self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
            self.head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        nn.init.zeros_(self.head.weight)
        self.dropout = nn.Dropout(config.dropout)

    @property
    def vocab_size(self) -> int:
        """V, the number of entries in the vocabulary."""
        return self.config.vocab_size

    @property
    def context_length(self) -> int:
        """The largest number of tokens in a row."""
        return self.config.context_length

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.head.weight.device

    def new_cache(self, batch_size: int) -> KVCache:
        """An empty cache for generating ``batch_size`` rows token by token."""
        return KVCache(self.config, batch_size, like=self.head.weight)

    def forward(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """Score every candidate for the next token at every position.

        Args:
            ids: ``(B, T)`` int64 ids in ``[0, V)``.
            cache: keys and values of the tokens before ``ids``; the call adds those of ``ids``.

        Returns:
            ``(B, T, V)`` float32 logits: ``[b, t]`` scores the token after ``ids[b, t]``.

        Raises:
            TypeError: if ids are not int64.
            ValueError: if the shape is wrong, the row is longer than the context, or an id is outside ``[0, V)``
                (on a GPU that last one is an error of the device: looking would stop its queue).
        """
        self._check(ids, 0 if cache is None else cache.length)
        token = self.embedding(ids)  # (B, T, C)
        before = torch.zeros_like(token[:, :1]) if cache is None else cache.last_token
        x = norm(token + self.previous * torch.cat([before, token[:, :-1]], dim=1))
        x = self.dropout(x)
        for layer, block in enumerate(self.blocks):
            x = block(x, None if cache is None else cache.layer(layer))
        if cache is not None:
            cache.advance(token)
        logits: Tensor = self.head(norm(x))
        return logits.float()

    def _check(self, ids: Tensor, n_cached: int) -> None:
        if ids.dtype != torch.int64:
            raise TypeError(f"ids must be int64 token ids; got {ids.dtype}. Use ids.long().")
        if ids.ndim != 2 or ids.shape[1] < 1:
            raise ValueError(f"ids must be (B, T) with T at least 1; got {tuple(ids.shape)}. One row is ids[None].")
        if n_cached + ids.shape[1] > self.context_length:
            raise ValueError(
                f"ids must be at most context_length = {self.context_length} tokens long; got "
                f"{n_cached + ids.shape[1]}. Cut the row: `evaluate` and `generate` do it for you."
            )
        if ids.device.type == "cpu" and not bool(((ids >= 0) & (ids < self.vocab_size)).all()):
            raise ValueError(
                f"ids must be in [0, {self.vocab_size}), the vocabulary of the model; got {int(ids.min())} to "
                f"{int(ids.max())}. Was the text encoded with another tokenizer?"
            )


class Block(nn.Module):
    """Attention, then an MLP, each added to the stream."""

    cos: Tensor
    sin: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        C = config.d_model
        self.n_heads = config.n_heads
        self.qkv = nn.Linear(C, 3 * C, bias=False)
        self.out = nn.Linear(C, C, bias=False)
        self.up = nn.Linear(C, 4 * C, bias=False)
        self.down = nn.Linear(4 * C, C, bias=False)
        for matrix in (self.qkv, self.up):
            nn.init.uniform_(matrix.weight, -((3 / C) ** 0.5), (3 / C) ** 0.5)  # standard deviation C^(-1/2)
        for matrix in (self.out, self.down):
            nn.init.zeros_(matrix.weight)
        self.attention_dropout = config.dropout
        self.dropout = nn.Dropout(config.dropout)
        angles = _rope_angles(config.context_length, C // config.n_heads)  # (T, C / n_heads / 2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, x: Tensor, cache: LayerCache | None) -> Tensor:
        x = x + self.dropout(self._attend(norm(x), cache))
        added: Tensor = self.dropout(self.down(F.relu(self.up(norm(x))).square()))
        return x + added

    def _attend(self, x: Tensor, cache: LayerCache | None) -> Tensor:
        B, T, C = x.shape
        n_before = 0 if cache is None else cache.length
        q, k, v = self.qkv(x).view(B, T, 3, self.n_heads, C // self.n_heads).unbind(2)  # 3 x (B, T, H, D)
        cos, sin = (table[n_before : n_before + T, None] for table in (self.cos, self.sin))
        q, k = _rotate(norm(q), cos, sin), _rotate(norm(k), cos, sin)
        q, k, v = (z.transpose(1, 2) for z in (q, k, v))  # (B, H, T, D)
        if cache is not None:
            k, v = cache.extended(k, v)
        mask = None
        if n_before:  # position t of these rows is position n_before + t of the text
            mask = torch.ones(T, n_before + T, dtype=torch.bool, device=x.device).tril(n_before)
        y = F.scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=mask,
            is_causal=mask is None,
            dropout_p=self.attention_dropout if self.training else 0.0,
        )
        read: Tensor = self.out(y.transpose(1, 2).reshape(B, T, C))
        return read


class KVCache:
    """What attention needs of the tokens already read, so that each new token costs one position."""

    def __init__(self, config: ModelConfig, batch_size: int, like: Tensor) -> None:
        D = config.d_model // config.n_heads
        shape = (config.n_layers, 2, batch_size, config.n_heads, config.context_length, D)
        self.length = 0
        self.keys_values = torch.zeros(shape, device=like.device, dtype=like.dtype)
        self.last_token = torch.zeros(batch_size, 1, config.d_model, device=like.device, dtype=like.dtype)

    def layer(self, layer: int) -> LayerCache:
        """The part of one block."""
        return LayerCache(self.keys_values[layer], self.length)

    def advance(self, token: Tensor) -> None:
        """Count the tokens of a finished forward pass, whose embeddings ``(B, T, C)`` are given."""
        self.length += token.shape[1]
        self.last_token = token[:, -1:]

    def clear(self) -> None:
        """Forget all tokens."""
        self.length = 0
        self.last_token = torch.zeros_like(self.last_token)


class LayerCache:
    """Keys and values of one block: ``(2, B, H, context_length, D)``, filled up to ``length``."""

    def __init__(self, keys_values: Tensor, length: int) -> None:
        self.keys_values = keys_values
        self.length = length

    def extended(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store ``(B, H, T, D)`` new keys and values; return all of them so far."""
        end = self.length + k.shape[2]
        self.keys_values[0, :, :, self.length : end] = k
        self.keys_values[1, :, :, self.length : end] = v
        return self.keys_values[0, :, :, :end], self.keys_values[1, :, :, :end]


def norm(x: Tensor) -> Tensor:
    """RMSNorm without weights: each vector is scaled to a root mean square of 1."""
    return F.rms_norm(x, (x.shape[-1],))


def _rope_angles(context_length: int, d_head: int) -> Tensor:
    frequency = ROPE_BASE ** (-torch.arange(0, d_head, 2) / d_head)
    return torch.arange(context_length)[:, None] * frequency


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of channels by an angle that grows with the position (RoPE); ``x`` is ``(B, T, H, D)``."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
