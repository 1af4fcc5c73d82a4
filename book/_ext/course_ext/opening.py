"""How a chapter opens: its number and its time, its title in two parts, and the sentence of the book (`motif`)."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from . import reading_time
from .motif import motif
from .way import CHAPTER

TITLE = re.compile(
    r"<h1>(?:<span class=\"section-number\">.*?</span>)?(?P<title>.*?)(?P<link><a class=\"headerlink.*?)?</h1>"
)
RUNS = re.compile(r"\*\*It runs(?: in)?\*\*(?: in)? (?P<time>[^;,.]*?)(?: on a laptop’?'?s CPU)?[;,.]")


def running_time(notebook: str) -> str:
    """How long a chapter says that it runs, such as "about a minute", or nothing."""
    said = RUNS.search(notebook)
    return said["time"] if said else ""


def opening(label: str, heading: str) -> str:
    """The label and the title, which ends at its colon; the rest becomes a subtitle."""
    parts = TITLE.match(heading)
    assert parts
    title, colon, subtitle = parts["title"].partition(": ")
    title += parts["link"] or ""
    if colon:
        title += f'<span class="visually-hidden">: </span><span class="chapter-subtitle">{subtitle}</span>'
    return f'<p class="chapter-label">{label}</p><h1>{title}</h1>'


def open_chapter(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the opening of a chapter in place of its title."""
    chapter = CHAPTER.match(pagename)
    if not chapter:
        return
    path = Path(app.env.doc2path(pagename))
    said = running_time(path.read_text(encoding="utf-8"))
    label = [f"Chapter {chapter[1]}", f"about {reading_time.minutes(path)} minutes to read"]
    label += [f"runs on a laptop in {said}"] if said else []
    spans = " ".join(f"<span>{part}</span>" for part in label)
    drawn = motif(Path(app.srcdir), int(chapter[1]))
    context["body"] = TITLE.sub(lambda found: opening(spans, found[0]) + drawn, context["body"], count=1)


def setup(app: Sphinx) -> None:
    """Connect the step above."""
    app.connect("html-page-context", open_chapter)
    app.add_css_file("motif.css")
