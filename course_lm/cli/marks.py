"""Marking exercises."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from course_lm.cli.options import AsJson, Seed
from course_lm.grading import batch, report, summary
from course_lm.progress import counter


def grade(
    path: Annotated[Path, typer.Argument(help="A folder of submissions, or one notebook.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file for the marks.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json-out", help="JSON file, with feedback.")] = None,
    junit_out: Annotated[Path | None, typer.Option("--junit-out", help="JUnit file, with feedback.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Folder for a report per student and a summary.")] = None,
    seed: Seed = 0,
    questions: Annotated[str | None, typer.Option("--questions", help="Names of those to mark: a,b,…")] = None,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds per question.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Submissions at a time; one per core if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Mark exercises without running their notebooks: one row per submission and question."""
    for target in (out, json_out, junit_out, html):
        if target is not None and not target.resolve().parent.is_dir():
            raise FileNotFoundError(f"the marks {str(target)!r} cannot be written: their folder does not exist.")
    if html is not None and html.exists() and not html.is_dir():
        raise NotADirectoryError(f"html must be a folder for reports; got the file {str(html)!r}. Choose another name.")
    names = None if questions is None else [name.strip() for name in questions.split(",")]
    with counter("marking") as tell:
        rows = batch.grade(path, seed, questions=names, timeout=timeout, jobs=jobs, tell=tell)
    for target, write in (
        (out, batch.write_csv),
        (json_out, batch.write_json),
        (junit_out, batch.write_junit),
        (html, report.write_html),
    ):
        if target is not None:
            write(rows, target)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
    else:
        _tell(rows, path.is_dir(), out)


def _tell(rows: list[batch.Row], whole_class: bool, out: Path | None) -> None:
    """Feedback, unless the marks of a class went to a file; and for a class its summary."""
    if not (whole_class and out):
        for row in rows:
            typer.echo(f"{row.submission}: {row.points} of {row.out_of} points\n{row.message}\n")
    if whole_class:
        typer.echo(summary.in_words(summary.summarize(rows)))
    if whole_class and out:
        typer.echo(f"{len(rows)} rows: {out}")
