"""Builds the two web clients, each only when what it is built from has changed.

``python -m deploy.local.web_build`` is what ``make web`` runs.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.node import Node, find_node, node_environment
from deploy.local.steps import StepFailed, run_step, say

_ROOT = Path(__file__).parents[2]
_MADE = frozenset({"node_modules", "dist", "coverage", "test-results"})


@dataclass(frozen=True, slots=True)
class WebClient:
    """One client: its folder under ``web/``, the npm script that builds it, and where the result lies."""

    name: str
    script: str
    result: str


CLIENTS = (
    WebClient("customer", "build:h5", "dist/build/h5"),
    WebClient("console", "build", "dist"),
)


def build_web_clients(root: Path, var: Path) -> None:
    """Install and build what has changed since the last time; raises StepFailed."""
    waiting = [one for one in CLIENTS if not _is_built(root, var, one)]
    if not waiting:
        return
    node = find_node(root, var / "log")
    for client in waiting:
        _build(root, var, client, node)


def _build(root: Path, var: Path, client: WebClient, node: Node) -> None:
    folder = root / "web" / client.name
    if not (folder / "package-lock.json").exists():
        raise StepFailed(f"{folder}/package-lock.json is missing: this checkout is not complete.")
    environment = node_environment(node, var)
    # Taken before the build: what is changed during it is built the next time.
    mark = _mark_of_sources(folder)
    installed = var / "web" / f"{client.name}.installed"
    wanted = f"{hashlib.sha256((folder / 'package-lock.json').read_bytes()).hexdigest()} {node.version}"
    if not (folder / "node_modules").is_dir() or _read(installed) != wanted:
        command = [*node.npm, "ci", "--no-progress"]
        title = f"Installing the packages of the {client.name} client"
        run_step(title, command, folder, environment, var / "log" / f"install-{client.name}.log")
        _write(installed, wanted)
    title = f"Building the {client.name} client"
    command = [*node.npm, "run", client.script]
    run_step(title, command, folder, environment, var / "log" / f"build-{client.name}.log")
    if not (folder / client.result / "index.html").exists():
        raise StepFailed(f"{title}: the build left no {client.result}/index.html in {folder}.")
    _write(var / "web" / f"{client.name}.built", mark)


def _is_built(root: Path, var: Path, client: WebClient) -> bool:
    folder = root / "web" / client.name
    is_there = (folder / client.result / "index.html").exists()
    return is_there and _read(var / "web" / f"{client.name}.built") == _mark_of_sources(folder)


def _mark_of_sources(folder: Path) -> str:
    """Return a hash over names and contents of all files that people wrote."""
    mark = hashlib.sha256()
    for place, folders, names in os.walk(folder):
        # Not entered at all, since they hold tens of thousands of files.
        folders[:] = sorted(set(folders) - _MADE)
        for name in sorted(names):
            path = Path(place) / name
            mark.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            mark.update(path.read_bytes())
    return mark.hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        build_web_clients(_ROOT, _ROOT / "var")
    except StepFailed as failed:
        say(str(failed))
        sys.exit(1)
    say("Both web clients are built.")
