"""You against the model: what guesses cost is a code, the hidden texts are the same for all, and a round adds up."""

from __future__ import annotations

import itertools
import math
import random
import re
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import live_weights
import pytest
import torch

from course_lm import ToyEnglish

from . import page_checks
from .live_page import LIVE, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPage = Callable[..., "Page"]
Play = Callable[..., "Page"]
SHARES = [Fraction(1, 2), Fraction(3, 4), Fraction(31, 32)]
ID, SEED = "toy-57", 57


@pytest.fixture
def play(open_page: OpenPage, server: str) -> Play:
    """``play(hash)`` opens the page at a round, and waits until it has begun."""

    def play(address: str = f"game:{ID}", **options: object) -> Page:
        page = open_page(f"{server}/{LIVE}#{address}", formulas=False, **options)
        page.locator(".game-keys button").first.wait_for()
        return page

    return play


def uniform(seed: int) -> Iterator[float]:
    """Mulberry32."""
    state = seed
    while True:
        state = (state + 0x6D2B79F5) % 2**32
        t = (state ^ state >> 15) * (1 | state) % 2**32
        t ^= (t + (t ^ t >> 7) * (61 | t)) % 2**32
        yield (t ^ t >> 14) / 2**32


def sentence(seed: int) -> str:
    """The first sentence of 24 to 40 characters that the source writes with these random numbers."""
    source, numbers, text = ToyEnglish(), uniform(seed), "\n"
    while True:
        p = source(source.tokenizer.encode(text)[None])[0, -1].exp().double()
        text += source.tokenizer.decode([int(torch.searchsorted(p.cumsum(0), next(numbers), right=True))])
        if text.endswith("\n"):
            if 24 <= len(text) - 2 <= 40:
                return text[1:-1]
            text = "\n"


def hidden(text: str) -> str:
    """What is left of a text without its first two words."""
    return text.split(" ", 2)[2]


def costs(logits: torch.Tensor, ids: torch.Tensor) -> list[float]:
    """What each character costs, in bits."""
    return (-logits.double().log_softmax(-1)[torch.arange(len(ids)), ids] / math.log(2)).tolist()


def model_costs(site: Path, name: str, text: str, n: int) -> list[float]:
    """What the last n characters cost the model of the page, capitals and small letters being one."""
    model, tokenizer = live_weights.read(site / "_static" / "live" / f"{name}_weights.js")
    alphabet = tokenizer.decode(range(tokenizer.vocab_size)).lower()
    with torch.no_grad():
        p = model(tokenizer.encode("\n" + text)[None, :-1])[0].double().softmax(-1)
    same = [[i for i, other in enumerate(alphabet) if other == c] for c in text.lower()]
    return [-math.log2(p[t, same[t]].sum()) for t in range(len(text) - n, len(text))]


def score(page: Page) -> dict[str, float]:
    """What each has paid so far."""
    names, numbers = (page.locator(f".game-score div:visible {tag}").all_inner_texts() for tag in ("dt", "dd"))
    return {name: float(number) for name, number in zip(names, numbers, strict=True) if number != "–"}


def said(page: Page) -> str:
    """The sentence after the last guess."""
    return page.locator(".game-said").inner_text()


def chance(p: float) -> str:
    """A probability as the game tells it."""
    return "> 0.99" if p > 0.99 else "< 0.01" if p < 0.01 else f"{p:.2f}"


def key(page: Page, letter: str) -> Any:
    """The button of a letter."""
    return page.get_by_role("group", name="Letters").get_by_role(
        "button", name={" ": "space", ",": "comma", ".": "period"}.get(letter, letter), exact=True
    )


HAS_FOCUS = "(element) => element === document.activeElement"
BITS = "(bar) => Number(bar.style.getPropertyValue('--bits'))"
ONE_PLACE = """([n, target, stakes, help, p]) => {
    const keys = Array.from({ length: n }, (_, i) => String.fromCharCode(97 + i));
    const round = new courseLM.stakes.Round([keys[target]], keys, [p]);
    for (let i = 0; i < stakes.length && !round.isOver; i++) round.guess(keys[i], stakes[i]);
    if (!round.isOver) round[help]();
    return [round.you, round.model, round.isOver];
}"""


def test_stakes_are_a_distribution_over_all_letters_and_its_logarithm_is_what_is_paid(play: Play) -> None:
    page, draw, n = play(kept=True), random.Random(0), 26
    p = [draw.random() ** 4 for _ in range(n)]
    p = [x / sum(p) for x in p]
    stakes = [draw.randrange(3) for _ in range(n - 1)]
    left, q = Fraction(1), []
    for stake in stakes:
        q.append(left * SHARES[stake])
        left -= q[-1]
    q.append(left)
    assert sum(q) == 1
    shown = page.evaluate("s => courseLM.stakes.probabilities(s)", [float(SHARES[i]) for i in stakes])
    assert shown == pytest.approx([float(x) for x in q], rel=1e-12)
    paid = page.evaluate(f"(all) => all.map({ONE_PLACE})", [[n, target, stakes, "show", p] for target in range(n)])
    for target, (you, model, is_over) in enumerate(paid):
        assert is_over
        assert you == pytest.approx(-math.log2(q[target]), rel=1e-12)
        assert model == pytest.approx(-math.log2(p[target]), rel=1e-12)
    for help_, n_guesses in itertools.product(("show", "playWord"), (0, 1, 7)):
        asked = [[n, target, stakes[:n_guesses], help_, p] for target in range(n)]
        assert sum(2**-you for you, _, _ in page.evaluate(f"(all) => all.map({ONE_PLACE})", asked)) == pytest.approx(1)
    kinds = """() => {
        const round = new courseLM.stakes.Round(["c"], ["a", "b", "c"], [[0.2, 0.3, 0.5]]);
        return ["a", "b"].map((letter) => round.guess(letter, 0).kind);
    }"""
    assert page.evaluate(kinds) == ["wrong", "only"]


def test_a_sentence_is_what_the_exact_source_writes_with_the_random_numbers_of_its_id(play: Play) -> None:
    shown = play(kept=True).evaluate(
        """async () => {
            const source = await courseLM.ToySource.load();
            return [1, 57, 9999].map((seed) => courseLM.puzzles.sentence(seed, source));
        }"""
    )
    assert shown == [sentence(seed) for seed in (1, 57, 9999)]


def test_a_link_gives_back_what_was_put_in_and_nonsense_is_told(play: Play, site: Path) -> None:
    page = play()
    read = "(hash) => courseLM.puzzles.readLink(hash)"
    for id_, bits in [("toy-1", 0.0), ("toy-9999", 41.25), ("shakespeare-12", 1234.5)]:
        link = page.evaluate("([id, bits]) => courseLM.puzzles.writeLink(id, bits)", [id_, bits])
        assert page.evaluate(read, link) == {"id": id_, "bits": pytest.approx(bits, abs=0.0501)}
    nonsense: dict[str, dict[str, object] | None] = {
        "": None,
        "#text=the+dog&model=toy": None,
        "#game:": {"id": None, "bits": None},
        "#game:toy-0:12": {"id": None, "bits": None},
        "#game:toString-1:12": {"id": None, "bits": None},
        "#game:shakespeare-13:12": {"id": None, "bits": None},
        "#game:toy-57": {"id": ID, "bits": None},
        "#game:toy-57:-3": {"id": ID, "bits": None},
        "#game:toy-57:1e3": {"id": ID, "bits": None},
        "#game:toy-57:<b>:3": {"id": ID, "bits": None},
    }
    assert {hash_: page.evaluate(read, hash_) for hash_ in nonsense} == nonsense
    page.evaluate("location.hash = '#game:toy-57:0.1'")  # nobody can pay so little
    page.get_by_text("tells no result that is possible").wait_for()
    page.evaluate("location.hash = '#game:toy-nonsense:3'")
    page.get_by_text("names no text of this game").wait_for()
    page.evaluate("location.hash = '#game:toy-57:9999.0'")  # nor so much
    page.get_by_text("tells no result that is possible").wait_for()
    text = sentence(SEED)
    least = sum(min(math.log2(32 / 31), cost) for cost in model_costs(site, "toy", text, len(hidden(text))))
    page.evaluate(f"scrollTo(0, document.body.scrollHeight), location.hash = '#game:{ID}:{least:.1f}'")
    page.get_by_text(f"Somebody paid {least:.1f} bits").wait_for()
    board = page.locator(".game-board").bounding_box()
    assert board
    assert 0 <= board["y"] < 720
    assert page.evaluate("[0, 0.99999].map((u) => courseLM.puzzles.randomId(() => u))") == ["toy-1", "toy-9999"]
    page.get_by_role("button", name="Another sentence").click()
    page.locator(".game-said", has_text="What comes next?").wait_for()
    assert page.get_by_label("Your guess").evaluate(HAS_FOCUS)


def test_a_round_played_through_the_buttons_costs_what_python_computes(play: Play, site: Path) -> None:
    page = play(f"game:{ID}:40.0")
    text = sentence(SEED)
    letters = hidden(text)
    theirs = model_costs(site, "toy", text, len(letters))
    assert said(page).startswith(f"Somebody paid 40.0 bits for this text, the model {sum(theirs):.1f}.")
    source = ToyEnglish()
    ids = source.tokenizer.encode("\n" + text)
    exact = costs(source(ids[None, :-1])[0], ids[1:])[-len(letters) :]
    page.get_by_role("button", name="a hunch").click()
    assert page.get_by_role("button", pressed=True).all_inner_texts() == ["a hunch 1/2\n1 or 1"]
    key(page, "q").click()
    assert page.get_by_label("Your guess").evaluate(HAS_FOCUS)  # so that a space can be typed
    assert page.locator(".game-keys .is-tried").all_inner_texts() == ["q"]
    assert said(page) == "Not q: that costs 1.00 bits. 27 letters are left."
    key(page, "q").click()
    assert said(page) == "You have tried q here: it is another one."
    assert score(page) == {"you": 1, "the model": 0, "exact source": 0}  # gzip has nothing to pack yet
    page.get_by_role("button", name="certain, 31/32: costs 0.05 bits if right, 5 bits if wrong").click()
    key(page, letters[0]).click()
    first = 1 - math.log2(31 / 32)
    assert f"cost you {first:.2f} bits; the model gave it" in said(page)
    assert said(page).endswith(f"and paid {theirs[0]:.2f}.")
    free = text.removesuffix(letters)
    assert page.locator("#game-known").text_content() == f"So far: {free}{letters[0]}"
    assert page.locator(".game-line > .game-words").text_content() == free  # the word that is guessed stands apart
    assert "".join(page.locator(".game-tile .is-free").all_text_contents()) == free
    heights = [page.locator(f".game-tile .is-{who}").evaluate(BITS) for who in ("you", "model")]
    assert heights == pytest.approx([first, theirs[0]])
    page.get_by_role("button", name="Let the model play this word").click()
    assert said(page).endswith(" bits, for you as for the model.")
    at = 1 + next(i for i, letter in enumerate(letters) if not letter.isalpha())
    page.get_by_role("button", name="No idea, show it").click()
    assert said(page).startswith("It was: ")
    page.get_by_role("button", name="fairly sure").click()
    you = first + sum(theirs[1:at]) + math.log2(28)
    for t in range(at + 1, len(letters)):
        assert score(page)["you"] == pytest.approx(you, abs=0.051)
        assert score(page)["the model"] == pytest.approx(sum(theirs[:t]), abs=0.051)
        assert score(page)["exact source"] == pytest.approx(sum(exact[:t]), abs=0.051)
        key(page, letters[t]).click()
        you -= math.log2(3 / 4)
        assert f"gave it {chance(2 ** -theirs[t])} and paid {theirs[t]:.2f}." in said(page)
    page.locator(".game-verdict").wait_for()
    assert page.locator(".game-verdict").inner_text() == f"The model wins by {you - sum(theirs):.1f} bits."
    end = page.locator(".game-end").inner_text()
    assert f" Somebody else paid 40.0. The model played {at - 1} of them for you." in end
    assert "Toy English is easier" in end
    bars = page.locator(".game-bars > div")
    assert bars.first.locator("b").inner_text() == f"{you / len(letters):.2f}"
    assert bars.last.locator("i").get_attribute("style") == "left: 12%; width: 14%"  # from 0.6 to 1.3 of 5
    assert page.get_by_label("Your guess").is_hidden()
    assert page.locator(".game-text").inner_text() == text
    shown = score(page)
    assert shown["you"] == pytest.approx(you, abs=0.051)
    assert shown["the model"] == pytest.approx(sum(theirs), abs=0.051)
    assert shown["exact source"] == pytest.approx(sum(exact), abs=0.051)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)  # gzip without its header and its checksum
    packed = packer.compress(letters.encode()) + packer.flush()
    assert shown["gzip"] == pytest.approx(8 * len(packed), abs=64)  # libraries differ a little
    assert page.locator(".game-panel").is_hidden()
    link = page.get_by_label("Link to this round").input_value()
    assert link.endswith(f"/{LIVE}#game:{ID}:{you:.1f}")
    assert "Your rounds: 1" in page.locator(".game-records summary").inner_text()


def test_letters_and_stakes_can_be_typed_and_elsewhere_letters_are_letters(play: Play) -> None:
    page = play(f"game:{ID}")
    letters = hidden(sentence(SEED))
    page.get_by_label("Your guess").focus()
    for i, letter in enumerate(letters[:-1]):
        page.keyboard.type(f"{1 + i % 3}{letter}")
        assert "Yes" in said(page)
    you = sum(-math.log2(SHARES[i % 3]) for i in range(len(letters) - 1))
    assert score(page)["you"] == pytest.approx(you, abs=0.051)
    page.keyboard.press("Tab")  # from the field to the stakes, and on to the one key that can be reached with Tab
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="fairly sure").get_attribute("aria-pressed") == "true"
    for _ in range(2):
        page.keyboard.press("Tab")
    at = "document.activeElement.dataset.letter"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(at) == "b"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(at) > "b"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(at) == "b"
    before = score(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.type("q2")
    page.get_by_role("tab", name="Write with it").click()
    page.locator(".live-model textarea").focus()
    page.keyboard.type("1q ")
    page.get_by_role("tab", name="You against it").click()
    assert score(page) == before
    page.get_by_label("Your guess").focus()
    page.keyboard.type(letters[-1])
    page.locator(".game-verdict").wait_for()
    assert page.evaluate("document.activeElement.className") == "game-verdict"


def test_large_letters_keep_the_numbers_of_a_phone_apart(play: Play) -> None:
    page = play(f"game:{ID}", **PHONE)
    page.evaluate("document.documentElement.style.fontSize = '24px'")
    page.locator(".game-score dd").evaluate_all("all => all.forEach((one) => { one.textContent = '100.0'; })")
    fits = "all => all.every((one) => one.scrollWidth <= one.clientWidth)"
    assert page.locator(".game-score div").evaluate_all(fits)


def test_after_a_wrong_guess_the_model_plays_for_less(play: Play) -> None:
    page = play(f"game:{ID}")
    first = hidden(sentence(SEED))[0]
    round_ = "document.querySelector('.live-game').game.round"
    chances = dict(page.evaluate(f"(({{ keys, p }}) => keys.map((key, i) => [key, p[0][i]]))({round_})"))
    likely = max(chances, key=lambda letter: 0 if letter == first else chances[letter])
    page.get_by_label("Your guess").press(likely)
    paid = score(page)["you"]
    page.get_by_role("button", name="Let the model play this word").click()
    assert "bits, where the model paid" in said(page)
    cost, theirs = map(float, re.findall(r"\d+\.\d\d", said(page)))
    assert cost == pytest.approx(score(page)["you"] - paid, abs=0.11)
    assert theirs == pytest.approx(score(page)["the model"], abs=0.06)
    assert theirs - cost == pytest.approx(-math.log2(1 - chances[likely]), abs=0.011)


def test_of_a_line_of_shakespeare_capitals_are_as_good_as_small_letters(play: Play, site: Path) -> None:
    page = play()
    text = "Friends, Romans, countrymen, lend me your ears;"
    theirs = model_costs(site, "shakespeare", text, len(hidden(text)))
    page.get_by_text("A line of Shakespeare instead").click()
    page.get_by_role("button", name="Julius Caesar, act 3").click()
    key(page, ";").wait_for()
    for letter in hidden(text):
        page.keyboard.type(letter)
    page.locator(".game-verdict").wait_for()
    assert page.locator(".game-text").inner_text() == text
    assert "Julius Caesar, act 3: the model has never read this play." in page.locator(".game-end").inner_text()
    assert "a famous line can be known by heart" in page.locator(".game-end").inner_text()
    assert "exact source" not in score(page)
    assert score(page)["the model"] == pytest.approx(sum(theirs), abs=0.051)


RECORDS = """() => {
    const costs = { "toy-1": 30, "shakespeare-3": 10, "toy-2": 21, "toy-4": 25 };
    const rounds = Object.entries(costs).map(([id, you]) => ({ id, you, model: 20 }));
    localStorage.setItem("course-lm game", JSON.stringify({ rounds, guesses: [[1, 2], [3, 4], [20, 25]] }));
    const shown = courseLM.records.show(() => {});
    const told = [...shown.querySelectorAll("li")].map((line) => line.textContent);
    const dots = [...shown.querySelectorAll("circle")].map((dot) => ["cx", "cy"].map((at) => +dot.getAttribute(at)));
    courseLM.records.add("toy-9", { you: 1, model: 2, guesses: [[1, 1], [0, 1], [2, 3]] });
    return [shown.querySelector("summary").textContent, told, dots, courseLM.records.read().guesses];
}"""


def test_rounds_are_kept_until_the_reader_forgets_them(play: Play) -> None:
    page = play()
    letters = hidden(sentence(SEED))
    for is_known in (False, True):  # the second time it does not count
        page.get_by_label("Your guess").focus()
        page.keyboard.type(f"q{letters}")
        page.locator(".game-verdict").wait_for()
        assert "Your rounds: 1, won: " in page.locator(".game-records summary").inner_text()
        assert ("You had played this one before" in page.locator(".game-end").inner_text()) == is_known
        page.evaluate(f"document.querySelector('.live-game').game.begin('{ID}')")
        page.locator(".game-panel").wait_for()
    page.locator(".game-records summary").click()
    n = len(letters)
    assert f"0 of 0 at 1/2, {n} of {n + 1} at 3/4, 0 of 0 at 31/32" in page.locator(".game-calibration").inner_text()
    page.get_by_role("button", name="Forget my rounds").press("Enter")
    assert page.locator(".game-records").count() == 0
    assert page.locator(":focus").inner_text() == "Another sentence"
    summary, best, dots, guesses = page.evaluate(RECORDS)
    assert guesses == [[2, 3], [3, 5], [22, 28]]
    assert summary == "Your rounds: 4, won: 1"
    assert best == [
        "Line 3, Richard III, act 5: you 10.0 bits, the model 20.0",
        "Sentence 2 of toy English: you 21.0 bits, the model 20.0",
        "Sentence 4 of toy English: you 25.0 bits, the model 20.0",
    ]
    assert dots == [[44, 128], [144, 78], [231.5, 68]]  # a half at 1/2, three fourths at 3/4, four fifths at 31/32
    for broken in ('{"rounds": [null], "guesses": 3}', '{"rounds": 1}', "7", "{"):
        page.evaluate("(text) => localStorage.setItem('course-lm game', text)", broken)
        assert page.evaluate("courseLM.records.read().rounds.length") == 0


def test_a_phone_shows_the_whole_game_at_once_and_its_end_is_accessible(play: Play) -> None:
    page = play("game:shakespeare-12", **PHONE)  # a long line, with more keys
    box = page.locator(".game-board").bounding_box()
    last = page.locator(".game-helps button").last.bounding_box()
    assert box is not None
    assert last is not None
    assert last["y"] + last["height"] - box["y"] < PHONE["viewport"]["height"] - 64
    top_of_keys = "document.querySelector('.game-keys').offsetTop"
    before = page.evaluate(top_of_keys)
    help_ = page.get_by_role("button", name="Let the model play this word")
    played = []
    while not said(page).startswith("The model played “once ”"):
        help_.tap()
        played.append(said(page).split("”")[0].partition("“")[2])
    assert "breach," in played  # the sign after a word tells that it is over
    assert page.evaluate(top_of_keys) == before
    help_.tap()
    page.locator(".game-verdict").wait_for()
    assert page.locator(".game-verdict").inner_text() == "A draw."
    assert not list(page_checks.sideways(page))
    assert not list(page_checks.other_violations(page))
    assert page.locator(".live-game button:disabled").count() == 0
    assert not list(page_checks.colors(page))
