"""Whatever a platform hands out or a folder holds, every student is found, once, and nothing leads out of it."""

import io
import json
import os
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest

from course_lm.grading import archive, submission
from course_lm.grading.archive import files_in
from course_lm.grading.platform_names import Sender, sender_of
from course_lm.grading.submission import handed_in, natural_key

from .answers import notebook

BOOK = notebook("x = 1")


def write(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(BOOK)
    return folder


def zipped(path: Path, *names: str, content: str | bytes = BOOK) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, "" if name.endswith("/") else content)
    return path


def found(path: Path) -> dict[str, list[str]]:
    """The notebooks of each student by name and id."""
    return {
        f"{one.sender.name} {one.sender.id}".strip(): [book.name for book in one.notebooks() if not book.problem]
        for one in handed_in(path).submissions
    }


MOODLE = (
    "Ada Lovelace_1204_assignsubmission_file_/03.ipynb",
    "Ada Lovelace_1204_assignsubmission_onlinetext_/onlinetext.html",
    "Li Na-Müller_77_assignsubmission_file_/deep/er/03.ipynb",
    "O_Neil_5_assignsubmission_file_/a_1_b.ipynb",
    "Empty_6_assignsubmission_file_/",
    "Text Only_8_assignsubmission_onlinetext_/onlinetext.html",
)
MOODLE_FOUND = {
    "Ada Lovelace 1204": ["03.ipynb"],
    "Empty 6": [],
    "Li Na-Müller 77": ["deep/er/03.ipynb"],
    "O_Neil 5": ["a_1_b.ipynb"],
    "Text Only 8": [],
}
CANVAS = (
    "doejane_555_7001_01.ipynb",
    "doejane_555_7002_03-1.ipynb",
    "roejohn_LATE_556_7003_03.ipynb",
    "müllerlina_late_557_7004_a_2_b.ipynb",
    "textonly_558_text.html",
)
CANVAS_FOUND = {
    "doejane 555": ["01.ipynb", "03-1.ipynb"],
    "müllerlina 557": ["a_2_b.ipynb"],
    "roejohn 556": ["03.ipynb"],
    "textonly 558": [],
}


@pytest.mark.parametrize(
    ("names", "students"), [(MOODLE, MOODLE_FOUND), (CANVAS, CANVAS_FOUND)], ids=["moodle", "canvas"]
)
def test_a_platforms_zip_its_folder_and_a_folder_of_zips_give_the_same_students(names, students, tmp_path):
    assert found(zipped(tmp_path / "class.zip", *names)) == students
    folder = write(tmp_path / "unpacked", *(name for name in names if not name.endswith("/")))
    for name in names:
        (folder / name).mkdir(exist_ok=True) if name.endswith("/") else None
    assert found(folder) == students
    zipped(tmp_path / "zips" / "one.zip", *names)
    assert found(tmp_path / "zips") == students


def test_a_flat_zip_of_moodle_has_the_same_students():
    assert sender_of("Ada Lovelace_1204_assignsubmission_file_03.ipynb") == (
        Sender("Ada Lovelace", "1204", "moodle"),
        "03.ipynb",
    )
    assert sender_of("ada.ipynb") is None
    assert sender_of("group 1_ada_03.ipynb") is None


def test_late_marks_of_canvas_are_kept(tmp_path):
    late = {one.sender.name: one.sender.late for one in handed_in(zipped(tmp_path / "c.zip", *CANVAS)).submissions}
    assert late == {"doejane": False, "müllerlina": True, "roejohn": True, "textonly": False}


def test_a_student_in_several_zips_is_one_by_id_in_canvas_and_by_name_in_moodle(tmp_path):
    zipped(tmp_path / "c1.zip", "doejane_555_7001_01.ipynb", "doejane_777_7009_01.ipynb")
    zipped(tmp_path / "c2.zip", "doejane_555_8001_02.ipynb")
    zipped(tmp_path / "m1.zip", "Ada L_11_assignsubmission_file_/01.ipynb")
    zipped(tmp_path / "m2.zip", "Ada L_22_assignsubmission_file_/02.ipynb")
    assert found(tmp_path) == {
        "Ada L 11": ["01.ipynb", "02.ipynb"],
        "doejane 555": ["01.ipynb", "02.ipynb"],
        "doejane 777": ["01.ipynb"],
    }


def test_namesakes_in_one_assignment_stay_two(tmp_path):
    names = [f"Ada L_{id}_assignsubmission_file_/03.ipynb" for id in (11, 22)]
    assert found(zipped(tmp_path / "m.zip", *names)) == {"Ada L 11": ["03.ipynb"], "Ada L 22": ["03.ipynb"]}


def test_a_zip_of_a_students_own_is_that_students_work(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("__MACOSX/._01.ipynb", "x")
        file.writestr("work/01.ipynb", BOOK)
    zipped(tmp_path / "m.zip", "Ada L_11_assignsubmission_file_/all.zip", content=inner.getvalue())
    zipped(tmp_path / "doe.zip", "01.ipynb", "02.ipynb")
    assert found(tmp_path) == {"Ada L 11": ["all.zip/work/01.ipynb"], "doe": ["doe.zip/01.ipynb", "doe.zip/02.ipynb"]}


def test_a_zip_of_a_plain_class_may_have_a_folder_around_it(tmp_path):
    assert found(zipped(tmp_path / "a.zip", "class/ada/01.ipynb", "class/bob/01.ipynb")) == {
        "ada": ["01.ipynb"],
        "bob": ["01.ipynb"],
    }
    assert found(zipped(tmp_path / "b.zip", "ada/01.ipynb")) == {"ada": ["01.ipynb"]}


def test_every_entry_of_a_plain_folder_is_a_student_or_is_named_as_ignored(tmp_path):
    write(tmp_path, "ada/01.ipynb", "bob.ipynb", "doe.ipynb.txt", "eve.ipynb.json", ".hidden/x.ipynb", ".DS_Store")
    write(tmp_path, "__MACOSX/x.ipynb", "one.ipynb/x.ipynb", "CAPITALS.IPYNB")
    (tmp_path / "py.py").write_text("x = 1")
    (tmp_path / "zip.zip").write_bytes(b"no zip")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "ada")
    (tmp_path / "self.ipynb").symlink_to(tmp_path / "bob.ipynb")
    os.mkfifo(tmp_path / "fifo.ipynb")
    handed = handed_in(tmp_path)
    assert handed.ignored == [".DS_Store", ".hidden", "__MACOSX"]
    books = {one.sender.name: [book.problem for book in one.notebooks()] for one in handed.submissions}
    link = "it is a link or a device, and no file"
    assert books == {
        "CAPITALS": [""],
        "ada": [""],
        "bob": [""],
        "doe": [""],
        "empty": [],
        "eve": [""],
        "fifo": [link],
        "link": [link],
        "one.ipynb": [""],
        "py": [],
        "self": [link],
        "zip": ["it is not a zip that can be opened: File is not a zip file"],
    }
    assert {one.sender.name: one.ignored for one in handed.submissions if one.ignored} == {"py": ("py.py",)}


def test_a_socket_or_a_link_in_a_students_folder_is_named_and_never_followed(tmp_path):
    write(tmp_path / "class", "ada/01.ipynb")
    (tmp_path / "class/bob").mkdir()
    (tmp_path / "class/bob/x.ipynb").symlink_to(tmp_path / "class/ada/01.ipynb")
    (tmp_path / "class/bob/all").symlink_to(tmp_path / "class/ada")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "class/bob/s"))
    _, bob = handed_in(tmp_path / "class").submissions
    assert [(book.name, bool(book.problem), book.cells) for book in bob.notebooks()] == [
        ("all", True, ()),
        ("s", True, ()),
        ("x.ipynb", True, ()),
    ]


def test_a_thousand_folders_in_each_other_end_where_the_limit_is(tmp_path):
    deep = tmp_path / "class" / "ada"
    deep.mkdir(parents=True)
    write(deep, "01.ipynb")
    here = os.getcwd()
    try:
        os.chdir(deep)
        for _ in range(1100):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    (ada,) = handed_in(tmp_path / "class").submissions
    subprocess.run(["rm", "-rf", deep / "d"], check=True)  # shutil cannot
    assert [bool(book.problem) for book in ada.notebooks()] == [False, True]
    assert f"more than {archive.DEEPEST} folders deep" in ada.notebooks()[1].problem


def test_the_number_of_files_and_notebooks_of_a_student_is_bounded_and_what_is_left_out_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "MOST_NOTEBOOKS", 3)
    write(tmp_path, *(f"ada/v{i}.ipynb" for i in (1, 2, 9, 10, 11)))
    (ada,) = handed_in(tmp_path).submissions
    assert [file.name for file in ada.files] == ["v9.ipynb", "v10.ipynb", "v11.ipynb"]
    assert ada.ignored == ("v1.ipynb", "v2.ipynb")
    monkeypatch.setattr(submission, "MOST_FILES", 2)
    (ada,) = handed_in(tmp_path).submissions
    assert ada.ignored == ("all beyond 2 files",)


def test_a_file_a_zip_bomb_and_a_notebook_full_of_code_are_refused_by_their_size(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST", 1 << 20)
    write(tmp_path, "a/01.ipynb")
    (tmp_path / "a/big.ipynb").write_bytes(b" " * (2 << 20))
    zipped(tmp_path / "b/bomb.zip", "bomb.ipynb", content=b" " * (50 << 20))
    (tmp_path / "c.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": "x" * (1 << 20)}] * 2}))
    monkeypatch.setattr(submission, "MOST_CODE", 1000)
    (tmp_path / "d.ipynb").write_text(notebook("x" * 2000))
    problems = {one.sender.name: [book.problem for book in one.notebooks()] for one in handed_in(tmp_path).submissions}
    too_large = "it is larger than 1 MB; clear its outputs"
    assert problems == {
        "a": ["", too_large],
        "b": [too_large],
        "c": [too_large],
        "d": ["it holds more than 1,000 characters of code"],
    }


@pytest.mark.parametrize(("place", "value"), [(6, 1), (8, 99)])  # encrypted; compressed in a way that nobody knows
def test_an_encrypted_or_strange_zip_is_unreadable_and_no_error(place, value, tmp_path):
    path = zipped(tmp_path / "ada" / "a.zip", "01.ipynb")
    content = bytearray(path.read_bytes())
    for signature, further in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        start = content.index(signature) + place + further
        content[start : start + 2] = value.to_bytes(2, "little")
    path.write_bytes(bytes(content))
    (ada,) = handed_in(tmp_path).submissions
    assert all(book.problem for book in ada.notebooks())


def test_names_in_a_zip_that_lead_out_of_it_are_only_names(tmp_path):
    zipped(tmp_path / "ada" / "a.zip", "../../evil.ipynb", "/etc/evil.ipynb", "C:\\evil.ipynb")
    before = sorted(tmp_path.rglob("*"))
    (ada,) = handed_in(tmp_path).submissions
    assert sorted(book.problem for book in ada.notebooks()) == ["", *["its name leads out of the zip"] * 2]
    assert sorted(tmp_path.rglob("*")) == before


def test_names_sort_as_people_do():
    names = ["v10", "v9", "a" * 300 + "1" * 300, "3-1", "3"]
    assert sorted(names, key=natural_key) == ["3", "3-1", "a" * 300 + "1" * 300, "v9", "v10"]


def test_a_folder_that_cannot_be_read_is_one_file_with_a_problem(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert [file.problem for file in files_in(tmp_path)] == ["this folder cannot be read: Permission denied"]


def test_what_is_hidden_in_a_students_folder_is_named_once(tmp_path):
    write(tmp_path, "ada/03.ipynb", "ada/.ipynb_checkpoints/03-checkpoint.ipynb", "ada/.ipynb_checkpoints/b.ipynb")
    write(tmp_path, "ada/work/.secret.ipynb", "ada/__MACOSX/._03.ipynb")
    (ada,) = handed_in(tmp_path).submissions
    assert [file.name for file in ada.files] == ["03.ipynb"]
    assert ada.ignored == (".ipynb_checkpoints", "__MACOSX", "work/.secret.ipynb")


def test_a_notebook_is_found_behind_thousands_of_other_files(tmp_path):
    write(tmp_path, *(f"ada/env/{i}.py" for i in range(2500)), "ada/notebook.ipynb")
    (ada,) = handed_in(tmp_path).submissions
    assert ([file.name for file in ada.files], len(ada.ignored)) == (["notebook.ipynb"], 2500)


def test_an_entry_of_a_class_zip_that_leads_to_another_student_is_its_senders_problem(tmp_path):
    names = ("Ada L_1_assignsubmission_file_/03.ipynb", "Max M_2_assignsubmission_file_/../Ada L_1_x/03.ipynb")
    zipped(tmp_path / "class.zip", *names)
    ada, max = handed_in(tmp_path / "class.zip").submissions
    assert [book.problem for book in ada.notebooks()] == [""]
    assert [book.problem for book in max.notebooks()] == ["its name leads out of the zip"]


def test_a_class_zip_that_cannot_be_opened_is_refused_with_the_reason(tmp_path):
    path = zipped(tmp_path / "class.zip", "\u00e9da/03.ipynb")
    whole = path.read_bytes()
    path.write_bytes(whole.replace("\u00e9da".encode(), b"\xff\xffda"))  # a name in another encoding than it claims
    with pytest.raises(ValueError, match=r"not a zip that can be opened: .*utf-8.* unpack it and give the folder"):
        handed_in(path)
    path.write_bytes(whole[:-30])
    with pytest.raises(ValueError, match="Download it again"):
        handed_in(path)


def test_an_encrypted_notebook_and_one_that_may_not_be_read_say_so_without_a_path(tmp_path, monkeypatch):
    path = zipped(tmp_path / "ada" / "a.zip", "03.ipynb")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flags of the first entry, and of its twin in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    (ada,) = handed_in(tmp_path).submissions
    assert [book.problem for book in ada.notebooks()] == ["it is encrypted; zip it without a password"]

    def refuse(path, mode):
        raise PermissionError(13, "Permission denied", str(path))

    write(tmp_path, "bob/03.ipynb")
    monkeypatch.setattr(Path, "open", refuse)
    assert [one.notebooks()[0].problem for one in handed_in(tmp_path).submissions if one.sender.name == "bob"] == [
        "Permission denied"
    ]


def test_files_of_the_instructor_among_the_submissions_are_nobodys(tmp_path):
    write(tmp_path, "ada/03.ipynb", "reports/index.html", "marks.csv", "notes.txt")
    handed = handed_in(tmp_path, apart=[tmp_path / "marks.csv", tmp_path / "reports"])
    assert [one.sender.name for one in handed.submissions] == ["ada", "notes"]
