"""The command line: ``course-lm train``, ``evaluate``, ``generate``, ``ledger``, ``compress``, ``grade`` and more.

Results go to standard output, as text or as JSON; progress goes to standard error, on a terminal only. The exit code
is 0, or 1 if the work failed, or 2 if the arguments are wrong. A traceback is a bug.
"""

from __future__ import annotations

import io
import sys

import typer

from course_lm.cli import grade, runs, text

HELP = "Train and measure small language models, and grade exercises."

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (
    runs.train,
    runs.evaluate,
    text.generate,
    text.ledger,
    text.compress,
    text.decompress,
    grade.grade,
    grade.gradebook,
    grade.autograder,
):
    app.command()(command)


def main() -> None:
    """Run the command line; an expected error is one sentence, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that cannot show a character shows a question mark
    try:
        app()
    except ValueError as error:
        _fail(error, 2)
    except OSError as error:
        _fail(error, 1)


def _fail(error: Exception, code: int) -> None:
    typer.echo(f"course-lm: {error}", err=True)
    sys.exit(code)
