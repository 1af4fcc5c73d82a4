"""How values cross from student code to the grader: as plain JSON, never as objects.

An unpickled object could run code of its own; a list of numbers cannot. The notebook's `check` sends its values
through here too, so that both see the same thing. Whatever comes back is bounded: in numbers, depth and length.
"""

from __future__ import annotations

import contextlib
import linecache
import math
import os
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch import Tensor

MOST_NUMBERS = 100_000  # in one result; more than that is described, not sent
MOST_AXES = 8
MOST_PARTS = 1000  # results of different shapes in one list
DEEPEST = 3  # how deep lists of results may lie in each other
LONGEST_TEXT = 300  # characters of an error, a line of code, or a description

LIBRARIES = (
    *(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *(f"{Path(file).parents[up]}{os.sep}" for file, up in ((torch.__file__, 1), (__file__, 2))),
)
"""Where the code of others lies: Python's, that of its packages, and the course's."""

DTYPES = {"bool": torch.bool, "int64": torch.int64, "float32": torch.float32, "float64": torch.float64}


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


def encode(value: Any, depth: int = 0) -> dict[str, Any]:
    """A value as something JSON can hold. Runs what `value` defines, so only where student code may run."""
    if isinstance(value, Raised):
        return {"raised": value.kind, "text": value.text, "line": value.line}
    if isinstance(value, str):
        return {"string": value[:MOST_NUMBERS]}
    if value is None:
        return {"odd": "None"}
    if isinstance(value, (Fraction, Decimal)):
        value = float(value)
    try:
        return _encode_numbers(value)
    except (MemoryError, RecursionError):
        raise
    except Exception:
        if isinstance(value, (list, tuple)) and len(value) <= MOST_PARTS and depth < DEEPEST:
            return _encode_parts([encode(part, depth + 1) for part in value])
        return {"odd": f"an object of type {type(value).__name__}"[:LONGEST_TEXT]}


def encode_argument(value: Any) -> Any:
    """An input of a case, which arrives as what it was: a Python number stays one, all else as in `encode`."""
    return value if isinstance(value, (int, float)) else encode(value)


def _encode_parts(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Tensors of one shape as one tensor with one axis more, so that a pair equals a stack of two."""
    shape = parts[0].get("shape") if parts else None
    if shape is None or any(part.get("shape") != shape for part in parts):
        return {"parts": parts}
    dtypes = {part["dtype"] for part in parts}
    dtype = dtypes.pop() if len(dtypes) == 1 else "float64"
    return _numbers(dtype, [len(parts), *shape], [x for part in parts for x in part["values"]])


def _encode_numbers(value: Any) -> dict[str, Any]:
    if _holds_arrays(value):
        raise TypeError("arrays go part by part: torch would take an array of one number for a number")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a list of tensors that require gradients is slow, not wrong
        tensor = _tensor(value)
    if tensor.is_complex():
        return {"odd": "complex numbers"}
    if extent(tensor.shape) > MOST_NUMBERS or tensor.ndim > MOST_AXES:
        return _numbers("", list(tensor.shape), [])
    if tensor.dtype != torch.float32 and tensor.is_floating_point():
        tensor = tensor.double()
    elif not tensor.is_floating_point() and tensor.dtype != torch.bool:
        tensor = tensor.long() if tensor.dtype != torch.uint64 else tensor.double()
    return _numbers(str(tensor.dtype).removeprefix("torch."), list(tensor.shape), tensor.flatten().tolist())


def _numbers(dtype: str, shape: list[int], values: list[Any]) -> dict[str, Any]:
    """Numbers by dtype, shape and values in order; described where there are too many, or in too many axes."""
    if len(shape) > MOST_AXES:
        return {"odd": f"a tensor of {len(shape)} axes"}
    if extent(shape) > MOST_NUMBERS:
        return {"odd": f"a tensor of shape {tuple(shape)}"}
    return {"dtype": dtype, "shape": shape, "values": values}


def extent(shape: Sequence[int]) -> int:
    """How much there is to write down of this shape: a billion rows without a number are a billion brackets."""
    return math.prod(max(1, size) for size in shape)


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
    """The value that `encode` or `encode_argument` sent.

    Raises:
        ValueError, TypeError, KeyError: for anything that they would not have sent.
    """
    if isinstance(record, (int, float)):
        return record
    if "raised" in record:
        return Raised(*(_text(record[part]) for part in ("raised", "text", "line")))
    if "odd" in record:
        return Odd(" ".join(_text(record["odd"]).split()))
    if "string" in record:
        return _text(record["string"], MOST_NUMBERS)
    if "parts" in record:
        return _decode_parts(record["parts"])
    dtype, shape, values = DTYPES[record["dtype"]], record["shape"], record["values"]
    if len(shape) > MOST_AXES or len(values) > MOST_NUMBERS or not all(isinstance(size, int) for size in shape):
        raise ValueError("no result that would have been sent")
    if extent(shape) > MOST_NUMBERS or min(shape, default=0) < 0:
        raise ValueError("no result that would have been sent")
    return torch.tensor(values, dtype=dtype, device="cpu").reshape(shape)


def _decode_parts(parts: Any, depth: int = 1) -> list[Any]:
    """Results of several shapes; a part that holds parts lies deeper."""
    if not isinstance(parts, list) or len(parts) > MOST_PARTS or depth > DEEPEST:
        raise ValueError("no result that would have been sent")
    return [_decode_parts(part["parts"], depth + 1) if "parts" in part else decode(part) for part in parts]


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError("no text that would have been sent")
    return value


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
        text = str(error)[:LONGEST_TEXT]
    except Exception:
        text = "an exception that cannot be printed"
    return Raised(type(error).__name__[:LONGEST_TEXT], text, _own_line(error))


def _own_line(error: BaseException) -> str:
    """The last line on the way to an error that lies in no library, as far as its text is known."""
    line = ""
    with contextlib.suppress(Exception):
        for frame, number in traceback.walk_tb(error.__traceback__):
            if is_own(frame):
                line = linecache.getline(frame.f_code.co_filename, number).strip() or line
    return line[:LONGEST_TEXT]


def is_own(frame: FrameType) -> bool:
    """Whether the code of a frame lies in no library, so that it is the student's."""
    return not frame.f_code.co_filename.startswith((*LIBRARIES, "<frozen "))
