"""What a child does with its job: says what a notebook defines, or calls one function of it on every input."""

from __future__ import annotations

import ast
import json
import linecache
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from . import call_monitor, extract, serialize
from .call_monitor import Call

NOTEBOOK = "<notebook>"


def answer(job: dict[str, Any], write_answer: Callable[[bytes], Any]) -> None:
    """Says once, as JSON, what comes of a job.

    Args:
        job: ``cells`` of a notebook and, to know what they define, ``functions``; or, to call one of them,
            ``function``, ``which`` of its definitions, ``cases`` and ``forbidden`` calls.
        write_answer: takes the answer.
    """
    if "functions" in job:
        write_answer(json.dumps(extract.survey(job["cells"], job["functions"])).encode())
        return

    def write(outputs: list[Any] | None, problem: str = "", aside: str = "", call: Call | None = None) -> None:
        noticed = None if call is None else str(call)[: serialize.LONGEST_TEXT]
        write_answer(json.dumps({"outputs": outputs, "problem": problem, "aside": aside, "noticed": noticed}).encode())

    def notice(call: Call) -> None:
        write(None, call=call)
        os._exit(0)  # before student code could take it back

    program = extract.program_for(job["cells"], job["function"])
    linecache.cache[NOTEBOOK] = (0, None, extract.text_of(job["cells"]), NOTEBOOK)
    sys.meta_path.insert(0, call_monitor.ClosedBook(notice, extract.unexplained(program.statements)))
    definition = _define(program, job["function"], job["which"])
    function = definition.function
    if not callable(function):
        write(None, definition.problem)
        return
    with call_monitor.monitor(job["forbidden"], notice, kernels=True):  # only now: a cell may compare with the library
        outputs = [serialize.attempt(function, [serialize.decode(x) for x in case]) for case in job["cases"]]
    # torch raises a RuntimeError with "can't allocate memory", and the system an OSError with "Cannot allocate memory".
    if any("t allocate memory" in output.get("text", "") for output in outputs):
        raise MemoryError
    left_out = f"Loops and calls outside of functions are not run in grading, such as: {program.dropped}"
    write(outputs, aside=definition.absent or (left_out if program.dropped else ""))


@dataclass(frozen=True)
class _Definition:
    """What one of its definitions left of a function, why that may be none, and which import failed before."""

    function: Any
    problem: str
    absent: str


def _define(program: extract.Program, name: str, which: int) -> _Definition:
    """Runs what a function needs, as if it were a program of its own.

    Statements run one by one, since a later one may work although an earlier one failed, and without assertions, which
    may compare with what is forbidden. Helpers are those at the end of the notebook, as after running all its cells.
    """
    module = sys.modules["__main__"] = ModuleType("__main__")  # some decorators look their class up in its module
    namespace = vars(module)
    namespace["display"] = lambda *_, **__: None  # as there is in every notebook
    problem, absent = program.problem, ""
    defined = []
    for statement in program.statements:
        gives = extract.gives(statement, name)
        try:
            exec(compile(ast.Module([statement], []), NOTEBOOK, "exec", optimize=1), namespace)
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, ModuleNotFoundError):
                absent = f"An import failed where this was graded: {serialize.describe(error).text}."
            if gives:
                problem = str(serialize.describe(error))
                namespace.pop(name, None)
        if gives:
            defined.append(namespace.get(name))
    function = namespace[name] = defined[which] if which < len(defined) else None
    if function is not None and not callable(function):
        problem = f"{name} is not a function but of type {type(function).__name__}"
    return _Definition(function, problem, absent)
