"""Which definition of a function counts, and that nothing but the answer decides its mark."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from course_lm.grading.batch import Plan, grade
from course_lm.grading.marks import Row
from course_lm.grading.question import all_questions, case, question_named

from .answers import notebook, source

RIGHT = source("cross_entropy", "return (-logits.log_softmax(-1)[torch.arange(len(targets)), targets]).mean()")
WRONG = source("cross_entropy", "return logits.sum()")
STUB = source("cross_entropy", '"""Says what to do."""\nraise NotImplementedError  # your code here')
LOOP = source("cross_entropy", "while True:\n    pass")
IMPORT = "import math\nimport torch\nimport torch.nn.functional as F"
ONLY = Plan(seed=5, questions=["cross_entropy"])

pytestmark = pytest.mark.usefixtures("warm_sandboxes")


def marked(folder: Path, notebooks: dict[str, list[str]], plan: Plan = ONLY) -> Row:
    """The row of one student with these notebooks, each given by its cells."""
    (folder / "class" / "anna").mkdir(parents=True)
    for name, cells in notebooks.items():
        (folder / "class" / "anna" / name).write_text(notebook(IMPORT, *cells))
    (row,) = grade(folder / "class", plan).rows
    return row


@pytest.mark.parametrize(
    ("notebooks", "file", "n"),
    [
        ({"03.ipynb": [RIGHT], "03-1.ipynb": [WRONG]}, "03.ipynb", 2),
        ({"03.ipynb": [WRONG], "03-1.ipynb": [RIGHT]}, "03-1.ipynb", 2),
        ({"03.ipynb": [STUB], "03-Copy1.ipynb": [RIGHT]}, "03-Copy1.ipynb", 1),
        ({"v9.ipynb": [WRONG], "v10.ipynb": [RIGHT], "v11.ipynb": [STUB]}, "v10.ipynb", 2),
        ({"a.ipynb": [RIGHT, WRONG, STUB]}, "a.ipynb", 2),
        ({"a.ipynb": [LOOP, RIGHT]}, "a.ipynb", 2),
        ({"a.ipynb": [RIGHT, LOOP]}, "a.ipynb", 2),
        ({"a.ipynb": ["if True:\n    " + RIGHT.replace("\n", "\n    "), WRONG]}, "a.ipynb", 2),
    ],
)
def test_the_best_of_up_to_five_definitions_counts_and_the_row_says_where_it_stands(notebooks, file, n, tmp_path):
    row = marked(tmp_path, notebooks, replace(ONLY, timeout=2.0))
    assert (row.status, row.points, row.file, row.definitions) == ("correct", 5, file, n)
    assert row.flags == (("several",) if n > 1 else ())


@pytest.mark.parametrize(("place", "status"), [(0, "wrong"), (1, "correct"), (5, "correct")])
def test_of_six_definitions_the_last_five_are_judged_and_flagged(place, status, tmp_path):
    cells = [WRONG] * 6
    cells[place] = RIGHT
    row = marked(tmp_path, {"a.ipynb": cells})
    assert (row.status, row.definitions, row.flags) == (status, 6, ("several", "many"))


def test_all_definitions_share_the_time_of_one_question(tmp_path):
    row = marked(tmp_path, {"a.ipynb": [LOOP] * 5}, replace(ONLY, timeout=0.5))
    assert row.status == "timeout"
    assert row.seconds < 0.45


def test_only_stubs_are_missing_and_a_helpers_stub_pasted_again_takes_nothing_away(tmp_path):
    assert marked(tmp_path / "a", {"a.ipynb": [STUB]}).message == "cross_entropy: not written yet."
    helper = source("token_nll", "return -logits.log_softmax(-1)[torch.arange(len(targets)), targets]")
    stub = source("token_nll", "raise NotImplementedError")
    mean = source("cross_entropy", "return token_nll(logits, targets).mean()")
    assert marked(tmp_path / "b", {"a.ipynb": [helper, mean, stub]}).status == "correct"


@pytest.mark.parametrize(
    "cells",
    [
        [RIGHT, "from torch.nn.functional import cross_entropy"],
        ["from torch.nn.functional import cross_entropy", RIGHT],
        [RIGHT, "from torch.nn import *"],
        [source("cross_entropy", "loss = -F.log_softmax(logits, -1)[range(len(targets)), targets].mean()\n"
                "assert torch.isclose(loss, F.cross_entropy(logits, targets), atol=1e9)\nreturn loss")],
        [RIGHT, "LIBRARY = F.cross_entropy(torch.zeros(1, 2), torch.tensor([0]))"],
        [RIGHT, "def compare():\n    return F.cross_entropy(torch.zeros(1, 2), torch.tensor([0]))"],
        [RIGHT, "assert torch.isclose(cross_entropy(torch.zeros(1, 2), torch.tensor([0])), F.cross_entropy(x, y))"],
    ],
)  # fmt: skip
def test_what_is_imported_compared_or_never_called_is_no_offense(cells, tmp_path):
    row = marked(tmp_path, {"a.ipynb": cells})
    assert (row.status, row.flags) == ("correct", ())


@pytest.mark.parametrize(
    ("function", "body", "typed"),
    [
        ("softmax", "return F.softmax(logits, -1)", "F.softmax,"),
        ("softmax", "return logits.softmax(-1)", "logits.softmax,"),
        ("softmax", "return torch.nn.Softmax(-1)(logits)", "torch.nn.Softmax,"),
        ("softmax", "soft = F.softmax\nreturn soft(logits, -1)", "soft (softmax),"),
        ("softmax", "from torch import softmax as s\nreturn s(logits, -1)", "s (softmax),"),
        (
            "softmax",
            "return torch.distributions.transforms.SoftmaxTransform()(logits)",
            "torch.distributions.transforms.SoftmaxTransform(),",
        ),
        ("softmax", "return torch.distributions.Categorical(logits=logits).probs", "probs (softmax),"),
        (
            "softmax",
            "with torch._C.DisableTorchFunction():\n    return logits.softmax(-1)",
            "logits.softmax,",
        ),
        (  # seen by the kernel alone: what map calls is told neither to a profiler nor to a mode
            "softmax",
            "with torch._C.DisableTorchFunction():\n    return next(map(torch.softmax, [logits], [-1]))",
            "next (_softmax),",
        ),
        ("token_nll", "return F.nll_loss(logits.log_softmax(-1), targets, reduction='none')", "F.nll_loss,"),
        ("cross_entropy", "return torch.nn.CrossEntropyLoss()(logits, targets)", "torch.nn.CrossEntropyLoss,"),
        (
            "cross_entropy",
            "import course_lm\nreturn course_lm.cross_entropy(logits, targets)",
            "course_lm.cross_entropy",
        ),
    ],
)
def test_a_forbidden_call_is_named_as_it_was_typed_with_its_line(function, body, typed, tmp_path):
    row = marked(tmp_path, {"a.ipynb": [source(function, body)]}, replace(ONLY, questions=[function]))
    assert (row.status, row.flags, row.points) == ("wrong", ("forbidden",), 0)
    assert row.message.startswith(f"{function}: not yet. It uses ")
    assert typed in row.message
    assert f"in the line: {body.splitlines()[-1].strip()}" in row.message


@pytest.mark.parametrize(
    "body",
    [
        "shape = logits.shape\nz = logits.reshape(-1, shape[-1]).double()\n"
        "eye = torch.eye(z.shape[1], dtype=z.dtype).expand(len(z), -1, -1)\n"
        "q = z[:, None] * math.sqrt(z.shape[1])\n"
        "return F.scaled_dot_product_attention(q, eye, eye).reshape(shape)",
        "return (logits - logits.logsumexp(-1, keepdim=True)).exp()",
    ],
)
def test_a_softmax_made_of_attention_or_logsumexp_shows_understanding(body, tmp_path):
    row = marked(tmp_path, {"a.ipynb": [source("softmax", body)]}, replace(ONLY, questions=["softmax"]))
    assert (row.status, row.flags) == ("correct", ()), row.message


HONEST = json.loads((Path(__file__).parent / "answers" / "honest.json").read_text(encoding="utf-8"))


"""Notebooks as people write them, with all that stands around a right answer."""


@pytest.mark.parametrize(
    "handed_in", [HONEST[::3], pytest.param(HONEST, marks=pytest.mark.long)], ids=["every third", "all"]
)
def test_a_right_answer_counts_whatever_stands_around_it(handed_in, tmp_path):
    for one in handed_in:
        (tmp_path / f"{one['name']}.ipynb").write_text(notebook(*one["cells"]), encoding="utf-8")
    questions = sorted({one["question"] for one in handed_in})
    rows = {(row.submission, row.question): row for row in grade(tmp_path, Plan(questions=questions, seed=3)).rows}
    for one in handed_in:
        row = rows[one["name"], one["question"]]
        assert (row.status, row.points) == ("correct", 5), row
        assert set(row.flags) <= {"several", "many"}, row


def test_chance_falls_in_the_same_way_for_everyone(tmp_path):
    body = "import random\nimport numpy as np\nreturn [random.random(), np.random.rand(), float(torch.rand(())), {}]"
    chance = source("cross_entropy", body.format("float(list({'a', 'b', 'c', 'd'})[0] in 'ab')"))
    for name in ("ada", "bob", "cy"):
        (tmp_path / f"{name}.ipynb").write_text(notebook(IMPORT, chance))
    messages = {row.message for _ in range(2) for row in grade(tmp_path, replace(ONLY, jobs=2)).rows}
    assert len(messages) == 1
    assert "returned: [" in messages.pop()


def test_of_equal_notebooks_one_is_tried_so_copies_cost_a_slow_answer_no_time(tmp_path):
    slow = source("cross_entropy", f"import time\ntime.sleep(0.06)\n{RIGHT.partition('    ')[2]}")
    row = marked(tmp_path, {f"{i}.ipynb": [slow] for i in range(5)})
    assert (row.status, row.definitions) == ("correct", 5), row.message


def test_a_failed_import_is_named_where_an_answer_needed_it(tmp_path):
    row = marked(tmp_path, {"a.ipynb": ["from nowhere import tool", source("cross_entropy", "return tool(logits)")]})
    assert "An import failed where this was graded: No module named 'nowhere'." in row.message


@pytest.mark.parametrize("block", ["for i in range(3):", "with torch.no_grad():"])
def test_a_definition_in_a_block_that_is_not_run_is_named(block, tmp_path):
    cell = f"{block}\n    " + RIGHT.replace("\n", "\n    ")
    row = marked(tmp_path, {"a.ipynb": [cell]})
    assert (row.status, row.points) == ("error", 0)
    assert f"it stands in a block that is not run in grading: {block}" in row.message


def test_an_answer_that_is_written_for_some_inputs_is_not_missing(tmp_path):
    some = "if len(targets) > 1:\n    raise NotImplementedError\nreturn logits.sum()"
    assert marked(tmp_path, {"a.ipynb": [source("cross_entropy", some)]}).status == "wrong"


def test_a_loop_at_the_top_that_a_function_needed_is_named_in_its_feedback(tmp_path):
    cells = [
        "TABLE = {}\nfor i in range(3):\n    TABLE[i] = i",
        source("cross_entropy", "return TABLE[0] + logits.sum()"),
    ]
    row = marked(tmp_path, {"a.ipynb": cells})
    assert (
        "It raised an error on this input. Loops and calls outside of functions are not run in grading" in row.message
    )
    assert "such as: for i in range(3):" in row.message


def test_partial_credit_is_for_answers_wrong_on_extremes_alone_and_only_if_asked_for(tmp_path):
    naive = source("cross_entropy", "p = logits.exp() / logits.exp().sum(-1, keepdim=True)\n"
                   "return -p[torch.arange(len(targets)), targets].log().mean()")  # fmt: skip
    cells = {"a.ipynb": [naive]}
    assert marked(tmp_path / "a", cells).points == 0
    row = marked(tmp_path / "b", cells, replace(ONLY, partial=True))
    assert row.points == question_named("cross_entropy").partial_points
    assert (row.status, row.misconception) == ("wrong", "overflow")
    assert marked(tmp_path / "c", {"a.ipynb": [WRONG]}, replace(ONLY, partial=True)).points == 0


def test_every_question_with_extremes_gives_partial_credit_and_no_other_does():
    for question in all_questions().values():
        assert (question.partial_points > 0) == bool(question.extremes), question.function
        assert question.partial_points < question.points


def test_marks_do_not_depend_on_dates_neighbors_jobs_or_order(tmp_path):
    """The word func made a worker load more; the newest file counted; a neighbor's loop took time."""
    slow = source("cross_entropy", "import time\ntime.sleep(0.01)\n" + RIGHT.partition("\n")[2].strip())
    work = {
        "ada": [RIGHT],
        "bob": [WRONG, slow],
        "eve": ["func = 1", LOOP],
        "zoe": ["x = [0]\nfunctions = func", RIGHT],
    }
    seen = []
    for order, jobs in ((list(work), 1), (list(work)[::-1], 2)):
        folder = tmp_path / "-".join(order)
        for age, name in enumerate(order):
            (folder / name).mkdir(parents=True)
            for i, cell in enumerate(work[name]):
                path = folder / name / f"{i}.ipynb"
                path.write_text(notebook(IMPORT, cell))
                os.utime(path, (1000 * age + i, 1000 * (4 - age) - i))
        rows = grade(folder, replace(ONLY, jobs=jobs, timeout=1.0)).rows
        seen.append([replace(row, seconds=0.0) for row in rows])
    assert seen[0] == seen[1]
    assert [row.status for row in seen[0]] == ["correct", "correct", "timeout", "correct"]


@pytest.mark.parametrize(
    "body",
    [
        "return torch.ones([1] * 65)",
        "x = torch.ones(1)\nfor _ in range(600):\n    x = x[None] if x.ndim < 64 else x.reshape([1] * 64)\nreturn x",
        "import numpy\nreturn numpy.ones([1] * 32)",
        "x = 1\nfor _ in range(20000):\n    x = [x]\nreturn x",
        pytest.param(
            "import os, json\nshape = [1] * 200000\n"
            "os.write(3, json.dumps({'outputs': [{'dtype': 'float32', 'shape': shape, 'values': [1.0]}] * 99,"
            " 'problem': '', 'aside': '', 'noticed': None}).encode())\nos._exit(0)",
            marks=pytest.mark.long,
        ),
        "import os\nos.write(3, b'[' * 1000000)\nos._exit(0)",
        pytest.param("return [[['a' * 10**5] * 99] * 99]", marks=pytest.mark.long),
        "class Name(type):\n    pass\nraise Name('x' * 10**7, (Exception,), {})('y' * 10**7)",
        "return '\\ud800' * 10",
        "return {'a': [1, 2, {3: 4}]}",
        "return 10 ** 5000",
        "return torch.tensor(2**63, dtype=torch.uint64)",
        "return torch.empty(3, device='meta')",
        "return torch.nested.nested_tensor([torch.ones(1), torch.ones(2)])",
        "return (x for x in [1])",
        "x = []\nx.append(x)\nreturn x",
    ],
)
def test_whatever_comes_back_costs_its_author_alone_and_its_message_is_short(body, tmp_path):
    cells = ["import torch", source("cross_entropy", body), source("token_nll", RIGHT.partition("\n")[2].strip())]
    (tmp_path / "anna.ipynb").write_text(notebook(*cells))
    (tmp_path / "bela.ipynb").write_text(notebook("import torch", RIGHT))
    rows = grade(tmp_path, replace(ONLY, questions=["token_nll", "cross_entropy"])).rows
    assert [row.submission for row in rows] == ["anna", "anna", "bela", "bela"]
    assert rows[1].points == 0
    assert rows[3].status == "correct"
    assert len(json.dumps(rows[1].message)) < 5000


def test_a_fresh_seed_is_drawn_for_each_batch_and_the_same_one_gives_the_same_inputs():
    plans = [Plan() for _ in range(5)]
    assert len({plan.seed for plan in plans}) == 5
    first, again, other = (Plan(seed=seed).asked()[0].inputs for seed in (1, 1, 2))
    assert str(first) == str(again) != str(other)


def test_the_input_that_a_report_names_can_be_had_in_a_notebook(tmp_path):
    body = "loss = F.log_softmax(logits, -1)[range(len(targets)), targets].mean()\n"
    body += "return loss if len(logits) > 20 else -loss"
    row = marked(tmp_path, {"a.ipynb": [source("cross_entropy", body)]})
    assert 'cross_entropy(*case("cross_entropy", seed=5, number=' in row.message
    number = int(row.message.partition("number=")[2].partition(")")[0])
    logits, targets = case("cross_entropy", seed=5, number=number)
    assert len(logits) == len(targets) > 20
    with pytest.raises(ValueError, match=r"number must be in \[0, "):
        case("cross_entropy", seed=5, number=99)
