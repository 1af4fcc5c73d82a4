import pytest

from course_lm import plot
from course_lm.plot.style import COST, MODEL, RIVALS, SOURCE

from .first_axes import first_axes

NARROW = pytest.mark.parametrize("narrow", [False, True])


@NARROW
def test_a_line_stands_at_its_tokens_in_both_vocabularies_and_the_widest_names_them(narrow):
    counts = {"old": [13, 139], "new": [13, 25]}
    axes = first_axes(plot.tokens_of_lines(["English", "Hindi"], counts).figure(narrow=narrow))
    old, new = axes.lines
    assert (old.get_color(), old.get_xydata().tolist()) == (RIVALS[0], [[13, 0], [139, 1]])
    assert (new.get_color(), new.get_xydata().tolist()) == (MODEL, [[13, 0], [25, 1]])
    assert [(text.get_text(), text.xy) for text in axes.texts] == [("old", (139, 1)), ("new", (25, 1))]


@NARROW
def test_a_gap_stands_in_the_middle_of_its_places(narrow):
    gaps = {"all": [2.0, 1.0, 0.5, 0.1, 0.02], "begun": [0.01, 0.02, 0.01, 0.02, 0.01]}
    axes = first_axes(plot.gap_by_place(gaps, 4).figure(narrow=narrow))
    everything, begun = axes.lines
    assert everything.get_xydata().tolist() == [[2.5 + 4 * i, gap] for i, gap in enumerate(gaps["all"])]
    assert (everything.get_color(), begun.get_color()) == (COST, MODEL)
    assert [text.get_text() for text in axes.texts] == ["all", "begun"]


@NARROW
@pytest.mark.parametrize("fitted", [0.4, 0.2])
def test_a_fit_goes_on_towards_its_own_floor_and_the_higher_floor_is_named_above_its_line(narrow, fitted):
    points = {"weights": [10.0, 100.0, 1000.0]}, {"weights": [0.9, 0.6, 0.5]}
    axes = first_axes(plot.fitted_floors(*points, {"weights": [fitted, 1.0, 0.5]}, 0.3).figure(narrow=narrow))
    true, floor, curve, points = axes.lines
    assert (true.get_ydata()[0], true.get_color()) == (0.3, SOURCE)
    assert floor.get_ydata()[0] == fitted
    sizes, losses = curve.get_data()
    assert losses == pytest.approx(fitted + sizes**-0.5)
    assert sizes[-1] == pytest.approx(30_000)
    assert points.get_xydata().tolist() == [[10, 0.9], [100, 0.6], [1000, 0.5]]
    higher = f"fitted floor {fitted:.3f}" if fitted > 0.3 else "true floor 0.300"
    assert [text.get_text() for text in axes.texts if text.get_va() == "bottom"] == [higher]


@NARROW
def test_words_stand_below_each_other_with_their_costs_and_the_mean(narrow):
    axes = first_axes(plot.costs_of_words([" ferry", "\n"], [12.0, 1.0]).figure(narrow=narrow))
    assert [bar.get_width() for bar in axes.patches] == [12, 1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["␣ferry", "↵"]
    (mean,) = axes.lines
    assert mean.get_xdata()[0] == 6.5
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first word on top
