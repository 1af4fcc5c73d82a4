"""What every page carries: our style and scripts, nothing from another host, no hidden comments."""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
EMPTY_HEADER = re.compile(r'<th class="head[^"]*">\s*(?:<p>\s*</p>)?\s*</th>')


def set_theme_options(app: Sphinx, config: Config) -> None:
    """Drop the strip at the top, where this pair of themes draws a second search field."""
    config.html_theme_options["navbar_persistent"] = []


def remove_comments(app: Sphinx, doctree: nodes.document) -> None:
    """Take HTML comments out of a page.

    The prose ties its numbers to cells with comments such as ``<!-- = loss -->``. A browser does not
    show them, but titles, the side bar and the search index would carry them along.
    """
    for raw in list(doctree.findall(nodes.raw)):
        text = COMMENT.sub("", raw.astext())
        if text == raw.astext():
            continue
        if text.strip():
            raw.replace_self(nodes.raw("", text, **raw.attributes))
        else:
            raw.parent.remove(raw)


def free_empty_corners(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Make an empty header cell a plain one: it heads nothing, and a screen reader would announce it."""
    context["body"] = EMPTY_HEADER.sub("<td></td>", context.get("body", ""))


# What extensions and the theme load on every page, by a piece of its name or its code, and what a page that needs it
# holds. Jupyter Book adds the loaders of live cells (thebe) with an outside address, and no page has any. The colors
# of code are in theme.css.
NEEDED_BY = {
    "thebe": None,
    "pygments.css": None,
    "design": re.compile(r'class="(?:[^"]* )?sd-'),
    "toggle": re.compile(r'class="(?:[^"]* )?(?:toggle|dropdown)[ "]'),
    "copybutton": re.compile('class="highlight"'),
    "clipboard": re.compile('class="highlight"'),
}


def drop_unused(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Drop the scripts and style sheets that this page has no use for."""
    body = context.get("body", "")
    unused = [name for name, holds in NEEDED_BY.items() if holds is None or not holds.search(body)]

    def is_unused(asset: object) -> bool:
        attributes = getattr(asset, "attributes", {})
        text = f"{getattr(asset, 'filename', asset)} {attributes.get('body', '')}".lower()
        return any(name in text for name in unused)

    for kind in ("script_files", "css_files"):
        context[kind][:] = [asset for asset in context[kind] if not is_unused(asset)]


def empty_icon_script(app: Sphinx, exception: Exception | None) -> None:
    """Empty the largest script of the theme: its icons come from web fonts and need no script."""
    script = Path(app.outdir, "_static", "scripts", "fontawesome.js")
    if exception is None and script.exists():
        script.write_text("", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect the steps above and add our files to every page."""
    app.connect("config-inited", set_theme_options)
    # Before Sphinx collects titles, which happens at the default priority of 500.
    app.connect("doctree-read", remove_comments, priority=100)
    app.connect("html-page-context", drop_unused, priority=900)
    app.connect("html-page-context", free_empty_corners)
    app.connect("build-finished", empty_icon_script)
    # Any page may open a definition that holds a formula, so MathJax is on every page.
    app.set_html_assets_policy("always")
    for name in ("tokens.css", "fonts.css", "theme.css", "course.css"):
        app.add_css_file(name)
    app.add_js_file("base.js", loading_method="defer", priority=400)
    app.add_js_file("a11y.js", loading_method="defer")
