"""The book in WebKit, the engine of Safari: its scripts run, and compute what they compute in Chromium.

It needs Debian's packages webkit2gtk-driver and xvfb; without them it is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from course_lm import ledger

from .test_live_engine import SENTENCE, reference

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),  # selenium's own
]
MINI_BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)
NEEDED = {"WebKitWebDriver": shutil.which("WebKitWebDriver"), "Xvfb": shutil.which("Xvfb"), "MiniBrowser": MINI_BROWSER}
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """WebKit on a screen that nobody sees."""
    if missing := [name for name, place in NEEDED.items() if place is None]:
        pytest.skip(f"{', '.join(missing)} not found: apt install webkit2gtk-driver xvfb")
    from selenium import webdriver

    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as screen:
        try:
            assert screen.stdout is not None
            display = f":{screen.stdout.readline().decode().strip()}"
            options = webdriver.WebKitGTKOptions()
            options.binary_location = str(MINI_BROWSER)
            options.add_argument("--automation")
            service = webdriver.WebKitGTKService(str(NEEDED["WebKitWebDriver"]), env={**os.environ, "DISPLAY": display})
            browser = webdriver.WebKitGTK(options=options, service=service)
            yield browser
            browser.quit()
        finally:
            screen.terminate()


def awaited(look: Callable[[], Any]) -> Any:
    """What `look` sees, as soon as that is something."""
    end = time.monotonic() + PATIENCE
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.2)
    return seen


def test_costs_of_a_text_are_those_of_the_ledger(driver: Any, site: Path) -> None:
    driver.get((site / "book" / "live.html").as_uri())
    costs = driver.execute_async_script(
        """const [text, done] = arguments;
        courseLM.load("toy").then((model) => done(new courseLM.Scorer(model).rows(text).map((row) => row.nats)));""",
        SENTENCE,
    )
    model, tokenizer = reference(site, "toy")
    with torch.no_grad():
        expected = [row.nats for row in ledger(model, tokenizer.encode("\n" + SENTENCE))]
    assert costs == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("n", range(1, 8))
def test_all_moveable_figures_of_a_chapter_come_alive(driver: Any, site: Path, n: int) -> None:
    (path,) = site.glob(f"book/0{n}_*.html")
    driver.get(path.as_uri())
    still = """return document.readyState === "complete"
        && [document.querySelectorAll("figure[data-figure]").length,
            document.querySelectorAll("figure[data-figure]:not(.is-live)").length]"""
    n_figures, n_still = awaited(lambda: driver.execute_script(still))
    assert (n_figures > 0, n_still) == (True, 0)


def test_search_shows_the_line_that_was_meant(driver: Any, site: Path) -> None:
    driver.get(f"{(site / 'search.html').as_uri()}?q=teacher+forcing")
    first = "return document.querySelector('.search-line mark')?.textContent"
    assert awaited(lambda: driver.execute_script(first)).lower().startswith("teacher")
