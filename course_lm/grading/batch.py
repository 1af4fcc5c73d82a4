"""Marks for a class: many submissions side by side, each in a sandbox of its own.

Nothing that a submission does stops the batch, and every submission gets a row for every question.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from course_lm.grading.archive import LONGEST_NAME
from course_lm.grading.assess import Asked, Assessed, assess
from course_lm.grading.marks import Row, printable
from course_lm.grading.question import all_questions
from course_lm.grading.sandbox import Sandbox
from course_lm.grading.seal import REMEDY, Seal, find_seal
from course_lm.grading.submission import Submission, handed_in, handed_in_by_one, is_notebook

LONGEST = 3600.0  # seconds; more for one question is a slip of the pen
SEEDS = 10**9
Key = tuple[str, str]
"""The name and id of a submission, as in its rows."""


@dataclass(frozen=True)
class Plan:
    """How a batch is graded.

    Args:
        seed: of the hidden inputs; the same seed gives the same inputs to everyone. A fresh one if left out.
        questions: names of those to mark, in the order of the course; None for all of them.
        timeout: seconds that one question may take, in place of its own limit.
        partial: whether an answer that is wrong on extremes alone earns the points that its question sets for that.
        jobs: how many submissions to mark at the same time; None for one per core. The marks do not depend on it.
        unsealed: whether to grade where student code cannot be sealed off from this machine.

    Raises:
        ValueError: if an argument is out of range.
    """

    seed: int | None = None
    questions: Sequence[str] | None = None
    timeout: float | None = None
    partial: bool = False
    jobs: int | None = None
    unsealed: bool = False

    def __post_init__(self) -> None:
        known = all_questions()
        wanted = list(known if self.questions is None else self.questions)
        if not wanted or not known.keys() >= set(wanted):
            unknown = ", ".join(repr(name) for name in wanted if name not in known) or "none"
            raise ValueError(f"questions must be among {', '.join(known)}; got {unknown}. Check the spelling.")
        if self.timeout is not None and not 0 < self.timeout <= LONGEST:
            raise ValueError(f"timeout must be more than 0 and at most {LONGEST:g} seconds; got {self.timeout:g}.")
        if self.jobs is not None and self.jobs < 1:
            raise ValueError(f"jobs must be at least 1; got {self.jobs}. Leave it out for one per core.")
        if self.seed is None:
            object.__setattr__(self, "seed", secrets.randbelow(SEEDS))

    @property
    def names(self) -> list[str]:
        """The functions to mark, in the order of the course."""
        return [name for name in all_questions() if self.questions is None or name in self.questions]

    def asked(self) -> list[Asked]:
        """The questions, with inputs that are made once for everyone."""
        assert self.seed is not None
        chosen = [all_questions()[name] for name in self.names]
        if self.timeout is not None:
            chosen = [replace(question, seconds=self.timeout) for question in chosen]
        return [Asked(question, question.inputs(self.seed), self.seed, self.partial) for question in chosen]


@dataclass(frozen=True)
class Graded:
    """The rows of a batch in the order of names and questions, what else lay there, and what to warn of."""

    rows: list[Row]
    ignored: list[str]
    warning: str = ""


def grade(
    path: Path,
    plan: Plan | None = None,
    *,
    as_one: bool = False,
    apart: Collection[Path] = (),
    done: Mapping[Key, list[Row]] | None = None,
    keep: Callable[[list[Row]], None] = lambda rows: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Graded:
    """One row per submission and question.

    Of a single notebook only the questions are marked that it defines or checks, if the plan names none.

    Args:
        path: a folder of submissions, a zip of them, or one notebook.
        plan: how to grade; by default all questions with a fresh seed.
        as_one: whether everything below `path` is the work of one student.
        apart: files and folders of the instructor, which may lie among the submissions.
        done: rows of a batch that was stopped, for submissions that need no second look.
        keep: given the rows of each submission as soon as they are final.
        on_progress: called again and again with the pieces of work that are done and those that there are.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it holds no submission.
        OSError: where submissions cannot be sealed, or not even run apart from the grader, as on Windows.
    """
    plan = Plan() if plan is None else plan
    handed = handed_in_by_one(Path(path)) if as_one else handed_in(Path(path), apart)
    names = _names(handed.submissions)
    seal, missing = find_seal()
    warning = f"Submissions cannot be sealed here: {missing}. {REMEDY}" if seal.kind == "none" else ""
    alone = is_notebook(Path(path))
    if warning and not alone and not plan.unsealed:
        raise OSError(warning)
    asked = plan.asked()
    done = done or {}
    finished = {i: done[key] for i, key in enumerate(names) if key in done}
    left = [i for i in range(len(names)) if i not in finished]
    work = [(handed.submissions[i], names[i][0]) for i in left]
    batch = _Batch(seal, work, asked, keep, on_progress, only_those_there=alone and plan.questions is None)
    finished |= dict(zip(left, batch.run(min(plan.jobs or _cores(), len(left))) if left else [], strict=True))
    return Graded([row for i in range(len(names)) for row in finished[i]], handed.ignored, warning)


class _Batch:
    """What is left to do, side by side and then alone."""

    def __init__(
        self,
        seal: Seal,
        work: Sequence[tuple[Submission, str]],
        asked: Sequence[Asked],
        keep: Callable[[list[Row]], None],
        on_progress: Callable[[int, int], None],
        only_those_there: bool,
    ) -> None:
        self.seal, self.work, self.asked, self.keep, self.on_progress = seal, work, asked, keep, on_progress
        self.only_those_there = only_those_there

    def run(self, jobs: int) -> list[list[Row]]:
        """The rows of each piece of work. What a neighbor may have disturbed is tried again when nothing else runs."""
        rows: dict[int, list[Row]] = {}
        disturbed: dict[int, list[Assessed]] = {}
        with ThreadPoolExecutor(jobs) as threads, ExitStack() as opened:
            try:
                idle: SimpleQueue[Sandbox] = SimpleQueue()
                for sandbox in threads.map(opened.enter_context, [Sandbox(self.seal) for _ in range(jobs)]):
                    idle.put(sandbox)
                futures = {threads.submit(self._assess, idle, i): i for i in range(len(self.work))}
                for n_done, future in enumerate(as_completed(futures), start=1):
                    i, assessed = futures[future], future.result()
                    if jobs > 1 and any(one.disturbed for one in assessed):
                        disturbed[i] = assessed
                    else:
                        self._finish(rows, i, assessed)
                    self.on_progress(n_done, len(self.work))
                for n_done, (i, assessed) in enumerate(sorted(disturbed.items()), start=len(self.work) + 1):
                    self._finish(rows, i, self._once_more(idle, i, assessed))
                    self.on_progress(n_done, len(self.work) + len(disturbed))
            finally:
                threads.shutdown(cancel_futures=True)  # before the sandboxes are closed
        return [rows[i] for i in range(len(self.work))]

    def _finish(self, rows: dict[int, list[Row]], i: int, assessed: Sequence[Assessed]) -> None:
        there = [one for one in assessed if one.there] if self.only_those_there else []
        rows[i] = [one.row for one in there or assessed]
        self.keep(rows[i])

    def _once_more(self, idle: SimpleQueue[Sandbox], i: int, assessed: Sequence[Assessed]) -> list[Assessed]:
        """The rows of a submission, those that were disturbed anew."""
        questions = [asked for asked, one in zip(self.asked, assessed, strict=True) if one.disturbed]
        again = iter(self._assess(idle, i, questions))
        return [next(again) if one.disturbed else one for one in assessed]

    def _assess(self, idle: SimpleQueue[Sandbox], i: int, asked: Sequence[Asked] | None = None) -> list[Assessed]:
        """One submission in whichever sandbox is free. A failure of the grader costs a flag, not the batch."""
        submission, name = self.work[i]
        questions = self.asked if asked is None else asked
        sandbox = idle.get()
        try:
            return assess(sandbox, submission, name, questions)
        except OSError:  # no more processes or memory: every submission would fail
            raise
        except Exception as error:
            why = f"the grader failed ({type(error).__name__}). That is a fault of the grader: report it."
            return [Assessed(_failed(submission, name, one, why)) for one in questions]
        finally:
            idle.put(sandbox)


def _failed(submission: Submission, name: str, asked: Asked, why: str) -> Row:
    question = asked.question
    row = Row(name, question.function, 0, question.points, "exited", id=submission.sender.id, seed=asked.seed)
    return row.with_flag("failed", message=f"{question.function}: {why}")


def _names(submissions: Sequence[Submission]) -> list[Key]:
    """Names as every format can hold them, with ids. Namesakes are told apart by their ids, or by a number."""
    plain = [printable(submission.sender.name)[:LONGEST_NAME] for submission in submissions]
    shared = Counter(plain)
    names: list[Key] = []
    for name, submission in zip(plain, submissions, strict=True):
        id = submission.sender.id
        unique, n = (f"{name} ({id})" if id and shared[name] > 1 else name), 1
        while unique in (other for other, _ in names):
            n += 1
            unique = f"{name} ({n})"
        names.append((unique, id))
    return names


def _cores() -> int:
    """Those that this process may use, where the system says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
