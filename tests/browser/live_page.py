"""The page of the live model: where it is, how to write on it, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

LIVE = "book/live.html"
PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
WHOLE = "document.querySelector('.live-model').widget.seen?.isWhole"
CARET = "at => document.querySelector('.live-model textarea').setSelectionRange(at, at)"


def write(page: Page, text: str) -> None:
    """Put a text into the box, and wait until it is read."""
    page.get_by_label("Your text", exact=True).fill(text)
    page.wait_for_function(WHOLE, timeout=30_000)


def answer(page: Page) -> str:
    """What the page says about the letter that is asked about."""
    return page.locator(".live-answer").inner_text()


def numbers(page: Page) -> dict[str, str]:
    """The numbers of the whole text, by name, once the sizes are there."""
    page.wait_for_function("!document.querySelector('.live-numbers').textContent.includes('…')")
    names = page.locator(".live-numbers dt").all_inner_texts()
    return dict(zip(names, page.locator(".live-numbers dd").all_inner_texts(), strict=True))


def first_number(text: str) -> float:
    """The first number in a text."""
    found = re.search(r"\d[\d,]*(\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))
