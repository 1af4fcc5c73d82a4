"""Checks of arguments that many functions share, in the same words everywhere.

The checks look at types and shapes, or at numbers that are on the CPU anyway: none makes a GPU wait. Numbers of NumPy
and tensors without axes are as good as Python's, and become such.
"""

from __future__ import annotations

import operator
from typing import Any

import torch
from torch import Tensor


def whole_number(name: str, value: Any, at_least: int, remedy: str = "") -> int:
    """A whole number as an int.

    Raises:
        ValueError: if ``value`` is not a whole number, or less than ``at_least``.
    """
    try:
        number = None if _is_truth(value) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}; got {value!r}. {remedy}".rstrip())
    return number


def real_number(name: str, value: Any) -> float:
    """A number as a float; its range is for the caller to check.

    Raises:
        ValueError: if ``value`` is not one number.
    """
    try:
        if not (isinstance(value, str) or _is_truth(value)):
            return float(value)
    except (TypeError, ValueError, RuntimeError):
        pass
    raise ValueError(f"{name} must be a number; got {value!r}.")


def require_text(text: object) -> None:
    """Reject bytes and everything else that is not text.

    Raises:
        TypeError: if ``text`` is not a str.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str; got {type(text).__name__}. Bytes become one with text.decode('utf-8').")


def require_ids(ids: Tensor) -> None:
    """Reject tensors that are not int64 ids.

    Raises:
        TypeError: if ids are not int64.
    """
    if ids.dtype != torch.int64:
        raise TypeError(f"ids must be int64 token ids; got {ids.dtype}. Use ids.long().")


def require_rows(ids: Tensor) -> None:
    """Reject tensors that are not rows of ids.

    Raises:
        TypeError: if ids are not int64.
        ValueError: if they are not ``(B, T)``, or the rows are empty.
    """
    require_ids(ids)
    if ids.ndim != 2 or ids.shape[1] < 1:
        raise ValueError(
            f"ids must be (B, T) with T at least 1; got {tuple(ids.shape)}. "
            "One row is ids[None]; where there is no text yet, it is [[bos_id]]."
        )


def require_in_vocabulary(ids: Tensor, vocab_size: int, whose: str = "") -> None:
    """Reject ids that stand for no token.

    Raises:
        ValueError: if an id is outside ``[0, vocab_size)``.
    """
    if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < vocab_size:
        raise ValueError(
            f"ids must be in [0, {vocab_size}), the vocabulary{whose}; got {int(ids.min())} to {int(ids.max())}. "
            "Was the text encoded with another tokenizer?"
        )


def require_positions(starts: Tensor) -> None:
    """Reject tensors that are not positions in a text.

    Raises:
        TypeError: if starts are not int64; a mask is not.
        ValueError: if they are not ``(S,)``, or one is negative.
    """
    if starts.dtype != torch.int64:
        raise TypeError(
            f"starts must be int64 positions in ids; got {starts.dtype}. A mask becomes mask.nonzero()[:, 0]."
        )
    if starts.ndim != 1:
        raise ValueError(f"starts must be (S,) positions in ids; got shape {tuple(starts.shape)}.")
    if len(starts) and int(starts.min()) < 0:
        raise ValueError(f"starts must be positions in ids, from 0 on; got {int(starts.min())}.")


def require_logits(logits: Tensor) -> None:
    """Reject logits ``(..., V)`` that give no probabilities.

    Raises:
        ValueError: if the largest of a row is not a number; others may be −inf, of tokens that cannot come.
    """
    if not bool(logits.amax(-1).isfinite().all()):
        raise ValueError("the model's logits are not numbers: its training diverged. Train it with lower rates.")


def _is_truth(value: Any) -> bool:
    """True and False count as numbers in Python, and as no numbers here."""
    return isinstance(value, bool) or getattr(value, "dtype", None) in (torch.bool, bool)
