"""Run unit tests and notebooks as on other machines, and print a table of what held on each.

    python -m tests.machines "pytest ARGUMENT ..." [MACHINE ...]

A machine is a Python with its packages, which the Makefile puts in place, and what its processor may use. Each trains
the model of the chapters itself, in a cache of its own, so nothing of one run is found by another and nothing is kept.
On emulated Arm training would take a day: there the model comes from this machine, and the chapters that train no other
are run. It ends with 1 if a test failed anywhere.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.everything import OUTCOMES, Found, found_by

ARM = Path(".venv-arm")
ARM_CHAPTERS = "book/0[123457]_*.ipynb"  # 6 and 8 train models
ARM_TESTS = f"-n 2 --dist loadfile --nbval --nbval-kernel-name=arm --nbval-cell-timeout=3600 {ARM_CHAPTERS}"
ABOUT = """
import platform, torch
instructions = torch.backends.cpu.get_cpu_capability()
print(f"{platform.machine()}, {instructions}, Python {platform.python_version()}, torch {torch.__version__}")
"""
TRAIN = "import live_toy; live_toy.trained(live_toy.load_corpus('toy'))"


class Machine(NamedTuple):
    """Where the tests run: a Python, and what it finds in its environment."""

    python: Path
    environment: dict[str, str]


HERE = Path(".venv/bin/python")
MACHINES = {
    "avx2": Machine(
        HERE,
        {
            "ATEN_CPU_CAPABILITY": "avx2",
            "ONEDNN_MAX_CPU_ISA": "AVX2",
            "MKL_ENABLE_INSTRUCTIONS": "AVX2",
            "MKL_CBWR": "AVX2",
            "OPENBLAS_CORETYPE": "Haswell",
        },
    ),
    "no-vectors": Machine(
        HERE,
        {
            "ATEN_CPU_CAPABILITY": "default",
            "ONEDNN_MAX_CPU_ISA": "SSE41",
            "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
            "MKL_CBWR": "COMPATIBLE",
            "OPENBLAS_CORETYPE": "Nehalem",
        },
    ),
    "newest": Machine(Path(".venv-newest/bin/python"), {}),
    # What the oldest versions use of the newest of all else may be deprecated.
    "lowest": Machine(Path(".venv-lowest/bin/python"), {"PYTEST_ADDOPTS": "-W default::DeprecationWarning"}),
    "arm": Machine(ARM / "bin/python", {"JUPYTER_PATH": str(ARM.resolve() / "share")}),
}


class Row(NamedTuple):
    """What was found on one machine."""

    name: str
    about: str
    tests: Sequence[Found]
    seconds: float  # with training


def tried(name: str, arguments: str) -> Row:
    """Train the model of the chapters as on this machine, then run the tests there."""
    machine, start = MACHINES[name], time.monotonic()
    python, train = machine.python, TRAIN
    if name == "arm":
        python, arguments = HERE, ARM_TESTS
        version = output(machine, "import torch; print(torch.__version__)")
        train = f"import torch; torch.__version__ = {version!r}; {TRAIN}"  # the version for which Arm will look
    with tempfile.TemporaryDirectory() as cache:
        tests = found_by(
            f"PYTHONPATH=book/_tools {python} -c {shlex.quote(train)} && {python} -m pytest {arguments}",
            machine.environment | {"XDG_CACHE_HOME": cache},
        )
    return Row(name, output(machine, ABOUT), tests, time.monotonic() - start)


def output(machine: Machine, code: str) -> str:
    """What code prints on a machine."""
    command, environment = [str(machine.python), "-c", code], os.environ | machine.environment
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| machine | what it is | unit tests | cells of notebooks | minutes |", "|---|---|---|---|---|"]
    for row in rows:
        cells = [test for test in row.tests if ".ipynb::" in test.name]
        others = [test for test in row.tests if ".ipynb::" not in test.name]
        lines.append(f"| {row.name} | {row.about} | {counts(others)} | {counts(cells)} | {row.seconds / 60:.1f} |")
    return "\n".join(lines)


def counts(tests: Sequence[Found]) -> str:
    """How many tests ended in which way."""
    found = Counter(test.outcome for test in tests)
    return ", ".join(f"{found[outcome]:,} {outcome}" for outcome in OUTCOMES if found[outcome]) or "none"


def main() -> int:
    """Run the tests on the machines that the command line names, or on all that are there."""
    arguments, *names = sys.argv[1:]
    rows = []
    for name in names or MACHINES:
        if MACHINES[name].python.exists():
            rows.append(tried(name, arguments))
        else:
            print(f"{name} was not tried, since {MACHINES[name].python} is not there: make {name}")
    print(f"\n{table(rows)}\n")
    failed = [f"{row.name}: {test.name}" for row in rows for test in row.tests if test.outcome == "failed"]
    print("\n".join(["Failed:", *failed] if failed else ["Nothing failed."]), flush=True)
    return int(bool(failed) or not rows)


if __name__ == "__main__":
    sys.exit(main())
