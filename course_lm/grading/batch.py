"""Marks for a folder of submissions: reads them, asks the worker for outputs, judges these.

No notebook is run and no stored output is believed; only what a function returns now, on inputs it has not seen.
Nothing that a submission does stops the batch, and every submission gets a row for every question.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from course_lm.grading.judge import forbidden, judge
from course_lm.grading.marks import Row, printable, write_csv, write_json, write_junit
from course_lm.grading.question import Case, Question, Verdict, all_questions
from course_lm.grading.sandbox import Report, Sandbox
from course_lm.grading.submission import Submission, submissions_in, suspicious

__all__ = ["Row", "grade", "write_csv", "write_json", "write_junit"]


def grade(path: Path, seed: int = 0) -> list[Row]:
    """One row per submission and question, in the order of their names and of the course.

    Args:
        path: a folder of submissions, or one notebook.
        seed: of the hidden inputs; the same seed gives the same inputs to everyone.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it holds no submission.
        OSError: where submissions cannot be run apart from the grader, as on Windows.
    """
    submissions = submissions_in(Path(path))
    with Sandbox() as sandbox:
        return [
            _row(sandbox, submission, question, seed)
            for submission in submissions
            for question in all_questions().values()
        ]


def _row(sandbox: Sandbox, submission: Submission, question: Question, seed: int) -> Row:
    verdict, seconds, flags = _mark(sandbox, submission, question, seed)
    points = question.points if verdict.correct else 0
    return Row(
        submission=printable(submission.name),
        question=question.function,
        points=points,
        out_of=question.points,
        status=verdict.status,
        misconception=verdict.misconception,
        flags=(*verdict.flags, *flags),
        seconds=round(seconds, 3),
        message=printable(verdict.message),
    )


def _mark(sandbox: Sandbox, submission: Submission, question: Question, seed: int) -> tuple[Verdict, float, list[str]]:
    """The verdict on the newest notebook with the function, its seconds, and flags for the teacher."""
    name = question.function
    notebooks = submission.with_function(name)
    if not notebooks:
        verdict = Verdict("missing", f"{name}: no notebook defines a function of this name.")
        if problems := [f"{book.path.name}: {book.problem}" for book in submission.notebooks if book.problem]:
            verdict = Verdict("unreadable", f"{name}: a notebook cannot be read. {'; '.join(problems)}.")
        return verdict, 0.0, []
    flags = ["several"] if len(notebooks) > 1 else []
    cases = (*question.visible, *question.hidden(seed))
    report = sandbox.run(question, notebooks[0].cells, cases)
    return _verdict(question, cases, report), report.seconds, flags + suspicious(notebooks[0])


def _verdict(question: Question, cases: Sequence[Case], report: Report) -> Verdict:
    name = question.function
    if report.ended == "timeout":
        return Verdict("timeout", f"{name}: no result within {question.seconds:g} seconds. Does a loop never stop?")
    if report.ended == "exited":
        return Verdict("exited", f"{name}: it ended the program, used too much memory, or answered with garbage.")
    if report.calls:
        return forbidden(question, report.calls)
    if report.outputs is None and report.problem:
        return Verdict("error", f"{name}: its definition failed. {report.problem}")
    if report.outputs is None:
        return Verdict("missing", f"{name}: no cell defines a function of this name.")
    return judge(question, cases, report.outputs)
