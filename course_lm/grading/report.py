"""The marks as pages to read and print: one report per student, and a summary of the class.

Every page stands alone: no script, no picture, no request to another place. Names and messages come from students,
so each is escaped where it enters a page, and a page forbids itself to load anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from course_lm.grading.copies import find_copies
from course_lm.grading.marks import Row, by_student, shown, write_text
from course_lm.grading.question import all_questions
from course_lm.grading.slips import SLIPS
from course_lm.grading.summary import STATUSES, Summary, histogram, summarize

STUDENTS = "students"
MOST_NAMED = 100  # lines in a list for the teacher
STYLE = """
:root { color-scheme: light dark; --accent: #0b57c2; --line: #8888; background: Canvas; color: CanvasText;
  font: 1rem/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --accent: #8ab4f8; } }
@media print { :root { color-scheme: light; --accent: #333; } section, tr { break-inside: avoid; } }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
a { color: var(--accent); }
pre { white-space: pre-wrap; border-left: 3px solid var(--line); margin: 0; padding-left: 0.8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
td, th { overflow-wrap: normal; } td.name { overflow-wrap: anywhere; min-width: 8rem; } td.long { min-width: 15rem; }
figure { margin: 1rem 0; } figcaption, caption { text-align: left; font-style: italic; }
svg { display: block; width: 100%; max-width: 30rem; } text { fill: currentColor; font-size: 13px; }
rect { fill: var(--accent); } .end { text-anchor: end; } line { stroke: var(--line); }
"""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def write_html(rows: Sequence[Row], folder: Path, ignored: Sequence[str] = ()) -> None:
    """Writes `index.html` for the teacher, and into `students/` a page for each submission.

    A student's page keeps its name from run to run, so a later run replaces it. Pages of submissions that are no
    longer there stay. What was `ignored` beside the submissions stands in the teacher's page alone.
    """
    (folder / STUDENTS).mkdir(parents=True, exist_ok=True)
    for (name, _), of_one in by_student(rows).items():
        write_text(folder / STUDENTS / file_name(name), student_page(name, of_one))
    write_text(folder / "index.html", class_page(rows, ignored))


def file_name(submission: str) -> str:
    """A name that is safe in every file system, and different for different submissions."""
    readable = re.sub(r"[^a-z0-9]+", "-", submission.lower()).strip("-")[:40]
    return f"{readable}-{sha256(submission.encode()).hexdigest()[:16]}.html".lstrip("-")


def student_page(name: str, rows: Sequence[Row]) -> str:
    """Points, the end of every question, and the feedback where it says more than that all is right."""
    points, out_of = sum(row.points for row in rows), sum(row.out_of for row in rows)
    lines = [
        [
            row.question,
            row.status,
            shown(row.points),
            str(row.out_of),
            row.misconception or "–",
            ", ".join(row.flags) or "–",
            f"{row.file} ({row.definitions} definitions)" if row.definitions > 1 else row.file or "–",
        ]
        for row in rows
    ]
    columns = ("question", "status", "points", "out of", "misconception", "flags", "from")
    feedback = "".join(
        f"<section>\n<h2>{escape(row.question)}: {row.status}</h2>\n<pre>{escape(row.message)}</pre>\n</section>\n"
        for row in rows
        if row.status != "correct" or "override" in row.flags
    )
    notes = [f"Late: {row.late}." for row in rows[:1] if row.late]
    notes += [f"Not read, since they are not notebooks: {', '.join(row.ignored)}." for row in rows[:1] if row.ignored]
    notes.append(f"The hidden inputs are those of seed {rows[0].seed}.")
    return _page(
        f"Marks of {name}",
        f"<h1>Marks of <bdi>{escape(name)}</bdi></h1>\n<p>{shown(points)} of {out_of} points.</p>\n"
        f"<p>{escape(' '.join(notes))}</p>\n{_table('Questions', columns, lines)}\n{feedback}",
    )


def class_page(rows: Sequence[Row], ignored: Sequence[str] = ()) -> str:
    """Counts for the teacher, each as a chart and as a table, and links to the students' pages."""
    summary = summarize(rows)
    n = len(summary.points)
    right = {question: ends["correct"] for question, ends in summary.statuses.items()}
    ends = [[question, *(counts[status] for status in STATUSES)] for question, counts in summary.statuses.items()]
    ranges = histogram(summary)
    return _page(
        "Class summary",
        f"<h1>Class summary</h1>\n<p>{n} submission{'s' * (n != 1)}, on average {summary.mean:.1f} of "
        f"{summary.out_of} points. Seed {rows[0].seed}.</p>\n{_ignored(ignored)}"
        f"<h2>Points</h2>\n{_bars('Submissions by points', ranges)}\n"
        f"{_table('Submissions by points', ('points', 'submissions'), ranges.items())}\n"
        f"<h2>Questions</h2>\n{_bars('Right answers to each question', right)}\n"
        f"{_table('How each question ended, in submissions', ('question', *STATUSES), ends)}\n"
        f"<h2>Misconceptions</h2>\n{_misconceptions(summary)}\n{_equal_answers(rows)}"
        f"<h2>Submissions</h2>\n{_links(summary)}",
    )


def _ignored(names: Sequence[str]) -> str:
    return f"<p>Files of no submission, ignored: {escape(', '.join(names[:MOST_NAMED]))}.</p>\n" if names else ""


def _equal_answers(rows: Sequence[Row]) -> str:
    """Hints at copies, with what they are worth."""
    hints = find_copies(rows)
    if not hints:
        return ""
    lines = [[hint.first, hint.second, ", ".join(hint.questions)] for hint in hints[:MOST_NAMED]]
    return (
        "<h2>Equal answers</h2>\n<p>These answers are long, shared by few, and equal apart from names and layout. "
        "That is a hint, not a proof: ask both students to explain their code.</p>\n"
        f"{_table('Pairs with equal answers', ('submission', 'submission', 'questions'), lines)}\n"
    )


def _misconceptions(summary: Summary) -> str:
    """The most common first, with the hint that its students got."""
    if not summary.misconceptions:
        return "<p>No answer showed a mistake that has a name.</p>"
    hints = {(q, slip.name): slip.hint for q in all_questions() for slip in SLIPS}
    for question in all_questions().values():
        hints |= {(question.function, mistake.name): mistake.hint for mistake in question.misconceptions}
    counts = summary.misconceptions.items()
    chart = _bars("Submissions with each misconception", {f"{mistake} in {q}": count for (q, mistake), count in counts})
    lines = [[q, mistake, count, hints.get((q, mistake), "–")] for (q, mistake), count in counts]
    return f"{chart}\n{_table('Misconceptions', ('question', 'misconception', 'submissions', 'hint'), lines)}"


def _links(summary: Summary) -> str:
    rows = "".join(
        f'<tr><td class="name"><a href="{STUDENTS}/{file_name(name)}"><bdi>{escape(name) or "(no name)"}</bdi></a></td>'
        f'<td class="n">{shown(points)}</td></tr>\n'
        for name, points in summary.points.items()
    )
    return _framed_table("Points of each submission", ("submission", "points"), rows)


def _table(caption: str, columns: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    cells = "".join(f"<tr>{''.join(map(_cell, line))}</tr>\n" for line in lines)
    return _framed_table(caption, columns, cells)


def _framed_table(caption: str, columns: Iterable[str], cells: str) -> str:
    """A table that can be scrolled by itself, with a pointer or keys, where the page is narrow."""
    heads = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return (
        f'<div class="wide" role="region" aria-label="{caption}" tabindex="0"><table>\n<caption>{caption}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{cells}</tbody>\n</table></div>"
    )


def _cell(value: object) -> str:
    text = str(value)
    if isinstance(value, int) or text.replace(".", "", 1).isdecimal():
        return f'<td class="n">{escape(text)}</td>'
    if len(text) > 40:
        return f'<td class="long">{escape(text)}</td>'
    return f"<td>{escape(text)}</td>"


def _bars(title: str, counts: dict[str, int]) -> str:
    """A chart that needs no color: each bar lies under its label and its number."""
    width, height, most = 400, 34, max(counts.values(), default=0) or 1
    rows = "".join(
        f'<text x="0" y="{y + 14}">{escape(label)}</text><text class="end" x="{width}" y="{y + 14}">{count}</text>'
        f'<line x1="0" x2="{width}" y1="{y + 24}" y2="{y + 24}"/>'
        f'<rect x="0" y="{y + 19}" width="{width * count / most:.1f}" height="10"/>\n'
        for y, (label, count) in zip(range(0, height * len(counts), height), counts.items(), strict=True)
    )
    size = f"0 0 {width} {height * len(counts)}"
    chart = f'<svg viewBox="{size}" role="img" aria-label="{title}"><title>{title}</title>\n{rows}</svg>'
    return f"<figure>\n<figcaption>{title}</figcaption>\n{chart}\n</figure>"


def _page(title: str, body: str) -> str:
    return PAGE.format(title=escape(title), style=STYLE, body=body)
