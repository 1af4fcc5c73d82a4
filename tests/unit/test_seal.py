"""Submissions run where nothing of this machine can be seen; where that cannot be had, nobody is left in doubt."""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lm.grading import batch, seal
from course_lm.grading.batch import Plan, grade
from course_lm.grading.cgroup import MemoryBound
from course_lm.grading.question import question_named
from course_lm.grading.sandbox import Sandbox
from course_lm.grading.seal import COURSE, Seal, covered, find_seal, readable
from course_lm.grading.sealed import confine

from .answers import notebook, source

BEST = find_seal()[0]
QUESTION = question_named("cross_entropy")
RIGHT = "return (-logits.log_softmax(-1)[torch.arange(len(targets)), targets]).mean()"
SEALS = [BEST, Seal("landlock")]
needs_seal = pytest.mark.skipif(
    BEST.kind != "bubblewrap", reason="bubblewrap cannot seal anything here: apt install bubblewrap"
)


@pytest.fixture(params=SEALS, ids=lambda seal: seal.kind)
def outputs(request, warm_sandbox):
    """What one function returns within each seal."""
    with warm_sandbox(request.param) as sandbox:

        def run(body: str, seconds: float = 3.0):
            cells = ["import torch", source("cross_entropy", body)]
            outcome = sandbox.run(QUESTION, cells, 0, QUESTION.inputs()[:1], seconds)
            return outcome.outputs[0] if outcome.outputs else outcome.ended

        yield run


@needs_seal
@pytest.mark.parametrize(
    "expression",
    [
        "open('/etc/passwd').read()",
        f"open({str(COURSE / 'grading' / 'question.py')!r}).read()",
        "__import__('os').listdir('/home')",
        f"torch.from_file({str(COURSE / 'loss.py')!r}, size=1, dtype=torch.uint8)",
        "open('/tmp/x', 'w')",
        "open('/dev/shm/x', 'w')",
        "open(torch.__file__, 'a')",
        "__import__('os').mkfifo('/tmp/x')",
        "__import__('os').chmod(torch.__file__, 0o777)",
        "torch._C.PyTorchFileWriter('/tmp/x')",
        "__import__('socket').socket()",
        "__import__('os').fork()",
        "__import__('os').execv('/bin/true', ['true'])",
        "__import__('subprocess').run(['true'])",
        "__import__('threading').Thread(target=print).start()",
        "__import__('os').kill(1, 9)",
        "__import__('signal').pidfd_send_signal(__import__('os').pidfd_open(1), 9)",
        "__import__('resource').prlimit(1, 7, (1, 1))",
        "__import__('os').setpriority(0, 0, 5)",
        "__import__('os').memfd_create('x')",
        "__import__('os').setuid(0)",
    ],
)
def test_the_kernel_refuses_it_within_each_seal(outputs, expression):
    assert type(outputs(f"return str({expression})")).__name__ == "Raised"


def calls(*arguments: tuple[int, ...]) -> str:
    """The body of an answer that makes system calls and returns the number of the error of each."""
    return (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"return [libc.syscall(*map(ctypes.c_long, a)) and ctypes.get_errno() for a in {list(arguments)!r}]"
    )


@needs_seal
def test_every_system_call_is_refused_that_is_not_known_to_be_needed(outputs):
    column = confine.MACHINES[platform.machine()][0]
    allowed = {*confine.numbers(confine.ALLOWED, column), *confine.numbers(" ".join(confine.ONLY), column)}
    traps = {335, 336}  # of the kernel's own, which no filter sees and which end whoever calls them
    others = [number for number in range(600) if number not in allowed | traps]
    errors = outputs(calls(*((number, -1, -1, -1, -1, -1, -1) for number in others)))
    assert errors.tolist() == [1 if number < confine.NEWEST else 38 for number in others]  # EPERM, ENOSYS


@needs_seal
@pytest.mark.parametrize(
    ("call", "argument"),
    [
        ("fcntl", "1024"),  # a lease
        ("fcntl", "8"),  # who gets signals
        ("fcntl", "1031"),  # how much a pipe holds
        ("ioctl", "0x40086602"),  # the flags of a file
        ("ioctl", "0x5412"),  # typing into a terminal
        ("prlimit64", "7"),
    ],
)
def test_calls_with_many_purposes_are_allowed_for_harmless_ones_alone(outputs, call, argument):
    (table,) = [table for table in confine.ONLY if table.startswith(call)]
    (number,) = confine.numbers(table, confine.MACHINES[platform.machine()][0])
    first = 1 if call == "prlimit64" else 3
    assert outputs(calls((number, first, int(argument, 0), 0, 0))).tolist() == [1]


@needs_seal
def test_what_honest_answers_need_is_left_alone(outputs):
    assert outputs("from fractions import Fraction\nreturn float(Fraction(1, 2))").item() == 0.5
    assert outputs("import statistics\nreturn statistics.mean([1, 3])").item() == 2
    assert outputs("w = torch.ones(1, requires_grad=True)\n(w * 3).sum().backward()\nreturn w.grad").tolist() == [3]
    assert outputs("w = torch.ones(1, requires_grad=True)\ntorch.optim.SGD([w], lr=0.1).step()\nreturn 1").item() == 1
    assert outputs("return torch.func.grad(torch.sin)(torch.zeros(()))").item() == 1
    assert outputs("torch.set_num_threads(4)\nreturn torch.ones(3000, 300).mm(torch.ones(300, 300)).sum()").item() > 0


@needs_seal
@pytest.mark.long
def test_an_answer_may_be_compiled(outputs):
    assert outputs("return torch.compile(torch.add)(torch.ones(2), 1)", 20).tolist() == [2, 2]


@needs_seal
def test_every_question_begins_in_the_same_state(outputs):
    body = "import sys\nbefore = hasattr(torch, 'left')\ntorch.left = True\nsys.modules['left'] = torch\nreturn before"
    assert [outputs(body).item() for _ in range(3)] == [False] * 3


@needs_seal
@pytest.mark.parametrize(
    ("body", "seconds", "ended"),
    [
        ("x = [0]\nwhile True:\n    x = x * 1000", 3, "exited"),
        ("import mmap\nreturn len([mmap.mmap(-1, 1 << 28) for _ in range(99)])", 3, "exited"),
        ("while True:\n    try:\n        pass\n    except BaseException:\n        pass", 0.3, "timeout"),
        ("import signal\nsignal.pthread_sigmask(0, range(1, 65))\nwhile True:\n    pass", 0.3, "timeout"),
        ("import os\nwhile True:\n    os.write(3, b'x' * 65536)", 3, "exited"),
        ("import os\nos._exit(0)", 3, "exited"),
    ],
)
def test_time_memory_and_output_end_where_they_should_and_the_next_answer_is_whole(outputs, body, seconds, ended):
    result = outputs(body, seconds)
    assert ended == (result if isinstance(result, str) else type(result).__name__)
    assert outputs(RIGHT).item() == pytest.approx(0.693147)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@needs_seal
@pytest.mark.parametrize("kind", SEALS, ids=lambda seal: seal.kind)
def test_nothing_of_a_submission_outlives_its_worker(kind, warm_sandbox):
    sandbox = warm_sandbox(kind).lent  # for good: the store does not get it back
    escape = "try:\n    os.setsid()\nexcept OSError:\n    pass\nwhile True:\n    pass"
    sandbox.run(QUESTION, ["import os", source("cross_entropy", escape)], 0, QUESTION.inputs()[:1], 0.3)
    first, group = sandbox._first or sandbox._process.pid, sandbox._process.pid
    assert is_running(first)
    sandbox.__exit__(None, None, None)
    assert not is_running(first)
    assert not is_running(group)
    assert sandbox._memory.folder is None or not sandbox._memory.folder.exists()


GRADER = """
import sys
import time
from threading import Thread
from course_lm.grading.question import question_named
from course_lm.grading.sandbox import Sandbox
from course_lm.grading.seal import Seal, find_seal
sys.path.insert(0, sys.argv[1])
from answers import source
question = question_named("cross_entropy")
job = question, ["import time", source("cross_entropy", "time.sleep(100)")], 0, question.inputs()[:1], 100
with Sandbox(find_seal()[0]) as one, Sandbox(Seal("landlock")) as other:
    for sandbox in (one, other):
        Thread(target=sandbox.run, args=job).start()
    print(one._first or one._process.pid, other._process.pid, flush=True)
    time.sleep(100)
"""


@needs_seal
@pytest.mark.long
def test_workers_end_with_their_grader_even_in_the_middle_of_an_answer():
    program = [sys.executable, "-c", GRADER, str(Path(__file__).parent)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as grader:
        workers = [int(pid) for pid in grader.stdout.readline().split()]
        time.sleep(0.5)
        assert [is_running(worker) for worker in workers] == [True, True]
        grader.kill()
    ended = time.monotonic() + 5
    while any(map(is_running, workers)) and time.monotonic() < ended:
        time.sleep(0.05)
    assert [is_running(worker) for worker in workers] == [False, False]


def test_the_course_and_the_environments_own_folder_are_never_among_what_can_be_read():
    paths = readable()
    assert sys.prefix not in paths
    assert not any(str(COURSE).startswith(f"{path}/") and path not in map(os.path.dirname, covered()) for path in paths)
    assert str(COURSE) in covered()
    assert len(set(paths)) == len(paths)


def test_files_within_the_course_are_closed_to_landlock_even_where_it_lies_among_the_packages(tmp_path):
    for name in ("torch", "course_lm/grading", "numpy"):
        (tmp_path / name).mkdir(parents=True)
    allowed = dict(confine._around(str(tmp_path), [str(tmp_path / "course_lm")]))
    assert set(allowed) == {str(tmp_path), str(tmp_path / "torch"), str(tmp_path / "numpy")}
    assert allowed[str(tmp_path)] == 8  # to be listed, and nothing in it read


@pytest.mark.parametrize(
    ("system", "machine", "said"), [("Darwin", "arm64", "Darwin"), ("Linux", "riscv64", "riscv64")]
)
def test_a_machine_that_has_no_seal_says_what_is_missing(system, machine, said, monkeypatch):
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    found, missing = find_seal()
    assert found.kind == "none"
    assert said in missing


@pytest.fixture
def no_seal(monkeypatch):
    monkeypatch.setattr(batch, "find_seal", lambda: (Seal("none"), "bubblewrap is not installed"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "anna.ipynb").write_text(notebook("import torch", source("cross_entropy", RIGHT)))
    return tmp_path


def test_a_class_is_refused_where_nothing_can_be_sealed_with_the_remedy(folder, no_seal):
    with pytest.raises(OSError, match=r"cannot be sealed here: bubblewrap is not installed\. .*apt install bubblewrap"):
        grade(folder)


def test_a_single_notebook_and_work_that_is_trusted_go_on_with_a_warning(folder, warm_sandboxes, no_seal):
    alone = grade(folder / "anna.ipynb")
    trusted = grade(folder, Plan(questions=["cross_entropy"], unsealed=True))
    assert [row.status for row in (*alone.rows, *trusted.rows)] == ["correct", "correct"]
    assert alone.warning == trusted.warning
    assert "--unsealed" in alone.warning


def test_a_worker_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(seal, "PROGRAM", "raise SystemExit('no torch here')")
    with pytest.raises(OSError, match=r"could not start .*no torch here"), Sandbox(Seal("none")):
        pass


def test_memory_is_bounded_in_a_control_group_or_not_at_all(tmp_path, monkeypatch):
    group = MemoryBound(os.getpid(), 1 << 40)
    if group.folder is not None:
        assert str(os.getpid()) in (group.folder / "cgroup.procs").read_text().split()
        (group.folder.parent / "cgroup.procs").write_text(str(os.getpid()))
    group.remove()
    monkeypatch.setattr("course_lm.grading.cgroup._places", lambda: [(tmp_path, "memory.max")])
    (tmp_path / "course-lm-999999999").mkdir()  # of a grader that was killed
    assert MemoryBound(os.getpid(), 1).folder is None  # no kernel made the files of a group there
    assert list(tmp_path.iterdir()) == []
