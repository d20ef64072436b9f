"""Makes the web clients' types anew from ``web/openapi.json``; ``make types`` writes that document first."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.local.node import Node, find_node, node_environment
from deploy.local.steps import StepFailed, run_step, say
from deploy.local.web_build import CLIENTS, install_packages

_ROOT = Path(__file__).parents[2]


def make_web_types(root: Path, var: Path) -> None:
    """Write ``src/api/schema.d.ts`` of both clients; raises StepFailed."""
    node = find_node(root, var / "log")
    for client in CLIENTS:
        run_script(root, var, client.name, "types", node)


def run_script(root: Path, var: Path, client: str, script: str, node: Node) -> None:
    """Run an npm script of a client with its locked packages; raises StepFailed with its last lines."""
    folder = root / "web" / client
    install_packages(var, folder, client, node)
    title = f"Running {script} of the {client} client"
    log = var / "log" / f"{script}-{client}.log"
    run_step(title, [*node.npm, "run", script], folder, node_environment(node, var), log)


if __name__ == "__main__":
    try:
        make_web_types(_ROOT, _ROOT / "var")
    except StepFailed as failed:
        say(str(failed))
        sys.exit(1)
    say("The types of both web clients fit the routes.")
