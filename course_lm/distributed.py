"""One training run in several processes, on one machine or many, each with its share of every batch.

``torchrun`` starts the processes and tells each its number. Every process draws the same batch and computes the
gradients of its own rows; their mean moves the same weights everywhere. So a run does not depend on how many
processes share it, up to rounding.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

TIMEOUT = timedelta(minutes=10)  # how long a process waits for the others


@dataclass(frozen=True)
class Processes:
    """The processes of a run, as one of them sees them.

    Attributes:
        rank: the number of this process, from 0.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    def share(self, rows: Tensor) -> Tensor:
        """The rows of a batch ``(B, …)`` that are this process's to compute."""
        return rows[self.rank :: self.size]

    def averaging_gradients(self, model: nn.Module) -> nn.Module:
        """The model, whose gradients become the mean over all processes in ``backward()``."""
        if self.size == 1:
            return model
        device = next(model.parameters()).device
        wrapped: nn.Module = DistributedDataParallel(model, [device] if device.type == "cuda" else None)
        return wrapped

    def require_same_step(self, step: int) -> None:
        """Raises ValueError unless all processes have made the same number of updates."""
        steps = [step] * self.size
        if self.size > 1:
            torch.distributed.all_gather_object(steps, step)
        if len(set(steps)) > 1:
            raise ValueError(
                f"all processes must go on from the same checkpoint; theirs are of the updates {steps}. Put the run's "
                "folder where all machines see it."
            )

    def total(self, values: Tensor) -> Tensor:
        """The sum of ``values`` over all processes."""
        if self.size > 1:
            torch.distributed.all_reduce(values)
        return values


def launched() -> Processes:
    """The number of this process and of all, as ``torchrun`` gave them; without it, the only one there is."""
    return Processes(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))


def may_be_restarted() -> bool:
    """Whether ``torchrun --max-restarts`` starts all processes again when one is lost, so that they should go on.

    Which start this is does not tell: those whose own torchrun lost nobody are not counted as restarted.
    """
    return int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", 0)) > 0


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Meet the other processes of the run; they stay together until they end.

    Raises:
        ConnectionError: if another process is lost.
    """
    processes = launched()
    if processes.size > 1 and not torch.distributed.is_initialized():
        if device.type == "cuda":
            torch.cuda.set_device(device)
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=TIMEOUT)
        atexit.register(torch.distributed.destroy_process_group)
    try:
        yield processes
    except RuntimeError as error:  # what both backends raise when a connection breaks
        if processes.size == 1 or isinstance(error, torch.OutOfMemoryError):
            raise
        raise ConnectionError(
            f"process {processes.rank} of {processes.size} stopped, most likely since it lost another one: "
            f"{str(error).splitlines()[0]}. Start all of them again with --resume."
        ) from error
