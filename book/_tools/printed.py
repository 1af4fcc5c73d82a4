"""Which numbers the f-strings of a notebook print, so that one that lies at a rounding boundary is noticed.

Two processors may print the same text by luck: 0.1249 on both, and 0.1251 on a third, are 0.12 and 0.13. So while a
notebook is stored, its kernel notes the value behind every number with decimals.
"""

from __future__ import annotations

import ast
import math
import re
from typing import NamedTuple

PRECISION = re.compile(r"\.(\d+)([eEfF%gG])$")
KEEP = "noted_in_print"
SETUP = f"""
numbers_in_print = []
def {KEEP}(value, how):
    try:
        number = float(value.detach() if hasattr(value, "detach") else value)
        if abs(number) < float("inf"):  # what is not finite has no literal in Python
            numbers_in_print.append((number, how))
    except Exception:  # a text
        pass
    return value
"""
"""What a kernel runs before the first cell."""


class Printed(NamedTuple):
    """A number and how it is printed, such as ``.2f``."""

    value: float
    how: str

    @property
    def last_digit(self) -> float | None:
        """One unit of the last digit that is shown; None where that is not said."""
        found = PRECISION.search(self.how)
        if not found:
            return None
        digits, kind = int(found[1]), found[2].lower()
        if kind in "f%":
            return float(10.0 ** -(digits + 2 * (kind == "%")))
        leading = math.floor(math.log10(abs(self.value))) if self.value else 0
        return float(10.0 ** (leading - digits + (kind == "g" and digits > 0)))


class _Noting(ast.NodeTransformer):
    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        self.generic_visit(node)
        if node.format_spec is not None:
            node.value = ast.Call(ast.Name(KEEP, ast.Load()), [node.value, node.format_spec], [])
        return node


def noting(source: str) -> str:
    """Code that does the same and notes what it prints; code that is not all Python, such as a magic, as it is."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    return ast.unparse(ast.fix_missing_locations(_Noting().visit(tree)))
