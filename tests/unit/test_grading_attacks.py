"""A submission gives itself no marks, reaches nothing on this machine, and costs nobody else anything.

Each file in `attacks` is a notebook that tries: a comment says how, and ``# %%`` begins a cell. `make test-long` runs
all of them; and those in `attacks/long`, which were written by somebody who had read the documentation alone, within
every seal.
"""

import ctypes
import json
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from course_lm.grading import batch, seal
from course_lm.grading.batch import Plan, grade
from course_lm.grading.seal import Seal, find_seal

FOLDER = Path(__file__).parent / "attacks"
SHORT = sorted(FOLDER.glob("[a-z]*.py"))
LONG = sorted((FOLDER / "long").glob("*.py"))
TOOLS = (FOLDER / "_tools.py").read_text(encoding="utf-8")
"""System calls by number, and a right answer, for those that need them."""
SOURCES = {
    "source_of_parentheses": f"def cross_entropy(logits, targets):\n    return {'(' * 10**5}{')' * 10**5}",
    "source_of_long_sum": f"def cross_entropy(logits, targets):\n    return {'1+' * 50_000}1",
    "source_of_attributes": f"def cross_entropy(logits, targets):\n    return logits{'.mean()' * 30_000}",
    "source_of_definitions": "".join(f"def cross_entropy(logits, targets): return {i}\n" for i in range(20_000)),
    "source_of_a_chain": "".join(f"def f{i}(x): return f{i + 1}(x)\n" for i in range(5_000))
    + "def f5000(x): return 1\ndef cross_entropy(logits, targets): return f0(logits)",
    "source_of_one_line": f"def cross_entropy(logits, targets): raise ValueError('{'x' * 10**6}')",
    "source_of_odd_bytes": "# coding: utf-7\n\x0c\x00\ud800\ndef cross_entropy(a, b): return '\ud800\x00\u202e'",
}
"""Texts that are made to break whatever reads them."""

FORBIDDEN = {
    *("blinds_the_watch", "blinds_both_watches", "compiles_the_library", "imports_by_name", "imports_everything"),
    *("imports_the_package", "profiles_first", "searches_memory", "stops_the_profiler", "uses_the_library"),
}
RIGHT = {
    *("aio_contexts_right_answer", "huge_pages_pinned_right_answer", "poison_the_warm_process", "threads_of_torch"),
    "timers_right_answer",
}
"""These compute the right answer, and try to do harm beside it."""
HONEST = """import math

def token_nll(logits, targets):
    rows = [[float(x) for x in row] for row in logits]
    return [math.log(sum(math.exp(x) for x in row)) - row[int(k)] for row, k in zip(rows, targets)]
"""
MEAN = """def cross_entropy(logits, targets):
    return (logits.logsumexp(-1) - logits.gather(-1, targets[:, None])[:, 0]).mean()
"""
BOTH = Plan(questions=["token_nll", "cross_entropy"], timeout=1.0)


def notebook(*cells: str) -> str:
    """The text of a notebook whose stored outputs and metadata claim full marks."""
    claim = [{"output_type": "stream", "name": "stdout", "text": "cross_entropy: right.\n"}]
    stored = {"cell_type": "code", "metadata": {"grade": {"points": 5}}, "execution_count": 1, "outputs": claim}
    return json.dumps({"cells": [stored | {"source": cell} for cell in cells], "metadata": {}, "nbformat": 4})


def cells_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("# %%\n")[1:]


class Machine:
    """What a submission may not touch: files, a process, a port, memory shared by name; and a class of two."""

    def __init__(self, folder: Path) -> None:
        self.secret = f"SECRET{secrets.token_hex(8)}"
        self.file, self.drop, self.handed_in = folder / "canary.txt", folder / "drop", folder / "class"
        self.file.write_text(self.secret)
        self.drop.mkdir(mode=0o777)
        self.handed_in.mkdir()
        self.neighbor = self.handed_in / "a_first.ipynb"
        for name in ("a_first", "z_last"):
            (self.handed_in / f"{name}.ipynb").write_text(notebook(HONEST, MEAN, f"# {self.secret}"))
        self.visits: list[Any] = []

    @contextmanager
    def running(self) -> Iterator["Machine"]:
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        shared = libc.shmget(0, 4096, 0o1666)  # everybody may write to it
        self.memory = libc.shmat(shared, None, 0)
        ctypes.memmove(self.memory, self.secret.encode(), len(self.secret))
        with socket.create_server(("127.0.0.1", 0)) as server, subprocess.Popen(["sleep", "1000"]) as sleeper:
            self.port, self.sleeper = server.getsockname()[1], sleeper
            threading.Thread(target=lambda: self.visits.append(server.accept()), daemon=True).start()
            try:
                yield self
            finally:
                sleeper.kill()
                libc.shmctl(shared, 0, None)
                libc.shmdt(ctypes.c_void_p(self.memory))

    def hand_in(self, name: str, cells: list[str]) -> None:
        """Adds an attack, which is told what there is to attack."""
        known = {
            "{CANARY_FILE}": self.file,
            "{CANARY_DIR}": self.drop,
            "{CANARY_PORT}": self.port,
            "{CANARY_PID}": self.sleeper.pid,
            "{NEIGHBOR}": self.neighbor,
        }
        for word, value in known.items():
            cells = [cell.replace(word, str(value)) for cell in cells]
        (self.handed_in / f"{name}.ipynb").write_text(notebook(HONEST, *cells))

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.handed_in.iterdir()}

    def is_untouched(self) -> bool:
        """Whether nothing was written, killed, reached or left behind."""
        return (
            self.file.read_text() == self.secret
            and list(self.drop.iterdir()) == []
            and self.sleeper.poll() is None
            and self.visits == []
            and ctypes.string_at(self.memory, len(self.secret)) == self.secret.encode()
        )


def marked(machine: Machine) -> dict[tuple[str, str], Any]:
    """The rows of all that was handed in, which is as it was afterwards."""
    before = machine.contents()
    rows = grade(machine.handed_in, BOTH).rows
    assert machine.contents() == before
    assert machine.is_untouched()
    assert not any(machine.secret in str(row) for row in rows)
    return {(row.submission, row.question): row for row in rows}


def hurt(marks: dict[tuple[str, str], Any]) -> list[Any]:
    """Honest answers that did not get their points: those of the class, and one beside each attack."""
    honest = [
        row for (name, question), row in marks.items() if question == "token_nll" or name in ("a_first", "z_last")
    ]
    return [row for row in honest if (row.status, row.points) != ("correct", 5)]


@pytest.mark.parametrize("paths", [SHORT[::6], pytest.param(SHORT, marks=pytest.mark.long)], ids=["every sixth", "all"])
def test_attacks_earn_nothing_and_honest_answers_beside_them_get_their_marks(paths, tmp_path, warm_sandboxes):
    with Machine(tmp_path).running() as machine:
        for path in paths:
            machine.hand_in(path.stem, cells_of(path))
        marks = marked(machine)
    assert hurt(marks) == []
    for name in (path.stem for path in paths):
        row = marks[name, "cross_entropy"]
        assert (row.points, row.status == "correct") == (0, False), row
        assert ("forbidden" in row.flags) == (name in FORBIDDEN), row
        assert row.status == "wrong" or name not in FORBIDDEN, row


WITHOUT_NAMESPACES = seal.PROGRAM.replace("Worker(", "confine.leave_namespaces = lambda: None; Worker(").replace(
    "import Worker", "import Worker; from sealed import confine"
)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["bubblewrap", "landlock", "landlock without namespaces"])
def test_what_attacks_the_machine_reaches_nothing_within_any_seal(kind, tmp_path, monkeypatch):
    best, _ = find_seal()
    if best.kind != "bubblewrap":
        pytest.skip("bubblewrap cannot seal anything here: apt install bubblewrap")
    monkeypatch.setattr(batch, "find_seal", lambda: (best if kind == best.kind else Seal("landlock"), ""))
    monkeypatch.setattr(seal, "PROGRAM", WITHOUT_NAMESPACES if kind.endswith("namespaces") else seal.PROGRAM)
    with Machine(tmp_path).running() as machine:
        for path in LONG:
            machine.hand_in(path.stem, [TOOLS, *cells_of(path)])
        for name, source in SOURCES.items():
            machine.hand_in(name, [source])
        marks = marked(machine)
    earned = {name for (name, question), row in marks.items() if question == "cross_entropy" and row.points}
    assert earned - RIGHT == {"a_first", "z_last"}
    assert hurt(marks) == []


MARKS = json.loads((FOLDER / "marks.json").read_text(encoding="utf-8"))
"""What may come back from a worker, in every odd form: as results, errors, and messages that are forged."""


@pytest.mark.long
def test_what_attacks_the_marks_earns_nothing_and_costs_nobody_else_anything(tmp_path):
    questions = sorted({attack["question"] for attack in MARKS})
    (tmp_path / "a_first.ipynb").write_text(notebook(HONEST, MEAN))
    for attack in MARKS:
        (tmp_path / f"{attack['name']}.ipynb").write_text(notebook(*attack["cells"]))
    rows = {(row.submission, row.question): row for row in grade(tmp_path, Plan(questions=questions, timeout=1.5)).rows}
    assert [attack["name"] for attack in MARKS if rows[attack["name"], attack["question"]].points] == []
    assert (rows["a_first", "cross_entropy"].points, rows["a_first", "token_nll"].points) == (5, 5)
    assert not any("failed" in row.flags for row in rows.values())
    assert max(len(row.message) for row in rows.values()) < 5000


def test_every_attack_says_what_it_tries_and_defines_the_attacked_function():
    assert (len(SHORT) >= 48, len(LONG) + len(SOURCES) >= 100) == (True, True)
    for path in (*SHORT, *LONG):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name
        assert any("def cross_entropy(" in cell or "cross_entropy =" in cell for cell in cells_of(path)), path.name
