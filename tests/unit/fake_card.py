"""An accelerator that this machine does not have: its tensors hold real values and say that they lie elsewhere.

Like a card, it computes with nothing that lies on the CPU but single numbers; what it holds must be brought back first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map_only

CARD = torch.device("lazy")  # of all the types of device, one that a torch for CPUs admits and nobody uses
CPU = torch.device("cpu")
MOVES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)


class OnCard(Tensor):
    """A tensor on the card."""

    held: Tensor

    @staticmethod
    def __new__(cls, values: Tensor) -> OnCard:
        tensor: OnCard = Tensor._make_wrapper_subclass(
            cls,
            values.shape,
            strides=values.stride(),
            storage_offset=values.storage_offset(),
            dtype=values.dtype,
            device=CARD,
        )
        tensor.held = values
        return tensor

    def tolist(self) -> list[Any]:
        """What torch does for any device, but not for a subclass."""
        values: list[Any] = self.held.tolist()
        return values

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # torch's stub has no class method here
        cls,
        function: Any,
        types: Sequence[type],
        arguments: tuple[Any, ...] = (),
        options: dict[str, Any] | None = None,
    ) -> Any:
        return _compute(function, arguments, options or {})


class FakeCard(TorchDispatchMode):
    """A context in which there is a card."""

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: tuple[Any, ...] = (), options: dict[str, Any] | None = None
    ) -> Any:
        return _compute(function, arguments, options or {})


def _compute(function: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    tensors = [leaf for leaf in tree_leaves((arguments, options)) if isinstance(leaf, Tensor)]
    on_card = [tensor for tensor in tensors if isinstance(tensor, OnCard)]
    on_cpu = [tensor for tensor in tensors if not isinstance(tensor, OnCard) and tensor.ndim]
    if on_card and on_cpu and function not in MOVES:
        raise RuntimeError(f"{function} was given tensors on two devices.")
    asked = options.get("device")
    here = options if asked is None else options | {"device": CPU}
    result = function(*tree_map_only(OnCard, _values, arguments), **tree_map_only(OnCard, _values, here))
    first = isinstance(arguments[0], OnCard) if function in MOVES else bool(on_card)
    if not (first if asked is None else asked == CARD):
        return result
    return return_and_correct_aliasing(function, arguments, options, tree_map_only(Tensor, OnCard, result))


def _values(tensor: OnCard) -> Tensor:
    return tensor.held
