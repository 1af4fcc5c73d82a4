"""The files of a folder or a zip, whatever lies in it: by name, bounded in number, depth and size, never a link.

Nothing is unpacked. A zip within a folder or a zip opens like a folder, once; what cannot be read becomes a file with
a problem, so that it is missed by somebody.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LARGEST = 25 << 20  # bytes of one file that is read
DEEPEST = 12  # folders that may lie in each other
MOST_FILES = 20_000  # that are looked at in one folder of a student, or one zip
LONGEST_NAME = 200  # characters that are kept of a name or an error
UNZIPPING = (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What a damaged, encrypted or unknown kind of zip raises."""
LITTER = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
"""What systems add to folders and zips, besides names that begin with a dot."""


@dataclass(frozen=True)
class File:
    """One file: its path below the folder or zip, a way to read it, and what is wrong with it."""

    name: str
    read: Callable[[], bytes] = lambda: b""
    problem: str = ""

    @property
    def suffix(self) -> str:
        """In small letters, with the dot."""
        return PurePosixPath(self.name).suffix.lower()


def files_in(path: Path) -> Iterator[File]:
    """Every file below a folder or in a zip, in the order of their names; a folder in a zip is a name with a slash."""
    if path.is_dir():
        yield from _below(path, "", 0)
    else:
        yield from _zipped(lambda: zipfile.ZipFile(path))


def is_litter(name: str) -> bool:
    """Whether a part of a path belongs to a system, or is hidden, rather than to a student."""
    return any((part.startswith(".") and part != "..") or part in LITTER for part in PurePosixPath(name).parts)


def unzipped(file: File) -> Iterator[File]:
    """The files within a file that is a zip; any other file as it is."""
    if file.suffix != ".zip" or file.problem:
        yield file
        return
    for inner in _zipped(lambda: zipfile.ZipFile(io.BytesIO(file.read()))):
        yield File(f"{file.name}/{inner.name}".rstrip("/")[-LONGEST_NAME:], inner.read, inner.problem)


def file_at(path: Path, name: str) -> File:
    """One file of the machine; what is none, such as a link, has a problem and is not followed."""
    try:
        regular = stat.S_ISREG(path.lstat().st_mode)
    except OSError as error:
        return File(name, problem=f"it cannot be read: {error.strerror}")
    if not regular:
        return File(name, problem="it is a link or a device, and no file")
    return File(name, lambda: _read_file(path))


def _below(folder: Path, prefix: str, depth: int) -> Iterator[File]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield File(prefix or folder.name, problem=f"this folder cannot be read: {error.strerror}")
        return
    for entry in entries:
        name = f"{prefix}/{entry.name}" if prefix else entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield file_at(Path(entry.path), name)
        elif depth < DEEPEST:
            yield from _below(Path(entry.path), name, depth + 1)
        else:
            yield File(name, problem=f"it lies more than {DEEPEST} folders deep")


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return _bounded(file.read(LARGEST + 1))


def _zipped(open_zip: Callable[[], zipfile.ZipFile]) -> Iterator[File]:
    """The files in a zip, which is opened anew for each; or one without a name that says why it cannot be opened."""
    try:
        with open_zip() as archive:
            members = sorted(archive.infolist(), key=lambda member: member.filename)
    except UNZIPPING as error:
        yield File("", problem=f"it is not a zip that can be opened: {str(error)[:LONGEST_NAME]}")
        return
    for member in members[:MOST_FILES]:
        name = member.filename.lstrip("/")[-LONGEST_NAME:]
        if name != member.filename[-LONGEST_NAME:] or ".." in PurePosixPath(name).parts:
            yield File(name, problem="its name leads out of the zip")
        else:
            yield File(name, lambda member=member: _read_member(open_zip, member))  # type: ignore[misc]
    if len(members) > MOST_FILES:
        yield File("", problem=f"it holds more than {MOST_FILES} files")


def _read_member(open_zip: Callable[[], zipfile.ZipFile], member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 1:
        raise OSError("it is encrypted; zip it without a password")
    try:
        with open_zip() as archive, archive.open(member) as file:
            content = file.read(LARGEST + 1)
    except UNZIPPING as error:
        raise OSError(f"it cannot be unpacked: {str(error)[:LONGEST_NAME]}") from error
    return _bounded(content)


def _bounded(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise OSError(f"it is larger than {LARGEST >> 20} MB; clear its outputs")
    return content
