"""A file that is written whole or not at all, beside its place and moved there in one step; and one that is read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def read_bytes(path: Path, what: str) -> bytes:
    """All of a file; ``what`` is what an error calls it, such as ``"the corpus file"``.

    Raises:
        OSError: if the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise OSError(f"{what} {str(path)!r} cannot be read: {error.strerror}. Check the path.") from error


def write_whole(path: Path, content: bytes, what: str) -> None:
    """Write a file, in place of the one before, which stays if this one cannot be written.

    Args:
        path: the file; its folder is made.
        content: all of it.
        what: what an error calls it, such as ``"the checkpoint"``.

    Raises:
        OSError: if the folder cannot be made or the file cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # where the folder is a file, there is nothing to clear away either
            partial.unlink()
        raise OSError(
            f"{what} {str(path)!r} cannot be written: {error.strerror}. Choose another folder or make room."
        ) from error
