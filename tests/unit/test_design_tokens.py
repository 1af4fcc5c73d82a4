"""The colors of the book: every one has a name in ``tokens.css``, and can be read on the grounds it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lm.plot.style import COLORS

STATIC = Path(__file__).parents[2] / "book" / "_static"
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab)a?\(")

# What WCAG asks of text, and of what tells a control or a part of a figure from its ground.
TEXT, GRAPHIC = 4.5, 3.0
# name: the least contrast on --paper, and on --paper-2 where it stands there too
LEAST: dict[str, tuple[float, float]] = {
    **dict.fromkeys("ink ink-2 model cost source rival".split(), (TEXT, TEXT)),
    "rival-2": (TEXT, GRAPHIC),
    "line-2": (GRAPHIC, GRAPHIC),
    **dict.fromkeys("code-word code-text code-number code-note".split(), (TEXT, 5.0)),
}


def palette(css: str, mode: int) -> dict[str, str]:
    """The colors of a mode, 0 for light and 1 for dark, by their names."""
    return {name: colors[mode] for name, *colors in TOKEN.findall(css)}


def luminance(color: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(color: str, ground: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    darker, lighter = sorted((luminance(color), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def faint(css: str) -> Iterator[str]:
    """Yield the colors with too little contrast."""
    for mode, name in enumerate(("light", "dark")):
        colors = palette(css, mode)
        for token, least in LEAST.items():
            for ground, enough in zip(("paper", "paper-2"), least, strict=True):
                if (found := contrast(colors[token], colors[ground])) < enough:
                    yield f"{name}: {token} on {ground} has {found:.2f}, and needs {enough}"
        for soft in ("model-soft", "cost-soft"):  # text stands on these too
            if contrast(colors["ink"], colors[soft]) < TEXT:
                yield f"{name}: ink on {soft}"


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the example everyone knows


def test_colors_can_be_read_in_both_modes() -> None:
    assert list(faint(TOKENS)) == []


@pytest.mark.parametrize(
    ("color", "planted", "complaint"),
    [
        ("#5f584e", "#8f887e", "light: ink-2 on paper"),
        ("#7d7567", "#4d4537", "dark: line-2 on paper"),
        ("#9a9182", "#7a7162", "dark: code-note on paper"),
    ],
)
def test_faint_colors_are_found(color: str, planted: str, complaint: str) -> None:
    assert color in TOKENS
    assert any(text.startswith(complaint) for text in faint(TOKENS.replace(color, planted)))


def test_other_style_sheets_name_no_color() -> None:
    sheets = [sheet for sheet in STATIC.rglob("*.css") if sheet.name != "tokens.css"]
    assert len(sheets) >= 4
    found = {sheet.name: COLOR.findall(sheet.read_text(encoding="utf-8")) for sheet in sheets}
    assert {name: colors for name, colors in found.items() if colors} == {}


def test_figures_have_the_colors_of_the_page_in_the_light() -> None:
    light = palette(TOKENS, 0)
    assert {name: light[name] for name in COLORS} == COLORS
