"""Long work as a person at a terminal sees it: a training run, or anything that can be counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course_lm.train import StepRecord


def standard_error() -> Console:
    """A console that writes only if it is a terminal."""
    console = Console(stderr=True)
    console.quiet = not console.is_terminal
    return console


def follow(run: Iterable[StepRecord], steps: int, done: int = 0) -> None:
    """Consume a run, and show its latest record on standard error if that is a terminal.

    Args:
        run: the records.
        steps: updates in the whole run.
        done: updates made before it was resumed.
    """
    columns = (TextColumn("step"), MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"))
    validation = ""
    with Progress(*columns, TimeRemainingColumn(), console=standard_error()) as progress:
        task = progress.add_task("", total=steps, completed=done)
        for record in run:
            if record.val_nats_per_token is not None:
                validation = f", validation {record.val_nats_per_token:.3f}"
            progress.update(task, advance=1, description=f"loss {record.nats_per_token:.3f}{validation} nats")


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that takes how much is done and how much there is, and shows it as a bar at a terminal.

    Args:
        what: is done, in a word or two.
    """
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=standard_error()) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
