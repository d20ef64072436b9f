"""The rules of the house, held over the whole tree: sizes, names, sentences, and who may know whom."""

from __future__ import annotations

import ast
import base64
import re
from pathlib import Path
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import create_engine

from backend.cases.errors import RefusalCode
from backend.cases.guards import CASE_GUARDS
from backend.cases.snapshot import Snapshot
from backend.core.config import load_settings
from backend.core.error_texts import ERROR_TEXTS
from backend.core.jobs_cli import choose_queues, make_jobs_commands
from backend.core.topics import QUEUES, TopicRegistry
from composition.hall import make_hall
from composition.promises import make_topics
from deploy.local.run import list_children

ROOT = Path(__file__).parents[1]
SOURCE = (".py", ".vue", ".ts", ".js", ".mjs")
# Written by `make types` and read by nobody but the compiler, so their length is that of the two APIs.
GENERATED = {ROOT / "web" / client / "src" / "api" / "schema.d.ts" for client in ("console", "customer")}
# Made by the tools and not by us; git itself is not asked, since a checkout may come without it.
MADE = {".git", ".venv", "var", "node_modules", "dist", "__pycache__"}
TRACKED = [
    path
    for path in ROOT.rglob("*")
    if path.is_file() and MADE.isdisjoint(path.relative_to(ROOT).parts) and ".hypothesis" not in path.parts
]
PYTHON = [path for path in TRACKED if path.suffix == ".py"]


def list_imports(path: Path) -> set[str]:
    """Return the top-level names that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in TRACKED
        if path.suffix in SOURCE and path not in GENERATED
        for count in [len(path.read_text(encoding="utf-8").splitlines())]
        if count > 400
    }
    assert long == {}


def test_no_name_says_nothing() -> None:
    vague = re.compile(r"(utils?|helpers?|misc|common|manager)")
    assert [
        path
        for path in TRACKED
        for part in [path.stem, *path.relative_to(ROOT).parts]
        if vague.fullmatch(part)
    ] == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@pytest.mark.parametrize(
    "folder", ["backend", "miniprogram_api", "staff_api", "payments", "deploy", "migrations"]
)
def test_only_the_starters_know_the_composition_root(folder: str) -> None:
    knowing = [
        path
        for path in PYTHON
        if path.is_relative_to(ROOT / folder)
        # The demonstration is a starter too: it makes a hall with a clock of its own.
        and not path.is_relative_to(ROOT / "deploy" / "demo")
        and {"wsgi", "composition"} & list_imports(path)
    ]
    assert knowing == []


def list_promised_topics() -> dict[str, str]:
    """Return topic → the place of a call that promises it; topics are written out where they are promised."""
    found: dict[str, str] = {}
    for path in PYTHON:
        if path.is_relative_to(ROOT / "tests"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id not in ("promise", "_promise") or len(node.args) < 2:
                continue
            topic, place = node.args[1], f"{path.relative_to(ROOT)}:{node.lineno}"
            if isinstance(topic, ast.Constant):
                found[topic.value] = place
            else:
                assert ast.unparse(topic) == "topic", f"{place}: the topic must be written out"
    return found


@pytest.fixture(scope="module")
def topics() -> TopicRegistry:
    """Return the topics of a hall whose servers are never asked."""
    key = base64.b64encode(bytes(32)).decode()
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "for-tests-only-for-tests-only-for-tests",
            "ENCRYPTION_KEYS": f"1:{key}",
            "BLIND_INDEX_KEY": key,
        }
    )
    return make_topics(make_hall(settings, create_engine(settings.database_url)))


def test_every_promised_topic_is_registered_and_every_registered_one_is_promised(
    topics: TopicRegistry,
) -> None:
    assert list_promised_topics().keys() == topics.names


def list_served(command: list[str], tools: Flask) -> set[str]:
    """Return the queues that a command line of ``flask … worker`` serves, as the command itself reads it."""
    worker = tools.cli.commands["worker"]
    given = worker.make_context("worker", command[command.index("worker") + 1 :])
    return set(choose_queues(given.params["queues"]))


def test_every_topic_that_is_handed_on_has_a_queue(topics: TopicRegistry) -> None:
    handed_on = [spec.queue for name in topics.names if (spec := topics.find(name)) and spec.queue]
    assert set(handed_on) == set(QUEUES)


def test_every_queue_has_a_worker_wherever_the_hall_is_started() -> None:
    tools = Flask("tools")
    for one in make_jobs_commands(*[Mock()] * 3):
        tools.cli.add_command(one)
    kept = [list(child.command) for child in list_children(8000, 8001)]
    started = [command for command in kept if "worker" in command]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    live = [line.split() for line in re.findall(r"`(flask --app wsgi worker[^`]*)`", readme)]
    assert started
    assert live
    for commands in (started, live):
        assert set().union(*(list_served(command, tools) for command in commands)) == set(QUEUES)
    # Where two workers share the queues, one alone does not serve all; the check above can see that.
    assert list_served(["worker", "--queue", "alarm"], tools) == {"alarm"}


def test_every_refusal_has_a_sentence_of_its_own() -> None:
    assert {code.value for code in RefusalCode} - ERROR_TEXTS.keys() == set()
    sentences = [ERROR_TEXTS[code] for code in RefusalCode]
    assert len(sentences) == len(set(sentences))


def test_every_guard_refuses_with_a_code_that_has_a_sentence() -> None:
    # Most guards want something that is not there yet, one that something is not there.
    lacking = Snapshot(owed_documents=frozenset({"property_proof"}))
    found = Snapshot(data={"arrears_fee": 1, "hazards_found": ["h4"], "valve_closed": ["closed"]})
    refusals = {name: guard(lacking, {}) or guard(found, {}) for name, guard in CASE_GUARDS.items()}
    assert {name for name, code in refusals.items() if code not in ERROR_TEXTS} == set()


def test_simulators_and_the_product_know_nothing_of_each_other() -> None:
    ours = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))} | {"wsgi"}
    ours -= {"simulators", "tests"}
    crossing = {
        str(path.relative_to(ROOT)): both
        for path in PYTHON
        for both in [
            list_imports(path) & (ours if path.is_relative_to(ROOT / "simulators") else {"simulators"})
        ]
        if both and not path.is_relative_to(ROOT / "tests")
    }
    assert {"backend", "staff_api", "wsgi"} <= ours
    assert crossing == {}
