"""Marking exercises."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from course_lm.cli.options import AsJson, Seed
from course_lm.grading import batch


def grade(
    path: Annotated[Path, typer.Argument(help="A folder of submissions, or one notebook.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file for the marks.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json-out", help="JSON file, with feedback.")] = None,
    junit_out: Annotated[Path | None, typer.Option("--junit-out", help="JUnit file, with feedback.")] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Mark exercises without running their notebooks: one row per submission and question."""
    for target in (out, json_out, junit_out):
        if target is not None and not target.resolve().parent.is_dir():
            raise FileNotFoundError(f"the marks {str(target)!r} cannot be written: their folder does not exist.")
    rows = batch.grade(path, seed)
    for target, write in ((out, batch.write_csv), (json_out, batch.write_json), (junit_out, batch.write_junit)):
        if target is not None:
            write(rows, target)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
    elif path.is_dir() and out is not None:
        typer.echo(f"{len({row.submission for row in rows})} submissions, {len(rows)} rows: {out}")
    else:
        for row in rows:
            typer.echo(f"{row.submission}: {row.points} of {row.out_of} points\n{row.message}\n")
