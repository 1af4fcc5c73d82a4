"""The book's Sphinx extension.

It turns links to glossary terms into definitions that open in place, lets the repository buttons
follow the fork that builds the book, says in the head of a page what it is about, draws the figures of notebooks
and the cards of chapters, cuts the fonts, keeps every page small and self-contained, gives the pages
with widgets their scripts, and joins our style sheets.
"""

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from . import (
    cards,
    chapter_end,
    citations,
    fonts,
    glossary,
    head,
    icons,
    menu,
    not_found,
    notes,
    opening,
    pages,
    plots,
    reference,
    repository,
    search_lines,
    style_sheets,
    way,
    widgets,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the parts; Sphinx calls this once per build."""
    repository.setup(app)
    pages.setup(app)
    fonts.setup(app)
    icons.setup(app)
    glossary.setup(app)
    citations.setup(app)
    reference.setup(app)
    head.setup(app)
    menu.setup(app)
    plots.setup(app)
    cards.setup(app)
    not_found.setup(app)
    way.setup(app)
    opening.setup(app)
    chapter_end.setup(app)
    notes.setup(app)
    search_lines.setup(app)
    widgets.setup(app)
    style_sheets.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
