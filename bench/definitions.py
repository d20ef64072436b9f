"""Loading and linting all definitions against parsing the same files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import yaml

from backend.catalogue.folder import PROCESSES_FOLDER, read_folder
from backend.catalogue.lint import lint
from bench.figures import Measure, Measured, compare
from bench.ground import Ground
from composition.hall import WORDS

ROUNDS = 7
# What a start of the hall reads; the register of the conformance check is not among it.
_READ = ("*.yaml", "forms/*.yaml", "options/*.yaml", "templates/*.yaml")


class DefinitionsFaulty(Exception):
    """The linter found something, so what was measured is no start of the hall."""


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``definitions_load`` in milliseconds; no server is needed."""
    texts = [path.read_text(encoding="utf-8") for pattern in _READ for path in PROCESSES_FOLDER.glob(pattern)]
    yield "definitions_load", compare(_load, _parse(texts), ROUNDS)


def _load() -> float:
    began = time.perf_counter()
    findings = lint(read_folder(), WORDS)
    spent = time.perf_counter() - began
    if findings:
        raise DefinitionsFaulty("; ".join(map(str, findings[:3])))
    return spent * 1000


def _parse(texts: Sequence[str]) -> Measure:
    def measure_once() -> float:
        began = time.perf_counter()
        for text in texts:
            yaml.load(text, Loader=yaml.CSafeLoader)
        return (time.perf_counter() - began) * 1000

    return measure_once
