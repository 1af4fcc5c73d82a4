"""How long a page takes to read text with the live model, in headless Chromium.

    python benchmarks/live_model.py [--rounds 31]

Reads the built book (`make book`) in the Chromium of the machine. For each model: 100 characters from nothing, and one
character typed after 60 are known. Times are in milliseconds: the median of the rounds, the fastest of them, and the
very first, when the browser has not compiled the code yet, which the other two leave out. On a busy machine the
fastest says most.

Then a typed letter on the page of the live model, after texts of several lengths: milliseconds until the page has been
laid out with the new numbers.
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

LENGTHS = (12, 100, 600, 2000)  # characters
TYPE = """async (rounds) => {
    const field = document.querySelector("textarea");
    const times = [];
    for (let i = 0; i < rounds; i++) {
        await new Promise((go) => setTimeout(go, 100)); // the bars come to rest
        const begin = performance.now();
        field.setRangeText(" dog"[i % 4], field.value.length, field.value.length, "end");
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        document.body.getBoundingClientRect(); // styles and layout
        times.push(performance.now() - begin);
    }
    return times;
}"""


def main() -> None:
    """Print one row for each model and job, and one for each length of a text."""
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
        print("\n| characters | until laid out, ms | fastest | target |\n|---|---|---|---|")
        for length in LENGTHS:
            report_typing(browser.new_page(), length, rounds)
        browser.close()


def report(page: Page, name: str, text: str, rounds: int) -> None:
    """The rows of one model, in a page that has not run it yet."""
    for script in SCRIPTS:
        page.add_script_tag(url=(SITE / "_static" / script).as_uri())
    first, *others = page.evaluate(TIMES, {"name": name, "text": text, "rounds": rounds})
    for (job, target), early, times in zip(TARGETS.items(), first, zip(*others, strict=True), strict=True):
        print(f"| {name} | {job} | {median(times):.1f} | {min(times):.1f} | {early:.1f} | {target} |")


def report_typing(page: Page, length: int, rounds: int) -> None:
    """The row of a text of ``length`` characters, at whose end letters are typed."""
    page.goto((SITE / "book" / "live.html").as_uri())
    page.locator("textarea").first.fill(ToyEnglish().sample(length)[:length].replace("\n", " "))
    page.wait_for_timeout(2000)  # until all of it has been read
    times = page.evaluate(TYPE, rounds)
    print(f"| {length} | {median(times):.1f} | {min(times):.1f} | 16 |", flush=True)


if __name__ == "__main__":
    main()
