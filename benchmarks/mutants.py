"""How many small faults in the mathematics the tests notice.

    python benchmarks/mutants.py [--mutants 200] [--seed 0] [--modules loss,model] [--only loss:46]

A mutant is the package with one place changed: ``<`` is ``<=``, ``+`` is ``-``, ``n`` is ``n + 1``, a condition is
always true, a call or an argument is gone. The tests of its module kill it if one of them fails or they hang. There are
none of docstrings, annotations and the words of errors, which would say nothing. What does the same as the original is
listed in ``equivalent_mutants.toml`` with the reason.

The package and its tests are copied once, and only the copy is changed. Tests run in copies of a process that has
imported torch already. Which mutants are drawn depends on the seed and on their own lines.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
TESTS = {  # by module: the files that look at it, cheap ones first
    "loss": "loss",
    "evaluate": "evaluate other_devices",
    "model": "model attention training",
    "attention": "attention model language_model training",
    "data": "data shakespeare training",
    "optim": "training checkpoint",
    "train": "training other_devices distributed",
    "generate": "generate language_model other_devices",
    "ngram": "ngram language_model",
    "codec": "codec",
    "arithmetic_coder": "arithmetic_coder codec",
    "sources": "sources language_model",
    "grammar": "sources",
    "leaks": "leaks other_devices",
    "checkpoint": "checkpoint saved_tokenizers training",
    "tokenizer": "tokenizers saved_tokenizers data other_devices",
    "bpe": "bpe tokenizers saved_tokenizers oracles",
}
TOO_LONG = "not tiny_preset and not floor and not wonderful and not lost_one"  # these train for many seconds
LONGEST = 45.0  # seconds for the tests of one mutant
FRESH = multiprocessing.get_context("forkserver")

OTHERS = {
    "Lt": "LtE Gt", "LtE": "Lt GtE", "Gt": "GtE Lt", "GtE": "Gt LtE", "Eq": "NotEq", "NotEq": "Eq", "Is": "IsNot",
    "IsNot": "Is", "In": "NotIn", "NotIn": "In", "And": "Or", "Or": "And", "Add": "Sub", "Sub": "Add", "Mult": "Div",
    "Div": "Mult", "FloorDiv": "Mult", "Mod": "Mult", "Pow": "Mult", "BitAnd": "BitOr", "BitOr": "BitAnd",
}  # fmt: skip
PAIRS = "min max amin amax argmin argmax any all cos sin zeros ones zeros_like ones_like".split()
RENAMED = {name: PAIRS[i ^ 1] for i, name in enumerate(PAIRS)}
# f(x) and x.f() can become x.
DROPPED = """abs amax argmax clip clamp cpu cumsum double exp flatten float int log log_softmax mean norm removeprefix
    repeat replace resolve roll set softmax sort sorted sqrt square strip sum t to transpose tril unique""".split()
LIBRARIES = {"math", "np", "torch"}
UNTOUCHED = {"annotation", "returns", "decorator_list", "bases"}
GUARDS = {"strict", None}  # arguments that only make an error, and ``**options``


class Mutant(NamedTuple):
    """A changed statement, and the whole text of the changed module."""

    key: tuple[str, str, str]  # module, statement before and after: what stays the same when lines move
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.key[0]}:{self.line}: {self.key[1]} -> {self.key[2]}"


def main() -> None:
    """Print the table, and every mutant that survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--modules", default=",".join(TESTS), help="separated by commas")
    parser.add_argument("--only", help="all mutants of one module:line")
    asked = parser.parse_args()
    fixed = ("OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "COURSE_LM_DEVICE=cpu", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1")
    os.environ.update(dict(setting.split("=") for setting in fixed))
    FRESH.set_forkserver_preload(["torch", "torch._dynamo", "hypothesis", "pytest"])
    modules = (asked.only.partition(":")[0] if asked.only else asked.modules).split(",")
    found = [mutant for module in modules for mutant in mutants(module)]
    found.sort(key=lambda mutant: hashlib.sha256(repr((asked.seed, mutant.key)).encode()).digest())
    here = [mutant for mutant in found if asked.only and str(mutant).startswith(f"{asked.only}: ")]
    chosen = sorted(here or found[: asked.mutants], key=lambda mutant: (modules.index(mutant.key[0]), mutant.line))
    listed = tomllib.loads(Path(__file__).with_name("equivalent_mutants.toml").read_text(encoding="utf-8"))
    known = {(module, row["before"], row["after"]) for module, rows in listed.items() for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        alive = survivors([mutant for mutant in chosen if mutant.key not in known], modules, Path(folder))
    groups = (chosen, [mutant for mutant in chosen if mutant.key in known], alive)
    print("| module | mutants | killed | equivalent | share killed |\n|---|---|---|---|---|")
    for module in [*modules, "all"]:
        n, n_same, n_alive = (sum(module in (mutant.key[0], "all") for mutant in group) for group in groups)
        killed = n - n_same - n_alive
        print(f"| {module} | {n} | {killed} | {n_same} | {killed / max(n - n_same, 1):.1%} |")
    print("", *alive, sep="\n")


def survivors(chosen: list[Mutant], modules: list[str], folder: Path) -> list[Mutant]:
    """Those with which all tests of their module pass."""
    alive = []
    shutil.copytree(ROOT / "course_lm", folder / "course_lm")
    shutil.copytree(ROOT / "tests", folder / "tests")
    shutil.copy2(ROOT / "pyproject.toml", folder)
    if not passes(folder, " ".join(TESTS[module] for module in modules), 10 * LONGEST):
        sys.exit("The tests must pass before anything is changed.")
    for mutant in chosen:
        module = f"course_lm/{mutant.key[0]}.py"
        (folder / module).write_text(mutant.text, encoding="utf-8")
        if passes(folder, TESTS[mutant.key[0]], LONGEST):
            alive.append(mutant)
            print(mutant, file=sys.stderr, flush=True)
        shutil.copy2(ROOT / module, folder / module)  # with its time, so that its compiled form is valid again
    return alive


def passes(folder: Path, files: str, seconds: float) -> bool:
    """Whether these tests pass, in a process of their own."""
    process = FRESH.Process(target=run_tests, args=(folder, dict.fromkeys(files.split())))
    process.start()
    assert process.pid
    process.join(seconds)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # also what a test has started
    process.join()
    return process.exitcode == 0


def run_tests(folder: Path, files: dict[str, None]) -> None:
    """End this process as pytest ends."""
    os.setpgid(0, 0)
    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(folder)
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True  # two mutants of one second and one size would pass as the same
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    hypothesis.settings.register_profile("first failure", phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
    hypothesis.settings.load_profile("first failure")  # conftest.py builds on it
    sys.exit(pytest.main(["-x", "-q", "-k", TOO_LONG, *(f"tests/unit/test_{file}.py" for file in files)]))


def mutants(module: str) -> Iterator[Mutant]:
    """All mutants of a module."""
    tree = ast.parse((ROOT / "course_lm" / f"{module}.py").read_text(encoding="utf-8"))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    for statement in statements:
        for node in within(statement) if not isinstance(statement, ast.Raise) else ():
            for other in changes(node):
                before = first_line(statement)
                Exchange(node, other).visit(tree)
                after = first_line(other if node is statement else statement)
                text = ast.unparse(ast.fix_missing_locations(tree))
                Exchange(other, node).visit(tree)
                yield Mutant((module, before, after), statement.lineno, text)


def within(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what a mutant may change in it: not the statements under it, and no annotation."""
    yield node
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            is_under = isinstance(child, ast.stmt | ast.excepthandler)
            if isinstance(child, ast.AST) and not is_under and field not in UNTOUCHED:
                yield from within(child)


class Exchange(ast.NodeTransformer):
    """Puts one node into the place of another."""

    def __init__(self, node: ast.AST, other: ast.AST) -> None:
        self.node, self.other = node, other

    def visit(self, node: ast.AST) -> ast.AST:
        """The other node, or this one with the other in it."""
        return self.other if node is self.node else self.generic_visit(node)


def first_line(statement: ast.AST) -> str:
    """A statement without the statements under it."""
    return next(line for line in ast.unparse(statement).splitlines() if not line.startswith("@"))


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""

    def but(some: ast.AST = node, /, **fields: Any) -> ast.AST:
        return type(some)(**dict(ast.iter_fields(some)) | fields)

    def others(op: ast.AST) -> list[ast.AST]:
        return [getattr(ast, name)() for name in OTHERS.get(type(op).__name__, "").split()]

    match node:
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand
        case ast.Compare(ops=ops):
            yield from (but(ops=[*ops[:i], other, *ops[i + 1 :]]) for i, op in enumerate(ops) for other in others(op))
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign():
            yield from (but(op=other) for other in others(node.op))
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.If():
            yield from (but(test=ast.Constant(value)) for value in (True, False))
        case ast.Slice():
            yield from (but(**{end: None}) for end in ("lower", "upper") if getattr(node, end))
        case ast.Call(func=func, args=args, keywords=keywords):
            kept = [[other for other in keywords if other is not gone] for gone in keywords if gone.arg not in GUARDS]
            yield from (but(keywords=some) for some in kept)
            field = "attr" if isinstance(func, ast.Attribute) else "id"
            name = getattr(func, field, None)
            if name in RENAMED:
                yield but(func=but(func, **{field: RENAMED[name]}))
            if name in DROPPED and isinstance(func, ast.Attribute):
                yield args[0] if isinstance(func.value, ast.Name) and func.value.id in LIBRARIES else func.value
            elif name in DROPPED and len(args) == 1:
                yield args[0]
    match node:
        case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.AugAssign() | ast.Break() | ast.Continue():
            yield ast.Pass()


if __name__ == "__main__":
    main()
