"""What one student handed in: some notebooks, read as text and never run.

A subfolder is one student with any number of notebooks; a notebook at the top is one student too. Whatever is
wrong with a file is remembered with it, since a damaged notebook must cost its author marks and nobody else.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from course_lm.grading.source import defines

LARGEST = 50 << 20
SUSPICIOUS = {
    "grader": r"course_lm\.grading\.(?!check\b)\w",
    "frames": r"\bgc\b|\bctypes\b|_getframe|[gs]etprofile|\binspect\.(stack|currentframe)",
    "imports": r"__import__|\bimportlib\b|sys\.(modules|meta_path)",
    "process": r"os\.(_exit|fork|kill|system|popen|exec\w+)\b|\bsubprocess\b|\bmultiprocessing\b|/proc\b",
    "torch-internals": r"torch\.(_C|_refs|_decomp|jit)\b|DisableTorchFunction|_pop_mode|_disable_current_modes",
}
"""Text that an honest answer hardly needs, by the flag it earns: a reason to look, not a verdict."""


@dataclass(frozen=True)
class Notebook:
    """The code cells of one file; or none, and the reason why it cannot be read."""

    path: Path
    cells: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Submission:
    """All notebooks of one student, the newest first."""

    name: str
    notebooks: tuple[Notebook, ...]

    def with_function(self, function: str) -> list[Notebook]:
        """The notebooks that seem to define `function`, the newest first."""
        return self._with(function, "") or self._with(function, r"[ \t]+")

    def _with(self, function: str, indent: str) -> list[Notebook]:
        return [book for book in self.notebooks if any(defines(cell, function, indent) for cell in book.cells)]


def submissions_in(path: Path) -> list[Submission]:
    """Every submission in a folder, by name; or the one that a single notebook is.

    Raises:
        FileNotFoundError: if there is nothing at `path`.
        ValueError: if it holds no submission.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"path must be a folder of submissions or a notebook; got {path}, which does not exist. Check its spelling."
        )
    if path.is_file():
        if path.suffix.lower() != ".ipynb":
            raise ValueError(f"path must be a folder of submissions or a notebook (.ipynb); got {path}.")
        return [Submission(path.stem, (read_notebook(path),))]
    files: dict[str, list[Path]] = {}
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and not _ignored(entry):
            files.setdefault(entry.name, []).extend(_notebooks_below(entry))
        elif entry.is_file() and entry.suffix.lower() == ".ipynb" and not _ignored(entry):
            files.setdefault(entry.stem, []).append(entry)  # beside a folder of the same name: the same student
    if not files:
        raise ValueError(
            f"path must hold one subfolder or one notebook per student; {path} holds neither. Is it the right folder?"
        )
    return [Submission(name, _newest_first(paths)) for name, paths in sorted(files.items())]


def _notebooks_below(folder: Path) -> list[Path]:
    """Links are left out: one could lead into the folder of another student."""
    found: list[Path] = []
    try:
        for entry in sorted(folder.iterdir()):
            if entry.is_symlink() or _ignored(entry):
                continue
            if entry.is_dir():
                found += _notebooks_below(entry)
            elif entry.is_file() and entry.suffix.lower() == ".ipynb":
                found.append(entry)
    except OSError:
        found.append(folder)  # stands for what cannot be read in it
    return found


def _ignored(path: Path) -> bool:
    """Hidden files, Jupyter's checkpoints, and what macOS adds to archives."""
    return path.name.startswith(".") or path.name == "__MACOSX"


def _newest_first(paths: list[Path]) -> tuple[Notebook, ...]:
    newest_last = sorted(paths, key=lambda path: (path.stat().st_mtime_ns, str(path)))
    return tuple(read_notebook(path) for path in reversed(newest_last))


def read_notebook(path: Path) -> Notebook:
    """The code cells of a file. Never raises for what a file contains."""
    try:
        if path.stat().st_size > LARGEST:
            return Notebook(path, problem=f"it is larger than {LARGEST >> 20} MB; clear its outputs")
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
        if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
            return Notebook(path, problem="it is no notebook of format 4; open it in JupyterLab and save it again")
    except (OSError, ValueError, RecursionError) as error:
        return Notebook(path, problem=f"it is no notebook: {str(error)[:200]}")
    return Notebook(path, tuple(text for cell in document["cells"] if (text := _code(cell))))


def _code(cell: object) -> str:
    """The text of a code cell, which the format allows as one string or a list of lines."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def suspicious(notebook: Notebook) -> list[str]:
    """The flags that the text of a notebook earns."""
    text = "\n".join(notebook.cells)
    return [flag for flag, pattern in SUSPICIOUS.items() if re.search(pattern, text)]
