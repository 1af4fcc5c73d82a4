"""Data that scripts of the pages read: a classic script each, since a page opened from a disk may not fetch data."""

import json
from pathlib import Path

from sphinx.application import Sphinx


def write_data(app: Sphinx, file: str, name: str, value: object) -> None:
    """Write a script to ``_static`` that puts a value at ``courseLM.name``."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static", file).write_text(f"courseLM.{name} = {text};\n", encoding="utf-8")
