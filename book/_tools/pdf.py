"""The whole book as one PDF with an outline, page numbers and links: ``python book/_tools/pdf.py``.

Chromium prints it from the built pages. Their articles are put into one page, in the order in which a reader goes
through the book; what no page leads on to, such as the solutions, stands at the end. Nothing moves on paper, so the
scripts of figures do not run, and what they are made from is printed instead.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from host import CHROMIUM_FLAGS, SITE, find_chromium, serve
from playwright.sync_api import sync_playwright

OUT = SITE.parent / "predict_the_next_token.pdf"
FIRST = "book/index.html"
NEXT = re.compile(r'<link rel="next"[^>]* href="([^"]+)"')
LEFT_OUT = {"index.html", "search.html", "genindex.html", "404.html"}
FOOTER = (
    '<div style="width: 100%; font: 8pt Inter, sans-serif; text-align: center"><span class="pageNumber"></span></div>'
)

# Puts the articles of all pages in place of this one's. The anchor `loss` of the third page becomes `page-2-loss`, and
# links from page to page lead there.
GATHER = """async (paths) => {
    const numbers = new Map(paths.map((path, i) => [path, i]));
    const REFERENCE = /^(id|for|aria-labelledby|aria-describedby)$/;
    const own = (html, i) => {
        for (const element of html.querySelectorAll("*"))
            for (const attribute of element.attributes)
                if (REFERENCE.test(attribute.name)) attribute.value = `page-${i}-${attribute.value}`;
                else if (element.matches("use")) attribute.value = attribute.value.replace(/^#/, `#page-${i}-`);
                else attribute.value = attribute.value.replaceAll("url(#", `url(#page-${i}-`);
    };
    const gather = async (path, i) => {
        const url = new URL(path, location);
        const page = new DOMParser().parseFromString(await (await fetch(url)).text(), "text/html");
        for (const link of page.querySelectorAll("link[rel=stylesheet]")) {
            link.href = new URL(link.getAttribute("href"), url).href;
            if (!document.querySelector(`link[href="${link.href}"]`)) document.head.append(link);
        }
        const article = page.querySelector("article.bd-article");
        for (const element of article.querySelectorAll("script, a.headerlink, button")) element.remove();
        for (const fold of article.querySelectorAll("details")) fold.open = true;
        for (const image of article.querySelectorAll("img")) image.src = new URL(image.getAttribute("src"), url).href;
        article.querySelector("h1 .visually-hidden")?.replaceWith(": ");
        for (const title of article.querySelectorAll("h1, h2")) {  // the outline leaves out a space where a line ends
            title.style.fontSize = title.matches("h1") ? "20pt" : "15pt";
            const texts = page.createTreeWalker(title, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(" ", "\u00a0");
        }
        own(article, i);
        for (const link of article.querySelectorAll("a[href]")) {
            const aim = new URL(link.getAttribute("href"), url);
            const number = numbers.get(aim.pathname);
            if (number !== undefined) link.setAttribute("href", `#page-${number}${aim.hash.replace("#", "-")}`);
        }
        article.id = `page-${i}`;
        article.style.breakBefore = i > 0 ? "page" : "auto";
        return article;
    };
    const articles = await Promise.all(paths.map(gather));
    document.querySelector("article.bd-article").replaceWith(...articles);
    await document.fonts.ready;
    await MathJax.startup.promise;
    await MathJax.typesetPromise(articles);
    await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => {})));
}"""


def reading_order() -> list[str]:
    """The pages of the book, as paths in the site."""
    path, pages = FIRST, []
    while path not in pages:
        pages.append(path)
        if onward := NEXT.search((SITE / path).read_text(encoding="utf-8")):
            path = ((SITE / path).parent / onward[1]).resolve().relative_to(SITE.resolve()).as_posix()
    found = (page.relative_to(SITE) for page in sorted(SITE.rglob("*.html")) if "_static" not in page.parts)
    return pages + [page for page in map(Path.as_posix, found) if page not in {*pages, *LEFT_OUT}]


def main() -> None:
    """Write the PDF and say where it is."""
    if not (SITE / FIRST).exists():
        sys.exit(f"the book is not built: {SITE} has no {FIRST}. Run `make book` first.")
    with serve() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(reduced_motion="reduce", color_scheme="light")
        page.goto(f"{address}/genindex.html", wait_until="load")  # a page without widgets
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.evaluate(GATHER, [f"/{path}" for path in reading_order()])
        page.pdf(
            path=OUT,
            format="A4",
            outline=True,
            tagged=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            margin={"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        )
        browser.close()
    print(f"The book as a PDF: {OUT}")


if __name__ == "__main__":
    main()
