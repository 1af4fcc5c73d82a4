"""From the cells of a notebook to the statements that define one function.

Imports, definitions and assignments count, those in `if` and `try` too, and of these only what the function
needs. So no bare call, loop or print runs, and no experiment elsewhere in the notebook can slow the grading or
break it. Parsing happens within the seal, since a text can be made to break a parser.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import dis
import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

IMPORT = (ast.Import, ast.ImportFrom)
DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ASSIGNMENT = (ast.Assign, ast.AnnAssign, ast.AugAssign)
BRANCH = (ast.If, ast.Try)
KEPT = IMPORT + DEFINITION + ASSIGNMENT + BRANCH
LONGEST_LINE = 300  # characters of a line, or of an error, that a problem quotes
MAGIC_OVER_PYTHON = re.compile(r"\s*%%(time|timeit|capture|prun)\b")
ASIDE = re.compile(r"^([ \t]*)([%!].*|[\w, ]+=[ \t]*[%!].*|(\?+[\w.]+|[\w.]+\?+)[ \t\r]*$)((?<=\\)\n.*)*", re.MULTILINE)
"""Lines for IPython alone: a magic, a shell command, their results in a variable, or ``torch?``; as far as they go."""


@dataclass(frozen=True)
class Program:
    """What to run, in order, so that a function exists.

    Args:
        statements: with the line numbers that `text_of` counts.
        problem: why a cell that seems to define the function cannot be read.
        dropped: the first line of a loop or call that is not run although it touches what the function needs.
    """

    statements: list[ast.stmt]
    problem: str = ""
    dropped: str = ""


def program_for(cells: list[str], function: str) -> Program:
    """The part of a notebook that a function needs."""
    read = _read(cells)
    everything = [statement for _, body, _ in read for statement in body]
    kept = _without_stubs(_kept(everything), function)
    needed = _needed(kept, function)
    changed = needed - {function}.union(*(binds(statement) for statement in kept if isinstance(statement, IMPORT)))
    left_out = (s for s in everything if not isinstance(s, KEPT) and _changes(s) & changed)
    return Program(
        [statement for statement in kept if binds(statement) & needed],
        _problem(read, function),
        next((ast.unparse(statement).splitlines()[0][:LONGEST_LINE] for statement in left_out), ""),
    )


def survey(cells: list[str], functions: Iterable[str]) -> dict[str, dict[str, Any]]:
    """For each function that a notebook defines: its definitions in order, and why one more cannot be read.

    Also for a function that it only checks, so that nobody who renamed one is told that there is nothing to mark.
    """
    read = _read(cells)
    everything = [statement for _, body, _ in read for statement in body]
    checked = {name for statement in everything for name in _checks(statement)}
    kept = _kept(everything)
    found = {
        function: {
            "definitions": [_described(statement, function) for statement in kept if gives(statement, function)],
            "problem": _problem(read, function),
        }
        for function in functions
    }
    return {name: what for name, what in found.items() if what["definitions"] or what["problem"] or name in checked}


def text_of(cells: list[str]) -> list[str]:
    """The lines that the line numbers of the statements count, so that an error can show its own."""
    return [f"{line}\n" for cell in cells for line in _lines(cell)]


def seems_to_define(cell: str, function: str) -> bool:
    """Whether the text of a cell looks like a definition of `function`, though it may not parse."""
    pattern = rf"^((async +)?def +{function}\b|{function} *(:[^=\n]*)?=(?!=))"
    return re.search(pattern, cell, re.MULTILINE) is not None


def binds(statement: ast.stmt) -> set[str]:
    """The names a statement gives a value to; ``*`` for a star import, which may bind anything."""
    if isinstance(statement, IMPORT):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    if isinstance(statement, DEFINITION):
        return {statement.name}
    if isinstance(statement, BRANCH):
        return {name for body in _bodies(statement) for inner in body for name in binds(inner)}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", statement)]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def gives(statement: ast.stmt, function: str) -> bool:
    """Whether a statement, or one in its branches, defines or assigns a function; an import is nobody's answer."""
    if isinstance(statement, BRANCH):
        return any(gives(inner, function) for body in _bodies(statement) for inner in body)
    if isinstance(statement, DEFINITION):
        return statement.name == function
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == function for target in targets)


def unexplained(statements: list[ast.stmt]) -> set[str]:
    """Names that are looked up, and neither given a value by a statement nor known to Python: a star's, if any."""
    found = {name for statement in statements if not isinstance(statement, IMPORT) for name in _lookups_of(statement)}
    return found.difference(dir(builtins), *map(binds, statements))


def _checks(statement: ast.stmt) -> set[str]:
    """The functions that a statement hands to `check`."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return set()
    called = statement.value
    named = isinstance(called.func, ast.Name) and called.func.id == "check"
    return {argument.id for argument in called.args if isinstance(argument, ast.Name)} if named else set()


def _read(cells: list[str]) -> list[tuple[str, list[ast.stmt], str]]:
    """Each cell with its statements, whose line numbers go through the notebook, or with what is wrong with it."""
    read: list[tuple[str, list[ast.stmt], str]] = []
    n_lines = 0
    for cell in cells:
        try:
            read.append((cell, ast.increment_lineno(_python(cell), n_lines).body, ""))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            read.append((cell, [], f"{type(error).__name__}: {_where(error)}"))
        n_lines += len(_lines(cell))
    return read


def _problem(read: list[tuple[str, list[ast.stmt], str]], function: str) -> str:
    """What is wrong with the last cell that seems to define the function, and cannot be read or would not be run."""
    problems = [problem for cell, _, problem in read if problem and seems_to_define(cell, function)]
    not_run = [one for _, body, _ in read for one in body if not isinstance(one, KEPT) and _definitions(one, function)]
    if not_run and not problems:
        return f"it stands in a block that is not run in grading: {ast.unparse(not_run[-1]).splitlines()[0]}"
    return problems[-1] if problems else ""


def _definitions(statement: ast.stmt, function: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Those of a function in a statement, however deep."""
    return [node for node in ast.walk(statement) if isinstance(node, DEFINITION) and node.name == function]


def _described(statement: ast.stmt, function: str) -> dict[str, Any]:
    """A definition for those who choose one or compare several: whether it is a stub, its fingerprint and its size."""
    inside = _definitions(statement, function)
    body = _without_docstring(inside[0].body) if inside else [statement]
    plain, n_nodes = "", 0
    with contextlib.suppress(RecursionError, ValueError):  # so deep, or with a number so long, that it has no text
        plain, n_nodes = _plain(body)
    return {"stub": _is_stub(body), "fingerprint": hashlib.sha256(plain.encode()).hexdigest(), "size": n_nodes}


def _is_stub(body: list[ast.stmt]) -> bool:
    """Whether nothing is written yet: nothing but what a template has."""
    return all(
        isinstance(node, (ast.Pass, ast.Raise))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...)
        for node in _without_docstring(body)
    )


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    has_one = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if has_one else body


def _plain(body: list[ast.stmt]) -> tuple[str, int]:
    """Code without layout and comments, its names numbered in the order in which they come; and its size in nodes."""
    names: dict[str, str] = {}
    nodes = list(ast.walk(ast.Module(copy.deepcopy(body), [])))
    for node in nodes:
        for field in ("id", "arg"):
            if isinstance(name := getattr(node, field, None), str):
                setattr(node, field, names.setdefault(name, f"name{len(names)}"))
    return ast.dump(nodes[0]), len(nodes)


def _changes(statement: ast.stmt) -> set[str]:
    """Names whose values a statement may change: those that it assigns to, in part or whole, or calls a method of."""
    changed = set()
    for node in ast.walk(statement):
        place: ast.AST = node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
        if place is not node or isinstance(getattr(node, "ctx", None), ast.Store):
            while isinstance(place, (ast.Attribute, ast.Subscript)):
                place = place.value
            if isinstance(place, ast.Name):
                changed.add(place.id)
    return changed


def _without_stubs(statements: list[ast.stmt], function: str) -> list[ast.stmt]:
    """Without stubs of helpers that are written elsewhere: a template pasted again takes nothing away."""
    named = [(one.name, one) for one in statements if isinstance(one, DEFINITION) and one.name != function]
    written = {name for name, one in named if not _is_stub(one.body)}
    stubs = [one for name, one in named if name in written and _is_stub(one.body)]
    return [one for one in statements if one not in stubs]


def _kept(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without bare calls, loops and prints, not even those in a branch."""
    kept: list[ast.stmt] = [statement for statement in body if isinstance(statement, KEPT)]
    for statement in kept:
        if isinstance(statement, BRANCH):
            for inner in _bodies(statement):
                inner[:] = _kept(inner) or [ast.copy_location(ast.Pass(), inner[0])]
    return kept


def _bodies(branch: ast.stmt) -> list[list[ast.stmt]]:
    """The statements of each part of an `if` or a `try`."""
    parts = [branch, *getattr(branch, "handlers", [])]
    return [body for part in parts for name in ("body", "orelse", "finalbody") if (body := getattr(part, name, []))]


def _where(error: Exception) -> str:
    """What is wrong and, if it is the grammar, with which line."""
    if isinstance(error, SyntaxError) and error.text:
        return f"{error.msg}, in the line: {error.text.strip()[:LONGEST_LINE]}"
    return str(error)[:LONGEST_LINE]


def _lines(cell: str) -> list[str]:
    return cell.split("\n")


def _needed(found: list[ast.stmt], function: str) -> set[str]:
    """The function's name, the names its definition looks up, the names theirs look up, and so on."""
    needed, n_before = {function, "*"}, 0
    while len(needed) > n_before:
        n_before = len(needed)
        for statement in found:
            if binds(statement) & needed and not isinstance(statement, IMPORT):
                needed |= _lookups_of(statement)
    return needed


def _lookups_of(statement: ast.stmt) -> set[str]:
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        return set(_lookups(compile(ast.Module([statement], []), "<notebook>", "exec")))
    return set()


def _lookups(code: CodeType) -> Iterator[str]:
    """Names looked up outside the function that uses them; a local variable of the same name is not."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _lookups(constant)


def _python(cell: str) -> ast.Module:
    """A cell as Python. Only one that does not parse is searched for lines for IPython, and for an indent of all."""
    with contextlib.suppress(SyntaxError):
        return ast.parse(cell)
    if cell.lstrip().startswith("%%") and not MAGIC_OVER_PYTHON.match(cell):
        return ast.parse("")
    python = textwrap.dedent(cell.removeprefix("\ufeff"))
    return ast.parse(ASIDE.sub(lambda aside: f"{aside[1]}pass" + "\n" * aside[0].count("\n"), python))
