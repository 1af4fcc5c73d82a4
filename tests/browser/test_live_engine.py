"""The scripts that compute in a page give the numbers of the package, in Chromium and in node.

The reference is torch on the weights in int8 that the page has, and the source as the package computes it.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import live_weights
import numpy as np
import pytest
import torch
from host import find_chromium

from course_lm import CharTokenizer, ToyEnglish, TransformerLM, ledger
from course_lm.arithmetic_coder import Encoder
from course_lm.attention import SCALE, Attention
from course_lm.codec import cumulative_frequencies

if TYPE_CHECKING:
    from playwright.sync_api import Page

Run = Callable[..., Any]
OpenPage = Callable[..., "Page"]
SCRIPTS = (
    "base.js",
    *(f"live/{name}.js" for name in ("data", "model", "score", "source", "reading", "arithmetic_coder")),
)
MODELS = ("toy", "shakespeare")
SENTENCE = "the brave dogs near the castle sleep, and the dogs rest.\n"
# Reads scripts, then a function and its argument, and prints what the function promises.
NODE = """
const [paths, source, argument] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const run = (code) => require("vm").runInThisContext(code);
paths.forEach((path) => run(require("fs").readFileSync(path, "utf8")));
Promise.resolve(run(`(${source})`)(argument)).then((result) => console.log(JSON.stringify(result)));
"""


# Both have the same engine, and node is for machines without a browser.
@pytest.fixture(params=["chromium", pytest.param("node", marks=pytest.mark.long if find_chromium() else ())])
def run(request: pytest.FixtureRequest, open_page: OpenPage, site: Path, server: str) -> Run:
    """``run(function, argument)``: call a function in JavaScript where the scripts are loaded, and get its result."""
    if request.param == "chromium":
        return with_scripts(open_page(f"{server}/book/notation.html", kept=True), server).evaluate
    if not shutil.which("node"):
        pytest.skip("node is not installed: apt install nodejs")
    data = [f"live/{name}.js" for name in (*(f"{model}_weights" for model in MODELS), "toy_source")]
    paths = [str(site / "_static" / name) for name in (*SCRIPTS, *data)]

    def in_node(source: str, argument: object = None) -> object:
        asked = json.dumps([paths, source, argument])
        done = subprocess.run(["node", "-e", NODE], input=asked, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return in_node


def with_scripts(page: Page, base: str) -> Page:
    """The page, once it has loaded the scripts."""
    if not page.evaluate("'Scorer' in courseLM"):
        for script in SCRIPTS:
            page.add_script_tag(url=f"{base}/_static/{script}")
    return page


@cache
def reference(site: Path, name: str) -> tuple[TransformerLM, CharTokenizer]:
    """A model of the page in torch."""
    return live_weights.read(site / "_static" / "live" / f"{name}_weights.js")


@pytest.mark.parametrize("name", MODELS)
def test_logits_are_those_of_torch_on_the_same_weights(run: Run, site: Path, name: str) -> None:
    model, _ = reference(site, name)
    ids = torch.randint(model.vocab_size, (model.context_length,), generator=torch.Generator().manual_seed(0))
    ours = run(
        """async ({ name, ids }) => {
            const session = (await courseLM.load(name)).session();
            return ids.map((id) => Array.from(session.append(id)));
        }""",
        {"name": name, "ids": ids.tolist()},
    )
    with torch.no_grad():
        logits = model(ids[None])[0]  # (T, V)
    assert logits.abs().max() > 1
    assert (torch.tensor(ours) - logits).abs().max() < 1e-4


@pytest.mark.parametrize("name", MODELS)
def test_attention_is_that_of_torch(run: Run, site: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, tokenizer = reference(site, name)
    ids = tokenizer.encode("\n" + SENTENCE)
    ours = run(
        """async ({ name, ids }) => {
            const session = (await courseLM.load(name)).session();
            const looks = ids.map((id) => (session.append(id), session.looks.map((heads) => [...heads])));
            return looks.map((layers) => layers.map((heads) => heads.map((weights) => Array.from(weights))));
        }""",
        {"name": name, "ids": ids.tolist()},
    )
    caught: list[torch.Tensor] = []
    read = Attention._read

    def weights_too(self: Attention, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, n: int) -> torch.Tensor:
        future = torch.ones(len(ids), len(ids), dtype=torch.bool).triu(1)
        caught.append((SCALE * q @ k.mT).masked_fill(future, -torch.inf).softmax(-1)[0])  # (H, T, T)
        return read(self, q, k, v, n)

    monkeypatch.setattr(Attention, "_read", weights_too)
    with torch.no_grad():
        model(ids[None])
    expected = torch.stack(caught)  # (layers, H, T, T)
    assert expected.amax(-1)[:, :, 20:].max() > 0.3  # far from equal shares
    for t, layers in enumerate(ours):
        assert (torch.tensor(layers) - expected[:, :, t, : t + 1]).abs().max() < 1e-4


@pytest.mark.parametrize("name", MODELS)
def test_coder_writes_the_bits_of_the_package_and_reads_them_back(run: Run, site: Path, name: str) -> None:
    model, tokenizer = reference(site, name)
    text = (SENTENCE * 3)[: model.context_length - 1] + "zzq"  # some characters that nobody expects
    ids = tokenizer.encode(text).tolist()
    cumulative, p, bits, back = run(
        """async ({ name, text }) => {
            const rows = new courseLM.Scorer(await courseLM.load(name)).rows(text);
            const cumulative = rows.map((row) => courseLM.coder.cumulativeFrequencies(row.distribution));
            const encoder = new courseLM.coder.Encoder();
            const bits = rows.map((row, t) => encoder.encode(cumulative[t], row.id)).join("") + encoder.finish();
            const decoder = new courseLM.coder.Decoder(bits);
            const p = rows.map((row) => Array.from(row.distribution));
            return [cumulative, p, bits, cumulative.map((c) => decoder.decode(c))];
        }""",
        {"name": name, "text": text},
    )
    encoder = Encoder()
    for c, symbol in zip(cumulative, ids, strict=True):
        encoder.encode(c, symbol)
    expected = encoder.finish()
    assert bits == f"{int.from_bytes(expected, 'big'):0{8 * len(expected)}b}"[: len(bits)]
    assert 0 <= 8 * len(expected) - len(bits) < 8
    assert back == ids
    total = -np.log2(np.array(p)[np.arange(len(ids)), ids]).sum()
    assert total < len(bits) < total + 3
    frequencies = torch.tensor([cumulative_frequencies(row.log()) for row in torch.tensor(p, dtype=torch.float64)])
    assert (torch.tensor(cumulative) - frequencies).abs().max() < 2**12  # of 2**32: the package rounds its logits


@pytest.mark.parametrize("name", MODELS)
def test_costs_of_a_long_text_are_those_of_the_ledger_with_overlapping_windows(run: Run, site: Path, name: str) -> None:
    model, tokenizer = reference(site, name)
    text = (SENTENCE * 6)[: 2 * model.context_length + 5]
    rows = run(
        """async ({ name, text }) => new courseLM.Scorer(await courseLM.load(name)).rows(text)
            .map((row) => [row.character, row.id, row.p, row.nats, row.distribution[row.id]])""",
        {"name": name, "text": text},
    )
    expected = ledger(model, tokenizer.encode("\n" + text), stride=model.context_length // 2)
    assert "".join(row[0] for row in rows) == text
    assert [row[1] for row in rows] == [row.token for row in expected]
    assert [row[2] for row in rows] == pytest.approx([row.p for row in expected], abs=1e-5)
    assert [row[3] for row in rows] == pytest.approx([row.nats for row in expected], abs=1e-4)
    assert all(p == entry for _, _, p, _, entry in rows)


def test_after_any_edit_a_text_is_read_as_if_for_the_first_time(run: Run) -> None:
    draw = random.Random(0)
    texts = ["abc" * 9]
    for _ in range(300):
        text, at = texts[-1], draw.randrange(len(texts[-1]) + 1)
        edited = text[:at] + draw.choice(["", "a", "bc" * 9]) + text[at + draw.choice([0, 1, 12]) :]
        texts.append(edited[:25])  # so that many edits fall within the last window
    same = run(
        """(texts) => {
            class Digest { // stands for a session: its logits tell all that it has read
                ids = [];
                get length() { return this.ids.length; }
                append(id) {
                    if (this.ids.push(id) > 8) throw new Error("the context is full");
                    return Float32Array.of(this.ids.reduce((sum, one) => (5 * sum + one) % 9973, 1), 9970);
                }
                truncate(n) { this.ids.length = Math.min(n, this.ids.length); }
            }
            const model = new courseLM.Alphabet("\\nabc");
            Object.assign(model, { contextLength: 8, session: () => new Digest() });
            const kept = new courseLM.Scorer(model);
            const told = (scorer, text) => JSON.stringify([
                scorer.rows(text).map((row) => [row.character, ...row.distribution]), [...scorer.next(text)],
            ]);
            return texts.map((text) => {
                const copy = kept.copy(); // which knows the text before
                while (!kept.follow(text, 0)); // in the smallest slices
                const first = told(new courseLM.Scorer(model), text);
                return told(kept, text) === first && told(copy, text) === first;
            });
        }""",
        texts,
    )
    assert same == [True] * len(texts)


def test_after_any_edit_model_and_source_say_what_they_say_at_first_sight(run: Run) -> None:
    texts = ["the dogs rest.", "the dog", "the dogz\nmy dog", "the dogz\nmy cat", "", "the bold\nthe dog rests.\n"]
    same, nats = run(
        """async (texts) => {
            const [model, source] = [await courseLM.load("toy"), await courseLM.ToySource.load()];
            const kept = new courseLM.Reader(model, source);
            const told = (seen) => JSON.stringify([
                seen.rows.map((row) => [row.p, row.impossible, row.exact && [...row.exact]]), seen.exactNats,
                [...seen.next.distribution], seen.next.exact && [...seen.next.exact],
            ]);
            const same = texts.map(
                (text) => told(kept.read(text)) === told(new courseLM.Reader(model, source).read(text))
            );
            return [same, [kept.read("the dogs rest.").exactNats, String(kept.read(texts[2]).exactNats)]];
        }""",
        texts,
    )
    assert same == [True] * len(texts)
    source = ToyEnglish()
    ids = source.tokenizer.encode("\nthe dogs rest.")
    assert nats[0] == pytest.approx(sum(row.nats for row in ledger(source, ids)), abs=1e-6)
    assert nats[1] == "Infinity"


def test_a_session_cut_back_goes_on_as_if_the_rest_had_never_been(run: Run) -> None:
    straight, after_detour = run(
        """async () => {
            const model = await courseLM.load("toy");
            const ids = [model.bosId, ...model.encode("the dog")];
            const [one, other] = [model.session(), model.session()];
            ids.forEach((id) => one.append(id));
            [...ids.slice(0, 4), ...model.encode("kings")].forEach((id) => other.append(id));
            other.truncate(4);
            ids.slice(4).forEach((id) => other.append(id));
            return [one, other].map((session) => Array.from(session.append(model.bosId)));
        }"""
    )
    assert straight == after_detour


def test_the_source_gives_the_probabilities_of_the_package_also_after_impossible_characters(run: Run) -> None:
    source, draw = ToyEnglish(), random.Random(0)
    alphabet = source.tokenizer.decode(range(source.vocab_size))
    sentences = source.sample(8_000).splitlines(keepends=True)
    for i in range(0, len(sentences), 3):  # every third has a slip, in some a line break
        at = draw.randrange(len(sentences[i]))
        sentences[i] = sentences[i][:at] + draw.choice(alphabet) + sentences[i][at + 1 :]
    text = "".join(sentences)
    rows = json.loads(
        run(
            """async (text) => JSON.stringify((await courseLM.ToySource.load()).rows(text)
                .map((row) => [row.character, row.p, row.possible, Array.from(row.distribution)]))""",
            text,
        )
    )
    ids = source.tokenizer.encode("\n" + text)
    p = source(ids[None])[0].exp().numpy()  # (N, V)
    assert np.abs(np.array([row[3] for row in rows]) - p[:-1]).max() < 1e-12
    assert "".join(row[0] for row in rows) == text
    assert [row[1] for row in rows] == pytest.approx(p[np.arange(len(text)), ids[1:]], abs=1e-12)
    uniform = (p[1:] == p[1:, :1]).all(axis=1)  # after an impossible character
    assert 0 < uniform.sum() < len(text)
    assert [row[2] for row in rows] == (~uniform).tolist()


def test_what_comes_next_under_the_source_does_not_need_a_text(run: Run) -> None:
    nothing, letter = run(
        """async () => {
            const source = await courseLM.ToySource.load();
            return ["", "t"].map((text) => Array.from(source.next(text)));
        }"""
    )
    source = ToyEnglish()
    p = source(source.tokenizer.encode("\nt")[None])[0].exp()
    assert nothing == pytest.approx(p[0].tolist(), abs=1e-12)
    assert letter == pytest.approx(p[1].tolist(), abs=1e-12)


def test_model_and_source_have_one_alphabet(run: Run) -> None:
    model, source = run(
        "async () => [(await courseLM.load('toy')).alphabet, (await courseLM.ToySource.load()).alphabet]"
    )
    assert model == source


def test_temperature_divides_the_logits_and_large_ones_do_not_overflow(run: Run) -> None:
    logits = torch.tensor([1000.0, 999.0, -1000.0, 998.5], dtype=torch.float64)
    for temperature in (0.1, 1, 2):
        cooled = "([logits, t]) => Array.from(courseLM.base.atTemperature(courseLM.base.softmax(logits), t))"
        p = run(cooled, [logits.tolist(), temperature])
        assert p == pytest.approx((logits / temperature).softmax(0).tolist(), abs=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("new courseLM.Scorer(model).rows('dogs 😀!')", "😀"),
        ("{ const s = model.session(); for (;;) s.append(0); }", "context of 72 characters"),
        ("(await courseLM.ToySource.load()).session().append(5)", "line break first"),
        ("await courseLM.data('score')", "score.js could not be loaded"),
    ],
)
def test_an_error_is_told_in_words(run: Run, call: str, words: str) -> None:
    said = run(
        f"""async () => {{
            const model = await courseLM.load("toy");
            try {{ {call}; }} catch (error) {{ return [error.name, error.message]; }}
        }}"""
    )
    assert said[0] == "CourseLMError"
    assert words in said[1]


def test_an_unknown_character_is_named_with_its_place(run: Run) -> None:
    character, position = run(
        """async () => {
            const model = await courseLM.load("toy");
            try { model.encode("my 😀 é"); } catch (error) { return [error.character, error.position]; }
        }"""
    )
    assert (character, position) == ("😀", 3)


def test_each_file_is_loaded_once_and_only_when_asked_for(open_page: OpenPage, base: str) -> None:
    page = with_scripts(open_page(f"{base}/book/notation.html"), base)
    count = """['toy_weights.js', 'toy_source.js'].map(
        (file) => document.querySelectorAll(`script[src$="/_static/live/${file}"]`).length
    )"""
    assert page.evaluate(count) == [0, 0]
    page.evaluate("Promise.all([0, 1].flatMap(() => [courseLM.load('toy'), courseLM.ToySource.load()]))")
    assert page.evaluate(count) == [1, 1]
    assert page.evaluate("async () => (await courseLM.load('toy')) === (await courseLM.load('toy'))")
