"""The short form of ``benchmarks/kills.py``, which kills a training run as often as one likes."""

import importlib
from pathlib import Path

import pytest


@pytest.mark.long
def test_a_run_that_is_killed_at_random_moments_ends_as_if_it_had_not_been(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    kills = importlib.import_module("kills")
    assert kills.summary(kills=3, seed=0).startswith("3 kills in ")
