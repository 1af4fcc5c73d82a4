import pytest

from course_lm import plot
from course_lm.plot.style import MODEL, RIVALS, SOURCE


@pytest.mark.parametrize("narrow", [False, True])
def test_both_losses_are_blue_and_every_level_has_the_color_of_its_model(narrow):
    levels = {"exact source": 0.3, "5-gram": 0.5}
    axes = plot.training_curve([1, 2, 3], [3.0, 1.0, 0.8], [2, 3], [1.2, 0.9], levels).figure(narrow=narrow).axes[0]
    training, validation, *others = axes.lines
    assert training.get_xydata().tolist() == [[1, 3.0], [2, 1.0], [3, 0.8]]
    assert validation.get_xydata().tolist() == [[2, 1.2], [3, 0.9]]
    assert [line.get_color() for line in axes.lines] == [MODEL, MODEL, SOURCE, RIVALS[0]]
    assert [line.get_ydata()[0] for line in others] == [0.3, 0.5]
    assert axes.get_ylim()[0] == 0
