"""Mistakes get their own names, in the notebook and in the marks; right answers pass in every form."""

import inspect
import itertools
import json
from pathlib import Path

import pytest
import torch

from course_lm.grading import check, diagnose
from course_lm.grading.batch import Plan, grade
from course_lm.grading.question import all_questions, question_named
from course_lm.grading.sealed.serialize import attempt, decode, encode

from .answers import IMPORTS, SEED, all_answers, notebook, source, student, verdict_on

QUESTIONS = list(all_questions().values())
PAIRS = [(question, mistake) for question in QUESTIONS for mistake in question.misconceptions if mistake.wrong]
ANSWERS = all_answers()

# For each function, every answer: the name of its mistake or "right" or "wrong", and its body.
WRITTEN = {
    function: [
        (kind, body)
        for kind, bodies in [("right", answers.right), *answers.mistakes.items(), ("wrong", answers.wrong)]
        for body in bodies
    ]
    for function, answers in ANSWERS.items()
}
PLACES = [(function, i) for function, answers in WRITTEN.items() for i in range(len(answers))]


def name_of(x) -> str:
    return getattr(x, "function", None) or x.name


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_a_question_comes_with_answers_of_every_kind(question):
    assert question.function in ANSWERS, f"answers to {question.function} belong into tests/unit/answers/"
    answers = ANSWERS[question.function]
    assert len(set(answers.right)) >= 3
    assert set(answers.mistakes) <= {mistake.name for mistake in question.misconceptions}
    assert all(len(set(bodies)) >= 2 for bodies in answers.mistakes.values())
    assert len(answers.mistakes) >= 3
    assert len(answers.wrong) >= 2


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
@pytest.mark.parametrize("seed", range(5))
def test_reference_passes_on_visible_and_hidden_cases(question, seed):
    inputs = question.inputs(seed)
    outputs = [decode(encode(question.reference(*one.case))) for one in inputs]
    assert diagnose(question, inputs, outputs).correct


@pytest.mark.parametrize(("question", "mistake"), PAIRS, ids=name_of)
def test_each_misconception_is_diagnosed_as_itself(question, mistake):
    for formula in mistake.formulas:
        outputs = [decode(attempt(formula, one.case)) for one in question.inputs()]
        verdict = diagnose(question, question.inputs(), outputs)
        assert (verdict.status, verdict.misconception) == ("wrong", mistake.name)


def gap(x, y) -> float:
    """How far two results are from each other; 1 if they are not even alike."""
    if isinstance(x, torch.Tensor) and isinstance(y, torch.Tensor) and x.shape == y.shape:
        return (x.double() - y.double()).nan_to_num(nan=1, posinf=1, neginf=1).abs().max().item()
    return 1.0


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_no_two_formulas_coincide_on_the_ordinary_cases(question):
    formulas = {(m.name, i): f for m in question.misconceptions for i, f in enumerate(m.formulas)}
    results = {
        name: [decode(attempt(formula, case)) for case in question.cases]
        for name, formula in (formulas | {("right", 0): question.reference}).items()
    }
    for (a, xs), (b, ys) in itertools.combinations(results.items(), 2):
        assert a[0] == b[0] or max(map(gap, xs, ys)) > 100 * question.tolerance, (a, b)


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_the_first_visible_case_is_the_smallest(question):
    sizes = [sum(x.numel() for x in case if isinstance(x, torch.Tensor)) for case in question.cases]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_ordinary_scores_stay_where_every_right_formula_works(question):
    names = inspect.signature(question.reference).parameters
    for case in question.cases:
        for name, argument in zip(names, case, strict=True):
            assert name not in ("logits", "table", "scores") or argument.abs().max() <= 50


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_arguments_have_the_types_that_the_exercise_promises(question):
    for one in question.inputs(1):
        for argument in one.case:
            assert isinstance(argument, (int, float, str, torch.Tensor))
            if isinstance(argument, torch.Tensor):
                assert argument.dtype in (torch.int64, torch.float32, torch.float64)
                assert argument.device.type == "cpu"


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_hidden_cases_follow_the_seed_alone(question):
    assert str(question.hidden(1)) == str(question.hidden(1))
    assert str(question.hidden(1)) != str(question.hidden(2))


@pytest.mark.parametrize("question", QUESTIONS, ids=name_of)
def test_every_hint_is_a_sentence_of_its_own(question):
    hints = [mistake.hint for mistake in question.misconceptions]
    assert len(set(hints)) == len(hints)
    assert [hint for hint in hints if hint[0].islower() or hint[-1] not in ".?" or len(hint) < 30] == []


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
@pytest.mark.parametrize(
    ("function", "number"), PLACES, ids=[f"{function}-{WRITTEN[function][i][0]}-{i}" for function, i in PLACES]
)
def test_check_and_marks_name_the_mistake_of_an_answer(function, number, capsys):
    question = question_named(function)
    kind, body = WRITTEN[function][number]
    check(student(function, body))
    said = capsys.readouterr().out.strip()
    verdict = verdict_on(function, source(function, body))
    assert verdict.message == said
    if kind == "right":
        assert (said, verdict.status) == (f"{function}: right.", "correct")
        return
    hints = {mistake.name: mistake.hint for mistake in question.misconceptions}
    expected = ANSWERS[function].wrong.get(body, kind)  # the name of a mistake, or words of the feedback
    assert not verdict.correct
    assert expected == verdict.misconception or (kind == "wrong" and expected in said)
    assert said.startswith(f"{function}: not yet. {hints.get(expected, '')}")
    assert [line.split(":")[0].strip() for line in said.splitlines()[1:]] == [
        "smallest failing input",
        "returned",
        "expected",
    ]


SOME = {function: [answers[0], answers[len(answers) // 2], answers[-1]] for function, answers in WRITTEN.items()}


@pytest.mark.parametrize(
    "answers", [SOME, pytest.param(WRITTEN, marks=pytest.mark.long)], ids=["right, mistaken, wrong", "all"]
)
def test_marks_of_sealed_answers_are_those_of_answers_called_here(answers, tmp_path, warm_sandboxes):
    """In one run: student number i has written the i-th answer to each question."""
    for i in range(max(map(len, answers.values()))):
        cells = [
            source(function, written[i][1]) + f"check({function})"
            for function, written in answers.items()
            if i < len(written)
        ]
        (tmp_path / f"{i}.ipynb").write_text(notebook(IMPORTS, *cells))
    rows = {(row.question, int(row.submission)): row for row in grade(tmp_path, Plan(seed=SEED)).rows}
    for function, written in answers.items():
        for i, (_, body) in enumerate(written):
            row, verdict = rows[function, i], verdict_on(function, source(function, body))
            said = (verdict.status, verdict.misconception, verdict.message)
            assert (row.status, row.misconception, row.message) == said
            assert row.points == (row.out_of if verdict.correct else 0)


OTHERS = json.loads((Path(__file__).parent / "answers" / "others.json").read_text(encoding="utf-8"))


"""Written from the exercises alone, by authors who knew no misconception of ours."""


@pytest.mark.filterwarnings("ignore")  # what wrong answers make numpy and torch say
@pytest.mark.parametrize("answers", [OTHERS[::4], pytest.param(OTHERS, marks=pytest.mark.long)], ids=["some", "all"])
def test_of_answers_by_others_none_is_judged_falsely_and_seven_in_ten_mistakes_are_named(answers):
    verdicts = [(answer, verdict_on(answer["function"], answer["cell"])) for answer in answers]
    false = [a["cell"] for a, verdict in verdicts if verdict.correct != (a["kind"] == "right")]
    named = [bool(verdict.misconception) for a, verdict in verdicts if a["kind"] == "wrong"]
    assert false == []
    assert (len(named) > 0.7 * len(answers), len(answers) - len(named) > 0.1 * len(answers)) == (True, True)
    assert sum(named) >= 0.7 * len(named)
