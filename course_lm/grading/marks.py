"""The marks: one row per submission and question, written as CSV, JSON or JUnit, and read back from CSV.

A file of marks is replaced only when the new one is complete on the disk, so an interrupted or failed run
never costs the old marks. While a batch runs, its rows go to a journal beside them, from which it can go on.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xml.etree import ElementTree

from course_lm._files import write_whole

FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or strips before it looks for one."""
UNPRINTABLE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
"""What some format cannot hold, and what breaks a line or turns it around."""


@dataclass(frozen=True)
class Row:
    """What one submission earned for one question. The columns of a file of marks are these, in this order.

    Args:
        submission: the name of the student, as the platform or the folder gives it.
        question: the name of the function.
        points: earned, after overrides and lateness.
        out_of: points of a right answer.
        status: one of correct, wrong, error, timeout, missing, exited, unreadable.
        misconception: the name of the mistake, if it is a known one.
        flags: reasons to look.
        seconds: that all calls took together.
        id: of the student on the platform.
        seed: of the hidden inputs.
        file: in which the definition stands that counts.
        definitions: how many there are that are no stubs.
        code: size and fingerprint of the definition that counts, to find equal ones.
        late: how late the work was, and what that costs.
        ignored: files of the student that were not read.
        message: the feedback.
    """

    submission: str
    question: str
    points: float
    out_of: int
    status: str
    misconception: str = ""
    flags: tuple[str, ...] = ()
    seconds: float = 0.0
    id: str = ""
    seed: int = 0
    file: str = ""
    definitions: int = 0
    code: str = ""
    late: str = ""
    ignored: tuple[str, ...] = ()
    message: str = ""

    def with_flag(self, flag: str, **changes: Any) -> Row:
        """The row with changes that a flag points out."""
        return replace(self, flags=tuple(dict.fromkeys((*self.flags, flag))), **changes)


COLUMNS = tuple(field.name for field in fields(Row))
SEPARATORS = {"flags": " ", "ignored": "; "}
"""Between several values in one cell."""


def printable(text: str) -> str:
    """Text that every format can hold. File names and error texts come from students, and may be anything."""
    return UNPRINTABLE.sub("\ufffd", text)


def shown(points: float) -> str:
    """Points as people write them: 5, 4.5 or 3.33."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def by_student(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """The rows of each student, by name and id."""
    students: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        students.setdefault((row.submission, row.id), []).append(row)
    return students


class Journal:
    """The rows of a batch that runs, appended to a file as soon as a submission is done.

    Args:
        path: the file of marks that will be written in the end; the journal lies beside it.
        resume: whether to keep what an earlier batch left, rather than to begin anew.
        questions: names of those that a submission needs a row for, to count as done.

    Raises:
        FileNotFoundError: if there is nothing to resume.
    """

    def __init__(self, path: Path, resume: bool, questions: Sequence[str]) -> None:
        _require_place(path)
        self.path = path.with_name(path.name + ".journal")
        if resume and not self.path.exists():
            raise FileNotFoundError(f"there is no stopped batch to go on with: {str(self.path)!r} does not exist.")
        kept = by_student(_whole_rows(self.path) if resume else [])
        self.done = {key: rows for key, rows in kept.items() if [row.question for row in rows] == list(questions)}

    def seed(self, asked: int | None) -> int | None:
        """The seed of the rows that are there, to go on with, or None if there are none.

        Raises:
            ValueError: if another one is asked for.
        """
        seeds = {row.seed for rows in self.done.values() for row in rows}
        if seeds and asked not in {None, *seeds}:
            raise ValueError(f"seed must be that of the batch to go on with, {seeds.pop()}; got {asked}. Leave it out.")
        return seeds.pop() if seeds else None

    def __enter__(self) -> Self:
        write_csv([row for rows in self.done.values() for row in rows], self.path)
        self._file, self._kept = self.path.open("a", encoding="utf-8", newline=""), False
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        if kind is None or (not self.done and not self._kept):
            self.path.unlink()

    def keep(self, rows: Sequence[Row]) -> None:
        """Appends the rows of a submission, so that they outlive this process."""
        self._file.write(_as_csv(rows))
        self._file.flush()
        self._kept = True


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """One line per row under the line of `COLUMNS`.

    Text that begins like a `FORMULA` gets an apostrophe before it: students choose names, and a spreadsheet would
    compute it. Where a spreadsheet might see a separator in a name, the whole line is quoted.
    """
    write_text(path, ",".join(COLUMNS) + "\n" + _as_csv(rows))


def read_csv(path: Path) -> list[Row]:
    """The rows that `write_csv` or a `Journal` wrote; a last one that was cut off before its message is left out.

    Raises:
        ValueError: if the file holds no marks.
    """
    return _rows(csv_table(path), path)


def _rows(table: csv.DictReader[str], path: Path) -> list[Row]:
    if not set(COLUMNS[:8]) <= set(table.fieldnames or ()):
        raise ValueError(f"a file of marks must have the columns {', '.join(COLUMNS[:8])}; {str(path)!r} has not.")
    return [_from_record(line) for line in table if None not in line.values()]


def _whole_rows(path: Path) -> list[Row]:
    """The rows of a journal, without the last one if a kill has cut it short anywhere, be it within a character."""
    text = path.read_bytes().decode("utf-8", errors="ignore")
    rows = _rows(csv.DictReader(io.StringIO(text, newline="")), path)
    return rows if _as_csv(rows[-1:]) in text else rows[:-1]


def csv_table(path: Path) -> csv.DictReader[str]:
    """The lines of a CSV, also of one that a spreadsheet has saved.

    Raises:
        ValueError: if the file is no text in UTF-8.
    """
    try:
        return csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    except UnicodeDecodeError:
        raise ValueError(f"{str(path)!r} must be text in UTF-8, and is not. Save it as CSV in UTF-8.") from None


def write_json(rows: Iterable[Row], path: Path) -> None:
    """A list of objects with the columns; flags and ignored files are lists."""
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
    _require_place(path)
    if is_device(path):
        path.write_text(text, encoding="utf-8")
    else:
        write_whole(path.resolve(), text.encode(), "the marks")


def is_device(path: Path) -> bool:
    """Whether this is such as ``/dev/stdout``, which can be written to, but not replaced."""
    return Path("/dev") in path.absolute().parents


def as_text(cell: str) -> str:
    """A cell that a spreadsheet shows as it is. `from_text` takes the apostrophe off again."""
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA) else cell


def from_text(cell: str) -> str:
    """What `as_text` was given."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _as_csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    for row in rows:
        cells = {
            name: SEPARATORS[name].join(cell) if name in SEPARATORS else cell for name, cell in asdict(row).items()
        }
        line = [as_text(cell) if isinstance(cell, str) else cell for cell in cells.values()]
        line[COLUMNS.index("points")] = shown(row.points)
        risky = any(mark in row.submission + "".join(row.ignored) + row.file for mark in ";\t")
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if risky else csv.QUOTE_MINIMAL).writerow(line)
    return text.getvalue()


def _from_record(line: dict[str, str]) -> Row:
    cells: dict[str, Any] = {name: from_text(cell) for name, cell in line.items() if name in COLUMNS}
    for name, kind in {"points": float, "out_of": int, "seconds": float, "seed": int, "definitions": int}.items():
        cells[name] = kind(cells.get(name) or 0)
    for name, separator in SEPARATORS.items():
        cells[name] = tuple(part for part in cells.get(name, "").split(separator) if part)
    return Row(**cells)


def _require_place(path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"path must be in a folder that exists; got {path}. Create {path.parent} first.")
    if path.is_dir():
        raise IsADirectoryError(f"path must be a file to write marks to; got the folder {path}. Add a file name.")
