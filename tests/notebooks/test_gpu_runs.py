"""The page of runs on a GPU shows the records that a card gave, and nothing else."""

import copy
import importlib
import json
import sys
from pathlib import Path

import gpu_runs
import pytest

from .checks import complaints

ROOT = Path(__file__).parents[2]
CARD = {"device": "cuda", "card": "Some GPU 9000", "card_memory_gib": 14.74, "driver": "550.54.15", "cuda": "12.8"}
TEXT = "".join(f"the {animal} sees the {other}.\n" for animal in "abcdefgh" for other in "abcdefghijklmnop")
PAGE = gpu_runs.PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def of_a_cpu(tmp_path_factory):
    """A record that the script keeps, of a run in the smallest form."""
    folder = tmp_path_factory.mktemp("records")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    options = ["--corpus", folder / "text.txt", "--preset", "tiny", "--steps", "20", "--target", "9", "--json", folder]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        patch.setattr(sys, "argv", ["gpu.py", *map(str, options)])
        patch.setenv("COURSE_LM_DEVICE", "cpu")
        importlib.import_module("gpu").main()
    (path,) = folder.glob("*.json")
    return path


@pytest.fixture
def record(of_a_cpu):
    """The same with the words of a card, and with nanoGPT three times as slow beside it."""
    record = json.loads(of_a_cpu.read_text(encoding="utf-8"))
    record["machine"] |= CARD
    (ours,) = record["runs"]
    ours["memory_gib"] = 1.26
    peer = copy.deepcopy(ours) | {"name": "nanoGPT", "share_of_peak": None}
    peer["seconds_to_target"] *= 3
    record["runs"].append(peer)
    return record


def test_the_page_is_what_the_records_make_of_it():
    assert gpu_runs.filled(PAGE, gpu_runs.read(gpu_runs.RECORDS)) == PAGE


def test_without_a_record_the_page_says_so():
    assert "No run on a GPU has been measured yet." in gpu_runs.filled(PAGE, [])


def test_the_page_states_the_card_its_software_and_what_was_measured(record):
    page = gpu_runs.filled(PAGE, [record])
    machine, (ours, _) = record["machine"], record["runs"]
    assert "No run on a GPU" not in page
    assert f"### Some GPU 9000, {machine['date']}\n" in page
    assert f"14.7 GiB, driver 550.54.15, CUDA 12.8, torch {machine['torch']}. " in page
    assert f"| course_lm | 20 | {ours['nats_per_token']:.4f} | {ours['seconds']:.1f} |" in page
    assert f"| {ours['tokens_per_second']:,.0f} | {ours['share_of_peak']:.0%} | 1.3 |" in page
    assert "nanoGPT took 3.0 times as long as course_lm." in page
    for updates, seconds, loss in ours["curve"]:
        assert page.count(f"| {updates} | {seconds:.1f} | {loss:.4f} |") == 2


def test_a_target_that_was_missed_is_not_compared(record):
    record["runs"][1]["seconds_to_target"] = None
    page = gpu_runs.filled(PAGE, [record])
    assert "| not reached |" in page
    assert "times as long" not in page


def test_filling_twice_changes_nothing_and_leaves_the_words_of_the_authors(record):
    page = gpu_runs.filled(PAGE, [record])
    assert gpu_runs.filled(page, [record]) == page
    assert gpu_runs.filled(page, []) == gpu_runs.filled(PAGE, [])
    assert gpu_runs.own_words(page) == gpu_runs.own_words(PAGE)


def test_the_record_of_a_cpu_is_refused(of_a_cpu):
    with pytest.raises(ValueError, match=f"{of_a_cpu.name} must be the record of a run on a GPU; its device is 'cpu'"):
        gpu_runs.read(of_a_cpu.parent)


def test_a_decimal_is_let_through_between_the_marks_of_this_page_alone(tmp_path, monkeypatch, record):
    page = tmp_path / "page.md"
    page.write_text(gpu_runs.filled(PAGE, [record]), encoding="utf-8")
    assert "cite no kernel and no source" in "".join(complaints(page))
    monkeypatch.setattr(gpu_runs, "PAGE", page)
    assert complaints(page) == []
    page.write_text(page.read_text(encoding="utf-8") + "\nIt takes 3.5 minutes.\n", encoding="utf-8")
    assert complaints(page) == ["decimals that cite no kernel and no source: ['3.5']"]
