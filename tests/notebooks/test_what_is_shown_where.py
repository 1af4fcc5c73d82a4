"""The tables of what_is_shown_where.md are complete, and every cell that they name exists."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (.+) \| ([1-9]\d*) \| (text: )?`([^`]+)` \|")
ENTRY = re.compile(r"^(\S.*)\n {2}\S", re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


class Row(NamedTuple):
    what: str
    chapter: str
    kind: str  # of the cell: "code" or "markdown"
    snippet: str


def row(line: str) -> Row:
    match = ROW.fullmatch(line)
    assert match, f"a row reads | what | chapter | `snippet` |, or text: `snippet`; this one does not: {line}"
    what, chapter, in_text, snippet = match.groups()
    return Row(what, chapter, "markdown" if in_text else "code", snippet)


def table(lines: list[str]) -> list[str]:
    """The lines of a table, without its head."""
    return [line for line in lines if line.startswith("|")][2:]


def tables(page: str) -> Mapping[str, list[Row]]:
    """The rows of each sub-table, by its heading."""
    parts = (part.splitlines() for part in page.split("\n## ")[1:])
    return {heading: [row(line) for line in table(lines)] for heading, *lines in parts}


def terms(glossary: str) -> list[str]:
    return ENTRY.findall(glossary.partition("```{glossary}\n")[2])


def symbols(notation: str) -> Iterator[str]:
    """The first cell of each row of a table of symbols, or the beginning of the second where that is empty."""
    for _, body in re.findall(r"^(\| Symbol \|.*)\n\|[-|]+\|\n((?:\|.*\n)+)", notation, re.MULTILINE):
        for line in body.splitlines():
            symbol, meaning = (cell.strip() for cell in line.split("|")[1:3])
            yield symbol or LINK.sub(r"\1", meaning).partition(",")[0]


def out_of_step(rows: list[Row], names: list[str]) -> list[str]:
    """Which names have no row, or several, and which rows have no name."""
    n_rows = Counter(row.what for row in rows)
    found = [f"{name} has {n_rows[name]} rows, and needs one" for name in names if n_rows[name] != 1]
    return found + [f"{what} has a row, and is not on the page" for what in n_rows if what not in names]


def text_of(cell: nbformat.NotebookNode) -> str:
    """What a cell says: its source, and what it printed."""
    return "\n".join([cell.source, *(output.get("text", "") for output in cell.get("outputs", []))])


def misplaced(rows: list[Row], chapters: Mapping[str, nbformat.NotebookNode]) -> list[str]:
    """Which snippets do not stand in exactly one cell of their kind."""
    found = []
    for what, chapter, kind, snippet in rows:
        there = chapters[chapter].cells if chapter in chapters else []
        n_cells = sum(snippet in text_of(cell) for cell in there if cell.cell_type == kind)
        if n_cells != 1:
            found.append(f"{what}: {n_cells} {kind} cells of chapter {chapter} hold `{snippet}`, and one should")
    return found


@pytest.fixture(scope="module")
def shown():
    return tables(Path(__file__).with_name("what_is_shown_where.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def glossary():
    return (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chapters():
    return {str(int(path.name[:2])): nbformat.read(path, as_version=4) for path in ROOT.glob("book/*.ipynb")}


@pytest.mark.parametrize("heading", ["Terms", "Symbols", "Claims"])
def test_every_snippet_stands_in_exactly_one_cell(shown, chapters, heading):
    assert misplaced(shown[heading], chapters) == []


def test_every_glossary_term_has_its_row_and_no_other(shown, glossary):
    assert out_of_step(shown["Terms"], terms(glossary)) == []


def test_every_symbol_of_the_notation_has_its_row_and_no_other(shown):
    notation = (ROOT / "book" / "notation.md").read_text(encoding="utf-8")
    assert out_of_step(shown["Symbols"], list(symbols(notation))) == []


def test_terms_and_symbols_are_shown_by_code(shown):
    assert [row.what for row in shown["Terms"] + shown["Symbols"] if row.kind != "code"] == []


def test_the_claims_follow_the_book_from_the_first_chapter_to_the_last(shown, chapters):
    told = [row.chapter for row in shown["Claims"]]
    assert len(told) >= 60
    assert told == sorted(told, key=int)
    assert set(told) == set(chapters), "each chapter has a row among the claims"


def test_code_that_is_gone_is_seen(shown, chapters):
    row = shown["Claims"][0]
    (complaint,) = misplaced([row._replace(snippet="no_such_name")], chapters)
    assert f"cells of chapter {row.chapter} hold `no_such_name`" in complaint


def test_a_chapter_that_is_not_there_is_seen(chapters):
    (complaint,) = misplaced([Row("loss", "99", "code", "print(")], chapters)
    assert "0 code cells of chapter 99" in complaint


def test_a_snippet_that_stands_in_several_cells_is_seen(chapters):
    (complaint,) = misplaced([Row("loss", "3", "code", "print(")], chapters)
    assert re.search(r"\d\d code cells of chapter 3", complaint)


def test_a_new_term_and_a_lost_one_are_seen(shown, glossary):
    edited = glossary.replace("\nbit\n", "\nbeam search\n")
    missing, unknown = out_of_step(shown["Terms"], terms(edited))
    assert missing == "beam search has 0 rows, and needs one"
    assert unknown == "bit has a row, and is not on the page"
