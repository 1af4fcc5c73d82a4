"""What many functions ask of their arguments, refused in the same words everywhere.

The checks look at types and shapes, or at numbers that are on the CPU anyway: none makes a GPU wait.
"""

from __future__ import annotations

import torch
from torch import Tensor


def require_whole_number(name: str, value: object, at_least: int) -> None:
    """Refuse what is no whole number, or too small a one.

    Raises:
        ValueError: if ``value`` is not an int of ``at_least`` so much.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}; got {value!r}.")


def require_text(text: object) -> None:
    """Refuse bytes and what else is no text.

    Raises:
        TypeError: if ``text`` is no str.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str; got {type(text).__name__}. Bytes become one with text.decode('utf-8').")


def require_ids(ids: Tensor) -> None:
    """Refuse what are no token ids.

    Raises:
        TypeError: if ids are not int64.
    """
    if ids.dtype != torch.int64:
        raise TypeError(f"ids must be int64 token ids; got {ids.dtype}. Use ids.long().")


def require_in_vocabulary(ids: Tensor, vocab_size: int, whose: str = "") -> None:
    """Refuse ids that stand for no token.

    Raises:
        ValueError: if an id is outside ``[0, vocab_size)``.
    """
    if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < vocab_size:
        raise ValueError(
            f"ids must be in [0, {vocab_size}), the vocabulary{whose}; got {int(ids.min())} to {int(ids.max())}. "
            "Was the text encoded with another tokenizer?"
        )


def require_positions(starts: Tensor) -> None:
    """Refuse what are no positions in a text.

    Raises:
        TypeError: if starts are not int64, as a mask is not.
        ValueError: if they are not ``(S,)`` or one is negative.
    """
    if starts.dtype != torch.int64:
        raise TypeError(
            f"starts must be int64 positions in ids; got {starts.dtype}. A mask becomes mask.nonzero()[:, 0]."
        )
    if starts.ndim != 1:
        raise ValueError(f"starts must be (S,) positions in ids; got shape {tuple(starts.shape)}.")
    if len(starts) and int(starts.min()) < 0:
        raise ValueError(f"starts must be positions in ids, from 0 on; got {int(starts.min())}.")
