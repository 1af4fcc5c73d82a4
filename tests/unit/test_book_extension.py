"""The book's Sphinx extension: addresses, descriptions, glossary links, figures, comments, scripts."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol

import pytest

pytest.importorskip("sphinx", reason="the book's tools are not installed: make setup")

from course_ext import (
    chapter_end,
    glossary,
    head,
    icons,
    menu,
    not_found,
    opening,
    pages,
    pictures,
    plots,
    reference,
    repository,
    search_lines,
    style_sheets,
    way,
)
from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from course_lm import plot

DEFAULT = "https://github.com/stamped/course"
ORIGIN = "https://github.com/fork/course"


class SheetName(NamedTuple):
    """A style sheet as Sphinx lists it, as far as the extension looks."""

    filename: str


def stand_in(**attributes: object) -> Any:
    """What a function asks of an object of Sphinx, and no more."""
    return SimpleNamespace(**attributes)


@pytest.mark.parametrize(
    ("environ", "origin", "url"),
    [
        ({}, None, DEFAULT),
        ({}, ORIGIN, ORIGIN),
        ({"GITHUB_REPOSITORY": "ci/course"}, ORIGIN, "https://github.com/ci/course"),
        (
            {"GITHUB_REPOSITORY": "ci/course", "GITHUB_SERVER_URL": "https://git.school.edu"},
            ORIGIN,
            "https://git.school.edu/ci/course",
        ),
        (
            {"COURSE_LM_REPO_URL": "https://github.com/me/course", "GITHUB_REPOSITORY": "ci/course"},
            ORIGIN,
            "https://github.com/me/course",
        ),
        ({"COURSE_LM_REPO_URL": ""}, ORIGIN, ORIGIN),
    ],
)
def test_repository_is_the_first_that_is_named(environ: dict[str, str], origin: str | None, url: str) -> None:
    assert repository.repository_url(DEFAULT, environ=environ, origin=origin) == url


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/fork/course",
        "https://github.com/fork/course.git",
        "https://github.com/fork/course/",
        "https://user:secret@github.com/fork/course.git",
        "http://github.com/fork/course",
        "git@github.com:fork/course.git",
        "ssh://git@github.com/fork/course.git",
        "ssh://git@github.com:22/fork/course.git",
        "git://github.com/fork/course.git",
    ],
)
def test_every_form_of_a_remote_gives_its_web_address_without_credentials(remote: str) -> None:
    assert repository.web_address(remote) == "https://github.com/fork/course"


@pytest.mark.parametrize("remote", [None, "", "/srv/git/course", "../course", "file:///srv/git/course", "origin"])
def test_remote_on_no_other_host_has_no_web_address(remote: str | None) -> None:
    assert repository.web_address(remote) is None


def test_origin_is_read_from_the_checkout(tmp_path: Path) -> None:
    assert repository.git_origin(tmp_path) is None
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert repository.git_origin(tmp_path) is None
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", ORIGIN], check=True)
    assert repository.git_origin(tmp_path) == ORIGIN


@pytest.mark.parametrize(
    ("url", "provider", "has_colab"),
    [
        ("https://github.com/me/course", "github", True),
        ("https://gitlab.com/group/course", "gitlab", False),
        ("https://git.school.edu/me/course", "github", False),
    ],
)
def test_buttons_follow_the_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, provider: str, has_colab: bool
) -> None:
    monkeypatch.setenv("COURSE_LM_REPO_URL", url)
    options: dict[str, Any] = {
        "repository_url": DEFAULT,
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    }
    repository.set_repository(stand_in(confdir=tmp_path), stand_in(html_theme_options=options, html_baseurl=""))
    assert options["repository_url"] == url
    assert options["repository_provider"] == provider
    assert bool(options["launch_buttons"]) is has_colab
    assert (options["use_repository_button"], options["use_issues_button"]) == (True, True)


@pytest.mark.parametrize("configured", [{"repository_url": ""}, {"repository_url": None}, {}])
def test_a_book_of_no_repository_has_no_such_buttons(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, configured: dict[str, Any]
) -> None:
    for name in ("COURSE_LM_REPO_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    options = configured | {"launch_buttons": {"colab_url": "https://colab.research.google.com"}}
    repository.set_repository(stand_in(confdir=tmp_path), stand_in(html_theme_options=options, html_baseurl=""))
    assert (options["repository_url"], options["launch_buttons"]) == ("", {})
    assert (options["use_repository_button"], options["use_issues_button"]) == (False, False)


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, ""),
        ({"COURSE_LM_SITE_URL": "https://course.school.edu/lm"}, "https://course.school.edu/lm/"),
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "Me/course"},
            "https://me.github.io/course/",
        ),
        ({"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "Me/me.github.io"}, "https://me.github.io/"),
        ({"GITHUB_SERVER_URL": "https://git.school.edu", "GITHUB_REPOSITORY": "me/course"}, ""),
    ],
)
def test_address_of_the_book_is_known_or_empty(environ: dict[str, str], url: str) -> None:
    assert repository.site_url(environ) == url


def page_of(*paragraphs: str) -> nodes.document:
    """A page of paragraphs."""
    document = new_document("page")
    document += [nodes.paragraph("", text) for text in paragraphs]
    return document


def test_description_is_the_first_paragraph_up_to_the_end_of_a_clause() -> None:
    opening = "Each entry says what a term means, and gives the formula where there is one."
    assert head.summary(page_of(f"{opening} {'And more, ' * 30}", "Next.")) == opening


def test_description_that_opens_a_list_goes_on_with_it() -> None:
    ability = "say what goes into a language model and what comes out, with all of the shapes"
    document = page_of("After this chapter you can", f"{ability};", "draw.")
    assert head.summary(document) == f"After this chapter you can {ability}."


def test_description_of_one_long_clause_is_cut_between_words() -> None:
    text = head.summary(page_of("word " * 100))
    assert len(text) <= head.LIMIT
    assert text.endswith("word …")


def test_addresses_count_from_the_root_and_others_stay() -> None:
    html = '<a href="book/index.html"><a href="#main"><a href="https://a.org/"><html data-content_root="./">'
    expected = '<a href="/lm/book/index.html"><a href="#main"><a href="https://a.org/"><html data-content_root="/lm/">'
    assert not_found.from_the_root(html, "/lm/") == expected
    assert not_found.from_the_root(expected, "/lm/") == expected


FIGURE = plot.surprisal_curve([0.5, 0.01])


@pytest.mark.parametrize("narrow", [False, True])
def test_a_drawing_takes_colors_and_type_from_its_page_and_says_what_it_shows(narrow: bool) -> None:
    drawn = plots.svg(FIGURE, 'A "curve".', narrow=narrow)
    assert drawn == plots.svg(FIGURE, 'A "curve".', narrow=narrow)
    assert drawn.startswith(f'<svg viewBox="0 0 {358 if narrow else 560} 290" role="img" aria-label="A &quot;')
    assert set(re.findall(r"#[0-9a-f]{6};", drawn)) == set()
    assert "var(--cost)" in drawn
    assert set(re.findall(r"font-family: ([^;\"]*)", drawn)) == {"var(--sans)"}
    assert "1% costs 4.6 nats" in drawn  # letters, not outlines, and with all of their digits


def test_two_drawings_of_a_page_share_no_name() -> None:
    drawings = [plots.svg(FIGURE, "a", narrow=narrow) for narrow in (False, True)]
    drawings.append(plots.svg(plot.surprisal_curve([0.5, 0.02]), "a", narrow=False))
    names = [set(re.findall(r' id="([^"]+)"', drawn)) for drawn in drawings]
    assert all(names)
    assert not names[0] & names[1]
    assert not names[0] & names[2]


def test_long_data_are_thinned_out_and_short_ones_stand_whole() -> None:
    data = {
        "question": "?",
        "floor": 0.5,
        "losses": {"\n": -2.0},
        "steps": list(range(100)),
        "nats": [1.5] * 100,
    }
    single, columns = plots.tables(data)
    assert "<td>floor</td><td>0.5</td>" in single
    assert "<td>↵</td><td>−2</td>" in single
    assert columns.count("<tr>") == 1 + 20
    assert "<th>steps</th><th>nats</th>" in columns


def test_columns_of_one_name_say_what_they_hold() -> None:
    data = {"sizes": {"n-gram": [1, 2]}, "losses": {"n-gram": [0.5, 0.4], "toy": {"model": [0.3, 0.2]}}}
    (columns,) = plots.tables(data)
    assert "<th>sizes: n-gram</th><th>losses: n-gram</th><th>toy, model</th>" in columns


def test_figures_of_a_chapter_are_numbered_whether_they_move_or_not() -> None:
    moveable = '<figure class="course-figure" data-figure="mask"><figcaption><p>B</p></figcaption></figure>'
    context = {"body": f'<figure class="plot"><figcaption>A</figcaption></figure>{moveable}'}
    plots.number_figures(stand_in(), "book/03_cross_entropy", "page.html", context, None)
    assert (
        '<figure class="plot" id="figure-3.1"><figcaption><span class="figure-number">Figure 3.1.</span> A'
        in context["body"]
    )
    assert '<figcaption><p><span class="figure-number">Figure 3.2.</span> B' in context["body"]


def test_figure_that_moves_names_its_script_and_hands_its_data_over_with_the_places_that_answer() -> None:
    sizes, parameters = {"B": 1, "T": 2, "C": 4, "V": 3}, dict.fromkeys(["embedding", "previous token", "attention"], 4)
    drawn = plot.transformer("<a", "ab", sizes, parameters | {"MLP": 8, "head": 4}, n_blocks=1)
    page = plots.page_figure(drawn, "alt", "caption", "transformer")
    assert page.startswith('<figure class="plot" data-figure="transformer">')
    (data,) = re.findall(r'<script type="application/json">([^<]*)</script>', page)
    assert json.loads(data) == drawn.data
    assert page.count('data-part="previous token"') == 2  # wide and narrow
    assert "data-figure" not in plots.page_figure(drawn, "alt", "caption")


def test_comments_leave_the_page_and_the_rest_stays() -> None:
    document = new_document("page")
    title = nodes.title("", "", nodes.Text("Loss 3"), nodes.raw("", "<!-- = loss -->", format="html"))
    block = nodes.raw("", "<!-- a\nb --><hr>", format="html")
    document += [title, block]
    pages.remove_comments(stand_in(), document)
    assert title.astext() == "Loss 3"
    assert [raw.astext() for raw in document.findall(nodes.raw)] == ["<hr>"]
    assert next(document.findall(nodes.raw))["format"] == "html"


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ("<p>text</p>", set()),
        ('<div class="highlight"><pre>code</pre></div>', {"_static/copybutton.js", "_static/clipboard.min.js"}),
        ('<div class="toggle docutils container">', {"_static/togglebutton.js"}),
        ('<div class="admonition dropdown">', {"_static/togglebutton.js"}),
        ('<div class="docutils sd-card">', {"_static/design-tabs.js", "_static/sphinx-design.min.css"}),
    ],
)
def test_page_loads_only_what_it_needs(body: str, needed: set[str]) -> None:
    names = "copybutton.js clipboard.min.js togglebutton.js design-tabs.js glossary.js sphinx-thebe.js".split()
    asset = SimpleNamespace
    scripts = [
        *(asset(filename=f"_static/{name}", attributes={}) for name in names),
        asset(filename="https://unpkg.com/thebe@0.8.2/lib/index.js", attributes={}),
        asset(filename=None, attributes={"body": "var thebe_selector = 'x'"}),
    ]
    sheets = [f"_static/{name}" for name in "pygments.css sphinx-design.min.css sphinx-thebe.css course.css".split()]
    context: dict[str, Any] = {"body": body, "script_files": scripts, "css_files": sheets}
    pages.drop_unused(stand_in(), "page", "page.html", context, None)
    left = {*(script.filename for script in context["script_files"]), *context["css_files"]}
    assert left == {"_static/glossary.js", "_static/course.css"} | needed


def test_our_style_sheets_of_a_page_are_joined_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    names = ["styles/sphinx-book-theme.css", "fonts.css", "figures/plot.css", "fonts.css"]
    context: dict[str, Any] = {"css_files": [SheetName(f"_static/{name}") for name in names]}
    added: list[str] = []
    app: Any = stand_in(outdir=tmp_path, add_css_file=added.append)
    style_sheets.join(app, "page", "page.html", context, None)
    assert context["css_files"] == [SheetName("_static/styles/sphinx-book-theme.css")]
    (joined,) = (tmp_path / "_static").iterdir()
    assert added == [joined.name]
    texts = [(style_sheets.STATIC / name).read_text(encoding="utf-8") for name in names[1:3]]
    assert joined.read_text(encoding="utf-8") == "\n".join(texts)


@pytest.mark.parametrize(("name", "moved"), [("x.css", "url(i.svg)"), ("live/x.css", "url(live/i.svg)")])
def test_joined_style_sheet_finds_what_its_parts_found(name: str, moved: str) -> None:
    css = "a { background: url(i.svg), url(data:,a), url('#b'), url(/c.svg) }"
    assert style_sheets.moved(css, Path(name)) == css.replace("url(i.svg)", moved)


ICONS = (
    r'a{color:red}.fa-bars:before,.fa-navicon:before{content:"\f0c9"}.fa-0:before{content:"\30"}'
    r'.fa-sun:before{content:"\f185"}b:after{content:"\f107"}.fa-lg{font-size:2em}'
    f'html{{--bell:"{chr(0xF0F3)}"}}'  # the theme writes some as they are
)


def test_only_icons_that_are_shown_stay_in_the_style_sheet() -> None:
    css = icons.without_other_icons(ICONS, {"fa-navicon", "fa-lg"})
    assert ".fa-bars:before,.fa-navicon:before" in css
    assert "fa-sun" not in css
    assert "fa-0" not in css
    assert ".fa-lg{font-size:2em}" in css
    assert icons.characters(css) == {0xF0C9, 0xF0F3, 0xF107}


GLOSSARY = """# Glossary

```{glossary}
nat
  The unit. See {term}`bit`.

bit
  The other unit, $\\ln 2$ nats.
```

(shannon-1948)=
**Shannon (1948).** A theory.

```{eval-rst}
.. py:function:: course_lm.train()
.. py:function:: course_lm.data.read()

   Not :py:obj:`training`, but :py:obj:`train`.
```
"""


def build(folder: Path, chapter: str) -> tuple[Path, str]:
    """Build a book of a glossary and one chapter with our parts for them; return its pages and warnings."""
    (folder / "book").mkdir()
    (folder / "book" / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
    toctree = "```{toctree}\nbook/glossary\n```"
    (folder / "index.md").write_text(f"# A chapter\n\n{chapter}\n\n{toctree}\n", encoding="utf-8")
    settings = {
        "extensions": ["myst_parser", "course_ext.glossary", "course_ext.reference", "course_ext.search_lines"],
        "html_theme": "basic",
        "myst_enable_extensions": ["dollarmath"],
    }
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            srcdir=folder,
            confdir=None,
            outdir=folder / "html",
            doctreedir=folder / "trees",
            buildername="html",
            confoverrides=settings,
            status=None,
            warning=warnings,
        )
        app.build()
    return folder / "html", warnings.getvalue()


def data(script: Path) -> Any:
    """What a script hands over to the pages."""
    return json.loads(script.read_text(encoding="utf-8").partition(" = ")[2].rstrip().rstrip(";"))


def test_links_and_roles_to_terms_are_marked_and_their_definitions_written(tmp_path: Path) -> None:
    chapter = "A [nat](book/glossary.md#term-nat), a {term}`bit`, and the [glossary](book/glossary.md)."
    html, warnings = build(tmp_path, chapter)
    assert warnings == ""
    chapter_html = (html / "index.html").read_text(encoding="utf-8")
    assert chapter_html.count('class="glossary-term reference internal"') == 2
    assert (html / "book" / "glossary.html").read_text(encoding="utf-8").count("glossary-term") == 1
    tips = data(html / "_static" / glossary.TIPS)
    assert list(tips) == ["term-nat", "term-bit"]
    assert tips["term-bit"]["term"] == "bit"
    assert "\\(\\ln 2\\)" in tips["term-bit"]["html"]


@pytest.mark.parametrize("anchor", ["shannon-1948", "course_lm.train"])
def test_links_reach_labels_and_names_of_the_package(tmp_path: Path, anchor: str) -> None:
    html, warnings = build(tmp_path, f"See [this](book/glossary.md#{anchor}).")
    assert warnings == ""
    assert f'href="book/glossary.html#{anchor}"' in (html / "index.html").read_text(encoding="utf-8")
    assert f'id="{anchor}"' in (html / "book" / "glossary.html").read_text(encoding="utf-8")


def test_bare_name_in_a_docstring_leads_to_what_the_package_exports(tmp_path: Path) -> None:
    html, warnings = build(tmp_path, "A chapter.")
    assert warnings == ""
    page = (html / "book" / "glossary.html").read_text(encoding="utf-8")
    assert re.findall(r'<a [^>]*href="([^"]*)"[^>]*><code class="xref', page) == ["#course_lm.train"]


def test_protocol_has_no_signature_and_others_keep_theirs() -> None:
    class Reader(Protocol):
        pass

    class File(Reader):
        pass

    shown = [
        reference.drop_protocol_signature(stand_in(), "class", "", kind, {}, "(*args, **kwargs)", None)
        for kind in (Reader, File, len)
    ]
    assert shown == [("", None), None, None]


def test_lines_of_the_search_stand_under_a_term_a_member_or_a_section(tmp_path: Path) -> None:
    html, _ = build(tmp_path, "```python\nx = 1\n\ny = 2\nx = y\n```\n\nA *text*,\n$x$, $\\tau$ and $x^2$.")
    found = data(html / "_static" / search_lines.LINES)
    here = ["a-chapter", "A chapter"]
    assert found["index"] == [[*here, "A text, x, τ and …."], [*here, "y = 2"]]  # code last, and only what is new
    assert found["book/glossary"] == [
        ["term-nat", "nat", "The unit. See bit."],
        ["term-bit", "bit", "The other unit, … nats."],
        ["glossary", "Glossary", "Shannon (1948). A theory."],
        ["course_lm.data.read", "course_lm.data.read", "Not training, but train."],
    ]


@pytest.mark.parametrize("link", ["[nit](book/glossary.md#term-nit)", "{term}`nit`"])
def test_link_to_a_missing_term_is_a_warning(tmp_path: Path, link: str) -> None:
    _, warnings = build(tmp_path, link)
    assert "nit" in warnings


def test_menu_loses_the_pages_that_are_not_listed_with_what_stands_below_them() -> None:
    html = "<ul><li><a href='a'>a</a></li><li><a href='b'>b</a><ul><li><a href='c'>c</a></li></ul></li></ul>"
    assert menu.without(html, {"b"}) == '<ul><li><a href="a">a</a></li></ul>'


def test_page_of_measurements_is_listed_once_there_is_a_record(tmp_path: Path) -> None:
    app = stand_in(srcdir=tmp_path)
    assert menu.is_unlisted(app, "book/gpu_runs")
    (tmp_path / "benchmarks" / "records").mkdir(parents=True)
    (tmp_path / "benchmarks" / "records" / "card.json").write_text("{}", encoding="utf-8")
    assert not menu.is_unlisted(app, "book/gpu_runs")
    assert [page for page in ("solutions/01_a", "exercises/01_a", "book/01_a") if menu.is_unlisted(app, page)] == [
        "solutions/01_a"
    ]


def test_neighbors_are_the_next_pages_that_are_listed(tmp_path: Path) -> None:
    order = dict.fromkeys(["book/01_a", "exercises/01_a", "solutions/01_a", "book/02_b"])
    app = stand_in(srcdir=tmp_path, env=stand_in(collect_relations=lambda: order))
    assert menu.neighbor(app, "exercises/01_a", 1) == menu.neighbor(app, "solutions/01_a", 1) == "book/02_b"
    assert menu.neighbor(app, "book/02_b", -1) == "exercises/01_a"
    assert menu.neighbor(app, "book/02_b", 1) is None
    assert menu.neighbor(app, "search", 1) is None


def test_chapters_exercises_and_solutions_belong_together() -> None:
    pages = ("book/03_cross_entropy", "exercises/03_cross_entropy", "solutions/03_cross_entropy")
    assert {way.chapter_of(page) for page in pages} == {"03_cross_entropy"}
    assert way.chapter_of("search") == ""


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("<h1>Real texts, real models</h1>", "<h1>Real texts, real models</h1>"),
        (
            '<h1><span class="section-number">3. </span>A: b: c<a class="headerlink" href="#a">#</a></h1>',
            '<h1>A<a class="headerlink" href="#a">#</a><span class="visually-hidden">: </span>'
            '<span class="chapter-subtitle">b: c</span></h1>',
        ),
    ],
)
def test_title_of_a_chapter_ends_at_its_colon(heading: str, title: str) -> None:
    assert opening.opening("Chapter 3", heading) == f'<p class="chapter-label">Chapter 3</p>{title}'


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("**It runs** in about a minute on a laptop's CPU. On a GPU", "about a minute"),
        ("**It runs** in a few seconds on a laptop's CPU; the first time", "a few seconds"),
        ("**It runs in** about ten seconds, once the model", "about ten seconds"),
        ("It runs.", ""),
    ],
)
def test_running_time_is_what_the_chapter_says(said: str, time: str) -> None:
    assert opening.running_time(said) == time


def test_question_of_a_chapter_is_that_of_its_card() -> None:
    home = "```{chapter-card} 02_b.ipynb\n:question: Why two?\n\nBecause.\n```"
    assert chapter_end.questions(home) == {"02_b": "Why two?"}


def test_chapter_without_a_picture_has_a_card_without_one() -> None:
    assert pictures.picture(Path("99_new.ipynb")) == ""


def test_chapter_ends_with_its_exercises_if_it_has_some() -> None:
    titles = {"exercises/01_a": nodes.title("", "Exercises: first steps")}
    builder = stand_in(get_relative_uri=lambda page, other: f"../{other}.html")
    app = stand_in(builder=builder, env=stand_in(titles=titles))
    assert "Try it yourself: first steps" in chapter_end.exercises(app, "book/01_a")
    assert chapter_end.exercises(app, "book/02_b") == ""
