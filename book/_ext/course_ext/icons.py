"""Of the theme's icons only those that pages show: the whole font is 156 kB, and its style sheet has 2 000 rules.

An icon is asked for by a class such as ``fa-list`` in a page or a script, or by its character in a style sheet.
"""

from __future__ import annotations

import re
from pathlib import Path

from fontTools.subset import Options
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from .fonts import keep_only

SHEETS = ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css", "course.css")
FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"

NAME = re.compile(r"\bfa-[a-z0-9-]+")
RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"[^"]*"\}')  # .fa-bars:before{content:"\f0c9"}
CHARACTER = re.compile(r"\\(f[0-9a-f]{3})\b|([\uf000-\uf8ff])")


def drop_icons(app: Sphinx, exception: Exception | None) -> None:
    """Cut font and style sheet down, when all pages are written."""
    static = Path(app.outdir, "_static")
    theme = static / SHEETS[0]
    if exception or not theme.exists():
        return
    pages = (page.read_text(encoding="utf-8") for page in Path(app.outdir).rglob("*.html"))
    scripts = (script.read_text(encoding="utf-8") for script in static.glob("scripts/*-theme.js"))
    names = {name for text in (*pages, *scripts) for name in NAME.findall(text)}
    theme.write_text(without_other_icons(theme.read_text(encoding="utf-8"), names), encoding="utf-8")
    cut(static / FONT, {code for sheet in SHEETS for code in characters((static / sheet).read_text(encoding="utf-8"))})


def without_other_icons(css: str, names: set[str]) -> str:
    """The style sheet without the rules of all icons but these."""
    return RULE.sub(lambda rule: rule[0] if names.intersection(NAME.findall(rule[1])) else "", css)


def characters(css: str) -> set[int]:
    """The characters of icons that a style sheet shows."""
    return {int(code, 16) if code else ord(sign) for code, sign in CHARACTER.findall(css)}


def cut(font: Path, codes: set[int]) -> None:
    """Leave only these characters in a font file."""
    whole = TTFont(font, recalcTimestamp=False)
    keep_only(whole, codes, Options())
    whole.save(font)  # in the form that it had


def setup(app: Sphinx) -> None:
    """Connect the step above."""
    app.connect("build-finished", drop_icons)
