"""How long a page takes to read text with the live model, in headless Chromium.

    python benchmarks/live_model.py [--rounds 31]

Reads the built book (`make book`) in the Chromium of the machine. For each model: 100 characters from nothing, and one
character typed after 60 are known. Times are in milliseconds: the median of the rounds, the fastest of them, and the
very first, when the browser has not compiled the code yet, which the other two leave out. On a busy machine the
fastest says most.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from course_lm import ToyEnglish

sys.path.append(str(Path(__file__).parents[1] / "book" / "_tools"))
from host import CHROMIUM_FLAGS, SITE, find_chromium

SCRIPTS = ("base.js", "live/data.js", "live/model.js", "live/score.js")
TARGETS = {"100 characters": 50, "one typed character": 5}  # milliseconds
TIMES = """async ({ name, text, rounds }) => {
    const model = await courseLM.load(name);
    const time = (work) => {
        const begin = performance.now();
        work();
        return performance.now() - begin;
    };
    const known = new courseLM.Scorer(model);
    return Array.from({ length: rounds + 1 }, () => {
        const whole = time(() => new courseLM.Scorer(model).rows(text));
        known.rows(text.slice(0, 60));
        return [whole, time(() => known.rows(text.slice(0, 61)))];
    });
}"""


def main() -> None:
    """Print one row for each model and job."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    text = ToyEnglish().sample(100)[:100]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        print(f"Chromium {browser.version}, medians of {rounds} rounds\n")
        print("| model | job | ms | fastest | first | target |\n|---|---|---|---|---|---|")
        for name in ("toy", "shakespeare"):
            page = browser.new_page()
            page.goto((SITE / "book" / "index.html").as_uri())
            report(page, name, text, rounds)
        browser.close()


def report(page: Page, name: str, text: str, rounds: int) -> None:
    """The rows of one model, in a page that has not run it yet."""
    for script in SCRIPTS:
        page.add_script_tag(url=(SITE / "_static" / script).as_uri())
    first, *others = page.evaluate(TIMES, {"name": name, "text": text, "rounds": rounds})
    for (job, target), early, times in zip(TARGETS.items(), first, zip(*others, strict=True), strict=True):
        print(f"| {name} | {job} | {median(times):.1f} | {min(times):.1f} | {early:.1f} | {target} |")


if __name__ == "__main__":
    main()
