"""What must hold on every page: each check looks at an open page and yields what is wrong with it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .drawings import drawings

if TYPE_CHECKING:
    from playwright.sync_api import Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS = (1280, 768, 390, 320)  # pixels: a laptop, a tablet, a phone, and the narrowest that must not scroll sideways
MOST_KILOBYTES = 750  # over the network, on a first visit


def all_checks(page: Page, rules: AxeRules) -> Iterator[str]:
    """Look at a page that was opened in light mode, in every width and both modes; little is left of it.

    ``rules`` are those of axe by width, colors aside.
    """
    yield from formulas(page)
    yield from weight(page)
    new, complaints = mark_styles(page)
    yield from complaints
    page.evaluate(SHRINK)
    for width in WIDTHS:
        set_width(page, width)
        yield from sideways(page)
        if width in (768, 390):  # at 320 letters shrink with their drawing
            yield from (f"{width} pixels: {complaint}" for complaint in drawings(page))
        if width in rules:
            yield from (f"{width} pixels: {violation}" for violation in axe(page, rules[width]))
    if any(new.values()):
        set_width(page, WIDTHS[0])
        yield from contrast(page, new)


def own_checks(page: Page) -> Iterator[str]:
    """Look at what a page that is built like another one has of its own: formulas, drawings, and lines of any width."""
    yield from formulas(page)
    yield from weight(page)
    for width in (1280, 390):
        set_width(page, width)
        yield from sideways(page)
        yield from (f"{width} pixels: {complaint}" for complaint in drawings(page))


def set_width(page: Page, width: int) -> None:
    """Give the window a width."""
    page.set_viewport_size({"width": width, "height": 800})
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page has been drawn as it is now, and its scripts have been told."""
    page.evaluate("new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => then(null))))")


def formulas(page: Page) -> Iterator[str]:
    """Formulas that are not typeset, or have an error."""
    for kind, selector in {"not typeset": ".math:not(:has(mjx-container))", "faulty": "mjx-merror"}.items():
        if found := page.locator(f"article {selector}").count():
            yield f"{found} formulas are {kind}"


def kilobytes(page: Page) -> float:
    """What this page cost over the network; what the browser had already counts as well."""
    return float(page.evaluate(BYTES)) / 1000


# A browser that has had formulas lists their fonts on a page without one.
BYTES = """() => {
    const hasFormulas = document.querySelector("mjx-container");
    return [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .filter(({ name }) => hasFormulas || !name.includes("MathJax_"))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
}"""


def weight(page: Page) -> Iterator[str]:
    """Whether a first visit is too large."""
    if (size := kilobytes(page)) > MOST_KILOBYTES:
        yield f"a first visit takes {size:.0f} kB, more than {MOST_KILOBYTES}"


def sideways(page: Page) -> Iterator[str]:
    """Whether the page scrolls sideways, and the elements that stick out of the window."""
    wide: list[str] | None = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? null
            : [...document.querySelectorAll("body *")]
                .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
                .slice(0, 3).map((element) => element.outerHTML.slice(0, 120))"""
    )
    if wide is not None:
        yield f"scrolls sideways at {page.evaluate('innerWidth')} pixels: {wide}"


def colors(page: Page) -> Iterator[str]:
    """Text with too little contrast. Little more than that text is left of the page."""
    new, complaints = mark_styles(page)
    yield from complaints
    yield from contrast(page, new)


def mark_styles(page: Page) -> tuple[dict[Theme, set[str]], list[str]]:
    """Mark an element of each style that is new in a mode; return those styles, and what is wrong with drawings."""
    new, complaints = {}, []
    for mode in reversed(THEMES):
        switch_to(page, mode)
        new[mode] = set(page.evaluate(MARK_STYLES, list(SOUND_STYLES)))
        complaints += [f"{mode}: {complaint}" for complaint in drawings(page)]
    return new, complaints


def contrast(page: Page, new: dict[Theme, set[str]]) -> Iterator[str]:
    """Too little contrast in the marked elements, which are all that is left of the page."""
    complaints = []
    for mode in (mode for mode in THEMES if new[mode]):
        switch_to(page, mode)
        complaints += [f"{mode}: {fault}" for fault in faults_of(page, "[data-style]", COLORS_ALONE)]
    if not complaints:
        SOUND_STYLES.update(*new.values())
    yield from complaints


def other_violations(page: Page) -> Iterator[str]:
    """What else axe knows."""
    yield from axe(page, WITHOUT_COLORS)


def switch_to(page: Page, theme: Theme) -> None:
    """Let the system prefer light or dark, which the book follows.

    The pages are opened with reduced motion, so that axe sees no color halfway between the two.
    """
    if page.evaluate("document.documentElement.dataset.theme") != theme:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_selector(f'html[data-theme="{theme}"]', state="attached")


# Colors take axe longer than all other rules, and a page shows a few dozen styles of text in thousands of places, most
# of them the same as on the page before. So one element of each style that is new is marked, where style is all that
# contrast depends on, and axe looks at those.
SOUND_STYLES: set[str] = set()
MARK_STYLES = """(seen) => {
    const known = new Set(seen);
    const grounds = new Map([[null, ""]]);
    const ground = (element) => {
        if (!grounds.has(element)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
            const own = [backgroundColor, backgroundImage, opacity].join();
            const outer = ground(element.parentElement);
            const covers = /^rgb\\([^)]*\\),none,1$/.test(own) && !outer.includes("/"); // no ground below it shows
            const clear = own === "rgba(0, 0, 0, 0),none,1";
            grounds.set(element, clear ? outer : covers ? own : `${outer}/${own}`);
        }
        return grounds.get(element);
    };
    const first = new Map();
    for (const element of document.querySelectorAll("body *")) {
        if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
        const style = [color, fontSize, fontWeight, textShadow, ground(element)].join();
        if (!known.has(style) && !first.has(style)) first.set(style, element);
    }
    for (const element of first.values()) element.setAttribute("data-style", "");
    return [...first.keys()];
}"""
# Most elements of a chapter color a piece of code, draw a formula or a plot, or repeat the row of a table before.
# Nothing of them matters to axe, and the page stays as wide and as high.
SHRINK = """() => {
    for (const span of document.querySelectorAll(":is(pre, code, dt.sig) span"))
        if ([...span.attributes].every(({ name }) => name === "class")) span.replaceWith(...span.childNodes);
    const unmarked = (selector) => document.querySelectorAll(`:is(${selector}):not(:has([data-style]))`);
    for (const drawing of unmarked("figure.plot svg > g")) drawing.replaceChildren();
    for (const row of unmarked("figure.plot tbody tr:nth-child(n + 4)")) row.remove();
    const formulas = [...unmarked("mjx-container")].slice(3);
    const widths = formulas.map((formula) => formula.firstElementChild.getBoundingClientRect().width);
    formulas.forEach((formula, i) => {
        const box = document.createElement("span");
        box.style.cssText = `display: inline-block; width: ${widths[i]}px`;
        formula.replaceChildren(box);
    });
}"""
WITHOUT_COLORS = {"rules": {"color-contrast": {"enabled": False}, "target-size": {"enabled": True}}}
LAYOUT = {"runOnly": ["scrollable-region-focusable", "aria-hidden-focus", "target-size"]}
COLORS_ALONE = {"runOnly": ["color-contrast"]}
# With preload axe fetches style sheets again, and looks for what they import in the page's folder.
QUICK = {"resultTypes": ["violations"], "preload": False}


AxeRules = dict[int, dict[str, Any]]  # by the width in pixels
AXE: AxeRules = {1280: WITHOUT_COLORS, 768: LAYOUT, 390: LAYOUT}  # what a width changes: boxes that scroll or hide
ALL_OF_AXE: AxeRules = {1280: WITHOUT_COLORS, 768: LAYOUT, 390: WITHOUT_COLORS}


@functools.cache
def axe_script() -> str:
    """The source of axe, which the package ``axe-playwright-python`` carries."""
    import axe_playwright_python

    return next(Path(axe_playwright_python.__file__).parent.glob("axe*.js")).read_text(encoding="utf-8")


SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    const add = (list) => list.getEntries().forEach((entry) => { sum += entry.value; });
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 100);
})"""


def layout_shift(page: Page) -> float:
    """How much has moved on a page until now: 0 is nothing, 0.1 is still called good."""
    return float(page.evaluate(SHIFTS))


# Takes out of an element all that is not around or in some others, but for scripts.
PRUNE = """
    const prune = (element, kept) => {
        for (const child of [...element.children])
            if (kept.some((one) => child !== one && child.contains(one))) prune(child, kept);
            else if (!kept.includes(child) && child.tagName !== "SCRIPT") child.remove();
    };
"""
# Of an open page. Axe reads a whole page before it looks at a part, and a chapter has ten times the elements of any
# figure.
LEAVE_ONLY = (
    f"(selector) => {{ {PRUNE}"
    + """
    const kept = [...document.querySelectorAll(selector)];
    // The page's scripts may miss what is gone.
    for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, (event) => event.preventDefault());
    prune(document.body, kept);
    return kept.length;
}"""
)
# Of the article of a page before it is opened.
SHORTEN = (
    f"([html, selector]) => {{ {PRUNE}"
    + """
    const page = new DOMParser().parseFromString(html, "text/html");
    prune(page.querySelector("article.bd-article"), [...page.querySelectorAll(selector)]);
    return `<!doctype html>${page.documentElement.outerHTML}`;
}"""
)


def leave_only(page: Page, selector: str) -> None:
    """Take out all that is not around or in some elements."""
    assert page.evaluate(LEAVE_ONLY, selector), selector


def faults_of(page: Page, selector: str, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds in some elements, of which the page keeps only these."""
    leave_only(page, selector)
    return list(axe(page, options or {}, of=f"() => document.querySelectorAll({selector!r})"))


def axe(page: Page, options: dict[str, Any], *, of: str = "() => [document]") -> Iterator[str]:
    """Yield what axe finds in the elements that the function ``of`` selects."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
    found = page.evaluate(
        f"async (options) => (await axe.run({{ include: ({of})() }}, options)).violations", {**QUICK, **options}
    )
    for violation in found:
        places = [node["html"][:160] for node in violation["nodes"][:3]]
        yield f"{violation['id']} ({violation['help']}): {places}"
