"""While nbval runs a notebook again, its prose is compared with its own kernel, and its figures with the new ones.

Nothing runs twice for it: when a cell has passed, the kernel is asked for the numbers that hold after it. At the end of
a chapter it is asked for what other notebooks and pages cite from it. nbval would compare the data of figures as text;
here they are numbers.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell


class WrongInProseError(Exception):
    """Numbers in prose that the kernel does not have."""


class WrongInFigureError(Exception):
    """A figure shows something else in a new run."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Compare after the cell has passed."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    import citations  # found once pytest knows where our tools are
    import plot_data

    from course_lm.plot.figure import MIME

    if MIME not in item.parent.skip_compare:
        item.parent.skip_compare += (MIME,)
    result = yield
    within = plot_data.tolerance(item.cell)
    if complaints := plot_data.different(item.cell.outputs, item.test_outputs, within):
        raise WrongInFigureError("; ".join(complaints[:5]))
    notebook, path = item.parent.nb, Path(item.parent.path)
    asked = citations.citations_by_cell(notebook).get(item.cell_num, [])
    is_last = item.cell is [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    if is_last and path.parent == item.config.rootpath / "book":
        others = citations.citations_of_chapter(item.config.rootpath, path.name[:2])
        asked = asked + [citation for found in others.values() for citation in found]
    answers = citations.ask(item.parent.kernel.kc, [citation.expression for citation in asked])
    if complaints := citations.wrong(asked, answers):
        raise WrongInProseError("; ".join(complaints))
    return result
