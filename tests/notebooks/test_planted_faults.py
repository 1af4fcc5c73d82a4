"""Every fault that can be planted in a copy of a stored notebook is caught, by nbval or by our own checks."""

import base64
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_output

from course_lm import plot
from course_lm.plot.figure import MIME

from .checks import complaints

SPECIMEN = Path(__file__).with_name("specimen.ipynb")
ROOT = Path(__file__).parents[2]
Notebook = nbformat.NotebookNode


def cell(notebook: Notebook, name: str) -> Notebook:
    return next(cell for cell in notebook.cells if cell.id == name)


def shown(notebook: Notebook, name: str) -> Notebook:
    return cell(notebook, name).outputs[0].data


def replace_source(notebook: Notebook, name: str, old: str, new: str) -> None:
    assert old in cell(notebook, name).source
    cell(notebook, name).source = cell(notebook, name).source.replace(old, new)


def changed_number_in_prose(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "0.357<", "0.358<")


def changed_whole_number_in_prose(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "57<", "58<")


def changed_number_before_its_cell(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "0.25<", "0.26<")


def number_in_prose_without_a_citation(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "<!-- = loss -->", "")


def citation_without_a_number(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "57<", "<")


def citation_of_what_is_gone(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "= loss *", "= los *")


def citation_below_the_last_cell(notebook: Notebook) -> None:
    notebook.cells.append(new_markdown_cell("It is 57<!-- = below: n_tokens -->.", id="after"))
    notebook.metadata.course_lm.cells += 1


def changed_value_in_code(notebook: Notebook) -> None:
    """The printed text stays as it is."""
    replace_source(notebook, "facts", "0.3571, 57", "0.3571, 58")


def deleted_output(notebook: Notebook) -> None:
    cell(notebook, "print").outputs = []


def cleared_cell(notebook: Notebook) -> None:
    cell(notebook, "quiet").update(outputs=[], execution_count=None)


def cell_of_thirteen_lines(notebook: Notebook) -> None:
    cell(notebook, "quiet").source += "\n" * 12 + "x = 1"


def cells_out_of_order(notebook: Notebook) -> None:
    cell(notebook, "print").execution_count, cell(notebook, "quiet").execution_count = 3, 2


def deleted_last_cell(notebook: Notebook) -> None:
    del notebook.cells[-1]


def pngs_of_two_figures_swapped(notebook: Notebook) -> None:
    one, other = shown(notebook, "half"), shown(notebook, "fifth")
    one["image/png"], other["image/png"] = other["image/png"], one["image/png"]


def changed_digit_in_the_data_of_a_figure(notebook: Notebook) -> None:
    stored = shown(notebook, "half")[MIME]
    stored["data"] = stored["data"].replace("0.5", "0.6")


def damaged_figure(notebook: Notebook) -> None:
    data = bytearray(base64.b64decode(shown(notebook, "half")["image/png"]))
    data[len(data) // 2] ^= 1
    shown(notebook, "half")["image/png"] = base64.b64encode(bytes(data)).decode()


def cut_off_figure(notebook: Notebook) -> None:
    data = base64.b64decode(shown(notebook, "half")["image/png"])
    shown(notebook, "half")["image/png"] = base64.b64encode(data[: len(data) // 2]).decode()


def missing_png(notebook: Notebook) -> None:
    del shown(notebook, "half")["image/png"]


def missing_data_of_a_figure(notebook: Notebook) -> None:
    del shown(notebook, "half")[MIME]


def missing_figure(notebook: Notebook) -> None:
    cell(notebook, "half").outputs = []


def figure_without_alternative_text(notebook: Notebook) -> None:
    del cell(notebook, "half").metadata["figure"]["alt"]


def figure_without_a_caption(notebook: Notebook) -> None:
    del cell(notebook, "half").metadata["figure"]["caption"]


def ignore_comment(notebook: Notebook) -> None:
    replace_source(notebook, "print", "print(", "# NBVAL_IGNORE_OUTPUT\nprint(")


def skip_tag(notebook: Notebook) -> None:
    cell(notebook, "print").metadata.tags = ["nbval-skip"]


def stored_warning(notebook: Notebook) -> None:
    cell(notebook, "quiet").outputs = [new_output("stream", name="stderr", text="UserWarning: careful\n")]


def stored_address(notebook: Notebook) -> None:
    cell(notebook, "print").outputs[0].text = "<object at 0x7f2994a72660>\n"


SEEN_WITHOUT_A_RUN = [
    number_in_prose_without_a_citation,
    citation_without_a_number,
    citation_below_the_last_cell,
    deleted_output,
    cleared_cell,
    cell_of_thirteen_lines,
    cells_out_of_order,
    deleted_last_cell,
    pngs_of_two_figures_swapped,
    damaged_figure,
    cut_off_figure,
    changed_digit_in_the_data_of_a_figure,
    missing_png,
    missing_data_of_a_figure,
    missing_figure,
    figure_without_alternative_text,
    figure_without_a_caption,
    ignore_comment,
    skip_tag,
    stored_warning,
    stored_address,
]


def changed_digit_in_a_printed_number(notebook: Notebook) -> None:
    cell(notebook, "print").outputs[0].text = "one token costs 0.26 nats\n"


def changed_value(notebook: Notebook) -> None:
    cell(notebook, "value").outputs[0].data["text/plain"] = "1.1"


def added_output(notebook: Notebook) -> None:
    cell(notebook, "quiet").outputs = [new_output("stream", name="stdout", text="half = 0.5\n")]


def deleted_value(notebook: Notebook) -> None:
    cell(notebook, "value").outputs = []


def whole_figures_swapped(notebook: Notebook) -> None:
    one, other = cell(notebook, "half"), cell(notebook, "fifth")
    one.outputs, other.outputs = other.outputs, one.outputs


def figure_of_other_data(notebook: Notebook) -> None:
    """Picture and data fit each other, and not the code."""
    other = plot.surprisal_curve([0.6, 0.1])
    data = other._repr_mimebundle_()
    shown(notebook, "half").update(data | {"image/png": base64.b64encode(data["image/png"]).decode()})


def false_claim_in_prose(notebook: Notebook) -> None:
    replace_source(notebook, "prose", "loss < 1", "loss < 0.3")


# A kernel takes seconds to start, so a copy has as many faults as can be told apart: each with the code cell that
# should fail, and words that are said of this fault alone.
SEEN_BY_NBVAL: list[dict[Callable[[Notebook], None], tuple[str, str]]] = [
    {
        changed_number_in_prose: ("facts", "prose says 0.358, and loss is 0.3571"),
        changed_whole_number_in_prose: ("facts", "prose says 58, and n_tokens is 57.0"),
        citation_of_what_is_gone: ("facts", "los * n_tokens is NameError"),
        false_claim_in_prose: ("facts", "prose claims what does not hold: loss < 0.3"),
        changed_number_before_its_cell: ("print", "prose says 0.26, and price is 0.25"),
        added_output: ("quiet", "Missing output fields from running code"),
        changed_value: ("value", "'1.1' == '1.0'"),
        whole_figures_swapped: ("half", "0.2 is stored, a new run gives 0.5"),
    },
    {
        changed_value_in_code: ("facts", "prose says 57, and n_tokens is 58.0"),
        changed_digit_in_a_printed_number: ("print", "one token costs 0.26 nats"),
        deleted_value: ("value", "Unexpected output fields from running code"),
        figure_of_other_data: ("half", "0.6 is stored, a new run gives 0.5"),
    },
]


def planted(folder: Path, *faults: Callable[[Notebook], None], name: str = "copy") -> Path:
    """A copy with faults."""
    notebook = nbformat.read(SPECIMEN, as_version=4)
    for fault in faults:
        fault(notebook)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def test_a_copy_without_a_fault_passes(tmp_path):
    assert complaints(planted(tmp_path)) == []


@pytest.mark.parametrize("fault", SEEN_WITHOUT_A_RUN)
def test_the_fault_is_seen_without_a_run(fault, tmp_path):
    assert complaints(planted(tmp_path, fault))


@pytest.fixture(scope="module")
def failed_in_nbval(tmp_path_factory) -> dict[tuple[str, str], str]:
    """What nbval, or the kernel that it asks beside, says of the cells that fail, each named by its copy and itself."""
    folder = tmp_path_factory.mktemp("planted")
    for i, faults in enumerate(SEEN_BY_NBVAL):
        planted(folder, *faults, name=f"copy_{i}")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", f"--junitxml={folder}/said.xml"]
    where = ["-p", "conftest", "-c", "pyproject.toml", "--rootdir", ".", str(folder)]
    result = subprocess.run([*command, *where], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "passed" in result.stdout, result.stdout + result.stderr
    code = [cell.id for cell in nbformat.read(SPECIMEN, as_version=4).cells if cell.cell_type == "code"]
    said = {}
    for case in ElementTree.parse(folder / "said.xml").iter("testcase"):
        for failure in case.findall("failure"):
            copy, cell = case.attrib["classname"].split(".")[-2], code[int(case.attrib["name"].removeprefix("Cell "))]
            said[copy, cell] = failure.text or ""
    return said


@pytest.mark.parametrize(("i", "fault"), [(i, fault) for i, faults in enumerate(SEEN_BY_NBVAL) for fault in faults])
def test_the_fault_is_seen_by_nbval(i, fault, failed_in_nbval):
    cell, words = SEEN_BY_NBVAL[i][fault]
    assert words in failed_in_nbval[f"copy_{i}", cell]


def test_nbval_fails_no_cell_without_a_fault(failed_in_nbval):
    with_a_fault = {(f"copy_{i}", cell) for i, faults in enumerate(SEEN_BY_NBVAL) for cell, _ in faults.values()}
    assert failed_in_nbval.keys() == with_a_fault | {("copy_0", "fifth")}  # of the figures that are swapped


def test_a_page_cites_chapters_and_sources(tmp_path):
    page = tmp_path / "page.md"
    text = (
        "The loss was 0.345<!-- = 03: loss -->, theirs 3.12<!-- @nanogpt --> in Python 3.11, `0.5` in code and "
        "[a link](https://example.org/1.5)."
    )
    page.write_text(text)
    assert complaints(page) == []
    page.write_text(text.replace("03: ", ""))  # a page has no kernel of its own
    assert complaints(page)


@pytest.mark.parametrize(
    "text",
    [
        "A number 0.345 in a page.",
        "```{note}\nThe loss is 0.999.\n```",
        "A stray ` mark. The loss is 0.999 nats.\nAnother ` mark.",
        "The loss is .999 here.",
        "The rate is 5e-3 here.",
    ],
)
def test_a_decimal_without_a_citation_is_seen_wherever_it_stands(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    assert complaints(page)


def test_code_links_and_versions_are_no_claims(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 0.5\n```\nUse `0.5` in [a link](https://example.org/1.5) on Python 3.11.")
    assert complaints(page) == []
