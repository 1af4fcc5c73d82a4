"""Draws the figures of a notebook from their data: vectors in the page's type and colors, wide and for a phone.

A notebook stores the name and the data of a figure beside its picture (`course_lm.plot.figure`). The picture is for
JupyterLab and the repository; a page gets the drawing, a number, a caption, and the data as a table.
"""

from __future__ import annotations

import functools
import html
import json
import logging
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib import rc_context
from matplotlib.font_manager import fontManager
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course_lm.plot.figure import MIME, Plot
from course_lm.plot.style import COLORS, number, visible

from . import fonts

FIGURE = re.compile(r'(<figure class="(?:plot|course-figure)")(.*?<figcaption>(?:\s*<p>)?)', re.DOTALL)
CHAPTER = re.compile(r"book/0?(\d+)_")
MOST_ROWS, MOST_COLUMNS = 24, 12  # of a table that is read
SVG: Any = {
    "svg.fonttype": "none",
    "savefig.transparent": True,
    "path.simplify_threshold": 0.3,
    "font.sans-serif": ["Inter", "DejaVu Sans"],
    "font.monospace": ["IBM Plex Mono", "DejaVu Sans Mono"],
}
NOTHING: Mapping[str, None] = dict.fromkeys(["Date", "Creator", "Format", "Type"])


def draw_plots(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the drawings into a notebook that is read, in place of its pictures."""
    if not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if shown := output.get("data", {}).get(MIME):
                output["data"] = {"text/html": _of_cell(Plot.stored(**shown), cell["metadata"]["figure"])}
    source[0] = json.dumps(notebook)


def _of_cell(drawn: Plot, words: Mapping[str, str]) -> str:
    return page_figure(drawn, words["alt"], html.escape(words["caption"], quote=False), words.get("moves", ""))


class PlotDirective(SphinxDirective):
    """A figure of a page that is no notebook: a file of its name and data; the caption is the content.

    ```{plot} runs/toy/curve.json
    :alt: What is seen.

    What to see.
    ```
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The drawings and the caption."""
        path = Path(self.env.srcdir, self.arguments[0])
        self.env.note_dependency(str(path))
        drawn = Plot.stored(**json.loads(path.read_text(encoding="utf-8")))
        before, after = page_figure(drawn, self.options["alt"], "\0").split("\0")
        return [
            nodes.raw("", before, format="html"),
            *self.parse_content_to_nodes(),
            nodes.raw("", after, format="html"),
        ]


def page_figure(drawn: Plot, alt: str, caption: str, moves: str = "") -> str:
    """A figure of a page; the caption is HTML. `moves` names the script that makes it move, which gets its data."""
    drawings = (
        f'<div class="plot-{width}">{svg(drawn, alt, narrow=width == "narrow")}</div>' for width in ("wide", "narrow")
    )
    said = f"<figcaption><b>{html.escape(drawn.question, quote=False)}</b> {caption}</figcaption>"
    numbers = f"<details><summary>Its numbers</summary>{''.join(tables(drawn.data))}</details>"
    if not moves:
        return f'<figure class="plot">{"".join(drawings)}{said}{numbers}</figure>'
    data = f'<script type="application/json">{json.dumps(drawn.data).replace("<", chr(92) + "u003c")}</script>'
    return f'<figure class="plot" data-figure="{moves}">{"".join(drawings)}{said}{numbers}{data}</figure>'


def svg(drawn: Plot, alt: str, *, narrow: bool) -> str:
    """One drawing, whose colors are variables of the page and whose letters are letters."""
    use_the_pages_fonts()
    stream = StringIO()
    with rc_context(SVG | {"svg.hashsalt": f"{drawn.name}{narrow}{drawn.data}"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the browser has another that has it
        drawn.figure(narrow=narrow).savefig(stream, format="svg", metadata=NOTHING)
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r' id="part ([^"]*)"', r' data-part="\1"', text)  # what a reader may point at
    text = re.sub(r' id="(?![a-z][0-9a-f]{10}")[^"]*"', "", text)  # of groups; clips and markers are named by digests
    tenths = re.compile(r"(opacity: [\d.]+|\d+\.\d)\d*")  # of a pixel, but opacities as they are
    text = re.sub(r"<[^>]*>", lambda tag: tenths.sub(r"\1", tag[0]), text)
    text = re.sub(r' transform="rotate\(-0 [^)]*\)"|<g/>|<defs> </defs>', "", re.sub(r"\s*\n\s*", " ", text))
    for name, color in COLORS.items():
        text = text.replace(color, f"var(--{name})")
    for family, name in (("IBM Plex Mono", "mono"), ("Inter", "sans")):
        text = re.sub(rf"font-family: '?{family}[^;\"]*", f"font-family: var(--{name})", text)
    box = re.search(r'viewBox="([^"]*)"', text)
    assert box
    opening = f'<svg viewBox="{box[1]}" role="img" aria-label="{html.escape(alt)}">'
    return re.sub(r"<svg [^>]*>", opening, text[text.index("<svg") :], count=1)


@functools.cache
def use_the_pages_fonts() -> None:
    """Let matplotlib measure letters as the page will show them, bold ones as if they were not."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    for font in fonts.for_figures():
        fontManager.addfont(font)


def tables(data: Mapping[str, Any]) -> Iterator[str]:
    """The data of a figure: columns of one length side by side, thinned out where they are long."""
    columns: dict[int, list[tuple[str, list[Any]]]] = defaultdict(list)
    single: list[tuple[str, Any]] = []
    numbers = {name: value for name, value in data.items() if name != "question"}
    leaves = [(name, *leaf) for name, value in numbers.items() for leaf in _leaves(value) if leaf[1] != []]
    times = Counter(label for _, label, _ in leaves)
    for name, label, value in leaves:
        said = name.replace("_", " ") if not label else label if times[label] == 1 else f"{name}: {label}"
        if isinstance(value, list):
            columns[len(value)].append((said, value))
        else:
            single.append((said, value))
    if single:
        yield _table([], [[name, value] for name, value in single])
    for n_rows, side_by_side in columns.items():
        every = -(-n_rows // MOST_ROWS)
        flat = [(name, series) for name, values in side_by_side for name, series in _flat(name, values)]
        yield _table([name for name, _ in flat], [[series[i] for _, series in flat] for i in range(0, n_rows, every)])


def _leaves(value: Any, label: str = "") -> Iterator[tuple[str, Any]]:
    """All that is no dictionary, under the keys that lead to it."""
    if not isinstance(value, dict):
        yield label, value
        return
    for key, inner in value.items():
        yield from _leaves(inner, f"{label}, {key}" if label else key)


def _flat(name: str, values: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """A column; of rows of numbers the first columns, since a wide matrix is nothing to read."""
    if not values or not isinstance(values[0], list):
        yield name, values
        return
    for i in range(min(len(values[0]), MOST_COLUMNS)):
        yield f"{name} {i + 1}", [row[i] for row in values]


def _table(header: list[str], rows: list[list[Any]]) -> str:
    def line(tag: str, cells: list[Any]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(_said(cell))}</{tag}>" for cell in cells) + "</tr>"

    return f"<table>{line('th', header) if header else ''}{''.join(line('td', row) for row in rows)}</table>"


def _said(value: Any) -> str:
    return visible(value) if isinstance(value, str) else number(value)


def number_figures(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Number the figures of a chapter, still and moveable ones, in the order of the page."""
    chapter = CHAPTER.match(pagename)
    if not chapter:
        return
    n = 0

    def numbered(figure: re.Match[str]) -> str:
        nonlocal n
        n += 1
        name = f"{chapter[1]}.{n}"
        return f'{figure[1]} id="figure-{name}"{figure[2]}<span class="figure-number">Figure {name}.</span> '

    context["body"] = FIGURE.sub(numbered, context.get("body", ""))


def setup(app: Sphinx) -> None:
    """Draw what is read, and number what is written."""
    app.add_directive("plot", PlotDirective)
    app.connect("source-read", draw_plots)
    app.connect("html-page-context", number_figures)
