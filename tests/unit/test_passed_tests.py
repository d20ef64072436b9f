"""The list of passed tests holds what passed in every case and has not failed since."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.passed_tests import PassedTests


def report(nodeid: str, when: str = "call", outcome: str = "passed") -> Any:
    return SimpleNamespace(nodeid=nodeid, when=when, passed=outcome == "passed", failed=outcome == "failed")


def run(path: Path, *reports: Any) -> list[str]:
    plugin = PassedTests(path)
    for one in reports:
        plugin.pytest_runtest_logreport(one)
    plugin.pytest_sessionfinish()
    found: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_all_cases_of_a_test_and_its_teardown_must_pass(tmp_path: Path) -> None:
    path = tmp_path / "var" / "passed.json"
    passed = run(
        path,
        report("t.py::test_a"),
        report("t.py::test_b[1]"),
        report("t.py::test_b[2]", outcome="failed"),
        report("t.py::test_c"),
        report("t.py::test_c", "teardown", "failed"),
        report("t.py::test_d", "setup"),
        report("t.py::test_d", outcome="skipped"),
    )
    assert passed == ["t.py::test_a"]


def test_a_run_of_some_tests_changes_those_alone(tmp_path: Path) -> None:
    path = tmp_path / "passed.json"
    run(path, report("t.py::test_a"), report("t.py::test_b"))
    assert run(path, report("t.py::test_b", outcome="failed"), report("t.py::test_c")) == [
        "t.py::test_a",
        "t.py::test_c",
    ]
