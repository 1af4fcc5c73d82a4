"""Lines to show under what a search found: the sentences of every page, by section.

Sphinx's own excerpts are the first words of a page, and a page that is opened from a disk may not fetch even those.
"""

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from .citations import section_of
from .page_data import write_data

LINES = "search-lines.js"


def lines(doctree: nodes.document) -> Iterator[tuple[str, str, str]]:
    """For each paragraph its section's anchor and title, and its text, with an ellipsis for a formula."""
    for paragraph in doctree.findall(nodes.paragraph):
        section = section_of(paragraph)
        text = " ".join("".join(words(paragraph)).split())
        if section is not None and text:
            yield section["ids"][0], next(section.findall(nodes.title)).astext(), text


def words(node: nodes.Node) -> Iterator[str]:
    """The text below a node."""
    if isinstance(node, nodes.math | nodes.math_block):
        yield "…"
    elif isinstance(node, nodes.Text):
        yield node.astext()
    else:
        for child in node.children:
            yield from words(child)


def write_lines(app: Sphinx, exception: Exception | None) -> None:
    """Write them for ``search.js``."""
    if exception is not None or not isinstance(app.builder, StandaloneHTMLBuilder):
        return
    found = {page: list(lines(app.env.get_doctree(page))) for page in sorted(app.env.all_docs)}
    write_data(app, LINES, "searchLines", found)


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Only the search page loads them."""
    if pagename == "search":
        for name in (LINES, "search.js"):
            app.add_js_file(name, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("build-finished", write_lines)
    app.connect("html-page-context", add_scripts)
