"""The notebooks of students come from the solutions, and give nothing away."""

import json
from pathlib import Path
from typing import Any

import pytest

from course_lm.grading.student_notebooks import main, stale, student_version

ROOT = Path(__file__).parents[2]
BODY = '    """Says what to do."""\n    ### BEGIN SOLUTION\n    secret = 1\n\n    return secret\n    ### END SOLUTION\n'
FIRST = "def f(x):\n" + BODY


def notebook(*sources: str, tags: tuple[str, ...] = ()) -> str:
    cells = [
        {"cell_type": "code", "execution_count": 3, "id": f"c{i}", "metadata": {"tags": list(tags)}, "source": source}
        | {"outputs": [{"output_type": "stream", "name": "stdout", "text": "secret"}]}
        for i, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {"course_lm": {"cells": 9}}, "nbformat": 4, "nbformat_minor": 5})


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def test_a_solution_becomes_a_placeholder_and_signature_and_docstring_stay():
    assert sources(student_version(notebook(FIRST))) == [
        'def f(x):\n    """Says what to do."""\n    raise NotImplementedError  # your code here\n'
    ]


def test_every_solution_in_a_cell_is_replaced_on_its_own():
    (source,) = sources(student_version(notebook(FIRST + "KEPT = 2\n" + FIRST)))
    assert source.count("NotImplementedError") == 2
    assert "KEPT" in source
    assert "secret" not in source


def test_the_title_says_what_the_notebook_is():
    assert sources(student_version(notebook("# Solutions: a\n\n# Solutions: b"))) == [
        "# Exercises: a\n\n# Solutions: b"
    ]


def test_an_answer_folded_in_the_book_is_open_for_students():
    (cell,) = json.loads(student_version(notebook(FIRST, tags=("hide-input",))))["cells"]
    assert cell["metadata"] == {}
    (cell,) = json.loads(student_version(notebook(FIRST, tags=("hide-input", "kept"))))["cells"]
    assert cell["metadata"] == {"tags": ["kept"]}


def test_outputs_counts_and_solution_only_cells_go():
    text = student_version(notebook("print(1)"))
    assert "secret" not in text
    assert json.loads(text)["cells"][0]["execution_count"] is None
    assert sources(student_version(notebook("print(1)", tags=("solution-only",)))) == []


@pytest.mark.parametrize("marker", ["### BEGIN SOLUTION", "### END SOLUTION"])
def test_an_unbalanced_marker_is_an_error_rather_than_a_leak(marker):
    with pytest.raises(ValueError, match="needs an END SOLUTION"):
        student_version(notebook(FIRST.replace(f"    {marker}\n", "")))


def test_check_mode_fails_for_changed_missing_and_orphaned_notebooks(tmp_path, capsys):
    solutions, exercises = tmp_path / "solutions", tmp_path / "exercises"
    solutions.mkdir()
    (solutions / "a.ipynb").write_text(notebook(FIRST))
    arguments = [str(solutions), str(exercises)]
    assert main([*arguments, "--check"]) == 1
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    (exercises / "b.ipynb").write_text("{}")
    assert main([*arguments, "--check"]) == 1
    assert "b.ipynb" in capsys.readouterr().err
    (solutions / "a.ipynb").write_text(notebook(FIRST, FIRST))
    assert stale(solutions, exercises) == [exercises / "a.ipynb", exercises / "b.ipynb"]


def test_a_missing_folder_of_solutions_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="solutions must be a folder"):
        main([str(tmp_path / "no"), str(tmp_path)])


def test_the_exercises_of_the_course_are_those_of_its_solutions():
    assert stale(ROOT / "solutions", ROOT / "exercises") == []


def lines_of_answers(cells: list[dict[str, Any]]) -> set[str]:
    """What stands between the markers or in cells for the solutions alone, and nowhere else."""
    hidden: set[str] = set()
    open_to_all: set[str] = set()
    for cell in cells:
        inside = only = "solution-only" in cell["metadata"].get("tags", [])
        for line in "".join(cell["source"]).splitlines():
            inside = only or ((inside or "BEGIN SOLUTION" in line) and "END SOLUTION" not in line)
            (hidden if inside else open_to_all).add(line.strip())
    return {line for line in hidden - open_to_all if len(line) > 12}  # a short line says nothing by itself


@pytest.mark.parametrize("path", sorted((ROOT / "exercises").glob("*.ipynb")), ids=lambda path: path.name)
def test_the_exercises_of_the_course_hold_no_answer_output_or_trace(path):
    solution = json.loads((ROOT / "solutions" / path.name).read_text(encoding="utf-8"))
    exercise = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps(exercise, ensure_ascii=False)
    answers = lines_of_answers(solution["cells"])
    assert answers
    assert [line for line in answers if json.dumps(line, ensure_ascii=False)[1:-1] in text] == []
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in exercise["cells"])
    tags = {tag for cell in exercise["cells"] for tag in cell["metadata"].get("tags", [])}
    assert tags.isdisjoint({"solution-only", "hide-input"})
    assert "SOLUTION" not in text
