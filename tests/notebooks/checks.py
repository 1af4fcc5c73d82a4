"""What nbval cannot see in a stored notebook, as one list of complaints.

nbval compares text outputs with a new run, and beside it prose is compared with the kernel. It never looks at a PNG,
and passes a code cell that was never run. These checks need no run.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import gpu_runs
import nbformat
from citations import CITED, CLAIM, CODE, NUMBER, citations, citations_by_cell
from execute import FOLDED, draws, title_when_folded

from course_lm.plot.figure import MIME, digest

SOURCED = re.compile(rf"{NUMBER}[%$*]*<!-- *@[\w-]+ *-->")
TAG = re.compile(r"<!-- *(?:[=@]|holds\b).*?-->")
DECIMAL = re.compile(r"(?<![\w.])(?:\d[\d,]*)?\.\d+(?![\w.]*\.\d)|(?<![\w.])\d+e-?\d+\b")
VERSION = re.compile(r"(?:Python|torch|Jupyter Book|IPython|CC BY|MIT)\s+\d+(?:\.\d+)*")
SKIP_MARKER = re.compile(r"NBVAL_(?:SKIP|IGNORE_OUTPUT|RAISES_EXCEPTION)|PYTEST_VALIDATE_IGNORE_OUTPUT", re.IGNORECASE)
SKIP_TAGS = {"nbval-skip", "nbval-ignore-output", "nbval-raises-exception", "raises-exception"}
MOST_LINES = 12  # of a cell that the book shows
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def complaints(path: Path) -> list[str]:
    """Everything that is wrong with the notebook or Markdown page at ``path``."""
    if path.suffix == ".md":
        page = path.read_text(encoding="utf-8")
        if path == gpu_runs.PAGE:  # what it shows of measured records is compared with them by a test of its own
            page = gpu_runs.own_words(page)
        homeless = [citation for citation in citations(page) if not citation.where.isdigit()]
        return [*complaints_about_prose(page), *(f"no chapter is named for {citation}" for citation in homeless)]
    notebook = nbformat.read(path, as_version=4)
    found = list(_notebook(notebook))
    for i, cell in enumerate(notebook.cells):
        problems = complaints_about_prose(cell.source) if cell.cell_type == "markdown" else _code_cell(cell)
        found += [f"cell {i}: {problem}" for problem in problems]
    return found


def _notebook(notebook: nbformat.NotebookNode) -> Iterator[str]:
    stored = notebook.metadata.get("course_lm", {}).get("cells")
    if stored != len(notebook.cells):
        yield f"the notebook was stored with {stored} cells and has {len(notebook.cells)}: run make notebooks"
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        yield f"cells must be executed once, in order; their counts are {counts}"
    for n, asked in citations_by_cell(notebook).items():
        if n not in range(len(counts)):
            yield f"there is no cell after which to ask for {asked}"


def _code_cell(cell: nbformat.NotebookNode) -> Iterator[str]:
    n_lines = len(cell.source.splitlines())
    if n_lines > MOST_LINES and not {"solution-only", "remove-cell"} & set(cell.metadata.get("tags", [])):
        yield f"it has {n_lines} lines, and a reader takes in {MOST_LINES} at once: make two cells of it"
    if title_when_folded(cell.source) and FOLDED not in cell.metadata.get("tags", []):
        yield "it only imports or draws, and the book does not fold it: run make notebooks"
    if SKIP_TAGS & set(cell.metadata.get("tags", [])) or SKIP_MARKER.search(cell.source):
        yield "a marker would make nbval skip or ignore it"
    names = [output.get("name") for output in cell.outputs]
    if re.search(r"^\s*(?:print|check)\(", cell.source, re.MULTILINE) and "stdout" not in names:
        yield "it prints, but no printed output is stored"
    figures = [output.data for output in cell.outputs if {"image/png", MIME} & set(output.get("data", {}))]
    if draws(cell.source) != bool(figures):
        yield "it ends with a figure and none is stored, or the other way round"
    for data in figures:
        yield from _figure(cell, data)
    for output in cell.outputs:
        yield from _output(output)


def _output(output: nbformat.NotebookNode) -> Iterator[str]:
    data = output.get("data", {})
    if output.get("name") == "stderr" or output.output_type == "error":
        yield "an error or a warning is stored"
    if data and "text/plain" not in data:
        yield "an output has no text form, so nothing would be compared"
    if ADDRESS.search(data.get("text/plain", "") + output.get("text", "")):
        yield "a memory address is stored"


def _figure(cell: nbformat.NotebookNode, data: nbformat.NotebookNode) -> Iterator[str]:
    """Has it words for those who do not see it, its data, and the PNG of these data?"""
    words = cell.metadata.get("figure", {})
    yield from (
        f"its figure has no {name} (cell metadata figure.{name})" for name in ("alt", "caption") if not words.get(name)
    )
    if MIME not in data or "image/png" not in data:
        yield "a figure was not made by course_lm.plot, or its data or its picture is lost"
    else:
        yield from _png(base64.b64decode(data["image/png"]), digest(**data[MIME]))


def _png(png: bytes, described: str) -> Iterator[str]:
    """Is it a whole PNG, and the one of the data with this digest?"""
    chunks = {}
    position = 8
    while position + 12 <= len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        kind, content = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        crc = png[position + 8 + length : position + 12 + length]
        if struct.pack(">I", zlib.crc32(kind + content)) != crc:
            yield "a figure's PNG is damaged"
            return
        chunks[kind] = content
        position += 12 + length
    if not png.startswith(b"\x89PNG") or b"IEND" not in chunks:
        yield "a figure's PNG is not whole"
    elif chunks.get(b"tEXt") != b"Description\0data " + described.encode():
        yield "a figure's PNG is not the one of its data"


def complaints_about_prose(markdown: str) -> Iterator[str]:
    """What is wrong with one Markdown text without asking a kernel: decimals without a source, and lost tags."""
    text = CODE.sub("", markdown)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = SOURCED.sub("", CLAIM.sub("", CITED.sub("", text)))
    if leftover := TAG.findall(text):
        yield f"tags that stand behind no number: {leftover}"
    if untied := DECIMAL.findall(VERSION.sub("", text)):
        yield f"decimals that cite no kernel and no source: {untied}"
