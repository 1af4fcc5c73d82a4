"""The page for addresses that lead nowhere, ``404.html``, which hosts such as GitHub Pages show at any depth."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from . import way

NAME = "404"
BODY = """<section class="not-found"><p class="chapter-label">404</p><h1>This page does not exist</h1>
<p>The address may be mistyped, or the page has moved. <a href="{home}">Begin at the first page</a>,
<a href="search.html">search the book</a>, or go on to a chapter:</p>
<ol>{chapters}</ol></section>"""
RELATIVE = re.compile(r'\b(href|src|action|data-content_root)="(?![a-z]+:|[/#])(?:\./)?([^"]*)"')


def add_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page to Sphinx, which dresses it like any other."""
    home = app.builder.get_target_uri(app.config.root_doc)
    title = "Page not found"
    links = (f'<li><a href="{app.builder.get_target_uri(page)}">{name}</a></li>' for _, page, name in way.chapters(app))
    body = BODY.format(home=home, chapters="".join(links))
    yield NAME, {"title": title, "pagetitle": title, "body": body}, "page.html"


def from_the_root(html: str, root: str) -> str:
    """The page with every relative address counted from the root of the site, a path such as ``/course/``."""
    return RELATIVE.sub(rf'\1="{root}\2"', html)


def write_absolute_addresses(app: Sphinx, exception: Exception | None) -> None:
    """Make the page independent of the address it is shown at; the root is ``/`` where no other is known."""
    page = Path(app.outdir, f"{NAME}.html")
    if exception is None and page.exists():
        root = urlsplit(app.config.html_baseurl).path or "/"
        page.write_text(from_the_root(page.read_text(encoding="utf-8"), root), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("html-collect-pages", add_page)
    app.connect("build-finished", write_absolute_addresses)
