"""Files that only some pages need: those of figures and of the live model.

A page loads them if its body holds their marker. All other pages stay as small as they are.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

# What computes in the page, what the live model adds to it, and what its companions share.
ENGINE = tuple(f"live/{name}.js" for name in "data model score source reading".split())
LIVE = tuple(f"live/{name}.js" for name in "signs state keys parts tiles numbers curve more pen frame live".split())
COMPANION = (*ENGINE, "live/companion.css", "live/companion.js", "live/along.js")

# A piece of a page's HTML, and what such a page loads from _static, in this order, each once.
FILES = {
    '<figure class="plot"': ("figures/plot.css",),
    'data-figure="': ("figures/plot.css", "figures/figures.css", "figures/figure.js"),
    'data-figure="softmax"': ("figures/softmax.js",),
    'data-figure="surprisal"': ("figures/surprisal.js",),
    'data-figure="coder"': ("figures/coder.js",),
    'data-figure="mask"': ("figures/mask.js",),
    'data-figure="tree"': (*ENGINE, "figures/branches.js", "figures/tree.js"),
    'data-figure="descent"': ("figures/descent.js",),
    'data-figure="training"': ("figures/training.css", "figures/data/training.js", "figures/training.js"),
    'data-figure="transformer"': ("figures/transformer.css", "figures/transformer.js"),
    'class="guess"': (
        "guess/guess.css",
        *(f"guess/{name}.js" for name in "score share number choice guess".split()),
    ),
    'class="chapter-card"': ("cards.css",),
    "data-home": (
        *("live/keys.css", "home.css"),
        *(f"live/{name}.js" for name in "data model score toy_weights keys".split()),
        "home.js",
    ),
    'class="live-model"': (*ENGINE, "live/live.css", "live/keys.css", *LIVE),
    'class="live-modes"': ("live/modes.js",),
    'class="live-game"': (
        *(*ENGINE, "live/game.css"),
        *(f"live/{name}.js" for name in "stakes puzzles records verdict board game".split()),
    ),
    'class="live-tape"': (*COMPANION, "live/tape.css", "live/arithmetic_coder.js", "live/tape.js"),
    'class="live-arcs"': (*COMPANION, "live/arcs.css", "live/arcs.js"),
    'class="live-temperatures"': (*COMPANION, "live/temperatures.css", "live/temperatures.js"),
}


def add_files(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the files of each marker in a page to this page alone."""
    body = context.get("body", "")
    for name in dict.fromkeys(name for marker, names in FILES.items() if marker in body for name in names):
        if name.endswith(".css"):
            app.add_css_file(name)
        else:
            app.add_js_file(name, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Look at each page before it is written."""
    app.connect("html-page-context", add_files)
