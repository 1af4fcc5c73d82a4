"""The record of a training run on disk: one JSON object a line, one line an update."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from course_lm.train import StepRecord

FILE_NAME = "records.jsonl"


def keep(records: Iterable[StepRecord], folder: str | Path, after_step: int = 0) -> Iterator[StepRecord]:
    """Pass records on, each once it is written.

    Args:
        records: the records of a run.
        folder: where ``records.jsonl`` is.
        after_step: the step that the run goes on from. A run that was killed may have written lines after its last
            checkpoint: they go, since the resumed run makes those updates again.
    """
    path = Path(folder, FILE_NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    earlier = [record for record in read(folder) if record.step <= after_step] if path.exists() else []
    temporary = path.with_name(FILE_NAME + ".partial")
    temporary.write_text("".join(map(_line, earlier)), encoding="utf-8")
    temporary.replace(path)
    with path.open("a", encoding="utf-8") as file:
        for record in records:
            file.write(_line(record))
            file.flush()
            yield record


def read(folder: str | Path) -> list[StepRecord]:
    """The records of a run; a last line that a kill cut short is left out."""
    lines = Path(folder, FILE_NAME).read_text(encoding="utf-8").splitlines(keepends=True)
    return [StepRecord(**json.loads(line)) for line in lines if line.endswith("\n")]


def _line(record: StepRecord) -> str:
    return json.dumps(asdict(record)) + "\n"
