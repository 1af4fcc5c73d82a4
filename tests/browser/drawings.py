"""What must hold in every drawing of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def drawings(page: Page) -> Iterator[str]:
    """Letters in a drawing that are small, stick out, lie on each other, or hardly differ from the page."""
    yield from page.evaluate(LOOK_AT_DRAWINGS, [SMALLEST_LETTERS, LEAST_CONTRAST])


SMALLEST_LETTERS, LEAST_CONTRAST = 11, 4.5  # pixels; of text to its ground, as in WCAG
LOOK_AT_DRAWINGS = """([smallest, least]) => {
    const found = [];
    const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const light = (color) => {
        paint.fillStyle = color;
        paint.fillRect(0, 0, 1, 1);
        const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element) => {
        const { backgroundColor } = getComputedStyle(element);
        return backgroundColor === "rgba(0, 0, 0, 0)" ? groundOf(element.parentElement) : light(backgroundColor);
    };
    for (const figure of document.querySelectorAll("figure.plot")) {
        const name = figure.id || "a figure";
        for (const svg of figure.querySelectorAll("svg")) {
            const box = svg.getBoundingClientRect();
            if (!box.width) continue;
            const ground = groundOf(figure);
            const scale = box.width / svg.viewBox.baseVal.width;
            const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
            const places = texts.map((text) => text.getBoundingClientRect());
            texts.forEach((text, i) => {
                const said = `${name}: ${text.textContent.trim().slice(0, 30)}`;
                const style = getComputedStyle(text);
                const size = parseFloat(style.fontSize) * scale;
                if (size < smallest - 0.2) found.push(`${said} is ${size.toFixed(1)} pixels high`);
                const at = places[i];
                if (at.left < box.left - 3 || at.right > box.right + 3) found.push(`${said} sticks out`);
                const [a, b] = [light(style.fill), ground].sort((x, y) => y - x);
                const contrast = (a + 0.05) / (b + 0.05);
                const on_a_shape = a === b; // as light as the page; that it can be read is looked at by eye
                if (!on_a_shape && contrast < least) found.push(`${said} has a contrast of ${contrast.toFixed(1)}`);
                for (let j = 0; j < i; j++) {
                    const other = places[j];
                    const width = Math.min(at.right, other.right) - Math.max(at.left, other.left);
                    const height = Math.min(at.bottom, other.bottom) - Math.max(at.top, other.top);
                    if (width > 2 && height > 5) found.push(`${said} lies on ${texts[j].textContent.slice(0, 30)}`);
                }
            });
        }
    }
    return found;
}"""
