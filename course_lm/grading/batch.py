"""Marks for a folder of submissions: reads them, asks workers for outputs, judges these.

No notebook is run and no stored output is believed; only what a function returns now, on inputs it has not seen.
Nothing that a submission does stops the batch, and every submission gets a row for every question.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from course_lm.grading.judge import forbidden, judge
from course_lm.grading.marks import Row, printable, write_csv, write_json, write_junit
from course_lm.grading.question import Case, Question, Verdict, all_questions
from course_lm.grading.sandbox import Report, Sandbox
from course_lm.grading.submission import Submission, submissions_in, suspicious

__all__ = ["Row", "grade", "write_csv", "write_json", "write_junit"]

LONGEST = 3600.0
"""Seconds; more for one question is a slip of the pen."""
DISTURBED = ("timeout", "exited")
"""What may also happen to a right answer: beside it another one used up the machine, or sent it a signal."""


@dataclass(frozen=True)
class Asked:
    """A question with all inputs of this run: those that everyone sees, and the hidden ones of its seed."""

    question: Question
    cases: tuple[Case, ...]


def grade(
    path: Path,
    seed: int = 0,
    *,
    questions: Iterable[str] | None = None,
    timeout: float | None = None,
    jobs: int | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """One row per submission and question, in the order of their names and of the course.

    Args:
        path: a folder of submissions, or one notebook.
        seed: of the hidden inputs; the same seed gives the same inputs to everyone.
        questions: names of those to mark; None for every question of the course.
        timeout: seconds that one question may take, in place of its own limit.
        jobs: how many submissions to mark at the same time; None for one per core. The marks do not depend on it.
        tell: called again and again with the pieces of work that are done and those that there are.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it holds no submission, or an argument is out of range.
        OSError: where submissions cannot be run apart from the grader, as on Windows.
    """
    jobs = _cores() if jobs is None else jobs
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1; got {jobs}. Leave it out for one per core.")
    asked = _asked(questions, seed, timeout)
    submissions = submissions_in(Path(path))
    jobs = min(jobs, len(submissions))
    with ThreadPoolExecutor(jobs) as threads, ExitStack() as opened:
        try:
            idle: SimpleQueue[Sandbox] = SimpleQueue()
            for sandbox in threads.map(opened.enter_context, [Sandbox() for _ in range(jobs)]):
                idle.put(sandbox)
            rows = _side_by_side(threads, idle, submissions, asked, tell)
            if jobs > 1:
                _try_alone(idle.get(), submissions, asked, rows, tell)
        finally:
            threads.shutdown(cancel_futures=True)  # before the sandboxes are closed
    names = _names(submissions)
    return [replace(row, submission=name) for name, of_one in zip(names, rows, strict=True) for row in of_one]


def _asked(names: Iterable[str] | None, seed: int, timeout: float | None) -> list[Asked]:
    """The questions to mark, in the order of the course, with inputs that are made once for everyone."""
    known = all_questions()
    wanted = list(known if names is None else names)
    if not wanted or not known.keys() >= set(wanted):
        unknown = ", ".join(repr(name) for name in wanted if name not in known) or "none"
        raise ValueError(f"questions must be among {', '.join(known)}; got {unknown}. Check the spelling.")
    if timeout is not None and not 0 < timeout <= LONGEST:
        raise ValueError(f"timeout must be more than 0 and at most {LONGEST:g} seconds; got {timeout:g}.")
    return [
        Asked(
            question if timeout is None else replace(question, seconds=timeout),
            (*question.visible, *question.hidden(seed)),
        )
        for name, question in known.items()
        if name in wanted
    ]


def _side_by_side(
    threads: ThreadPoolExecutor,
    idle: SimpleQueue[Sandbox],
    submissions: Sequence[Submission],
    asked: Sequence[Asked],
    tell: Callable[[int, int], None],
) -> list[list[Row]]:
    """The rows of each submission, which one sandbox works through while others work on others."""

    def mark_all(submission: Submission) -> list[Row]:
        sandbox = idle.get()
        try:
            return [_row(sandbox, submission, one) for one in asked]
        finally:
            idle.put(sandbox)

    futures = [threads.submit(mark_all, submission) for submission in submissions]
    for done, future in enumerate(as_completed(futures), start=1):
        future.result()  # raises what was raised there
        tell(done, len(futures))
    return [future.result() for future in futures]


def _try_alone(
    sandbox: Sandbox,
    submissions: Sequence[Submission],
    asked: Sequence[Asked],
    rows: list[list[Row]],
    tell: Callable[[int, int], None],
) -> None:
    """Replaces each row that was `DISTURBED`, if only perhaps, by what comes out when nothing else runs."""
    again = [(i, j) for i, of_one in enumerate(rows) for j, row in enumerate(of_one) if row.status in DISTURBED]
    for done, (i, j) in enumerate(again, start=1):
        rows[i][j] = _row(sandbox, submissions[i], asked[j])
        tell(len(rows) + done, len(rows) + len(again))


def _names(submissions: Iterable[Submission]) -> list[str]:
    """Their names as every format can hold them. Two that are then the same are told apart by a number."""
    names: list[str] = []
    for submission in submissions:
        name = plain = printable(submission.name)
        n = 1
        while name in names:
            n += 1
            name = f"{plain} ({n})"
        names.append(name)
    return names


def _cores() -> int:
    """Those that this process may use, where the system says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _row(sandbox: Sandbox, submission: Submission, asked: Asked) -> Row:
    question = asked.question
    verdict, seconds, flags = _mark(sandbox, submission, asked)
    return Row(
        submission=submission.name,
        question=question.function,
        points=question.points if verdict.correct else 0,
        out_of=question.points,
        status=verdict.status,
        misconception=verdict.misconception,
        flags=(*verdict.flags, *flags),
        seconds=round(seconds, 3),
        message=printable(verdict.message),
    )


def _mark(sandbox: Sandbox, submission: Submission, asked: Asked) -> tuple[Verdict, float, list[str]]:
    """The verdict on the newest notebook with the function, its seconds, and flags for the teacher."""
    name = asked.question.function
    notebooks = submission.with_function(name)
    if not notebooks:
        verdict = Verdict("missing", f"{name}: no notebook defines a function of this name.")
        if problems := [f"{book.path.name}: {book.problem}" for book in submission.notebooks if book.problem]:
            verdict = Verdict("unreadable", f"{name}: a notebook cannot be read. {'; '.join(problems)}.")
        return verdict, 0.0, []
    flags = ["several"] if len(notebooks) > 1 else []
    report = sandbox.run(asked.question, notebooks[0].cells, asked.cases)
    return _verdict(asked.question, asked.cases, report), report.seconds, flags + suspicious(notebooks[0])


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
