"""The web clients by their own tools: types made from the OpenAPI document, sources that fit, unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.node import Node, find_node
from deploy.local.web_build import CLIENTS
from deploy.local.web_types import run_script

ROOT = Path(__file__).parents[2]
VAR = ROOT / "var"
NAMES = [one.name for one in CLIENTS]


@pytest.fixture(scope="session")
def node() -> Node:
    """Return Node.js, installed where the machine has none."""
    return find_node(ROOT, VAR / "log")


@pytest.mark.parametrize("client", NAMES)
def test_the_types_are_made_from_the_document_and_the_sources_fit_them(client: str, node: Node) -> None:
    run_script(ROOT, VAR, client, "check", node)


@pytest.mark.parametrize("client", NAMES)
def test_the_unit_tests_pass(client: str, node: Node) -> None:
    run_script(ROOT, VAR, client, "test", node)


@pytest.mark.parametrize("client", NAMES)
def test_shapes_are_named_and_never_written_by_hand(client: str) -> None:
    text = (ROOT / "web" / client / "src" / "api" / "types.ts").read_text(encoding="utf-8")
    # A page of anything is the one shape that OpenAPI cannot say once for all.
    assert [line for line in text.splitlines() if line.startswith("export interface")] == [
        "export interface Page<T> {"
    ]
