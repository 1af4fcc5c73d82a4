"""A question is one file: `check` and `grade` find it there, and a notebook that checks it is marked for it."""

import re
from pathlib import Path

import nbformat
import pytest

from course_lm.grading import check, questions
from course_lm.grading.batch import Plan, grade
from course_lm.grading.question import all_questions

from .answers import notebook

EXERCISES = sorted((Path(__file__).parents[2] / "exercises").glob("*.ipynb"))
NAMES = """softmax with_temperature sample_token next_token_pairs bigram_probs sequence_logprob token_nll cross_entropy
corpus_loss perplexity_of text_bits_per_byte code_length_bits narrow causal_mask causal_weights teacher_forced_loss
get_batch markov_entropy_rate ce_grad sgd_step strided_windows in_bits_per_byte answer_loss best_answer""".split()
FILE = """
from torch import Tensor

from course_lm.grading import Misconception, Question
from course_lm.grading.question import numbers


def double_all(x: Tensor) -> Tensor:
    return 2 * x.double()


DOUBLE_ALL = Question(
    reference=double_all,
    cases=((numbers([1, 3]),), (numbers([0, -2, 5]),)),
    hidden=lambda seed: ((numbers([seed, 1]),),),
    points=2,
    misconceptions=(Misconception("squared", "Twice a number is not its square.", lambda x: x.double() ** 2),),
)
"""


@pytest.fixture
def new_question(tmp_path, monkeypatch):
    """A file for a question between those of chapter 3 and those of chapter 4."""
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "ch03_4_double_all.py").write_text(FILE)
    monkeypatch.setattr(questions, "__path__", [*questions.__path__, str(folder)])
    all_questions.cache_clear()
    yield
    monkeypatch.undo()
    all_questions.cache_clear()


def test_the_names_of_the_questions_are_a_promise_to_whoever_keeps_marks():
    assert list(all_questions()) == NAMES, "these names stay; a new question has its name added to NAMES, in its place"


def test_every_question_is_checked_in_one_exercise():
    cells = [cell.source for path in EXERCISES for cell in nbformat.read(path, as_version=4).cells]
    checked = [name for cell in cells for name in re.findall(r"^check\((\w+)\)", cell, re.MULTILINE)]
    assert checked == list(all_questions()), "each question has a cell that begins with check(…) in one exercise"


def test_a_question_is_found_in_its_place_and_named_by_check(new_question, capsys):
    def double_all(x):
        return x * x

    assert list(all_questions()) == [*NAMES[:9], "double_all", *NAMES[9:]]
    check(double_all)
    assert "Twice a number is not its square." in capsys.readouterr().out


def test_a_notebook_that_checks_a_question_is_marked_for_it(new_question, tmp_path, warm_sandboxes):
    path = tmp_path / "03_cross_entropy.ipynb"
    path.write_text(notebook("def double_all(x):\n    return x + x", "check(double_all)", "check(token_nll)"))
    rows = grade(path, Plan(seed=1)).rows
    assert [(row.question, row.status, row.points) for row in rows] == [
        ("token_nll", "missing", 0),
        ("double_all", "correct", 2),
    ]
    path.write_text(notebook("def double_all(x):\n    return 3 * x"))
    (row,) = grade(path, Plan(seed=1)).rows
    assert (row.status, row.out_of) == ("wrong", 2)
