"""The slider of chapter 6 shows the run that the chapter makes, at steps where the chapter looks too."""

import json
from pathlib import Path
from statistics import mean

import nbformat
import pytest
import training_steps_record as record

from course_lm import load_corpus

CHAPTER = Path(__file__).parents[2] / "book" / "06_training.ipynb"


@pytest.fixture(scope="module")
def stored():
    text = record.FILE.read_text(encoding="utf-8")
    assert text.startswith("courseLM.figures.data.training = {")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


@pytest.fixture(scope="module")
def printed():
    """What the chapter prints below the copies that it kept: for each step the loss and a line, and one cost."""
    cell = next(cell for cell in nbformat.read(CHAPTER, 4).cells if cell.get("id") == "samples")
    *lines, of_sentence = cell.outputs[0].text.splitlines()
    copies = {int(line[:3]): (line[3:].split()[0], line.split("nats  ")[1]) for line in lines}
    return copies, of_sentence.split(": ")[1]


def test_the_record_says_of_the_chapters_steps_what_the_chapter_prints(stored, printed):
    copies, of_sentence = printed
    kept = {state["step"]: state for state in stored["kept"]}
    for step, (loss, line) in copies.items():
        assert f"{kept[step]['loss']:.2f}" == loss, step
        assert kept[step]["text"].replace("\n", "↵").startswith(line), step
    assert f"{mean(kept[600]['nats']):.2f}" == f"{float(of_sentence.removesuffix(' nats')):.2f}"


def assert_close(shown, measured):
    """Up to half a unit of the last digit, and what another processor may move."""
    assert shown["nats"] == pytest.approx(measured["nats"], abs=0.011)
    assert shown["next"] == pytest.approx(measured["next"], abs=0.0011)


def compare(stored, made):
    assert stored["floor"] == pytest.approx(made["floor"], abs=0.0011)
    assert_close(stored["source"], made["source"])
    curve = dict(stored["curve"])
    for step, loss in made["curve"]:
        assert curve[step] == pytest.approx(loss, abs=0.0011), step
    kept = {state["step"]: state for state in stored["kept"]}
    for state in made["kept"]:
        assert_close(kept[state["step"]], state)
        assert all(kept[state["step"]][part] == state[part] for part in ("text", "known")), state["step"]


def test_the_first_steps_measured_again_are_those_of_the_record(stored):
    steps = [step for step in record.KEPT if step <= 10]
    compare(stored, record.measure(load_corpus("toy"), steps, steps))


@pytest.mark.long
def test_all_steps_measured_again_are_those_of_the_record(stored):
    compare(stored, record.measure(load_corpus("toy")))


def test_the_curve_falls_from_knowing_nothing_to_just_above_the_floor_and_holds_every_step(stored):
    curve = dict(stored["curve"])
    assert curve[0] == pytest.approx(3.367, abs=0.001)  # ln 29
    assert stored["floor"] < curve[600] < stored["floor"] + 0.015
    assert all(curve[state["step"]] == state["loss"] for state in stored["kept"])
    assert [state["step"] for state in stored["kept"]] == [*record.KEPT]


def test_after_the_prefix_the_lead_changes_from_step_to_step_until_the_model_settles(stored):
    space, s = (stored["alphabet"].index(character) for character in " s")
    lead = {state["step"]: state["next"][space] - state["next"][s] for state in stored["kept"]}
    assert [lead[step] > 0 for step in (100, 140, 200, 280, 420, 600)] == [True, False, True, False, False, True]
    assert min(abs(lead[step]) for step in (140, 200, 280)) > 0.2
    assert max(abs(lead[step]) for step in (420, 600)) < 0.12
    assert (stored["source"]["next"][space], stored["source"]["next"][s]) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("the dogs.\n", [1, 1]),
        ("thne dogs", [0, 1]),
        ("the do", [1, 1]),  # it may go on
        ("the dx", [1, 0]),
        ("do the", [0, 1]),
        (", \n", []),
    ],
)
def test_a_word_is_known_if_the_language_has_it_or_if_it_is_cut_and_may_become_one(text, known):
    assert record.words_known(text, {"the", "dogs"}) == known


def test_the_record_is_small_enough_for_a_page():
    assert record.FILE.stat().st_size < 30_000
