"""How a worker is sealed on this machine, or why it cannot be.

bubblewrap, which Flatpak trusts, starts the worker where nothing exists but the interpreter and its libraries, to be
read. Where a container forbids it, the kernel's Landlock closes the files. `confine` adds what both need.
"""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from course_lm.grading.sealed import confine

REMEDY = (
    "Install bubblewrap (apt install bubblewrap, or pip install 'course-lm[sealed]'); on Windows use WSL, on macOS a "
    "virtual machine with Linux. --unsealed grades without a seal: only work that you would run yourself."
)
COURSE = Path(__file__).resolve().parents[1]
INSIDE = Path(__file__).resolve().with_name("sealed")
"""The folder of what runs within the seal."""
PROGRAM = "import sys; sys.path.append(sys.argv[1]); from sealed.worker import Worker; Worker(*sys.argv[2:]).serve()"

LIBRARIES = ("/lib", "/lib64", "/lib32", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store")
SMALL = (
    "/dev/null",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/sys/devices/system/cpu",
)
"""What else Python and torch read when they start."""

ENVIRONMENT = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")} | {
    "CUDA_VISIBLE_DEVICES": "",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin",
    "PYTHONHASHSEED": "0",  # sets have the same order for everyone
    "TMPDIR": "/tmp",
    "TORCHINDUCTOR_CACHE_DIR": "/tmp",  # torch's compiler asks for a folder when it is loaded
    "TORCH_COMPILE_DISABLE": "1",  # a compiled answer runs as it is written: no compiler could be started
    "USER": "nobody",  # whom torch 2.9 would look up in a file that is not there
}
"""All that a worker sees of the environment."""


@dataclass(frozen=True)
class Seal:
    """A way to start a worker. `kind` is bubblewrap, landlock, or none where student code can read this machine."""

    kind: str
    bwrap: str = ""

    def command(self, told: int) -> list[str]:
        """What to run; bubblewrap tells the process id of the worker to the descriptor `told`."""
        program = [sys.executable, "-P", "-s", "-B", "-c", PROGRAM]  # nothing of a user, and no byte code to write
        if self.kind == "bubblewrap":
            return [self.bwrap, "--info-fd", str(told), *_view(), *program, "/worker/course", _home(), self.kind]
        paths = [*readable(), "--", *covered()] if self.kind == "landlock" else []
        return [*program, str(INSIDE.parent), _home(), self.kind, *paths]


def find_seal() -> tuple[Seal, str]:
    """The best seal that this machine has, and if that is none, what is missing."""
    missing = confine.unavailable()
    if missing:
        return Seal("none"), missing
    beside = Path(sys.executable).with_name("bwrap")  # where pip puts it
    bwrap = shutil.which("bwrap") or (str(beside) if beside.exists() else "")
    if bwrap:
        tried = subprocess.run(
            [bwrap, *_view(), "--", sys.executable, "-I", "-c", ""], capture_output=True, text=True, env=ENVIRONMENT
        )
        if tried.returncode == 0:
            return Seal("bubblewrap", bwrap), ""
        missing = tried.stderr.strip().splitlines()[-1] if tried.stderr.strip() else "bubblewrap does not start"
    else:
        missing = "bubblewrap is not installed"
    try:
        confine.landlock_version()
    except OSError:
        return Seal("none"), f"{missing}, and the kernel has no Landlock"
    return Seal("landlock"), ""


def readable() -> list[str]:
    """The files and folders that this Python and its torch need; outermost first, none twice.

    Never the folder of the environment itself: with ``python -m venv .`` that is the course.
    """
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {_home(), *(path for path in site.getsitepackages() if path in sys.path)}
    folders |= set(_linked_packages(_home()))
    folders |= set(map(os.path.realpath, folders))
    programs = {sys.executable, getattr(sys, "_base_executable", sys.executable)}
    programs |= {os.path.realpath(program) for program in programs}
    marks = {str(Path(program).parents[up] / "pyvenv.cfg") for program in programs for up in (0, 1)}
    wanted = {*folders, *programs, *marks, *_loaded_libraries(), *LIBRARIES, *SMALL}
    kept: list[str] = []
    for path in sorted(filter(os.path.exists, wanted), key=lambda path: (path.count("/"), path)):
        if not any(path.startswith(f"{other}/") and not os.path.islink(other) for other in kept):
            kept.append(path)
    return kept


def covered() -> list[str]:
    """The course's own folder, where it lies among the packages that can be read."""
    beside = {f"{library}/course_lm" for library in (_home(), sysconfig.get_path("purelib"))}
    return sorted(path for path in {*beside, str(COURSE)} if os.path.isdir(path))


def _home() -> str:
    """The folder that torch lies in."""
    return str(Path(torch.__file__).parents[1])


def _linked_packages(home: str) -> list[str]:
    """Where packages really are that an installer linked to its cache, as uv can."""
    tops = [path for path in Path(home).glob("*") if path.name != "course_lm"]
    linked = [path for top in tops for path in (top, top / "__init__.py") if path.is_symlink()]
    return [str(path.resolve().parent if path.name == "__init__.py" else path.resolve()) for path in linked]


def _loaded_libraries() -> set[str]:
    """Shared libraries of this process, wherever the system keeps them."""
    with open("/proc/self/maps") as maps:
        return {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line and "/" in line}


def _view() -> list[str]:
    """Bubblewrap's arguments for all that there is inside. Root becomes nobody there; others get a user namespace."""
    arguments = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    arguments += ["--die-with-parent", "--new-session", "--as-pid-1", "--clearenv", "--cap-drop", "ALL"]
    as_root = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    arguments += as_root if os.getuid() == 0 else ["--unshare-user"]
    for name, value in ENVIRONMENT.items():
        arguments += ["--setenv", name, value]
    # /tmp comes before what is bound, since a Python may lie there.
    arguments += ["--proc", "/proc", "--dev", "/dev", "--size", "65536", "--tmpfs", "/tmp"]
    paths = [path for path in readable() if not path.startswith(("/dev/", "/proc/"))]
    above = {str(parent) for path in paths for parent in Path(path).parents} - {"/", "/lib", "/lib64", "/tmp"}
    folders = [*sorted(above), "/worker", "/worker/course"]  # bubblewrap would make them too, but closed to nobody
    for folder in folders:
        arguments += ["--perms", "0755", "--dir", folder]
    for path in paths:
        is_link = path in LIBRARIES and os.path.islink(path)  # /lib -> usr/lib
        arguments += ["--symlink", os.readlink(path), path] if is_link else ["--ro-bind", path, path]
    arguments += _on_top(paths)
    for folder in ("/proc", "/tmp", "/dev", "/"):
        arguments += ["--remount-ro", folder]
    return [*arguments, "--chdir", "/"]


def _on_top(paths: Sequence[str]) -> list[str]:
    """An empty folder over the course where it can be seen, and the files of the worker."""
    arguments = []
    for cover in covered():
        if any(cover.startswith(f"{path}/") for path in paths):
            arguments += ["--tmpfs", cover, "--remount-ro", cover]
    return [*arguments, "--ro-bind", str(INSIDE), "/worker/course/sealed"]
