"""Numbers in prose that cite the kernel: how they are found, asked for, compared, and brought up to date.

``The loss is 0.312<!-- = loss --> nats`` holds if the expression ``loss``, evaluated in the notebook's own kernel after
the code cell above the sentence, rounds to 0.312. ``<!-- = below: loss -->`` is evaluated after the code cell below it,
for a number that stands before its cell, and ``<!-- = 03: loss -->`` at the end of chapter 3, whoever cites it: another
notebook or a page. A sentence without a number, ``it never comes near<!-- holds: min(losses) > floor + 0.5 -->``,
holds if the expression is true there; it takes ``below:`` and chapters alike. Expressions only read.

Prose may write thousands with commas, a minus as − or -, and a % behind the number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient

NUMBER = r"(?:(?<!\w)[-+−])?\d[\d,]*(?:\.\d+)?"  # the dash of 3-5 is no sign
CITED = re.compile(rf"({NUMBER})[%$*]*<!-- *= *(?:(below|\d\d): *)?(.+?) *-->")
CLAIM = re.compile(r"<!-- *holds: *(?:(below|\d\d): *)?(.+?) *-->")
CODE = re.compile(r"^```(?!\{(?!math)).*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)  # a directive holds prose
CODE_OR_CITED = re.compile(f"{CODE.pattern}|{CITED.pattern}", CODE.flags)
SLACK = 0.001
"""Of a unit of the last digit, so that a value at a boundary holds on either side."""
LONGEST = 60  # seconds for all expressions of a cell


class Citation(NamedTuple):
    """A number in prose, or a claim, whose truth is the number 1.

    Attributes:
        shown: as it is written.
        where: in which kernel: ``""`` for the cell above, ``"below"``, or a chapter such as ``"03"``.
        expression: what it is the value of.
        claim: what a sentence without a number claims.
    """

    shown: str
    where: str
    expression: str
    claim: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value rounds to what is shown."""
        return abs(value - number(self.shown)) <= (0.5 + SLACK) * unit(self.shown)

    def complaint(self, answer: float | str) -> str:
        """What to say of an answer with which it does not hold."""
        if self.claim and not isinstance(answer, str):
            return f"prose claims what does not hold: {self.claim}"
        return f"prose says {self.claim or self.shown}, and {self.expression} is {answer}"


Question = tuple[str, str]
"""Where to ask, and for which expression."""


def number(shown: str) -> float:
    """The number that prose shows."""
    return float(shown.replace(",", "").replace("−", "-"))


def unit(shown: str) -> float:
    """One unit of the last digit that prose shows."""
    return float(10 ** -len(shown.partition(".")[2]))


def citations(markdown: str) -> list[Citation]:
    """All numbers and claims in a text that cite a kernel."""
    text = CODE.sub("", markdown)
    numbers = [Citation(shown, where, asked) for shown, where, asked in CITED.findall(text)]
    return numbers + [Citation("1", where, f"bool({asked})", asked) for where, asked in CLAIM.findall(text)]


def citations_by_cell(notebook: nbformat.NotebookNode) -> dict[int, list[Citation]]:
    """What a notebook asks its own kernel, by the number of the code cell after which it asks, from 0."""
    found: dict[int, list[Citation]] = {}
    n_code = 0
    for cell in notebook.cells:
        n_code += cell.cell_type == "code"
        for citation in citations(cell.source) if cell.cell_type == "markdown" else ():
            if citation.where in ("", "below"):
                found.setdefault(n_code - (citation.where == ""), []).append(citation)
    return found


def citations_of_chapter(root: Path, chapter: str) -> dict[Path, list[Citation]]:
    """What other notebooks and pages of a course ask a chapter, by file."""
    found: dict[Path, list[Citation]] = {}
    for path in sorted([*root.glob("book/*.md"), *root.glob("book/*.ipynb"), *root.glob("solutions/*.ipynb")]):
        asked = [citation for text in texts(path) for citation in citations(text) if citation.where == chapter]
        if asked:
            found[path] = asked
    return found


def texts(path: Path) -> list[str]:
    """The Markdown of a page or a notebook."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]


def ask(client: BlockingKernelClient, expressions: Sequence[str]) -> list[float | str]:
    """The values of expressions in a kernel, or for one that has none, what is wrong with it."""
    replies = _evaluated(client, [f"float({expression})" for expression in expressions])
    return [float(reply) if fine else reply for fine, reply in replies]


def evaluate(client: BlockingKernelClient, expression: str) -> str:
    """How a kernel writes the value of an expression."""
    ((_, reply),) = _evaluated(client, [expression])
    return reply


def _evaluated(client: BlockingKernelClient, expressions: Sequence[str]) -> list[tuple[bool, str]]:
    """For each expression whether it has a value, and that value or what is wrong, as text."""
    asked = {str(i): expression for i, expression in enumerate(expressions)}
    message = client.execute("", silent=True, store_history=False, user_expressions=asked)
    end = time.monotonic() + LONGEST
    while True:
        reply = client.get_shell_msg(timeout=max(0.1, end - time.monotonic()))
        if reply["parent_header"].get("msg_id") == message:
            break
    answers = [reply["content"]["user_expressions"][key] for key in asked]
    return [
        (True, answer["data"]["text/plain"])
        if answer["status"] == "ok"
        else (False, f"{answer['ename']}: {answer['evalue']}")
        for answer in answers
    ]


def wrong(asked: Sequence[Citation], answers: Sequence[float | str]) -> list[str]:
    """What prose says and the kernel does not."""
    return [
        citation.complaint(answer)
        for citation, answer in zip(asked, answers, strict=True)
        if isinstance(answer, str) or not citation.holds(answer)
    ]


def refreshed(markdown: str, values: Mapping[Question, float]) -> str:
    """The text with the present value of every number whose value is known; one that still holds keeps its spelling."""

    def present(match: re.Match[str]) -> str:
        if match[1] is None:  # this is code
            return match[0]
        citation = Citation(match[1], match[2] or "", match[3])
        value = values.get((citation.where, citation.expression))
        if value is None or citation.holds(value):
            return match[0]
        return spelled(value, citation.shown) + match[0].removeprefix(citation.shown)

    return CODE_OR_CITED.sub(present, markdown)


def spelled(value: float, like: str) -> str:
    """A number with as many decimals as another, and with its commas and signs."""
    decimals = len(like.partition(".")[2])
    text = f"{abs(value):,.{decimals}f}" if "," in like else f"{abs(value):.{decimals}f}"
    if value < 0 and float(text.replace(",", "")):
        return ("-" if like.startswith("-") else "−") + text
    return ("+" if like.startswith("+") else "") + text
