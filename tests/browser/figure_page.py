"""The pages of the moveable figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CHAPTERS = {
    "softmax": "01_probability_machine",
    "tree": "02_factorization",
    "surprisal": "03_cross_entropy",
    "coder": "04_perplexity_and_bits",
    "mask": "05_teacher_forcing",
    "transformer": "06_training",
    "training": "06_training",
    "descent": "07_towards_gradient_descent",
}


def open_figure(open_page: Callable[..., Page], site: Path, name: str, **options: object) -> Locator:
    """A moveable figure on the page of its chapter, with little else on it unless the options say ``only=None``."""
    selector = f'figure[data-figure="{name}"]'
    address = f"{site.as_uri()}/book/{CHAPTERS[name]}.html"
    return open_page(address, **{"formulas": False, "only": selector, **options}).locator(selector)
