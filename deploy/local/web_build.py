"""Builds the two web clients, each only when what it is built from has changed.

``python -m deploy.local.web_build`` is what ``make web`` runs.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.core.config import load_setting
from backend.core.setting_declarations import ConfigurationError
from deploy.local.node import Node, find_node, node_environment
from deploy.local.steps import StepFailed, run_step, say

_ROOT = Path(__file__).parents[2]
_MADE = frozenset({"node_modules", "dist", "coverage", "test-results"})


@dataclass(frozen=True, slots=True)
class WebClient:
    """One client: its folder under ``web/``, the npm script that builds it, where the result lies, and the
    file that proves it complete."""

    name: str
    script: str
    result: str
    proof: str = "index.html"


CLIENTS = (
    WebClient("customer", "build:h5", "dist/build/h5"),
    WebClient("console", "build", "dist"),
)
# Loaded into WeChat's own tools and never served from here, so that only who asks for it builds it.
MINI_PROGRAM = WebClient("customer", "build:mp-weixin", "dist/build/mp-weixin", "app.json")


def build_web_clients(root: Path, var: Path, clients: Sequence[WebClient] = CLIENTS) -> None:
    """Install and build what has changed since the last time; raises StepFailed."""
    waiting = [one for one in clients if not _is_built(root, var, one)]
    if not waiting:
        return
    node = find_node(root, var / "log")
    for client in waiting:
        _build(root, var, client, node)


def build_mini_program(root: Path, var: Path) -> Path:
    """Build the mini-program where its sources or HALL_API_ORIGIN have changed; returns its folder.

    Raises StepFailed.
    """
    build_web_clients(root, var, (MINI_PROGRAM,))
    return root / "web" / MINI_PROGRAM.name / MINI_PROGRAM.result


def install_packages(var: Path, folder: Path, name: str, node: Node) -> None:
    """Install the locked npm packages of ``folder`` unless they are there already; raises StepFailed."""
    if not (folder / "package-lock.json").exists():
        raise StepFailed(f"{folder}/package-lock.json is missing: this checkout is not complete.")
    if not has_packages(var, folder, name, f" {node.version}"):
        command = [*node.npm, "ci", "--no-progress"]
        title = f"Installing the packages of {name}"
        log = var / "log" / f"install-{name}.log"
        run_step(title, command, folder, node_environment(node, var), log)
        _write(_installed(var, name), f"{_mark_of_lock(folder)} {node.version}")


def has_packages(var: Path, folder: Path, name: str, by: str = "") -> bool:
    """True where the packages that the lock names were installed, with ``by`` at the end of their mark."""
    mark = _read(_installed(var, name))
    return (folder / "node_modules").is_dir() and mark.startswith(_mark_of_lock(folder)) and mark.endswith(by)


def _installed(var: Path, name: str) -> Path:
    return var / "web" / f"{name}.installed"


def _mark_of_lock(folder: Path) -> str:
    lock = folder / "package-lock.json"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else "none"


def _build(root: Path, var: Path, client: WebClient, node: Node) -> None:
    folder = root / "web" / client.name
    install_packages(var, folder, client.name, node)
    # Taken before the build: what is changed during it is built the next time.
    mark = _mark_of_build(folder)
    title = f"Building the {client.name} client"
    command = [*node.npm, "run", client.script]
    log = var / "log" / f"build-{client.name}.log"
    run_step(title, command, folder, node_environment(node, var), log)
    if not (folder / client.result / client.proof).exists():
        raise StepFailed(f"{title}: the build left no {client.result}/{client.proof} in {folder}.")
    _write(_stamp(var, client), mark)


def _is_built(root: Path, var: Path, client: WebClient) -> bool:
    folder = root / "web" / client.name
    is_there = (folder / client.result / client.proof).exists()
    return is_there and _read(_stamp(var, client)) == _mark_of_build(folder)


def _stamp(var: Path, client: WebClient) -> Path:
    return var / "web" / f"{client.name}-{client.script.replace(':', '-')}.built"


def _mark_of_build(folder: Path) -> str:
    """Return a mark of the sources and of the one setting that is built in; raises StepFailed."""
    try:
        origin = load_setting(os.environ, "HALL_API_ORIGIN")
    except ConfigurationError as error:
        raise StepFailed(str(error)) from error
    return f"{_mark_of_sources(folder)} {origin or ''}".strip()


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
