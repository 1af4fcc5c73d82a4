"""How long it takes to grade a class, and how long a student waits for feedback.

    python benchmarks/grading.py [--submissions 100] [--jobs N] [--seed 0]

Every submission is a folder with all notebooks of ``solutions/``, so it answers every question of the course. Of each
twenty, fifteen are right; three return twice of every result; one never ends on one of the questions, and
one eats memory on one of them. The class is graded as ``course-lm grade`` does it, and every right submission must get
all points.

Then ``check`` is timed in this process: on the right answer to each question, the median of five calls, and on a loop
that never ends.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lm.grading import check
from course_lm.grading.archive import file_at
from course_lm.grading.batch import Plan, grade
from course_lm.grading.marks import Row
from course_lm.grading.question import all_questions
from course_lm.grading.sealed.extract import program_for, seems_to_define
from course_lm.grading.submission import read_notebook

SOLUTIONS = Path(__file__).parents[1] / "solutions"
LOOP = "def {0}(*_):\n    while True:\n        pass"
SPOILED = {
    "hungry": "def {0}(*_):\n    x = [0]\n    while True:\n        x = x * 1000",
    "endless": LOOP,
    "doubled": "def {0}(*arguments):\n    return 2 * right_{0}(*arguments)",
}
"""What stands at the end of a notebook in place of a right answer, which goes by the name of right there."""
KINDS = ("hungry", "endless", "doubled", "doubled", "doubled", *("right",) * 15)


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=None, help="submissions at a time; one per core if left out")
    parser.add_argument("--seed", type=int, default=0, help="of the hidden inputs")
    arguments = parser.parse_args()
    print(class_summary(arguments.submissions, arguments.jobs, arguments.seed))
    print(check_summary())


def class_summary(n_submissions: int, jobs: int | None, seed: int) -> str:
    """Make a class, grade it, and say in two lines how long that took and what came out.

    Raises:
        AssertionError: if a right submission did not get all points.
    """
    with tempfile.TemporaryDirectory() as name:
        for i in range(n_submissions):
            hand_in(Path(name, f"{i:04d}-{KINDS[i % len(KINDS)]}"), KINDS[i % len(KINDS)], i // len(KINDS))
        begin = time.perf_counter()
        rows = grade(Path(name), Plan(seed=seed, jobs=jobs)).rows
        seconds = time.perf_counter() - begin
    unjust = [row for row in rows if row.submission.endswith("right") and row.status != "correct"]
    if unjust:
        raise AssertionError(f"the solutions must be right; {unjust[0].question} is {unjust[0].status}.")
    return f"{_times(seconds, n_submissions, rows)}\n{_ends(rows)}"


def _times(seconds: float, n_submissions: int, rows: list[Row]) -> str:
    return (
        f"{n_submissions} submissions, {len(rows)} rows: {seconds:.1f} s, "
        f"{seconds / n_submissions:.3f} s per submission, {1000 * seconds / len(rows):.0f} ms per question."
    )


def _ends(rows: list[Row]) -> str:
    return ", ".join(f"{count} {status}" for status, count in Counter(row.status for row in rows).most_common()) + "."


def hand_in(folder: Path, kind: str, turn: int) -> None:
    """Write the submission of one student; an endless or hungry one spoils one question, another one each turn."""
    names = list(all_questions())
    if kind in ("endless", "hungry"):
        names = [names[turn % len(names)]]
    folder.mkdir()
    for path in sorted(SOLUTIONS.glob("*.ipynb")):
        cells = list(cells_of(path))
        if kind in SPOILED:
            here = [name for name in names if any(seems_to_define(cell, name) for cell in cells)]
            for name in here:
                cells = [cell.replace(f"def {name}(", f"def right_{name}(") for cell in cells]
            cells += [SPOILED[kind].format(name) for name in here]
        document = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
        (folder / path.name).write_text(json.dumps(document), encoding="utf-8")


def cells_of(path: Path) -> tuple[str, ...]:
    """The code cells of a notebook."""
    return read_notebook(file_at(path, path.name)).cells


def check_summary() -> str:
    """Time `check` on the right answer to every question, and once on a loop, and say it in a line."""
    cells = [cell for path in sorted(SOLUTIONS.glob("*.ipynb")) for cell in cells_of(path)]
    functions = [written(cells, name) for name in all_questions()]
    right = [statistics.median(seconds_of_check(function) for _ in range(5)) for function in functions]
    loop = seconds_of_check(written([LOOP.format(name) for name in all_questions()], next(iter(all_questions()))))
    return (
        f"check of a right answer: {1000 * statistics.median(right):.1f} ms, at most {1000 * max(right):.1f} ms; "
        f"of an endless loop: {loop:.2f} s."
    )


def written(cells: list[str], name: str) -> Callable[..., Any]:
    """The function of this name that the cells define."""
    namespace: dict[str, Any] = {}
    for statement in program_for(cells, name).statements:
        exec(compile(ast.Module([statement], []), name, "exec"), namespace)
    function: Callable[..., Any] = namespace[name]
    return function


def seconds_of_check(function: Callable[..., Any]) -> float:
    """How long a student waits."""
    begin = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        check(function)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
