"""Where a model computes: a GPU if there is one, else the CPU, unless the environment says otherwise."""

from __future__ import annotations

import os

import torch

DEVICE_VARIABLE = "COURSE_LM_DEVICE"


def pick_device() -> torch.device:
    """``cuda``, then ``mps``, then ``cpu``: the first that works here, or what ``COURSE_LM_DEVICE`` names.

    Raises:
        ValueError: if ``COURSE_LM_DEVICE`` names a device that this machine or torch does not have.
    """
    usable = [torch.device("cpu")]
    if torch.backends.mps.is_available():
        usable.insert(0, torch.device("mps"))
    if torch.cuda.is_available():
        usable.insert(0, torch.device("cuda"))
    named = os.environ.get(DEVICE_VARIABLE)
    if not named:
        return usable[0]
    kind, colon, number = named.partition(":")
    n_devices = torch.cuda.device_count() if kind == "cuda" else 1
    is_numbered = not colon or (number.isdecimal() and int(number) < n_devices)
    if kind not in [device.type for device in usable] or not is_numbered:
        raise ValueError(
            f"{DEVICE_VARIABLE} must name a device of this machine, {' or '.join(map(str, usable))}; got {named!r}."
        )
    return torch.device(named)
