"""Hints at copies: answers that are equal when names and layout are taken away.

Short answers are equal because there is one way to write them, so only longer ones count, and only those that few of
a class share. A hint is a reason to talk to two students, never a proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from course_lm.grading.marks import Row

LEAST_SIZE = 40  # nodes of the syntax tree that an answer has at least; a line has about ten to twenty
MOST_SHARED = 3  # students with the same answer, beyond which it is a common one


@dataclass(frozen=True)
class Hint:
    """Two submissions and the questions in which their answers are equal."""

    first: str
    second: str
    questions: tuple[str, ...]


def find_copies(rows: Iterable[Row]) -> list[Hint]:
    """Pairs of submissions with equal answers, those that share most first."""
    authors: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        size = row.code.partition("-")[0]
        if size.isdecimal() and int(size) >= LEAST_SIZE:
            authors[row.question, row.code].append(row.submission)
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (question, _), names in authors.items():
        if 1 < len(names) <= MOST_SHARED:
            for first, second in combinations(names, 2):
                shared[first, second].append(question)
    hints = [Hint(first, second, tuple(questions)) for (first, second), questions in shared.items()]
    return sorted(hints, key=lambda hint: (-len(hint.questions), hint.first, hint.second))
