"""A class of 120 as a platform hands it out is graded, corrected, graded again and handed back: `make test-long`."""

import csv
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from course_lm.cli import app
from course_lm.grading.question import all_questions

from .answers import IMPORTS

pytestmark = pytest.mark.long

EXERCISES = sorted((Path(__file__).parents[2] / "exercises").glob("*.ipynb"))
ANSWERS = json.loads((Path(__file__).parent / "answers" / "others.json").read_text(encoding="utf-8"))


def defined(cell: str) -> list[str]:
    return re.findall(r"^def (\w+)", cell, re.MULTILINE)


BY_QUESTION = {
    name: [
        one for one in ANSWERS if one["function"] == name and set(defined(one["cell"])) & {*all_questions()} == {name}
    ]
    for name in all_questions()
}
N_STUDENTS = 120
SILENT = 117
"""From this one on, students handed in nothing."""
FAMILIES = ("O'Neil", "Müller-Lüdenscheidt", "de la Cruz", "Łukasz", "Nguyễn", "=Sum", "Smith, Jr.", "李")
MONDAY, TUESDAY = "Monday, 30 November 2026, 6:30 PM", "Tuesday, 1 December 2026, 6:30 PM"


def name_of(i: int) -> str:
    """Nobody shares a name but 30 and 38."""
    return f"{'Li Na' if i in (30, 38) else f'Student{i:03d}'} {FAMILIES[i % len(FAMILIES)]}"


def answer_of(i: int, question: str) -> dict[str, str]:
    """There are about forty for each question; each of them comes up three times."""
    answers = BY_QUESTION[question]
    return answers[(i + 7 * list(BY_QUESTION).index(question)) % len(answers)]


def points_of(i: int) -> int:
    """What this student has earned: all points of a right answer, and none of a wrong one."""
    right = [all_questions()[name] for name in BY_QUESTION if answer_of(i, name)["kind"] == "right"]
    return sum(question.points for question in right)


def notebooks_of(i: int) -> dict[str, str]:
    """The exercise notebooks with the answers of a student in place of what is to be written."""
    books = {}
    for path in EXERCISES:
        book = nbformat.read(path, as_version=4)
        for cell in book.cells:
            stub = re.match(r"def (\w+)\(", cell.source)
            if stub and stub[1] in BY_QUESTION:
                cell.source = IMPORTS + answer_of(i, stub[1])["cell"]
        books[path.name] = nbformat.writes(book)
    return books


def moodle(folder: Path) -> list[str]:
    """A zip for each half of the class, the worksheet, and the options that grade them."""
    (folder / "class").mkdir()
    for half in range(2):
        with zipfile.ZipFile(folder / "class" / f"half{half}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for i in range(half, SILENT, 2):
                sender = f"{name_of(i)}_{5000 + i}_assignsubmission"
                archive.writestr(f"{sender}_onlinetext_/onlinetext.html", "<p>here it is</p>")
                for name, text in notebooks_of(i).items():
                    archive.writestr(f"{sender}_file_/{name}", text)
    with (folder / "roster.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([*"Identifier,Full name,Status,Grade,Maximum grade".split(","), "Last modified (submission)"])
        for i in range(N_STUDENTS):
            came = MONDAY if i % 10 else TUESDAY
            table.writerow([f"Participant {5000 + i}", name_of(i), "", "", "100.00", came if i < SILENT else "-"])
    return ["--roster", str(folder / "roster.csv"), "--due", "2026-11-30T23:59", "--late", "10%/day"]


def canvas(folder: Path) -> list[str]:
    """One flat zip in which names are short and late work is marked, and the gradebook."""
    (folder / "class").mkdir()
    with zipfile.ZipFile(folder / "class" / "submissions.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(SILENT):
            short = re.sub(r"\W", "", name_of(i)).lower()
            for k, (name, text) in enumerate(notebooks_of(i).items()):
                archive.writestr(f"{short}{'' if i % 10 else '_LATE'}_{5000 + i}_{90000 + 10 * i + k}_{name}", text)
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Exercises (812)"])
        table.writerow(["    Points Possible", "", "", "", "", "100"])
        for i in range(N_STUDENTS):
            table.writerow([", ".join(name_of(i).split(" ", 1)[::-1]), 5000 + i, f"s{i}", f"login{i}", "A", ""])
    return ["--late", "10%/day"]


def run(*arguments: str | Path | int) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    return done.output


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("platform", "id", "grade"), [(moodle, "Identifier", "Grade"), (canvas, "ID", "Exercises (812)")]
)
def test_a_class_of_120_gets_the_marks_it_has_earned_and_the_platform_gets_them_back(
    platform, id, grade, tmp_path, warm_sandboxes
):
    options = platform(tmp_path)
    first, second, back = tmp_path / "first.csv", tmp_path / "second.csv", tmp_path / "import.csv"
    run("grade", tmp_path / "class", "-o", first, "--html", tmp_path / "reports", "--seed", 3)

    rows = rows_of(first)
    expected = {
        (str(5000 + i), name): answer_of(i, name)["kind"] == "right" for i in range(SILENT) for name in BY_QUESTION
    }
    assert {(row["id"], row["question"]): row["status"] == "correct" for row in rows} == expected
    assert len(rows) == len(expected)
    assert not any(row["flags"].replace("late", "") for row in rows if row["status"] == "correct")
    assert len(list((tmp_path / "reports" / "students").iterdir())) == SILENT

    overrides = tmp_path / "overrides.csv"
    overrides.write_text("submission,question,points,reason\n5001,softmax,4,asked her\n5002,softmax,1,asked him\n")
    told = run("grade", tmp_path / "class", "-o", second, "--seed", 3, *options, "--overrides", overrides,
               "--compare", first)  # fmt: skip
    corrected = {("5001", "softmax"): "4", ("5002", "softmax"): "1"}
    before = {(row["id"], row["question"]): row for row in rows}
    for row in rows_of(second):
        key = (row["id"], row["question"])
        late = int(row["id"]) % 10 == 0
        earned = float(before[key]["points"]) * (0.9 if late else 1)
        assert float(row["points"]) == pytest.approx(float(corrected.get(key, earned)))
        assert bool(row["late"]) == late
    assert told.count(" → ") == 2 + sum(row["id"].endswith("0") for row in rows)  # nothing else has changed

    run("gradebook", second, "--roster", tmp_path / "roster.csv", "-o", back, "--column", grade)
    grades = {int(re.sub(r"\D", "", row[id])): row[grade] for row in rows_of(back) if row[id]}
    assert len(grades) == N_STUDENTS
    assert [i for i in range(SILENT, N_STUDENTS) if grades[5000 + i]] == []
    for i in range(SILENT):
        marks = [float(row["points"]) for row in rows_of(second) if row["id"] == str(5000 + i)]
        assert float(grades[5000 + i]) == pytest.approx(sum(marks), abs=0.051)
    assert [grades[5000 + i] for i in (3, 4, 5)] == [str(points_of(i)) for i in (3, 4, 5)]
