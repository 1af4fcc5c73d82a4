"""What changed between two files of marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from course_lm.grading.marks import Row, shown


@dataclass(frozen=True)
class Change:
    """A question of one student before and after; None where there was no row, or is none any more."""

    before: Row | None
    after: Row | None

    def __str__(self) -> str:
        row = self.after or self.before
        assert row is not None
        return f"{row.submission}, {row.question}: {_in_words(self.before)} → {_in_words(self.after)}"


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[Change]:
    """The rows whose points, status or misconception differ, in the order of the new marks; then those gone."""
    old = {(row.submission, row.id, row.question): row for row in before}
    found = []
    for row in after:
        earlier = old.pop((row.submission, row.id, row.question), None)
        if earlier is None or _in_words(earlier) != _in_words(row):
            found.append(Change(earlier, row))
    return found + [Change(row, None) for row in old.values()]


def _in_words(row: Row | None) -> str:
    if row is None:
        return "not there"
    details = ", ".join(part for part in (row.status, row.misconception, row.late) if part)
    return f"{shown(row.points)} ({details})"
