"""Write the table of contents that JupyterLab opens with: CONTENTS.md, in the order of `_toc.yml`.

    python book/_tools/contents.py

JupyterLab knows nothing of `_toc.yml`; `make lab` shows it this list instead. `lab/overrides.json` beside this file
lets it show a Markdown file as a page, and ask nothing of the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import yaml

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


def source(file: str) -> Path:
    """The notebook or page that an entry of `_toc.yml` names without its ending."""
    return next(path for ending in (".ipynb", ".md") if (path := ROOT / f"{file}{ending}").exists())


def title(path: Path) -> str:
    """The first heading of a notebook or a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(c.source for c in nbformat.reads(text, as_version=4).cells if c.cell_type == "markdown")
    return next(HEADING.finditer(text))[1]


def contents() -> Iterator[str]:
    """The lines: a heading for each part, a link for each page, numbered where the part is, those below it indented."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    yield f"# {title(source(toc['root']))}"
    for part in toc["parts"]:
        yield f"\n## {part['caption']}\n"
        yield from entries(part["chapters"], "1." if "numbered" in part else "-")


def entries(pages: list[dict[str, Any]], mark: str, indent: str = "") -> Iterator[str]:
    """A line for each page and for those below it."""
    for page in pages:
        path = source(page["file"])
        yield f"{indent}{mark} [{title(path)}]({path.relative_to(ROOT).as_posix()})"
        yield from entries(page.get("sections", []), "-", f"{indent}   ")


if __name__ == "__main__":
    (ROOT / "CONTENTS.md").write_text("\n".join(contents()) + "\n", encoding="utf-8")
