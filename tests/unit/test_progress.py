"""What a person at a terminal sees of a long run."""

import io

import pytest
from rich.console import Console

from course_lm import progress
from course_lm.train import StepRecord


def shown(monkeypatch, terminal, work):
    """What a piece of work writes on standard error."""
    out = io.StringIO()
    monkeypatch.setattr(
        progress, "Console", lambda stderr: Console(file=out, force_terminal=terminal, width=100, color_system=None)
    )
    work()
    return out.getvalue()


def records(*steps):
    return [StepRecord(step, 2.0, 1.0, 10 * step, 0.1, 1.5 if step == 8 else None) for step in steps]


def test_the_bar_of_a_resumed_run_begins_where_the_run_goes_on(monkeypatch):
    drawn = shown(monkeypatch, True, lambda: progress.follow(records(7, 8, 9, 10), steps=10, done=6))
    assert [count in drawn for count in (" 0/10", " 6/10", "10/10")] == [False, True, True]
    assert "loss 2.000, validation 1.500 nats" in drawn


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_is_shown_where_nobody_looks(monkeypatch, terminal):
    def work():
        with progress.counter("graded") as count:
            count(3, 7)

    drawn = shown(monkeypatch, terminal, work)
    assert ("graded" in drawn, "3/7" in drawn) == (terminal, terminal)
