"""The register of the manual's requirements and rules: which are met, by what, and which wait."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from backend.catalogue.conformance.manual import Flow, Manual
from backend.catalogue.folder import PROCESSES_FOLDER
from backend.catalogue.loader import read_body

REGISTER_FOLDER = PROCESSES_FOLDER / "conformance"
RULES_FILE = "rules"
MOST_THAT_MAY_WAIT = 120
Register = Mapping[str, Mapping[str, Any]]


class State(StrEnum):
    """How a requirement stands; nothing said means open."""

    MET = "met"
    WAITS = "waits"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an entry may name: words by kind, screens and tests below ``root``, and the tests that passed."""

    words: Mapping[str, frozenset[str]]
    root: Path
    passed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement or rule: its id, the manual's text, its state, and what it is met by or waits for."""

    key: str
    text: str
    state: State = State.OPEN
    by: tuple[str, ...] = ()
    test: str = ""
    waits_for: str = ""
    faults: tuple[str, ...] = field(default=())


def read_register(folder: Path = REGISTER_FOLDER) -> Register:
    """Read every file; raises DuplicateKey, yaml.YAMLError or OSError."""
    return {path.stem: read_body(path) for path in sorted(folder.glob("*.yaml"))}


def judge_requirements(flow: Flow, register: Register, evidence: Evidence) -> tuple[Item, ...]:
    """Return the process's requirements in order, those of the register that the manual lacks at the end."""
    texts = {f"{row.no}/{n}": text for row in flow.rows for n, text in enumerate(row.requires, start=1)}
    return _judge(f"{flow.key}/", texts, register.get(flow.key, {}), evidence)


def judge_rules(manual: Manual, register: Register, evidence: Evidence) -> tuple[Item, ...]:
    """Return the rules of the forms in order, unknown entries at the end."""
    return _judge("rules/", manual.rules, register.get(RULES_FILE, {}), evidence)


def check_files(manual: Manual, register: Register) -> list[str]:
    """Return what is wrong with the files as a whole: a name that is no process's, too much that waits."""
    known = {RULES_FILE, *(flow.key for flow in manual.flows)}
    faults = [f"{name}: the manual has no such process" for name in register if name not in known]
    waiting = sum(
        "waits" in entry for name, one in register.items() if name != RULES_FILE for entry in one.values()
    )
    if waiting > MOST_THAT_MAY_WAIT:
        faults.append(f"{waiting} requirements wait, and at most {MOST_THAT_MAY_WAIT} may")
    return faults


def _judge(
    prefix: str, texts: Mapping[str, str], entries: Mapping[str, Any], evidence: Evidence
) -> tuple[Item, ...]:
    known = [_judge_entry(prefix + key, text, entries.get(key), evidence) for key, text in texts.items()]
    unknown = [
        Item(prefix + key, "", faults=("the manual has nothing of this id",))
        for key in entries
        if key not in texts
    ]
    return (*known, *unknown)


def _judge_entry(key: str, text: str, entry: Mapping[str, Any] | None, evidence: Evidence) -> Item:
    if entry is None:
        return Item(key, text)
    malformed = tuple(error.message for error in _validator().iter_errors(entry))
    if malformed:
        return Item(key, text, faults=malformed)
    if "waits" in entry:
        return Item(key, text, State.WAITS, waits_for=entry["waits"])
    met = entry["met"]
    faults = (*_check_evidence(met["by"], evidence), *_check_test(met["test"], evidence))
    return Item(key, text, State.OPEN if faults else State.MET, tuple(met["by"]), met["test"], faults=faults)


@cache
def _validator() -> Draft202012Validator:
    path = PROCESSES_FOLDER / "schema" / "conformance.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _check_evidence(named: Iterable[str], evidence: Evidence) -> tuple[str, ...]:
    faults = []
    for one in named:
        kind, _, name = one.partition(":")
        if kind == "screen":
            found = (evidence.root / "web" / name).is_file()
        else:
            found = name in evidence.words.get(kind, frozenset())
        if not found:
            faults.append(f"there is no {kind} {name}")
    return tuple(faults)


def _check_test(test: str, evidence: Evidence) -> tuple[str, ...]:
    path, _, name = test.partition("::")
    if name not in _list_tests(evidence.root / path):
        return (f"there is no test {test}",)
    if evidence.passed is not None and test not in evidence.passed:
        return (f"{test} did not pass when the tests ran last",)
    return ()


@cache
def _list_tests(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
