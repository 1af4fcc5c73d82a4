"""Figures tell the browser their size before they arrive, and wait until the reader comes near.

So a page does not jump while it loads, and a visit does not pay for figures that nobody scrolls to.
"""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.images import get_image_size

FIGURE = re.compile(r'<img\b(?=[^>]*\bsrc="(?:[^"]*/)?_images/(?P<file>[^"]+)")(?P<rest>[^>]*)>')


def prepare_figures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write size and lazy loading into the figures of a page."""
    sources = {name: Path(app.srcdir, source) for source, name in app.builder.images.items()}
    context["body"] = FIGURE.sub(lambda img: with_size(img, sources), context.get("body", ""))


def with_size(img: re.Match[str], sources: dict[str, Path]) -> str:
    """One ``img`` element with its width and height in pixels."""
    size = get_image_size(str(sources[img["file"]])) if img["file"] in sources else None
    if size is None:
        return img[0]
    return f'<img width="{size[0]}" height="{size[1]}" loading="lazy"{img["rest"]}>'


def setup(app: Sphinx) -> None:
    """Connect the step above."""
    app.connect("html-page-context", prepare_figures)
