"""How the transformers library and those that it brings are asked for what they have."""

from __future__ import annotations


def missing_library(name: str) -> ModuleNotFoundError:
    """The error of a library that is not there."""
    return ModuleNotFoundError(
        f"pretrained models need the library {name!r}, which is not installed here. Install it: "
        "pip install 'course-lm[pretrained]'."
    )
