"""The exact next-character distribution of a grammar.

A grammar writes text word by word while it walks over hidden states. A reader sees only characters, so the exact
probability of the next one is a sum over all walks that fit what was read: a *forward filter*, which also works
in the middle of a word. A sentence can be in a few thousand situations; each is summed once, and then it is a table.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from course_lm.tokenizer import LINE_BREAK, CharTokenizer

DIGITS = 14  # weights are rounded to this many, so that equal situations compare equal
MOST_SITUATIONS = 100_000
State = Hashable
START: State = "start"
START_SITUATION, IMPOSSIBLE = 0, 1  # where a sentence begins, and where something impossible was read


class Edge(NamedTuple):
    """One way to go on: with this probability, write these characters, then be in that state."""

    probability: float
    text: str
    target: State


Grammar = Mapping[State, Sequence[Edge]]
Walk = tuple[float, str, State]  # its weight, what it still has to write of this word, the state after it
Walks = tuple[Walk, ...]


def require_grammar(grammar: Grammar) -> None:
    """Reject what describes no text of sentences that end.

    Raises:
        ValueError: if the probabilities of a state are not above 0 or do not sum to 1; if a text is empty, or ends in
            the line break elsewhere than on the way to ``START``; if a state is missing; if a sentence cannot end.
    """
    if START not in grammar:
        raise ValueError(f"grammar must have the state START, {START!r}, where sentences begin; it has {[*grammar]!r}.")
    for state, edges in grammar.items():
        for probability, text, target in edges:
            if not probability > 0:
                raise ValueError(f"the probabilities of state {state!r} must be more than 0; got {probability}.")
            if not text:
                raise ValueError(f"every edge must write at least one character; one of state {state!r} writes none.")
            if LINE_BREAK in text[:-1] or text.endswith(LINE_BREAK) != (target == START):
                raise ValueError(
                    f"an edge must lead to START exactly where its text ends in the line break, and have no other "
                    f"line break; state {state!r} writes {text!r} and leads to {target!r}."
                )
            if target not in grammar:
                raise ValueError(f"every edge must lead to a state of the grammar; got {target!r}, after {state!r}.")
        total = math.fsum(edge.probability for edge in edges)
        if not math.isclose(total, 1, abs_tol=1e-9):
            raise ValueError(f"the probabilities of state {state!r} must sum to 1; got {total}.")
    _require_ends(grammar)


def _require_ends(grammar: Grammar) -> None:
    ending = {START}  # from these a sentence can end
    while more := {s for s in grammar if s not in ending and any(edge.target in ending for edge in grammar[s])}:
        ending |= more
    if stuck := [state for state in grammar if state not in ending]:
        raise ValueError(f"every sentence must be able to end; from {stuck[0]!r} it cannot. Add an edge to START.")


def tabulate(grammar: Grammar, tokenizer: CharTokenizer) -> tuple[list[list[int]], np.ndarray]:
    """The oracle as two tables: ``following[situation][id]`` and ``log_p[situation, id]``.

    A situation is what a reader can know: all the walks that fit the characters read so far, with their weights.
    `START_SITUATION` is the start of a sentence; in `IMPOSSIBLE` something impossible was read, and no walk is left.

    Raises:
        ValueError: if there are more than `MOST_SITUATIONS`.
    """
    V, bos = tokenizer.vocab_size, tokenizer.bos_id
    situations = [_settle(grammar, [(1.0, "", START)]), ()]  # START_SITUATION and IMPOSSIBLE
    numbers = {walks: number for number, walks in enumerate(situations)}
    following: list[list[int]] = []
    log_p: list[np.ndarray] = []
    for walks in situations:  # grows while we read it
        if len(situations) > MOST_SITUATIONS:
            raise ValueError(
                f"a reader of this grammar can be in more than {MOST_SITUATIONS:,} situations, which no table holds. "
                "Let fewer states write the same characters."
            )
        next_situation, p = [IMPOSSIBLE] * V, np.zeros(V)
        next_situation[bos] = START_SITUATION
        for character, rest in _by_next_character(walks).items():
            token = tokenizer.alphabet.index(character)
            p[token] = weight = sum(w for w, _, _ in rest)
            if character != LINE_BREAK:
                settled = _settle(grammar, [(w / weight, text, target) for w, text, target in rest])
                if settled not in numbers:
                    numbers[settled] = len(situations)
                    situations.append(settled)
                next_situation[token] = numbers[settled]
        following.append(next_situation)
        with np.errstate(divide="ignore"):
            log_p.append(np.log(p if walks else np.full(V, 1 / V)))
    return following, np.stack(log_p)


def _settle(grammar: Grammar, walks: list[Walk]) -> Walks:
    """Send walks that finished a word into their next words, and merge those that cannot be told apart."""
    merged: dict[tuple[str, State], float] = defaultdict(float)
    for weight, text, target in walks:
        if text:
            merged[text, target] += weight
        else:
            for edge in grammar[target]:
                merged[edge.text, edge.target] += weight * edge.probability
    return tuple(sorted(((float(f"{w:.{DIGITS}g}"), *rest) for rest, w in merged.items()), key=repr))


def _by_next_character(walks: Walks) -> dict[str, list[Walk]]:
    groups: dict[str, list[Walk]] = defaultdict(list)
    for weight, text, target in walks:
        groups[text[0]].append((weight, text[1:], target))
    return groups
