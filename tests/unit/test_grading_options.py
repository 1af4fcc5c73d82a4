"""What an instructor may choose when grading changes what is asked and how long it takes, never the marks."""

import csv
import os
import threading
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from course_lm.cli import app
from course_lm.grading import batch
from course_lm.grading.batch import Plan, grade
from course_lm.grading.marks import Row, write_csv
from course_lm.grading.question import all_questions
from course_lm.grading.sandbox import Definition, Outcome, Sandbox, Survey
from course_lm.grading.seal import find_seal

from .answers import notebook, source

RIGHT = "return (-logits.log_softmax(-1)[torch.arange(len(targets)), targets]).mean()"
BODIES = {
    "right": RIGHT,
    "wrong": "return logits.sum()",
    "memorized": "return 0.6931471805599453",
    "leaves": "exit()",
    "slow": f"import time\ntime.sleep(0.05)\n{RIGHT}",
}


def submission(body: str) -> str:
    return notebook("import torch", source("cross_entropy", body))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for name, body in BODIES.items():
        (folder / f"{name}.ipynb").write_text(submission(body))
    return folder


@pytest.fixture
def no_worker(monkeypatch):
    """Starts no process and calls no function: every one that is there has left the program."""
    monkeypatch.setattr(Sandbox, "_start", lambda self: None)
    monkeypatch.setattr(Sandbox, "_stop", lambda self: None)
    monkeypatch.setattr(Sandbox, "run", lambda *_: Outcome("exited", 0.0))
    found = Survey((Definition(stub=False, fingerprint="", size=1),))
    monkeypatch.setattr(Sandbox, "survey", lambda sandbox, cells, functions: dict.fromkeys(functions, found))


def marks(rows: list[Row]) -> list[Row]:
    return [replace(row, seconds=0.0) for row in rows]


@pytest.mark.long
def test_marks_and_their_order_do_not_depend_on_how_many_jobs_there_are(folder, warm_sandboxes):
    plan = Plan(seed=3, jobs=1, questions=["token_nll", "cross_entropy"])
    alone = grade(folder, plan).rows
    assert {row.submission: row.status for row in alone if row.question == "cross_entropy"} == {
        "leaves": "exited",
        "memorized": "wrong",
        "right": "correct",
        "slow": "correct",
        "wrong": "wrong",
    }
    assert marks(alone) == marks(grade(folder, replace(plan, jobs=2)).rows)


def test_submissions_are_marked_at_the_same_time(folder, no_worker, monkeypatch):
    meeting = threading.Barrier(len(BODIES), timeout=20)

    def meets_the_others(*_):
        meeting.wait()
        return Outcome("done", 0.0)

    monkeypatch.setattr(Sandbox, "run", meets_the_others)
    assert len(grade(folder, Plan(questions=["cross_entropy"], jobs=len(BODIES))).rows) == len(BODIES)


def test_what_a_neighbor_disturbed_is_tried_again_alone(folder, monkeypatch, warm_sandboxes):
    asked = []
    run = Sandbox.run

    def disturbed(sandbox, question, cells, *rest):
        asked.append(cells)
        return Outcome("exited", 0.0) if asked.count(cells) == 1 else run(sandbox, question, cells, *rest)

    monkeypatch.setattr(Sandbox, "run", disturbed)
    statuses = {row.submission: row.status for row in grade(folder, Plan(questions=["cross_entropy"], jobs=2)).rows}
    assert statuses == dict.fromkeys(["right", "slow"], "correct") | {
        "leaves": "exited",
        "memorized": "wrong",
        "wrong": "wrong",
    }


def test_only_the_questions_named_are_marked_in_the_order_of_the_course(folder, no_worker):
    names = list(all_questions())
    rows = grade(folder, Plan(questions=[names[1], names[0]])).rows
    assert [row.question for row in rows] == names[:2] * len(BODIES)
    assert {row.question for row in grade(folder, Plan(questions=names[1:2])).rows} == {names[1]}


@pytest.mark.parametrize("names", [["no_such"], ["cross_entropy", ""], []])
def test_an_unknown_question_is_refused_with_a_list_of_the_known(names):
    with pytest.raises(ValueError, match=r"questions must be among .*token_nll.*cross_entropy"):
        Plan(questions=names)


def test_the_timeout_replaces_the_limit_of_each_question(folder, warm_sandboxes):
    (row,) = grade(folder / "slow.ipynb", Plan(questions=["cross_entropy"], timeout=0.02)).rows
    assert (row.status, row.points) == ("timeout", 0)
    assert "0.02 seconds" in row.message


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_that_is_no_length_of_time_is_refused(timeout):
    with pytest.raises(ValueError, match="timeout must be more than 0"):
        Plan(timeout=timeout)


def test_jobs_below_one_are_refused():
    with pytest.raises(ValueError, match="jobs must be at least 1"):
        Plan(jobs=0)


def test_a_failure_of_the_grader_ends_the_batch_and_every_worker(folder, no_worker, monkeypatch):
    running = []

    def fails(*_):
        raise OSError("no more processes")

    monkeypatch.setattr(Sandbox, "_start", lambda sandbox: running.append(sandbox))
    monkeypatch.setattr(Sandbox, "_stop", lambda sandbox: running.remove(sandbox))
    monkeypatch.setattr(Sandbox, "run", fails)
    with pytest.raises(OSError, match="no more processes"):
        grade(folder, Plan(jobs=2))
    assert running == []


def test_work_is_told_from_the_first_piece_to_the_last(folder, no_worker):
    told = []
    grade(folder, Plan(questions=["cross_entropy"], jobs=2), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(1, 6)] + [(done, 10) for done in range(6, 11)]  # all are tried again


def test_names_that_cannot_be_told_apart_when_printed_get_numbers(tmp_path, no_worker):
    for name in (b"\xfe", b"\xff"):
        path = os.fsencode(tmp_path) + b"/" + name + b".ipynb"
        try:
            with open(path, "w") as file:
                file.write(submission(RIGHT))
        except OSError:
            pytest.skip("this file system takes no names that are not UTF-8")
    rows = grade(tmp_path, Plan(questions=["cross_entropy"])).rows
    assert [row.submission for row in rows] == ["\ufffd", "\ufffd (2)"]


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\tx", "\nx", "＝1", "＠x", "'=1"])
def test_a_name_that_a_spreadsheet_would_compute_is_made_text_in_the_csv(name, tmp_path):
    write_csv([Row(name, "q", 0, 5, "wrong")], tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(newline="") as file:
        assert [line["submission"] for line in csv.DictReader(file)] == [f"'{name}"]


@pytest.mark.parametrize("name", ["x=1", "a+b", "Anne-Marie", "'quoted", ""])
def test_any_other_name_stays_as_it_is_in_the_csv(name, tmp_path):
    write_csv([Row(name, "q", 0, 5, "wrong")], tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(newline="") as file:
        assert [line["submission"] for line in csv.DictReader(file)] == [name]


@pytest.fixture
def command(warm_sandboxes):
    """Runs `course-lm grade` as a person would, and gives what it printed."""

    def run(*arguments: object) -> str:
        result = CliRunner().invoke(app, ["grade", *map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_command_writes_marks_and_reports_and_sums_up_a_class(command, folder, tmp_path):
    options = ["--questions", "cross_entropy, token_nll", "--timeout", 5, "--jobs", 1, "--seed", 3]
    printed = command(folder, "-o", tmp_path / "marks.csv", "--html", tmp_path / "html", *options)
    lines = list(csv.DictReader((tmp_path / "marks.csv").read_text().splitlines()))
    assert [line["points"] for line in lines if line["question"] == "cross_entropy"] == ["0", "0", "5", "5", "0"]
    assert {line["status"] for line in lines if line["question"] == "token_nll"} == {"missing"}
    assert len(list((tmp_path / "html" / "students").iterdir())) == len(BODIES)
    assert printed.splitlines() == [
        "5 submissions, on average 2.0 of 10 points",
        f"10 rows: {tmp_path / 'marks.csv'}",
        "seed 3",
    ]


def test_a_single_notebook_gets_feedback_and_neither_class_summary_nor_progress(command, folder, capfd):
    printed = command(folder / "right.ipynb", "--seed", 4)
    assert printed == "right: 5 of 5 points\ncross_entropy: right.\n\nseed 4\n"
    assert capfd.readouterr().err == ""


def test_a_file_in_the_place_of_the_reports_is_refused_before_anything_is_graded(folder, tmp_path, monkeypatch):
    (tmp_path / "html").write_text("")
    monkeypatch.setattr(batch, "grade", lambda *_, **__: pytest.fail("graded"))
    with pytest.raises(NotADirectoryError, match="html must be a folder"):
        CliRunner().invoke(app, ["grade", str(folder), "--html", str(tmp_path / "html")], catch_exceptions=False)


def test_an_interrupt_at_the_terminal_reaches_the_grader_and_not_its_workers(warm_sandbox):
    with warm_sandbox(find_seal()[0]) as sandbox:
        assert os.getpgid(sandbox._process.pid) != os.getpgid(0)


def test_marks_may_lie_among_the_submissions_and_are_nobodys(folder, tmp_path, warm_sandboxes):
    (tmp_path / "right.ipynb").write_text(submission(RIGHT))
    overrides = tmp_path / "overrides.csv"
    overrides.write_text("submission,question,points,reason\nright,cross_entropy,4,asked\n")
    for _ in range(2):
        arguments = ["grade", tmp_path, "-o", tmp_path / "marks.csv", "--html", tmp_path / "reports"]
        arguments += ["--overrides", overrides, "--questions", "cross_entropy"]
        done = CliRunner().invoke(app, list(map(str, arguments)))
        assert "1 submission, on average 4.0 of 5 points" in done.output
        assert "1 row:" in done.output


def test_two_kinds_of_marks_do_not_go_to_one_file(folder, tmp_path):
    path = str(tmp_path / "marks")
    done = CliRunner().invoke(app, ["grade", str(folder), "-o", path, "--json-out", path])
    assert isinstance(done.exception, ValueError)
    assert "two of the options name the same one" in str(done.exception)
