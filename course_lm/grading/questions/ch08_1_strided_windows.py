"""Exercise 8.1, windows in which every token of a long text is predicted once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch

from course_lm.grading.question import Case, Misconception, Question

Window = tuple[int, ...]
Count = Callable[[int, int, int], int]
"""How many predictions of a window count, given its begin, its end, and the end of the window before it."""


def strided_windows(n_tokens: int, context_length: int, stride: int) -> list[Window]:
    """Begin, end and the number of predictions that count, of windows that begin a stride after one another."""
    return _windows(n_tokens - 1, context_length, stride)


def _windows(
    last: int, context_length: int, stride: int, count: Count = lambda begin, end, done: end - done
) -> list[Window]:
    """Windows up to the first one that reaches the last input."""
    found: list[Window] = []
    begin = done = 0
    while done < last:
        end = min(begin + context_length, last)
        found.append((begin, end, count(begin, end, done)))
        begin, done = begin + stride, end
    return found


def _at(begins: Iterable[int], n_tokens: int, context_length: int, count: Count) -> list[Window]:
    """A window for each of these places, whether the end has been reached or not."""
    found: list[Window] = []
    done = 0
    for begin in begins:
        end = min(begin + context_length, n_tokens - 1)
        found.append((begin, end, count(begin, end, done)))
        done = end
    return found


def _everything(begin: int, end: int, done: int) -> int:
    return end - begin


def _told(change: Callable[..., Window]) -> Callable[..., list[Window]]:
    """The right windows, told in another way: `change` gets begin, end and count, then the arguments."""
    return lambda *case: [change(*window, *case) for window in strided_windows(*case)]


def _full(n_tokens: int, context_length: int, stride: int) -> list[Window]:
    """Only the windows that are full."""
    windows = strided_windows(n_tokens, context_length, stride)
    return [(begin, end, count) for begin, end, count in windows if end - begin == context_length]


def _pieces(n_tokens: int, context_length: int, stride: int) -> list[Window]:
    """Pieces of so many tokens that hold their targets too, each by itself."""
    found: list[Window] = []
    begin = done = 0
    while done < n_tokens - 1:
        end = min(begin + context_length, n_tokens) - 1
        found.append((begin, end, end - max(begin, done)))
        begin, done = begin + stride, end
    return found


def _late(n_tokens: int, context_length: int, stride: int) -> list[Window]:
    """Every window begins one token farther from the one before it."""
    begins = range(0, n_tokens - 1, stride + 1)
    return _at(begins, n_tokens, context_length, lambda begin, end, done: end - max(begin, done))


def _moved_back(n_tokens: int, context_length: int, stride: int) -> list[Window]:
    """The last window begins early enough to be full."""
    *others, (_, end, count) = strided_windows(n_tokens, context_length, stride)
    return [*others, (max(0, end - context_length), end, count)]


def _random_texts(seed: int) -> tuple[Case, ...]:
    """Two tokens, texts shorter than a window and as long as one, any stride from 1 to the window, and a long text."""
    generator = torch.Generator().manual_seed(seed)
    cases: list[Case] = [(2, 1, 1), (2, 9, 4), (8, 7, 3), (9, 7, 7), (7, 1, 1), (6, 5, 1)]
    for longest in (5, 12, 40):
        window = int(torch.randint(2, longest, (), generator=generator))
        stride = int(torch.randint(1, window + 1, (), generator=generator))
        cases.append((int(torch.randint(window, 6 * window, (), generator=generator)), window, stride))
    return (*cases, (5000 + seed % 100, 128, 64))


STRIDED_WINDOWS = Question(
    reference=strided_windows,
    cases=((6, 3, 2), (10, 4, 3), (9, 4, 4), (4, 6, 3), (14, 5, 2)),
    hidden=_random_texts,
    misconceptions=(
        Misconception(
            "counted_twice",
            "Every prediction of every window counts here, so a token in an overlap is paid for more than once. How "
            "many predictions of a window are new?",
            lambda n, T, s: _windows(n - 1, T, s, _everything),
            also=(
                lambda n, T, s: _at(range(0, n - 1, s), n, T, _everything),
                lambda n, T, s: _at(range(0, n, s), n, T, _everything),
            ),
        ),
        Misconception(
            "drops_last",
            "Only full windows are there. Which tokens of the text are never predicted then?",
            _full,
            also=(
                lambda n, T, s: _full(n, T, s) or [(0, T, T)],
                lambda n, T, s: _full(n, T, s) or [(0, n - 1, n - 1)],
            ),
        ),
        Misconception(
            "beginning_lost",
            "The first window counts no more predictions than the others. Which window before it could have counted "
            "the rest?",
            lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: min(s, end - done)),
            also=(
                lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: s),
                lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: min(s, end - begin)),
            ),
        ),
        Misconception(
            "pieces_apart",
            "The targets are taken from among the inputs of the same window, so a window of T tokens asks T − 1 "
            "questions. If windows do not overlap, who predicts the first token of the next one?",
            _pieces,
            also=(lambda n, T, s: [(b, e + 1, count) for b, e, count in _pieces(n, T, s)],),
        ),
        Misconception(
            "begins_late",
            "Each window begins one token too late. The last target of a window has been predicted and not been read: "
            "where is it read, if windows do not overlap?",
            _late,
        ),
        Misconception(
            "more_windows",
            "Behind the window that reaches the end come more windows. What is left for them to predict?",
            lambda n, T, s: _at(range(0, n - 1, s), n, T, lambda begin, end, done: end - done),
            also=(
                lambda n, T, s: _at(range(0, n, s), n, T, lambda begin, end, done: end - done),
                lambda n, T, s: _at(range(0, n - 1, s), n, T, lambda begin, end, done: s if done else end),
                lambda n, T, s: _at(range(0, n - 1, s), n, T, lambda begin, end, done: min(s, end - begin)),
                lambda n, T, s: _at(range(0, n - 1, s), n, T, lambda begin, end, done: s),
            ),
        ),
        Misconception(
            "end_read",
            "The last token is read as an input. Which token of the text would it predict?",
            lambda n, T, s: _windows(n, T, s),
            also=(
                lambda n, T, s: [(b, min(b + T, n), count) for b, _, count in strided_windows(n, T, s)],
                lambda n, T, s: _windows(n, T, s, _everything),
            ),
        ),
        Misconception(
            "end_counted_twice",
            "The last window counts a whole stride, though fewer of its predictions are new. What do the counts of all "
            "windows add up to?",
            lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: s if done else end),
            also=(lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: s if done else T),),
        ),
        Misconception(
            "beyond_the_text",
            "The last window is as long as the others and ends where there is no text any more. Where is the last "
            "input that has a target?",
            _told(lambda begin, end, count, n, T, s: (begin, begin + T, count)),
            also=(
                _told(lambda begin, end, count, n, T, s: (begin, begin + T, s if begin else T)),
                _told(lambda begin, end, count, n, T, s: (begin, begin + T, s)),
                _told(lambda begin, end, count, n, T, s: (begin, begin + T, T)),
            ),
        ),
        Misconception(
            "stride_for_overlap",
            "Windows overlap by the stride here. The stride says how far one begins behind the other.",
            lambda n, T, s: _windows(n - 1, T, max(1, T - s)),
        ),
        Misconception(
            "overlap_counted",
            "These are the predictions that the window before has made already. Which ones are left?",
            lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: done - begin),
            also=(
                lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: done - begin if done else end),
                lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: T - s),
                lambda n, T, s: _windows(n - 1, T, s, lambda begin, end, done: T - s if done else end),
            ),
        ),
        Misconception(
            "no_overlap",
            "The windows do not overlap, whatever the stride. How far behind the first one does the second begin?",
            lambda n, T, s: _windows(n - 1, T, T),
        ),
        Misconception(
            "stride_of_one",
            "Each window begins one token after the one before it, whatever the stride.",
            lambda n, T, s: _windows(n - 1, T, 1),
        ),
        Misconception(
            "end_included",
            "The end is the place of the last input here. It is asked for as Python counts: one farther.",
            _told(lambda begin, end, count, n, T, s: (begin, end - 1, count)),
        ),
        Misconception(
            "targets",
            "These are the places of the targets. Begin and end of the inputs are asked for.",
            _told(lambda begin, end, count, n, T, s: (begin + 1, end + 1, count)),
            also=(
                _told(lambda begin, end, count, n, T, s: (begin, end + 1, count)),
                _told(lambda begin, end, count, n, T, s: (end - count + 1, end + 1, count)),
            ),
        ),
        Misconception(
            "new_inputs",
            "These windows hold only the inputs whose predictions count. What do they read before them?",
            _told(lambda begin, end, count, n, T, s: (end - count, end, count)),
        ),
        Misconception(
            "lengths",
            "The second number is the length of the window. It is asked where the window ends.",
            _told(lambda begin, end, count, n, T, s: (begin, end - begin, count)),
        ),
        Misconception(
            "place_for_count",
            "The third number is a place. It is asked how many predictions count.",
            _told(lambda begin, end, count, n, T, s: (begin, end, end - count)),
            also=(
                _told(lambda begin, end, count, n, T, s: (begin, end, end - count + 1)),
                _told(lambda begin, end, count, n, T, s: (begin, end, end - count - begin + 1)),
            ),
        ),
        Misconception(
            "without_count",
            "How many predictions count is missing. It is the third number of each window.",
            _told(lambda begin, end, count, n, T, s: (begin, end)),
        ),
        Misconception(
            "counts_alone",
            "These are the counts alone. Where does each window begin, and where does it end?",
            _told(lambda begin, end, count, n, T, s: (count,)),
            also=(lambda n, T, s: [count for _, _, count in strided_windows(n, T, s)],),
        ),
        Misconception(
            "one_too_many_at_first",
            "The first window counts one prediction too many. The first token of the text is read; is it predicted?",
            _told(lambda begin, end, count, n, T, s: (begin, end, count if begin else count + 1)),
        ),
        Misconception(
            "moved_back",
            "The last window is moved back until it is full. That costs nothing more, but it is another rule: each "
            "window begins a stride after the one before it.",
            _moved_back,
        ),
    ),
)
