"""What the project says about itself in several places is the same in all of them, and it loads nothing unchecked."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import course_lm
from course_lm.grading.question import all_questions
from course_lm.grading.sealed import worker

ROOT = Path(__file__).parents[2]
OWN_HUB = ["tests/unit/test_benchmarks.py", "tests/unit/test_pretrained.py"]
PARTS = "course_lm book exercises solutions tests benchmarks".split()
FILES = [path for part in PARTS for ending in ("py", "ipynb") for path in sorted((ROOT / part).rglob(f"*.{ending}"))]
ATTACKS = ROOT / "tests" / "unit" / "attacks"  # notebooks that try what the grader must withstand
CHAPTERS = list(ROOT.glob("book/*.ipynb"))
SESSIONS = re.findall(r"^## Session \d", (ROOT / "book" / "lesson_plan.md").read_text(encoding="utf-8"), re.MULTILINE)
UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
PICKLE = re.compile(
    r"""^[\s"]*(import|from)\ (pickle|dill|cloudpickle|joblib|shelve|marshal)\b
    | \btorch\.(load|save)\( | allow_pickle\s*=\s*True""",
    re.MULTILINE | re.VERBOSE,
)
DOWNLOAD = re.compile(
    r"""^[\s"]*(import|from)\ (requests|httpx|aiohttp|ftplib|datasets|urllib\.request|http\.client)\b
    | ^[\s"]*(import|from)\ huggingface_hub\b(?!\.errors)
    | \b(pooch\.(retrieve|create)|urlopen|urlretrieve|load_state_dict_from_url)\(
    | \btorch\.hub\b
    | \b(Auto\w+|Tokenizer)\.from_pretrained\(""",
    re.MULTILINE | re.VERBOSE,
)
NO_NETWORK = """
import socket
def refuse(*arguments, **options):
    raise AssertionError("the network was asked for something")
socket.socket.connect = socket.getaddrinfo = refuse
import course_lm, course_lm.cli, course_lm.grading, course_lm.run_cache, course_lm.plot
"""


def files_with(pattern: re.Pattern[str]) -> list[str]:
    """The files of code and the notebooks in which a pattern stands."""
    ours = (path for path in FILES if ATTACKS not in path.parents)
    return [path.relative_to(ROOT).as_posix() for path in ours if pattern.search(path.read_text(encoding="utf-8"))]


def test_version_and_date_are_the_same_in_package_citation_and_changes():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.search(r'^version: (.+)\ndate-released: "(.+)"$', citation, re.MULTILINE)
    newest = re.search(r"^## (\S+), (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited.groups() == newest.groups()
    assert newest[1] == course_lm.__version__


def in_words(n: int) -> str:
    """A number below a hundred as prose says it."""
    if n < 20:
        return UNITS[n]
    return TENS[n // 10] + (f"-{UNITS[n % 10]}" if n % 10 else "")


@pytest.mark.parametrize(
    ("page", "sentence", "counted"),
    [
        ("README.md", "The book has {} chapters", CHAPTERS),
        ("README.md", "the pages: {} chapters", CHAPTERS),
        ("README.md", "Each chapter has exercises, {} in all", all_questions()),
        ("README.md", "has {} sessions", SESSIONS),
        ("book/index.md", "## {} questions, one sentence", CHAPTERS),
        ("book/lesson_plan.md", "for the {} chapters", CHAPTERS),
        ("book/lesson_plan.md", "It has {} sessions", SESSIONS),
    ],
)
def test_a_page_that_counts_chapters_sessions_or_exercises_counts_right(page, sentence, counted):
    said = sentence.format(in_words(len(counted)))
    is_said = said.lower() in (ROOT / page).read_text(encoding="utf-8").lower()
    assert is_said, f"{page} should say: {said}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "MAINTAINING.md"])
def test_every_file_that_a_page_for_newcomers_names_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", re.sub(r"`[^`]*`", "", text))
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = [path for row in rows for path in re.findall(r"`([\w./]+)`", row)]
    assert linked
    assert [path for path in linked + named if not (ROOT / path).exists()] == []


def test_the_tour_of_the_package_names_every_module():
    tour = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Commands")[0]
    modules = [path for path in (ROOT / "course_lm").iterdir() if not path.name.startswith("__")]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in modules}
    assert sorted(name for name in names if f"`{name}`" not in tour) == []


def test_the_limits_of_the_worker_are_those_that_instructors_read():
    text = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
    said = re.search(r"A question has (\d+) seconds, (\d+) MiB beyond .*?, and (\d+) MiB for its answer", text)
    (seconds,) = {question.seconds for question in all_questions().values()}
    assert [float(number) for number in said.groups()] == [
        seconds,
        worker.MEMORY / 2**20,
        worker.LONGEST_ANSWER / 2**20,
    ]


def test_nothing_is_pickled_or_unpickled():
    assert files_with(PICKLE) == []


def test_two_functions_download_and_all_others_have_their_own_hub_or_file_or_wait_to_be_asked():
    asked, from_file = "book/08_real_texts.ipynb", "benchmarks/smollm2.py"
    assert files_with(DOWNLOAD) == ["course_lm/data.py", "course_lm/pretrained.py", asked, *OWN_HUB, from_file]


def test_the_corpus_is_downloaded_with_its_checksum():
    text = (ROOT / "course_lm" / "data.py").read_text(encoding="utf-8")
    assert len(DOWNLOAD.findall(text)) == text.count('known_hash=f"sha256:{SHAKESPEARE_SHA256}"') == 1


def test_a_pretrained_model_brings_no_code_and_only_numbers():
    text = (ROOT / "course_lm" / "pretrained.py").read_text(encoding="utf-8")
    assert len(DOWNLOAD.findall(text)) == text.count("trust_remote_code=False") == 3
    assert text.count("use_safetensors=True") == 1


def test_importing_the_package_asks_nothing_of_the_network():
    done = subprocess.run([sys.executable, "-c", NO_NETWORK], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_test_that_asks_for_another_host_fails():
    for ask in (lambda: socket.getaddrinfo("example.org", 443), lambda: socket.create_connection(("192.0.2.1", 80), 1)):
        with pytest.raises(AssertionError, match=r"tests must not use the network; one asked for"):
            ask()
