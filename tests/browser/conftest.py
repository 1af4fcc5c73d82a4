"""The built book, opened in the Chromium of this machine.

The tests read ``_build/html``, so build the book first (``make book``). Without Playwright or Chromium the
tests that need a browser are skipped with one line; in CI, where nobody reads such a line, they fail.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from host import CHROMIUM_FLAGS, SITE, find_chromium, serve

from . import page_checks
from .live_page import LIVE, WHOLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Request

GENERATED = {"index.html", "search.html", "genindex.html", "404.html"}  # at the top of the site, by no author


def what_is_missing() -> str | None:
    """Why no browser can be driven here, or ``None``."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed: make setup"
    return None if find_chromium() else "no Chromium or Chrome was found: apt install chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, except in CI."""
    missing = what_is_missing()
    if missing is None or os.environ.get("CI"):
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built book."""
    if not (SITE / "book" / "index.html").exists():
        pytest.fail(f"the book is not built: {SITE} has no book/index.html. Run `make book` first.", False)
    return SITE


@functools.cache
def written_pages() -> list[str]:
    """The pages that authors wrote, as paths relative to the site."""
    found = (path.relative_to(SITE) for path in SITE.rglob("*.html") if "_static" not in path.parts)
    return sorted(path.as_posix() for path in found if path.as_posix() not in GENERATED)


# What most elements of a page do: color a piece of code, and draw the lines of a figure.
COLORED, DRAWN = re.compile(r'<span class="\w{1,3}">([^<]*)</span>'), re.compile(r"(<svg\b[^>]*>).*?(?=</svg>)", re.S)


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    """A page as it is without scripts; of code it has the text alone, and nothing within its drawings."""
    text = path.read_text(encoding="utf-8")
    return BeautifulSoup(DRAWN.sub(r"\1", COLORED.sub(r"\1", text)), "html.parser")


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """All pages that authors wrote."""
    return written_pages()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes ``path`` once for each page, search and index too; without a book, ``site`` complains.

    Exercises and solutions are built alike, and so are pages of text alone: those of one chapter and the notation
    stand for all, but in a test that may take long. A test that takes ``sample`` runs for pages that no test of a
    figure opens from the disk, and one of each kind.
    """
    pages = [*(written_pages() or ["book/index.html"]), "search.html", "genindex.html"]
    if "path" in metafunc.fixturenames:
        alike = re.compile("(exercises|solutions)/0[^3]|book/(?!0|glossary|index|live|notation)|genindex")
        is_long = metafunc.definition.get_closest_marker("long")
        metafunc.parametrize("path", [page for page in pages if is_long or not alike.match(page)])
    if "sample" in metafunc.fixturenames:
        kinds = re.compile(r"book/(08|index|glossary)|exercises/03|search")
        late = [pytest.param(page, marks=pytest.mark.long) for page in pages if page.startswith("solutions/03")]
        metafunc.parametrize("sample", [*(page for page in pages if kinds.match(page)), *late])


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """The address of a local server of the book."""
    with serve(site) as address:
        yield address


@pytest.fixture(scope="session", params=["from files", pytest.param("served", marks=pytest.mark.long)])
def base(request: pytest.FixtureRequest) -> str:
    """Where the book is read: from the disk and, in a test that may take long, from a server as most others are."""
    if request.param == "served":
        return str(request.getfixturevalue("server"))
    return str(request.getfixturevalue("site").as_uri())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium with a fresh profile for the whole run."""
    missing = what_is_missing()
    if missing is not None:
        pytest.fail(f"the browser tests cannot run: {missing}.", False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


BY_PAGE = ("viewport", "color_scheme", "reduced_motion", "forced_colors")  # options that an open page can change


@dataclass
class Desk:
    """The open pages of a run, as few as can be, and what went wrong in the present test.

    A page is used again by the next test: a new one costs four times as much as going elsewhere, and has no cache.
    """

    browser: Browser
    pages: dict[str, Page] = field(default_factory=dict)
    sessions: dict[Page, CDPSession] = field(default_factory=dict)
    kept: set[Page] = field(default_factory=set)
    shortened: dict[tuple[str, str], str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def page(self, options: dict[str, Any], formulas: bool, clock: bool = False) -> Page:
        """The page with these options of Playwright's contexts, set as the next test wants it."""
        of_context = {name: value for name, value in options.items() if name not in BY_PAGE}
        key = repr((sorted(of_context.items()), formulas, clock))
        if key not in self.pages:
            context = self.browser.new_context(**of_context)
            context.set_default_timeout(30_000)  # a machine with other work to do is slow
            record_complaints(context, self.complaints)
            page = self.pages[key] = context.new_page()
            self.sessions[page] = context.new_cdp_session(page)
            if not formulas:
                self.sessions[page].send("Network.enable")
                self.sessions[page].send("Network.setBlockedURLs", {"urls": ["*/tex-chtml.js"]})
            if clock:
                page.clock.install()
        page = self.pages[key]
        page.set_viewport_size(options.get("viewport", {"width": 1280, "height": 720}))
        page.emulate_media(
            media="screen",
            color_scheme=options.get("color_scheme", "light"),
            reduced_motion=options.get("reduced_motion", "no-preference"),
            forced_colors=options.get("forced_colors", "none"),
        )
        return page

    def short(self, page: Page, url: str, only: str) -> str:
        """A page whose article has little but what is asked for, which loads in half the time."""
        if (url, only) not in self.shortened:
            path = unquote(urlsplit(url).path)
            file = Path(path) if url.startswith("file:") else SITE / path.removeprefix("/")
            html = file.read_text(encoding="utf-8")
            self.shortened[url, only] = page.evaluate(page_checks.SHORTEN, [html, only])
        return self.shortened[url, only]

    def clear(self) -> None:
        """Leave each page that no test has kept, so that it computes nothing more, and forget what it stored."""
        for page in self.pages.values():
            if page not in self.kept and page.url != "about:blank":
                origin = "/".join(page.url.split("/")[:3])
                page.goto("about:blank")
                stored = {"origin": origin, "storageTypes": "local_storage"}
                self.sessions[page].send("Storage.clearDataForOrigin", stored)


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Desk:
    """The pages that all tests share."""
    return Desk(browser)


@pytest.fixture
def open_page(desk: Desk) -> Iterator[Callable[..., Page]]:
    """A function that opens an address, waits for its formulas, and returns the page.

    It takes Playwright's context options, such as ``viewport`` and ``has_touch``. A test that leaves a page as it
    was says ``kept=True``, and the next one that says so finds the page open; one that asks nothing about formulas
    says ``formulas=False``, since to typeset them takes a third of the time; one that asks about ``only`` a part has
    the rest taken out, and the browser draws what is left in less time; and one that waits for timers turns the
    page's clock itself with ``clock=True``. A request to another host or an error on the console fails the test that
    opened the page.
    """
    desk.complaints.clear()

    def open_page(
        url: str,
        *,
        kept: bool = False,
        formulas: bool = True,
        only: str | None = None,
        clock: bool = False,
        **options: Any,
    ) -> Page:
        page = desk.page(options, formulas, clock)
        if kept and page in desk.kept and page.url == url:
            page_checks.settle(page)  # it hears that it is on the screen again before it is printed once more
            return page
        page.mouse.move(0, 0)  # off whatever the last test pointed at
        if only is not None:
            short = desk.short(page, url, only)
            page.route(url, lambda route: route.fulfill(body=short, content_type="text/html"), times=1)
        go(page, url)
        if only is not None:
            page_checks.leave_only(page, only)
        (desk.kept.add if kept else desk.kept.discard)(page)
        return page

    yield open_page
    desk.clear()
    assert not desk.complaints, "\n".join(desk.complaints)


def record_complaints(context: BrowserContext, complaints: list[str]) -> None:
    """Add to the list each request to another host and each error of a script."""

    # Nothing can leave this machine, so such a request fails; those that succeed need not be told, which takes time.
    def failed(request: Request) -> None:
        if not is_local(request.url):
            complaints.append(f"asks another host: {request.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_BLOCKED_BY_CLIENT" not in message.text:
            complaints.append(f"console: {message.text} {message.location['url']}")

    context.on("requestfailed", failed)
    context.on("console", said)
    context.on("weberror", lambda e: complaints.append(f"script: {e.error}"))


def is_local(url: str) -> bool:
    """Whether an address stays on this machine."""
    return url.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1:"))


def go(page: Page, url: str) -> None:
    """Open an address and wait until its formulas are typeset."""
    if page.url.partition("#")[0] == url.partition("#")[0]:
        page.goto("about:blank")  # going from a page to an anchor of itself would not load it again
    page.goto(url)
    page.evaluate("window.MathJax?.startup?.promise?.then(() => null)")


@pytest.fixture
def live(open_page: Callable[..., Page], server: str) -> Callable[..., Page]:
    """``live(state)`` opens the page with what an address holds after #, and waits for the model."""

    def live(state: str = "", **options: object) -> Page:
        page = open_page(f"{server}/{LIVE}#{state}", formulas=False, **options)
        page.wait_for_function(WHOLE, timeout=30_000)
        return page

    return live
