import numpy as np
import pytest

from course_lm import plot

from .first_axes import first_axes

X, Y = np.linspace(-1, 1, 5), np.linspace(-1, 1, 3)


def landscape(**options):
    return first_axes(plot.loss_landscape(X, Y, X**2 + Y[:, None] ** 2, {"lowest": (0.0, 0.0)}, ("a", "b"), **options))


def test_the_landscape_holds_the_loss_of_every_pair_and_the_marks():
    axes = landscape()
    assert axes.images[0].get_array().tolist() == (X**2 + Y[:, None] ** 2).tolist()
    assert [line.get_label() for line in axes.lines] == ["lowest"]


def test_the_landscape_shows_a_path_in_order():
    path = landscape(path=[(1.0, 1.0), (0.5, 0.0), (0.0, 0.0)]).lines[0]
    assert path.get_xydata().tolist() == [[1, 1], [0.5, 0], [0, 0]]


def test_the_true_token_is_hatched_among_the_pushes():
    bars = first_axes(plot.logit_pushes(["a", " "], [0.4, -0.4], "a", "x")).patches
    assert [bool(bar.get_hatch()) for bar in bars] == [True, False]
    assert [bar.get_height() for bar in bars] == [0.4, -0.4]


def test_the_guide_of_the_noise_halves_when_the_batch_is_four_times_as_large():
    guide = first_axes(plot.gradient_noise([8, 32], {"m": [3.0, 1.0]})).lines[1]
    assert guide.get_ydata() == pytest.approx([3.0, 1.5])


def test_curves_count_updates_from_one():
    curve = first_axes(plot.descent_curves("t", {"a": [3.0, 2.0]}, 1.0, "floor")).lines[0]
    assert curve.get_xdata().tolist() == [1, 2]
