import pytest

from course_lm import plot

from .first_axes import first_axes


@pytest.mark.parametrize("narrow", [False, True])
def test_the_true_candidate_is_the_strong_one_and_is_named(narrow):
    axes = first_axes(plot.next_token_bars([" ", "s"], [0.6, 0.4], "s", "the dog").figure(narrow=narrow))
    assert [bar.get_width() for bar in axes.patches] == [0.6, 0.4]
    assert axes.patches[1].get_alpha() > axes.patches[0].get_alpha()
    assert [text.get_text() for text in axes.texts] == ["0.60", "0.40, the true one"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["␣", "s"]
