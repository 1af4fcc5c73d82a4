"""Records of runs that take longer than a page may: measured once, dated, and shown by the book."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data_files"


def load_record(name: str) -> dict[str, Any]:
    """What was measured, with its date (``"made"``) and what it was measured with.

    Args:
        name: one of the records that come with the package, such as ``"scaling"``. The scripts that make them are in
            the folders ``book/_tools`` and ``benchmarks`` of the repository.

    Raises:
        ValueError: if there is no record of this name.
    """
    path = FOLDER / f"{name}.json"
    names = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in names:
        raise ValueError(f"name must be one of {', '.join(names)}; got {name!r}. Check the spelling.")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
