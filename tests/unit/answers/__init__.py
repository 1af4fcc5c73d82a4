"""What students write: for every question right answers, known mistakes and other wrong answers, each in several ways.

An answer is the body of the function, after `IMPORTS`. A new question is tried with its answers here, in the notebook
and in the marks; `tests/unit/test_questions.py` says what is missing.
"""

import importlib
import inspect
import json
import linecache
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from course_lm.grading.diagnose import diagnose, forbidden
from course_lm.grading.question import Input, Question, Verdict, question_named
from course_lm.grading.sealed.call_monitor import Call, monitor
from course_lm.grading.sealed.serialize import attempt, decode

IMPORTS = """
import math
import numpy as np
import torch
import torch.nn.functional as F
from course_lm.grading import check
"""
SEED = 7


@dataclass(frozen=True)
class Answers:
    """The answers to one question.

    Args:
        right: bodies that pass, at least three: another library, a loop, another form of result.
        mistakes: for every misconception, by its name, bodies that make this mistake, at least two.
        wrong: other wrong bodies, at least two, each with the name of its mistake or with words of its feedback.
    """

    right: tuple[str, ...]
    mistakes: dict[str, tuple[str, ...]]
    wrong: dict[str, str]


def all_answers() -> dict[str, Answers]:
    """By the name of the function, from the modules of this package."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {name: answers for module in modules for name, answers in module.ANSWERS.items()}


def source(function: str, body: str) -> str:
    """The definition of a function with the signature that its question asks for."""
    signature = inspect.signature(question_named(function).reference)
    return f"def {function}({', '.join(signature.parameters)}):\n" + "".join(f"    {x}\n" for x in body.splitlines())


def student(function: str, body: str) -> Callable[..., Any]:
    """The function itself."""
    return defined(function, source(function, body))


def defined(function: str, cell: str) -> Callable[..., Any]:
    """The function that a cell defines."""
    names: dict[str, Any] = {}
    text = IMPORTS + cell
    name = f"<cell {len(linecache.cache)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)  # as a notebook does
    exec(compile(text, name, "exec"), names)
    return names[function]


def verdict_on(function: str, cell: str) -> Verdict:
    """What marks say of a cell, with hidden inputs, but without a sandbox."""
    question, answer = question_named(function), defined(function, cell)
    inputs = inputs_of(question)
    copies = [[x.clone() if isinstance(x, torch.Tensor) else x for x in one.case] for one in inputs]
    calls: list[Call] = []
    with monitor(question.forbidden, calls.append):
        outputs = [decode(attempt(answer, case)) for case in copies]
    return forbidden(question, str(calls[0])) if calls else diagnose(question, inputs, outputs, seed=SEED)


@cache
def inputs_of(question: Question) -> tuple[Input, ...]:
    """Those of marks, which are made once."""
    return question.inputs(SEED)


def notebook(*cells: str) -> str:
    """The text of a notebook with these code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4})
