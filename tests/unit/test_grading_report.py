"""Reports say what the marks say, and whatever a student is called, a page shows it as text."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from course_lm.grading.marks import Row
from course_lm.grading.question import question_named
from course_lm.grading.report import file_name, write_html
from course_lm.grading.summary import STATUSES, Summary, histogram, in_words, summarize

STRANGE = [
    "../x",
    "a/b",
    "<script>alert(1)</script>",
    "x" * 250,
    "Lee",
    "lee",
    "",
    ".",
    "con",
    "\u202egnp.exe",
    "é/&quot;",
]
MESSAGE = "cross_entropy: not yet. <b>\n  smallest failing input: f(&amp;)\n  returned: 1\n  expected: 2"


def row(submission: str, status: str, misconception: str = "", question: str = "cross_entropy") -> Row:
    points = 5 if status == "correct" else 0
    return Row(submission, question, points, 5, status, misconception, ("several",), 0.5, message=MESSAGE)


ROWS = [
    *(row(f"s{i}", "wrong", "sum") for i in range(3)),
    row("s3", "wrong", "bits"),
    row("s4", "correct"),
    *(row(f"s{i}", "correct", question="token_nll") for i in range(4)),
    row("s4", "missing", question="token_nll"),
]


def page(path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def table(soup: BeautifulSoup, caption: str) -> list[list[str]]:
    (found,) = [t for t in soup.find_all("table") if t.caption.string == caption]
    return [[cell.get_text() for cell in line.find_all("td")] for line in found.tbody.find_all("tr")]


def chart(soup: BeautifulSoup, title: str) -> dict[str, tuple[int, float]]:
    """Each bar's number and width, by its label."""
    (found,) = [svg for svg in soup.find_all("svg") if svg.title.string == title]
    texts = [text.get_text() for text in found.find_all("text")]
    widths = [float(str(bar["width"])) for bar in found.find_all("rect")]
    return dict(zip(texts[::2], zip(map(int, texts[1::2]), widths, strict=True), strict=True))


@pytest.fixture
def index(tmp_path):
    write_html(ROWS, tmp_path)
    return page(tmp_path / "index.html")


def test_the_class_page_counts_how_each_question_ended(index):
    ends = {
        question: dict(zip(STATUSES, map(int, counts), strict=True))
        for question, *counts in table(index, "How each question ended, in submissions")
    }
    assert {question: Counter(counts) for question, counts in ends.items()} == {
        "cross_entropy": Counter(correct=1, wrong=4),
        "token_nll": Counter(correct=4, missing=1),
    }


def test_the_class_page_shows_the_common_misconceptions_first_with_their_hints(index):
    hints = {mistake.name: mistake.hint for mistake in question_named("cross_entropy").misconceptions}
    assert table(index, "Misconceptions") == [
        ["cross_entropy", "sum", "3", hints["sum"]],
        ["cross_entropy", "bits", "1", hints["bits"]],
    ]


@pytest.mark.parametrize(
    ("title", "caption"),
    [
        ("Submissions by points", "Submissions by points"),
        ("Right answers to each question", "How each question ended, in submissions"),
    ],
)
def test_each_chart_has_the_numbers_of_its_table_and_bars_in_proportion(index, title, caption):
    bars = chart(index, title)
    assert {label: number for label, (number, _) in bars.items()} == {
        label: int(number) for label, number, *_ in table(index, caption)
    }
    most = max(number for number, _ in bars.values())
    assert all(width == pytest.approx(400 * number / most, abs=0.1) for number, width in bars.values())


def test_the_chart_of_misconceptions_has_the_numbers_of_its_table(index):
    bars = chart(index, "Submissions with each misconception")
    assert {label: number for label, (number, _) in bars.items()} == {
        f"{mistake} in {question}": int(count) for question, mistake, count, _ in table(index, "Misconceptions")
    }


def test_a_class_without_a_named_mistake_gets_a_sentence(tmp_path):
    write_html([row("s", "correct")], tmp_path)
    assert "No answer showed a mistake that has a name." in page(tmp_path / "index.html").get_text()


def test_a_students_page_has_points_status_flags_and_feedback(tmp_path, index):
    student = page(tmp_path / "students" / file_name("s4"))
    assert "5 of 10 points" in student.get_text()
    assert table(student, "Questions") == [
        ["cross_entropy", "correct", "5", "5", "–", "several", "–"],
        ["token_nll", "missing", "0", "5", "–", "several", "–"],
    ]
    assert [pre.get_text() for pre in student.find_all("pre")] == [MESSAGE]  # for what is not right


def test_students_with_the_strangest_names_each_get_a_page_that_the_summary_links(tmp_path):
    write_html([row(name, "wrong") for name in STRANGE], tmp_path / "class")
    assert [path.name for path in tmp_path.iterdir()] == ["class"]
    links = page(tmp_path / "class" / "index.html").find_all("a")
    for name, link in zip(STRANGE, links, strict=True):
        assert link.get_text() == (name or "(no name)")
        student = page(tmp_path / "class" / link["href"])
        assert student.h1.get_text() == f"Marks of {name}"
        assert not student.find_all("script")


def test_file_names_are_safe_everywhere_and_differ_even_where_case_does_not_count():
    names = [file_name(name) for name in STRANGE]
    assert len({name.casefold() for name in names}) == len(STRANGE)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}\.html", name) for name in names)


def test_a_page_asks_nothing_of_another_place(tmp_path, index):
    for path in tmp_path.rglob("*.html"):
        soup = page(path)
        assert not soup.find_all(["script", "link", "img", "iframe", "object", "form"])
        assert not soup.find_all(src=True)
        policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"
        assert all(re.fullmatch(r"students/[a-z0-9-]+\.html", str(link["href"])) for link in soup.find_all("a"))
        assert "url(" not in soup.style.get_text()


def test_a_second_run_replaces_the_pages_of_the_first(tmp_path):
    write_html([row("a", "wrong"), row("b", "wrong")], tmp_path)
    write_html([row("a", "correct"), row("ab", "wrong"), row("b", "wrong")], tmp_path)
    assert len(list((tmp_path / "students").iterdir())) == 3
    assert "5 of 5 points" in page(tmp_path / "students" / file_name("a")).get_text()


@pytest.mark.parametrize("worth", [[5], [5, 5], [5] * 20, [1, 2], [3], [2, 4, 6], [1] * 97, [0]])
def test_ranges_of_points_hold_every_possible_total_once(worth):
    """Totals that questions of these points can add up to; each must lie in one range, and all ranges be as wide."""
    totals = {0}
    for points in worth:
        totals |= {total + points for total in totals}
    by_question = {f"q{i}": points for i, points in enumerate(worth)}
    counts = histogram(Summary({str(total): total for total in totals}, by_question, {}, {}))
    assert sum(counts.values()) == len(totals)
    assert len(counts) <= 10
    bounds = [tuple(map(int, label.split(" to "))) for label in counts]
    assert bounds[0][0] == 0
    assert bounds[-1][-1] == sum(worth)
    assert len({after[0] - before[0] for before, after in pairwise(bounds)}) <= 1
    for total in totals:
        assert sum(bound[0] <= total <= bound[-1] for bound in bounds) == 1


def test_the_summary_in_words_names_the_three_most_common_mistakes():
    rows = [row(f"s{i}", "wrong", name) for i, name in enumerate(["a"] * 4 + ["b"] + ["c"] * 2 + ["d"] * 3)]
    assert in_words(summarize(rows)).splitlines() == [
        "10 submissions, on average 0.0 of 5 points",
        "   4 × a in cross_entropy",
        "   3 × d in cross_entropy",
        "   2 × c in cross_entropy",
    ]


def test_nothing_cannot_be_summed_up():
    with pytest.raises(ValueError, match="at least one row"):
        summarize([])
