"""The summary of all tests says what failed in any group, how to repeat it, and what was left out."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.everything import Found, repeating, summary

ROOT = Path(__file__).parents[2]
FIRST = """
import pytest

@pytest.mark.parametrize("price", ["$5"])
def test_wrong(price):
    assert price == "$6"

def test_left_out():
    pytest.skip("no such thing here: apt install thing")
"""
SECOND = """
import pytest

def test_right():
    pass

def test_told():
    pytest.xfail("torch has something new")
"""
WITHOUT_CORPUS = """
import pytest

def test_corpus():
    pytest.skip("set COURSE_LM_SHAKESPEARE")
"""


@pytest.fixture
def said_of(tmp_path, monkeypatch):
    """The exit status of the script and what it says in the end, of groups of one file each."""
    monkeypatch.delenv("COURSE_LM_REFUSE_SKIPS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # which takes a second for each group

    def said_of(*groups):
        commands = []
        for number, tests in enumerate(groups, 1):
            (tmp_path / f"test_group_{number}.py").write_text(tests)
            commands.append(
                f"'{sys.executable}' -m pytest -c /dev/null --rootdir={tmp_path} {tmp_path}/test_group_{number}.py"
            )
        done = subprocess.run(
            [sys.executable, "-m", "tests.everything", *commands], cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        return done.returncode, done.stdout

    return said_of


def test_every_group_runs_also_after_a_failure_and_one_summary_tells_of_all(said_of):
    status, said = said_of(FIRST, SECOND)
    assert status == 1
    assert "1 failed, 1 passed, 1 skipped, 1 told, in 0:0" in said
    end = said[said.index("1 failed, 1 passed, 1 skipped") :]
    assert "make test-one TEST='test_group_1.py::test_wrong[$$5]'" in end
    assert "1 of them: no such thing here: apt install thing" in end
    assert "1 of them: torch has something new" in end


def test_a_failure_in_the_last_group_fails_the_run(said_of):
    assert said_of(SECOND, FIRST)[0] == 1
    assert said_of(SECOND)[0] == 0


def test_a_group_that_ends_before_its_first_test_fails_the_run(said_of):
    status, said = said_of("import nothing_of_this_name", SECOND)
    assert status == 1
    assert "1 failed, 1 passed" in said
    status, said = said_of("import os\nos._exit(3)")
    assert status == 1
    assert "To repeat the first:" in said


def test_where_skips_are_refused_only_the_corpus_may_be_missing(said_of, monkeypatch):
    skipping = "import pytest\ndef test_left_out():\n    pytest.skip('apt install thing')\n"
    assert said_of(skipping)[0] == 0
    monkeypatch.setenv("COURSE_LM_REFUSE_SKIPS", "1")
    status, said = said_of(skipping)
    assert (status, "1 tests were skipped, and here none may be" in said) == (1, True)
    assert said_of(WITHOUT_CORPUS)[0] == 0
    assert said_of(SECOND)[0] == 0


def test_a_cell_is_repeated_with_the_cells_above_it():
    assert repeating("book/03_cross_entropy.ipynb::Cell 7") == "make test-one TEST=book/03_cross_entropy.ipynb"


def test_a_summary_of_many_failures_names_the_first_of_them():
    said = summary([Found(f"test_it.py::test_{n}", "failed", "") for n in range(25)], seconds=59.7)
    assert said.count("\n  test_it.py") == 20
    assert "and 5 more" in said
    assert "in 1:00" in said
