"""Writing text: sample the next token, append it, repeat."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from course_lm._checks import real_number, require_logits, require_rows, whole_number
from course_lm.language_model import LanguageModel, device_of, evaluating, with_cache


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
        TypeError: if ids are not int64.
        ValueError: if an argument is out of range.
    """
    tokens = stream(model, ids, n_tokens, temperature=temperature, top_k=top_k, top_p=top_p, generator=generator)
    return torch.cat([ids.to(device_of(model, ids)), *(token[:, None] for token in tokens)], dim=1)


def stream(
    model: LanguageModel,
    ids: Tensor,
    n_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Tensor]:
    """The tokens of `generate`, each as soon as it is drawn.

    The model is without dropout until the last token was taken, or the iterator closed.

    Yields:
        ``(B,)`` int64 ids, ``n_tokens`` times.

    Raises:
        TypeError: if ids are not int64.
        ValueError: if an argument is out of range; at the call, before the first token.
    """
    require_rows(ids)
    n_tokens = whole_number("n_tokens", n_tokens, at_least=0)
    temperature = real_number("temperature", temperature)
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be at least 0 and finite; got {temperature}.")
    top_k = None if top_k is None else whole_number("top_k", top_k, 1, "Leave it out to sample among all tokens.")
    top_p = None if top_p is None else real_number("top_p", top_p)
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must be in (0, 1]; got {top_p}. Leave it out to sample among all tokens.")
    return _stream(model, ids, n_tokens, temperature, top_k, top_p, generator)


def _stream(
    model: LanguageModel,
    ids: Tensor,
    n_tokens: int,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    generator: torch.Generator | None,
) -> Iterator[Tensor]:
    B, T = ids.shape
    row = torch.empty(B, T + n_tokens, dtype=ids.dtype, device=device_of(model, ids))
    row[:, :T] = ids
    longest = model.context_length or T + n_tokens
    begin = max(0, T - longest)
    reader = with_cache(model)
    cache = reader.new_cache(B)
    with evaluating(model):
        for end in range(T, T + n_tokens):
            if end - begin > longest:
                begin = end - max(1, longest // 2)
                cache.clear()
            with torch.inference_mode():
                logits = reader(row[:, begin + cache.length : end], cache)[:, -1]  # (B, V)
                p = _candidates(logits.cpu().double(), temperature, top_k, top_p)
                token = torch.multinomial(p, 1, generator=generator)[:, 0]
            row[:, end] = token
            yield row[:, end]


def _candidates(logits: Tensor, temperature: float, top_k: int | None, top_p: float | None) -> Tensor:
    """Probabilities ``(B, V)`` to sample from; tokens that are not candidates have 0."""
    require_logits(logits)
    if temperature == 0:
        return torch.zeros_like(logits).scatter(-1, logits.argmax(-1, keepdim=True), 1.0)
    p = ((logits - logits.amax(-1, keepdim=True)) / temperature).softmax(-1)  # no temperature overflows
    if top_k is None and top_p is None:
        return p
    ordered, order = p.sort(dim=-1, descending=True, stable=True)
    keep = torch.ones_like(ordered, dtype=torch.bool)
    if top_k is not None:
        keep[:, top_k:] = False
    if top_p is not None:
        keep &= ordered.cumsum(-1) - ordered < top_p  # what comes before does not reach top_p yet
    return torch.zeros_like(p).scatter(-1, order, ordered * keep)
