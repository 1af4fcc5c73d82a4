"""Make the pictures of the README from the built book: ``python book/_tools/screenshots.py``.

``chapter.png`` is also the picture that goes with a shared link (see ``course_ext/head.py``).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from host import CHROMIUM_FLAGS, find_chromium, serve
from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

IMAGES = Path(__file__).parents[1] / "images"
SIZE: ViewportSize = {"width": 1200, "height": 630}  # pixels, what social cards show whole
LIVE = "book/live.html#text=the+dogs+near+the+castle+dances.&at=31"
Mode = Literal["light", "dark"]
SHOTS: dict[str, tuple[str, Mode, str]] = {  # file: page, mode, what to scroll to
    "home.png": ("book/index.html", "light", "h1"),
    "chapter.png": ("book/03_cross_entropy.html", "light", "h1"),
    "live.png": (LIVE, "dark", ".live-model"),
}


def shoot(browser: Browser, url: str, mode: Mode, place: str) -> Image.Image:
    """A picture of what a reader sees at one place of a page."""
    page = browser.new_page(viewport=SIZE, color_scheme=mode, reduced_motion="reduce")
    page.goto(url, wait_until="networkidle")
    page.evaluate("window.MathJax?.startup?.promise?.then(() => null)")
    page.locator(place).first.evaluate("e => e.scrollIntoView()")
    page.wait_for_timeout(1000)
    return Image.open(io.BytesIO(page.screenshot()))


def main() -> None:
    """Write all pictures, in 64 colors, which text and code need no more of."""
    with serve() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        for name, (path, mode, place) in SHOTS.items():
            picture = shoot(browser, f"{address}/{path}", mode, place)
            picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
