"""The book's Sphinx extension.

It turns links to glossary terms into definitions that open in place, lets the repository buttons
follow the fork that builds the book, says in the head of a page what it is about, keeps every page small
and self-contained, and gives the pages with widgets their scripts.
"""

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from . import figures, glossary, head, not_found, pages, reference, repository, widgets


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the parts; Sphinx calls this once per build."""
    repository.setup(app)
    pages.setup(app)
    glossary.setup(app)
    reference.setup(app)
    head.setup(app)
    figures.setup(app)
    not_found.setup(app)
    widgets.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
