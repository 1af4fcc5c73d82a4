"""What an instructor decides beside the grader: overrides of single marks, and what late work costs.

Both are kept apart from the marks, in a file and in a rule, so they are there again when a class is graded again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from course_lm.grading.marks import Row, csv_table, from_text, shown

COLUMNS = ("submission", "question", "points", "reason")
UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True)
class Override:
    """Points that an instructor gives in place of the grader's, to a student by name or id."""

    submission: str
    question: str
    points: float
    reason: str


@dataclass(frozen=True)
class LateRule:
    """What late work costs: a share of the points, once or for each begun day or hour after it was due."""

    due: datetime | None
    share: float
    unit: str = ""

    @classmethod
    def parse(cls, rule: str, due: str | None) -> LateRule:
        """A rule such as ``10%/day``, ``2%/hour`` or ``20%``, and a time such as ``2026-11-30T23:59``.

        Raises:
            ValueError: for any other text.
        """
        found = re.fullmatch(r"(\d{1,3})%(?:/(day|hour))?", rule.replace(" ", ""))
        if found is None or int(found[1]) > 100:
            raise ValueError(f"late must be a rule such as 10%/day, 2%/hour or 20%; got {rule!r}.")
        try:
            when = None if due is None else datetime.fromisoformat(due)
            if when is not None and when.tzinfo is not None:
                raise ValueError  # the times of a platform have none to compare it with
        except ValueError:
            raise ValueError(
                "due must be a time such as 2026-11-30T23:59, on the clock of the platform and without a time "
                f"zone; got {due!r}."
            ) from None
        return cls(when, int(found[1]) / 100, found[2] or "")

    def share_left(self, submitted: datetime | None, marked_late: bool) -> tuple[float, str]:
        """The share of the points that is left, and why, in words; 1 and nothing for work in time.

        Args:
            submitted: when the platform says that the work came in, in the time zone of `due`.
            marked_late: whether the platform marks it as late. Without a time that counts as one day or hour.
        """
        beyond = submitted - self.due if submitted is not None and self.due is not None else timedelta(0)
        late = beyond > timedelta(0) if submitted is not None and self.due is not None else marked_late
        if not late:
            return 1.0, ""
        n_units = max(1, math.ceil(beyond / UNITS[self.unit])) if self.unit else 1
        left = max(0.0, 1 - self.share * n_units)
        how_late = f"{n_units} {self.unit}{'s' * (n_units > 1)}" if self.unit else "late"
        return left, f"{how_late}, −{100 * (1 - left):.0f} %"


def late_rule(rule: str | None, due: str | None, *, has_times: bool) -> LateRule | None:
    """What late work costs, if anything.

    Raises:
        ValueError: if there is a time at which it was due, and no rule, or no times at which work came in.
    """
    if due is not None and rule is None:
        raise ValueError("due needs a rule for what comes later; add one, such as --late 10%/day.")
    if due is not None and not has_times:
        raise ValueError(
            "due needs to know when work came in: give Moodle's grading worksheet as --roster. Without due, work "
            "that Canvas marks as late is late."
        )
    return None if rule is None else LateRule.parse(rule, due)


def read_overrides(path: Path) -> list[Override]:
    """The lines of a CSV with the columns `COLUMNS`.

    Raises:
        ValueError: if a column is missing, a line holds no points, or two are for the same mark; the line is named.
    """
    table = csv_table(path)
    if not set(COLUMNS) <= set(table.fieldnames or ()):
        raise ValueError(f"overrides must have the columns {', '.join(COLUMNS)}; {str(path)!r} has not.")
    overrides: dict[tuple[str, str], Override] = {}
    for line in table:
        override = _override(line, where := f"{path}, line {table.line_num}")
        if (override.submission, override.question) in overrides:
            raise ValueError(f"a mark must be overridden once; {where}, does it again. Remove one of the lines.")
        overrides[override.submission, override.question] = override
    return list(overrides.values())


def _override(line: Mapping[str | None, Any], where: str) -> Override:
    if None in line:
        raise ValueError(f"a line of overrides must have {len(COLUMNS)} cells; {where}, has more. Is it 3.5, not 3,5?")
    cells = {name: from_text((line[name] or "").strip()) for name in COLUMNS}
    try:
        points = float(cells["points"])
    except ValueError:
        points = math.nan
    if not 0 <= points < math.inf:
        raise ValueError(f"points must be a number of at least 0; got {cells['points']!r} in {where}.")
    return Override(cells["submission"], cells["question"], points, cells["reason"])


def with_overrides(rows: Iterable[Row], overrides: Sequence[Override]) -> list[Row]:
    """The rows with the points that an instructor gives.

    Raises:
        ValueError: if an override is for a student or question that is not there, or fits two students.
    """
    rows = list(rows)
    for override in overrides:
        fits = [i for i, row in enumerate(rows) if override.submission in (row.submission, row.id)]
        chosen = [i for i in fits if rows[i].question == override.question]
        if len(chosen) != 1:
            what = "several students" if len(chosen) > 1 else "no row"
            raise ValueError(
                f"an override must name one student, by name or id, and a question that was marked; "
                f"{override.submission!r} and {override.question!r} fit {what}."
            )
        row = rows[chosen[0]]
        note = f"\n  the instructor gives {shown(override.points)} of {row.out_of} points. {override.reason}".rstrip()
        rows[chosen[0]] = row.with_flag("override", points=override.points, message=row.message + note)
    return rows


def with_lateness(rows: Iterable[Row], rule: LateRule, submitted: Mapping[str, datetime]) -> list[Row]:
    """The rows with less points for late work.

    Args:
        rows: the marks; those of work that the platform marks as late have the flag.
        rule: what late work costs.
        submitted: when the work of a student came in, by id or name.
    """
    adjusted = []
    for row in rows:
        left, why = rule.share_left(submitted.get(row.id) or submitted.get(row.submission), "late" in row.flags)
        adjusted.append(row.with_flag("late", points=round(row.points * left, 2), late=why) if why else row)
    return adjusted
