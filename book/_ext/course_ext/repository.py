"""Which repository the book's buttons point to, and where the book will be read.

A fork that builds the book should get buttons to itself. The address comes from the first of:
the environment variable ``COURSE_LM_REPO_URL``, the hosting service's own variables in CI,
the checkout's ``origin``, and ``_config.yml``. Where none of them names one, there are no such buttons.

The address of the published book is ``COURSE_LM_SITE_URL``; in GitHub's CI it is that of the repository's Pages.
Elsewhere nobody knows it, and pages carry no address rather than a wrong one.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

# https://user:password@host/owner/name.git, ssh://git@host:22/owner/name.git, git@host:owner/name.git
REMOTE = re.compile(
    r"^(?:https?://|ssh://|git://)?(?:[^@/]+@)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+/|[:/])"
    r"(?P<path>[\w.~-]+(?:/[\w.~-]+)+)/?$"
)


def repository_url(default: str, *, environ: Mapping[str, str], origin: str | None) -> str:
    """The web address of the repository that builds the book.

    Args:
        default: what ``_config.yml`` says, used when nothing else names a repository.
        environ: the environment variables.
        origin: the checkout's remote, in any form that git accepts; ``None`` where there is none.
    """
    hosting = None
    if "GITHUB_REPOSITORY" in environ:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        hosting = f"{server}/{environ['GITHUB_REPOSITORY']}"
    candidates = (environ.get("COURSE_LM_REPO_URL"), hosting, origin)
    return next((url for url in map(web_address, candidates) if url), default)


def site_url(environ: Mapping[str, str]) -> str:
    """The address at which the built book will be published, with a slash at the end, or an empty text."""
    if url := environ.get("COURSE_LM_SITE_URL"):
        return url.rstrip("/") + "/"
    if environ.get("GITHUB_SERVER_URL", "") != "https://github.com" or "GITHUB_REPOSITORY" not in environ:
        return ""
    owner, name = environ["GITHUB_REPOSITORY"].split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def web_address(remote: str | None) -> str | None:
    """The https address of a git remote, without credentials; ``None`` if it is on no other host."""
    match = REMOTE.match((remote or "").strip())
    return f"https://{match['host']}/{match['path'].removesuffix('.git')}" if match else None


def git_origin(folder: str | Path) -> str | None:
    """What git calls ``origin`` in a checkout, or ``None``."""
    command = ["git", "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def set_repository(app: Sphinx, config: Config) -> None:
    """Give the theme the repository's address and what that host can do."""
    options = config.html_theme_options
    url = repository_url(options.get("repository_url") or "", environ=os.environ, origin=git_origin(app.confdir))
    options["repository_url"] = url
    options["use_repository_button"] = options["use_issues_button"] = bool(url)
    # The theme stops at a host that it does not know; most other hosts have GitHub's paths.
    options.setdefault("repository_provider", "gitlab" if "gitlab" in url else "github")
    if not url.startswith("https://github.com/"):
        options["launch_buttons"] = {}  # Colab opens notebooks from github.com only
    config.html_baseurl = config.html_baseurl or site_url(os.environ)


def setup(app: Sphinx) -> None:
    """Set the address before the theme reads its options."""
    app.connect("config-inited", set_repository)
