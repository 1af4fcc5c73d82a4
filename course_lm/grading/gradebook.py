"""Marks in the form that a learning platform imports: one line for each student, by the platform's own ids.

It is best made from a file of the platform itself, Moodle's grading worksheet or Canvas's gradebook, of which only the
grades are filled in. Without one, the lines are those of the students who handed something in.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course_lm.grading.marks import Row, by_student, csv_table, shown, write_text

MOODLE_TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
"""How Moodle writes a time in English, and two ways that no language changes."""


@dataclass(frozen=True)
class Platform:
    """The columns of a platform's file."""

    name: str
    id: str
    student: str
    columns: tuple[str, ...]
    grade: str = ""
    comment: str = ""
    submitted: str = ""


MOODLE = Platform(
    "moodle",
    "Identifier",
    "Full name",
    ("Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments"),
    "Grade",
    "Feedback comments",
    "Last modified (submission)",
)
CANVAS = Platform("canvas", "ID", "Student", ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"))
PLATFORMS = {platform.name: platform for platform in (MOODLE, CANVAS)}


@dataclass
class Gradebook:
    """A platform's file as a table. Lines without a student's id, such as Canvas's points possible, are kept."""

    platform: Platform
    columns: list[str]
    lines: list[dict[str, str]] = field(default_factory=list)

    def id_of(self, line: Mapping[str, str]) -> str:
        """The student's number: Moodle writes it as ``Participant 1204``."""
        return (re.search(r"\d+\Z", line.get(self.platform.id, "").strip()) or [""])[0]

    def submitted(self) -> dict[str, datetime]:
        """When the work of each student came in, by id and by name, where the platform says so.

        Raises:
            ValueError: if a time is written in a way that is not known.
        """
        times = {}
        for line in self.lines:
            text = line.get(self.platform.submitted, "").strip() if self.platform.submitted else ""
            if text and text != "-":
                times[self.id_of(line)] = times[line[self.platform.student]] = _time(text)
        return times


def read_gradebook(path: Path) -> Gradebook:
    """A grading worksheet of Moodle or a gradebook of Canvas, as downloaded.

    Raises:
        ValueError: if it is neither.
    """
    table = csv_table(path)
    columns = list(table.fieldnames or ())
    platform = next((one for one in PLATFORMS.values() if {one.id, one.student} <= set(columns)), None)
    if platform is None or (platform is MOODLE and "Grade" not in columns):
        raise ValueError(
            "roster must be Moodle's grading worksheet (with Identifier, Full name and Grade) or Canvas's "
            f"gradebook (with Student and ID), in English; {str(path)!r} has {', '.join(columns)[:200]}."
        )
    lines = [{name: cell or "" for name, cell in line.items() if name is not None} for line in table]
    return Gradebook(platform, columns, lines)


def new_gradebook(platform: Platform, rows: Iterable[Row]) -> Gradebook:
    """A file with those who handed something in."""
    book = Gradebook(platform, list(platform.columns))
    for name, id in by_student(rows):
        identifier = f"Participant {id}" if platform is MOODLE else id
        book.lines.append(dict.fromkeys(book.columns, "") | {platform.student: name, platform.id: identifier})
    return book


def fill_in(book: Gradebook, rows: Iterable[Row], column: str = "", scale: float | None = None) -> list[str]:
    """Writes the points of each student into the file, and for Moodle a line of feedback.

    Args:
        book: the file; students without a row stay as they are.
        rows: the marks.
        column: of the assignment, which Canvas calls by its title and id, as in ``Exercises (812)``.
        scale: what full marks are worth on the platform; the points as they are if left out.

    Returns:
        Names of students with marks who are not in the file, or who cannot be told apart in it.

    Raises:
        ValueError: if Canvas's column is not named, or full marks are more than Moodle's maximum.
    """
    column = column or book.platform.grade
    if not column:
        raise ValueError("column must name the assignment as Canvas does, such as 'Exercises (812)'; got nothing.")
    if column not in book.columns:
        book.columns.append(column)
        for line in book.lines:
            line[column] = ""
    homeless = []
    for (name, id), of_one in by_student(rows).items():
        fits = [line for line in book.lines if id and book.id_of(line) == id]
        fits = fits or [line for line in book.lines if line.get(book.platform.student) == name]
        if len(fits) != 1:
            homeless.append(name)
            continue
        earned, out_of = sum(row.points for row in of_one), sum(row.out_of for row in of_one)
        most = out_of if scale is None else scale
        _require_room(fits[0], most)
        fits[0][column] = shown(earned * most / out_of)
        if book.platform.comment in book.columns:
            fits[0][book.platform.comment] = f"{shown(earned)} of {out_of} points: {_in_words(of_one)}"
    return homeless


def write_gradebook(book: Gradebook, path: Path) -> None:
    """The file, to be imported. A name that a spreadsheet would compute stays as it is: the platform wrote it."""
    text = io.StringIO()
    table = csv.DictWriter(text, book.columns, lineterminator="\n", restval="")
    table.writeheader()
    table.writerows(book.lines)
    write_text(path, text.getvalue())


def _in_words(rows: Iterable[Row]) -> str:
    return "; ".join(f"{row.question} {shown(row.points)}" + (f" ({row.late})" if row.late else "") for row in rows)


def _require_room(line: Mapping[str, str], most: float) -> None:
    """Moodle refuses a grade beyond the maximum of the assignment."""
    allowed = line.get("Maximum grade") or line.get("Maximum Grade") or ""
    if allowed and float(allowed) < most:
        raise ValueError(
            f"full marks are {shown(most)} points, and Moodle's maximum is {shown(float(allowed))}. "
            f"Add --scale {shown(float(allowed))}."
        )


def _time(text: str) -> datetime:
    for form in MOODLE_TIMES:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(
        f"the roster must give times in English, such as Tuesday, 24 November 2026, 3:05 PM; got {text!r}. "
        "Choose English as Moodle's language and download the worksheet again."
    )
