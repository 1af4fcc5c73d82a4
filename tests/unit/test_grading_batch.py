"""Whatever is handed in, everyone gets a row for every question, the right status, and no more than is earned."""

import csv
import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from course_lm.grading.batch import Plan, grade
from course_lm.grading.marks import COLUMNS, Row, printable, write_csv, write_json, write_junit
from course_lm.grading.question import question_named
from course_lm.grading.seal import find_seal
from course_lm.grading.sealed.extract import program_for
from course_lm.grading.submission import handed_in

from . import answers

RIGHT = "return -logits.log_softmax(-1)[torch.arange(len(targets)), targets].mean()"
WRONG = "return logits.sum()"
FIRST_COLUMNS = "submission,question,points,out_of,status,misconception,flags,seconds"


def function(body: str, name: str = "cross_entropy") -> str:
    return f"def {name}(logits, targets):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def indented(cell: str) -> str:
    return "".join(f"    {line}\n" for line in cell.splitlines())


def notebook(*cells: str) -> str:
    return answers.notebook("import torch", *cells)


QUESTION = question_named("cross_entropy")
ASKED = ("token_nll", "cross_entropy")
TABLE = {float(one.case[0].sum()): float(QUESTION.reference(*one.case)) for one in QUESTION.inputs()}

WRITE = """
import os, tempfile
file = tempfile.NamedTemporaryFile()
file.write(b"x")
file.flush()
"""
N_CASES = len(QUESTION.inputs(0))
FORGED = json.dumps({"outputs": [{"odd": ""}] * N_CASES, "problem": "", "aside": "", "noticed": None}).encode()

# One notebook per line: cells that end in the status, and why.
NOTEBOOKS = {
    "right": ("correct", [function(RIGHT)]),
    "right_after_prints": ("correct", ["print('x' * 10**7)", function("print('{}')\n" + RIGHT)]),
    "magics": ("correct", ["%matplotlib inline\n!pip install x\n" + function("%timeit 1\n" + RIGHT), "torch.ones?"]),
    "timed_cell": ("correct", ["%%time\n" + function(RIGHT)]),
    "other_language": ("correct", ["%%bash\nrm -rf *", function(RIGHT)]),
    "broken_cell_elsewhere": ("correct", ["x = = 1", function(RIGHT), "y = undefined + 1"]),
    "imports_check": ("correct", ["from course_lm.grading import check", function(RIGHT), "check(cross_entropy)"]),
    "constant": ("correct", ["import math\nZERO = math.log(1)", function(RIGHT + " + ZERO")]),
    "import_inside": ("correct", [function("from fractions import Fraction\n" + RIGHT + " * float(Fraction(1))")]),
    "lambda": ("correct", ["cross_entropy = lambda logits, targets: " + RIGHT.removeprefix("return ")]),
    "library_that_loads_its_compiler": (
        "correct",
        [
            function(
                f"{RIGHT.removeprefix('return ')}\nw = torch.ones(1, requires_grad=True)\n"
                "torch.optim.SGD([w], lr=0.1).step()\ntorch.func.grad(torch.sin)(torch.ones(()))\n" + RIGHT
            )
        ],
    ),
    "rare_encoding": ("correct", [function("len('a'.encode('utf-32-le'))\n" + RIGHT)]),
    "class": (
        "correct",
        ["class Loss:\n    def __call__(self, logits, targets):\n        " + RIGHT, "cross_entropy = Loss()"],
    ),
    "dataclass": (
        "correct",
        [
            "from dataclasses import dataclass\nimport torch",
            "@dataclass\nclass Axis:\n    number: int = -1",
            function(RIGHT + " + 0 * Axis().number"),
        ],
    ),
    "import_in_a_branch": (
        "correct",
        [
            "try:\n    import no_such_module as t\nexcept ImportError:\n    !ls\n    import math",
            function(RIGHT + " + 0 * math.pi"),
        ],
    ),
    "setting_in_a_branch": (
        "correct",
        [
            "if torch.cuda.is_available():\n    D = 'cuda'\nelif torch.cuda.is_available():\n    pass\nelse:\n"
            "    D = 'cpu'\n    while True:\n        print(D)",
            function("logits = logits.to(D)\n" + RIGHT),
        ],
    ),
    "function_in_a_branch": ("correct", ["if True:\n" + indented(function(RIGHT))]),
    "slow_experiment": ("correct", ["import time\nloss = time.sleep(60)", function("loss = 0\n" + RIGHT)]),
    "bare_loop": ("correct", ["while True: pass", function(RIGHT)]),
    "best_definition_counts": ("correct", [function(RIGHT), function(WRONG)]),
    "stub_pasted_below": ("correct", [function(RIGHT), function("raise NotImplementedError")]),
    "imported_below": ("correct", [function(RIGHT), "from torch.nn.functional import cross_entropy"]),
    "compares_in_an_assertion": (
        "correct",
        ["import torch.nn.functional as F", function(f"assert F.cross_entropy(logits, targets) < 99\n{RIGHT}")],
    ),
    "compares_with_library": (
        "correct",
        [
            "CE = torch.nn.CrossEntropyLoss()\nZERO = 0 * CE(torch.zeros(1, 2), torch.tensor([0]))",
            function(RIGHT + " + ZERO"),
        ],
    ),
    "memorized": ("wrong", [f"TABLE = {TABLE}", function("return TABLE.get(float(logits.sum()), 0)")]),
    "wrong": ("wrong", [function(WRONG)]),
    "none": ("wrong", [function("pass")]),
    "huge_result": ("wrong", [function("return torch.zeros(10**7)")]),
    "not_a_function": ("error", ["cross_entropy = 3"]),
    "raises": ("error", [function("return 1 / 0")]),
    "syntax_error": ("error", [function("return (1")]),
    "bad_definition": ("error", ["@undefined\n" + function(RIGHT)]),
    "late_network_module": ("error", [function("import no_such_module")]),
    "forks": ("error", [function("import os\nwhile True:\n    os.fork()")]),
    "threads": ("error", [function("import threading\nthreading.Thread(target=print).start()")]),
    "writes": ("error", [function(WRITE + RIGHT)]),
    "unfinished": ("missing", [function("raise NotImplementedError  # your code here")]),
    "other_name": ("missing", [function(RIGHT, "my_loss")]),
    "only_called": ("missing", ["cross_entropy(1, dim=2)"]),
    "no_cells": ("missing", []),
    "sys_exit": ("exited", [function("import sys\nsys.exit(0)")]),
    "os_exit": ("exited", [function("import os\nos._exit(0)")]),
    "killed": ("error", [function("import os\nos.kill(os.getpid(), 9)")]),
    "forged_report": ("correct", [function("import os\nos.write(1, b'{}' + bytes([10]))\n" + RIGHT)]),
    "steals_the_next_job": ("correct", [function("import sys\nif sys.stdin:\n    sys.stdin.readline()\n" + RIGHT)]),
    "memory_list": ("exited", [function("x = [0]\nwhile True:\n    x = x * 1000")]),
    "memory_tensor": ("exited", [function("return torch.zeros(10**10)")]),
    "floods_the_pipe": ("exited", [function("import os\nwhile True:\n    os.write(3, b'x' * 65536)")]),
    "forged_answer": (
        "wrong",
        [function(f"import os\nos.write(3, {FORGED!r})\nos._exit(0)")],
    ),
    "endless": ("timeout", [function("while True:\n    try:\n        pass\n    except BaseException:\n        pass")]),
    "hangs_in_assignment": (
        "timeout",
        ["import time\nX = time.sleep(60)", function("return X"), function("raise NotImplementedError", "token_nll")],
    ),
    "forbidden": (
        "wrong",
        ["from torch.nn.functional import cross_entropy as ce", function("return ce(logits, targets)")],
    ),
    "forbidden_caught": (
        "wrong",
        [function("try:\n    torch.nn.CrossEntropyLoss()(logits, targets)\nexcept:\n    pass\n" + RIGHT)],
    ),
    "forbidden_package": (
        "wrong",
        ["from course_lm.loss import cross_entropy as ce", function("return ce(logits, targets)")],
    ),
    "forbidden_package_caught": (
        "wrong",
        [function("try:\n    import course_lm\n    course_lm.loss(logits)\nexcept Exception:\n    pass\n" + RIGHT)],
    ),
}
FILES = {
    "empty_file": b"",
    "not_json": b"hello",
    "not_utf8": b"\xff\xfe{}",
    "a_list": b"[]",
    "a_number": b"3",
    "too_deep": b"[" * 100_000,
    "old_format": b'{"nbformat": 3, "worksheets": [{"cells": []}]}',
    "cells_no_list": b'{"nbformat": 4, "cells": {}}',
}
ODD_CELLS = (
    b'{"cells": [3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "x = 2"]}, {"cell_type": null}]}'
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A class of about sixty students, few of whom handed in what was asked."""
    folder = tmp_path_factory.mktemp("class")
    for name, (_, cells) in NOTEBOOKS.items():
        (folder / f"{name}.ipynb").write_text(notebook(*cells))
    for name, content in (FILES | {"odd_cells": ODD_CELLS}).items():
        (folder / f"{name}.ipynb").write_bytes(content)
    for path in ("nested/a/b/old.ipynb", "nested/new.ipynb", "nested/.ipynb_checkpoints/c.ipynb", "one.ipynb/x.ipynb"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(notebook(function(RIGHT if "new" in path else WRONG)))
    os.utime(folder / "nested/a/b/old.ipynb", (2000, 2000))
    os.utime(folder / "nested/new.ipynb", (1000, 1000))
    (folder / "empty_folder").mkdir()
    (folder / "linked").mkdir()
    (folder / "linked/stolen.ipynb").symlink_to(folder / "right.ipynb")
    (folder / "half").mkdir()
    (folder / "half/a.ipynb").write_bytes(b"{")
    (folder / "half/b.ipynb").write_text(notebook(function(RIGHT)))
    (folder / "method").mkdir()
    (folder / "method/a.ipynb").write_text(notebook(function(RIGHT)))
    (folder / "method/b.ipynb").write_text(notebook("class Tools:\n" + indented(function(WRONG))))
    (folder / "CAPITALS.IPYNB").write_text(notebook(function(RIGHT)))
    (folder / "twice").mkdir()
    (folder / "twice/in_folder.ipynb").write_text(notebook(function(RIGHT)))
    (folder / "twice.ipynb").write_text(notebook(function(RIGHT)))
    (folder / ".hidden.ipynb").write_text(notebook())
    (folder / "paper.txt").write_text("not a notebook")
    return folder


@pytest.fixture(scope="module")
def rows(folder, grade_warm):
    return grade_warm(folder, Plan(seed=1, questions=ASKED, timeout=1.5)).rows


@pytest.fixture(scope="module")
def loss(rows):
    return {row.submission: row for row in rows if row.question == "cross_entropy"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_status_and_points_of_a_notebook(name, loss):
    row = loss[name]
    status = NOTEBOOKS[name][0]
    assert row.status == status, row.message
    assert row.points == (5 if status == "correct" else 0)
    assert ("forbidden" in row.flags) == name.startswith("forbidden")


def test_every_submission_has_one_row_per_question_in_the_order_of_names(rows, folder):
    names = sorted({path.stem if path.is_file() else path.name for path in folder.iterdir()} - {".hidden"})
    assert [(row.submission, row.question) for row in rows] == [(n, q) for n in names for q in ASKED]


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_notebook_is_unreadable_in_every_row(name, rows):
    assert [row.status for row in rows if row.submission == name] == ["unreadable"] * len(ASKED)


def test_cells_without_source_are_skipped(loss):
    assert loss["odd_cells"].status == "missing"


def test_the_best_of_several_notebooks_counts_whatever_their_dates_are_and_is_named(loss):
    row = loss["nested"]
    assert (row.status, row.flags, row.file, row.definitions) == ("correct", ("several",), "new.ipynb", 2)


def test_a_method_of_the_same_name_in_another_notebook_does_not_count(loss):
    assert (loss["method"].status, loss["method"].flags) == ("correct", ())


def test_a_file_name_in_capitals_is_a_notebook_too(loss):
    assert loss["CAPITALS"].status == "correct"


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ([function("x = logits\nreturn x / 0 if False else 1 / 0")], "return x / 0 if False else 1 / 0"),
        (["import torch\n\ndef half(x):\n\n    return int(x)", function("return half('a')")], "return int(x)"),
        (["%matplotlib inline\n!ls", function("return torch.zeros(2) @ torch.zeros(3)")], "return torch.zeros(2) @ "),
        ([function("return (1")], "return (1"),
        (["X = 1\nY = int('no')", "@Y\n" + function(RIGHT)], "@Y"),
    ],
)
def test_an_error_shows_the_line_of_the_student_that_it_comes_from(cells, line, tmp_path, warm_sandboxes):
    (tmp_path / "anna.ipynb").write_text(notebook(*cells))
    row = grade(tmp_path, Plan(questions=["cross_entropy"])).rows[0]
    assert row.status == "error"
    assert f"the line: {line}" in row.message


def test_a_folder_that_may_be_listed_and_not_entered_is_unreadable(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "anna").mkdir()
    (tmp_path / "anna/a.ipynb").write_text(notebook())
    monkeypatch.setattr(Path, "lstat", refuse)
    monkeypatch.setattr(Path, "is_symlink", lambda path: False)
    (submission,) = handed_in(tmp_path).submissions
    assert submission.sender.name == "anna"
    assert submission.notebooks()[0].problem == "it cannot be read: Permission denied"


def test_a_folder_and_a_notebook_of_the_same_name_are_one_submission(loss):
    assert (loss["twice"].status, loss["twice"].flags) == ("correct", ("several",))


def test_a_folder_called_like_a_notebook_is_a_submission(loss):
    assert loss["one.ipynb"].status == "wrong"


def test_empty_folders_and_links_to_others_work_are_missing(loss):
    assert (loss["empty_folder"].status, loss["linked"].status) == ("missing", "unreadable")
    assert "stolen.ipynb: it is a link or a device, and no file" in loss["linked"].message


def test_what_is_no_notebook_has_a_row_that_says_so(loss):
    assert loss["paper"].status == "missing"
    assert "Not read, since they are not notebooks: paper.txt." in loss["paper"].message


def test_a_damaged_notebook_costs_only_what_may_be_in_it(rows):
    assert {row.question: row.status for row in rows if row.submission == "half"} == {
        "token_nll": "unreadable",
        "cross_entropy": "correct",
    }


def test_an_assignment_that_hangs_costs_only_the_question_that_needs_it(rows):
    statuses = {row.question: row.status for row in rows if row.submission == "hangs_in_assignment"}
    assert statuses == {"token_nll": "missing", "cross_entropy": "timeout"}


def test_memorized_answers_fail_on_inputs_that_check_never_shows(loss):
    assert "Right on the inputs that check tries, wrong on this one." in loss["memorized"].message


def test_message_of_a_wrong_answer_has_four_lines_and_of_a_right_one_has_one(loss):
    assert len(loss["wrong"].message.splitlines()) == 4
    assert loss["right"].message == "cross_entropy: right."


def test_csv_has_exactly_the_promised_columns_and_every_row(rows, tmp_path):
    write_csv(rows, tmp_path / "marks.csv")
    text = (tmp_path / "marks.csv").read_text()
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert text.startswith(FIRST_COLUMNS)
    with (tmp_path / "marks.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [(line["submission"], line["status"], int(line["points"])) for line in table] == [
        (row.submission, row.status, row.points) for row in rows
    ]


def test_json_and_junit_hold_every_row_with_its_feedback(rows, tmp_path):
    strange = Row("\udcff\x00é", "q", 0, 5, "wrong", flags=("a", "b"), message="]]>\x1b & <")
    rows = [*rows, replace(strange, submission=printable(strange.submission), message=printable("\x1b&"))]
    write_json(rows, tmp_path / "marks.json")
    write_junit(rows, tmp_path / "marks.xml")
    records = json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))
    cases = ElementTree.parse(tmp_path / "marks.xml").getroot().findall("testsuite/testcase")
    assert [record["message"] for record in records] == [row.message for row in rows]
    assert [(case.get("classname"), case.get("name")) for case in cases] == [(r.submission, r.question) for r in rows]
    assert [len(case) == 0 for case in cases] == [row.status == "correct" for row in rows]


def test_old_marks_survive_a_failed_write(tmp_path, monkeypatch):
    path = tmp_path / "marks.csv"
    path.write_text("old marks")

    def full_disk(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match=r"the marks .*marks\.csv' cannot be written: No space left"):
        write_csv([], path)
    assert path.read_text() == "old marks"
    assert list(tmp_path.iterdir()) == [path]


def test_marks_cannot_be_written_to_a_folder_or_below_a_missing_one(tmp_path):
    with pytest.raises(IsADirectoryError, match="must be a file"):
        write_json([], tmp_path)
    with pytest.raises(FileNotFoundError, match="in a folder that exists"):
        write_csv([], tmp_path / "no" / "marks.csv")


def test_marks_replace_what_a_link_points_to_and_keep_the_link(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_csv([], tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_the_same_seed_gives_the_same_marks_alone_and_in_a_folder(folder, rows, warm_sandboxes):
    def marks(rows):
        return [replace(row, seconds=0.0) for row in rows if row.submission == "memorized"]

    assert marks(grade(folder / "memorized.ipynb", Plan(seed=1, questions=ASKED)).rows) == marks(rows)


def test_paths_that_hold_no_submission_are_refused_with_a_reason(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        grade(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="holds neither"):
        grade(tmp_path)
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ValueError, match=r"a notebook \(.ipynb\)"):
        grade(tmp_path / "a.txt")


@pytest.fixture(scope="module")
def replaced(warm_sandbox):
    """A worker that died, and its sandbox, which went on while the grader had a secret in its environment."""
    with pytest.MonkeyPatch.context() as patch, warm_sandbox(find_seal()[0]) as sandbox:
        patch.setenv("COURSE_TOKEN", "secret")
        worker = sandbox._process
        sandbox._kill()
        assert sandbox.run(QUESTION, [], 0, QUESTION.inputs(), 3).ended == "exited"
        yield worker, sandbox


@pytest.fixture
def outputs(replaced):
    """What one function returns in the worker, unjudged."""

    def run(body: str):
        cells = ["import torch", function(body)]
        return replaced[1].run(QUESTION, cells, 0, QUESTION.inputs()[:1], 3).outputs

    return run


def test_the_worker_holds_no_answer_and_no_course_package(outputs):
    body = (
        "import sys\n"
        "kinds = {kind.__name__ for kind in object.__subclasses__()}\n"
        "modules = {name for name in sys.modules if name.startswith('course_lm')}\n"
        "return [*sorted(kinds & {'Question', 'Misconception', 'Verdict'}), *sorted(modules), 'end']"
    )
    assert outputs(body) == [["end"]]


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user has no privileges to give up")
def test_student_code_runs_as_nobody_when_root_grades(outputs):
    assert outputs("import os\nreturn str((os.getuid(), os.geteuid(), os.getgid(), os.getgroups()))") == [
        "(65534, 65534, 65534, [])"
    ]


def test_student_code_sees_no_secrets_of_the_environment(outputs):
    assert outputs("import os\nreturn str('COURSE_TOKEN' in os.environ)") == ["False"]
    assert os.environ["COURSE_TOKEN"] == "secret"


def test_a_worker_that_dies_is_replaced_and_not_left_behind(replaced):
    worker, sandbox = replaced
    assert worker.returncode is not None
    assert sandbox._process is not worker
    assert sandbox.run(QUESTION, ["import torch", function(RIGHT)], 0, QUESTION.inputs(), 3).ended == "done"


def test_without_fork_batch_grading_points_to_wsl_and_colab(folder, monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(OSError, match=r"WSL.*or Colab"):
        grade(folder / "right.ipynb")


def test_only_what_a_function_needs_is_run():
    cells = [
        "import a, b\nX = f()\nY = X + 1\nZ = g()\nfor i in X: pass\nprint(X)",
        function("Z = 1\nreturn a.mean(Y, Z)"),
    ]
    program = program_for(cells, "cross_entropy")
    kinds = [type(statement).__name__ for statement in program.statements]
    assert kinds == ["Import", "Assign", "Assign", "FunctionDef"]
    assert (program.problem, program.dropped) == ("", "")
