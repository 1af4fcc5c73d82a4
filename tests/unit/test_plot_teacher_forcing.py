import numpy as np
import pytest

from course_lm import plot

from .first_axes import first_axes

WIDTHS = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])


def cells_of(patch):
    """Where the cells of a patch stand, as (row, column)."""
    corners = patch.get_path().vertices.reshape(-1, 5, 2)[:, 0]
    return {(round(y + 0.46), round(x + 0.46)) for x, y in corners}


@WIDTHS
def test_arrows_lead_from_the_truth_in_training_and_from_what_was_said_in_writing(narrow):
    figure = plot.training_beside_writing(["\n", "to", "be"], ["to", "see"], ["\n", "to", "go"]).figure(narrow=narrow)
    training, writing = figure.axes
    shown = [[text.get_text() for text in axes.texts if text.get_text()] for axes in figure.axes]
    assert shown == [["↵", "to", "to", "see", "to", "be"], ["↵", "to", "to", "go"]]
    for axes in figure.axes:
        (arrow,) = (text for text in axes.texts if not text.get_text())
        last_row = axes.get_yticks()[-1]
        assert (arrow.xy, arrow.xyann) == ((0.66, 0), (0.34, last_row))
    assert [label.get_text() for label in training.get_yticklabels()] == ["reads", "guesses", "true"]
    assert [label.get_text() for label in writing.get_yticklabels()] == ["reads", "writes"]


def test_only_a_wrong_guess_has_a_dashed_box():
    training = plot.training_beside_writing(["\n", "to", "be"], ["to", "see"], ["\n", "to", "go"]).figure().axes[0]
    assert [box.get_linestyle() != "-" for box in training.patches] == [False, False, False, True, False, False]


@WIDTHS
def test_every_cell_of_the_mask_says_whether_its_input_may_be_read(narrow):
    axes = first_axes(plot.causal_mask(["a", " "], [[True, False], [True, True]]).figure(narrow=narrow))
    assert [text.get_text() for text in axes.texts] == ["●", "−∞", "●", "●"]
    readable, hidden = axes.patches
    assert cells_of(readable) == {(0, 0), (1, 0), (1, 1)}
    assert cells_of(hidden) == {(0, 1)}


@WIDTHS
def test_influence_leaves_exact_zeros_blank_and_nothing_else(narrow):
    strength = np.tril([[1.0, 9, 9], [1e-9, 1, 9], [2, 3, 1]])
    axes = first_axes(plot.influence(["a", "b", "c"], strength).figure(narrow=narrow))
    drawn = set().union(*map(cells_of, axes.patches[:-4]))  # the last four are the key
    assert drawn == {(t, s) for t in range(3) for s in range(t + 1)}


def test_a_stronger_influence_is_drawn_darker():
    axes = first_axes(plot.influence(["a", "b"], [[10.0, 0], [1, 100]]).figure())
    shades = {place: patch.get_alpha() for patch in axes.patches[:-4] for place in cells_of(patch)}
    assert shades[1, 0] < shades[0, 0] < shades[1, 1] == 1


def test_a_mean_of_a_group_of_updates_stands_at_its_middle():
    axes = first_axes(plot.losses_in_training({"honest": [3.0, 1.0]}, floor=0.5, every=2).figure())
    assert axes.lines[0].get_xydata().tolist() == [[1, 3], [3, 1]]


@WIDTHS
def test_broken_sentences_are_shown_in_percent_from_the_first_character(narrow):
    figure = plot.broken_sentences([0.0, 0.5], [0.25, 0.5], "the q").figure(narrow=narrow)
    assert [line.get_xydata().tolist() for line in figure.axes[0].lines] == [[[1, 0], [2, 50]], [[1, 25], [2, 50]]]


@WIDTHS
def test_small_costs_after_a_slip_are_drawn_again_on_a_scale_of_their_own(narrow):
    every, small = plot.cost_after_slip([7.0, 3.0, 0.2, 0.1]).figure(narrow=narrow).axes
    assert [bar.get_height() for bar in every.patches] == [7, 3, 0.2, 0.1]
    assert [round(bar.get_x() + bar.get_width() / 2) for bar in small.patches] == [3, 4]


@WIDTHS
def test_a_group_of_places_stands_at_its_middle(narrow):
    losses = {"12-gram": [0.5, 0.75], "transformer": [0.5, 0.25]}
    axes = first_axes(plot.loss_by_place(losses, width=4, example="the dogs").figure(narrow=narrow))
    assert axes.lines[0].get_xdata().tolist() == [2.5, 6.5]  # characters 1 to 4, and 5 to 8


def test_a_letter_of_the_example_stands_at_its_place():
    axes = first_axes(
        plot.loss_by_place({"12-gram": [1.0], "transformer": [0.5]}, width=8, example="the dogs").figure()
    )
    places = {text.xy[0]: text.get_text() for text in axes.texts if len(text.get_text()) == 1 and text.xy[0] > 1}
    assert places == {2: "h", 3: "e", 5: "d", 6: "o", 7: "g", 8: "s"}


@WIDTHS
def test_every_context_length_is_a_tick_and_says_its_loss(narrow):
    figure = plot.loss_by_context([1, 4, 16], [1.75, 1.0, 0.5], [1.5, 0.75, 0.25]).figure(narrow=narrow)
    axes = first_axes(figure)
    assert [line.get_ydata().tolist() for line in axes.lines] == [[1.75, 1.0, 0.5], [1.5, 0.75, 0.25]]
    assert axes.get_xticks().tolist() == [1, 4, 16]
    assert {"1.75", "1.00", "0.50"} <= {text.get_text() for text in axes.texts}
