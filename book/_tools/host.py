"""The built book as a host serves it, and the browser of this machine to open it with."""

from __future__ import annotations

import functools
import gzip
import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SITE = Path(__file__).parents[2] / "_build" / "html"
COMPRESSED = {".html", ".js", ".css", ".svg"}  # what hosts such as GitHub Pages compress
# The shell draws the same pages without a window around them, in less time (benchmarks/README.md).
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # letters as wide as on a phone, which the shell rounds to whole pixels
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing can leave this machine
)


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@functools.cache
def compressed(path: str) -> bytes:
    """A file as a host sends it."""
    return gzip.compress(Path(path).read_bytes(), compresslevel=6)


class Host(SimpleHTTPRequestHandler):
    """Serve files as GitHub Pages does: text compressed, connections kept, and ``404.html`` where nothing is."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each small answer waits for 40 ms

    def send_head(self) -> Any:
        """Send the headers; return what is to be sent after them."""
        path = Path(self.translate_path(self.path))
        if path.is_file() and path.suffix not in COMPRESSED:
            return super().send_head()
        status, path = (200, path) if path.is_file() else (404, Path(self.directory, "404.html"))
        data = compressed(str(path))
        self.send_response(status)
        for name, value in {
            "Content-Type": self.guess_type(path),
            "Content-Encoding": "gzip",
            "Content-Length": str(len(data)),
            "Cache-Control": "max-age=600",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        return io.BytesIO(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve(site: Path = SITE) -> Iterator[str]:
    """Serve a folder on a free port of this machine, and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=site)) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()
