"""What student code may not do to the machine, seen from within Python.

Python tells an audit hook of every file that is opened, every process, signal, socket and foreign function, and a
hook can refuse; nothing can remove it again. It stops what a student could write by reading the manual: opening the
course's own files, other submissions or the memory of the grader, killing it, deleting files, using the network. It
does not see what native code does by itself, so it is no container. The worker loads this module alone.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

REFUSED = (
    *("ctypes.", "fcntl.", "pty.", "resource.", "shutil.", "socket.", "sqlite3.", "subprocess."),
    *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
    *("os.exec", "os.fork", "os.killpg", "os.posix_spawn", "os.spawn", "os.system"),
    *("os.chflags", "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"),
    *("os.setxattr", "os.removexattr", "os.symlink", "os.truncate", "os.utime"),
)
"""Beginnings of the names of audit events that are refused."""

READABLE = ("/usr", "/lib", "/lib64", "/System", "/sys", "/proc", "/dev")
"""Folders of the system that a library may have to read."""

WORKER_FILES = ("guard.py", "source.py", "watch.py", "wire.py", "worker.py")

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def guard(course: Path, notice: Callable[[str], Any]) -> None:
    """Refuses, from now on and until the process ends, what `REFUSED` names and all files but those of Python.

    Args:
        course: the folder of `course_lm`.
        notice: called with its name if a file in it is opened, other than those that the worker itself runs.
    """
    places = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *READABLE]
    allowed = tuple(f"{os.path.realpath(place)}/" for place in places)
    closed = f"{os.path.realpath(course)}/"
    harmless = {os.path.realpath(Path(__file__).with_name(name)) for name in WORKER_FILES}  # tracebacks look into them
    me = os.getpid()
    profilers: list[str] = []

    def look(name: str, flags: int) -> None:
        path = os.path.realpath(name)
        inside = f"{path}/".startswith(closed)
        if inside and path not in harmless:
            notice("course_lm")
        process = path.split("/")[2] if path.startswith("/proc/") else ""
        foreign = process.isdigit() and int(process) != me
        writes = flags & WRITING and path != os.devnull
        unclear = not os.path.isabs(name)  # it may be relative to a folder that an open descriptor stands for
        if inside or foreign or writes or unclear or not f"{path}/".startswith(allowed):
            raise PermissionError(f"opening {name} is not possible in grading")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not isinstance(arguments[0], int):  # a number is a file that is open already
            look(os.fsdecode(arguments[0]), arguments[2] or 0)
        elif event.startswith(REFUSED) or (event == "os.kill" and arguments[0] != me):
            raise PermissionError(f"{event} is not possible in grading")
        elif event == "sys.setprofile":  # once, for the worker's watch over forbidden calls
            if profilers:
                raise PermissionError("profiling is not possible in grading")
            profilers.append(event)
        elif event == "object.__setattr__" and arguments[1] == "__code__":  # not even this hook's
            raise PermissionError("replacing the code of a function is not possible in grading")

    sys.addaudithook(hook)
