"""Sources of text whose every probability is known.

A source made of a grammar is an exact language model of its own text, the *oracle*, and its entropy is exact too:
the floor that no model's expected loss can break.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from itertools import accumulate

import numpy as np
import torch
from torch import Tensor

from course_lm._checks import require_ids, require_in_vocabulary, whole_number
from course_lm.grammar import IMPOSSIBLE, START, START_SITUATION, Edge, Grammar, State, require_grammar, tabulate
from course_lm.tokenizer import CharTokenizer

NEGLIGIBLE = 1e-18  # stop when less than this share of sentences goes on


class Source:
    r"""A grammar as a language model: ``model(ids) -> logits`` gives the exact ln p(next | all before).

    Every sentence ends with a line break, and sentences are independent.

    Args:
        grammar: for every state its edges, whose probabilities sum to 1; a text that ends in the line break
            leads back to ``START``.

    Raises:
        ValueError: if it is not such a grammar, or a sentence cannot end.
    """

    context_length: int | None = None

    def __init__(self, grammar: Grammar) -> None:
        require_grammar(grammar)
        self.grammar = grammar
        self.tokenizer = CharTokenizer.from_text("".join(e.text for edges in grammar.values() for e in edges))
        self._next, self._log_p = tabulate(grammar, self.tokenizer)

    @property
    def vocab_size(self) -> int:
        """V, the number of characters in the alphabet."""
        return self.tokenizer.vocab_size

    def sample(self, n_characters: int, seed: int = 0) -> str:
        """Whole sentences, drawn until the text has at least ``n_characters`` characters."""
        n_characters = whole_number("n_characters", n_characters, at_least=1)
        rng = np.random.default_rng(whole_number("seed", seed, at_least=0))
        cumulative = {s: list(accumulate(e.probability for e in edges)) for s, edges in self.grammar.items()}
        texts: list[str] = []
        length, state = 0, START
        while length < n_characters or state != START:
            edges, bounds = self.grammar[state], cumulative[state]
            _, text, state = edges[min(bisect(bounds, rng.random()), len(edges) - 1)]
            texts.append(text)
            length += len(text)
        return "".join(texts)

    def new_cache(self, batch_size: int) -> SituationCache:
        """An empty cache for reading ``batch_size`` rows token by token."""
        return SituationCache(batch_size)

    def __call__(self, ids: Tensor, cache: SituationCache | None = None) -> Tensor:
        r"""The exact next-character distribution after every prefix of every row.

        Args:
            ids: ``(B, T)`` int64 ids; every row begins with a line break, the start of a sentence.
            cache: where the rows stood before ``ids``; the call moves them on. Then only the first ids must be line
                breaks.

        Returns:
            ``(B, T, V)`` float64 natural logarithms of probabilities; −inf marks what cannot come next.
            After an impossible character the rows are uniform until the next line break.

        Raises:
            TypeError: if ids are not int64.
            ValueError: if a row does not begin with the line break, or an id is outside ``[0, V)``.
        """
        require_ids(ids)
        bos = self.tokenizer.bos_id
        goes_on = cache is not None and cache.length > 0
        if ids.ndim != 2 or not (goes_on or bool((ids[:, :1] == bos).all())):
            raise ValueError(
                f"ids must be (B, T) rows that begin with a line break (id {bos}), the start of a sentence; "
                f"got shape {tuple(ids.shape)} beginning with {ids.flatten()[:1].tolist()}. "
                "Cut rows at line breaks: starts in `evaluate` and `batches` does it."
            )
        require_in_vocabulary(ids, self.vocab_size, " of the source")
        cache = self.new_cache(len(ids)) if cache is None else cache
        situations = np.empty(tuple(ids.shape), dtype=np.int64)
        for b, (row, characters) in enumerate(zip(situations, ids.tolist(), strict=True)):
            situation = cache.situations[b]
            for t, character in enumerate(characters):
                row[t] = situation = self._next[situation][character]
            cache.situations[b] = situation
        cache.length += ids.shape[1]
        return torch.from_numpy(self._log_p[situations]).to(ids.device)

    @cached_property
    def entropy_rate(self) -> float:
        r"""The entropy of the text in nats per character.

        .. math:: H = \frac{\mathrm{E}[-\ln p(\text{sentence})]}{\mathrm{E}[\text{characters in a sentence}]}

        which is exact since sentences are independent. No model's expected loss can be lower.
        """
        nats, characters = self.sentence_expectations
        return nats / characters

    @cached_property
    def sentence_expectations(self) -> tuple[float, float]:
        """The expected nats and the expected characters of one sentence, its line break included.

        The chances of all situations are followed from character to character, until the sentence has ended for sure
        or up to a share that no float64 sum can feel.
        """
        possible = np.isfinite(self._log_p)
        possible[IMPOSSIBLE] = False
        before, token = np.nonzero(possible)
        log_p, after = self._log_p[before, token], np.asarray(self._next)[before, token]
        goes_on = token != self.tokenizer.bos_id
        chances: np.ndarray = np.zeros(len(self._log_p))
        chances[START_SITUATION] = 1
        nats = characters = 0.0
        while (left := float(chances.sum())) > NEGLIGIBLE:
            flow = chances[before] * np.exp(log_p)
            nats -= float(flow @ log_p)
            characters += left
            chances = np.bincount(after[goes_on], flow[goes_on], minlength=len(chances))
        return nats, characters


class SituationCache:
    """Where a source stands in each row, as one number: all that it keeps of the characters it has read."""

    def __init__(self, batch_size: int) -> None:
        self.length = 0
        self.situations = [START_SITUATION] * batch_size

    def clear(self) -> None:
        """Forget all characters."""
        self.length = 0
        self.situations = [START_SITUATION] * len(self.situations)


class ToyEnglish(Source):
    """Simple English sentences, one a line: ``the brave dogs near the castle sleep, and the dogs rest.``

    A verb agrees with its subject across a phrase that may hide the number, and the second clause names the
    subject again: both reach farther back than a short context can see.
    """

    def __init__(self) -> None:
        super().__init__(_toy_grammar())


# Common subjects first. Only nouns and verbs that take a plain -s, and two nouns that do not change.
NOUNS = "dog king sheep dove kitten frog queen poet heron robin deer hen lion potter quail rabbit foal zebra".split()
SAME_IN_PLURAL = {"deer", "sheep"}
VERBS = "dance dream gaze hum jest jump read rest roam run sing sink sleep slip wait walk".split()
ADJECTIVES = "big brave calm odd old quick red rich shy small smart young".split()
PREPOSITIONS = "behind below beside by near".split()
PLACES = "barn bridge castle cave garden gate hill lake river road temple tower".split()
ADVERBS = "alone often quietly slowly softly soon today tonight".split()


def _plural(noun: str) -> str:
    return noun if noun in SAME_IN_PLURAL else noun + "s"


def _toy_grammar() -> dict[State, list[Edge]]:
    """The rules of `ToyEnglish`; a state names what was written last, the subject's number and the subject."""
    rules: dict[State, list[Edge]] = defaultdict(list)

    def rule(state: State, share: float, text: str, target: State) -> None:
        rules[state].append(Edge(share, text, target))

    for plural in (False, True):
        for determiner, share in (("the", 0.6), ("my", 0.2), ("two" if plural else "one", 0.2)):
            rule(START, share / 2, determiner + " ", ("determiner", plural))
        for adjective in ADJECTIVES:
            rule(("determiner", plural), 0.4 / len(ADJECTIVES), adjective + " ", ("adjective", plural))
        weights = [1 / (rank + 4) for rank in range(len(NOUNS))]  # some subjects are more common than others
        for rank, noun in enumerate(NOUNS):
            share, subject = weights[rank] / sum(weights), (plural, noun)
            text = _plural(noun) if plural else noun
            rule(("determiner", plural), 0.6 * share, text + " ", ("subject", *subject))
            rule(("adjective", plural), share, text + " ", ("subject", *subject))
            _predicate(rule, text, subject, favorite=5 * rank % len(VERBS))
    return rules


def _predicate(
    rule: Callable[[State, float, str, State], None], text: str, subject: tuple[bool, str], favorite: int
) -> None:
    """What follows one subject: perhaps a place, a verb, and perhaps an adverb or a second clause."""
    for preposition in PREPOSITIONS:
        rule(("subject", *subject), 0.75 / len(PREPOSITIONS), preposition + " the ", ("preposition", *subject))
    for place in PLACES:
        for word in (place, _plural(place)):  # its own number, which the verb must ignore
            rule(("preposition", *subject), 0.5 / len(PLACES), word + " ", ("place", *subject))
    for rank, verb in enumerate(VERBS):
        share = 0.12 / len(VERBS) + 0.55 * (rank == favorite) + 0.33 * (rank == (favorite + 2) % len(VERBS))
        form = verb if subject[0] else verb + "s"
        for state, reached in ((("subject", *subject), 0.25), (("place", *subject), 1.0)):
            rule(state, reached * share * 0.2, form + ".\n", START)
            rule(state, reached * share * 0.2, form + " ", ("verb", *subject))
            rule(state, reached * share * 0.6, f"{form}, and the {text} ", ("second subject", *subject))
        rule(("second subject", *subject), share, form + ".\n", START)
    for adverb in ADVERBS:
        rule(("verb", *subject), 1 / len(ADVERBS), adverb + ".\n", START)
