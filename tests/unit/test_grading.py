"""Mistakes get their own names, in the notebook and in the marks; right answers pass in every form."""

import contextlib
import itertools
import json
import math
import re
import signal
import subprocess
import sys
import threading

import pytest
import torch

from course_lm.grading import Misconception, Question, check, judge
from course_lm.grading.batch import grade
from course_lm.grading.question import all_questions, question_named
from course_lm.grading.watch import LibraryWatch
from course_lm.grading.wire import Odd, Raised, decode, encode

QUESTIONS = list(all_questions().values())
PAIRS = [(question, mistake) for question in QUESTIONS for mistake in question.misconceptions if mistake.wrong]

SETUP = """
import math
import numpy as np
import torch
import torch.nn.functional as F
from course_lm.grading import check
"""
NAIVE_P = "(logits.exp() / logits.exp().sum(-1, keepdim=True))[torch.arange(len(targets)), targets]"
SOFTMAX_P = "torch.softmax(logits, -1).gather(1, targets[:, None])[:, 0]"
LOG_P = "F.log_softmax(logits, -1)[torch.arange(len(targets)), targets]"

# What students write: function, the name of the mistake ("" if it is right), and bodies, each after its own heart.
ANSWERS = [
    ("token_nll", "", [f"return -{LOG_P}", f"return -torch.log({NAIVE_P})", f"return -{SOFTMAX_P}.log()"]),
    ("token_nll", "", [f"return ({LOG_P} * -1).tolist()", f"return (-{LOG_P}).numpy()", f"return list(-{LOG_P})"]),
    (
        "token_nll",
        "",
        ["return logits.logsumexp(-1) - logits[range(len(targets)), targets]", f"return (-{LOG_P}).requires_grad_()"],
    ),
    ("token_nll", "bits", [f"return -{LOG_P} / math.log(2)", f"return -torch.log2({NAIVE_P})"]),
    ("token_nll", "probabilities_not_logs", [f"return {NAIVE_P}", f"return {LOG_P}.exp()"]),
    ("token_nll", "sign", [f"return {LOG_P}", f"return {SOFTMAX_P}.log()"]),
    ("token_nll", "unnormalized", ["return -logits[torch.arange(len(targets)), targets]"]),
    (
        "cross_entropy",
        "",
        [f"return -{LOG_P}.mean()", f"return -float({LOG_P}.mean())", f"return (-{LOG_P}).mean().numpy()"],
    ),
    (
        "cross_entropy",
        "",
        [
            "top = logits.max(-1, keepdim=True).values\n"
            "logits -= top\n"  # changes its argument
            "return (logits.exp().sum(-1).log() - logits.gather(1, targets[:, None])[:, 0]).mean()",
            "x = logits.numpy() - logits.numpy().max(1, keepdims=True)\n"
            "return (np.log(np.exp(x).sum(1)) - x[np.arange(len(x)), targets.numpy()]).mean()",
            "costs = []\n"
            "for row, k in zip(logits.tolist(), targets.tolist()):\n"
            "    costs.append(max(row) + math.log(sum(math.exp(z - max(row)) for z in row)) - row[k])\n"
            "return sum(costs) / len(costs)",
        ],
    ),
    ("cross_entropy", "bits", [f"return -{LOG_P}.mean() / math.log(2)", f"return -{NAIVE_P}.log2().mean()"]),
    (
        "cross_entropy",
        "sum",
        [f"return -{LOG_P}.sum()", f"return -sum({NAIVE_P}.log())", f"return -{SOFTMAX_P}.log().sum()"],
    ),
    ("cross_entropy", "sign", [f"return {LOG_P}.mean()", f"return torch.log({NAIVE_P}).mean()"]),
    (
        "cross_entropy",
        "no_log",
        [f"return {SOFTMAX_P}.mean()", f"return {NAIVE_P}.mean()", f"return {LOG_P}.exp().mean()"],
    ),
    ("cross_entropy", "log_of_mean", [f"return -{SOFTMAX_P}.mean().log()", f"return -torch.log({NAIVE_P}.mean())"]),
    (
        "cross_entropy",
        "shift",
        [
            f"logits = logits.roll(1, dims=0)\nreturn -{LOG_P}.mean()",
            "rows = torch.softmax(logits, 1)\n"
            "return -torch.stack([torch.log(rows[t - 1])[k] for t, k in enumerate(targets)]).mean()",
        ],
    ),
    (
        "cross_entropy",
        "softmax_twice",
        [
            f"logits = logits.softmax(-1)\nreturn -{LOG_P}.mean()",
            f"logits = logits.exp() / logits.exp().sum(-1, keepdim=True)\nreturn -{LOG_P}.mean()",
        ],
    ),
    (
        "cross_entropy",
        "overflow",
        [
            f"return -{NAIVE_P}.log().mean()",
            f"return -{SOFTMAX_P}.log().mean()",
            "return (logits.exp().sum(-1).log() - logits[torch.arange(len(targets)), targets]).mean()",
            "x = np.exp(logits.numpy())\nreturn -np.log(x[np.arange(len(x)), targets] / x.sum(1)).mean()",
            "costs = [math.log(sum(map(math.exp, z))) - z[k] for z, k in zip(logits.tolist(), targets)]\n"
            "return sum(costs) / len(costs)",
            f"return -{SOFTMAX_P}.prod().log() / len(targets)",
            f"return -{SOFTMAX_P}.double().log().mean()",
            "z = (logits - logits.max()).exp()\n"  # one maximum for all rows
            "return -(z / z.sum(-1, keepdim=True)).log()[torch.arange(len(targets)), targets].mean()",
        ],
    ),
]
CASES = [(name, mistake, body) for name, mistake, bodies in ANSWERS for body in bodies]
IDS = [f"{name}-{mistake or 'right'}-{i}" for i, (name, mistake, _) in enumerate(CASES)]


def source(function: str, body: str) -> str:
    return f"def {function}(logits, targets):\n" + "".join(f"    {line}\n" for line in body.splitlines())


def student(function: str, body: str):
    names: dict = {}
    exec(SETUP + source(function, body), names)
    return names[function]


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})


def misconception(question: Question, name: str) -> Misconception | None:
    return next((mistake for mistake in question.misconceptions if mistake.name == name), None)


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """Every answer above as the notebook of one student, graded in one run."""
    folder = tmp_path_factory.mktemp("answers")
    for name, (function, _, body) in zip(IDS, CASES, strict=True):
        (folder / f"{name}.ipynb").write_text(notebook(SETUP, source(function, body) + f"check({function})"))
    return {(row.submission, row.question): row for row in grade(folder, seed=3)}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.function)
@pytest.mark.parametrize("seed", range(5))
def test_reference_passes_on_visible_and_hidden_cases(question, seed):
    cases = (*question.visible, *question.hidden(seed))
    outputs = [decode(encode(question.reference(*case))) for case in cases]
    assert judge(question, cases, outputs).correct


@pytest.mark.parametrize(("question", "mistake"), PAIRS, ids=lambda x: getattr(x, "name", None) or x.function)
def test_each_misconception_is_diagnosed_as_itself(question, mistake):
    outputs = [decode(encode(mistake.wrong(*case))) for case in question.visible]
    verdict = judge(question, question.visible, outputs)
    assert (verdict.status, verdict.misconception) == ("wrong", mistake.name)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.function)
def test_no_two_misconceptions_coincide_on_the_ordinary_cases(question):
    formulas = {m.name: m.wrong for m in question.misconceptions if m.wrong} | {"right": question.reference}
    for (a, f), (b, g) in itertools.combinations(formulas.items(), 2):
        gaps = [(f(*case).double() - g(*case).double()).abs().max().item() for case in question.cases]
        assert max(gaps) > 100 * question.tolerance, (a, b)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.function)
def test_ordinary_cases_stay_in_range_and_the_first_is_the_smallest(question):
    ordinary = (*question.cases, *question.hidden(1)[:-1])
    assert all(logits.abs().max() <= 50 for logits, _ in ordinary)
    sizes = [logits.numel() for logits, _ in question.cases]
    assert sizes == sorted(sizes)
    assert {logits.dtype for logits, _ in ordinary} == {torch.float32, torch.float64}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.function)
def test_hidden_cases_follow_the_seed_alone(question):
    def numbers(seed):
        return [case[0].flatten().tolist() for case in question.hidden(seed)]

    assert numbers(1) == numbers(1)
    assert numbers(1) != numbers(2)


@pytest.mark.parametrize(("function", "mistake", "body"), CASES, ids=IDS)
def test_check_names_the_mistake_of_an_answer(function, mistake, body, capsys):
    check(student(function, body))
    lines = capsys.readouterr().out.splitlines()
    if not mistake:
        assert lines == [f"{function}: right."]
        return
    hint = misconception(question_named(function), mistake).hint
    assert lines[0] == f"{function}: not yet. {hint}"
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["smallest failing input", "returned", "expected"]


@pytest.mark.parametrize(("function", "mistake", "body"), CASES, ids=IDS)
def test_marks_name_the_mistake_of_an_answer(function, mistake, body, marks):
    row = marks[IDS[CASES.index((function, mistake, body))], function]
    points = 0 if mistake else question_named(function).points
    assert (row.misconception, row.status, row.points) == (mistake, "wrong" if mistake else "correct", points), row


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_check_says_the_same_as_the_marks(marks, capsys):
    for name, (function, _, body) in zip(IDS, CASES, strict=True):
        check(student(function, body))
        assert capsys.readouterr().out.strip() == marks[name, function].message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise NotImplementedError", "not written yet"),
        ("pass", "Is a return missing?"),
        ("return 'loss'", "not of the kind expected"),
        ("return {1: 2}", "object of type dict"),
        ("return 1j", "not of the kind expected"),
        (f"return -{LOG_P}", "The shape is (1,), not ()"),
        ("return logits.sum() * float('nan')", "not finite"),
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
        ("return undefined", "NameError"),
        ("raise BaseException('deep')", "BaseException: deep"),
        ("return cross_entropy(logits, targets)", "RecursionError"),
        ("exit()", "instead of calling exit()"),
        ("import sys; sys.exit(3)", "instead of calling exit()"),
        ("return torch.sparse_coo_tensor([[0]], [1.0], (2,))", "not yet"),
        (f"return -({SOFTMAX_P} + 1e-12).log().mean()", "wrong on large ones"),
        ("logits.zero_(); return logits.sum()", "torch.tensor([[0.0, 0.0]])"),
        ("return -logits.mean() * 7", "not a mistake we know"),
    ],
)
def test_check_survives_and_explains_whatever_a_function_does(body, said, capsys):
    check(student("cross_entropy", body))
    assert said in capsys.readouterr().out


def test_check_stops_an_endless_loop_even_one_that_catches_every_exception(capsys):
    before = signal.getsignal(signal.SIGALRM)
    loop = "while True:\n    try:\n        math.sqrt(2)\n    except Exception:\n        pass"
    check(student("cross_entropy", loop), seconds=0.2)
    assert "a loop that never stops?" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_check_works_in_a_thread_where_there_is_no_alarm(capsys):
    thread = threading.Thread(target=check, args=(question_named("cross_entropy").reference,))
    thread.start()
    thread.join()
    assert capsys.readouterr().out == "cross_entropy: right.\n"


def test_check_leaves_ctrl_c_to_the_reader():
    with pytest.raises(KeyboardInterrupt):
        check(student("cross_entropy", "raise KeyboardInterrupt"))


def test_check_of_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"token_nll, cross_entropy.*got my_loss"):
        check(student("my_loss", "return 0"))


def test_check_of_a_result_asks_for_the_function_itself():
    with pytest.raises(TypeError, match=r"as in check\(cross_entropy\); got a Tensor"):
        check(torch.tensor(1.0))


def library_losses():
    """Everything in torch that sounds like a loss for classes, whatever its address; a new torch may bring more."""
    modules = [torch.nn.functional, torch._C._nn, torch._C._VariableFunctions, torch]
    sounds = re.compile(r"cross_?entropy|nll", re.IGNORECASE)
    others = re.compile(r"binary|gaussian|poisson|backward|options", re.IGNORECASE)
    names = {(m, n) for m in modules for n in dir(m) if sounds.search(n) and not others.search(n)}
    found = {f"{getattr(m, '__name__', m)}.{n}": getattr(m, n) for m, n in names}
    found |= {"CrossEntropyLoss": torch.nn.CrossEntropyLoss(reduction="sum"), "NLLLoss": torch.nn.NLLLoss()}
    for name in ("cross_entropy_loss", "nll_loss", "nll_loss_nd", "nll_loss2d", "nll_loss_forward"):
        packet = getattr(torch.ops.aten, name)
        found |= {f"aten.{name}": packet, f"aten.{name}.default": packet.default}
    return dict(sorted(found.items()))


@pytest.mark.parametrize("loss", library_losses().values(), ids=library_losses().keys())
def test_every_route_to_a_library_loss_is_noticed(loss):
    logits, targets = torch.zeros(2, 3), torch.tensor([0, 1])
    watch = LibraryWatch(question_named("cross_entropy").forbidden)
    with watch:
        for arguments in [(logits, targets), (logits, torch.zeros(4, 3), targets), (logits, targets, None, 1, -100)]:
            with contextlib.suppress(TypeError, ValueError, RuntimeError):
                watch.calls or loss(*arguments)
    assert watch.calls


def test_softmax_log_softmax_logsumexp_and_gather_are_free_to_use():
    watch = LibraryWatch(question_named("cross_entropy").forbidden)
    with watch:
        x = torch.zeros(2, 3)
        torch.nn.functional.log_softmax(x, -1).gather(1, torch.zeros(2, 1, dtype=torch.int64))
        x.softmax(-1).logsumexp(-1)
    assert watch.calls == []


def test_a_forbidden_call_is_named_in_the_notebook_even_if_its_errors_are_caught(capsys):
    body = "try:\n    return F.cross_entropy(logits, targets)\nexcept:\n    return 0"
    check(student("cross_entropy", body))
    assert "It uses cross_entropy" in capsys.readouterr().out


@pytest.mark.parametrize(
    "value",
    [torch.tensor([1.5, -math.inf]), torch.tensor([[1, 2]]), "text", ["a", "b"], [torch.zeros(2), torch.ones(3)]],
    ids=str,
)
def test_values_cross_the_wire_unchanged(value):
    back = decode(json.loads(json.dumps(encode(value))))
    assert str(back) == str(value)


def test_strange_values_cross_the_wire_as_descriptions():
    assert decode(encode(None)) == Odd("None")
    assert decode(encode(object())) == Odd("an object of type object")
    assert decode(encode(torch.zeros(10**6))) == Odd("a tensor of shape (1000000,)")
    assert decode(encode(Raised("ValueError", "no"))) == Raised("ValueError", "no")


def test_a_numerical_misconception_without_extreme_cases_is_refused():
    with pytest.raises(ValueError, match="needs extremes"):
        Question(
            reference=math.sqrt,
            cases=((2.0,),),
            misconceptions=(Misconception("rounding", "?"),),
            hidden=lambda seed: (),
        )


def test_check_works_without_fork_alarm_and_resource_as_on_windows(tmp_path):
    program = (
        "import os, signal, sys\n"
        "sys.modules['resource'] = None\n"
        "del os.fork, signal.setitimer, signal.SIGALRM\n"
        "import course_lm.grading.batch\n"
        "from course_lm.grading.question import question_named\n"
        "course_lm.grading.check(question_named('cross_entropy').reference)\n"
        "try:\n"
        "    course_lm.grading.batch.grade(sys.argv[1])\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    (tmp_path / "anna.ipynb").write_text(notebook())
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("cross_entropy: right.\n"), done.stderr
    assert "WSL" in done.stdout
