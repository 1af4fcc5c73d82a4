"""What each page of the built book costs a reader who comes for the first time.

Every page is opened in a fresh profile of Chromium, 1280 by 800 pixels, from a local server that compresses text as
hosts do. Printed are the kilobytes over the network until the page is still, the first contentful paint in
milliseconds, and the cumulative layout shift (0 is a page that never jumps; 0.1 is still called good).

    python benchmarks/pages.py

Build the book first (`make book`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

sys.path.append(str(Path(__file__).parents[1] / "book" / "_tools"))
from host import CHROMIUM_FLAGS, SITE, find_chromium, serve

VISITS = 3  # of each page; printed are their medians
WATCH_SHIFTS = """
    window.shift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
READ = """() => {
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const bytes = loaded.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
    return [bytes / 1000, performance.getEntriesByName("first-contentful-paint")[0].startTime, window.shift];
}"""


def visit(browser: Browser, url: str) -> list[float]:
    """Kilobytes, milliseconds to the first contentful paint, and layout shift of a first visit."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(WATCH_SHIFTS)
    page.goto(url, wait_until="networkidle")
    page.evaluate("window.MathJax?.startup?.promise?.then(() => null)")
    page.wait_for_timeout(200)
    values: list[float] = page.evaluate(READ)
    context.close()
    return values


def main() -> None:
    """Print one row for each page."""
    pages = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("*/*.html") if path.parts[-2] != "_static")
    if not pages:
        sys.exit(f"the book is not built: {SITE} has no pages. Run `make book` first.")
    print("| page | kB | first paint, ms | layout shift |\n|---|---|---|---|")
    with serve() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        for page in pages:
            visits = [visit(browser, f"{address}/{page}") for _ in range(VISITS)]
            kilobytes, paint, shift = map(median, zip(*visits, strict=True))
            print(f"| {page} | {kilobytes:.0f} | {paint:.0f} | {shift:.3f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
