"""Writing text: sample the next token, append it, repeat."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.model import TransformerLM
from course_lm.score import LanguageModel, evaluating


@torch.no_grad()
def generate(
    model: LanguageModel,
    ids: Tensor,
    n_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Continue every row by ``n_tokens`` tokens.

    .. math:: x_{t} \sim \mathrm{softmax}(z / \tau), \qquad z = \text{model}(x_{<t})[-1]

    A row longer than the context drops the oldest half of its window, which is then read anew.

    Args:
        model: any language model.
        ids: ``(B, T)`` int64 ids to continue, T at least 1.
        n_tokens: how many tokens to add.
        temperature: divides the logits; 0 takes the most likely token.
        top_k: sample among the k most likely tokens only.
        top_p: sample among the fewest tokens that together have at least this probability.
        generator: draws the tokens, on the CPU.

    Returns:
        ``(B, T + n_tokens)`` int64 ids.

    Raises:
        ValueError: if an argument is out of range.
    """
    _check(ids, n_tokens, temperature, top_k, top_p)
    device = getattr(model, "device", ids.device)
    ids = ids.to(device)
    transformer = model if isinstance(model, TransformerLM) else None  # only it can continue from a cache
    cache = None if transformer is None else transformer.new_cache(len(ids))
    longest = model.context_length or ids.shape[1] + n_tokens
    begin = max(0, ids.shape[1] - longest)
    with evaluating(model):
        for _ in range(n_tokens):
            if ids.shape[1] - begin > longest:
                begin = ids.shape[1] - max(1, longest // 2)
                if cache is not None:
                    cache.clear()
            if transformer is None or cache is None:
                logits = model(ids[:, begin:])
            else:
                logits = transformer(ids[:, begin + cache.length :], cache)
            probabilities = _candidates(logits[:, -1].cpu().double(), temperature, top_k, top_p)  # (B, V)
            token = torch.multinomial(probabilities, 1, generator=generator).to(device)
            ids = torch.cat([ids, token], dim=1)
    return ids


def _candidates(logits: Tensor, temperature: float, top_k: int | None, top_p: float | None) -> Tensor:
    """Probabilities ``(B, V)`` to sample from; tokens that are not candidates have 0."""
    if not bool((logits.amax(-1) < math.inf).all()):  # NaN too
        raise ValueError("the model's logits are not numbers: its training diverged. Train it with lower rates.")
    if temperature == 0:
        return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
    p = ((logits - logits.amax(-1, keepdim=True)) / temperature).softmax(-1)  # no temperature overflows
    ordered, order = p.sort(dim=-1, descending=True, stable=True)
    keep = torch.ones_like(ordered, dtype=torch.bool)
    if top_k is not None:
        keep[:, top_k:] = False
    if top_p is not None:
        keep &= ordered.cumsum(-1) - ordered < top_p  # what comes before does not reach top_p yet
    return torch.zeros_like(p).scatter(-1, order, ordered * keep)


def _check(ids: Tensor, n_tokens: int, temperature: float, top_k: int | None, top_p: float | None) -> None:
    if ids.ndim != 2 or ids.shape[1] < 1:
        raise ValueError(f"ids must be (B, T) with T at least 1; got {tuple(ids.shape)}. Start from [[bos_id]].")
    if n_tokens < 0:
        raise ValueError(f"n_tokens must be at least 0; got {n_tokens}.")
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be at least 0 and finite; got {temperature}.")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1; got {top_k}. Leave it out to sample among all tokens.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must be in (0, 1]; got {top_p}. Leave it out to sample among all tokens.")
