"""Records of runs that are made by hand: kept in the package's data, and shown by pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import torch

from course_lm.records import FOLDER


def made(machine: str) -> dict[str, str]:
    """What every record begins with: when, where and with what it was made."""
    return {"made": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine, "torch": torch.__version__}


def as_json(content: Mapping[str, Any]) -> str:
    """A JSON object with one entry a line, so that a diff shows what changed."""
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
    return f"{{\n{lines}\n}}"


def write(name: str, content: Mapping[str, Any]) -> None:
    """Put a record in place of the one before."""
    (FOLDER / name).write_text(as_json(content) + "\n", encoding="utf-8")
