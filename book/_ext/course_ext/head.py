"""What a page tells search engines and those who share it: title, description, social card."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

ENOUGH, LIMIT = 80, 200  # characters: too short says little, and of more than the limit no search engine shows the end
GENERATED = {"genindex": "Index", "search": "Search"}  # pages that Sphinx writes, without a title in their context
CARD = "_static/chapter.png"  # book/images/chapter.png, which html_static_path copies
CARD_ALT = "A chapter of the book: a question about a sentence, a cell that answers it, and its figure"


def summary(doctree: nodes.document) -> str:
    """The beginning of the text as plain text of at most ``LIMIT`` characters, cut where a clause ends if it can be.

    A paragraph that only opens a list ("After this chapter you can") goes on with the list.
    """
    text = ""
    for paragraph in prose(doctree):
        text = " ".join(f"{text} {paragraph}".split())
        if len(text) >= ENOUGH:
            break
    clauses = re.match(rf"(.{{{ENOUGH // 2},{LIMIT - 1}}})[.;?](?=\s|$)", text)
    return f"{clauses[1]}." if clauses else textwrap.shorten(text, LIMIT, placeholder=" …")


def prose(doctree: nodes.document) -> Iterator[str]:
    """Yield the paragraphs outside tables and figures, without the markup of formulas."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not isinstance(paragraph.parent, nodes.entry | nodes.figure | nodes.legend):
            yield re.sub(r"[\\{}]", "", paragraph.astext())


def describe_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give ``layout.html`` the title and the description; a page may bring its own description (``html_meta``)."""
    title = re.sub(r"<[^>]+>", "", GENERATED.get(pagename) or context["title"])
    site = app.config.html_title
    context["page_title"] = title if title == site else f"{title} – {site}"
    own = doctree and next((m["content"] for m in doctree.findall(nodes.meta) if m.get("name") == "description"), None)
    context["has_own_description"] = bool(own)
    context["description"] = own or (doctree and summary(doctree)) or f"{title}: a page of the course “{site}”."
    context["card_image"] = app.config.html_baseurl + CARD
    context["card_alt"] = CARD_ALT


def add_templates(app: Sphinx, config: Config) -> None:
    """Let ``templates/layout.html`` come before the theme's."""
    config.templates_path.append(str(Path(__file__).parent / "templates"))


def setup(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("config-inited", add_templates)
    app.connect("html-page-context", describe_page)
