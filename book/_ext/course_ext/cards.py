"""Cards that lead to chapters: a picture from the chapter, the question that it answers, and its minutes."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import pictures, reading_time

CHAPTER = re.compile(r"\d\d_")
SENTENCE = "03_cross_entropy.ipynb"  # stores what the letters of the book's sentence cost


class ChapterCard(SphinxDirective):
    """A card; its content says more than the question, and may hold links of its own.

    ```{chapter-card} 03_cross_entropy.ipynb
    :question: What does a prediction cost?

    **Cross-entropy.** What a prediction costs, on average, is …
    ```

    A page that is no chapter says itself what it is (`:label:`) and how long it takes (`:time:`).
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = dict.fromkeys(("question", "label", "time"), directives.unchanged_required)

    def run(self) -> list[nodes.Node]:
        """The parts of the card. Its link is the headline; a style sheet makes it as large as the card."""
        target = Path(self.env.doc2path(self.env.docname)).parent / self.arguments[0]
        self.env.note_dependency(str(target))
        drawing, label, time = self.chapter(target) if CHAPTER.match(target.name) else self.page(target)
        there = self.env.app.builder.get_relative_uri(self.env.docname, self.env.path2doc(str(target)) or "")
        above = (
            f'<article class="chapter-card">{drawing}<p class="chapter-card-label"><span>{label}</span>'
            f'<span>{time}</span></p><h3><a href="{there}">{html.escape(self.options["question"])}</a></h3>'
        )
        return [raw(above), *self.parse_content_to_nodes(), raw("</article>")]

    def chapter(self, notebook: Path) -> tuple[str, str, str]:
        """The picture, the label and the time of a chapter."""
        number = int(notebook.name[:2])
        return pictures.picture(notebook), f"Chapter {number}", f"about {reading_time.minutes(notebook)} minutes"

    def page(self, page: Path) -> tuple[str, str, str]:
        """The same of another page, whose picture is the book's sentence."""
        costs = pictures.figure_data(page.parent / SENTENCE, "sentence_costs")
        return pictures.svg(pictures.tiles(costs)), self.options["label"], self.options["time"]


def raw(text: str) -> nodes.raw:
    """HTML as it is."""
    return nodes.raw("", text, format="html")


def setup(app: Sphinx) -> None:
    """Add the directive."""
    app.add_directive("chapter-card", ChapterCard)
