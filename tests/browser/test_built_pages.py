"""What can be read off the built pages without a browser: links, figures and numbers, tags, glossary terms."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

import course_lm

from .conftest import soup

ROOT = Path(__file__).parents[2]
CONTRACT_TERMS = """
    language-model token vocabulary logits softmax causal-language-model autoregressive next-token-prediction
    loss-function cross-entropy-loss negative-log-likelihood perplexity bits-per-token teacher-forcing causal
    context-length nat bit
""".split()


def article(site: Path, page: str) -> Tag:
    """The part of a page that authors wrote."""
    found = soup(site / page).article
    assert isinstance(found, Tag), f"{page} has no article"
    return found


def test_local_links_and_anchors_resolve(site: Path) -> None:
    dead = list(dead_links(site))
    assert not dead, "\n".join(dead)


def dead_links(site: Path) -> Iterator[str]:
    """Yield each local address in a page that leads to no file, or to no anchor of that file."""
    for page in sorted(path for path in site.rglob("*.html") if "_static" not in path.parts):
        if page.name == "404.html":
            continue  # its addresses count from the root of a host
        for address in dict.fromkeys(names(page).addresses):
            parts = urlsplit(address)
            is_state = "=" in parts.fragment  # of the live model, such as text=the+dog
            if parts.scheme or parts.netloc or (is_state and not parts.path):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
            if not target.is_file():
                yield f"{page.relative_to(site)}: {address} leads to no file"
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in names(target).anchors:
                yield f"{page.relative_to(site)}: {address} leads to no anchor"


class Names(HTMLParser):
    """The addresses that a page names, and the anchors that it has. A tree of all elements would take far longer."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element says."""
        said = dict(attrs)
        if said.get("src") or (tag == "link" and said.get("rel") in ("stylesheet", "preload", "icon")):
            self.loaded.append(said.get("src") or said.get("href") or "")
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.addresses.append(value)
            elif value and (name == "id" or (tag, name) == ("a", "name")):
                self.anchors.add(value)


@functools.cache
def names(path: Path) -> Names:
    """The addresses and anchors of a page, read once."""
    page = Names()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#x">x</a><a href="b.html#y">y</a><img src="c.png">')
    (tmp_path / "b.html").write_text('<p id="x"></p>')
    assert [line.split()[1] for line in dead_links(tmp_path)] == ["b.html#y", "c.png"]


def head(site: Path, page: str) -> dict[str, str]:
    """The title of a page and what its ``meta`` elements say, by their names."""
    found = soup(site / page)
    said = {
        str(meta.get("name") or meta.get("property")): str(meta["content"]) for meta in found.select("meta[content]")
    }
    return {"title": found.title.get_text() if found.title else "", **said}


def test_each_page_has_its_own_title_and_a_short_description(site: Path, pages: list[str]) -> None:
    heads = {page: head(site, page) for page in [*pages, "search.html", "genindex.html", "404.html"]}
    titles = [said["title"] for said in heads.values()]
    assert len(set(titles)) == len(titles)
    for page, said in heads.items():
        assert 20 <= len(said["description"]) <= 200, f"{page}: {said['description']}"
        assert not re.search(r"[\\{}$<]|<!--", said["description"]), f"{page}: {said['description']}"


def test_social_card_repeats_title_and_description_and_names_an_image_that_exists(site: Path, pages: list[str]) -> None:
    for page in pages:
        said = head(site, page)
        assert (said["og:title"], said["og:description"]) == (said["title"], said["description"])
        assert ("og:image" in said) == ("og:url" in said) == (said["twitter:card"] == "summary_large_image")
        if "og:url" in said:
            assert said["og:url"].endswith(page)
            assert (site / said["og:image"].removeprefix(said["og:url"].removesuffix(page))).is_file()


def test_each_page_has_the_icon_of_the_book(site: Path, pages: list[str]) -> None:
    for page in pages:
        icon = soup(site / page).select_one("link[rel=icon]")
        assert icon is not None
        assert (site / page).parent.joinpath(str(icon["href"])).resolve().is_file()


def test_page_for_missing_addresses_counts_from_the_root(site: Path) -> None:
    page = site / "404.html"
    root = str(re.findall(r'data-content_root="([^"]*)"', page.read_text(encoding="utf-8"))[0])
    local = [a for a in names(page).addresses if not a.startswith("#") and not urlsplit(a).netloc]
    assert f"{root}book/index.html" in local
    for address in local:
        assert address.startswith(root)
        assert (site / urlsplit(address).path.removeprefix(root)).is_file(), address


def test_only_the_search_page_loads_the_index(site: Path, pages: list[str]) -> None:
    assert "searchindex.js" in names(site / "search.html").addresses
    for page in pages:
        assert [a for a in names(site / page).addresses if "searchindex" in a] == [], page


def test_no_page_names_another_host_for_what_it_loads(site: Path, pages: list[str]) -> None:
    for page in pages:
        for address in names(site / page).loaded:
            assert not urlsplit(address).netloc, f"{page} loads {address}"


def test_every_notebook_opens_on_colab_from_the_repository_of_its_page(site: Path, pages: list[str]) -> None:
    found = [page for page in pages if (ROOT / page).with_suffix(".ipynb").exists()]
    assert {page.split("/")[0] for page in found} == {"book", "exercises", "solutions"}
    buttons = [soup(site / page).select_one(".btn-source-repository-button") for page in found]
    repositories = {str(button["href"]) for button in buttons if button is not None}
    if not repositories:  # no repository is stamped, and the checkout has none
        assert not any(soup(site / page).select('[href*="colab.research.google.com"]') for page in found)
        return
    assert len(repositories) == 1
    assert None not in buttons
    prefix, is_github, name = repositories.pop().partition("https://github.com/")
    if prefix or not is_github:
        pytest.skip("Colab opens notebooks from github.com only")
    for page in found:
        address = f"https://colab.research.google.com/github/{name}/blob/main/{Path(page).with_suffix('.ipynb')}"
        assert soup(site / page).select(f'[href="{address}"]'), f"{page} has no button that opens {address}"


def test_figures_are_drawn_with_words_for_those_who_do_not_see_them(site: Path, pages: list[str]) -> None:
    for page in pages:
        here = article(site, page)
        assert here.find_all("img") == [], page  # a picture would be a white slab in the dark
        figures = here.select("figure.plot")
        assert len(figures) == len(here.select("figure.plot > figcaption"))
        for figure in figures:
            drawings = figure.find_all("svg")
            assert len(drawings) == 2
            assert all(str(drawing["role"]) == "img" and " " in str(drawing["aria-label"]) for drawing in drawings)
            assert figure.select("details table"), page


def test_figures_of_a_chapter_are_numbered_in_order(site: Path) -> None:
    for path in sorted((site / "book").glob("[0-9]*.html")):
        captions = [
            str(found.get_text())
            for found in article(site, f"book/{path.name}").select("figure:not(.motif) figcaption")
        ]
        assert captions
        for n, caption in enumerate(captions, start=1):
            assert caption.strip().startswith(f"Figure {int(path.name[:2])}.{n}. "), caption


def test_number_tags_are_invisible(site: Path, pages: list[str]) -> None:
    for page in [*pages, "searchindex.js"]:
        text = (site / page).read_text(encoding="utf-8")
        tag = re.search(r"(<|&lt;|\\u003c)!--\s*[=@].{0,40}", text)
        assert tag is None, f"{page} shows {tag and tag[0]}"


def definitions(site: Path) -> dict[str, dict[str, str]]:
    """The definitions that the pages open, by anchor."""
    script = (site / "_static" / "glossary-tips.js").read_text(encoding="utf-8")
    tips: dict[str, dict[str, str]] = json.loads(script.split("courseLM.glossaryTips = ", 1)[1].rstrip().rstrip(";"))
    return tips


def test_glossary_defines_the_terms_of_the_course_in_alphabetical_order(site: Path) -> None:
    terms = [str(dt["id"]) for dt in article(site, "book/glossary.html").select("dl.glossary > dt")]
    assert set(terms) >= {f"term-{name}" for name in CONTRACT_TERMS}
    assert terms == sorted(terms)


def test_every_link_to_a_term_opens_a_definition(site: Path, pages: list[str]) -> None:
    tips = definitions(site)
    n_links = 0
    for page in pages:
        for link in article(site, page).select('a[href*="#term-"]:not(.headerlink)'):
            assert "glossary-term" in link["class"], f"{page}: {link}"
            assert unquote(urlsplit(str(link["href"])).fragment) in tips, f"{page}: {link}"
            n_links += 1
    assert n_links > 0


@pytest.mark.parametrize("name", course_lm.__all__)
def test_page_of_the_package_describes_every_public_name(site: Path, name: str) -> None:
    entry = article(site, "book/api.html").find(id=f"course_lm.{name}")
    assert isinstance(entry, Tag), f"{name} is missing: add it to a section of book/api.md"
    description = entry.find_next_sibling("dd")
    assert isinstance(description, Tag)
    assert description.find("p", recursive=False), f"{name} has no description: write its docstring"
    docstring = getattr(course_lm, name).__doc__
    assert bool(description.select(".math")) >= (".. math::" in docstring), f"{name} has lost its formula"
    lists = {field.get_text().strip(": ") for field in description.select(":scope > dl.field-list > dt")}
    shown_as = {"Args:": "Parameters", "Returns:": "Returns", "Yields:": "Yields", "Raises:": "Raises"}
    assert lists >= {shown_as[line.strip()] for line in docstring.splitlines() if line.strip() in shown_as}


def test_page_of_the_package_shows_no_markup_and_nothing_private(site: Path) -> None:
    page = article(site, "book/api.html")
    assert not re.findall(r"`|:\w+:|\.\. \w+::|\*\*\w+\*\*", page.get_text())
    names = [str(entry["id"]).rsplit(".", 1)[-1] for entry in page.select("dt.sig[id]")]
    assert [name for name in names if name.startswith("_") and name != "__call__"] == []


def test_first_mention_of_a_term_carries_its_definition(site: Path, pages: list[str]) -> None:
    names = {anchor: tip["term"] for anchor, tip in definitions(site).items()}
    bare = [
        f"{page}: {mention}"
        for page in pages
        if re.match(r"book/(\d\d_|index)", page)  # what is read from top to bottom; the rest is looked up
        for mention in mentions_before_definition(article(site, page), names)
    ]
    assert not bare, "\n".join(bare)


# Where a reader does not look for definitions, or where markup cannot stand.
NOT_PROSE = "h1 h2 h3 h4 h5 h6 pre code script style".split()
NOT_PROSE_CLASSES = {"math", "cell_input", "cell_output", "headerlink", "prev-next-footer"}


def mentions_before_definition(root: Tag, names: dict[str, str]) -> Iterator[str]:
    """Yield each term that the prose names in plain text before any link to it, with its surroundings."""
    words = {plain(name): anchor for anchor, name in names.items()}
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])({'|'.join(longest_first)})s?(?![\w-])")
    defined: set[str] = set()
    for text, anchor in prose(root):
        if anchor is not None:
            defined.add(anchor)
            continue
        for match in pattern.finditer(plain(text)):
            name = words[match[1]]
            if name not in defined:
                defined.add(name)
                yield f"“{names[name]}” in “{' '.join(text.split())[:80]}”"


def plain(text: str) -> str:
    """Text in which "bits per token" and "Bits-per-token" are the same."""
    return re.sub(r"[-\s]+", " ", text.lower())


def prose(node: Tag) -> Iterable[tuple[str, str | None]]:
    """Yield the pieces of running text with the anchor of the term that each links to, if any."""
    for child in node.children:
        if isinstance(child, NavigableString):
            yield str(child), None
        elif isinstance(child, Tag) and child.name == "a":
            if "glossary-term" in child.get_attribute_list("class"):
                yield child.get_text(), unquote(urlsplit(str(child["href"])).fragment)
        elif isinstance(child, Tag) and is_prose(child):
            yield from prose(child)


def is_prose(tag: Tag) -> bool:
    """Whether an element holds running text."""
    return tag.name not in NOT_PROSE and not NOT_PROSE_CLASSES & set(tag.get_attribute_list("class"))


def test_mentions_without_a_definition_are_found() -> None:
    names = {"term-token": "token", "term-bits-per-token": "bits-per-token", "term-bit": "bit"}
    link = '<a class="glossary-term" href="g.html#term-bit">bits</a>'
    html = f"<div><h1>Tokens</h1><p>Costs in {link}, then bits per token, then <code>token</code>, bits.</p></div>"
    root = BeautifulSoup(html, "html.parser").div
    assert root is not None
    found = [line.split("”")[0] for line in mentions_before_definition(root, names)]
    assert found == ["“bits-per-token"]
