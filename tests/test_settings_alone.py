"""Every setting comes in through the one typed class: nothing else in the tree reads the environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from backend.core.config import Settings

ROOT = Path(__file__).parents[1]
FOLDERS = (
    *("backend", "bench", "composition", "deploy", "migrations", "miniprogram_api", "payments", "simulators"),
    "staff_api",
)
DOORS = {"load_settings", "load_setting"}
# Who touches the environment otherwise, and why that reads no setting of the hall.
EXCEPTIONS = {
    "bench/ground.py": "hands the machine's own variables on to the processes that are measured",
    "bench/socket_apps.py": "a bare application of the bench, which has a queue and no settings",
    "deploy/local/browser.py": "hands everything on to the package manager",
    "deploy/local/environment.py": "lets what the user has set win over what a local run would set",
    "deploy/local/node.py": "puts Node.js before the PATH",
    "deploy/local/prove_fresh.py": "hands on what the registries' clients need, and nothing else",
    "deploy/local/run.py": "`make run` chooses its ports and servers before it makes the settings",
    "deploy/local/steps.py": "hands everything on to a step",
    "deploy/local/supervisor.py": "hands everything on to the processes it keeps",
}
# Set by uni-app's own command line: which client is being built.
TOOLS_OWN = {"UNI_PLATFORM"}


def list_readings(tree: ast.AST) -> Iterator[int]:
    """Yield the line of each use of the environment that is no argument of the settings' own readers."""
    passed_on = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DOORS
        for argument in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "getenvb"):
            if ast.unparse(node.value) == "os" and id(node) not in passed_on:
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names = {alias.name for alias in node.names}
            if names & {"environ", "environb", "getenv", "getenvb"}:
                yield node.lineno


def test_nothing_but_the_settings_class_reads_the_environment() -> None:
    paths = [ROOT / "wsgi.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
    assert ROOT / "deploy" / "gunicorn.conf.py" in paths
    reading = {
        str(path.relative_to(ROOT)): lines
        for path in paths
        if (lines := list(list_readings(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert {name: lines for name, lines in reading.items() if name not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() <= reading.keys(), "an exception that nobody needs any more"


def test_the_clients_are_built_with_declared_settings_alone() -> None:
    declared = {one.metadata["declaration"].env for one in fields(Settings)} | TOOLS_OWN
    read: set[str] = set()
    for client in ("customer", "console"):
        folder = ROOT / "web" / client
        for path in (
            *folder.glob("*.*s"),
            *(folder / "scripts").rglob("*.mjs"),
            *(folder / "src").rglob("*.*"),
        ):
            if path.suffix in (".ts", ".js", ".mjs", ".vue"):
                text = path.read_text(encoding="utf-8")
                read |= set(re.findall(r"process\.env(?:\.|\[['\"])(\w+)", text))
    assert "HALL_API_ORIGIN" in read
    assert read - declared == set()
