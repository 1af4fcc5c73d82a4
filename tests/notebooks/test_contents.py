"""The table of contents that `make lab` opens with."""

import re

from contents import ROOT, contents


def test_jupyterlab_lists_every_page_of_the_book_in_reading_order():
    links = re.findall(r"^ *(?:1\.|-) \[(.+)\]\((.+)\)$", "\n".join(contents()), re.MULTILINE)
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert [path.rpartition(".")[0] for _, path in links] == re.findall(r"- file: (.+)", toc)
    assert all((ROOT / path).is_file() for _, path in links)
    assert len({title for title, _ in links}) == len(links)
