"""Every figure of the book. Each answers one question, names its units and reads without color.

The functions take numbers and return a `Plot`, the last expression of a cell; nothing here knows a model.
"""

from course_lm.plot.architecture import transformer
from course_lm.plot.compression import areas_are_sizes, file_sizes, shrinking_interval
from course_lm.plot.descent import descent_curves, gradient_noise, logit_pushes, loss_landscape, loss_slices
from course_lm.plot.diagnosis import (
    costs_above_floor,
    curve_in_three_units,
    curve_through_levels,
    first_updates,
    schedule,
)
from course_lm.plot.distribution import at_temperatures, probability_map, side_by_side, stick
from course_lm.plot.factorization import loss_by_order, probability_tree, running_logarithm, running_product
from course_lm.plot.loss import (
    calibration,
    cost_in_two_parts,
    expected_scores,
    losses_against_floor,
    sentence_costs,
    surprisal_curve,
)
from course_lm.plot.perplexity import fair_dice, sides_along_sentence
from course_lm.plot.prediction import next_token_bars
from course_lm.plot.real_texts import costs_of_words, fitted_floors, gap_by_place, tokens_of_lines
from course_lm.plot.teacher_forcing import (
    broken_sentences,
    causal_mask,
    cost_after_slip,
    influence,
    loss_by_context,
    loss_by_place,
    losses_in_training,
    training_beside_writing,
)
from course_lm.plot.training import training_curve

__all__ = [
    "areas_are_sizes",
    "at_temperatures",
    "broken_sentences",
    "calibration",
    "causal_mask",
    "cost_after_slip",
    "cost_in_two_parts",
    "costs_above_floor",
    "costs_of_words",
    "curve_in_three_units",
    "curve_through_levels",
    "descent_curves",
    "expected_scores",
    "fair_dice",
    "file_sizes",
    "first_updates",
    "fitted_floors",
    "gap_by_place",
    "gradient_noise",
    "influence",
    "logit_pushes",
    "loss_by_context",
    "loss_by_order",
    "loss_by_place",
    "loss_landscape",
    "loss_slices",
    "losses_against_floor",
    "losses_in_training",
    "next_token_bars",
    "probability_map",
    "probability_tree",
    "running_logarithm",
    "running_product",
    "schedule",
    "sentence_costs",
    "shrinking_interval",
    "side_by_side",
    "sides_along_sentence",
    "stick",
    "surprisal_curve",
    "tokens_of_lines",
    "training_beside_writing",
    "training_curve",
    "transformer",
]
