"""The untrusted side: a warm process forks one child per job, and only the child meets student code.

It runs as a script that has imported torch, and never imports `course_lm`.

What this protects is the marks. A child gets inputs and never answers, and what it sends back is only
compared, so a forged result is worth nothing unless it is right. Time, memory and output are limited; a
child can neither start processes nor write into files, and where root grades, it is ``nobody``. The guard
keeps Python code from the files of the course and of others, from other processes and from the network.

What it does not protect: native code is out of the guard's sight, so who brings some can read what the
grading user can read, delete what that user can delete, and use the network. Grade strangers in a container.
Whether a library did the work is watched from within the child, where a determined cheat can look away.
"""

from __future__ import annotations

import ast
import codecs
import contextlib
import importlib.util
import json
import linecache
import os
import re
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

NOBODY = 65534
MEMORY = 1 << 29
"""Bytes a child may use beyond what it inherits."""
LONGEST_ANSWER = 8 << 20
COMPILING = re.compile(r"\b(func|functorch|optim|compile)\b")
"""What in torch loads its compiler at the first call. That takes seconds, so it is done before the clock starts."""
CODECS = ("ascii", "latin_1", *(f"utf_{bits}{order}" for bits in (16, 32) for order in ("", "_le", "_be")))
"""Encodings that Python loads at their first use, which a child without privileges may not be able to do."""


def serve() -> None:
    """One job per line of stdin, one report per line of stdout. Computes nothing: a fork would then hang."""
    import numpy  # noqa: F401  (warm, since a child without privileges may not be able to read it)
    import torch

    torch.set_num_threads(1)
    for codec in CODECS:
        codecs.lookup(codec)
    tools = {name: _sibling(name) for name in ("guard", "source", "watch", "wire")}
    room = _address_space() + MEMORY
    print(json.dumps(_outcome(*_fork(_trial_run), seconds=60)), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        if any("func" in cell.replace("functional", "") for cell in job["cells"]):
            import torch._dynamo
        print(json.dumps(_outcome(*_fork(partial(_answer, job, tools, room)), job["seconds"])), flush=True)


def _fork(work: Callable[[int], None]) -> tuple[int, int]:
    """A child that does `work`, given the pipe to answer on: its process id and our end of the pipe."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return pid, ours
    try:
        os.setsid()
        answers = 3
        os.dup2(theirs, answers)
        for standard in range(3):  # student code must not read the next job or print a report
            os.dup2(os.open(os.devnull, os.O_RDWR), standard)
        os.closerange(answers + 1, 65536)
        work(answers)
        os._exit(0)
    finally:
        os._exit(1)


def _outcome(pid: int, pipe: int, seconds: float) -> dict[str, Any]:
    """How the child ended (``done``, ``exited``, ``timeout``), when, and what it said. Then it is gone."""
    start = time.monotonic()
    answer = _read(pipe, start + seconds)
    os.close(pipe)
    ended = _wait(pid, start + seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if ended is None:
        os.waitpid(pid, 0)
    how = "timeout" if ended is None else "exited" if ended else "done"
    return {"ended": how, "seconds": time.monotonic() - start, "answer": answer.decode("utf-8", "replace")}


def _read(pipe: int, deadline: float) -> bytes:
    """Everything until the child closes the pipe, takes too long, or says too much."""
    answer = b""
    while len(answer) <= LONGEST_ANSWER and select.select([pipe], [], [], max(0, deadline - time.monotonic()))[0]:
        piece = os.read(pipe, 1 << 16)
        if not piece:
            break
        answer += piece
    return answer


def _wait(pid: int, deadline: float) -> int | None:
    """The exit status, or None at the deadline: a child can close its pipe and still run."""
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() > deadline:
            return None
        time.sleep(0.002)


def _trial_run(pipe: int) -> None:
    """Everything that has to work on this machine before any student is blamed."""
    _give_up_privileges()
    with os.fdopen(pipe, "w") as stream:
        stream.write("ready")


def _answer(job: dict[str, Any], tools: dict[str, Any], room: int, pipe: int) -> None:
    """In the child: defines the student's function, calls it on every case, and writes to the pipe."""

    def report(outputs: list[Any] | None, problem: str, calls: list[str]) -> None:
        with os.fdopen(pipe, "w") as stream:
            json.dump({"nonce": job["nonce"], "outputs": outputs, "problem": problem, "calls": calls}, stream)

    def notice(name: str) -> None:
        report(None, "", [name])
        os._exit(0)  # before student code could take it back

    source, wire = tools["source"], tools["wire"]
    _set_limits(job["seconds"], room)
    statements, problem = source.statements_for(job["cells"], job["function"])
    linecache.cache["<notebook>"] = (0, None, source.text_of(job["cells"]), "<notebook>")
    source.import_early(statements)
    sys.meta_path.insert(0, tools["watch"].ClosedBook(notice, source.unexplained(statements)))
    tools.pop("guard").guard(Path(__file__).parents[1], notice)
    _give_up_privileges()
    function, problem = _define(statements, job["function"], problem, tools)
    outputs = None
    if callable(function):
        tools["watch"].call_watch(job["forbidden"], notice)  # only now: a cell may compare with the library
        with tools["watch"].library_watch(job["forbidden"], notice):
            outputs = [wire.attempt(function, [wire.decode(argument) for argument in case]) for case in job["cases"]]
        if any("t allocate memory" in output.get("text", "") for output in outputs):
            raise MemoryError
    report(outputs, problem, [])


def _set_limits(seconds: float, room: int) -> None:
    limits = {
        resource.RLIMIT_CPU: int(seconds) + 2,  # in case the warm process is gone and cannot stop us
        resource.RLIMIT_AS: room,
        resource.RLIMIT_NPROC: 0,  # neither processes nor threads, however many this user runs elsewhere
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a lower limit that is already set stays
            resource.setrlimit(limit, (value, value))


def _give_up_privileges() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _define(statements: list[ast.stmt], name: str, problem: str, tools: dict[str, Any]) -> tuple[Any, str]:
    """Runs the statements one by one; a later one may work although an earlier one failed."""
    module = sys.modules["student"] = ModuleType("student")  # some decorators look their class up in its module
    namespace = vars(module)
    for statement in statements:
        try:
            exec(compile(ast.Module([statement], []), "<notebook>", "exec"), namespace)
        except MemoryError:
            raise
        except Exception as error:
            if name in tools["source"].binds(statement):
                problem = str(tools["wire"].describe(error))
    function = namespace.get(name)
    if function is not None and not callable(function):
        problem = f"{name} is no function but of type {type(function).__name__}"
    return function, problem


def _address_space() -> int:
    """Bytes of address space in use; torch maps gigabytes that it never touches."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:  # not on macOS, which does not enforce the limit either
        return 64 << 30


def _sibling(name: str) -> Any:
    """A module beside this file, loaded alone: importing it by its package would bring the answers along."""
    spec = importlib.util.spec_from_file_location(f"_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.path += sys.argv[1:]  # where torch lives, if this isolated Python would not find it by itself
    serve()
