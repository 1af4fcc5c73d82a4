"""Run notebooks from top to bottom and store them in one fixed form: running it twice changes no byte.

    python book/_tools/execute.py NOTEBOOK ...

Each runs under two sets of instructions, as two processors would compute it. A cell whose text differs is refused, and
so is a number, in prose or printed, so near a rounding boundary that another processor could show another digit. Then
the numbers that prose cites are brought up to date, also those that others cite from a chapter, and those that changed
are printed. What the sentences around them say is for the author to read again.

Metadata that tests rely on: `course_lm.cells` is the number of cells, so that a lost cell is noticed.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
import plot_data
import pooch
import printed
from citations import (
    Citation,
    Question,
    ask,
    citations_by_cell,
    citations_of_chapter,
    evaluate,
    refreshed,
    texts,
    unit,
    wrong,
)
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from printed import Printed

ROOT = Path(__file__).parents[2]
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_METADATA = {"figure", "mystnb", "tags"}
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
    statements = _statements(source)
    if statements and all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in statements):
        is_ours = all(ast.unparse(statement).startswith("from course_lm") for statement in statements)
        return "Imports from the package of this course" if is_ours else "Imports of this page"
    return "Code of this figure" if len(statements) == 1 and draws(source) else None


def draws(source: str) -> bool:
    """Whether code ends with a call of a plot function, whose figure then shows itself."""
    statements = _statements(source)
    return bool(statements) and ast.unparse(statements[-1]).startswith("plot.")


def _statements(source: str) -> list[ast.stmt]:
    """Those of Python code; none of the first cell, which installs and holds a magic: the book does not show it."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


class Run(NamedTuple):
    """A notebook with its outputs, the answers to what its prose cites, and the numbers that it printed."""

    notebook: nbformat.NotebookNode
    given: list[Answer]
    printed: list[Printed]


def run(path: Path, others: Sequence[Citation], settings: Mapping[str, str]) -> Run:
    """Run a notebook, and ask its kernel at the end for ``others`` too."""
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
        assert isinstance(client.kc, BlockingKernelClient)
        client.kc.execute(printed.SETUP, silent=True, store_history=False)
        numbered = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        for n, (i, cell) in enumerate(numbered):
            source = cell.source
            cell.source = printed.noting(source)
            client.execute_cell(cell, i)
            cell.source = source
            here = asked.get(n, []) + ([*others] if n == len(numbered) - 1 else [])
            answers = ask(client.kc, [citation.expression for citation in here])
            for citation, answer in zip(here, answers, strict=True):
                if isinstance(answer, str):
                    raise ValueError(f"{path}: prose cites {citation.expression!r}, and it has no value: {answer}")
                given.append(Answer(n, citation, answer))
        numbers = [Printed(*number) for number in ast.literal_eval(evaluate(client.kc, "numbers_in_print"))]
    return Run(notebook, given, numbers)


def differences(one: nbformat.NotebookNode, other: nbformat.NotebookNode) -> Iterator[str]:
    """What two processors do not agree on: texts, and figures by more than a tenth of what a test allows."""
    for cell, again in zip(one.cells, other.cells, strict=True):
        if cell.cell_type == "code":
            if _text(cell) != _text(again):
                yield f"two sets of instructions print different texts in the cell {cell.id}"
            far = plot_data.tolerance(cell) / MOST_DRIFT
            yield from (f"{cell.id}: {figure}" for figure in plot_data.different(cell.outputs, again.outputs, far))


def _text(cell: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return [(output.get("text", ""), output.get("data", {}).get("text/plain", "")) for output in cell.outputs]


def false_claims(one: Run) -> list[str]:
    """Claims of the prose that the kernel denies; a wrong number is brought up to date instead."""
    claims = [of for of in one.given if of.citation.expression.startswith("bool(")]
    return wrong([of.citation for of in claims], [of.value for of in claims])


def doubtful(one: Run, other: Run) -> Iterator[str]:
    """Numbers of prose and of prints that another processor could round to another digit."""
    shown = [
        (of.citation.expression, of.value, again.value, unit(of.citation.shown))
        for of, again in zip(one.given, other.given, strict=True)
    ]
    for number, same in zip(one.printed, other.printed, strict=True):
        if number.last_digit is not None:
            shown.append((f"a number printed with {number.how}", number.value, same.value, number.last_digit))
    for what, value, otherwise, last_digit in shown:
        if _to_boundary(value, last_digit) < max(MOST_DRIFT * abs(value - otherwise), LEAST_DRIFT * abs(value)):
            yield f"show fewer digits, or take another example: {what} is {value}, elsewhere {otherwise}"


def _to_boundary(value: float, last_digit: float) -> float:
    """How far a value is from the next one that is rounded to another digit."""
    return abs((value / last_digit) % 1 - 0.5) * last_digit


def execute(path: Path, root: Path = ROOT) -> None:
    """Run one notebook in its own folder and store it; one that is refused stays as it was."""
    elsewhere = citations_of_chapter(root, path.name[:2]) if path.resolve().parent == root / "book" else {}
    others = [citation for found in elsewhere.values() for citation in found]
    here, there = run(path, others, os.environ), run(path, others, os.environ | OTHER_PROCESSOR)
    if complaints := [*differences(here.notebook, there.notebook), *false_claims(here), *doubtful(here, there)]:
        raise ValueError(f"{path}: {'; '.join(complaints)}")
    n_code = 0
    for cell in here.notebook.cells:
        n_code += cell.cell_type == "code"
        if cell.cell_type == "markdown":
            after = [of for of in here.given if of.after == n_code - (of.citation.where == "")]
            cell.source = _announced(path, cell.source, by_question(after))
    nbformat.write(normalized(here.notebook), path)
    for page in elsewhere:
        refresh(page, by_question([of for of in here.given if of.citation.where.isdigit()]))


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
