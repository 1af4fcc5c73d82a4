"""How learning platforms name what they hand out: whose file it is, by name and id, and whether it was late.

Moodle puts the files of a student into a folder or gives them a common beginning, Canvas always the latter:

    Ada Lovelace_1204_assignsubmission_file_/03.ipynb
    lovelaceada_LATE_555_7001_03.ipynb
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+(_(?P<rest>.*))?", re.DOTALL)
CANVAS = re.compile(
    r"(?P<name>\w+?)_((?P<late>late)_)?(?P<id>\d+)_((?P<file>\d+)_(?P<rest>.+)|(text|link)\.html)", re.I
)


@dataclass(frozen=True)
class Sender:
    """A student as a platform names one; outside of platforms, by a folder or file name and without an id."""

    name: str
    id: str = ""
    platform: str = ""
    late: bool = False


def sender_of(entry: str) -> tuple[Sender, str] | None:
    """Who handed in a folder or file of this name, and the rest of the name; None if no platform named it."""
    if found := MOODLE.fullmatch(entry):
        return Sender(found["name"], found["id"], "moodle"), found["rest"] or ""
    if found := CANVAS.fullmatch(entry):
        return Sender(found["name"], found["id"], "canvas", late=found["late"] is not None), found["rest"] or entry
    return None
