"""The marks: one row per submission and question, written as CSV, JSON or JUnit.

A file of marks is replaced only when the new one is complete on the disk, so an interrupted or failed run
never costs the old marks.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from course_lm.files import write_whole

COLUMNS = ("submission", "question", "points", "out_of", "status", "misconception", "flags", "seconds")
FORMULA = ("=", "+", "-", "@", "\t", "\n")
"""What a spreadsheet takes for the beginning of a formula, or strips before it looks for one."""
UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Row:
    """What one submission earned for one question.

    `status` is one of correct, wrong, error, timeout, missing, exited, unreadable. `message` is the feedback,
    for the student's own check; it stands in JSON and JUnit, not in the CSV.
    """

    submission: str
    question: str
    points: int
    out_of: int
    status: str
    misconception: str = ""
    flags: tuple[str, ...] = ()
    seconds: float = 0.0
    message: str = ""


def printable(text: str) -> str:
    """Text that every format can hold. File names and error texts come from students, and may be anything."""
    return UNPRINTABLE.sub("\ufffd", text)


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """One line per row under the line of `COLUMNS`; several flags in one cell are separated by spaces.

    A submission whose name begins like a `FORMULA` gets an apostrophe before it, here and nowhere else: students
    choose the names, and a spreadsheet would compute it.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        name = f"'{row.submission}" if row.submission.startswith(FORMULA) else row.submission
        record = asdict(row) | {"submission": name, "flags": " ".join(row.flags)}
        table.writerow([record[column] for column in COLUMNS])
    write_text(path, text.getvalue())


def write_json(rows: Iterable[Row], path: Path) -> None:
    """A list of objects with the columns and the message; flags are a list."""
    write_text(path, json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False) + "\n")


def write_junit(rows: Iterable[Row], path: Path) -> None:
    """A test case per row, in the form that CI systems show: a failure is a wrong answer."""
    root = ElementTree.Element("testsuites")
    suites: dict[str, ElementTree.Element] = {}
    for row in rows:
        name = row.submission
        if name not in suites:
            suites[name] = ElementTree.SubElement(root, "testsuite", name=name)
        details = {"classname": name, "name": row.question, "time": str(row.seconds)}
        case = ElementTree.SubElement(suites[name], "testcase", details)
        if row.status != "correct":
            kind = "failure" if row.status in ("wrong", "missing") else "error"
            summary = " ".join(word for word in (row.status, row.misconception, *row.flags) if word)
            ElementTree.SubElement(case, kind, message=summary).text = row.message
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("errors", str(len(suite.findall("testcase/error"))))
    ElementTree.indent(root)
    write_text(path, ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Writes a file of marks or a page of a report, whole or not at all."""
    path = Path(path)
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"path must be in a folder that exists; got {path}. Create {path.parent} first.")
    if path.is_dir():
        raise IsADirectoryError(f"path must be a file to write marks to; got the folder {path}. Add a file name.")
    if Path("/dev") in path.absolute().parents:  # /dev/stdout can be written to, but not replaced
        path.write_text(text, encoding="utf-8")
    else:
        write_whole(path.resolve(), text.encode(), "the marks")
