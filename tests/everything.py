"""Run groups of tests one after the other, also where one fails, and say in one summary what all of them found.

    python -m tests.everything "COMMAND OF PYTEST" ...

It ends with 1 if a group failed. Where ``COURSE_LM_REFUSE_SKIPS`` is set, a skipped test fails as well, unless it
lacks the corpus, which is not ours to give away.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.conftest import CORPUS

OUTCOMES = ("failed", "passed", "skipped", "told")
MOST_NAMES = 20  # of failed tests that a summary lists; they all stand above it


class Found(NamedTuple):
    """What pytest says of one test."""

    name: str
    outcome: str  # one of OUTCOMES; what is told fails nothing, and somebody should know it
    reason: str


def found_by(command: str, environment: dict[str, str] | None = None) -> list[Found]:
    """What a command of pytest finds; its output goes where ours goes."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        status = subprocess.call(
            f"{command} -o junit_family=xunit1 --junitxml={shlex.quote(str(report))}",
            shell=True,
            env=os.environ | (environment or {}),
        )
        tests = list(read(report)) if report.exists() else []
    if status and not any(test.outcome == "failed" for test in tests):
        tests.append(Found(command, "failed", f"pytest ended with {status}"))
    return tests


def read(report: Path) -> Iterator[Found]:
    """The tests of a report in JUnit's form."""
    for case in ET.parse(report).iter("testcase"):
        name = "::".join(filter(None, (case.get("file"), case.get("name"))))
        wrong, skipped = [*case.findall("failure"), *case.findall("error")], case.find("skipped")
        if wrong:
            yield Found(name, "failed", wrong[0].get("message") or "")
        elif skipped is not None:
            outcome = "told" if skipped.get("type") == "pytest.xfail" else "skipped"
            yield Found(name, outcome, skipped.get("message") or "")
        else:
            yield Found(name, "passed", "")


def summary(tests: Sequence[Found], seconds: float) -> str:
    """What failed and how to repeat the first of it, and what was skipped and why, below a line of counts."""
    by_outcome = {outcome: [test for test in tests if test.outcome == outcome] for outcome in OUTCOMES}
    counts = ", ".join(f"{len(found):,} {outcome}" for outcome, found in by_outcome.items())
    minutes, rest = divmod(round(seconds), 60)
    lines = [f" {counts}, in {minutes}:{rest:02} ".center(80, "=")]
    if failed := [test.name for test in by_outcome["failed"]]:
        lines += ["Failed:", *(f"  {name}" for name in failed[:MOST_NAMES])]
        lines += [f"  and {len(failed) - MOST_NAMES} more"] if len(failed) > MOST_NAMES else []
        lines += ["To repeat the first:", f"  {repeating(failed[0])}"]
    for outcome in ("skipped", "told"):
        reasons = Counter(test.reason for test in by_outcome[outcome])
        lines += [f"{outcome.capitalize()}:"] if reasons else []
        lines += [f"  {n} of them: {reason}" for reason, n in reasons.items()]
    return "\n".join([*lines, "Tests that take minutes are not among these: make test-long"])


def repeating(name: str) -> str:
    """The command that runs a test once more; a cell of a notebook needs those above it."""
    if "::" not in name:
        return name  # of a whole command that ended before its first test
    file, _, _ = name.partition("::")
    return f"make test-one TEST={shlex.quote((file if file.endswith('.ipynb') else name).replace('$', '$$'))}"


def may_not_be_skipped(tests: Sequence[Found]) -> list[Found]:
    """Of the skipped tests those that fail a run in which none may be skipped: all that lack more than the corpus."""
    if not os.environ.get("COURSE_LM_REFUSE_SKIPS"):
        return []
    return [test for test in tests if test.outcome == "skipped" and CORPUS not in test.reason]


def main() -> int:
    """Run the groups that the command line names."""
    start = time.monotonic()
    tests = [test for command in sys.argv[1:] for test in found_by(command)]
    print(f"\n{summary(tests, time.monotonic() - start)}", flush=True)
    if refused := may_not_be_skipped(tests):
        print(f"{len(refused)} tests were skipped, and here none may be.")
    return int(bool(refused) or any(test.outcome == "failed" for test in tests))


if __name__ == "__main__":
    sys.exit(main())
