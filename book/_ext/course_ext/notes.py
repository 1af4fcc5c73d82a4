"""What `notes.js` writes beside a chapter: who wrote a work that it cites, and what a name of the package does.

Both are written to one script file. The definitions of terms are in another one already (`glossary`).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

import course_lm

from .citations import entries
from .page_data import write_data
from .way import CHAPTER

FILE = "margin.js"


def works(doctree: nodes.document) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the anchor of each reference with its authors, its year, its title, and where it can be read."""
    for section in entries(doctree):
        paragraph = next(section.findall(nodes.paragraph))
        title = next(paragraph.findall(nodes.emphasis))
        before = paragraph.children[: paragraph.index(title)] if title in paragraph.children else []
        papers = (
            link["refuri"] for link in paragraph.findall(nodes.reference) if "arxiv.org" in link.get("refuri", "")
        )
        yield (
            section["ids"][0],
            {
                "authors": "".join(node.astext() for node in before).strip().removesuffix("."),
                "year": next(section.findall(nodes.title)).astext().split()[-1],
                "title": title.astext().removesuffix("."),
                "address": next(papers, ""),
            },
        )


def names() -> dict[str, str]:
    """The first line of the docstring of each public name."""
    found = {name: inspect.getdoc(getattr(course_lm, name)) for name in course_lm.__all__}
    return {name: text.splitlines()[0].replace("`", "") for name, text in found.items() if text}


def write_notes(app: Sphinx, exception: Exception | None) -> None:
    """Write both for ``notes.js``."""
    builder, page = app.builder, app.config.references_page
    if exception or not isinstance(builder, StandaloneHTMLBuilder) or page not in builder.env.all_docs:
        return
    data = {"works": dict(works(builder.env.get_doctree(page))), "names": names()}
    write_data(app, FILE, "margin", data)


def load(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the chapters alone load the files of notes."""
    if CHAPTER.match(pagename):
        app.add_css_file("notes.css")
        app.add_js_file(FILE, loading_method="defer")
        app.add_js_file("notes.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("build-finished", write_notes)
    app.connect("html-page-context", load)
