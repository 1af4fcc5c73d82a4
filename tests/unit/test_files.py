"""A file is written whole or not at all."""

import pytest

from course_lm import ByteTokenizer, _files
from course_lm.grading import gradescope, student_notebooks
from course_lm.grading.batch import Graded, Plan
from course_lm.grading.marks import Row


@pytest.fixture
def full_disk(monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course_lm._files.os.fsync", no_room)


def save_tokenizer(path):
    ByteTokenizer().save(path)


def write_exercise(path):
    solutions = path.parent / "solutions"
    solutions.mkdir()
    (solutions / path.name).write_text('{"cells": [], "metadata": {}}')
    student_notebooks.main([str(solutions), str(path.parent)])


def grade_for_gradescope(path):
    gradescope.main(["--results", str(path), "--questions", "softmax"])


def pack_autograder(path):
    gradescope.write_autograder(path, Plan(questions=["softmax"]))


@pytest.mark.parametrize("write", [save_tokenizer, write_exercise, grade_for_gradescope, pack_autograder])
def test_what_cannot_be_written_leaves_the_file_before(write, tmp_path, monkeypatch, full_disk):
    monkeypatch.setattr(gradescope, "grade", lambda *_, **__: Graded([Row("ada", "softmax", 5, 5, "correct")], []))
    path = tmp_path / "file.ipynb"
    path.write_bytes(b"first")
    with pytest.raises(OSError, match=r"file\.ipynb' cannot be written: No space left on device"):
        write(path)
    assert path.read_bytes() == b"first"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["file.ipynb"]


def test_a_file_takes_the_place_of_the_one_before_and_its_folder_is_made(tmp_path):
    path = tmp_path / "new" / "folder" / "file"
    for content in (b"first", b"", b"second"):
        _files.write_whole(path, content, "the file")
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("fails", ["os.fsync", "Path.replace"])
def test_a_write_that_fails_leaves_the_file_before_and_nothing_else(tmp_path, monkeypatch, fails):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"first")
    monkeypatch.setattr(f"course_lm._files.{fails}", no_room)
    with pytest.raises(OSError, match=r"^the file '.*file' cannot be written: No space left on device\. Choose an"):
        _files.write_whole(path, b"second", "the file")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_a_file_is_refused_and_stays(tmp_path):
    (tmp_path / "notes").write_text("mine")
    for path in (tmp_path / "notes" / "file", tmp_path / "notes" / "folder" / "file"):
        with pytest.raises(OSError, match=r"^the file .* cannot be written: (File exists|Not a directory)"):
            _files.write_whole(path, b"", "the file")
    assert (tmp_path / "notes").read_text() == "mine"
