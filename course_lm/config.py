"""How a model is built and how it is trained: two frozen dataclasses that check themselves.

A `ModelConfig` is called the config of a model, a `TrainConfig` the plan of a run. One that can exist is one that
works: every bad value is refused where it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from course_lm._checks import real_number, whole_number

Preset = Literal["tiny", "small", "medium", "base"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]
Rows = Literal["random", "even"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
ROWS: tuple[Rows, ...] = get_args(Rows)


@dataclass(frozen=True)
class ModelConfig:
    """The config of a `TransformerLM`: its sizes.

    Args:
        vocab_size: V, the number of entries in the vocabulary.
        context_length: T, how many tokens the model can look at.
        n_layers: number of blocks, each attention followed by an MLP.
        n_heads: number of attention heads; divides ``d_model`` into heads of even width.
        d_model: C, the width of the vector that stands for a token inside the model.
        dropout: the share of activations set to 0 in training, in ``[0, 1)``.

    Raises:
        ValueError: if a size is not a positive whole number, or the heads do not fit the width.
    """

    vocab_size: int
    context_length: int
    n_layers: int
    n_heads: int
    d_model: int
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("vocab_size", "context_length", "n_layers", "n_heads", "d_model"):
            _set(self, name, whole_number(name, getattr(self, name), at_least=1))
        _set(self, "dropout", real_number("dropout", self.dropout))
        if self.d_model % self.n_heads:
            raise ValueError(
                f"n_heads must divide d_model; got n_heads={self.n_heads} and d_model={self.d_model}. "
                f"Take n_heads from {_fitting_heads(self.d_model)}."
            )
        if self.d_model // self.n_heads % 2:
            raise ValueError(
                f"d_model / n_heads must be even, since RoPE turns pairs of channels; got "
                f"{self.d_model} / {self.n_heads} = {self.d_model // self.n_heads}. Double d_model or halve n_heads."
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be in [0, 1); got {self.dropout}. Use 0 for no dropout.")

    @classmethod
    def preset(cls, name: str, vocab_size: int) -> Self:
        """A named config.

        ``tiny`` is for notebooks; ``small`` and ``medium``, both of 0.8 M weights, train on a CPU, in a minute with
        short rows or in five with long ones; ``base`` (10.6 M) is for a GPU.
        """
        shapes: dict[str, dict[str, Any]] = {
            "tiny": {"context_length": 72, "n_layers": 2, "n_heads": 4, "d_model": 64},
            "small": {"context_length": 64, "n_layers": 4, "n_heads": 4, "d_model": 128},
            "medium": {"context_length": 256, "n_layers": 4, "n_heads": 4, "d_model": 128},
            "base": {"context_length": 256, "n_layers": 6, "n_heads": 6, "d_model": 384, "dropout": 0.2},
        }
        return cls(vocab_size=vocab_size, **shapes[_known_preset(name)])


@dataclass(frozen=True)
class TrainConfig:
    """The plan of a training run.

    Args:
        steps: number of parameter updates.
        batch_size: B, rows per update; each row has ``context_length`` predictions.
        muon_lr: peak learning rate of Muon, which updates the matrices inside the blocks; 0 gives them to AdamW.
        adamw_lr: peak learning rate of AdamW, which updates everything else.
        warmup_steps: updates over which the learning rate climbs from near 0 to its peak.
        decay_fraction: the last share of the run, over which the learning rate falls linearly to 0.
        max_grad_norm: gradients longer than this are shortened to it.
        eval_every: steps between two looks at the validation split; 0 looks only after the last step.
        checkpoint_every: steps between two checkpoints; the last step always writes one.
        rows: ``random`` draws them, ``even`` lets them cover the text evenly.
        seed: of the rows and of dropout.
        precision: the type of the matrix products. ``auto`` is bfloat16 on a GPU that computes in it, float16 on an
            older one, and float32 on a CPU. Weights and their updates are float32 throughout.
        compile: whether a CUDA GPU runs the model as one compiled program, which takes about a minute to make.

    Raises:
        ValueError: if a value is out of range.
    """

    steps: int
    batch_size: int
    muon_lr: float = 0.025
    adamw_lr: float = 0.015
    warmup_steps: int = 0
    decay_fraction: float = 0.5
    max_grad_norm: float = 1.0
    eval_every: int = 0
    checkpoint_every: int = 200
    rows: Rows = "random"
    seed: int = 0
    precision: Precision = "auto"
    compile: bool = False

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "checkpoint_every"):
            _set(self, name, whole_number(name, getattr(self, name), at_least=1))
        for name in ("warmup_steps", "eval_every", "seed"):
            _set(self, name, whole_number(name, getattr(self, name), at_least=0))
        for name in ("muon_lr", "adamw_lr", "decay_fraction", "max_grad_norm"):
            _set(self, name, real_number(name, getattr(self, name)))
        if not (self.muon_lr >= 0 and self.adamw_lr > 0):
            raise ValueError(
                "muon_lr must be at least 0 and adamw_lr above 0; "
                f"got muon_lr={self.muon_lr} and adamw_lr={self.adamw_lr}."
            )
        for name, value, choices in (("precision", self.precision, PRECISIONS), ("rows", self.rows, ROWS)):
            if value not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")
        if self.seed >= 2**63:
            raise ValueError(f"seed must be below 2**63; got {self.seed}.")
        if not 0 <= self.decay_fraction <= 1:
            raise ValueError(f"decay_fraction must be in [0, 1]; got {self.decay_fraction}.")
        if not self.max_grad_norm > 0:
            raise ValueError(f"max_grad_norm must be positive; got {self.max_grad_norm}. Use inf for no clipping.")

    @classmethod
    def preset(cls, name: str) -> Self:
        """The plan that goes with the model of the same name."""
        plans: dict[str, dict[str, Any]] = {
            "tiny": {"steps": 300, "batch_size": 32, "eval_every": 50, "checkpoint_every": 50},
            "small": {"steps": 1000, "batch_size": 12, "eval_every": 100, "checkpoint_every": 100},
            "medium": {
                "steps": 2000,
                "batch_size": 8,
                "decay_fraction": 0.8,
                "eval_every": 200,
                "checkpoint_every": 200,
                "rows": "even",
            },
            "base": {
                "steps": 2000,
                "batch_size": 64,
                "eval_every": 250,
                "checkpoint_every": 250,
                "warmup_steps": 20,
                "compile": True,
            },
        }
        return cls(**plans[_known_preset(name)])


def _set(config: object, name: str, value: float) -> None:
    """Put Python's own number in place of one of NumPy or in a tensor."""
    object.__setattr__(config, name, value)


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"name must be one of {', '.join(PRESETS)}; got {name!r}.")
    return name


def _fitting_heads(d_model: int) -> list[int]:
    return [n for n in range(1, d_model + 1) if d_model % (2 * n) == 0]
