"""How a chapter ends: its exercises, and the question that the next chapter answers, with its picture.

Exercises end with the way to their solutions, which no other page and no menu shows.

The question is that of the next chapter's card on the first page (`cards`).
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from . import pictures, reading_time
from .way import CHAPTER, Chapter, chapters

QUESTION = re.compile(r"\{chapter-card\} (\S+?)\.ipynb\n:question: (.+)")


def questions(home: str) -> dict[str, str]:
    """The question of each chapter, by the name of its notebook, from the source of the first page."""
    return dict(QUESTION.findall(home))


def exercises(app: Sphinx, page: str) -> str:
    """The way to the exercises of a chapter, if it has some."""
    practice = f"exercises/{page.partition('/')[2]}"
    if practice not in app.env.titles:
        return ""
    there = app.builder.get_relative_uri(page, practice)
    name = app.env.titles[practice].astext().partition(": ")[2]
    return (
        '<div class="end-exercises"><p class="end-label">Exercises</p>'
        f'<p><a href="{there}">Try it yourself: {html.escape(name)}</a></p>'
        "<p>Functions to write, in a notebook that tells you which mistake it sees.</p></div>"
    )


def next_chapter(app: Sphinx, page: str, after: Chapter) -> str:
    """The card of the next chapter: one link as large as the card."""
    path = Path(app.env.doc2path(after.page))
    home = Path(app.env.doc2path(app.config.root_doc)).read_text(encoding="utf-8")
    question = questions(home).get(path.stem, after.name)
    label = f"Next: chapter {after.number}, about {reading_time.minutes(path)} minutes"
    there = app.builder.get_relative_uri(page, after.page)
    return (
        f'<div class="end-next"><div><p class="end-label">{label}</p>'
        f'<p class="end-question"><a href="{there}">{html.escape(question)}</a></p></div>{pictures.picture(path)}</div>'
    )


def to_solutions(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the way to the solutions below the exercises."""
    folder, _, name = pagename.partition("/")
    if folder == "exercises":
        there = app.builder.get_relative_uri(pagename, f"solutions/{name}")
        context["body"] += f'<p>When you are done, compare with <a href="{there}">the solutions</a>.</p>'


def end_chapter(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the cards below a chapter."""
    match = CHAPTER.match(pagename)
    if not match:
        return
    after = next((chapter for chapter in chapters(app) if chapter.number == int(match[1]) + 1), None)
    cards = exercises(app, pagename) + (next_chapter(app, pagename, after) if after else "")
    if cards:
        context["body"] += f'<nav class="chapter-end" aria-label="After this chapter">{cards}</nav>'


def setup(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("html-page-context", end_chapter)
    app.connect("html-page-context", to_solutions)
