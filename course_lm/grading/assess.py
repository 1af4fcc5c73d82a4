"""The rows of one submission: which definitions of a function to try, what comes of them, and which one counts.

A student may define a function several times, in copies of a notebook or further down in one. Neither the names of
files nor their dates say which is meant, so the last five that are no stubs are all judged, and the best counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from course_lm.grading.archive import LONGEST_NAME
from course_lm.grading.diagnose import diagnose, forbidden
from course_lm.grading.marks import Row, printable
from course_lm.grading.question import Input, Question, Verdict
from course_lm.grading.sandbox import Definition, Outcome, Sandbox, Survey
from course_lm.grading.submission import Notebook, Submission

MOST_DEFINITIONS = 5  # of one function that are judged; of more, the last ones
MOST_NAMED = 5  # files that a message names
DISTURBED = ("timeout", "exited")
"""What may also happen to a right answer: beside it another one used up the machine."""
RANKS = ("missing", "unreadable", "exited", "timeout", "error", "wrong", "correct")
"""Statuses, the best last."""


@dataclass(frozen=True)
class Asked:
    """A question with all inputs of this run, and whether it gives partial credit."""

    question: Question
    inputs: tuple[Input, ...]
    seed: int
    partial: bool = False

    def points(self, verdict: Verdict) -> int:
        """What a verdict is worth."""
        if verdict.correct:
            return self.question.points
        return self.question.partial_points if self.partial and verdict.right_on_ordinary else 0


@dataclass(frozen=True)
class Assessed:
    """A row; whether something might have disturbed a right answer on the way; and whether the function is there."""

    row: Row
    disturbed: bool = False
    there: bool = True


@dataclass(frozen=True)
class _Candidate:
    """One definition of a function: the place of it among all in its notebook."""

    notebook: Notebook
    which: int
    definition: Definition


def assess(sandbox: Sandbox, submission: Submission, name: str, asked: Sequence[Asked]) -> list[Assessed]:
    """One row for each question, in order.

    Args:
        sandbox: that runs the code.
        submission: what a student handed in.
        name: what the rows call the student.
        asked: the questions.
    """
    functions = [one.question.function for one in asked]
    surveyed: list[tuple[Notebook, dict[str, Survey]]] = []
    for notebook in submission.notebooks():
        found = sandbox.survey(notebook.cells, functions) if notebook.cells else {}
        if found is None:
            notebook, found = replace(notebook, cells=(), problem="to read its code takes too long or too much"), {}
        surveyed.append((notebook, found))
    return [_assess(sandbox, submission, name, surveyed, one) for one in asked]


def _assess(
    sandbox: Sandbox,
    submission: Submission,
    name: str,
    surveyed: Sequence[tuple[Notebook, dict[str, Survey]]],
    asked: Asked,
) -> Assessed:
    """The row of one question: the best of all that is there."""
    function = asked.question.function
    found = [(book, surveys[function]) for book, surveys in surveyed if function in surveys]
    everything = [
        _Candidate(book, which, definition)
        for book, survey in found
        for which, definition in enumerate(survey.definitions)
    ]
    written = [candidate for candidate in everything if not candidate.definition.stub]
    row = Row(
        name,
        function,
        points=0,
        out_of=asked.question.points,
        status="missing",
        flags=("late",) if submission.sender.late else (),
        id=submission.sender.id,
        seed=asked.seed,
        definitions=len(written),
        ignored=_named(submission.ignored),
    )
    if not everything:
        return Assessed(_without_definition(row, found, surveyed), there=bool(found))
    tried = _tried(sandbox, asked, written[-MOST_DEFINITIONS:] or everything[-1:], row)
    best = max(tried, key=lambda one: (one.points, RANKS.index(one.status)))
    disturbed = best.status != "correct" and any(one.status in DISTURBED for one in tried)
    if len(written) > 1:
        best = best.with_flag("several")
    return Assessed(best.with_flag("many") if len(written) > MOST_DEFINITIONS else best, disturbed)


def _named(files: Sequence[str]) -> tuple[str, ...]:
    """Some of the files that are ignored, and how many more there are."""
    more = (f"and {len(files) - MOST_NAMED} more",) if len(files) > MOST_NAMED else ()
    return (*(printable(file)[-LONGEST_NAME:] for file in files[:MOST_NAMED]), *more)


def _without_definition(
    row: Row, found: Sequence[tuple[Notebook, Survey]], surveyed: Sequence[tuple[Notebook, dict[str, Survey]]]
) -> Row:
    """Why there is no definition of a function that could be tried."""
    broken = [f"{survey.problem} ({book.name})" for book, survey in found if survey.problem]
    unread = [f"{book.name}: {book.problem}" for book, _ in surveyed if book.problem]
    if broken:
        status, why = "error", f"its definition failed. {broken[-1]}"
    elif unread:
        status, why = "unreadable", f"a notebook cannot be read. {'; '.join(unread[-MOST_NAMED:])}."
    else:
        status, why = "missing", "no notebook defines a function of this name."
    if row.ignored:
        why += f" Not read, since they are not notebooks: {', '.join(row.ignored)}."
    return replace(row, status=status, message=printable(f"{row.question}: {why}"))


def _tried(sandbox: Sandbox, asked: Asked, candidates: Sequence[_Candidate], row: Row) -> list[Row]:
    """A row for each definition, the last one first, until one is right. They share the time of the question."""
    tried: list[Row] = []
    left = asked.question.seconds
    different = {(one.notebook.cells, one.which): one for one in candidates}  # of copies one is tried
    for n_left, candidate in zip(range(len(different), 0, -1), reversed(different.values()), strict=True):
        seconds = left / n_left
        outcome = sandbox.run(asked.question, candidate.notebook.cells, candidate.which, asked.inputs, seconds)
        left -= min(outcome.seconds, seconds)
        verdict = _verdict(asked, outcome, seconds)
        definition = candidate.definition
        tried.append(
            replace(
                row,
                points=asked.points(verdict),
                status=verdict.status,
                misconception=verdict.misconception,
                flags=(*verdict.flags, *row.flags),
                seconds=round(outcome.seconds, 3),
                file=printable(candidate.notebook.name)[-LONGEST_NAME:],
                code="" if definition.stub else f"{definition.size}-{definition.fingerprint[:16]}",
                message=printable(verdict.message),
            )
        )
        if verdict.correct:
            break
    return tried


def _verdict(asked: Asked, outcome: Outcome, seconds: float) -> Verdict:
    question = asked.question
    name = question.function
    if outcome.ended == "timeout":
        share = " The definitions of a function share its time." if seconds < question.seconds else ""
        return Verdict("timeout", f"{name}: no result within {seconds:g} seconds. Does a loop never stop?{share}")
    if outcome.ended != "done":
        return Verdict("exited", f"{name}: it ended the program, used too much memory, or answered with garbage.")
    if outcome.noticed is not None:
        return forbidden(question, outcome.noticed)
    if outcome.outputs is None and outcome.problem:
        return Verdict("error", f"{name}: its definition failed. {outcome.problem}")
    if outcome.outputs is None:
        return Verdict("missing", f"{name}: no cell defines a function of this name.")
    return diagnose(question, asked.inputs, outcome.outputs, seed=asked.seed, aside=outcome.aside)
