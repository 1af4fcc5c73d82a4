import numpy as np

from course_lm import plot


def test_influence_leaves_exact_zeros_blank_and_nothing_else():
    strength = np.tril([[1.0, 9, 9], [1e-9, 1, 9], [2, 3, 1]])
    (picture,) = plot.influence(strength).axes[0].images
    assert np.array_equal(picture.get_array().mask, np.triu(np.ones((3, 3)), 1) == 1)


def test_a_point_of_a_training_curve_is_the_mean_of_its_updates():
    figure = plot.losses_in_training({"honest": [4.0, 2, 1, 1]}, floor=0.5, every=2)
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[1, 3], [3, 1]]


def test_a_group_of_places_stands_at_its_middle():
    figure = plot.loss_by_place({"source": [0.5, 0.25]}, width=4)
    assert figure.axes[0].lines[0].get_xdata().tolist() == [2.5, 6.5]  # characters 1 to 4, and 5 to 8


def test_broken_sentences_are_shown_in_percent_from_the_first_character():
    figure = plot.broken_sentences([0.0, 0.5], [0.25, 0.5])
    assert [line.get_xydata().tolist() for line in figure.axes[0].lines] == [[[1, 0], [2, 50]], [[1, 25], [2, 50]]]
