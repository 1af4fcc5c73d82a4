"""Exercise 5.3, what a text costs when its true tokens are read."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def teacher_forced_loss(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    """The mean cost of `ids` in nats, where row ``table[current]`` scores the token after `current`."""
    return _costs(table, ids, bos_id).mean()


def _mean_cost(logits: Tensor, targets: Tensor) -> Tensor:
    log_p = logits.double().log_softmax(-1)  # (T, V)
    return -log_p.gather(-1, targets[:, None]).mean()


def _costs(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    log_p = _read_before(table, ids, bos_id).double().log_softmax(-1)  # (T, V)
    return -log_p.gather(-1, ids[:, None])[:, 0]


def _scores(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    return _read_before(table, ids, bos_id).double().gather(-1, ids[:, None])[:, 0]


def _free_running_loss(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    current = [bos_id]
    while len(current) < len(ids):
        current.append(int(table[current[-1]].argmax()))
    return _mean_cost(table[current], ids)


def _read_before(table: Tensor, ids: Tensor, bos_id: int) -> Tensor:
    """The logits at every position: the row of the token that was read last."""
    return table[torch.cat([torch.tensor([bos_id]), ids[:-1]])]


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Texts of one token and of many, with the start of text anywhere in the vocabulary."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [(numbers([[40, -40], [0, 40]]), numbers([1, 1, 0], torch.int64), 0)]
    for T, V, dtype in ((1, 3, torch.float64), (2, 5, torch.float32), (9, 4, torch.float64), (2000, 29, torch.float32)):
        table = 3 * torch.randn(V, V, generator=generator, dtype=dtype)
        ids = torch.randint(V, (T,), generator=generator)
        cases.append((table.clamp(-20, 20), ids, int(torch.randint(V, (), generator=generator))))
    return tuple(cases)


TEACHER_FORCED_LOSS = Question(
    reference=teacher_forced_loss,
    cases=(
        (numbers([[0.0, 1.0, 3.0], [2.0, 0.0, -1.0], [1.0, -1.0, 0.0]]), numbers([1, 2, 2, 0, 1], torch.int64), 2),
        (
            numbers([[1, -2, 0, 3], [0, 1, 4, -1], [-3, 2, 1, 0], [2, 0, -1, 1]], torch.float64),
            numbers([3, 1, 0, 0, 2], torch.int64),
            1,
        ),
    ),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "forgets_bos",
            "There is one term too few: nothing predicts the first token. What does the model read before the text?",
            lambda table, ids, bos_id: _mean_cost(table[ids[:-1]], ids[1:]),
        ),
        Misconception(
            "no_shift",
            "Each token is scored by its own row, as if it had been read before it was predicted. Which token was read "
            "last when token t is the answer?",
            lambda table, ids, bos_id: _mean_cost(table[ids], ids),
        ),
        Misconception(
            "free_running",
            "Each step reads the best guess of the step before. In training, what does the model read after a wrong "
            "guess?",
            _free_running_loss,
        ),
        Misconception(
            "not_averaged",
            "This is the cost of the whole text. How many tokens share it?",
            lambda table, ids, bos_id: teacher_forced_loss(table, ids, bos_id) * len(ids),
        ),
        Misconception(
            "bits",
            "This is in bits per token, and nats are asked for. Which base does your logarithm have?",
            lambda table, ids, bos_id: teacher_forced_loss(table, ids, bos_id) / math.log(2),
        ),
        Misconception(
            "sign",
            "The sign is flipped. The logarithm of a probability is never above 0, and a loss is never below 0.",
            lambda table, ids, bos_id: -teacher_forced_loss(table, ids, bos_id),
        ),
        Misconception(
            "no_softmax",
            "The rows of the table are taken as they are. They are logits: what turns a row into probabilities, or "
            "into their logarithms?",
            lambda table, ids, bos_id: -_scores(table, ids, bos_id).mean(),
            also=(lambda table, ids, bos_id: -_scores(table, ids, bos_id).log().mean(),),
        ),
        Misconception(
            "no_log",
            "This is the mean probability of the tokens. What should be averaged is the cost of each token, which is a "
            "logarithm.",
            lambda table, ids, bos_id: _costs(table, ids, bos_id).neg().exp().mean(),
        ),
        Misconception(
            "log_of_mean",
            "This is the logarithm of the mean probability. Which comes first, the logarithm or the mean?",
            lambda table, ids, bos_id: -_costs(table, ids, bos_id).neg().exp().mean().log(),
        ),
        Misconception(
            "one_too_many",
            "The costs of T tokens are divided by T + 1. The start of text is read; is it ever predicted?",
            lambda table, ids, bos_id: _costs(table, ids, bos_id).sum() / (len(ids) + 1),
        ),
        Misconception(
            "one_too_few",
            "The costs of T tokens are divided by T − 1. How many tokens are predicted, the first one included?",
            lambda table, ids, bos_id: _costs(table, ids, bos_id).sum() / (len(ids) - 1),
        ),
        Misconception(
            "divided_by_vocabulary",
            "The costs are divided by the size of the vocabulary. Over how many tokens of the text is the mean?",
            lambda table, ids, bos_id: _costs(table, ids, bos_id).sum() / len(table),
        ),
        Misconception(
            "each_token",
            "This is a cost for each token. What does one cost on average?",
            lambda table, ids, bos_id: _costs(table, ids, bos_id),
        ),
        Misconception(
            "transposed",
            "Columns of the table are used in place of rows. Row a holds the logits of the token after a. Which index "
            "belongs to the token that was read?",
            lambda table, ids, bos_id: teacher_forced_loss(table.T, ids, bos_id),
        ),
        Misconception(
            "wrong_axis",
            "The softmax runs over the tokens that may have been read, so a row does not sum to 1. Over which "
            "candidates should it run?",
            lambda table, ids, bos_id: (
                -_read_before(table.double().log_softmax(0), ids, bos_id).gather(-1, ids[:, None]).mean()
            ),
        ),
        Misconception(
            "softmax_twice",
            "The softmax is applied twice: probabilities are taken for scores. Which of your steps has one built in?",
            lambda table, ids, bos_id: teacher_forced_loss(table.double().softmax(-1), ids, bos_id),
        ),
        Misconception(
            "end_predicted",
            "An end of the text is predicted as well, which is not in ids. Which tokens should be paid for?",
            lambda table, ids, bos_id: teacher_forced_loss(table, torch.cat([ids, torch.tensor([bos_id])]), bos_id),
        ),
        Misconception(
            "bos_predicted",
            "The start of text is paid for as if it had been predicted. But it is given. Which token is the first to "
            "be predicted?",
            lambda table, ids, bos_id: teacher_forced_loss(table, torch.cat([torch.tensor([bos_id]), ids]), bos_id),
        ),
        Misconception(
            "weighted",
            "Each cost is weighted by its probability, as in an entropy. But every token of the text came exactly "
            "once.",
            lambda table, ids, bos_id: ((c := _costs(table, ids, bos_id)) * c.neg().exp()).mean(),
        ),
        Misconception(
            "entropy",
            "This is the entropy of the model's own probabilities, and no true token is in it. Whose tokens are paid "
            "for?",
            lambda table, ids, bos_id: (
                torch.special.entr(_read_before(table, ids, bos_id).double().softmax(-1)).sum(-1).mean()
            ),
        ),
        Misconception(
            "perplexity",
            "This is e to the power of the loss, which is the perplexity. The loss itself is asked for.",
            lambda table, ids, bos_id: teacher_forced_loss(table, ids, bos_id).exp(),
        ),
        Misconception(
            "bos_is_zero",
            "The text is read as if id 0 stood before it. But the id of the start of text is an argument.",
            lambda table, ids, bos_id: teacher_forced_loss(table, ids, 0),
        ),
        Misconception(
            "wraps_around",
            "The first token is predicted from the last one, as if the text were a ring. What is read before the text?",
            lambda table, ids, bos_id: teacher_forced_loss(table, ids, int(ids[-1])),
        ),
        Misconception(
            "first_from_itself",
            "The first token is predicted from itself. What is read before the text?",
            lambda table, ids, bos_id: teacher_forced_loss(table, ids, int(ids[0])),
        ),
        Misconception(
            "only_bos",
            "Every token is predicted from the start of text, as if nothing had been read since. What is read after "
            "the start?",
            lambda table, ids, bos_id: _mean_cost(table[torch.full_like(ids, bos_id)], ids),
        ),
        Misconception(
            "backward",
            "Each token is predicted from the one after it. Which of the two has already been read?",
            lambda table, ids, bos_id: _mean_cost(table[torch.cat([ids[1:], torch.tensor([bos_id])])], ids),
            also=(
                lambda table, ids, bos_id: _mean_cost(table[ids[1:]], ids[:-1]),
                lambda table, ids, bos_id: _mean_cost(table[ids], torch.cat([torch.tensor([bos_id]), ids[:-1]])),
            ),
        ),
    ),
)
