"""Installing the package on Colab changes none of the packages there, and adds none."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ON_COLAB = {"python_version": "3.13", "sys_platform": "linux", "platform_system": "Linux", "extra": ""}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN, PRETRAINED = PROJECT["dependencies"], PROJECT["optional-dependencies"]["pretrained"]


@pytest.fixture(scope="module")
def colab():
    """The version of each package there."""
    lines = Path(__file__).with_name("colab_packages.txt").read_text(encoding="utf-8")
    return {
        canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)$", lines, re.MULTILINE)
    }


def applicable(lines: list[str]) -> list[Requirement]:
    """The requirements that hold on Colab."""
    requirements = map(Requirement, lines)
    return [each for each in requirements if each.marker is None or each.marker.evaluate(ON_COLAB)]


def changed(lines: list[str], colab: dict[str, str]) -> set[str]:
    """Those of the required packages that pip would install: they are not there, or not in a version that will do."""
    needed = {canonicalize_name(each.name): each.specifier for each in applicable(lines)}
    return {name for name, versions in needed.items() if name not in colab or not versions.contains(colab[name])}


def added(lines: list[str], colab: dict[str, str]) -> set[str]:
    """What is not there of the required packages and of what they require, as far as this environment knows.

    What torch brings differs with the build, and Colab has its own.
    """
    names: set[str] = set()
    waiting = applicable(lines)
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name not in names:
            names.add(name)
            waiting += applicable(requires(name) or []) if name != "torch" else []
    return names - colab.keys()


def test_installing_the_package_changes_no_package_on_colab(colab):
    assert changed(OWN, colab) == set()


def test_what_pretrained_models_need_is_there_on_colab(colab):
    assert PRETRAINED
    assert changed(PRETRAINED, colab) == set()
    assert changed(["transformers<5"], colab) == {"transformers"}


def test_installing_the_package_adds_no_other_package_on_colab(colab):
    assert added(OWN, colab) == set()


@pytest.mark.parametrize("line", ["torch>=2.12", "numpy<2", "pooch>=99; python_version >= '3.13'", "jedi"])
def test_a_requirement_that_colab_does_not_meet_is_seen(colab, line):
    assert changed([*OWN, line], colab) == {Requirement(line).name}


def test_a_requirement_for_another_system_is_none(colab):
    assert changed(["numpy<2; python_version < '3.13'", "jedi; sys_platform == 'win32'"], colab) == set()


def test_what_a_required_package_would_bring_is_seen(colab):
    assert "jedi" in added([*OWN, "ipython"], colab)
