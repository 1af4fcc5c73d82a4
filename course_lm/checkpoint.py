"""A run on disk: the weights, what they mean, and all that is needed to go on exactly.

Everything is one safetensors file, whose header holds the configuration as JSON. It is written beside its place and
moved there in one step, so a run that is killed at any moment leaves the last good checkpoint.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.optim import Optimizer

from course_lm.config import ModelConfig, TrainConfig
from course_lm.model import TransformerLM
from course_lm.tokenizer import CharTokenizer

FILE_NAME = "checkpoint.safetensors"
FORMAT = "course_lm checkpoint 1"


@dataclass(frozen=True)
class Checkpoint:
    """What `save_checkpoint` was given.

    Attributes:
        model: the model, on the CPU.
        tokenizer: the tokenizer of its text, if it was saved.
        corpus: the name of the corpus, if it was saved.
        train_config: the plan of the run, if there was one.
        step: the updates made so far.
        state: tensors of the optimizers and of the random generators, by name.
    """

    model: TransformerLM
    tokenizer: CharTokenizer | None
    corpus: str | None
    train_config: TrainConfig | None
    step: int
    state: dict[str, Tensor]

    def restore(self, optimizers: Mapping[str, Optimizer], generator: torch.Generator) -> None:
        """Put optimizers and generators where they were."""
        for name, optimizer in optimizers.items():
            fresh = optimizer.state_dict()
            per_parameter: dict[int, dict[str, Tensor]] = {}
            for key, tensor in self.state.items():
                owner, _, rest = key.partition(".")
                if owner == name:
                    number, _, field = rest.partition(".")
                    per_parameter.setdefault(int(number), {})[field] = tensor
            optimizer.load_state_dict({"state": per_parameter, "param_groups": fresh["param_groups"]})
        generator.set_state(self.state["generator"])
        torch.set_rng_state(self.state["global_generator"])  # dropout draws from it


def save_checkpoint(
    folder: str | Path,
    model: TransformerLM,
    *,
    tokenizer: CharTokenizer | None = None,
    corpus: str | None = None,
    train_config: TrainConfig | None = None,
    step: int = 0,
    optimizers: Mapping[str, Optimizer] | None = None,
    generator: torch.Generator | None = None,
) -> Path:
    """Write a checkpoint into ``folder``, in place of the one before.

    Returns:
        The file.

    Raises:
        OSError: if the folder cannot be made or written; a checkpoint already there stays.
    """
    tensors = {f"model.{name}": tensor.contiguous() for name, tensor in model.state_dict().items()}
    for name, optimizer in (optimizers or {}).items():
        for number, fields in optimizer.state_dict()["state"].items():
            tensors |= {f"{name}.{number}.{field}": tensor.contiguous() for field, tensor in fields.items()}
    if generator is not None:
        tensors["generator"] = generator.get_state()
        tensors["global_generator"] = torch.get_rng_state()
    description = {
        "model": asdict(model.config),
        "tokenizer": None if tokenizer is None else tokenizer.to_json(),
        "corpus": corpus,
        "train": None if train_config is None else asdict(train_config),
        "step": step,
    }
    content = save(tensors, metadata={"format": FORMAT, "description": json.dumps(description)})
    path = Path(folder, FILE_NAME)
    _write_atomically(path, content)
    return path


def load_checkpoint(folder: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        FileNotFoundError: if there is none in ``folder``.
        ValueError: if the file is damaged, or is not a checkpoint of this package.
    """
    path = Path(folder, FILE_NAME)
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint in {str(folder)!r}: expected the file {FILE_NAME}.")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{str(path)!r} is damaged or is not a safetensors file ({error}). Train again.") from error
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"{str(path)!r} must be a {FORMAT!r} file; its format is {metadata.get('format')!r}. "
            "Was it written by another program or version?"
        )
    description = json.loads(metadata["description"])
    model = TransformerLM(ModelConfig(**description["model"]))
    weights = {key.removeprefix("model."): t for key, t in tensors.items() if key.startswith("model.")}
    model.load_state_dict(weights)
    return Checkpoint(
        model=model,
        tokenizer=None if description["tokenizer"] is None else CharTokenizer.from_json(description["tokenizer"]),
        corpus=description["corpus"],
        train_config=None if description["train"] is None else TrainConfig(**description["train"]),
        step=description["step"],
        state={key: t for key, t in tensors.items() if not key.startswith("model.")},
    )


def _write_atomically(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OSError(
            f"the checkpoint {str(path)!r} cannot be written: {error.strerror}. Choose another folder or make room."
        ) from error
