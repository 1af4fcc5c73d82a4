import math

import pytest

from course_lm import plot

from .first_axes import first_axes


def test_dice_and_models_lie_on_the_same_curve():
    axes = first_axes(plot.fair_dice({"coin": 2, "die": 6}, {"model": 1.0}))
    for line in axes.lines:
        for nats, sides in line.get_xydata():
            assert sides == pytest.approx(math.exp(nats))


def test_the_line_is_the_geometric_mean_of_the_sides():
    axes = first_axes(plot.sides_along_sentence("abc", [0.5, 0.25, 1.0], [True, False, False]))
    (line,) = axes.lines
    assert line.get_ydata()[0] == pytest.approx((2 * 4 * 1) ** (1 / 3))
    assert [bar.get_y() + bar.get_height() for bar in axes.patches] == pytest.approx([2, 4, 1])
    assert [bar.get_hatch() == "//" for bar in axes.patches] == [True, False, False]
    assert axes.patches[0].get_hatchcolor() != axes.patches[0].get_facecolor()  # else the hatching is not seen
