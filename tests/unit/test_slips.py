"""A slip is named only where it explains every result."""

import pytest
import torch

from course_lm.grading.diagnose import diagnose
from course_lm.grading.question import question_named
from course_lm.grading.slips import SLIPS, Tried, find_slip


def named(function: str, change) -> str:
    """The name of the mistake in an answer that changes each right result."""
    question = question_named(function)
    inputs = question.inputs()
    outputs = [change(torch.as_tensor(question.reference(*one.case)), one.case) for one in inputs]
    return diagnose(question, inputs, outputs).misconception


@pytest.mark.parametrize(
    ("function", "change", "name"),
    [
        ("corpus_loss", lambda right, case: right.round(decimals=2), "rounded"),
        ("corpus_loss", lambda right, case: right[None], "other_shape"),
        ("corpus_loss", lambda right, case: 3 * right, "constant_factor"),
        ("corpus_loss", lambda right, case: right + 2, "constant_offset"),
        ("perplexity_of", lambda right, case: right.reshape(1, 1), "other_shape"),
        ("causal_mask", lambda right, case: right.double(), "numbers_for_truth"),
        ("get_batch", lambda right, case: torch.stack(question_named("get_batch").reference(*case))[0], "one_of_two"),
        ("ce_grad", lambda right, case: right.T, "transposed"),
    ],
)
def test_right_numbers_in_another_form_are_named(function, change, name):
    if function == "get_batch":
        question = question_named(function)
        outputs = [change(None, one.case) for one in question.inputs()]
        assert diagnose(question, question.inputs(), outputs).misconception == name
    else:
        assert named(function, change) == name


@pytest.mark.parametrize(
    "change",
    [
        lambda right, case: right * len(case[0]) ** 2,  # a factor that differs from input to input
        lambda right, case: right + len(case[0]) / 10,
        lambda right, case: right + (len(case[0]) > 2),  # right on the first
        lambda right, case: torch.tensor(float("nan")),
    ],
)
def test_what_differs_otherwise_on_each_input_has_no_slips_name(change):
    assert named("corpus_loss", change) not in {slip.name for slip in SLIPS}


def test_zeros_where_nothing_should_be_are_no_factor():
    """One over V in the place of zeros once counted as a factor of 1."""
    question = question_named("bigram_probs")
    right = [question.reference(*case) for case in question.cases]
    tried = [Tried(case, one.where(one > 0, 0.3), one) for case, one in zip(question.cases, right, strict=True)]
    assert find_slip(question, tried, torch.equal) is None


@pytest.mark.parametrize(
    ("function", "change"),
    [
        ("softmax", torch.zeros_like),
        ("softmax", torch.ones_like),
        ("cross_entropy", torch.ones_like),
        ("causal_weights", lambda right: torch.ones_like(right).tril()),
        ("cross_entropy", lambda right: right.half().double()),
        ("ce_grad", torch.zeros_like),
    ],
)
def test_constants_and_few_digits_are_neither_rounded_nor_multiples(function, change):
    name = named(function, lambda right, case: change(right))
    assert name not in ("rounded", "constant_factor", "constant_offset")


def test_every_slip_has_a_hint_and_a_name_of_its_own():
    assert len({slip.name for slip in SLIPS}) == len({slip.hint for slip in SLIPS}) == len(SLIPS)
