"""The fonts of the book, cut from packages that carry whole families, so that none is committed.

Pages get WOFF2 files with the characters and the weights that the book shows; figures, which matplotlib draws, get
TTF files. Cutting takes ten seconds, so the results are kept in ``.cache/fonts`` until the recipes here or the
packages change.
"""

from __future__ import annotations

import hashlib
import inspect
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from sphinx.application import Sphinx

CACHE = Path(__file__).parents[3] / ".cache" / "fonts"

# ASCII, letters of names, and the signs of prose, mathematics and code. A test says what a page shows beyond these.
CHARACTERS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset(
    "ÄÖÜßäçèéëöü\xa0\u2009©§°–—‘’“”•…′€±²³½×÷·µΣηθκτ−√∂∏∞≈≠≤≥∑₀₁₂₋ₛₜ⁰¹⁴⁵⁶⁷⁸⁹⁻←↑→↓↔↵␣█●▶✓"
)


@dataclass(frozen=True)
class Recipe:
    """One file: a font of a package, narrowed to a place or a range on each of its axes."""

    name: str
    package: str
    file: str
    axes: tuple[tuple[str, float | tuple[float, float]], ...] = ()
    features: str = "kern liga calt ccmp locl mark mkmk tnum"


INTER = "Inter[opsz,wght].ttf"
PLEX_MONO = "IBMPlexMono-Regular.ttf"
FOR_PAGES = (
    Recipe("literata", "fontpkg_literata", "Literata[opsz,wght].ttf", (("opsz", (14, 72)), ("wght", (400, 600)))),
    Recipe("literata-italic", "fontpkg_literata", "Literata-Italic[opsz,wght].ttf", (("opsz", 18), ("wght", 400))),
    Recipe("inter", "fontpkg_inter", INTER, (("opsz", 14), ("wght", (400, 650)))),
    Recipe("plex-mono", "fontpkg_ibm_plex_mono", PLEX_MONO, features="ccmp"),
)
FOR_FIGURES = (
    Recipe("Inter-Regular", "fontpkg_inter", INTER, (("opsz", 14), ("wght", 400))),
    Recipe("IBMPlexMono-Regular", "fontpkg_ibm_plex_mono", PLEX_MONO),
)


def for_pages() -> list[Path]:
    """The fonts of the pages, as WOFF2."""
    return [cached(recipe, ".woff2") for recipe in FOR_PAGES]


def for_figures() -> list[Path]:
    """The fonts of the figures, as TTF, for ``matplotlib.font_manager.fontManager.addfont``.

    Their families are called "Inter" and "IBM Plex Mono".
    """
    return [cached(recipe, ".ttf") for recipe in FOR_FIGURES]


def cached(recipe: Recipe, suffix: str) -> Path:
    """The file of a recipe, which is cut unless the same has been cut before."""
    font = CACHE / fingerprint() / f"{recipe.name}{suffix}"
    if not font.exists():
        font.parent.mkdir(parents=True, exist_ok=True)
        part = font.with_suffix(".part")
        cut(recipe, suffix).save(part)
        part.replace(font)
    return font


def fingerprint() -> str:
    """What the files depend on, as a short name: this module, the fonts, and the tools that cut them."""
    packages = ("fontpkg-literata", "fontpkg-inter", "fontpkg-ibm-plex-mono", "fonttools", "brotli")
    versions = [metadata.version(package) for package in packages]
    source = inspect.getsource(sys.modules[__name__])
    return hashlib.sha256("\n".join([*versions, source]).encode()).hexdigest()[:16]


def original(recipe: Recipe) -> TTFont:
    """The whole font, as its package carries it."""
    with resources.as_file(resources.files(recipe.package) / "files" / recipe.file) as path:
        # Without the time of now in it, the same input always gives the same file.
        return TTFont(path, recalcTimestamp=False, lazy=False)


def cut(recipe: Recipe, suffix: str) -> TTFont:
    """The font with the characters of the book and narrowed axes.

    Characters go first: to narrow the axes of a whole font takes ten times as long.
    """
    font = original(recipe)
    options = Options(layout_features=recipe.features.split())
    options.drop_tables += ["meta"]
    keep_only(font, map(ord, CHARACTERS), options)
    if recipe.axes:
        font = instancer.instantiateVariableFont(font, dict(recipe.axes))
    font.flavor = "woff2" if suffix == ".woff2" else None
    return font


def keep_only(font: TTFont, characters: Iterable[int], options: Options) -> None:
    """Leave only these characters in a font, without what adapts them to coarse screens."""
    options.hinting, options.desubroutinize = False, True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def write_fonts(app: Sphinx) -> None:
    """Put the fonts of the pages where ``fonts.css`` looks for them."""
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    for font in for_pages():
        shutil.copyfile(font, folder / font.name)


def setup(app: Sphinx) -> None:
    """Connect the step above."""
    app.connect("builder-inited", write_fonts)
