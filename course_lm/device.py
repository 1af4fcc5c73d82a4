"""Where a model computes, and in which type of number.

A GPU if there is one, else the CPU, unless the environment says otherwise; matrix products in the fastest type that
trains as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from course_lm.config import Precision

DEVICE_VARIABLE = "COURSE_LM_DEVICE"


def pick_device() -> torch.device:
    """``cuda``, then ``mps``, then ``cpu``: the first that works here, or what ``COURSE_LM_DEVICE`` names.

    Of several GPUs, each process that ``torchrun`` started gets its own.

    Raises:
        ValueError: if ``COURSE_LM_DEVICE`` names a device that this machine or torch does not have, or there are more
            processes than GPUs.
    """
    usable = [torch.device("cpu")]
    if torch.backends.mps.is_available():
        usable.insert(0, torch.device("mps"))
    if torch.cuda.is_available():
        usable.insert(0, torch.device("cuda"))
    named = os.environ.get(DEVICE_VARIABLE) or str(usable[0])
    kind, colon, number = named.partition(":")
    n_devices = torch.cuda.device_count() if kind == "cuda" else 1
    is_numbered = not colon or (number.isdecimal() and int(number) < n_devices)
    if kind not in [device.type for device in usable] or not is_numbered:
        raise ValueError(
            f"{DEVICE_VARIABLE} must name a device of this machine, {' or '.join(map(str, usable))}; got {named!r}."
        )
    local_rank = int(os.environ.get("LOCAL_RANK", 0))
    if kind != "cuda" or colon or local_rank == 0:
        return torch.device(named)
    if local_rank >= n_devices:
        raise ValueError(
            f"every process must have a GPU of its own; got {local_rank + 1} processes or more and {n_devices} GPUs. "
            f"Start torchrun with --nproc-per-node {n_devices}."
        )
    return torch.device("cuda", local_rank)


def product_dtype(device: torch.device, precision: Precision) -> torch.dtype:
    """The type of the matrix products that ``precision`` means on ``device``.

    ``auto`` is bfloat16 on a GPU that computes in it, float16 on one that only has units for that (such as a T4), and
    float32 everywhere else.
    """
    if precision != "auto":
        named: torch.dtype = getattr(torch, precision)
        return named
    if device.type != "cuda":
        return torch.float32
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return torch.float16 if torch.cuda.get_device_capability(device) >= (7, 0) else torch.float32


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """A context in which matrix products are computed in ``dtype``, from weights that stay float32."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)


@contextmanager
def tensor_float_32(device: torch.device) -> Iterator[None]:
    """A context in which a CUDA GPU may shorten the inputs of float32 products to 10 bits, where it has such units."""
    before = torch.get_float32_matmul_precision()
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
