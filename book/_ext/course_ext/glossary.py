"""Links to glossary terms become definitions that open where the term is read.

Authors write ``[perplexity](glossary.md#term-perplexity)``, which also reads well in JupyterLab and on
Colab, or the role ``{term}``. Here such links get the class ``glossary-term``, and the definitions are
written to one script file; ``glossary.js`` shows them.
"""

from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from .page_data import write_data

TIPS = "glossary-tips.js"


def register_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let Markdown links reach every anchor of a page: a term, a label ``(shannon-1948)=``, a name of the package.

    MyST knows the anchors of headings only. A link to an anchor that no page has stays a warning.
    """
    anchors = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.Element):  # doctree.ids lacks those of eval-rst
        for anchor in node.get("ids", ()):
            anchors.setdefault(anchor, (node.line or 0, anchor, node.astext()))


def mark_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each link to a term the class that ``glossary.js`` and the style sheet look for."""
    glossary = app.builder.get_relative_uri(docname, app.config.glossary_page)  # "" on the glossary itself
    for link in doctree.findall(nodes.reference):
        page, _, anchor = link.get("refuri", f"#{link.get('refid', '')}").partition("#")
        if page == glossary and anchor.startswith("term-"):
            link["classes"].append("glossary-term")


def definitions(builder: StandaloneHTMLBuilder) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each term's anchor with its name and its definition as HTML."""
    doctree = builder.env.get_and_resolve_doctree(builder.config.glossary_page, builder)
    for glossary in doctree.findall(addnodes.glossary):
        for entry in glossary.findall(nodes.definition_list_item):
            definition = next(entry.findall(nodes.definition))
            content = nodes.container("", *(child.deepcopy() for child in definition.children))
            html = builder.render_partial(content)["fragment"]
            for term in entry.findall(nodes.term):
                for anchor in term["ids"]:
                    yield anchor, {"term": term.astext(), "html": html}


def write_tips(app: Sphinx, exception: Exception | None) -> None:
    """Write the definitions for ``glossary.js``."""
    builder, page = app.builder, app.config.glossary_page
    if exception or not isinstance(builder, StandaloneHTMLBuilder) or page not in builder.env.all_docs:
        return
    write_data(app, TIPS, "glossaryTips", dict(definitions(builder)))


def setup(app: Sphinx) -> None:
    """Connect the steps above; ``glossary_page`` names the document with the glossary directive."""
    app.add_config_value("glossary_page", "book/glossary", "env")
    app.connect("doctree-read", register_anchors)
    app.connect("doctree-resolved", mark_links)
    app.connect("build-finished", write_tips)
    app.add_js_file(TIPS, loading_method="defer")
    app.add_js_file("glossary.js", loading_method="defer")
