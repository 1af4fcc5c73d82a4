"""The zip for Gradescope holds what its container needs, and grades one submission there."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from course_lm.grading.batch import Plan
from course_lm.grading.gradescope import main, write_autograder

from .answers import notebook, source

RIGHT = source("cross_entropy", "return (-logits.log_softmax(-1)[torch.arange(len(targets)), targets]).mean()")


@pytest.fixture
def unpacked(tmp_path):
    """The zip as Gradescope unpacks it into a container's source folder."""
    write_autograder(tmp_path / "autograder.zip", Plan(questions=["cross_entropy", "token_nll"], partial=True))
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        archive.extractall(tmp_path / "source")
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    return tmp_path / "source"


def test_the_scripts_are_valid_and_install_what_the_package_requires(unpacked):
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", unpacked / name], check=True)
    setup = (unpacked / "setup.sh").read_text()
    assert "bubblewrap" in setup
    assert "torch<3,>=2.9" in setup.replace(" ", "")
    assert "pytest" not in setup
    assert "--questions token_nll,cross_entropy --partial" in (unpacked / "run_autograder").read_text()


def test_the_packed_course_grades_a_submission_as_gradescope_would_run_it(unpacked, tmp_path):
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "my work.ipynb").write_text(notebook("import torch", RIGHT))
    arguments = ["--submission", tmp_path / "submission", "--results", tmp_path / "results" / "results.json"]
    command = [
        sys.executable,
        "-m",
        "course_lm.grading.gradescope",
        *arguments,
        "--questions",
        "cross_entropy,token_nll",
    ]
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    subprocess.run(command, check=True, cwd=tmp_path, env=environment, timeout=120)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert results["score"] == 5
    assert [(one["name"], one["score"], one["max_score"], one["status"]) for one in results["tests"]] == [
        ("token_nll", 0, 5, "failed"),
        ("cross_entropy", 5, 5, "passed"),
    ]
    assert "5 of 10 points, seed " in results["output"]


def test_nothing_handed_in_still_has_results(tmp_path, warm_sandboxes):
    (tmp_path / "submission").mkdir()
    out = tmp_path / "results.json"
    assert main(["--submission", str(tmp_path / "submission"), "--results", str(out), "--questions", "softmax"]) == 0
    assert json.loads(out.read_text())["tests"][0]["output"].endswith("no notebook defines a function of this name.")


def test_the_same_course_makes_the_same_zip(tmp_path):
    for name in ("a.zip", "b.zip"):
        write_autograder(tmp_path / name, Plan(questions=["softmax"]))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
