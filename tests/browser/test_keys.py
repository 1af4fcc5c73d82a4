"""The keys show the probabilities they are given, at fixed places, and can be chosen by hand and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPage = Callable[..., "Page"]
WIDE, NARROW = 960, 358
TOY = "\n ,.abcdefghijklmnopqrstuvwyz"
LARGE = "".join(map(chr, range(ord("!"), ord("!") + 65)))
MAKE = """([alphabet, width, p, exact, id]) => {
    window.host?.remove(); // that of the last test
    window.host = document.createElement("div");
    host.style.width = `${width}px`;
    document.querySelector("article").prepend(host);
    window.chosen = [];
    window.keys = new courseLM.Keys(host, alphabet, (id, character) => chosen.push([id, character]));
    keys.show(p, exact, id);
}"""


@pytest.fixture
def keys(open_page: OpenPage, server: str) -> Callable[..., Locator]:
    """``keys(alphabet, p)``: the visible keys on a page, for probabilities by letter."""

    def keys(
        alphabet: str, p: dict[str, float], *, width: int = WIDE, exact: dict[str, float] | None = None, came: str = ""
    ) -> Locator:
        page = open_page(
            f"{server}/book/index.html",
            kept=True,
            viewport={"width": 1680, "height": 900},
            reduced_motion="reduce",
        )
        values = [[of.get(letter, 0) for letter in alphabet] if of else None for of in (p, exact)]
        page.evaluate(MAKE, [alphabet, width, *values, alphabet.index(came) if came else None])
        return page.locator(".keys").first.locator(".key:visible")

    return keys


def labels(keys: Locator) -> list[str]:
    """What a screen reader says of each key."""
    return [str(label) for label in keys.evaluate_all("(keys) => keys.map((key) => key.ariaLabel)")]


def test_every_letter_has_its_place_and_a_bar_as_high_as_its_probability(keys: Callable[..., Locator]) -> None:
    shown = keys(TOY, {"o": 0.834, "e": 0.16, " ": 0.0001}, exact={"o": 0.75, "e": 0.25})
    said = labels(shown)
    assert [label.split(",")[0] for label in said[:3]] == ["a", "b", "c"]
    assert said[14] == "o, probability 0.834, exactly 0.750"
    assert said[-4:] == [
        "space, probability less than 0.001, exactly 0.000",
        "comma, probability 0.000, exactly 0.000",
        "period, probability 0.000, exactly 0.000",
        "line break, probability 0.000, exactly 0.000",
    ]
    shares = shown.locator(".key-share").all_text_contents()
    assert (shares[14], shares[-4], shares[-1]) == ("0.83", "< 0.01", "0")
    assert shown.and_(shown.page.locator(":not(.is-faint)")).count() == 2  # the others say their number when asked
    assert shown.and_(shown.page.locator(".has-exact")).count() == 2
    well, bar, tick = (
        shown.nth(14).locator(part).evaluate("(part) => part.getBoundingClientRect().toJSON()")
        for part in (".key-well", ".key-bar", ".key-exact")
    )
    inner = well["height"] - 1  # without the line below
    assert bar["height"] == pytest.approx(0.834 * inner, abs=1)
    assert tick["y"] + 1 == pytest.approx(well["y"] + (1 - 0.75) * inner, abs=1)


@pytest.mark.parametrize(("alphabet", "width", "n"), [(TOY, NARROW, 6), (LARGE, WIDE, 12), (LARGE, NARROW, 6)])
def test_where_room_is_scarce_the_likeliest_come_first_and_the_true_one_is_among_them(
    keys: Callable[..., Locator], alphabet: str, width: int, n: int
) -> None:
    p = {letter: 0.2 / 2**i for i, letter in enumerate(reversed(alphabet))}
    said = labels(keys(alphabet, p, width=width, came=alphabet[0]))
    assert len(said) == n
    assert [label[0] for label in said[:-1]] == list(reversed(alphabet))[: n - 1]
    assert said[-1].endswith("which came")


def test_arrows_walk_along_the_keys_which_are_one_stop_of_the_tab_key(keys: Callable[..., Locator]) -> None:
    shown = keys(TOY, {"o": 1.0})
    page = shown.page
    assert shown.evaluate_all("(keys) => keys.filter((key) => key.tabIndex === 0).length") == 1
    shown.first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "Enter", "End", "ArrowRight", "Space", "Home", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("chosen") == [[TOY.index("b"), "b"], [0, "\n"], [TOY.index("a"), "a"]]
    shown.nth(5).click()
    assert shown.nth(5).get_attribute("tabindex") == "0"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.keys')") is None


def test_keys_follow_the_width_of_their_column(keys: Callable[..., Locator]) -> None:
    shown = keys(TOY, {"o": 1.0})
    host = shown.page.locator(".keys").first
    height = host.evaluate("(host) => host.offsetHeight")
    assert host.get_attribute("aria-orientation") == "horizontal"
    host.evaluate("(host, width) => { host.style.width = `${width}px`; }", NARROW)
    shown.nth(6).wait_for(state="hidden")
    assert labels(shown)[0] == "o, probability 1.000"
    assert host.get_attribute("aria-orientation") == "vertical"
    assert host.evaluate("(host) => host.offsetHeight") == height


def test_a_drawn_letter_is_told_by_more_than_color(keys: Callable[..., Locator]) -> None:
    shown = keys(TOY, {"o": 0.9996, "z": 0.0004}, width=NARROW)
    assert labels(shown)[:2] == ["o, probability more than 0.999", "z, probability less than 0.001"]
    assert shown.first.locator(".key-share").inner_text() == "> 0.99"
    shown.page.evaluate(f"keys.mark({TOY.index('h')})")
    assert labels(shown)[-1] == "h, probability 0.000, which came"
    assert shown.and_(shown.page.locator(".is-come")).count() == 1
    shown.page.evaluate("keys.show(keys.p, null)")
    assert not any("came" in label for label in labels(shown))
