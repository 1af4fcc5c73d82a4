"""The menu, and the order in which pages follow each other.

Solutions are built and found by the search, but neither the menu nor the buttons "previous" and "next" lead to them: a
reader goes from a chapter to its exercises and on to the next chapter. The same holds for a page of measurements as
long as nothing has been measured.
"""

from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

RECORDS_OF = {"book/gpu_runs": "benchmarks/records"}  # a page, and the folder of the records that it shows


def is_unlisted(app: Sphinx, page: str) -> bool:
    """Whether the menu leaves a page out."""
    records = RECORDS_OF.get(page)
    return page.startswith("solutions/") or bool(records and not any(Path(app.srcdir, records).glob("*.json")))


def without(html: str, addresses: set[str]) -> str:
    """A menu without the entries that lead to these addresses, in which each fold says what it holds."""
    soup = BeautifulSoup(html, "html.parser")
    for item in soup.find_all("li"):
        link = not item.decomposed and item.find("a")
        if link and link["href"] in addresses:
            item.decompose()
        elif link and (fold := item.find("summary")):
            fold["aria-label"] = f"Pages that belong to {link.get_text(strip=True)}"
    return str(soup)


def neighbor(app: Sphinx, page: str, step: int) -> str | None:
    """The next listed page (``step`` 1) or the one before (-1), in the order of the table of contents."""
    order = list(app.env.collect_relations())
    if page not in order:
        return None
    at = order.index(page) + step
    while 0 <= at < len(order) and is_unlisted(app, order[at]):
        at += step
    return order[at] if 0 <= at < len(order) else None


def set_theme_options(app: Sphinx, config: Config) -> None:
    """End the menu above the solutions, which stand below the exercises."""
    config.html_theme_options["max_navbar_depth"] = 2


def lead_on(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the page its menu, and its neighbors among the listed pages."""
    whole = context.get("generate_toctree_html")
    if whole is None:
        return
    unlisted = {app.builder.get_relative_uri(pagename, page) for page in app.env.all_docs if is_unlisted(app, page)}
    context["generate_toctree_html"] = lambda **options: without(str(whole(**options)), unlisted)
    for name, step in (("prev", -1), ("next", 1)):
        if context.get(name):
            other = neighbor(app, pagename, step)
            title = other and app.env.titles[other].astext()
            context[name] = {"link": app.builder.get_relative_uri(pagename, other), "title": title} if other else None


def setup(app: Sphinx) -> None:
    """Connect the steps above, the second after the theme has made its menu (500)."""
    app.connect("config-inited", set_theme_options)
    app.connect("html-page-context", lead_on, priority=600)
