"""Numbers in prose are those of the kernel: found, compared, and after a run brought up to date."""

from pathlib import Path

import execute
import nbformat
import printed
import pytest
from citations import (
    Citation,
    ask,
    citations,
    citations_by_cell,
    citations_of_chapter,
    refreshed,
    wrong,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from printed import Printed

SPECIMEN = Path(__file__).with_name("specimen.ipynb")
VALUES = {
    ("", "loss"): 0.3451,
    ("03", "loss"): 1.2344,
    ("", "z"): -8.5,
    ("", "n"): 1024.0,
    ("", "100 * share"): 76.0,
    ("", "up"): 0.5,
    ("below", "loss"): 2.0,
}


@pytest.mark.parametrize(
    ("stale", "fresh"),
    [
        ("It is 0.357<!-- = loss --> nats.", "It is 0.345<!-- = loss --> nats."),
        ("It was 9.912<!-- = 03: loss -->.", "It was 1.234<!-- = 03: loss -->."),
        ("It will be 1.9<!-- = below: loss -->.", "It will be 2.0<!-- = below: loss -->."),
        ("At $z$ = −7.1<!-- = z -->.", "At $z$ = −8.5<!-- = z -->."),
        ("At $z = -7.1$<!-- = z -->.", "At $z = -8.5$<!-- = z -->."),
        ("At 7.1<!-- = z -->.", "At −8.5<!-- = z -->."),
        ("Up by +0.4<!-- = up -->.", "Up by +0.5<!-- = up -->."),
        ("From 10-0.357<!-- = loss -->.", "From 10-0.345<!-- = loss -->."),
        ("About 9,999<!--= n--> rows.", "About 1,024<!--= n--> rows."),
        ("About 999<!-- = n --> rows.", "About 1024<!-- = n --> rows."),
        ("Of these **75%**<!-- = 100 * share --> are.", "Of these **76%**<!-- = 100 * share --> are."),
        ("| 1.0<!-- = loss --> | 2.0<!-- = 03: loss --> |", "| 0.3<!-- = loss --> | 1.2<!-- = 03: loss --> |"),
        ("```{note}\nIt is 0.357<!-- = loss -->.\n```", "```{note}\nIt is 0.345<!-- = loss -->.\n```"),
    ],
)
def test_a_stale_number_takes_its_value_and_keeps_its_form(stale, fresh):
    assert refreshed(stale, VALUES) == fresh
    for citation in citations(fresh):
        assert citation.holds(VALUES[citation.where, citation.expression])


@pytest.mark.parametrize(
    "text",
    [
        "It holds: 1,024<!-- = n -->, -8.5<!-- = z -->, 76<!-- = 100 * share --> and 0.35<!-- = loss -->.",
        "In code: `0.357<!-- = loss -->`.\n```\n0.357<!-- = loss -->\n```",
        "Unknown: 0.357<!-- = lost --> and 0.357<!-- = 04: loss -->.",
        "From a source: 0.357<!-- @loss -->, and tied to nothing: 0.357.",
    ],
)
def test_what_holds_or_is_not_to_be_known_keeps_every_byte(text):
    assert refreshed(text, VALUES) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_a_number_holds_as_it_is_rounded_and_one_unit_off_does_not(value, decimals):
    assume(abs(abs(value) * 10**decimals % 1 - 0.5) > 0.02)  # at a boundary both neighbors hold
    shown = f"{value:.{decimals}f}"
    assert Citation(shown, "", "x").holds(value)
    for off in (-1, 1):
        assert not Citation(f"{float(shown) + off * 10**-decimals:.{decimals}f}", "", "x").holds(value)


def test_a_notebook_asks_after_the_cell_above_or_below():
    sentence = "1<!-- = a --> and 2<!-- = below: a --> and 3<!-- = 03: a -->"
    notebook = new_notebook(cells=[new_code_cell("a = 1"), new_markdown_cell(sentence), new_code_cell("a = 2")])
    assert citations_by_cell(notebook) == {0: [Citation("1", "", "a")], 1: [Citation("2", "below", "a")]}


def test_pages_and_notebooks_that_cite_a_chapter_are_found(tmp_path):
    (tmp_path / "book").mkdir()
    page = tmp_path / "book" / "page.md"
    page.write_text("9<!-- = 03: a + b --> and 8<!-- = 04: a -->")
    assert citations_of_chapter(tmp_path, "03") == {page: [Citation("9", "03", "a + b")]}
    assert citations_of_chapter(tmp_path, "05") == {}


def test_a_kernel_answers_without_being_changed():
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("a, b = 2, [1.5, 3]", silent=True, timeout=60)
        asked = ["a", "a * b[0]", "b[9]", "lost", "'text'", "len(In)"]
        answers = ask(client, asked)
        assert answers[:2] == [2.0, 3.0]
        assert [str(answer).partition(":")[0] for answer in answers[2:5]] == ["IndexError", "NameError", "ValueError"]
        assert ask(client, asked) == answers
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    cited = [Citation("2", "", "a"), Citation("3.1", "", "a * b[0]"), Citation("1", "", "b[9]")]
    assert wrong(cited, answers[:3]) == [
        "prose says 3.1, and a * b[0] is 3.0",
        "prose says 1, and b[9] is IndexError: list index out of range",
    ]


@pytest.mark.long
def test_a_stored_notebook_is_repaired_to_the_byte(tmp_path, capsys):
    path = tmp_path / "specimen.ipynb"
    text = SPECIMEN.read_text(encoding="utf-8")
    path.write_text(text.replace("is 0.357<", "is 0.358<").replace("over 57<", "over 58<"), encoding="utf-8")
    execute.main([path])
    assert path.read_text(encoding="utf-8") == text
    assert "0.358' is 'The loss is 0.357'" in capsys.readouterr().out


def test_one_expression_has_the_value_of_the_place_where_it_is_cited(tmp_path):
    path = tmp_path / "notebook.ipynb"
    cited = "7<!-- = a -->, 8<!-- = below: a -->"
    cells = [
        new_code_cell("a = 1"),
        new_markdown_cell(cited),
        new_code_cell("a = 2"),
        new_markdown_cell("9<!-- = a -->"),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    execute.execute(path)
    stored = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    assert stored == ["1<!-- = a -->, 2<!-- = below: a -->", "2<!-- = a -->"]


@pytest.mark.parametrize(
    ("value", "how", "last_digit"),
    [
        (0.5, ".2f", 0.01),
        (0.5, "+8,.1f", 0.1),
        (0.5, ".0%", 0.01),
        (123.0, ".2e", 1.0),
        (123.0, ".2g", 10.0),
        (0.0123, ".2g", 0.001),
        (7.0, ">5", None),
    ],
)
def test_the_last_digit_of_a_printed_number_is_that_of_its_format(value, how, last_digit):
    assert Printed(value, how).last_digit == (last_digit and pytest.approx(last_digit))


def test_noting_what_is_printed_changes_nothing_that_is_done(capsys):
    source = (
        "w = 7\ntotal = 0\nfor x in (1.25, 'a'):\n    total += 1\n    print(f'{x!r:>{w}}', f'{total / 3:.{2}f}')\ntotal"
    )
    kernel: dict[str, object] = {}
    exec(source, {})
    plain = capsys.readouterr().out
    exec(printed.SETUP, kernel)
    exec(printed.noting(source), kernel)
    assert capsys.readouterr().out == plain
    assert kernel["numbers_in_print"] == [(1.25, ">7"), (1 / 3, ".2f"), (2 / 3, ".2f")]
    assert printed.noting("%matplotlib inline") == "%matplotlib inline"


def test_what_others_cite_from_a_chapter_is_brought_up_to_date(tmp_path):
    (tmp_path / "book").mkdir()
    path, page = tmp_path / "book" / "03_chapter.ipynb", tmp_path / "book" / "page.md"
    nbformat.write(new_notebook(cells=[new_code_cell("a = 1"), new_code_cell("a = 2.5")]), path)
    page.write_text("It is 1.0<!-- = 03: a --> and 4<!-- = 04: a -->.")
    execute.execute(path, tmp_path)
    assert page.read_text() == "It is 2.5<!-- = 03: a --> and 4<!-- = 04: a -->."


@pytest.fixture
def as_bought(monkeypatch):
    """This processor with all its instructions, also where the tests themselves run with fewer."""
    for name in execute.OTHER_PROCESSOR:
        monkeypatch.delenv(name, raising=False)


# Code, what prose cites of it, and what is said of them.
DOUBTFUL = [
    ("import os; print(os.environ.get('ONEDNN_MAX_CPU_ISA'))", "", "print different texts in the cell c0"),
    ("drifts = 0.1249 + 0.0002 * ('ONEDNN_MAX_CPU_ISA' in os.environ)", "0.12<!-- = drifts -->", "drifts is 0.1249"),
    ("half = 0.125", "0.12<!-- = half -->", "fewer digits, or take another example: half is 0.125"),
    ("print(f'{0.375:.2f}')", "", "a number printed with .2f is 0.375"),
    ("for share in (0.3, 0.44449999999999): print(f'{share:>9.1%}')", "", "a number printed with >9.1% is 0.4444"),
]


def test_what_another_processor_could_print_otherwise_is_refused_and_nothing_is_stored(tmp_path, as_bought):
    path = tmp_path / "notebook.ipynb"
    cells = [
        cell
        for i, (source, prose, _) in enumerate(DOUBTFUL)
        for cell in (new_code_cell(source, id=f"c{i}"), new_markdown_cell(prose))
    ]
    nbformat.write(new_notebook(cells=cells), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="print different texts") as refused:
        execute.execute(path)
    complaints = str(refused.value).split("; ")
    assert [[said for said in complaints if complaint in said] for *_, complaint in DOUBTFUL] == [
        [said] for said in complaints
    ]
    assert path.read_bytes() == before


def test_prose_that_cites_what_has_no_value_is_refused_and_nothing_is_stored(tmp_path):
    path = tmp_path / "notebook.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("a = 1"), new_markdown_cell("1<!-- = b -->")]), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="prose cites 'b', and it has no value: NameError"):
        execute.execute(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("import math\nfrom course_lm import plot", "Imports of this page"),
        ("from course_lm import plot", "Imports from the package of this course"),
        ("plot.bars(nats, floor)", "Code of this figure"),
        ("import math\nx = math.pi", None),
        ("x = 1\nplot.bars(x)", None),
        ("%pip install x", None),
        ("", None),
    ],
)
def test_code_that_only_imports_or_draws_is_folded_in_the_book(source, title):
    notebook = execute.normalized(new_notebook(cells=[new_code_cell(source)]))
    metadata = notebook.cells[0].metadata
    assert metadata.get("mystnb", {}).get("code_prompt_show") == title
    assert metadata.get("tags", []) == ([] if title is None else ["hide-input"])


def test_a_value_that_drifts_far_from_a_boundary_is_stored(tmp_path, as_bought):
    path = tmp_path / "notebook.ipynb"
    source = "import os; a = 0.1200 + 0.0002 * ('ONEDNN_MAX_CPU_ISA' in os.environ)"
    nbformat.write(new_notebook(cells=[new_code_cell(source), new_markdown_cell("0.12<!-- = a -->")]), path)
    execute.execute(path)
    assert nbformat.read(path, as_version=4).cells[0].execution_count == 1
