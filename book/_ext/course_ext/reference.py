"""The page that is made of docstrings: what a name between single backticks leads to, and no false signatures."""

from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def find_public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Look a bare name up among those that ``course_lm`` exports.

    Sphinx itself looks in the module that a docstring stands in. The docstring of ``course_lm.data.Corpus`` names
    `load_corpus`, which the page shows as ``course_lm.load_corpus``.
    """
    if node["refdomain"] != "py" or node["reftype"] != "obj":
        return None
    target = f"course_lm.{node['reftarget']}"
    return env.domains["py"].resolve_xref(env, node["refdoc"], app.builder, "obj", target, node, contnode)


def drop_protocol_signature(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str, None] | None:
    """Show no signature for a protocol: it cannot be called, and Python reports ``(*args, **kwargs)``."""
    return ("", None) if getattr(obj, "_is_protocol", False) else None


def setup(app: Sphinx) -> None:
    """Connect the steps above; ``default_role`` in ``_config.yml`` makes single backticks such names."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("missing-reference", find_public_name)
    app.connect("autodoc-process-signature", drop_protocol_signature)
