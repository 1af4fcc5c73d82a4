"""From the cells of a notebook to the statements that define one function.

Imports, definitions and assignments count, those in `if` and `try` too, and of these only what the function
needs. So no bare call, loop or print runs, and no experiment elsewhere in the notebook can slow the grading or
break it. The worker loads this module alone.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import dis
import importlib
import re
from collections.abc import Iterator
from types import CodeType

IMPORT = (ast.Import, ast.ImportFrom)
DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ASSIGNMENT = (ast.Assign, ast.AnnAssign, ast.AugAssign)
BRANCH = (ast.If, ast.Try)
MAGIC_OVER_PYTHON = re.compile(r"\s*%%(time|timeit|capture|prun)\b")
ASIDE = re.compile(r"\s*([%!]|[\w, ]+=\s*[%!]|(\?+[\w.]+|[\w.]+\?+)\s*$)")
"""Lines for IPython alone: a magic, a shell command, their results in a variable, or ``torch?``."""


def statements_for(cells: list[str], function: str) -> tuple[list[ast.stmt], str]:
    """What to run, in order, so that `function` exists; and why its cell cannot be read, if it cannot."""
    found: list[ast.stmt] = []
    problem = ""
    n_lines = 0
    for cell in cells:
        try:
            found += _kept(ast.increment_lineno(_python(cell), n_lines).body)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if defines(cell, function):
                problem = f"{type(error).__name__}: {_where(error)}"
        n_lines += len(_lines(cell))
    needed = _needed(found, function)
    return [statement for statement in found if binds(statement) & needed], problem


def text_of(cells: list[str]) -> list[str]:
    """The lines that the line numbers of the statements count, so that an error can show its own."""
    return [f"{line}\n" for cell in cells for line in _lines(cell)]


def defines(cell: str, function: str, indent: str = "") -> bool:
    """Whether the text of a cell seems to define `function`; a look from outside that parses nothing.

    `indent` is a pattern for what stands before it: nothing at the top, white space in a branch, but also in a class.
    """
    pattern = rf"^{indent}((async +)?def +{function}\b|{function} *(:[^=\n]*)?=(?!=))"
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


def unexplained(statements: list[ast.stmt]) -> set[str]:
    """Names that are looked up, and neither given a value by a statement nor known to Python: a star's, if any."""
    found = {name for statement in statements if not isinstance(statement, IMPORT) for name in _lookups_of(statement)}
    return found.difference(dir(builtins), *map(binds, statements))


def import_early(statements: list[ast.stmt]) -> None:
    """Loads modules while their files can still be read; the import statements run later, in order."""
    for node in (node for statement in statements for node in ast.walk(statement)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            if name.partition(".")[0] != "course_lm":
                with contextlib.suppress(Exception, SystemExit):
                    importlib.import_module(name)


def _kept(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without bare calls, loops and prints, not even those in a branch."""
    kept: list[ast.stmt] = [
        statement for statement in body if isinstance(statement, IMPORT + DEFINITION + ASSIGNMENT + BRANCH)
    ]
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
        return f"{error.msg}, in the line: {error.text.strip()[:300]}"
    return str(error)


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
    """A cell as Python. Only a cell that does not parse is searched for lines that are meant for IPython."""
    with contextlib.suppress(SyntaxError):
        return ast.parse(cell)
    if cell.lstrip().startswith("%%") and not MAGIC_OVER_PYTHON.match(cell):
        return ast.parse("")
    lines = cell.splitlines()
    indents = [line[: len(line) - len(line.lstrip())] for line in lines]
    return ast.parse(
        "\n".join(indent + "pass" if ASIDE.match(line) else line for indent, line in zip(indents, lines, strict=True))
    )
