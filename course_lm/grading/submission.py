"""What one student handed in: some notebooks, read as text and never run.

A subfolder is one student with any number of notebooks; a notebook or a zip at the top is one student too; in what a
learning platform hands out, a student is an id. Whatever is wrong with a file is remembered with it, since a damaged
notebook must cost its author marks and nobody else.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath

from course_lm.grading.archive import LONGEST_NAME, MOST_FILES, File, file_at, files_in, is_litter, unzipped
from course_lm.grading.platform_names import Sender, sender_of

MOST_NOTEBOOKS = 50  # of one student; of more, the last ones by name are read
MOST_CODE = 1 << 20  # characters in the code cells of one notebook
NOTEBOOK = re.compile(r".*\.ipynb(\.txt|\.json)?", re.I | re.DOTALL)
"""A browser may add a suffix when it saves one."""


@dataclass(frozen=True)
class Notebook:
    """The code cells of one file; or none, and the reason why it cannot be read."""

    name: str
    cells: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Submission:
    """The files of one student, in the order of their names, where v9 comes before v10."""

    sender: Sender
    files: tuple[File, ...] = ()
    ignored: tuple[str, ...] = ()

    def notebooks(self) -> list[Notebook]:
        """Reads them, one by one. Never raises for what a file contains."""
        return [read_notebook(file) for file in self.files]


@dataclass(frozen=True)
class HandedIn:
    """The submissions of a class, by name, and what lies beside them."""

    submissions: list[Submission]
    ignored: list[str] = field(default_factory=list)


def handed_in(path: Path, apart: Collection[Path] = ()) -> HandedIn:
    """Every submission in a folder or a zip; or the one that a single notebook is.

    Args:
        path: of the folder, zip or notebook.
        apart: files and folders of the instructor, which may lie among the submissions.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it holds no submission.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"path must be a folder of submissions, a zip or a notebook; got {path}, which does not exist. "
            "Check its spelling."
        )
    if is_notebook(path):
        return HandedIn([_submission(Sender(_stem(path.name)), [file_at(path, path.name)])])
    if path.is_file() and path.suffix.lower() != ".zip":
        raise ValueError(f"path must be a folder of submissions, a zip or a notebook (.ipynb); got {path}.")
    ignored: list[str] = []
    groups = [_by_sender(entries, ignored) for entries in _deliveries(path, set(map(os.path.realpath, apart)))]
    submissions = [_submission(sender, files) for sender, files in _joined(groups)]
    if not submissions:
        raise ValueError(
            f"path must hold one subfolder or one notebook per student; {path} holds neither. Is it the right folder?"
        )
    return HandedIn(sorted(submissions, key=lambda one: (one.sender.name, one.sender.id)), sorted(set(ignored)))


def handed_in_by_one(folder: Path) -> HandedIn:
    """Everything below a folder, or in a zip, as the work of one student.

    Raises:
        FileNotFoundError: if there is no such folder.
    """
    if not folder.exists():
        raise FileNotFoundError(f"path must be a folder; got {folder}, which does not exist. Check its spelling.")
    return HandedIn([_submission(Sender(folder.resolve().name), files_in(folder))])


def is_notebook(path: Path) -> bool:
    """Whether this is one notebook, rather than a folder or a zip of several."""
    return path.is_file() and NOTEBOOK.fullmatch(path.name) is not None


def read_notebook(file: File) -> Notebook:
    """The code cells of a file. Never raises for what it contains."""
    if file.problem:
        return Notebook(file.name, problem=file.problem)
    try:
        document = json.loads(file.read().decode("utf-8-sig"))
        if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
            return Notebook(file.name, problem="it is not a notebook of format 4; open and save it in JupyterLab")
        cells = tuple(text for cell in document["cells"] if (text := _code(cell)))
    except OSError as error:  # an error of the system names a path of this machine
        return Notebook(file.name, problem=error.strerror or str(error)[:LONGEST_NAME])
    except (ValueError, RecursionError, MemoryError) as error:
        return Notebook(file.name, problem=f"it is not a notebook: {str(error)[:LONGEST_NAME]}")
    if sum(map(len, cells)) > MOST_CODE:
        return Notebook(file.name, problem=f"it holds more than {MOST_CODE:,} characters of code")
    return Notebook(file.name, cells)


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts names as people do, so that v9 comes before v10."""
    parts = re.split(r"(\d{1,18})", name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]


@dataclass(frozen=True)
class _Entry:
    """A file below an entry at the top, which stands for a student; an empty folder has none."""

    top: str
    file: File | None
    in_folder: bool

    @property
    def sender(self) -> tuple[Sender, str]:
        """Whose it is, and the name of the file without what the platform added."""
        name = "" if self.file is None else self.file.name
        known = sender_of(self.top)
        if known is None:
            return Sender(self.top if self.in_folder else _stem(self.top)), name
        return known[0], name if self.in_folder else known[1]


def _deliveries(path: Path, apart: Collection[str]) -> Iterator[list[_Entry]]:
    """What was handed out at once: for a folder what lies in it, and each zip in it that holds a class."""
    if not path.is_dir():
        for file in files_in(path):
            if file.problem and not file.name:
                raise ValueError(f"{path}: {file.problem}. Download it again, or unpack it and give the folder.")
        yield _in_zip(path)
        return
    entries: list[_Entry] = []
    for entry in sorted(path.iterdir()):
        if os.path.realpath(entry) in apart:
            continue
        if entry.is_dir() and not entry.is_symlink():
            entries += [_Entry(entry.name, None, True), *(_Entry(entry.name, file, True) for file in files_in(entry))]
            continue
        is_zip = entry.suffix.lower() == ".zip" and entry.is_file()
        of_class = _in_zip(entry) if is_zip and not sender_of(entry.name) else []
        if any(sender_of(one.top) for one in of_class):
            yield of_class
        else:
            entries.append(_Entry(entry.name, file_at(entry, entry.name), False))
    yield entries


def _in_zip(path: Path) -> list[_Entry]:
    """The entries of a zip; without the folder around all of them, if it has no notebook itself."""
    files = [file for file in files_in(path) if not is_litter(file.name)]
    parts = [PurePosixPath(file.name).parts for file in files]
    tops = {part[0] for part in parts if part}
    has_notebook = any(len(part) == 2 and NOTEBOOK.fullmatch(part[1]) for part in parts)
    around = len(tops) == 1 and not has_notebook and not any(map(sender_of, tops))
    entries = []
    for file, part in zip(files, parts, strict=True):
        if rest := part[1:] if around else part:
            is_folder = file.name.endswith("/")
            named = None if is_folder else replace(file, name="/".join(rest[1:]) or rest[0])
            entries.append(_Entry(rest[0], named, is_folder or len(rest) > 1))
    return entries


def _by_sender(entries: Iterable[_Entry], ignored: list[str]) -> dict[Sender, list[File]]:
    """The files of each student in one delivery. Adds what is hidden or a system's to what was `ignored`."""
    senders: dict[Sender, list[File]] = {}
    for entry in entries:
        if is_litter(entry.top):
            ignored.append(entry.top[:LONGEST_NAME])
        else:
            sender, name = entry.sender
            files = senders.setdefault(sender, [])
            if entry.file is not None:
                files.append(replace(entry.file, name=name))
    return senders


def _joined(deliveries: Iterable[dict[Sender, list[File]]]) -> Iterator[tuple[Sender, list[File]]]:
    """One student's files from all deliveries. Canvas's ids are the same in all, Moodle's in one assignment alone."""
    joined: dict[tuple[str, str], tuple[Sender, list[File]]] = {}
    for senders in deliveries:
        namesakes = Counter(
            {name: len({s.id for s in senders if s.name == name}) for name in {s.name for s in senders}}
        )
        for sender, files in senders.items():
            by_id = sender.platform == "canvas" or namesakes[sender.name] > 1
            key = (sender.platform, sender.id if by_id else sender.name)
            first, before = joined.get(key, (sender, []))
            joined[key] = (replace(first, late=first.late or sender.late), before + files)
    yield from joined.values()


def _submission(sender: Sender, files: Iterable[File]) -> Submission:
    """Notebooks apart from what is ignored; a notebook in a zip is one too."""
    everything = (inner for file in files for inner in ([file] if is_litter(file.name) else unzipped(file)))
    notebooks: list[File] = []
    ignored: list[str] = []
    for file in islice(everything, MOST_FILES):
        if is_litter(file.name):
            ignored.append(_hidden(file.name))
        elif file.problem or NOTEBOOK.fullmatch(file.name):
            notebooks.append(file)
        elif not file.name.endswith("/"):
            ignored.append(file.name)
    notebooks.sort(key=lambda file: natural_key(file.name))
    ignored += [file.name for file in notebooks[:-MOST_NOTEBOOKS]]
    if next(everything, None) is not None:
        ignored.insert(0, f"all beyond {MOST_FILES} files")
    return Submission(sender, tuple(notebooks[-MOST_NOTEBOOKS:]), tuple(dict.fromkeys(ignored)))


def _hidden(name: str) -> str:
    """The outermost part of a path that is hidden or a system's, with what is above it."""
    parts = PurePosixPath(name).parts
    return "/".join(parts[: 1 + next(i for i, part in enumerate(parts) if is_litter(part))])


def _stem(name: str) -> str:
    """The name of a student from that of a notebook, or of a file that is none."""
    return re.sub(r"(\.ipynb)?\.\w{1,5}\Z", "", name, flags=re.I) or name


def _code(cell: object) -> str:
    """The text of a code cell, which the format allows as one string or a list of lines."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))
