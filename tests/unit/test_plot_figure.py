"""A figure is a name and data: it shows itself, and is drawn again from them."""

import base64
import json

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from course_lm import plot
from course_lm.plot.figure import DRAWINGS, MIME, Plot, digest, plain
from course_lm.plot.style import Canvas


def test_a_figure_shows_a_picture_a_line_of_text_and_its_data():
    figure = plot.surprisal_curve([0.5, 0.1])
    data, _ = InteractiveShell.instance().display_formatter.format(figure)
    assert data["text/plain"] == "Figure: What does a token cost that was given probability p?"
    assert data[MIME] == {"name": "surprisal_curve", "data": '{"marks": [0.5, 0.1]}'}
    png = data["image/png"] if isinstance(data["image/png"], bytes) else base64.b64decode(data["image/png"])
    assert b"tEXtDescription\0data " + digest(**data[MIME]).encode() in png


def test_a_figure_that_was_stored_in_a_notebook_is_the_same():
    losses = {"uniform": 3.0, "2-gram": 2.0, "exact source": 1 / 3}
    figure = plot.losses_against_floor(losses, floor=0.3)
    again = Plot.stored(**json.loads(json.dumps(figure.to_store(), sort_keys=True)))  # as nbformat writes
    assert again == figure
    assert list(again.data["losses"]) == list(losses)  # the order of the bars
    assert again.png() == figure.png()


def test_data_are_kept_to_four_digits_whatever_holds_them():
    third = 1 / 3
    for value in (third, np.float32(third), np.array(third), torch.tensor(third)):
        assert plain(value) == 0.3333
    assert plain([torch.tensor([1, 2]), range(2), (-0.0, True, None, "x")]) == [[1, 2], [0, 1], [0.0, True, None, "x"]]
    with pytest.raises(TypeError, match="numbers, texts, and lists or mappings of them, got <class 'object'>"):
        plain(object())


def test_every_plot_function_makes_a_figure_of_its_own_name():
    for name in plot.__all__:
        assert name in DRAWINGS, name
        assert "canvas" not in str(getattr(plot, name).__signature__)


def test_names_at_the_ends_of_lines_stand_in_their_order_and_apart():
    canvas = Canvas()
    axes = canvas.axes()
    axes.set_ylim(0, 10)
    canvas.label_ends(axes, {"c": (5.1, "k"), "a": (0, "k"), "b": (5.0, "k"), "d": (5.2, "k")})
    heights = [getattr(text, "xy")[1] for text in axes.texts]  # noqa: B009, of an Annotation
    assert [text.get_text() for text in axes.texts] == ["a", "b", "c", "d"]
    assert heights[0] == pytest.approx(0)
    assert np.diff(heights[1:]) == pytest.approx([15 / (0.78 * canvas.height)] * 2)
    assert np.mean(heights[1:]) == pytest.approx(0.51)


def test_a_phone_names_the_words_of_a_long_text_where_they_begin():
    text = list("the brave dogs near the castle dance, and the dogs rest.")
    canvas = Canvas(narrow=True)
    axes = canvas.axes()
    canvas.letters(axes, text)
    for place, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        assert "".join(text)[int(place) :].startswith(label.get_text())
