"""Run notebooks from top to bottom and store them in one fixed form: running it twice changes no byte.

    python book/_tools/execute.py NOTEBOOK ...

Each runs under two sets of instructions, as two processors would compute it. A cell whose text differs is refused, and
so is a number in prose that lies so close to a rounding boundary that another processor could show another digit. Then
the numbers that prose cites are brought up to date, also those that others cite from a chapter, and those that changed
are printed. What the sentences around them say is for the author to read again.

Metadata that tests rely on: `course_lm.cells` is the number of cells, so that a lost cell is noticed.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
import pooch
from citations import Citation, Question, ask, citations_by_cell, citations_of_chapter, refreshed, texts, unit
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_METADATA = {"mystnb", "tags"}
FOLDED = "hide-input"  # in the book; JupyterLab and Colab show the code
NOTEBOOK_METADATA = {"accelerator", "colab"}  # what Colab reads: the notebook asks for a GPU
# Runs that are kept depend on the instructions too, so each set has a folder of its own.
OTHER_PROCESSOR = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "XDG_CACHE_HOME": str(pooch.os_cache("course_lm") / "avx2"),
}
MOST_DRIFT = 10  # times the difference of two processors: a third may differ more
LEAST_DRIFT = 1e-9  # relative, of what is computed in float64
Values = dict[Question, float]


class Answer(NamedTuple):
    """What a kernel said to a citation, after which of its code cells."""

    after: int
    citation: Citation
    value: float


def normalized(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without anything that depends on who ran it, and when."""
    kept = {key: value for key, value in notebook.metadata.items() if key in NOTEBOOK_METADATA}
    stored = {"kernelspec": KERNELSPEC, "course_lm": {"cells": len(notebook.cells)}}
    notebook.metadata = nbformat.from_dict(kept | stored)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in CELL_METADATA})
        if cell.cell_type == "code" and (title := title_when_folded(cell.source)):
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), FOLDED})
            prompts = {"code_prompt_show": title, "code_prompt_hide": title}
            cell.metadata["mystnb"] = cell.metadata.get("mystnb", {}) | prompts
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    nbformat.validate(notebook)
    return notebook


def title_when_folded(source: str) -> str | None:
    """What the book shows in place of code that only imports or only draws; None for all other code."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # the first cell, which installs, holds a magic; the book does not show it
        return None
    if statements and all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in statements):
        return "Imports of this page"
    if statements and all(ast.unparse(statement).startswith("show(") for statement in statements):
        return "Code of this figure"
    return None


def run(
    path: Path, others: Sequence[Citation], settings: Mapping[str, str]
) -> tuple[nbformat.NotebookNode, list[Answer]]:
    """A notebook with its outputs, and the answers to what its prose cites, and at its end to ``others``."""
    notebook = nbformat.read(path, as_version=4)
    asked = citations_by_cell(notebook)
    given: list[Answer] = []
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=KernelManager,
        timeout=600,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with client.setup_kernel(env=settings):
        numbered = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        for n, (i, cell) in enumerate(numbered):
            client.execute_cell(cell, i)
            here = asked.get(n, []) + ([*others] if n == len(numbered) - 1 else [])
            assert isinstance(client.kc, BlockingKernelClient)
            answers = ask(client.kc, [citation.expression for citation in here])
            for citation, answer in zip(here, answers, strict=True):
                if isinstance(answer, str):
                    raise ValueError(f"{path}: prose cites {citation.expression!r}, and it has no value: {answer}")
                given.append(Answer(n, citation, answer))
    return notebook, given


def differences(one: nbformat.NotebookNode, other: nbformat.NotebookNode) -> list[str]:
    """The cells whose text two processors do not agree on."""
    return [
        cell.id
        for cell, again in zip(one.cells, other.cells, strict=True)
        if cell.cell_type == "code" and _text(cell) != _text(again)
    ]


def _text(cell: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return [(output.get("text", ""), output.get("data", {}).get("text/plain", "")) for output in cell.outputs]


def doubtful(given: Sequence[Answer], again: Sequence[Answer]) -> list[str]:
    """Numbers that another processor could round to another digit."""
    found = []
    for (_, citation, value), (_, _, other) in zip(given, again, strict=True):
        drift = max(MOST_DRIFT * abs(value - other), LEAST_DRIFT * abs(value))
        last_digit = unit(citation.shown)
        to_boundary = abs((value / last_digit) % 1 - 0.5) * last_digit
        if to_boundary < drift:
            found.append(f"{citation.expression} is {value}, and with other instructions {other}")
    return found


def execute(path: Path, root: Path = ROOT) -> None:
    """Run one notebook in its own folder and store it; one that is refused stays as it was."""
    elsewhere = citations_of_chapter(root, path.name[:2]) if path.resolve().parent == root / "book" else {}
    others = [citation for found in elsewhere.values() for citation in found]
    notebook, given = run(path, others, os.environ)
    again, given_again = run(path, others, os.environ | OTHER_PROCESSOR)
    if cells := differences(notebook, again):
        raise ValueError(f"{path}: two sets of instructions print different texts in the cells {cells}")
    if numbers := doubtful(given, given_again):
        raise ValueError(f"{path}: show fewer digits, or take another example: {'; '.join(numbers)}")
    n_code = 0
    for cell in notebook.cells:
        n_code += cell.cell_type == "code"
        if cell.cell_type == "markdown":
            here = [of for of in given if of.after == n_code - (of.citation.where == "")]
            cell.source = _announced(path, cell.source, by_question(here))
    nbformat.write(normalized(notebook), path)
    for page in elsewhere:
        refresh(page, by_question([of for of in given if of.citation.where.isdigit()]))


def by_question(given: Sequence[Answer]) -> Values:
    """The values of citations by what they ask."""
    return {(citation.where, citation.expression): value for _, citation, value in given}


def refresh(path: Path, known: Values) -> None:
    """Write the values that a page or another notebook cites from a chapter."""
    if path.suffix == ".md":
        path.write_text(_announced(path, texts(path)[0], known), encoding="utf-8")
        return
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _announced(path, cell.source, known)
    nbformat.write(notebook, path)


def _announced(path: Path, text: str, values: Values) -> str:
    fresh = refreshed(text, values)
    for old, new in zip(text.split("<!--"), fresh.split("<!--"), strict=True):
        if old != new:
            print(f"{path}: {old[-20:]!r} is {new[-20:]!r}")
    return fresh


def main(paths: Sequence[Path]) -> None:
    """Run the notebooks."""
    for path in paths:
        print(f"running {path}", flush=True)
        execute(path)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
