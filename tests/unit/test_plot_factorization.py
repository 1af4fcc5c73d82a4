import math

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_lm import plot
from course_lm.plot.style import MODEL, RIVALS, SOURCE

BOTH_WIDTHS = pytest.mark.parametrize("narrow", [False, True])


@BOTH_WIDTHS
def test_each_box_of_the_tree_is_divided_among_its_continuations_and_gap_products_need_not_end_at_1(narrow):
    strings, p, gap_products = ["aa", "ab", "ba", "bb"], [0.5, 0, 0, 0.5], [1, 0, 0, 0.75]
    axes = plot.probability_tree(strings, p, gap_products, "bb").figure(narrow=narrow).axes[0]
    ends = [round(box.get_x() + box.get_width(), 9) for box in axes.patches]
    assert ends == [0.5, 1, 0.5, 0.5, 0.5, 1, 1, 1, 1, 1.75]
    first, *_, last = (box.get_facecolor()[:3] for box in axes.patches)
    assert (first, last) == (to_rgb(MODEL), to_rgb(RIVALS[0]))
    shades = [box.get_alpha() for box in axes.patches]
    like_last = [i for i, shade in enumerate(shades) if shade == shades[-1]]
    assert like_last == [1, 5, 9]  # b and bb of the tree, and bb of the products
    assert [text.get_text() for text in axes.texts][:4] == ["a", "b", "aa", "bb"]
    assert axes.texts[-1].get_text() == "their products fill 1.75"


@BOTH_WIDTHS
def test_the_running_product_falls_from_1_to_the_probability_of_the_text(narrow):
    nats = {"exact source": [0.5, 1.0, 2.0], "trained model": [2.0, 1.0, 1.5]}
    axes = plot.running_product(list("abc"), nats).figure(narrow=narrow).axes[0]
    source, model = (line.get_ydata() for line in axes.lines)
    assert source.tolist() == pytest.approx([1, math.exp(-0.5), math.exp(-1.5), math.exp(-3.5)])
    assert model[-1] == pytest.approx(math.exp(-4.5))
    assert [line.get_color() for line in axes.lines] == [SOURCE, MODEL]


@BOTH_WIDTHS
def test_a_product_is_drawn_until_it_becomes_zero_and_the_sum_goes_on(narrow):
    product = np.cumprod(np.full(400, 0.5, dtype=np.float32))
    last = int((product > 0).sum())
    read = np.arange(1, 402, 50)
    axes = plot.running_logarithm(read, -read * math.log10(2), {"float32": last}).figure(narrow=narrow).axes[0]
    everything, held, end = (line.get_xydata() for line in axes.lines)
    assert held[-1] == pytest.approx((149, math.log10(2.0**-149)), rel=1e-3)  # the smallest float32
    assert end[0] == pytest.approx(held[-1])
    assert everything[-1] == pytest.approx((401, -401 * math.log10(2)), rel=1e-3)
    assert axes.texts[0].get_text() == "float32: 0 from character 150 on"


@BOTH_WIDTHS
def test_every_order_has_a_point_and_every_level_a_line_that_tells_its_loss(narrow):
    levels = {"transformer": 0.313, "exact source": 0.305}
    axes = plot.loss_by_order([1, 2, 5], [2.9, 1.75, 0.5], levels).figure(narrow=narrow).axes[0]
    orders, *lines = axes.lines
    assert orders.get_xydata().tolist() == [[1, 2.9], [2, 1.75], [5, 0.5]]
    assert [(line.get_ydata()[0], line.get_color()) for line in lines] == [(0.313, MODEL), (0.305, SOURCE)]
    said = [text.get_text() for text in axes.texts]
    assert said[-2:] == ["transformer 0.313", "n-gram 0.50"]


def test_on_a_phone_only_the_orders_that_gain_much_tell_their_loss():
    figure = plot.loss_by_order([1, 2, 3, 4], [2.0, 1.0, 0.95, 0.5], {"exact source": 0.3})
    wide, narrow = ({text.get_text() for text in figure.figure(narrow=n).axes[0].texts} for n in (False, True))
    assert {"2.00", "1.00", "0.95"} <= wide
    assert {"2.00", "1.00"} <= narrow
    assert "0.95" not in narrow
