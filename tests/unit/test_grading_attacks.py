"""A submission cannot give itself marks, and costs nobody else theirs. Every notebook in `attacks` tries."""

import json
import shutil
from pathlib import Path

import pytest
from answers import notebook

from course_lm.grading.batch import grade

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.ipynb"))
FORBIDDEN = {
    *("blinds_the_watch", "imports_by_name", "imports_everything", "imports_the_package", "opens_the_closed_book"),
    *("reads_by_descriptor", "reads_the_loss", "reads_the_reference", "uses_the_library"),
    *("blinds_both_watches", "pops_the_watch", "stops_the_profiler"),
}
HONEST = """import torch

def token_nll(logits, targets):
    return -logits.log_softmax(-1)[torch.arange(len(targets)), targets]

def cross_entropy(logits, targets):
    return token_nll(logits, targets).mean()
"""


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """The attacks, and an honest student before and after them; by submission, the points of each question."""
    folder = tmp_path_factory.mktemp("class")
    for path in ATTACKS:
        shutil.copy(path, folder)
    for name in ("a_first", "z_last"):
        (folder / f"{name}.ipynb").write_text(notebook(HONEST))
    rows = grade(folder, questions=["token_nll", "cross_entropy"], timeout=1.5)
    return {(row.submission, row.question): row for row in rows}


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_earns_nothing_and_leaves_its_authors_honest_answer_alone(path, marks):
    attacked, honest = marks[path.stem, "cross_entropy"], marks[path.stem, "token_nll"]
    assert (attacked.points, attacked.status == "correct") == (0, False), attacked.message
    assert ("forbidden" in attacked.flags) == (path.stem in FORBIDDEN), attacked
    assert attacked.status == "wrong" or path.stem not in FORBIDDEN
    assert (honest.points, honest.status) == (5, "correct"), honest.message


@pytest.mark.parametrize("name", ["a_first", "z_last"])
def test_honest_students_before_and_after_the_attacks_get_their_marks(name, marks):
    assert [marks[name, question].points for question in ("token_nll", "cross_entropy")] == [5, 5]


def test_every_notebook_says_what_it_tries_and_defines_the_attacked_function():
    for path in ATTACKS:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert cells[0]["cell_type"] == "markdown"
        assert any("def cross_entropy(" in "".join(cell["source"]) for cell in cells), path.name
