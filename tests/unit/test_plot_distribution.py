import numpy as np
import pytest

from course_lm import plot

from .first_axes import first_axes

ALPHABET = ["\n", "a", "b"]
P = np.array([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]])


def test_the_map_is_darkest_where_the_probability_is_and_its_rings_mark_what_came():
    axes = first_axes(plot.probability_map(ALPHABET, "\na", "ab", P))
    np.testing.assert_array_equal(axes.images[0].get_array(), P.T)
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [(0, 1), (1, 2)])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["↵", "a"]


def test_every_distribution_has_bars_of_its_height_and_a_look_of_its_own():
    p_of = {"one": P[0], "two": P[1], "three": P[0], "four": P[1]}
    bars = first_axes(plot.side_by_side(ALPHABET, p_of, "?")).patches
    heights = np.array([bar.get_height() for bar in bars]).reshape(4, 3)
    np.testing.assert_array_equal(heights, list(p_of.values()))
    assert len({(bar.get_facecolor(), bar.get_hatch()) for bar in bars}) == 4
    left, right = bars[0].get_x(), bars[9].get_x() + bars[9].get_width()
    assert (left, right) == pytest.approx((-0.4, 0.4))  # a group stands around its token


def test_the_pieces_of_the_stick_lie_end_to_end_from_0_to_1():
    axes = first_axes(plot.stick(ALPHABET, P[0].tolist(), [0.05, 0.5]))
    pieces = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    np.testing.assert_allclose(pieces, [(0, 0.1), (0.1, 0.8), (0.8, 1)], atol=1e-12)
    assert [line.get_xdata()[0] for line in axes.lines] == [0.05, 0.5]


def test_a_piece_too_short_for_its_name_stays_without_one():
    axes = first_axes(plot.stick(ALPHABET, [0.001, 0.499, 0.5], []))
    assert [text.get_text() for text in axes.texts] == ["a", "b"]
