"""Lines to show under what a search found: the sentences of every page, by the place where they stand, and its code.

Sphinx's own excerpts are the first words of a page, and a page that is opened from a disk may not fetch even those.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from .page_data import write_data

LINES = "search-lines.js"


def lines(doctree: nodes.document) -> Iterator[tuple[str, str, str]]:
    """The anchor and the name of a place, and a text there: first all paragraphs, with an ellipsis for a formula.

    Then each line of code with a word that nothing before it has.
    """
    known: set[str] = set()
    for block in chain(doctree.findall(nodes.paragraph), doctree.findall(nodes.literal_block)):
        is_code, at = isinstance(block, nodes.literal_block), place(block)
        text = "".join(words(block))
        for line in text.splitlines() if is_code else [text]:
            found = set(re.findall(r"[^\W\d]\w*", line.lower()))
            if line.strip() and at and not (is_code and found <= known):
                yield *at, " ".join(line.split())
            known |= found


def place(node: nodes.Node) -> tuple[str, str] | None:
    """The anchor and the name of what a node belongs to: a term, a member of the package, or else its section."""
    match node.parent:
        case nodes.definition_list_item(children=[nodes.term(attributes={"ids": [anchor, *_]}) as name, *_]):
            return anchor, name.astext()
        case addnodes.desc(children=[addnodes.desc_signature(attributes={"ids": [anchor, *_]}) as name, *_]):
            return anchor, name["fullname"]
        case nodes.section() as section:
            return section["ids"][0], next(section.findall(nodes.title)).astext()
        case None:
            return None
        case around:
            return place(around)


def words(node: nodes.Node) -> Iterator[str]:
    """The text below a node."""
    if isinstance(node, nodes.math | nodes.math_block):
        yield formula(node.astext())
    elif isinstance(node, nodes.Text):
        yield node.astext()
    else:
        for child in node.children:
            yield from words(child)


def formula(latex: str) -> str:
    """A letter, Latin or Greek, as it is printed; an ellipsis for all that is longer."""
    if len(latex) == 1:
        return latex
    try:
        return unicodedata.lookup(f"Greek small letter {latex[1:]}")  # after the backslash
    except KeyError:
        return "…"


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
