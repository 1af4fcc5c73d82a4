"""A small causal transformer: token ids in, logits out.

Position t sees the tokens 0..t and scores every candidate for token t + 1. The same weights do so at all positions
at once, which is what makes training on whole rows possible.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lm._checks import require_in_vocabulary, require_rows, whole_number
from course_lm.attention import Attention, KVCache, LayerCache, norm
from course_lm.config import ModelConfig


class TransformerLM(nn.Module):
    r"""A decoder-only transformer.

    Each of ``n_layers`` blocks adds to the stream ``x`` what attention reads from earlier positions, then what an MLP
    makes of it:

    .. math:: x \leftarrow x + \mathrm{Attention}(\mathrm{norm}(x)), \qquad
              x \leftarrow x + W_2\, \mathrm{ReLU}(W_1\, \mathrm{norm}(x))^2

    The output projections begin at 0, so an untrained model gives all tokens the same logit: its loss is ln V.

    Args:
        config: the sizes.
        seed: of the initial weights.

    Sources: RMSNorm, Zhang and Sennrich (2019); ReLU², So et al. (2021).
    """

    attention_type = Attention  # what a subclass may change to study another kind

    def __init__(self, config: ModelConfig, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        seed = whole_number("seed", seed, at_least=0)
        with torch.random.fork_rng(devices=[]):  # the caller's random numbers stay as they are
            torch.default_generator.manual_seed(seed)  # torch.manual_seed would reach the GPU's too
            self.embedding = nn.Parameter(torch.randn(config.vocab_size, config.d_model))
            self.previous = nn.Parameter(torch.full((config.d_model,), 0.5))
            self.blocks = nn.ModuleList(Block(config, self.attention_type) for _ in range(config.n_layers))
        self.head = nn.Parameter(torch.zeros(config.vocab_size, config.d_model))

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
        return self.head.device

    def new_cache(self, batch_size: int) -> KVCache:
        """An empty cache for generating ``batch_size`` rows token by token."""
        return KVCache(self.config, batch_size, like=self.head)

    def forward(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """Score every candidate for the next token at every position.

        Args:
            ids: ``(B, T)`` int64 ids in ``[0, V)``.
            cache: keys and values of the tokens before ``ids``; the call adds those of ``ids``.

        Returns:
            ``(B, T, V)`` logits, float32 or the weights' wider type: ``[b, t]`` scores the token after ``ids[b, t]``.

        Raises:
            TypeError: if ids are not int64.
            ValueError: if the shape is wrong, the row is longer than the context, or an id is outside ``[0, V)``
                (on a GPU that last one is an error of the device: looking would stop its queue).
        """
        self._check(ids, 0 if cache is None else cache.length)
        x = F.dropout(self.embed(ids, cache), self.config.dropout, self.training)
        for layer, block in enumerate(self.blocks):
            x = block(x, None if cache is None else cache.layer(layer))
        if cache is not None:
            cache.length += ids.shape[1]
        logits: Tensor = F.linear(norm(x), self.head)
        return logits.to(torch.promote_types(logits.dtype, torch.float32))

    def embed(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """The stream ``(B, T, C)`` that enters the blocks: each token's vector, with a share of the one before it."""
        try:
            vectors = F.embedding(ids, self.embedding)  # (B, T, C)
        except IndexError:
            require_in_vocabulary(ids, self.vocab_size, " of the model")
            raise
        before = torch.zeros_like(vectors[:, :1]) if cache is None else cache.last_vector
        if cache is not None:
            cache.last_vector = vectors[:, -1:]
        return norm(vectors + self.previous * torch.cat([before, vectors[:, :-1]], dim=1))

    def _check(self, ids: Tensor, n_cached: int) -> None:
        require_rows(ids)
        if n_cached + ids.shape[1] > self.context_length:
            raise ValueError(
                f"ids must be at most context_length = {self.context_length} tokens long; got "
                f"{n_cached + ids.shape[1]}. Cut the row: `evaluate` and `generate` do it for you."
            )


class Block(nn.Module):
    """Attention, then an MLP, each added to the stream."""

    def __init__(self, config: ModelConfig, attention: type[Attention]) -> None:
        super().__init__()
        C = config.d_model
        self.attention = attention(config)
        self.up = nn.Parameter(torch.zeros(4 * C, C))
        self.down = nn.Parameter(torch.zeros(C, 4 * C))
        self.dropout = config.dropout
        for matrix in (self.attention.query, self.attention.key, self.attention.value, self.up):
            nn.init.uniform_(matrix, -((3 / C) ** 0.5), (3 / C) ** 0.5)  # standard deviation C^(-1/2)

    def forward(self, x: Tensor, cache: LayerCache | None) -> Tensor:
        """The stream ``(B, T, C)`` after this block."""
        x = x + F.dropout(self.attention(norm(x), cache), self.dropout, self.training)
        hidden = F.relu(F.linear(norm(x), self.up)).square()  # (B, T, 4C)
        return x + F.dropout(F.linear(hidden, self.down), self.dropout, self.training)
