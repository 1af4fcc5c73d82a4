"""After a run the prose cites the present facts: what is refreshed passes the static test, and nothing else changes."""

from pathlib import Path

import nbformat
import pytest
from cited_facts import refreshed
from execute import main, refresh
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .checks import complaints_about_prose

SPECIMEN = Path(__file__).with_name("specimen.ipynb")
OWN = {"loss": "0.345", "z": "-8.5", "n": "1,024", "share": "76%", "odd": "inf", "up": "+0.5"}
CHAPTERS = {"03": {"loss": "1.234"}}


@pytest.mark.parametrize(
    ("stale", "fresh"),
    [
        ("It is 0.357<!-- = loss --> nats.", "It is 0.345<!-- = loss --> nats."),
        ("It was 9.9<!-- = 03:loss -->.", "It was 1.234<!-- = 03:loss -->."),
        ("At $z$ = −7.1<!-- = z -->.", "At $z$ = −8.5<!-- = z -->."),
        ("At $z = -7.1$<!-- = z -->.", "At $z = -8.5$<!-- = z -->."),
        ("At 7.1<!-- = z -->.", "At −8.5<!-- = z -->."),
        ("Up by +0.4<!-- = up -->.", "Up by +0.5<!-- = up -->."),
        ("From 10-0.357<!-- = loss -->.", "From 10-0.345<!-- = loss -->."),
        ("About 9,999<!--= n--> rows.", "About 1,024<!--= n--> rows."),
        ("Of these **75%**<!-- = share --> are.", "Of these **76%**<!-- = share --> are."),
        ("| 1.0<!-- = loss --> | 2.0<!-- = 03:loss --> |", "| 0.345<!-- = loss --> | 1.234<!-- = 03:loss --> |"),
        ("```{note}\nIt is 0.357<!-- = loss -->.\n```", "```{note}\nIt is 0.345<!-- = loss -->.\n```"),
    ],
)
def test_a_stale_number_becomes_its_fact_in_a_spelling_that_the_check_accepts(stale, fresh):
    assert list(complaints_about_prose(stale, OWN, CHAPTERS))
    assert refreshed(stale, OWN, CHAPTERS) == fresh
    assert list(complaints_about_prose(fresh, OWN, CHAPTERS)) == []


@pytest.mark.parametrize(
    "text",
    [
        "In another spelling: 1024<!-- = n -->, -8.5<!-- = z --> and 76<!-- = share -->.",
        "In code: `0.357<!-- = loss -->`.\n```\n0.357<!-- = loss -->\n```",
        "Unknown: 0.357<!-- = lost --> and 0.357<!-- = 04:loss -->.",
        "No number any more: 0.357<!-- = odd -->.",
        "From a source: 0.357<!-- @loss -->, and tied to nothing: 0.357.",
    ],
)
def test_what_is_right_or_not_to_be_known_keeps_every_byte(text):
    assert refreshed(text, OWN, CHAPTERS) == text


def test_a_stored_notebook_is_repaired_to_the_byte(tmp_path, capsys):
    path = tmp_path / "specimen.ipynb"
    text = SPECIMEN.read_text(encoding="utf-8")
    path.write_text(text.replace("is 0.357<", "is 0.358<").replace("over 57<", "over 58<"), encoding="utf-8")
    refresh(path, {})
    assert path.read_text(encoding="utf-8") == text
    assert capsys.readouterr().out == f"{path}: loss was 0.358 and is 0.357\n{path}: n_tokens was 58 and is 57\n"


def test_one_pass_over_chapters_and_pages_is_enough_even_if_they_cite_what_runs_later(tmp_path):
    early, late, page = tmp_path / "01_early.ipynb", tmp_path / "02_late.ipynb", tmp_path / "page.md"
    nbformat.write(new_notebook(cells=[new_markdown_cell("Later it is 1<!-- = 02:x -->.", id="a")]), early)
    cells = [
        new_markdown_cell("Now 1<!-- = x -->.", id="b"),
        new_code_cell("def facts(x):\n    print('x =', x)", id="c"),
    ]
    nbformat.write(new_notebook(cells=[*cells, new_code_cell("facts(x=2)", id="d")]), late)
    page.write_text("It is 1<!-- = 02:x -->.")
    main([early, page, late], tmp_path)
    stored = [path.read_bytes() for path in (early, page, late)]
    assert [text.count(b"2<!--") for text in stored] == [1, 1, 1]
    main([early, page, late], tmp_path)
    assert [path.read_bytes() for path in (early, page, late)] == stored
