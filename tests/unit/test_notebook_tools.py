import IPython.display
import pytest
from IPython.core import displaypub
from matplotlib.figure import Figure

from course_lm import notebook
from course_lm.notebook import facts, show, stable


@pytest.mark.parametrize(
    ("x", "decimals", "text"),
    [(0.3571, 3, "0.357"), (-0.75, 1, "-0.8"), (2.0, 2, "2.00"), (-0.0001, 2, "0.00"), (float("inf"), 2, "inf")],
)
def test_stable_rounds(x, decimals, text):
    assert stable(x, decimals, 0) == text


def test_a_value_near_a_rounding_boundary_is_refused_only_while_notebooks_are_written(monkeypatch):
    monkeypatch.delenv(notebook.AUTHORING_VARIABLE, raising=False)
    assert stable(0.12499, 2, 1e-3) == "0.12"
    monkeypatch.setenv(notebook.AUTHORING_VARIABLE, "1")
    with pytest.raises(ValueError, match=r"0.12499 is 1.0e-05 away"):
        stable(0.12499, 2, 1e-3)
    assert stable(0.12499, 2, 1e-6) == "0.12"


def test_facts_are_printed_one_a_line(capsys):
    facts(loss="0.357", T=57)
    assert capsys.readouterr().out == "loss = 0.357\nT = 57\n"


def figure(slope=1.0, title="t", bar=2.0, pixel=1.0):
    fig = Figure()
    axes = fig.add_subplot()
    axes.set_title(title)
    axes.plot([0, 1], [0, slope], label="line")
    axes.bar(["a"], [bar])
    axes.imshow([[0.0, pixel]])
    return fig


def shown(monkeypatch, fig, **options):
    seen = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: seen.append(data))
    show(fig, **options)
    return seen[0]


def test_a_figure_says_in_text_what_it_shows_and_its_png_says_the_same(monkeypatch):
    data = shown(monkeypatch, figure())
    assert data["text/plain"].startswith("<Figure: 1 axes, 1 lines, 1 bars, data ")
    digest = data["text/plain"][-17:-1]
    assert b"tEXtDescription\0data " + digest.encode() in data["image/png"]


@pytest.mark.parametrize("change", [{"slope": 1.001}, {"title": "u"}, {"bar": 2.1}, {"pixel": 1.1}])
def test_other_data_gives_another_digest(monkeypatch, change):
    assert shown(monkeypatch, figure(**change))["text/plain"] != shown(monkeypatch, figure())["text/plain"]


def test_labels_only_ignores_values_but_not_names(monkeypatch):
    def text(**change):
        return shown(monkeypatch, figure(**change), decimals=None)["text/plain"]

    assert text(slope=3.0, bar=5.0) == text()
    assert text(title="u") != text()


def test_display_accepts_what_show_sends(monkeypatch):
    published = []
    monkeypatch.setattr(
        displaypub.DisplayPublisher, "publish", lambda self, *a, **k: published.append(k), raising=False
    )
    show(figure())
