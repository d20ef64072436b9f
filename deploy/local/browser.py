"""Finds Chromium and a Chinese font for the browser tests; as root installs what is missing.

``python -m deploy.local.browser`` is what ``make test`` runs before the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from deploy.local.steps import say

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_PROGRAM_PACKAGES = ["chromium"]
# The second one brings the list of fonts in which the first is looked for.
_FONT_PACKAGES = ["fonts-wqy-microhei", "fontconfig"]


class BrowserMissing(Exception):
    """Chromium or a Chinese font is missing; the message is one sentence with the way out."""


def ensure_browser() -> str:
    """Return the path of Chromium once it and a Chinese font are there; raises BrowserMissing."""
    missing = _list_missing()
    if missing and os.getuid() == 0 and shutil.which("apt-get"):
        say(f"  Installing {', '.join(missing)} for the browser tests ...")
        # A failure shows in what is still missing afterwards.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(
                ["apt-get", "-q", *command], env=environment, check=False, stdout=subprocess.DEVNULL
            )
        missing = _list_missing()
    program = _find_program()
    if missing or program is None:
        raise BrowserMissing(
            "The browser tests need Chromium and a Chinese font; as root: "
            f"apt-get install --no-install-recommends {' '.join(missing)}"
        )
    return program


def _list_missing() -> list[str]:
    missing = [] if _find_program() else _PROGRAM_PACKAGES
    return missing if _has_chinese_font() else [*missing, *_FONT_PACKAGES]


def _find_program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


if __name__ == "__main__":
    try:
        ensure_browser()
    except BrowserMissing as refused:
        say(str(refused))
        sys.exit(1)
