"""Our style sheets of a page in one file: a browser waits for each of them before it paints anything."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

STATIC = Path(__file__).parents[2] / "_static"
RELATIVE = re.compile(r"""(url\(["']?)(?!["']|data:|#|/)""")


def moved(css: str, name: Path) -> str:
    """A style sheet of a folder as it has to be read outside of it."""
    return css if name.parent == Path() else RELATIVE.sub(rf"\g<1>{name.parent.as_posix()}/", css)


def join(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put our style sheets that this page asks for into one, named by what it holds."""
    sheets = {sheet: Path(sheet.filename).relative_to("_static") for sheet in context["css_files"]}
    ours = {sheet: name for sheet, name in sheets.items() if (STATIC / name).exists()}
    text = "\n".join(moved((STATIC / name).read_text(encoding="utf-8"), name) for name in ours.values())
    joined = f"joined-{sha256(text.encode()).hexdigest()[:12]}.css"
    Path(app.outdir, "_static", joined).write_text(text, encoding="utf-8")
    context["css_files"][:] = [sheet for sheet in sheets if sheet not in ours]
    app.add_css_file(joined)


def setup(app: Sphinx) -> None:
    """Join what all others have chosen for a page."""
    app.connect("html-page-context", join, priority=950)
