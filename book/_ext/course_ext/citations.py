"""Citations: each entry of the page of references says which pages cite it, and leads back to the place.

Authors write ``[Shannon 1948](references.md#shannon-1948)``.
"""

from __future__ import annotations

from collections import defaultdict

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

CITED = "course_cites"  # in the metadata of a page: the entries that it cites, and under which heading it first does


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Remember what a page cites, and mark the entries of the page of references."""
    page = app.env.docname
    cited: dict[str, str] = {}
    for link in doctree.findall(addnodes.pending_xref):
        if link.get("reftarget") == app.config.references_page and link.get("reftargetid"):
            section = section_of(link)
            cited.setdefault(link["reftargetid"], section["ids"][0] if section else "")
    app.env.metadata[page][CITED] = cited
    if page == app.config.references_page:
        for section in entries(doctree):
            section["classes"].append("reference-entry")


def section_of(node: nodes.Node) -> nodes.section | None:
    """The section that a node stands in, the innermost one."""
    around: nodes.Node | None = node.parent
    while around is not None and not isinstance(around, nodes.section):
        around = around.parent
    return around


def entries(doctree: nodes.document) -> list[nodes.section]:
    """The sections below the title."""
    return [node for node in doctree.findall(nodes.section) if isinstance(node.parent, nodes.section)]


def lead_back(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add to each entry a line with the pages that cite it."""
    if docname != app.config.references_page:
        return
    citing: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for page in app.env.collect_relations():  # in the order of the book
        for entry, section in app.env.metadata[page].get(CITED, {}).items():
            citing[entry].append((page, section))
    for section in entries(doctree):
        line = nodes.paragraph(classes=["cited-in"])
        for page, anchor in citing[section["ids"][0]]:
            line += nodes.Text(", " if line.children else "Cited in ")
            address = f"{app.builder.get_relative_uri(docname, page)}#{anchor}"
            line += nodes.reference("", "", *title(app, page), refuri=address, internal=True)
        if line.children:
            section += line


def title(app: Sphinx, page: str) -> list[nodes.Node]:
    """The title of a page up to its colon, with the number of a chapter."""
    number = app.env.toc_secnumbers.get(page, {}).get("")
    name = app.env.titles[page].astext()
    if number and not name.startswith(("Exercises", "Solutions")):
        return [nodes.Text(f"chapter {number[0]}")]
    return [nodes.Text(name)]


def setup(app: Sphinx) -> None:
    """Connect the steps above; ``references_page`` names the document with the entries."""
    app.add_config_value("references_page", "book/references", "env")
    app.connect("doctree-read", collect)
    app.connect("doctree-resolved", lead_back)
