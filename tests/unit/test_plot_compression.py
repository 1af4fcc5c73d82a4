import pytest

from course_lm import plot
from course_lm.plot.style import COLORS

from .first_axes import first_axes


@pytest.mark.parametrize("narrow", [False, True])
def test_the_interval_that_is_left_is_as_wide_as_the_product_of_the_probabilities(narrow):
    figure = plot.shrinking_interval(["a", "b"], [[0, 1, 4], [0, 1, 2], [0, 9, 10]], truth=[1, 0, 1])
    axes = first_axes(figure.figure(narrow=narrow))
    numbers = [float(text.get_text()) for text in axes.texts if text.get_text()[0].isdigit()]
    low, high = numbers[-2:]
    assert high - low == pytest.approx(0.75 * 0.5 * 0.1)
    assert low == pytest.approx(0.25 + 0.75 * 0.5 * 0.9)
    widths = [right - left for left, right in zip(numbers[::2], numbers[1::2], strict=True)]
    assert widths == pytest.approx([1, 0.75, 0.75 * 0.5, 0.75 * 0.5 * 0.1])


def test_the_true_share_of_each_row_is_the_strong_one():
    axes = first_axes(plot.shrinking_interval("ab", [[0, 1, 4], [0, 1, 2]], truth=[1, 0]).figure())
    strong = [patch for patch in axes.patches if patch.get_alpha() is None]
    assert [(bar.get_x(), bar.get_width()) for bar in strong] == [(0.25, 0.75), (0, 0.5), (0, 1)]


def test_methods_that_ask_a_model_stand_apart_and_each_bar_is_as_long_as_its_file():
    sizes = {"zip": 300, "transformer": 20, "exact source": 10}
    axes = first_axes(plot.file_sizes(sizes, uses_model=["transformer", "exact source"]).figure())
    assert [bar.get_width() for bar in axes.patches] == [300, 20, 10]
    assert list(axes.get_yticks()) == [0, 2, 3]
    drawn = [COLORS[name] for name in ("rival", "model", "source")]
    assert [text.get_color() for text in axes.texts if text.get_text().isdigit()] == drawn


@pytest.mark.parametrize("narrow", [False, True])
def test_the_filled_area_is_the_size_that_is_written_into_it(narrow):
    ends, bits = {"toy": [1000, 5000]}, {"toy": {"transformer": [4000.0, 4000.0], "n-gram": [3000.0, 9000.0]}}
    axes = first_axes(plot.areas_are_sizes(ends, bits, floors={"toy": 0.5}).figure(narrow=narrow))
    filled = [stairs for stairs in axes.patches if stairs.get_fill()]
    assert [list(stairs.get_data().values) for stairs in filled] == [[4, 1]]
    assert "area 1 kB" in [text.get_text() for text in axes.texts]
    assert [line.get_ydata()[0] for line in axes.lines] == [0.5]
    names = [text.get_text() for text in axes.texts if "area" not in text.get_text()]
    assert names == ["n-gram", "transformer", "exact source"]  # as the lines end, from the highest
