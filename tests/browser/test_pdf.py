"""The book as one PDF: all of it is there, in the order of the book, and can be found."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pdf
import pytest
from pypdf import PdfReader

from .conftest import soup

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.long
FEWEST = 40  # characters of a page that is not empty: a footer, and the end of a paragraph


@pytest.fixture(scope="module")
def book(site: Path) -> PdfReader:
    """The PDF, made anew."""
    subprocess.run([sys.executable, pdf.__file__], check=True)
    return PdfReader(pdf.OUT)


def test_a_printed_page_goes_on_to_its_end_with_all_that_was_folded(
    open_page: Callable[..., Page], server: str
) -> None:
    page = open_page(f"{server}/solutions/03_cross_entropy.html")
    last = page.locator("article :is(p, pre)").last.text_content() or ""
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    assert "".join(last.split())[-30:] in "".join("".join(sheet.extract_text().split()) for sheet in sheets[-2:])


def test_paper_has_no_numbers_that_nobody_asked_for(open_page: Callable[..., Page], server: str) -> None:
    page = open_page(f"{server}/book/live.html")
    page.locator(".live-answer", has_text="What comes next?").wait_for()
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    assert "What comes next?" in text
    assert "Bars are costs" not in text


def plain(text: str) -> str:
    """A title without what differs between a page and an outline."""
    return "".join(text.replace("#", "").split()).replace(":", "")


def test_outline_has_every_title_of_every_page_with_its_spaces(book: PdfReader, site: Path) -> None:
    pages = [soup(site / path) for path in pdf.reading_order()]
    titles = [[plain(title.text) for title in page.select("article :is(h1, h2)")] for page in pages]
    found: list[list[str]] = []
    for entry in book.outline:
        if isinstance(entry, list):
            found[-1] += [str(below.title) for below in entry if not isinstance(below, list)]
        else:
            found.append([str(entry.title)])
    assert [[plain(title) for title in page] for page in found] == titles
    spaced = {title.replace("\u00a0", " ") for page in found for title in page}
    assert "Predict first: how long until something goes wrong?" in spaced


def test_pages_are_in_order_and_none_is_empty(book: PdfReader) -> None:
    starts = [book.get_destination_page_number(entry) for entry in book.outline if not isinstance(entry, list)]
    assert all(first < then for first, then in pairwise(starts))
    lengths = [len(page.extract_text().strip()) for page in book.pages]
    assert [i + 1 for i, length in enumerate(lengths) if length < FEWEST] == []


def test_links_between_pages_stay_in_the_book(book: PdfReader) -> None:
    addresses = []
    for page in book.pages:
        for reference in page.get("/Annots") or []:
            action = reference.get_object().get("/A", {})
            addresses.append(str(action.get("/URI", "")))
    assert sum(not address for address in addresses) > 100
    assert [address for address in addresses if "127.0.0.1" in address or address.startswith("file:")] == []


def test_every_sign_of_a_drawing_is_found_among_all_pages(open_page: Callable[..., Page], server: str) -> None:
    page = open_page(f"{server}/genindex.html")
    page.evaluate(pdf.GATHER, ["/book/08_real_texts.html"])
    lost = "all => all.filter(sign => !document.querySelector(sign.href.baseVal)).length"
    signs = page.locator("article svg use")
    assert signs.count() > 20
    assert signs.evaluate_all(lost) == 0
