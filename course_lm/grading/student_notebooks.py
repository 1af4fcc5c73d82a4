"""Student notebooks from solution notebooks, so that the two can never drift apart.

What stands between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes ``raise NotImplementedError``,
outputs are cleared, cells tagged ``solution-only`` are left out, the tag ``hide-input``, which folds an answer in
the book, is taken off, and the title says what the notebook is.

    python -m course_lm.grading.student_notebooks solutions exercises            writes the student notebooks
    python -m course_lm.grading.student_notebooks solutions exercises --check    fails if one of them is out of date
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from course_lm._files import write_whole

SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION[ \t]*\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.DOTALL | re.MULTILINE)
PLACEHOLDER = r"\1raise NotImplementedError  # your code here"


def student_version(text: str) -> str:
    """The text of a student notebook, given the text of its solution notebook."""
    notebook = json.loads(text)
    cells = [cell for cell in notebook["cells"] if "solution-only" not in cell["metadata"].get("tags", [])]
    notebook["cells"] = [_student_cell(cell) for cell in cells]
    notebook["metadata"].pop("course_lm", None)  # says how the solution was stored
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"  # as nbformat writes it


def _student_cell(cell: dict[str, Any]) -> dict[str, Any]:
    source = SOLUTION.sub(PLACEHOLDER, "".join(cell["source"]))
    if re.search(r"(BEGIN|END) SOLUTION", source):
        raise ValueError(f"every BEGIN SOLUTION needs an END SOLUTION below it in the same cell; got:\n{source}")
    source = re.sub(r"\A# Solutions:", "# Exercises:", source)
    cell = cell | {"source": source.splitlines(keepends=True), "metadata": _unfolded(cell["metadata"])}
    return cell | {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def _unfolded(metadata: dict[str, Any]) -> dict[str, Any]:
    tags = [tag for tag in metadata.get("tags", []) if tag != "hide-input"]
    others = {key: value for key, value in metadata.items() if key != "tags"}
    return others | {"tags": tags} if tags else others


def release(solutions: Path, exercises: Path) -> dict[Path, str]:
    """What every file in `exercises` has to contain."""
    if not solutions.is_dir():
        raise FileNotFoundError(f"solutions must be a folder of notebooks; got {solutions}, which is none.")
    return {
        exercises / path.name: student_version(path.read_text(encoding="utf-8"))
        for path in sorted(solutions.glob("*.ipynb"))
    }


def stale(solutions: Path, exercises: Path) -> list[Path]:
    """The student notebooks that are missing, differ from what `release` makes, or have no solution."""
    wanted = release(solutions, exercises)
    there = {path: path.read_text(encoding="utf-8") for path in exercises.glob("*.ipynb")}
    return sorted(path for path in wanted.keys() | there.keys() if wanted.get(path) != there.get(path))


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(description="Student notebooks from solution notebooks.")
    parser.add_argument("solutions", type=Path)
    parser.add_argument("exercises", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook is out of date")
    options = parser.parse_args(arguments)
    if options.check:
        outdated = stale(options.solutions, options.exercises)
        if outdated:
            names = ", ".join(map(str, outdated))
            print(f"out of date: {names}. Run the same command without --check.", file=sys.stderr)
        return 1 if outdated else 0
    for path, text in release(options.solutions, options.exercises).items():
        write_whole(path, text.encode(), "the student notebook")
    return 0


if __name__ == "__main__":
    sys.exit(main())
