"""Processes that have imported the package and nothing of the tests.

To import torch takes seconds, so one process does it, and each of them is forked from that one.
"""

import multiprocessing
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["course_lm", "torch._dynamo"])  # the second is what optimizers of torch load


def said_by(program: str, file: Path, *arguments: object) -> str:
    """What a program writes, with its arguments in `sys.argv`; `file` is one that is not there yet."""
    process = FRESH.Process(target=_run, args=(program, file, *map(str, arguments)))
    process.start()
    process.join(120)
    said = file.read_text(encoding="utf-8")
    assert process.exitcode == 0, said
    return said


def _run(program: str, path: Path, *arguments: str) -> None:
    sys.argv[1:] = arguments
    with path.open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        exec(program, {"__name__": "__main__"})
