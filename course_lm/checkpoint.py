"""A run on disk: the weights, what they mean, and all that is needed to go on exactly.

Everything is one safetensors file, whose header holds the configuration as JSON. It is written whole or not at all, so
a run that is killed at any moment leaves the last good checkpoint.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer

from course_lm._checks import whole_number
from course_lm._files import write_whole
from course_lm.config import ModelConfig, TrainConfig
from course_lm.model import TransformerLM
from course_lm.tokenizer import Tokenizer

FILE_NAME = "checkpoint.safetensors"
FORMAT = "course_lm checkpoint 2"


@dataclass(frozen=True)
class Checkpoint:
    """The contents of a checkpoint.

    Attributes:
        model: the model, on the CPU.
        tokenizer: the tokenizer of its text, if it was saved.
        corpus: the name of the corpus, if it was saved.
        corpus_sha256: what tells its corpus from others, if it was saved.
        plan: the plan of the run, if there was one.
        step: the updates made so far.
        state: tensors of the optimizers, the generator of the rows and the scaler, by name.
    """

    model: TransformerLM
    tokenizer: Tokenizer | None
    corpus: str | None
    corpus_sha256: str | None
    plan: TrainConfig | None
    step: int
    state: dict[str, Tensor]

    def restore(self, optimizers: Mapping[str, Optimizer], generator: torch.Generator, scaler: GradScaler) -> None:
        """Put the optimizers, the generator of the rows and the scaler of float16 gradients where they were.

        Raises:
            ValueError: if the checkpoint holds a model but no run.
        """
        for name, optimizer in optimizers.items():
            per_parameter: dict[int, dict[str, Tensor]] = {}
            for key, tensor in self.state.items():
                owner, _, rest = key.partition(".")
                if owner == name:
                    number, _, field = rest.partition(".")
                    per_parameter.setdefault(int(number), {})[field] = tensor
            fresh = optimizer.state_dict()
            if sorted(per_parameter) != sorted(n for group in fresh["param_groups"] for n in group["params"]):
                raise ValueError("the checkpoint must hold a run to resume; it holds a model alone. Start a new run.")
            optimizer.load_state_dict({"state": per_parameter, "param_groups": fresh["param_groups"]})
        generator.set_state(self.state["generator"])
        if scaler.is_enabled() and "scaler" in self.state:
            scale, growth_tracker = self.state["scaler"].tolist()
            scaler.load_state_dict(scaler.state_dict() | {"scale": scale, "_growth_tracker": int(growth_tracker)})


def save_checkpoint(
    folder: str | Path,
    model: TransformerLM,
    *,
    tokenizer: Tokenizer | None = None,
    corpus: str | None = None,
    corpus_sha256: str | None = None,
    plan: TrainConfig | None = None,
    step: int = 0,
    optimizers: Mapping[str, Optimizer] | None = None,
    generator: torch.Generator | None = None,
    scaler: GradScaler | None = None,
) -> Path:
    """Write a checkpoint into ``folder``, in place of the one before.

    A model alone can be saved; a run that should be resumed needs its plan, optimizers and generator too.

    Returns:
        The file.

    Raises:
        OSError: if the folder cannot be made or written; a checkpoint already there stays.
    """
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for name, optimizer in (optimizers or {}).items():
        for number, fields in optimizer.state_dict()["state"].items():
            tensors |= {f"{name}.{number}.{field}": tensor for field, tensor in fields.items()}
    if generator is not None:
        tensors["generator"] = generator.get_state()
    if scaler is not None and scaler.is_enabled():
        state = scaler.state_dict()
        tensors["scaler"] = torch.tensor([state["scale"], state["_growth_tracker"]], dtype=torch.float64)
    tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    description = {
        "model": asdict(model.config),
        "tokenizer": None if tokenizer is None else tokenizer.to_json(),
        "corpus": corpus,
        "corpus_sha256": corpus_sha256,
        "train": None if plan is None else asdict(plan),
        "step": whole_number("step", step, at_least=0),
    }
    path = Path(folder, FILE_NAME)
    write_whole(path, save(tensors, metadata=_header(tensors, json.dumps(description))), "the checkpoint")
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
    content = path.read_bytes()  # at once: a run that goes on may put the next checkpoint in its place
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise ValueError(f"{str(path)!r} is damaged or is not a safetensors file ({error}). Train again.") from error
    header_size = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + header_size]).get("__metadata__", {})
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"{str(path)!r} must be a {FORMAT!r} file; its format is {metadata.get('format')!r}. "
            "Was it written by another program or version?"
        )
    if metadata != _header(tensors, metadata.get("description", "")):
        raise ValueError(f"{str(path)!r} is damaged: its contents do not match their checksum. Train again.")
    return _checkpoint(json.loads(metadata["description"]), tensors)


def _checkpoint(description: dict[str, Any], tensors: dict[str, Tensor]) -> Checkpoint:
    weights = {key.removeprefix("model."): t for key, t in tensors.items() if key.startswith("model.")}
    model = TransformerLM(ModelConfig(**description["model"])).to(weights["head"].dtype)
    model.load_state_dict(weights)
    tokenizer, plan = description["tokenizer"], description["train"]
    return Checkpoint(
        model=model,
        tokenizer=None if tokenizer is None else Tokenizer.from_json(tokenizer),
        corpus=description["corpus"],
        corpus_sha256=description["corpus_sha256"],
        plan=None if plan is None else TrainConfig(**plan),
        step=description["step"],
        state={key: t for key, t in tensors.items() if not key.startswith("model.")},
    )


def _header(tensors: Mapping[str, Tensor], description: str) -> dict[str, str]:
    """The header of the file, with a checksum over all it holds: a flipped bit is an error, not another model."""
    digest = hashlib.sha256(description.encode())
    for name in sorted(tensors):
        content = tensors[name].reshape(-1).view(torch.uint8)
        digest.update(name.encode() + content.numpy().tobytes())
    return {"format": FORMAT, "description": description, "sha256": digest.hexdigest()}
