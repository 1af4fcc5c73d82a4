"""The record of a training run on disk: one JSON object a line, one line an update."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TextIO

from course_lm._files import write_whole
from course_lm.train import StepRecord

FILE_NAME = "records.jsonl"


def keep(run: Iterator[StepRecord], folder: str | Path, after_step: int = 0) -> Iterator[StepRecord]:
    """Pass the records of a run on, each once it is written.

    Args:
        run: the records. The first is drawn before any file is touched, so a run that is refused changes nothing.
        folder: where ``records.jsonl`` is.
        after_step: the step that the run goes on from. A run that was killed may have written lines after its last
            checkpoint: they go, since the resumed run makes those updates again.

    Raises:
        ValueError: if the folder holds a file of that name that is not a record.
        OSError: if the folder cannot be written.
    """
    path = Path(folder, FILE_NAME)
    first = next(run, None)
    if first is None:  # the run had already ended
        return
    earlier = [record for record in read(folder) if record.step <= after_step] if path.exists() else []
    with _opened(path, earlier) as file:
        for record in chain([first], run):
            file.write(_line(record))
            file.flush()
            yield record


def read(folder: str | Path) -> list[StepRecord]:
    """The records of a run, in order; a last line that a kill cut short is left out.

    Raises:
        ValueError: if the file is not a record.
        OSError: if there is none.
    """
    path = Path(folder, FILE_NAME)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    try:
        return [StepRecord(**json.loads(line)) for line in lines if line.endswith("\n")]
    except (ValueError, TypeError) as error:
        raise ValueError(f"{str(path)!r} is not the record of a training run. Choose another folder.") from error


def _opened(path: Path, earlier: list[StepRecord]) -> TextIO:
    """The file, open at its end, with the earlier records in it."""
    write_whole(path, "".join(map(_line, earlier)).encode(), "the records")
    return path.open("a", encoding="utf-8")


def _line(record: StepRecord) -> str:
    return json.dumps(asdict(record)) + "\n"
