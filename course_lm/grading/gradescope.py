"""An autograder for Gradescope: a zip to upload, and what runs from it for each submission.

Gradescope runs `setup.sh` once to build an image, and `run_autograder` in a fresh container of it for each submission.
The zip brings the package along, so nothing but its requirements is installed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from course_lm._files import write_whole
from course_lm.grading.batch import Plan, grade
from course_lm.grading.marks import Row, shown

COURSE = Path(__file__).parents[1]
HOME = Path("/autograder")
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in the zip, so that the same course makes the same zip

SETUP = """#!/usr/bin/env bash
# Builds the image: a Python that is new enough, what the package needs, and bubblewrap, which seals submissions.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y bubblewrap || true
for version in 3.13 3.12 3.11; do
  if apt-get install -y "python$version" "python$version-venv"; then break; fi
done
"python$version" -m venv {home}/venv
{home}/venv/bin/python -m pip install --no-cache-dir {requirements}
"""
RUN = """#!/usr/bin/env bash
# Grades the one submission of this container.
cd {home}
PYTHONPATH={home}/source {home}/venv/bin/python -m course_lm.grading.gradescope {options}
"""


def write_autograder(path: Path, plan: Plan) -> None:
    """Writes the zip.

    Args:
        path: the file to write.
        plan: its questions and whether they give partial credit; each submission draws its own seed.
    """
    options = [f"--questions {','.join(plan.names)}", *(["--partial"] if plan.partial else [])]
    requirements = [f"'{name}'" for name in importlib.metadata.requires("course-lm") or [] if "extra ==" not in name]
    texts = {
        "setup.sh": SETUP.format(home=HOME, requirements=" ".join(requirements)),
        "run_autograder": RUN.format(home=HOME, options=" ".join(options)),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(_entry(name, 0o755), text)
        for file in sorted(COURSE.rglob("*.py")):
            archive.writestr(_entry(f"course_lm/{file.relative_to(COURSE).as_posix()}", 0o644), file.read_bytes())
    write_whole(path, content.getvalue(), "the autograder")


def results(rows: Sequence[Row], warning: str) -> dict[str, object]:
    """What Gradescope shows: a test for each question, with the feedback."""
    tests = [
        {
            "name": row.question,
            "score": row.points,
            "max_score": row.out_of,
            "status": "passed" if row.status == "correct" else "failed",
            "output": row.message,
            "visibility": "visible",
        }
        for row in rows
    ]
    points, out_of = sum(row.points for row in rows), sum(row.out_of for row in rows)
    said = f"{shown(points)} of {out_of} points, seed {rows[0].seed}."
    return {"score": points, "output": said, "tests": tests, "extra_data": {"warning": warning}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Grades what lies in the container; returns the exit code."""
    parser = argparse.ArgumentParser(description="Grade one submission for Gradescope.")
    parser.add_argument("--submission", type=Path, default=HOME / "submission")
    parser.add_argument("--results", type=Path, default=HOME / "results" / "results.json")
    parser.add_argument("--questions", required=True)
    parser.add_argument("--partial", action="store_true")
    options = parser.parse_args(arguments)
    # Every submission has a container of its own there, so it is graded even where nothing can be sealed.
    plan = Plan(questions=options.questions.split(","), partial=options.partial, jobs=1, unsealed=True)
    graded = grade(options.submission, plan, as_one=True)
    said = json.dumps(results(graded.rows, graded.warning), indent=1)
    write_whole(options.results, said.encode(), "the results")
    return 0


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DATE)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


if __name__ == "__main__":
    sys.exit(main())
