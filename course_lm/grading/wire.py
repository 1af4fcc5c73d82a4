"""How values cross from student code to the judge: as plain JSON, never as objects.

An unpickled object could run code of its own; a list of numbers cannot. The notebook's `check` sends its
values through here too, so that both see the same thing. The worker loads this module alone.
"""

from __future__ import annotations

import contextlib
import linecache
import os
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

LARGEST = 100_000
"""The most numbers one result may hold; more than that is described, not sent."""

LIBRARIES = (
    *(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *(f"{Path(file).parents[1]}{os.sep}" for file in (__file__, torch.__file__)),
)
"""Where the code of others lies: Python's, that of its packages, and the course's."""

DTYPES = {str(dtype).removeprefix("torch."): dtype for dtype in (torch.float32, torch.int64, torch.bool)}


@dataclass(frozen=True)
class Raised:
    """The call ended in an exception; `line` is the line of the student's code that led to it, where it is known."""

    kind: str
    text: str
    line: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}" + (f", from the line: {self.line}" if self.line else "")


@dataclass(frozen=True)
class Odd:
    """The call returned something that is no number, text, or sequence of these."""

    description: str


def encode(value: Any) -> dict[str, Any]:
    """A value as something JSON can hold. Runs what `value` defines, so only where student code may run."""
    if isinstance(value, Raised):
        return {"raised": value.kind, "text": value.text, "line": value.line}
    if isinstance(value, str):
        return {"string": value[:LARGEST]}
    if value is None:
        return {"odd": "None"}
    if isinstance(value, (Fraction, Decimal)):
        value = float(value)
    try:
        return _encode_numbers(value)
    except (MemoryError, RecursionError):
        raise
    except Exception:
        if isinstance(value, (list, tuple)) and len(value) <= LARGEST:
            return _encode_items([encode(item) for item in value])
        return {"odd": f"an object of type {type(value).__name__}"}


def encode_argument(value: Any) -> Any:
    """An input of a case, which arrives as what it was: a Python number stays one, all else as in `encode`."""
    return value if isinstance(value, (int, float)) else encode(value)


def _encode_items(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Tensors of one shape as one tensor with one axis more, so that a pair equals a stack of two."""
    shape = items[0].get("shape")
    if shape is None or any(item.get("shape") != shape for item in items):
        return {"items": items}
    dtypes = {item["dtype"] for item in items}
    dtype = dtypes.pop() if len(dtypes) == 1 else "float64"
    return {"dtype": dtype, "shape": [len(items), *shape], "values": [x for item in items for x in item["values"]]}


def _encode_numbers(value: Any) -> dict[str, Any]:
    if _holds_arrays(value):
        raise TypeError("arrays go item by item: torch would take an array of one number for a number")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a list of tensors that require gradients is slow, not wrong
        tensor = _tensor(value)
    if tensor.numel() > LARGEST:
        return {"odd": f"a tensor of shape {tuple(tensor.shape)}"}
    if tensor.is_complex():
        return {"odd": "complex numbers"}
    dtype = str(tensor.dtype).removeprefix("torch.")
    return {"dtype": dtype, "shape": list(tensor.shape), "values": tensor.flatten().tolist()}


def _holds_arrays(value: Any) -> bool:
    """Whether arrays lie in a list or in the lists in it; a number that is an array of no axis counts as a number."""
    return isinstance(value, (list, tuple)) and any(getattr(x, "shape", ()) or _holds_arrays(x) for x in value)


def _tensor(value: Any) -> Tensor:
    """Numbers in whatever form as a tensor; Python floats keep all their digits."""
    if isinstance(value, Tensor):
        return value.cpu()
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        dtype = np.float64 if array.dtype.kind == "f" else None  # torch has no longdouble
        return torch.as_tensor(np.array(array, dtype, order="C"), device="cpu")  # and no axis that runs backward
    with contextlib.suppress(ValueError):  # an integer that needs more than 64 bits
        tensor = torch.as_tensor(value, device="cpu")
        if not tensor.is_floating_point():
            return tensor
    return torch.as_tensor(value, dtype=torch.float64, device="cpu")


def decode(record: Any) -> Any:
    """The value that `encode` or `encode_argument` sent. Raises for anything they would not have sent."""
    if isinstance(record, (int, float)):
        return record
    if "raised" in record:
        return Raised(str(record["raised"]), str(record["text"]), str(record["line"]))
    if "odd" in record:
        return Odd(str(record["odd"]))
    if "string" in record:
        return str(record["string"])
    if "items" in record:
        return [decode(item) for item in record["items"]]
    dtype = DTYPES.get(record["dtype"], torch.float64)
    return torch.tensor(record["values"], dtype=dtype, device="cpu").reshape(record["shape"])


def attempt(function: Callable[..., Any], arguments: Sequence[Any]) -> dict[str, Any]:
    """One call, encoded: what it returned, or what it raised."""
    try:
        return encode(function(*arguments))
    except MemoryError:
        raise
    except Exception as error:
        return encode(describe(error))


def describe(error: BaseException) -> Raised:
    """An exception as text; its own ``__str__`` is student code and may fail too."""
    try:
        text = str(error)[:300]
    except Exception:
        text = "an exception that cannot be printed"
    return Raised(type(error).__name__, text, _own_line(error))


def _own_line(error: BaseException) -> str:
    """The last line on the way to an error that lies in no library, as far as its text is known."""
    line = ""
    with contextlib.suppress(Exception):
        for frame, number in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if not file.startswith(LIBRARIES):
                line = linecache.getline(file, number).strip() or line
    return line[:300]
