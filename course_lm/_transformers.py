"""How the transformers library is asked for a model: quietly, with one sentence where it fails.

Nothing is imported from it before the first question, since that takes seconds.
"""

from __future__ import annotations

import logging
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch

CONVERSION = "DISABLE_SAFETENSORS_CONVERSION"  # a variable of the library


def missing_library(name: str) -> ModuleNotFoundError:
    """The error of a library that is not there."""
    return ModuleNotFoundError(
        f"pretrained models need the library {name!r}, which is not installed here. Install it: "
        "pip install 'course-lm[pretrained]'."
    )


@contextmanager
def asking(name: str) -> Iterator[None]:
    """A context in which the library loads the model ``name``.

    Raises:
        ValueError: if there is no such model, or the library cannot load it.
        OSError: if the model cannot be reached.
        MemoryError: if it does not fit.
    """
    with _quiet(), _no_conversion(), _one_sentence(name):
        yield


@contextmanager
def _no_conversion() -> Iterator[None]:
    """A context in which the library asks no service to make safetensors of weights that are none."""
    before = os.environ.get(CONVERSION)
    os.environ[CONVERSION] = "1"
    try:
        yield
    finally:
        del os.environ[CONVERSION]
        if before is not None:
            os.environ[CONVERSION] = before


def weight_bytes(config: Any, dtype: torch.dtype) -> int:
    """The bytes of all weights of a model, known from its description alone."""
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):  # shapes without numbers
        skeleton = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    n_weights: int = sum(weights.numel() for weights in skeleton.parameters())
    return dtype.itemsize * n_weights


def require_memory(name: str, n_bytes: int) -> None:
    """Reject a model whose weights do not fit.

    Raises:
        MemoryError: if fewer than ``n_bytes`` are free.
    """
    free = _free_memory()
    if n_bytes > free:
        raise MemoryError(
            f"{name!r} needs {n_bytes / 2**30:.1f} GiB of memory for its weights; {free / 2**30:.1f} GiB are free. "
            "Load a smaller model, or this one with dtype=torch.bfloat16, in two bytes for each weight."
        )


def _free_memory() -> float:
    """Bytes that this machine, or the container, could still give; without bound where it does not say."""
    found = [math.inf]
    with suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found.append(1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]))
    with suppress(OSError, ValueError):  # where there is no limit stands "max"
        found.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(found)


@contextmanager
def _one_sentence(name: str) -> Iterator[None]:
    """Turn what the library says of a model into one sentence with a remedy."""
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        yield
    except (AttributeError, TypeError):  # a bug
        raise
    except Exception as error:  # the library raises all kinds, of its own and of others
        kinds = tuple(type(cause) for cause in _causes(error))
        said = str(error).split("\n")[0].split(". ")[0].strip(" .")
        if any(issubclass(kind, RepositoryNotFoundError | HFValidationError) for kind in kinds):
            raise ValueError(
                f"name must be a model on huggingface.co or a folder with one; got {name!r}. Look up how it is "
                "spelled; one that is not public needs `hf auth login` first."
            ) from error
        if any(issubclass(kind, LocalEntryNotFoundError | ConnectionError) for kind in kinds):
            raise OSError(
                f"the model {name!r} must be within reach or on this machine; it is neither. Connect to "
                "huggingface.co, or copy the model here and name its folder."
            ) from error
        if isinstance(error, MemoryError | RuntimeError) and "memory" in said:
            raise MemoryError(
                f"{name!r} must fit into the memory of this machine; got this: {said}. Load a smaller model."
            ) from error
        raise ValueError(
            f"{name!r} must be a causal language model that transformers knows, with all weights in safetensors and a "
            f"tokenizer of the tokenizers library; got this: {said}. Choose another model, such as 'gpt2'."
        ) from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@contextmanager
def _quiet() -> Iterator[None]:
    """A context in which the libraries do not write, but for a bar that shows progress on a terminal."""
    from transformers.utils import logging as library

    loggers = [logging.getLogger(name) for name in ("transformers", "huggingface_hub")]
    levels, had_bars = [logger.level for logger in loggers], library.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    if not sys.stderr.isatty():
        library.disable_progress_bar()
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if had_bars:
            library.enable_progress_bar()
