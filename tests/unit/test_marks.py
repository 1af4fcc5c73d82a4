"""Marks survive an interruption, come back from the file as they were, and take what an instructor decides."""

import csv
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime

import pytest

from course_lm.grading.adjust import LateRule, Override, late_rule, read_overrides, with_lateness, with_overrides
from course_lm.grading.batch import Plan, grade
from course_lm.grading.compare import changes
from course_lm.grading.copies import LEAST_SIZE, find_copies
from course_lm.grading.gradebook import (
    CANVAS,
    MOODLE,
    Gradebook,
    fill_in,
    new_gradebook,
    read_gradebook,
    write_gradebook,
)
from course_lm.grading.marks import Journal, Row, read_csv, shown, write_csv

from .answers import notebook, source

RIGHT = source("cross_entropy", "return (-logits.log_softmax(-1)[torch.arange(len(targets)), targets]).mean()")
STRANGE = ["Ada; Lovelace", "=1+1", "x;=1+1;y", "'=quoted", "tab\there", 'a "b"', "a,b", "line\nbreak", "＝1", ""]


def row(submission: str, points: float = 5, question: str = "q", **more) -> Row:
    return Row(submission, question, points, 5, "correct" if points else "wrong", **more)


ROWS = [
    row(
        name,
        2.5,
        id=str(i),
        seed=7,
        flags=("late", "several"),
        ignored=("a.py", "b"),
        message="q: no\n  x",
        late="1 day",
    )
    for i, name in enumerate(STRANGE)
]


def test_rows_come_back_from_a_file_as_they_were(tmp_path):
    write_csv(ROWS, tmp_path / "marks.csv")
    assert read_csv(tmp_path / "marks.csv") == ROWS


def test_no_cell_of_a_file_begins_like_a_formula_and_risky_lines_are_quoted(tmp_path):
    write_csv(ROWS, tmp_path / "marks.csv")
    text = (tmp_path / "marks.csv").read_text(encoding="utf-8")
    assert '"x;=1+1;y","q"' in text
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\n", "＝"))] == []


def test_a_file_without_the_columns_of_marks_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="a file of marks must have the columns submission, question"):
        read_csv(tmp_path / "x.csv")


def test_points_are_shown_as_people_write_them():
    assert [shown(points) for points in (5, 4.5, 3.333, 0, 10.0)] == ["5", "4.5", "3.33", "0", "10"]


def test_a_journal_gives_back_whole_submissions_alone_and_goes_when_all_is_done(tmp_path):
    path = tmp_path / "marks.csv"
    journal = Journal(path, False, ["q", "r"])
    journal.__enter__()
    journal.keep([row("ada"), row("ada", question="r")])
    journal.keep([row("bob")])
    journal.__exit__(KeyboardInterrupt, None, None)
    with journal.path.open("a") as file:
        file.write("cut,off")
    with Journal(path, True, ["q", "r"]) as again:
        assert list(again.done) == [("ada", "")]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError, match="no stopped batch to go on with"):
        Journal(path, True, ["q"])


@pytest.mark.parametrize("message", ["right", 'not yet: −1 is "less"\n  than 0', ""])
def test_a_row_that_a_kill_cuts_anywhere_is_not_done(message, tmp_path):
    rows = [row("ada", message=message), row("bob", message=message)]
    journal = Journal(tmp_path / "marks.csv", False, ["q"])
    journal.__enter__()
    journal.keep(rows[:1])
    n_before = journal.path.stat().st_size
    journal.keep(rows[1:])
    journal.__exit__(KeyboardInterrupt, None, None)
    whole = journal.path.read_bytes()
    assert Journal(tmp_path / "marks.csv", True, ["q"]).done == {("ada", ""): rows[:1], ("bob", ""): rows[1:]}
    for cut in range(n_before, len(whole)):
        journal.path.write_bytes(whole[:cut])
        assert Journal(tmp_path / "marks.csv", True, ["q"]).done == {("ada", ""): rows[:1]}, cut


@pytest.mark.long
def test_a_batch_that_is_killed_goes_on_with_its_seed_and_gives_the_same_marks(tmp_path):
    work = tmp_path / "class"
    work.mkdir()
    for i in range(8):
        body = "import time\ntime.sleep(0.01)\n" + RIGHT.partition("\n")[2].strip()
        (work / f"s{i:02}.ipynb").write_text(notebook("import torch", source("cross_entropy", body)))
    out = tmp_path / "marks.csv"
    command = [
        sys.executable,
        "-m",
        "course_lm.cli",
        "grade",
        str(work),
        "-o",
        str(out),
        "--questions",
        "cross_entropy",
    ]
    running = subprocess.Popen([*command, "--jobs", "1"], stdout=subprocess.PIPE, start_new_session=True)
    journal = tmp_path / "marks.csv.journal"
    end = time.monotonic() + 60
    while time.monotonic() < end and not (journal.exists() and journal.read_text().count("\ns") >= 3):
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    seed = read_csv(journal)[0].seed
    kept = len(read_csv(journal))
    assert (3 <= kept < 8, out.exists()) == (True, False)
    subprocess.run([*command, "--resume"], check=True, capture_output=True)
    resumed = [replace(one, seconds=0.0) for one in read_csv(out)]
    whole = grade(work, Plan(seed=seed, questions=["cross_entropy"])).rows
    assert resumed == [replace(one, seconds=0.0) for one in whole]
    assert not journal.exists()


@pytest.mark.parametrize(
    ("rule", "due", "submitted", "marked", "left", "why"),
    [
        ("10%/day", "2026-11-30T23:59", datetime(2026, 11, 30, 23, 58), False, 1.0, ""),
        ("10%/day", "2026-11-30T23:59", datetime(2026, 12, 1, 0, 0), False, 0.9, "1 day, −10 %"),
        ("10%/day", "2026-11-30T23:59", datetime(2026, 12, 2, 0, 0), False, 0.8, "2 days, −20 %"),
        ("10%/day", "2026-11-30T23:59", datetime(2027, 12, 2), False, 0.0, "367 days, −100 %"),
        ("2%/hour", "2026-11-30T12:00", datetime(2026, 11, 30, 13, 30), False, 0.96, "2 hours, −4 %"),
        ("20%", "2026-11-30T12:00", datetime(2027, 1, 1), False, 0.8, "late, −20 %"),
        ("10%/day", None, None, True, 0.9, "1 day, −10 %"),
        ("10%/day", None, None, False, 1.0, ""),
        ("10%/day", "2026-11-30T23:59", datetime(2026, 11, 1), True, 1.0, ""),  # its time says more than a mark
    ],
)
def test_late_work_costs_what_the_rule_says_for_each_begun_unit(rule, due, submitted, marked, left, why):
    share, said = LateRule.parse(rule, due).share_left(submitted, marked)
    assert share == pytest.approx(left)
    assert said == why


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("10", None),
        ("110%", None),
        ("5%/week", None),
        ("5%", "soon"),
        ("5%", "2026-11-30T23:59Z"),
        ("5%", "2026-11-30T23:59+01:00"),
    ],
)
def test_a_rule_or_time_that_is_none_is_refused_with_an_example(rule, due):
    with pytest.raises(ValueError, match=r"such as"):
        LateRule.parse(rule, due)


def test_overrides_come_by_name_or_id_and_stand_in_the_message(tmp_path):
    (tmp_path / "o.csv").write_text("submission,question,points,reason\nada,q,4.5,spoke\n12,q,0,copied\n")
    rows = with_overrides([row("ada", 0), row("bob", id="12"), row("cy")], read_overrides(tmp_path / "o.csv"))
    assert [(one.points, one.flags) for one in rows] == [(4.5, ("override",)), (0, ("override",)), (5, ())]
    assert rows[0].message.endswith("the instructor gives 4.5 of 5 points. spoke")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("submission,question,points\nada,q,1\n", "columns submission, question, points, reason"),
        ("submission,question,points,reason\nada,q,many,x\n", "got 'many' in .*line 2"),
        ("submission,question,points,reason\nada,q,-1,x\n", "at least 0"),
    ],
)
def test_a_file_of_overrides_that_says_nothing_is_refused_with_its_line(text, said, tmp_path):
    (tmp_path / "o.csv").write_text(text)
    with pytest.raises(ValueError, match=said):
        read_overrides(tmp_path / "o.csv")


def test_a_mark_is_overridden_once_and_with_a_number_that_is_one(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("submission,question,points,reason\nada,q,3,5,told me\n")
    with pytest.raises(ValueError, match=r"line 2, has more\. Is it 3\.5, not 3,5"):
        read_overrides(path)
    path.write_text("submission,question,points,reason\nada,q,3,\nbob,q,3,\nada,q,4,\n")
    with pytest.raises(ValueError, match=r"line 4, does it again"):
        read_overrides(path)


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path):
    (tmp_path / "o.csv").write_bytes("submission,question,points,reason\nZoë,q,3,\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"o\.csv' must be text in UTF-8"):
        read_overrides(tmp_path / "o.csv")


def test_a_time_needs_a_rule_and_times():
    for rule, due, has_times, said in (
        (None, "2026-11-30", True, "a rule"),
        ("10%/day", "2026-11-30", False, "roster"),
    ):
        with pytest.raises(ValueError, match=said):
            late_rule(rule, due, has_times=has_times)
    assert late_rule(None, None, has_times=True) is None


def test_a_batch_goes_on_with_its_own_seed_and_one_that_never_began_leaves_nothing(tmp_path):
    stopped = Journal(tmp_path / "m.csv", False, ["q"])
    stopped.__enter__()
    stopped.keep([row("ada", seed=5)])
    stopped.__exit__(KeyboardInterrupt, None, None)
    again = Journal(tmp_path / "m.csv", True, ["q"])
    assert (again.seed(None), again.seed(5)) == (5, 5)
    with pytest.raises(ValueError, match=r"the batch to go on with, 5; got 8\. Leave it out"):
        again.seed(8)
    fresh = Journal(tmp_path / "n.csv", False, ["q"])
    assert fresh.seed(None) is None
    fresh.__enter__()
    fresh.__exit__(OSError, None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["m.csv.journal"]


@pytest.mark.parametrize(("name", "question"), [("adda", "q"), ("ada", "r"), ("7", "q")])
def test_an_override_for_nobody_or_for_two_is_an_error(name, question):
    rows = [row("ada"), row("bob", id="7"), row("cy", id="7")]
    with pytest.raises(ValueError, match="must name one student"):
        with_overrides(rows, [Override(name, question, 1, "")])


def test_lateness_lowers_points_and_is_told(tmp_path):
    rule = LateRule.parse("10%/day", "2026-11-30T23:59")
    rows = with_lateness(
        [row("ada", id="1"), row("bob"), row("cy", flags=("late",))], rule, {"1": datetime(2026, 12, 1)}
    )
    assert [(one.points, one.late, one.flags) for one in rows] == [
        (4.5, "1 day, −10 %", ("late",)),
        (5, "", ()),
        (4.5, "1 day, −10 %", ("late",)),
    ]


def test_changes_name_what_moved_came_and_went():
    before = [row("ada", 0), row("bob"), row("gone")]
    after = [row("ada"), row("bob"), row("new", 0, misconception="sum")]
    assert [str(change) for change in changes(before, after)] == [
        "ada, q: 0 (wrong) → 5 (correct)",
        "new, q: not there → 0 (wrong, sum)",
        "gone, q: 5 (correct) → not there",
    ]


def test_long_equal_answers_of_few_are_hints_and_short_or_common_ones_are_none():
    long, short, common = f"{LEAST_SIZE}-aa", f"{LEAST_SIZE - 1}-bb", "99-cc"
    rows = [row(name, question="q", code=long) for name in ("ada", "bob")]
    rows += [row(name, question="r", code="70-dd") for name in ("ada", "bob", "cy")]
    rows += [row(name, question="s", code=short) for name in ("ada", "cy")]
    rows += [row(name, question="t", code=common) for name in ("ada", "bob", "cy", "dora")]
    hints = find_copies(rows)
    assert [(hint.first, hint.second, hint.questions) for hint in hints] == [
        ("ada", "bob", ("q", "r")),
        ("ada", "cy", ("r",)),
        ("bob", "cy", ("r",)),
    ]


def test_an_answer_with_other_names_and_layout_is_equal_and_one_with_another_step_is_not(tmp_path, warm_sandboxes):
    body = "total = 0.0\nfor row, t in zip(logits, targets):\n    total += row.logsumexp(0) - row[t]\n"
    body += "return total / len(targets)"
    renamed = source("cross_entropy", body.replace("total", "summe").replace("row", "zeile").replace("t in", "k  in"))
    answers = {
        "ada": source("cross_entropy", body),
        "bob": "# mine\n" + renamed.replace("zeile[t]", "zeile[k]  # the score").replace("0.0", "0.0\n"),
        "cy": source("cross_entropy", body.replace("total +=", "total = total +")),
    }
    for name, cell in answers.items():
        (tmp_path / f"{name}.ipynb").write_text(notebook("import torch", cell))
    rows = grade(tmp_path, Plan(questions=["cross_entropy"])).rows
    assert [one.status for one in rows] == ["correct"] * 3
    assert [(hint.first, hint.second) for hint in find_copies(rows)] == [("ada", "bob")]


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (submission),"
    "Last modified (grade),Feedback comments\n"
    'Participant 11,Ada L,a@x,Submitted,,{0},"Tuesday, 1 December 2026, 6:30 PM",-,\n'
    "Participant 12,Bob M,b@x,No submission,,{0},-,-,\n"
)


def grades_in(book: Gradebook, column: str) -> dict[str, str]:
    """By the ids of those who have one."""
    return {book.id_of(line): line[column] for line in book.lines if book.id_of(line)}


def test_moodles_worksheet_comes_back_with_grades_for_those_who_have_marks(tmp_path):
    (tmp_path / "w.csv").write_text("\ufeff" + WORKSHEET.format("10.00"), encoding="utf-8")
    book = read_gradebook(tmp_path / "w.csv")
    assert book.submitted() == dict.fromkeys(("11", "Ada L"), datetime(2026, 12, 1, 18, 30))
    homeless = fill_in(book, [row("Ada L", id="11"), row("Ada L", 2.5, "r", id="11"), row("Eve", id="99")])
    write_gradebook(book, tmp_path / "import.csv")
    back = read_gradebook(tmp_path / "import.csv")
    assert homeless == ["Eve"]
    assert back.columns == book.columns
    assert grades_in(back, "Grade") == {"11": "7.5", "12": ""}
    assert back.lines[0]["Feedback comments"] == "7.5 of 10 points: q 5; r 2.5"


def test_more_points_than_moodle_takes_are_refused_and_scaled_if_asked(tmp_path):
    (tmp_path / "w.csv").write_text(WORKSHEET.format("4.00"))
    book = read_gradebook(tmp_path / "w.csv")
    with pytest.raises(ValueError, match=r"maximum is 4\. Add --scale 4"):
        fill_in(book, [row("Ada L", 2.5, id="11")])
    fill_in(book, [row("Ada L", 2.5, id="11")], scale=4)
    assert grades_in(book, "Grade")["11"] == "2"


def test_a_time_in_another_language_is_an_error_that_says_what_to_do(tmp_path):
    (tmp_path / "w.csv").write_text(WORKSHEET.format("10").replace("Tuesday, 1 December", "Dienstag, 1. Dezember"))
    with pytest.raises(ValueError, match="Choose English as Moodle's language"):
        read_gradebook(tmp_path / "w.csv").submitted()


def test_canvas_gradebook_keeps_its_first_lines_and_gets_a_column(tmp_path):
    (tmp_path / "g.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Exercises (812),Final Score\n"
        "    Points Possible,,,,,10,(read only)\n"
        '"Doe, Jane",555,s1,jane,A,,\n"Roe, John",556,s2,john,A,,\n'
    )
    book = read_gradebook(tmp_path / "g.csv")
    assert fill_in(book, [row("doejane", 3, id="555")], "Exercises (812)") == []
    write_gradebook(book, tmp_path / "import.csv")
    back = read_gradebook(tmp_path / "import.csv")
    assert grades_in(back, "Exercises (812)") == {"555": "3", "556": ""}
    assert back.lines[0]["Exercises (812)"] == "10"
    with pytest.raises(ValueError, match="column must name the assignment"):
        fill_in(book, [])


@pytest.mark.parametrize("platform", [MOODLE, CANVAS], ids=lambda platform: platform.name)
def test_without_a_roster_there_is_a_line_for_each_student_with_the_platforms_id(platform, tmp_path):
    rows = [row("Ada L", id="11"), row("Bob M", 0, id="12")]
    book = new_gradebook(platform, rows)
    assert fill_in(book, rows, platform.grade or "Exercises (812)") == []
    write_gradebook(book, tmp_path / "import.csv")
    back = read_gradebook(tmp_path / "import.csv")
    assert grades_in(back, platform.grade or "Exercises (812)") == {"11": "5", "12": "0"}


def test_a_file_of_neither_platform_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("Name,Note\nAda,1\n")
    with pytest.raises(ValueError, match=r"roster must be Moodle's grading worksheet .* has Name, Note"):
        read_gradebook(tmp_path / "x.csv")
