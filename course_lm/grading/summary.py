"""What a class did, in counts: who has how many points, how each question ended, and which mistakes are common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from course_lm.grading.marks import Row

STATUSES = ("correct", "wrong", "error", "timeout", "exited", "missing", "unreadable")


@dataclass(frozen=True)
class Summary:
    """Counts over all rows of a class.

    Args:
        points: of each submission, by its name.
        worth: points of a right answer, for each question.
        statuses: for each question, how many submissions ended in each status.
        misconceptions: how many submissions show it, by question and name, the most common first.
    """

    points: dict[str, float]
    worth: dict[str, int]
    statuses: dict[str, Counter[str]]
    misconceptions: dict[tuple[str, str], int]

    @property
    def out_of(self) -> int:
        """Points of a submission that is right throughout."""
        return sum(self.worth.values())

    @property
    def mean(self) -> float:
        """Points per submission."""
        return sum(self.points.values()) / len(self.points)


def summarize(rows: Sequence[Row]) -> Summary:
    """Counts what is in the rows of `grade`."""
    if not rows:
        raise ValueError("rows must hold at least one row; got none. Grade a folder first.")
    points: dict[str, float] = {}
    statuses: dict[str, Counter[str]] = {}
    for row in rows:
        points[row.submission] = points.get(row.submission, 0) + row.points
        statuses.setdefault(row.question, Counter())[row.status] += 1
    mistakes = Counter((row.question, row.misconception) for row in rows if row.misconception)
    return Summary(points, {row.question: row.out_of for row in rows}, statuses, dict(mistakes.most_common()))


def histogram(summary: Summary, most: int = 10) -> dict[str, int]:
    """How many submissions have how many points, in at most so many ranges of equal width."""
    step = gcd(*summary.worth.values()) or 1  # no total lies between its multiples
    per_range = -(-(summary.out_of // step + 1) // most)  # possible totals in one range
    width = step * per_range
    counts = {}
    for low in range(0, summary.out_of + 1, width):
        high = min(low + width - step, summary.out_of)
        label = f"{low}" if low == high else f"{low} to {high}"
        counts[label] = sum(low <= points < low + width for points in summary.points.values())
    return counts


def in_words(summary: Summary, most: int = 3) -> str:
    """A few lines for a terminal: submissions, mean points, and the most common misconceptions."""
    n = len(summary.points)
    lines = [f"{n} submission{'s' * (n != 1)}, on average {summary.mean:.1f} of {summary.out_of} points"]
    for (question, mistake), count in list(summary.misconceptions.items())[:most]:
        lines.append(f"{count:>4} × {mistake} in {question}")
    return "\n".join(lines)
