"""Numbers in prose that are tied to facts: how they are found, and how they are brought up to date.

A cell prints ``loss = 0.357``, and prose cites it as ``0.357<!-- = loss -->``, or from another chapter as
``0.357<!-- = 03:loss -->``. Prose may write thousands without commas, a minus as − or -, and a % behind the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import nbformat

FACT = re.compile(r"^([A-Za-z]\w*) = (.+)$", re.MULTILINE)
NUMBER = r"(?:(?<!\w)[-+−])?\d[\d,]*(?:\.\d+)?"  # the dash of 3-5 is no sign
TAGGED = re.compile(rf"({NUMBER})[%$*]*<!-- *= *((?:\d\d:)?\w+) *-->")
CODE = re.compile(r"^```(?!\{(?!math)).*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)  # a directive holds prose
CODE_OR_TAGGED = re.compile(f"{CODE.pattern}|{TAGGED.pattern}", CODE.flags)
Facts = Mapping[str, str]


def stored_facts(notebook: nbformat.NotebookNode) -> Facts:
    """The facts that a stored notebook printed, by name."""
    facts: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "facts(" in cell.source:
            for name, value in FACT.findall("".join(output.get("text", "") for output in cell.outputs)):
                facts[name] = "two different values" if facts.get(name, value) != value else value
    return facts


def facts_of_chapters(book: Path) -> Mapping[str, Facts]:
    """The facts of every chapter in a folder, by chapter number such as ``"03"``."""
    chapters = sorted(book.glob("[0-9][0-9]_*.ipynb"))
    return {path.name[:2]: stored_facts(nbformat.read(path, as_version=4)) for path in chapters}


def fact(name: str, own: Facts, chapters: Mapping[str, Facts]) -> str | None:
    """The value of ``loss`` among a notebook's own facts, or of ``03:loss`` among those of the chapters."""
    chapter, colon, key = name.rpartition(":")
    return chapters.get(chapter, {}).get(key) if colon else own.get(key)


def plain(number: str) -> str:
    """One spelling for all that prose may use: no commas, a hyphen as the minus, no percent sign."""
    return number.replace(",", "").replace("−", "-").rstrip("%")


def refreshed(markdown: str, own: Facts, chapters: Mapping[str, Facts]) -> str:
    """The text with the present value of every fact that it cites.

    A number that is still right keeps its spelling. A fact that is unknown or no number (``inf``) is left to the test.
    """

    def present(match: re.Match[str]) -> str:
        number, name = match.groups()
        value = fact(name, own, chapters) if name else None  # no name: this is code
        if value is None or plain(value) == plain(number) or not re.fullmatch(f"{NUMBER}%?", value):
            return match[0]
        minus = "-" if number.startswith("-") else "−"
        return value.rstrip("%").replace("-", minus) + match[0].removeprefix(number)

    return CODE_OR_TAGGED.sub(present, markdown)
