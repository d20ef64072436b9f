"""Keeps the list of tests that passed when they ran last, which ``flask processes conformance`` asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


class PassedTests:
    """A plugin of the process that collects all reports: pytest itself, or the controller of its workers.

    A run of some tests changes what is known of those alone. A test with several cases passed if all did.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passed: set[str] = set()
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one phase of one test."""
        name = report.nodeid.partition("[")[0]
        if report.failed:
            self._failed.add(name)
        elif report.when == "call" and report.passed:
            self._passed.add(name)

    def pytest_sessionfinish(self) -> None:
        """Write the list anew."""
        before = set(json.loads(self._path.read_text(encoding="utf-8"))) if self._path.is_file() else set()
        after = (before | self._passed) - self._failed
        if after != before:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            written = self._path.with_suffix(".new")
            written.write_text(json.dumps(sorted(after), indent=0), encoding="utf-8")
            written.replace(self._path)
