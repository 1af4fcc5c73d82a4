"""What the project says about itself in several places is the same in all of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import course_lm

ROOT = Path(__file__).parents[2]
PYTHON_FILES = sorted((ROOT / "course_lm").rglob("*.py"))
NO_NETWORK = """
import socket
def refuse(*arguments, **options):
    raise AssertionError("the network was asked for something")
socket.socket.connect = socket.getaddrinfo = refuse
import course_lm, course_lm.cli, course_lm.grading, course_lm.kept, course_lm.notebook, course_lm.plot
"""


def test_the_version_is_the_same_in_package_citation_and_changes():
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    newest = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert (citation[1], newest[1]) == (course_lm.__version__, course_lm.__version__)


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_pickled_or_unpickled(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(import|from) (pickle|dill|cloudpickle|joblib|shelve|marshal)\b", text, re.MULTILINE)
    assert not re.search(r"torch\.(load|save)\(|allow_pickle=True", text)


def test_importing_the_package_asks_nothing_of_the_network():
    done = subprocess.run([sys.executable, "-c", NO_NETWORK], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
