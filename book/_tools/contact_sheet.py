"""All figures of the built book on sheets to look at: ``python book/_tools/contact_sheet.py FOLDER``.

One picture for each page with figures, in light and dark, at 390, 1280 and 1680 pixels, and as printed.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from host import CHROMIUM_FLAGS, SITE, find_chromium, serve
from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (390, 1280, 1680)  # pixels
COLUMNS = {390: 6, 1280: 3, 1680: 3}
FIGURES = "figure.plot, figure.course-figure"


def sheet(pictures: list[Image.Image], n_columns: int) -> Image.Image:
    """Pictures of about the same width, row by row."""
    rows = [pictures[i : i + n_columns] for i in range(0, len(pictures), n_columns)]
    width = max(sum(picture.width + 16 for picture in row) for row in rows)
    heights = [max(picture.height for picture in row) + 16 for row in rows]
    whole = Image.new("RGB", (width, sum(heights)), "gray")
    top = 8
    for row, height in zip(rows, heights, strict=True):
        left = 8
        for picture in row:
            whole.paste(picture, (left, top))
            left += picture.width + 16
        top += height
    return whole


def pictures(page: Page) -> list[Image.Image]:
    """One of each figure of an open page."""
    return [Image.open(io.BytesIO(figure.screenshot())) for figure in page.locator(FIGURES).all()]


def main(folder: Path) -> None:
    """Write the sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [path.relative_to(SITE) for path in sorted(SITE.glob("*/*.html")) if "<figure class" in path.read_text()]
    with serve() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(reduced_motion="reduce")
        for path in paths:
            page.goto(f"{address}/{path.as_posix()}", wait_until="networkidle")
            name = path.with_suffix("").as_posix().replace("/", "-")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 1200})
                for mode in ("light", "dark"):
                    page.emulate_media(color_scheme=mode, media="screen")
                    sheet(pictures(page), COLUMNS[width]).save(folder / f"{name}-{width}-{mode}.png")
            page.emulate_media(color_scheme="light", media="print")
            sheet(pictures(page), 2).save(folder / f"{name}-print.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
