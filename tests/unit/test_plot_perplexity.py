import math

import pytest
from matplotlib.offsetbox import AnnotationBbox

from course_lm import plot

from .first_axes import first_axes


@pytest.mark.parametrize("narrow", [False, True])
def test_a_die_stands_at_the_logarithm_of_its_sides_and_a_model_at_its_loss(narrow):
    axes = first_axes(plot.fair_dice({"coin": 2, "die": 6}, {"model": 1.0}).figure(narrow=narrow))
    dice = [artist.xy[0] for artist in axes.get_children() if isinstance(artist, AnnotationBbox)]
    assert dice == pytest.approx([math.log(2), math.log(6)])
    (arrow,) = [line for line in axes.lines if line.get_marker() == "^"]
    assert arrow.get_xdata() == [1]
    assert "model: 2.72 sides, 1.00 nats" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_line_is_the_geometric_mean_of_the_sides_and_first_letters_are_strong(narrow):
    axes = first_axes(plot.sides_along_sentence("abc", [0.5, 0.25, 1.0], [True, False, False]).figure(narrow=narrow))
    (line,) = axes.lines
    assert line.get_ydata()[0] == pytest.approx((2 * 4 * 1) ** (1 / 3))
    assert [bar.get_y() + bar.get_height() for bar in axes.patches] == pytest.approx([2, 4, 1])
    strong, *pale = [bar.get_alpha() for bar in axes.patches]
    assert all(alpha < strong for alpha in pale)
