import hashlib
import math
from collections import defaultdict

import pytest
import torch

from course_lm import cross_entropy, grammar, ledger
from course_lm.grammar import START, Edge
from course_lm.sources import Source

# A cut-down toy: number is hidden in "sheep", a distractor follows, the verb reveals it; texts begin alike.
GRAMMAR = {
    START: [Edge(0.5, "sheep ", "one"), Edge(0.3, "sheep ", "many"), Edge(0.2, "she ", "one")],
    "one": [Edge(0.25, "by seas ", "one, far"), Edge(0.75, "sits.\n", START)],
    "many": [Edge(0.5, "by sea ", "many, far"), Edge(0.4, "sit.\n", START), Edge(0.1, "sits in.\n", START)],
    "one, far": [Edge(1.0, "sits.\n", START)],
    "many, far": [Edge(0.5, "sit.\n", START), Edge(0.5, "sit on.\n", START)],
}


@pytest.fixture(scope="module")
def small() -> Source:
    return Source(GRAMMAR)


@pytest.fixture(scope="module")
def sentences() -> dict[str, float]:
    """Every sentence of the small grammar with its probability, by walking all paths."""
    found: dict[str, float] = defaultdict(float)
    paths = [("", START, 1.0)]
    while paths:
        text, state, p = paths.pop()
        for edge in GRAMMAR[state]:
            longer = (text + edge.text, edge.target, p * edge.probability)
            if edge.target == START:
                found[longer[0]] += longer[2]
            else:
                paths.append(longer)
    return found


def test_oracle_equals_enumeration_at_every_character(small, sentences):
    for text in sentences:
        ids = small.tokenizer.encode("\n" + text)
        p = small(ids[None, :-1])[0].exp()
        for t in range(len(text)):
            prefix = sum(q for other, q in sentences.items() if other.startswith(text[:t]))
            for i, character in enumerate(small.tokenizer.alphabet):
                longer = sum(q for other, q in sentences.items() if other.startswith(text[:t] + character))
                assert p[t, i].item() == pytest.approx(longer / prefix, abs=1e-10)


def test_entropy_rate_equals_enumeration(small, sentences):
    assert sum(sentences.values()) == pytest.approx(1)
    nats = sum(-q * math.log(q) for q in sentences.values())
    characters = sum(q * len(text) for text, q in sentences.items())
    assert small.entropy_rate == pytest.approx(nats / characters, rel=1e-10)


def test_mean_surprisal_of_a_million_characters_is_the_entropy_rate(toy):
    ids = toy.tokenizer.encode("\n" + toy.sample(1_000_000, seed=7))
    nats = cross_entropy(toy(ids[None, :-1])[0], ids[1:], reduction="none")
    ends = (ids[1:] == toy.tokenizer.bos_id).nonzero().flatten()
    per_sentence = torch.stack([nats.cumsum(0)[ends].diff(), ends.diff().double()])
    residual = per_sentence[0] - toy.entropy_rate * per_sentence[1]
    standard_error = residual.std() / len(residual) ** 0.5 / per_sentence[1].mean()
    assert abs(nats.mean() - toy.entropy_rate) < 4 * standard_error
    assert standard_error < 0.001


def test_every_situation_of_the_toy_language_has_a_distribution(toy):
    assert torch.from_numpy(toy._log_p).exp().sum(-1) == pytest.approx(1, abs=1e-9)


def test_toy_text_is_whole_lines_of_right_english(toy):
    text = toy.sample(50_000, seed=2)
    assert text.endswith(".\n")
    lines = text.splitlines()
    assert max(map(len, lines)) < 72
    words = {word for line in lines for word in line.replace(",", "").replace(".", "").split()}
    assert 110 <= len(words) <= 140
    assert toy.vocab_size == 29
    for line in lines:
        first = line.split()
        assert not (first[0] == "one" and any(w + "s" in first[1:3] for w in ("dog", "king", "queen")))


def test_a_verb_agrees_with_its_subject_across_the_distractor(toy):
    for subject, right, wrong in (("the dogs", "dance", "dances"), ("the dog", "dances", "dance,")):
        for place in ("castle", "castles"):
            rows = ledger(toy, toy.tokenizer.encode(f"\n{subject} near the {place} {right}.\n"))
            assert all(row.p > 0 for row in rows)
            assert any(row.p == 0 for row in ledger(toy, toy.tokenizer.encode(f"\n{subject} near the {place} {wrong}")))


def test_after_an_impossible_character_rows_are_uniform_until_the_next_line_break(toy):
    ids = toy.tokenizer.encode("\nqqqq\nthe ")
    log_p = toy(ids[None])[0]
    assert log_p[3:5].flatten().tolist() == pytest.approx([-math.log(29)] * 2 * 29)
    torch.testing.assert_close(log_p[6:], toy(toy.tokenizer.encode("\nthe ")[None])[0][1:])


def test_the_toy_language_is_the_one_whose_numbers_the_pages_print(toy):
    """Stored, since any other choice of words and weights would be as right; the pages would have to be run again."""
    assert hashlib.sha256(toy.sample(20_000).encode()).hexdigest()[:16] == "eb59d6f600834a12"
    assert toy.entropy_rate == pytest.approx(0.3087817554, rel=1e-9)


def test_a_sample_ends_with_the_sentence_that_makes_it_long_enough(toy):
    for n_characters in (1, 40, 1000):
        text = toy.sample(n_characters)
        assert len("".join(text.splitlines(keepends=True)[:-1])) < n_characters <= len(text)
        assert toy.sample(len(text)) == text


def test_the_same_seed_gives_the_same_text(toy):
    assert toy.sample(2000) == toy.sample(2000, seed=0)
    assert toy.sample(2000, seed=5) == toy.sample(2000, seed=5)
    assert toy.sample(2000, seed=5) != toy.sample(2000, seed=6)


def test_a_sample_has_a_whole_number_of_characters(toy):
    for n_characters in (0, 1.5):
        with pytest.raises(ValueError, match=f"n_characters must be a whole number of at least 1; got {n_characters}"):
            toy.sample(n_characters)


def test_rows_that_do_not_begin_with_a_line_break_are_refused(toy):
    with pytest.raises(TypeError, match=r"ids must be int64 token ids; got torch.float32"):
        toy(torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"\[0, 29\), the vocabulary of the source; got 0 to 99"):
        toy(torch.tensor([[0, 99]]))
    with pytest.raises(ValueError, match=r"begin with a line break"):
        toy(toy.tokenizer.encode("the dog")[None])


def test_a_state_that_comes_again_has_the_expectations_of_a_geometric_law():
    """One a, and then another with the probability 1/2 each time: 1 + 2 characters, of which two cost ln 2."""
    source = Source({START: [Edge(1.0, "a", "on")], "on": [Edge(0.5, "a", "on"), Edge(0.5, "\n", START)]})
    nats, characters = source.sentence_expectations
    assert nats == pytest.approx(2 * math.log(2))
    assert characters == pytest.approx(3)


def test_a_grammar_that_a_reader_can_be_lost_in_is_refused(monkeypatch):
    """What was read makes one of two states likelier, by another factor after every text."""
    monkeypatch.setattr(grammar, "MOST_SITUATIONS", 500)
    two = {name: [Edge(p, "a", name), Edge(0.9 - p, "b", name), Edge(0.1, "\n", START)]
           for name, p in (("x", 0.3), ("y", 0.57))}  # fmt: skip
    with pytest.raises(ValueError, match="can be in more than 500 situations"):
        Source({START: [Edge(0.5, "c", "x"), Edge(0.5, "c", "y")]} | two)


@pytest.mark.parametrize("rare", [1e-9, 1e-13, 1e-100])
def test_what_is_very_rare_keeps_its_probability_and_what_follows_it(rare):
    source = Source({START: [Edge(1 - rare, "a\n", START), Edge(rare, "bc\n", START)]})
    ids = source.tokenizer.encode("\nbc\n")
    p = source(ids[None, :-1])[0].exp()[torch.arange(3), ids[1:]]
    assert p.tolist() == pytest.approx([rare, 1, 1])


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({START: [Edge(0.9, "a\n", START)]}, "must sum to 1; got 0.9"),
        ({START: [Edge(1.5, "a\n", START), Edge(-0.5, "b\n", START)]}, "must be more than 0; got -0.5"),
        ({START: [Edge(1.0, "a\n", START), Edge(0.0, "b\n", START)]}, "must be more than 0; got 0.0"),
        ({START: [Edge(1.0, "", START)]}, "must write at least one character"),
        ({START: [Edge(1.0, "a\n", "on")], "on": [Edge(1.0, "b\n", START)]}, "START exactly where its text ends in"),
        ({START: [Edge(1.0, "a", START)]}, "START exactly where its text ends in"),
        ({START: [Edge(1.0, "a\nb\n", START)]}, "START exactly where its text ends in"),
        ({START: [Edge(1.0, "a", "nowhere")]}, "must lead to a state of the grammar; got 'nowhere'"),
        ({"other": [Edge(1.0, "a\n", START)]}, "must have the state START"),
        ({START: [Edge(1.0, "a", "on")], "on": [Edge(1.0, "b", "on")]}, "must be able to end; from 'on' it cannot"),
    ],
)
def test_what_is_no_grammar_is_refused_in_a_sentence(rules, words):
    with pytest.raises(ValueError, match=words):
        Source(rules)
