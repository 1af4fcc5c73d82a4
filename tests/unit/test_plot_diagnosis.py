import math

import numpy as np
import pytest

from course_lm import plot

from .first_axes import first_axes


def test_the_three_panels_show_one_curve_in_units_that_convert_into_each_other():
    figure = plot.curve_in_three_units([1, 2], [2.0, 0.5])
    nats, bits, perplexities = (np.asarray(axes.lines[0].get_ydata()) for axes in figure.axes)
    assert list(nats) == [2.0, 0.5]
    assert [math.log2(p) for p in perplexities] == pytest.approx(list(bits))
    assert [math.log(p) for p in perplexities] == pytest.approx(list(nats))


def test_the_two_parts_of_a_bar_end_at_the_cost_under_the_model():
    floor, extra = first_axes(plot.costs_above_floor({"space": (0.25, 0.75)})).patches
    assert (floor.get_x(), floor.get_width()) == (0, 0.25)
    assert (extra.get_x(), extra.get_x() + extra.get_width()) == (0.25, 0.75)


def test_every_level_is_a_line_with_its_name():
    axes = first_axes(plot.curve_through_levels([1, 2], [3.0, 1.0], {"uniform": 3.4, "bigram": 1.75}))
    assert [(line.get_label(), line.get_ydata()[0]) for line in axes.lines[1:]] == [("uniform", 3.4), ("bigram", 1.75)]
    assert [text.get_text() for text in axes.texts] == ["uniform: 3.40", "bigram: 1.75"]
