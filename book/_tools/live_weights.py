"""The weights of a live model: int8 in a script, which a page can load from a disk too.

Each row of a matrix has a scale, its largest entry over 127; an entry is its scale times a whole number. The script
`book/_static/live/model.js` reads what `write` writes, and so does `read`, which gives the tests the same weights.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kept_record
import numpy as np
import torch
from torch import Tensor

from course_lm import CharTokenizer, ModelConfig, Tokenizer, TransformerLM
from course_lm.attention import ROPE_BASE, SCALE

LIVE = Path(__file__).parents[1] / "_static" / "live"
LARGEST = 127


def write(name: str, model: TransformerLM, tokenizer: Tokenizer, record: Mapping[str, Any]) -> Path:
    """Write the script ``NAME_weights.js``.

    Args:
        name: what `courseLM.load` is asked for.
        model: the model; its weights are rounded to int8 on the way.
        tokenizer: its tokenizer, whose tokens are characters.
        record: how it was made, and what it costs.
    """
    weights = {key: rows(tensor) for key, tensor in model.state_dict().items()}
    config = model.config
    content = {
        "record": dict(record),
        "alphabet": tokenizer.decode(range(tokenizer.vocab_size)),
        "contextLength": config.context_length,
        "nLayers": config.n_layers,
        "nHeads": config.n_heads,
        "width": config.d_model,
        "ropeBase": ROPE_BASE,
        "attentionScale": SCALE,
        "shapes": [[key, *matrix.shape] for key, matrix in weights.items()],
        "bytes": encode(b"".join(part.tobytes() for matrix in weights.values() for part in quantized(matrix))),
    }
    return register(f"{name}_weights", content)


def read(path: Path) -> tuple[TransformerLM, CharTokenizer]:
    """The model that a page computes with, its weights rounded as there, and its tokenizer."""
    content = registered(path)
    tokenizer = CharTokenizer.from_text(content["alphabet"])
    config = ModelConfig(
        vocab_size=tokenizer.vocab_size,
        context_length=content["contextLength"],
        n_layers=content["nLayers"],
        n_heads=content["nHeads"],
        d_model=content["width"],
    )
    model, data, at = TransformerLM(config).eval(), base64.b64decode(content["bytes"]), 0
    weights = {}
    for key, n_rows, n_columns in content["shapes"]:
        scales = np.frombuffer(data, "<f4", n_rows, at)
        entries = np.frombuffer(data, "i1", n_rows * n_columns, at + scales.nbytes).reshape(n_rows, n_columns)
        weights[key] = torch.from_numpy(dequantized(scales, entries)).reshape(model.get_parameter(key).shape)
        at += scales.nbytes + entries.nbytes
    model.load_state_dict(weights)
    return model, tokenizer


def rounded(model: TransformerLM) -> TransformerLM:
    """The same model with its weights rounded, to see what that costs."""
    other = TransformerLM(model.config).eval()
    weights = {key: (rows(tensor), tensor.shape) for key, tensor in model.state_dict().items()}
    other.load_state_dict(
        {key: torch.from_numpy(dequantized(*quantized(m))).reshape(shape) for key, (m, shape) in weights.items()}
    )
    return other


def rows(tensor: Tensor) -> np.ndarray:
    """A matrix as it is; a vector as the one row of a matrix."""
    return np.atleast_2d(tensor.detach().cpu().numpy())


def quantized(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The scales ``(R,)`` of a matrix ``(R, C)``, and its entries in them, whole numbers from −127 to 127."""
    scales = (np.abs(matrix).max(axis=1) / LARGEST).astype("<f4")
    return scales, np.rint(matrix / np.where(scales == 0, 1, scales)[:, None]).astype("i1")


def dequantized(scales: np.ndarray, entries: np.ndarray) -> np.ndarray:
    """The float32 matrix that scales and entries stand for."""
    product: np.ndarray = scales[:, None] * entries.astype(np.float32)
    return product


def register(file: str, content: Mapping[str, Any]) -> Path:
    """Write a script that hands its content over under the file's name, one entry a line."""
    path = LIVE / f"{file}.js"
    path.write_text(f'courseLM.register("{file}", {kept_record.as_json(content)});\n', encoding="utf-8")
    return path


def registered(path: Path) -> dict[str, Any]:
    """What `register` wrote."""
    text = path.read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return content


def encode(data: bytes) -> str:
    """Base64, which a script can hold."""
    return base64.b64encode(data).decode("ascii")
