"""The page for instructors shows what its commands print, and its workflow is one."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course_lm.cli import app
from course_lm.grading.question import all_questions, question_named

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
# The commands of each console, which may go on after a backslash, with what they should print.
STEPS = [
    step
    for console in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for step in re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", console, flags=re.MULTILINE)
]
WORKFLOW = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of what the commands need, to work in."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    shutil.copytree(ROOT / "book" / "_tools", folder / "book" / "_tools")
    return folder


def run(command: str, folder: Path) -> str:
    """What a command prints; one that fails is an error."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_this_process(command: str, folder: Path) -> str:
    """The same for a command of ours, in less time: it is not started, and one of the class has written a loop."""
    words = shlex.split(command.replace("\\\n", " "))[1:]
    if words[0] == "grade":
        words += ["--timeout", "2"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "shown"), STEPS, ids=range(len(STEPS)))
def test_a_command_of_the_page_prints_what_the_page_shows(command, shown, folder, monkeypatch, warm_sandboxes):
    monkeypatch.chdir(folder)
    # In the order of the page, since some read what earlier ones wrote.
    assert (in_this_process if command.startswith("course-lm ") else run)(command, folder) == shown


@pytest.mark.long
def test_the_workflow_for_github_classroom_is_valid_and_its_grading_step_tells_right_from_wrong(folder):
    (folder / "classroom.yml").write_text(WORKFLOW)
    run("check-jsonschema --builtin-schema vendor.github-workflows classroom.yml", folder)
    command = re.search(r"command: (course-lm .*)", WORKFLOW)[1]
    with pytest.raises(AssertionError):
        run(command, folder)
    shutil.copytree(ROOT / "solutions", folder / "solved")
    assert "cross_entropy: right." in run(command.replace("exercises", "solved"), folder)


def test_all_options_and_commands_that_the_page_names_exist():
    names = set(re.findall(r"--[a-z][a-z-]+", PAGE)) - {"--version"}
    said = "".join(CliRunner().invoke(app, [name, "--help"]).output for name in ("grade", "gradebook", "autograder"))
    assert sorted(name for name in names if name not in said) == []


def test_the_lesson_plan_expects_mistakes_that_marks_can_name():
    plan = (ROOT / "book" / "lesson_plan.md").read_text(encoding="utf-8")
    expected = re.findall(r"`(\w+)` in `(\w+)`", plan)
    assert len(expected) >= 14
    for mistake, question in expected:
        assert mistake in {known.name for known in question_named(question).misconceptions}, question
    assert [name for name in all_questions() if f"`{name}`" not in plan] == [], "book/lesson_plan.md has to name these"
