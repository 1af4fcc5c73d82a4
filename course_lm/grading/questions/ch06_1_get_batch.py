"""Exercise 6.1, cutting a batch out of a text."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lm.grading.question import Case, Misconception, Question, numbers


def get_batch(ids: Tensor, starts: Tensor, context_length: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets, ``(B, T)`` each: row b begins at ``starts[b]``, and the targets are one token later."""
    return _rows(ids, starts, context_length), _rows(ids, starts + 1, context_length)


def _rows(ids: Tensor, starts: Tensor, length: int) -> Tensor:
    return ids[starts[:, None] + torch.arange(length)]  # (B, 1), (T,) -> (B, T)


def _places(starts: Tensor, T: int) -> tuple[Tensor, Tensor]:
    return starts[:, None] + torch.arange(T), starts[:, None] + 1 + torch.arange(T)


def _random_batches(seed: int) -> tuple[Case, ...]:
    """Rows from the first place on to the last possible one, in any order, some of them twice."""
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for N, B, T, V in ((2, 1, 1, 5), (9, 3, 8, 4), (20, 5, 3, 7), (200, 4, 16, 65), (500, 40, 32, 65)):
        ids = torch.randint(V, (N,), generator=generator)
        starts = torch.randint(N - T, (B,), generator=generator)
        starts[0], starts[-1] = 0, N - T - 1
        cases.append((ids, starts, T))
    return tuple(cases)


GET_BATCH = Question(
    reference=get_batch,
    cases=(
        (numbers([7, 2, 9, 4, 0, 5, 3], torch.int64), numbers([2, 1], torch.int64), 3),
        (numbers([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 8], torch.int64), numbers([5, 1, 3], torch.int64), 4),
    ),
    hidden=_random_batches,
    misconceptions=(
        Misconception(
            "no_shift",
            "The targets are the inputs, so a model that repeats what it read would have no loss. Which token of "
            "the text comes after the first input?",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(ids, starts, T)),
        ),
        Misconception(
            "swapped",
            "Inputs and targets have changed places. Which of the two does a model read?",
            lambda ids, starts, T: (_rows(ids, starts + 1, T), _rows(ids, starts, T)),
        ),
        Misconception(
            "too_long",
            "The rows of both arrays are one token too long. How many inputs are read when T questions are asked?",
            lambda ids, starts, T: (_rows(ids, starts, T + 1), _rows(ids, starts + 1, T + 1)),
        ),
        Misconception(
            "too_short",
            "The rows of both arrays are one token too short. How many tokens of the text does a row of T questions "
            "touch?",
            lambda ids, starts, T: (_rows(ids, starts, T - 1), _rows(ids, starts + 1, T - 1)),
        ),
        Misconception(
            "previous_token",
            "Each target is the token before its input, so the model would learn to predict the past. In which "
            "direction is a text read?",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(ids, starts - 1, T)),
            # What stands before the first input may come from the text, from the row itself, or from its end.
            compared=lambda batch: torch.cat([batch[0], batch[1, :, 1:]], dim=1),
        ),
        Misconception(
            "wraps_around",
            "The last target of a row is its first input, as if each row were a ring. Which token comes after the last "
            "input in the text?",
            lambda ids, starts, T: ((x := _rows(ids, starts, T)), x.roll(-1, dims=1)),
        ),
        Misconception(
            "two_ahead",
            "Each target is two tokens after its input. Which token comes next?",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(ids.roll(-1), starts + 1, T)),
        ),
        Misconception(
            "last_target",
            "All targets are right but the last one of each row. Which token comes after the last input in the text?",
            lambda ids, starts, T: ((x := _rows(ids, starts, T)), torch.cat([x[:, 1:], -x[:, :1] - 1], dim=1)),
            compared=lambda batch: torch.cat([batch[0], batch[1, :, :-1]], dim=1),
        ),
        Misconception(
            "next_number",
            "One is added to each id, which gives the next number. Which token stands next in the text?",
            lambda ids, starts, T: ((x := _rows(ids, starts, T)), x + 1),
        ),
        Misconception(
            "unequal_rows",
            "One of the two arrays has rows of the wrong length. How many inputs go with T targets?",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(ids, starts + 1, T - 1)),
            also=(lambda ids, starts, T: (_rows(ids, starts, T + 1), _rows(ids, starts + 1, T)),),
        ),
        Misconception(
            "a_row_ahead",
            "The targets are the piece of text that follows all the inputs. Each target should directly follow its own "
            "input.",
            lambda ids, starts, T: (_rows(ids, starts, T), _rows(torch.cat([ids, ids]), starts + T, T)),
            compared=lambda batch: torch.cat([batch[0], batch[1, :, :1]], dim=1),  # the text may end there
        ),
        Misconception(
            "transposed",
            "Every row of yours is a column of what is asked for. Which axis counts the texts, the first or the last?",
            lambda ids, starts, T: (_rows(ids, starts, T).T, _rows(ids, starts + 1, T).T),
        ),
        Misconception(
            "one_stack",
            "The rows are joined into one long array. Each row should stay a row of its own.",
            lambda ids, starts, T: (_rows(ids, starts, T).flatten(), _rows(ids, starts + 1, T).flatten()),
        ),
        Misconception(
            "first_row_only",
            "This is the first row alone. How many rows does a batch have?",
            lambda ids, starts, T: (_rows(ids, starts[:1], T)[0], _rows(ids, starts[:1] + 1, T)[0]),
            also=(
                lambda ids, starts, T: (_rows(ids, starts[:1], T), _rows(ids, starts[:1] + 1, T)),
                lambda ids, starts, T: (_rows(ids, starts[-1:], T)[0], _rows(ids, starts[-1:] + 1, T)[0]),
            ),
        ),
        Misconception(
            "places",
            "These are places in the text. Which token stands at each of them?",
            lambda ids, starts, T: _places(starts, T),
        ),
        Misconception(
            "sorted",
            "The rows come in the order of their places in the text. In which order were they asked for?",
            lambda ids, starts, T: get_batch(ids, starts.sort().values, T),
        ),
        Misconception(
            "starts_ignored",
            "The rows begin at the beginning of the text, one after another. Where were they asked to begin?",
            lambda ids, starts, T: get_batch(torch.cat([ids] * 3), torch.arange(len(starts)) * T, T),
            also=(lambda ids, starts, T: get_batch(ids, torch.arange(len(starts)), T),),
        ),
        Misconception(
            "starts_late",
            "Every row begins one token too late. Where does the first input stand?",
            lambda ids, starts, T: get_batch(torch.cat([ids, ids]), starts + 1, T),
        ),
        Misconception(
            "starts_early",
            "Every row begins one token too early. Places count from 0: where does the first input stand?",
            lambda ids, starts, T: get_batch(ids, starts - 1, T),
        ),
        Misconception(
            "last_target_only",
            "There is one target for each row. How many questions does a row of T inputs ask?",
            lambda ids, starts, T: (_rows(ids, starts, T), ids[starts + T]),
            also=(lambda ids, starts, T: (_rows(ids, starts, T), ids[starts + T][:, None]),),
        ),
    ),
)
