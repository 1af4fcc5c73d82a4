"""What `make release` has built, and a fresh environment with nothing in it but the wheel and what that declares."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The one wheel in dist."""
    wheels = list((ROOT / "dist").glob("*.whl"))
    if len(wheels) != 1:
        pytest.fail(f"dist must hold one wheel; it holds {len(wheels)}. Run `make release`.", False)
    return wheels[0]


@pytest.fixture(scope="session")
def names(wheel) -> list[str]:
    """Every file in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="session")
def source_names(wheel) -> list[str]:
    """Every file in the source archive, from its top folder on."""
    with tarfile.open(next(wheel.parent.glob("*.tar.gz"))) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python of the fresh environment."""
    return ROOT / ".venv-release" / "bin" / "python"


@pytest.fixture
def run(tmp_path) -> Callable[..., str]:
    """Runs a program of the fresh environment, in an empty folder far from the repository; returns what it printed."""

    def run(program: str, *arguments: str) -> str:
        path = ROOT / ".venv-release" / "bin" / program
        environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [path, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
