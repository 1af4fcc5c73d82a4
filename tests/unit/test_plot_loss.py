import math

import numpy as np
import pytest

from course_lm import plot
from course_lm.plot.style import longest_run

from .first_axes import first_axes, second_axes

both_widths = pytest.mark.parametrize("narrow", [False, True])


@both_widths
def test_marked_probabilities_lie_on_the_curve_of_their_cost(narrow):
    curve, *marks = first_axes(plot.surprisal_curve([0.5, 0.01]).figure(narrow=narrow)).lines
    for line in (curve, *marks):
        for p, cost in line.get_xydata():
            assert cost == pytest.approx(-math.log(p))


@both_widths
def test_each_letter_has_a_bar_of_its_cost_and_a_tile_that_is_the_stronger_the_more_it_costs(narrow):
    nats = [3.0, 0.0, 1.0, 0.0]
    axes = first_axes(plot.sentence_costs("abcd", nats).figure(narrow=narrow))
    bars, tiles = axes.patches[:4], axes.patches[4:]
    assert [bar.get_height() for bar in bars] == nats
    assert np.argsort([tile.get_alpha() for tile in tiles]).tolist()[-2:] == [2, 0]
    assert axes.lines[0].get_ydata()[0] == 1


@both_widths
def test_an_honest_score_has_its_mark_at_the_truth_and_the_linear_one_at_the_end(narrow):
    p = [k / 10 for k in range(1, 10)]
    missing = [1 - one for one in p]
    log = [-math.log(one) for one in p]
    scores = {"log: −ln p": (log, log[::-1]), "linear: 1 − p": (missing, p)}
    lines = first_axes(plot.expected_scores(0.7, p, scores).figure(narrow=narrow)).lines
    assert [line.get_xdata()[0] for line in lines if line.get_marker() == "o"] == pytest.approx([0.7, 0.9])


@both_widths
def test_models_close_to_the_floor_are_drawn_again_magnified(narrow):
    losses = {"uniform": 3.0, "transformer": 1.02, "exact source": 1.0}
    figure = plot.losses_against_floor(losses, floor=1.0).figure(narrow=narrow)
    all_of_them, near = first_axes(figure), second_axes(figure)
    assert [bar.get_width() for bar in all_of_them.patches] == [3, 1.02, 1]
    assert [bar.get_width() for bar in near.patches] == [1.02, 1]
    left, right = near.get_xlim()
    assert left < 1 < 1.02 < right
    assert right - left < 0.1
    assert "1.000 + 0.020" in [text.get_text() for text in near.texts]


@both_widths
def test_a_group_with_four_times_as_many_statements_has_a_dot_twice_as_large(narrow):
    (dots,) = first_axes(plot.calibration([0.1, 0.9], [0.2, 0.8], [100, 400]).figure(narrow=narrow)).collections
    assert dots.get_offsets().tolist() == [[0.1, 0.2], [0.9, 0.8]]
    small, large = dots.get_sizes()
    assert large == pytest.approx(2 * small)


def test_the_longest_run_is_found_by_its_middle():
    assert longest_run([True, False, True, True, True, False]) == 3
    assert longest_run([False, True]) == 1


@both_widths
def test_each_bar_stands_as_divergence_on_the_entropy_that_all_models_share(narrow):
    extra = {"5-gram": [0.5, 0.25], "transformer": [0.0, 0.125]}
    figure = plot.cost_in_two_parts(["a", "b"], [1.0, 0.5], extra).figure(narrow=narrow)
    for axes, (name, divergence) in zip(figure.axes, extra.items(), strict=True):
        bars = [(bar.get_y(), bar.get_height()) for bar in axes.patches]
        assert bars == [(0, 1.0), (0, 0.5), (1.0, divergence[0]), (0.5, divergence[1])]
        assert axes.get_title(loc="left").startswith(name)
    assert "entropy 0.75 + divergence 0.38" in figure.axes[0].get_title(loc="left")
