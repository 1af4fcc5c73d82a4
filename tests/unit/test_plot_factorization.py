import math

import numpy as np
import pytest

from course_lm import plot


def lines(figure):
    return {line.get_label(): line.get_xydata() for line in figure.axes[0].lines}


def test_the_running_product_ends_at_the_probability_of_the_text():
    nats = [0.5, 1.0, 2.0]
    drawn = lines(plot.running_product(list("abc"), {"source": nats, "model": nats[::-1]}))
    assert drawn["source"][-1] == pytest.approx((2, math.exp(-3.5)))
    assert drawn["model"][0] == pytest.approx((0, math.exp(-2.0)))


def test_a_product_is_drawn_until_it_becomes_zero_and_the_sum_goes_on():
    p = np.full(400, 0.5)
    product = np.cumprod(p.astype(np.float32))
    figure = plot.running_logarithm(np.cumsum(np.log(p)), {"float32": product})
    drawn = lines(figure)
    assert drawn["product in float32"][-1] == pytest.approx((149, math.log10(2.0**-149)))  # the smallest float32
    assert drawn["sum of logarithms"][-1] == pytest.approx((400, -400 * math.log10(2)))
    assert [note.get_text() for note in figure.axes[0].texts] == ["float32: 0 from\ntoken 150 on"]
