"""Installs the fonts of printed documents, a locked npm package; ``make web`` and ``make run`` call it."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.local.node import find_node
from deploy.local.steps import StepFailed, say
from deploy.local.web_build import has_packages, install_packages

FOLDER = Path("backend") / "documents" / "fonts"
_NAME = "print-fonts"


def install_print_fonts(root: Path, var: Path) -> None:
    """Install the fonts unless they are there already; raises StepFailed."""
    folder = root / FOLDER
    # The fonts are the same whichever Node.js fetched them, so none is looked for at each start.
    if not has_packages(var, folder, _NAME):
        install_packages(var, folder, _NAME, find_node(root, var / "log"))


if __name__ == "__main__":
    root = Path(__file__).parents[2]
    try:
        install_print_fonts(root, root / "var")
    except StepFailed as failed:
        say(str(failed))
        sys.exit(1)
