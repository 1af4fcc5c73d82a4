import math

import pytest

from course_lm import plot
from course_lm.plot.style import MODEL, RIVALS, SOURCE

BOTH_WIDTHS = pytest.mark.parametrize("narrow", [False, True])


@BOTH_WIDTHS
def test_the_three_panels_show_one_curve_in_units_that_convert_into_each_other(narrow):
    panels = plot.curve_in_three_units([1, 2], [2.0, 0.5]).figure(narrow=narrow).axes
    nats, bits, perplexities = (axes.lines[0].get_ydata() for axes in panels)
    assert list(nats) == [2.0, 0.5]
    assert [math.log2(p) for p in perplexities] == pytest.approx(list(bits))
    assert [math.log(p) for p in perplexities] == pytest.approx(list(nats))


@BOTH_WIDTHS
def test_the_floor_and_what_is_paid_on_top_of_it_have_a_scale_each(narrow):
    figure = plot.costs_above_floor(["space", "letter"], [0.25, 0.5], [-0.0004, 0.0021]).figure(narrow=narrow)
    floor, extra = figure.axes
    assert [bar.get_width() for bar in floor.patches] == [0.25, 0.5]
    assert [bar.get_width() for bar in extra.patches] == [-0.0004, 0.0021]
    assert [text.get_text() for text in extra.texts] == ["−0.0004", "+0.0021"]
    assert extra.get_xlim()[1] < 0.01 < floor.get_xlim()[1]


@BOTH_WIDTHS
def test_every_level_is_a_line_with_its_name_its_loss_where_there_is_room_and_what_its_model_writes(narrow):
    levels, written = {"uniform": 3.4, "exact source": 0.3}, {"uniform": "qx\nv", "exact source": "the dog"}
    axes = plot.curve_through_levels([*range(5, 95, 10)], [3.0] * 9, levels, written).figure(narrow=narrow).axes[0]
    lines = [(line.get_ydata()[0], line.get_color()) for line in axes.lines]
    assert lines == [(3.4, RIVALS[0]), (0.3, SOURCE), (3.0, MODEL)]
    said = [text.get_text() for text in axes.texts]
    assert said[:2] == ["qx↵v", "the dog"]
    assert said[-2:] == (["source", "uniform"] if narrow else ["exact source 0.30", "uniform 3.40"])


@BOTH_WIDTHS
def test_every_mistake_has_a_panel_with_the_healthy_curve_beside_it_the_one_too_good_first(narrow):
    mistakes = {"rate": [3.0, 9.0], "leak": [3.0, 0.1]}
    panels = plot.first_updates([3.0, 1.0, 0.9], mistakes, {"ln V": 3.37}).figure(narrow=narrow).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["leak", "rate"]
    for axes, nats in zip(panels, (mistakes["leak"], mistakes["rate"]), strict=True):
        level, healthy, wrong = (line.get_ydata() for line in axes.lines)
        assert level[0] == 3.37
        assert list(healthy) == [3.0, 1.0, 0.9]
        assert list(wrong) == nats


def test_the_schedule_shows_the_share_of_the_peak():
    axes = plot.schedule([1, 2, 3], [0.5, 1.0, 0.0]).figure().axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[1, 0.5], [2, 1.0], [3, 0.0]]
