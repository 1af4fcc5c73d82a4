import IPython.display
import pytest
from IPython.core import displaypub
from matplotlib.figure import Figure

from course_lm.notebook import show


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
