"""The way through the book, on top of every page: its chapters, and what the page itself holds.

``templates/way.html`` draws it as a list of links; ``way.js`` adds how far each chapter has been read.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config

CHAPTER = re.compile(r"book/0*(\d+)_")


class Chapter(NamedTuple):
    """A chapter of the book: its number, its document, and its name in the menu."""

    number: int
    page: str
    name: str


def chapters(app: Sphinx) -> list[Chapter]:
    """The chapters, in the order and with the short names of ``_toc.yml``."""
    toctrees = app.env.tocs[app.config.root_doc].findall(addnodes.toctree)
    entries = [entry for toctree in toctrees for entry in toctree["entries"]]
    found = [(CHAPTER.match(page), page, title) for title, page in entries]
    return [
        Chapter(int(match[1]), page, title or app.env.titles[page].astext()) for match, page, title in found if match
    ]


def chapter_of(page: str) -> str:
    """The chapter that a page belongs to, as its exercises do; what is kept of its reader goes by this name."""
    path = PurePosixPath(page)
    return path.name if path.parts[0] in ("book", "exercises", "solutions") else ""


def show_the_way(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give ``templates/way.html`` what it draws."""
    own = chapter_of(pagename)
    context["way_chapters"] = [
        {
            "number": number,
            "name": name,
            "page": page,
            "key": chapter_of(page),
            "is_here": chapter_of(page) == own,
        }
        for number, page, name in chapters(app)
    ]


def set_theme_options(app: Sphinx, config: Config) -> None:
    """Take out what the bar on top has now, and the contents of the page, whose column holds notes."""
    options = config.html_theme_options
    options["article_header_start"] = []
    options["article_header_end"] = ["page_buttons.html"]
    options["back_to_top_button"] = False
    options["secondary_sidebar_items"] = []
    options["primary_sidebar_end"] = ["reading_progress.html"]
    config.html_sidebars = {"**": ["sbt-sidebar-nav.html"]}


def setup(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("config-inited", set_theme_options)
    app.connect("html-page-context", show_the_way)
    app.add_css_file("way.css")
    app.add_js_file("way.js", loading_method="defer")
