"""The objective: cross-entropy, and the same number in other units.

A model never computes its loss, and a loss never knows its model: all that passes between them is logits.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from course_lm._checks import real_number, whole_number

Reduction = Literal["mean", "sum", "none"]


def cross_entropy(
    logits: Tensor, targets: Tensor, *, reduction: Reduction = "mean", ignore_index: int | None = None
) -> Tensor:
    r"""Negative log-likelihood of the true next tokens, in nats.

    .. math:: L(\theta) = -\frac{1}{T} \sum_{t=1}^{T} \ln p_\theta(x_t \mid x_{<t})

    with :math:`p_\theta(\cdot \mid x_{<t})` = ``softmax(logits)`` and :math:`x_t` = ``targets``. The softmax is taken
    on logits whose largest is moved to 0, so no logit is too large. Half-precision logits are read as float32.

    Args:
        logits: ``(..., V)`` raw scores; ``p = softmax(logits)`` over the last axis.
        targets: ``(...)`` int64 ids of the tokens that came next, each in ``[0, V)``.
        reduction: ``"mean"`` gives nats per token, ``"sum"`` nats, ``"none"`` nats at every position.
        ignore_index: target id of padding, which costs nothing and is not counted.

    Returns:
        A scalar, or ``(...)`` for ``"none"``.

    Raises:
        TypeError: if logits are not floating point or targets are not int64.
        ValueError: if the shapes do not match, a target is outside ``[0, V)`` (on a GPU an error of the device), or a
            mean has nothing to count.
    """
    counted = _checked(logits, targets, ignore_index)
    if logits.dtype in (torch.float16, torch.bfloat16):
        logits = logits.float()
    log_p = logits.log_softmax(-1)  # (..., V)
    picked = targets if counted is None else targets.where(counted, 0)
    nats = -log_p.gather(-1, picked[..., None])[..., 0]  # (...)
    if counted is not None:
        nats = nats.where(counted, 0)
    if reduction == "none":
        return nats
    if reduction == "sum":
        return nats.sum()
    if reduction != "mean":
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none'; got {reduction!r}.")
    n_counted = nats.numel() if counted is None else int(counted.sum())
    if n_counted == 0:
        raise ValueError("targets must hold at least one token that counts: the mean of no terms is undefined.")
    return nats.sum() / n_counted


def perplexity(nats_per_token: float) -> float:
    r"""The exponential of the cross-entropy, :math:`e^L`: the sides of a fair die as hard to guess as one token."""
    try:
        return math.exp(real_number("nats_per_token", nats_per_token))
    except OverflowError:
        return math.inf


def nats_to_bits(nats: float) -> float:
    r"""The same amount of information in bits: :math:`\text{bits} = \text{nats} / \ln 2`."""
    return real_number("nats", nats) / math.log(2)


def bits_per_byte(total_nats: float, n_bytes: int) -> float:
    """The bits that a text costs for each of its UTF-8 bytes: comparable between tokenizers.

    Args:
        total_nats: the sum of the loss over the whole text, in nats.
        n_bytes: the length of that text in UTF-8 bytes.
    """
    return nats_to_bits(total_nats) / whole_number("n_bytes", n_bytes, at_least=1, remedy="It is len(text.encode()).")


def _checked(logits: Tensor, targets: Tensor, ignore_index: int | None) -> Tensor | None:
    """Reject logits and targets that cannot be scored; return which targets count, or None where all do."""
    if not logits.is_floating_point():
        raise TypeError(f"logits must be floating point; got {logits.dtype}.")
    if targets.dtype != torch.int64:
        raise TypeError(f"targets must be int64 token ids; got {targets.dtype}. Use targets.long().")
    if logits.ndim < 1 or logits.shape[:-1] != targets.shape:
        raise ValueError(
            f"logits must be (..., V) for targets (...); got logits {tuple(logits.shape)} and targets "
            f"{tuple(targets.shape)}. Each position needs one row of V logits and one target."
        )
    counted = None if ignore_index is None else targets != ignore_index
    if targets.device.type == "cpu":  # on a GPU the look would stop the queue; there the gather itself refuses
        V = logits.shape[-1]
        outside = (targets < 0) | (targets >= V)
        if counted is not None:
            outside &= counted
        if bool(outside.any()):
            where = outside.nonzero()[0].tolist()
            raise ValueError(
                f"targets must be in [0, {V}), the vocabulary of the logits; got {int(targets[tuple(where)])} "
                f"at position {tuple(where)}. Was the text encoded with another tokenizer?"
            )
    return counted
