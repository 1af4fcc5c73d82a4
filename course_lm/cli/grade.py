"""Marking exercises, and what an instructor does with the marks."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from course_lm.cli.options import AsJson
from course_lm.grading import adjust, batch, compare, copies, marks, report, summary
from course_lm.grading import gradebook as books
from course_lm.grading.gradescope import write_autograder
from course_lm.grading.submission import is_notebook
from course_lm.progress import counter

OptionalPath = Path | None
Questions = Annotated[str | None, typer.Option("--questions", help="Names of those to mark: a,b,…")]
Partial = Annotated[bool, typer.Option("--partial", help="Give the points that a question sets for all but extremes.")]
Roster = Annotated[OptionalPath, typer.Option("--roster", help="Moodle's grading worksheet or Canvas's gradebook.")]


def grade(
    path: Annotated[Path, typer.Argument(help="A folder or zip of submissions, or one notebook.")],
    out: Annotated[OptionalPath, typer.Option("--out", "-o", help="CSV file for the marks.")] = None,
    json_out: Annotated[OptionalPath, typer.Option("--json-out", help="JSON file, with feedback.")] = None,
    junit_out: Annotated[OptionalPath, typer.Option("--junit-out", help="JUnit file, with feedback.")] = None,
    html: Annotated[OptionalPath, typer.Option("--html", help="Folder for a report per student and a summary.")] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Of the hidden inputs; a fresh one if left out.")
    ] = None,
    questions: Questions = None,
    partial: Partial = False,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds per question.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Submissions at a time; one per core if left out.")] = None,
    as_one: Annotated[bool, typer.Option("--as-one", help="Take all of PATH for the work of one student.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the batch for --out that was stopped.")] = False,
    unsealed: Annotated[bool, typer.Option("--unsealed", help="Grade where nothing can be sealed.")] = False,
    overrides: Annotated[OptionalPath, typer.Option("--overrides", help="CSV with marks of your own.")] = None,
    roster: Roster = None,
    late: Annotated[str | None, typer.Option("--late", help="What late work costs: 10%/day, 2%/hour or 20%.")] = None,
    due: Annotated[str | None, typer.Option("--due", help="When the work was due: 2026-11-30T23:59.")] = None,
    before: Annotated[OptionalPath, typer.Option("--compare", help="Earlier marks; says what has changed.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 unless every answer is right.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mark exercises without running their notebooks: one row per submission and question."""
    for target in (out, json_out, junit_out, html):
        if target is not None and not target.resolve().parent.is_dir():
            raise FileNotFoundError(f"the marks {str(target)!r} cannot be written: their folder does not exist.")
    if html is not None and html.exists() and not html.is_dir():
        raise NotADirectoryError(f"html must be a folder for reports; got the file {str(html)!r}. Choose another name.")
    files = [file for file in (out, json_out, junit_out, html) if file is not None]
    if len(set(files)) < len(files):
        raise ValueError("marks must go to different files; two of the options name the same one. Rename one of them.")
    corrections = [] if overrides is None else adjust.read_overrides(overrides)
    times = {} if roster is None else books.read_gradebook(roster).submitted()
    rule = adjust.late_rule(late, due, has_times=bool(times))
    earlier = None if before is None else marks.read_csv(before)

    plan = batch.Plan(seed, _names(questions), timeout, partial, jobs, unsealed)
    journal = None if out is None or marks.is_device(out) else marks.Journal(out, resume, plan.names)
    if journal is not None:
        files.append(journal.path)
        before_stopping = journal.seed(seed)
        plan = plan if before_stopping is None else replace(plan, seed=before_stopping)
    apart = [*files, *(file for file in (overrides, roster, before) if file is not None)]
    done = {} if journal is None else journal.done
    keep = (lambda rows: None) if journal is None else journal.keep
    with journal or nullcontext(), counter("marking") as on_progress:  # the journal stays if anything fails in here
        graded = batch.grade(path, plan, as_one=as_one, apart=apart, done=done, keep=keep, on_progress=on_progress)
        rows = graded.rows if rule is None else adjust.with_lateness(graded.rows, rule, times)
        rows = adjust.with_overrides(rows, corrections)
        for target, write in ((out, marks.write_csv), (json_out, marks.write_json), (junit_out, marks.write_junit)):
            if target is not None:
                write(rows, target)
        if html is not None:
            report.write_html(rows, html, graded.ignored)
    if graded.warning:
        typer.echo(f"course-lm: {graded.warning}", err=True)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
    else:
        _print_results(rows, graded.ignored, whole_class=not (as_one or is_notebook(path)), out=out)
        for change in [] if earlier is None else compare.changes(earlier, rows):
            typer.echo(str(change))
    if strict and any(row.status != "correct" for row in rows):
        raise typer.Exit(1)


def _print_results(rows: Sequence[marks.Row], ignored: Sequence[str], *, whole_class: bool, out: OptionalPath) -> None:
    """Feedback, unless the marks of a class went to a file; and for a class its summary."""
    if not (whole_class and out):
        for row in rows:
            typer.echo(f"{row.submission}: {marks.shown(row.points)} of {row.out_of} points\n{row.message}\n")
    if whole_class:
        typer.echo(summary.in_words(summary.summarize(rows)))
        hints = copies.find_copies(rows)
        if hints:
            typer.echo(f"{len(hints)} pair{'s' * (len(hints) != 1)} of submissions with equal answers: see the report")
    if ignored:
        typer.echo(f"ignored: {', '.join(map(marks.printable, ignored[:20]))}{', …' * (len(ignored) > 20)}")
    if whole_class and out:
        typer.echo(f"{len(rows)} row{'s' * (len(rows) != 1)}: {out}")
    typer.echo(f"seed {rows[0].seed}")


def gradebook(
    path: Annotated[Path, typer.Argument(help="A CSV file of marks.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV file for the platform to import.")],
    roster: Roster = None,
    platform: Annotated[str, typer.Option("--platform", help="Without a roster: 'moodle' or 'canvas'.")] = "",
    column: Annotated[str, typer.Option("--column", help="Canvas's name of the assignment: 'Title (id)'.")] = "",
    scale: Annotated[float | None, typer.Option("--scale", min=0, help="What full marks are worth there.")] = None,
) -> None:
    """Write marks as Moodle or Canvas imports them: one line per student, with the platform's ids."""
    rows = marks.read_csv(path)
    if roster is not None:
        book = books.read_gradebook(roster)
    elif platform in books.PLATFORMS:
        book = books.new_gradebook(books.PLATFORMS[platform], rows)
    else:
        raise ValueError(f"--platform must be 'moodle' or 'canvas' where there is no --roster; got {platform!r}.")
    homeless = books.fill_in(book, rows, column, scale)
    books.write_gradebook(book, out)
    typer.echo(f"{sum(bool(book.id_of(line)) for line in book.lines)} students: {out}")
    if homeless:
        typer.echo(f"not in the roster, or there twice: {', '.join(homeless)}", err=True)
        sys.exit(1)


def autograder(
    out: Annotated[Path, typer.Option("--out", "-o", help="The zip to write.")],
    questions: Questions = None,
    partial: Partial = False,
) -> None:
    """Write an autograder for Gradescope, of one question or all."""
    write_autograder(out, batch.Plan(questions=_names(questions), partial=partial))
    typer.echo(f"upload {out} as the autograder of a programming assignment")


def _names(questions: str | None) -> list[str] | None:
    return None if questions is None else [name.strip() for name in questions.split(",")]
