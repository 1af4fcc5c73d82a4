"""What student code may not do to the machine, each tried in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

import course_lm.grading.guard as module

FOLDER = Path(module.__file__).parents[1]

PROGRAM = """
import math, os, pathlib, signal, socket, sys, shutil, subprocess, gc
sys.path.insert(0, sys.argv[1])
from guard import guard
target, course = pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[2])
guard(course, lambda name: print("noticed", name))
try:
    print(eval(sys.argv[4]))
except PermissionError as error:
    print("refused:", error)
"""


def after(tmp_path, expression: str) -> str:
    """What is printed when an expression is evaluated under the guard."""
    (tmp_path / "target").write_text("text")
    arguments = [str(Path(module.__file__).parent), str(FOLDER), str(tmp_path / "target"), expression]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "expression",
    [
        "target.read_text()",
        "os.open(target, os.O_RDONLY)",
        "open('/usr/../' + str(target))",
        "(os.chdir(sys.prefix), open('pyvenv.cfg').read(9))[1]",
        "open(f'/proc/{os.getppid()}/cmdline').read()",
        "(target.with_name('new')).write_text('x')",
        "open(sys.prefix + '/x', 'w')",
        "target.unlink()",
        "target.rename(target.with_name('new'))",
        "target.with_name('new').symlink_to('/usr')",
        "shutil.rmtree(target.parent)",
        "os.kill(os.getppid(), signal.SIGKILL)",
        "os.killpg(0, signal.SIGKILL)",
        "os.fork()",
        "subprocess.run(['true'])",
        "os.system('true')",
        "socket.socket()",
        "__import__('ctypes').CDLL(None)",
        "gc.get_objects()",
        "setattr(guard, '__code__', (lambda *_: None).__code__)",
    ],
)
def test_it_is_refused_and_leaves_everything_as_it_was(tmp_path, expression):
    assert after(tmp_path, expression).startswith("refused:")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("target", "text")]


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("len(open(math.__spec__.loader_state or os.__file__).read()) > 0", "True"),
        ("open('/proc/self/stat').read()[:0] == ''", "True"),
        ("open(os.devnull, 'w').write('x')", "1"),
        ("__import__('fractions').Fraction(1, 2)", "1/2"),
        ("os.kill(os.getpid(), 0)", "None"),
    ],
)
def test_what_python_and_honest_code_need_is_left_alone(tmp_path, expression, printed):
    assert after(tmp_path, expression).strip() == printed


def test_a_file_of_the_course_is_noticed_and_those_of_the_worker_only_refused(tmp_path):
    assert after(tmp_path, "(course / 'loss.py').read_text()").splitlines()[0] == "noticed course_lm"
    assert after(tmp_path, "(course / 'grading' / 'wire.py').read_text()").startswith("refused:")
