import math

import pytest

from course_lm import plot

from .first_axes import first_axes


def hatched(axes):
    return [bar.get_hatch() == "//" for bar in axes.patches]


def test_the_interval_that_is_left_is_as_wide_as_the_product_of_the_probabilities():
    figure = plot.shrinking_interval(["a", "b"], [[0.25, 0.75], [0.5, 0.5], [0.9, 0.1]], truth=[1, 0, 1])
    axes = first_axes(figure)
    low, high = (float(word) for word in axes.texts[-1].get_text().split() if word[0].isdigit())
    assert high - low == pytest.approx(0.75 * 0.5 * 0.1)
    assert low == pytest.approx(0.25 + 0.75 * 0.5 * 0.9)
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.25, 0.75, 0.5, 0.5, 0.9, 0.1])
    assert hatched(axes) == [False, True, True, False, False, True]


def test_sizes_of_methods_that_ask_a_model_are_hatched():
    axes = first_axes(plot.file_sizes({"zip": 300, "model": 20}, uses_model=["model"]))
    assert [bar.get_width() for bar in axes.patches] == [300, 20]
    assert hatched(axes) == [False, True]
    assert axes.patches[1].get_hatchcolor() != axes.patches[1].get_facecolor()  # else the hatching is not seen


def test_training_is_drawn_between_ignorance_and_the_floor():
    axes = first_axes(plot.bits_along_training([1, 2], [3.0, 1.0], ignorance=math.log2(8), floor=0.5))
    heights = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert heights == {"log₂ V: knows nothing": [3, 3], "training batch": [3, 1], "entropy of the source": [0.5, 0.5]}
