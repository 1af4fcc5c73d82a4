"""A file is written whole or not at all."""

import pytest

from course_lm import _files


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
