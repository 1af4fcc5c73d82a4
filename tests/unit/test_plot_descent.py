import numpy as np
import pytest

from course_lm import plot

from .first_axes import first_axes

WIDTHS = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
X, Y = np.linspace(-1, 1, 17), np.linspace(-1, 1, 11)


def landscape(*, narrow=False, **options):
    above = X**2 + Y[:, None] ** 2
    figure = plot.loss_landscape(X, Y, above, {"lowest": (0.0, 0.0)}, ("a", "b"), **options)
    return first_axes(figure.figure(narrow=narrow))


@WIDTHS
def test_the_lines_of_a_round_bowl_are_rings_at_equal_distances(narrow):
    (contours,) = landscape(narrow=narrow).collections
    assert contours.levels[:3] == pytest.approx([0.01, 0.04, 0.09])
    for level, path in zip(contours.levels[2:9], contours.get_paths()[2:9], strict=True):
        assert np.hypot(*path.vertices.T) == pytest.approx(np.full(len(path), level**0.5), abs=0.01)


def test_the_landscape_holds_no_picture():
    assert not landscape().images


def test_a_line_is_labeled_with_its_height_where_it_lies():
    labels = {text.get_text(): text.get_position() for text in landscape().texts if text.get_text() != "lowest"}
    assert labels
    for text, (x, y) in labels.items():
        assert x**2 + y**2 == pytest.approx(float(text), abs=0.07)


@WIDTHS
def test_the_landscape_shows_a_path_in_order(narrow):
    path = landscape(narrow=narrow, path=[(1.0, 1.0), (0.5, 0.0), (0.0, 0.0)]).lines[0]
    assert path.get_xydata().tolist() == [[1, 1], [0.5, 0], [0, 0]]


@WIDTHS
def test_a_slice_goes_through_the_losses_at_its_distances(narrow):
    axes = first_axes(plot.loss_slices([-0.2, 0, 0.2], {"direction 1": [2.0, 1.0, 3.0]}).figure(narrow=narrow))
    assert axes.lines[1].get_xydata().tolist() == [[-0.2, 2], [0, 1], [0.2, 3]]


@WIDTHS
def test_an_arrow_leads_from_what_was_said_to_what_came_and_says_the_push(narrow):
    pushes = plot.logit_pushes(["a", " ", "b"], [0.75, 0.25, 0.0], [0.25, -0.25, 0.0], "x")
    axes = first_axes(pushes.figure(narrow=narrow))
    arrows = [(text.xyann, text.xy) for text in axes.texts if text.arrow_patch]
    assert arrows == [((0.75, 0), (1, 0)), ((0.25, 1), (0, 1))]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["+0.25", "−0.25", "≈ 0", "push"]


def test_a_push_says_the_number_that_is_printed_beside_it():
    push = 0.55503  # of a probability that is stored as 0.445, and 1 - 0.445 is a little less than 0.555
    axes = first_axes(plot.logit_pushes(["s", " "], [1 - push, push], [push, -push], "x").figure())
    assert f"{push:+.2f}" in [text.get_text() for text in axes.texts]


@WIDTHS
def test_each_rate_has_a_panel_from_the_smallest_on_that_counts_updates_from_one(narrow):
    curves = {100: [3.0, 4.0], 20: [3.0, 2.0]}
    panels = plot.descent_curves(curves, 1.0).figure(narrow=narrow).axes
    assert [axes.lines[-1].get_xydata().tolist() for axes in panels] == [[[1, 3], [2, 2]], [[1, 3], [2, 4]]]
    assert panels[0].get_ylim() == panels[1].get_ylim()


def test_the_guide_of_the_noise_halves_when_the_batch_is_four_times_as_large():
    guide = first_axes(plot.gradient_noise([8, 32], {"m": [3.0, 1.0]}).figure()).lines[0]
    assert guide.get_ydata() == pytest.approx([3.0, 1.5])
