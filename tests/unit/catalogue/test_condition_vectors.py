"""The server's evaluator over the vectors that the clients' evaluator is held to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backend.catalogue.conditions import OPERATORS, evaluate, list_fields

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "conditions.json").read_text(encoding="utf-8")
)


def test_the_server_agrees_with_every_vector() -> None:
    wrong = [one for one in VECTORS if evaluate(one["condition"], one["data"]) is not one["holds"]]
    assert wrong == []


def test_every_operator_has_vectors_that_hold_and_vectors_that_do_not() -> None:
    seen = {(one["condition"].get("op"), one["holds"]) for one in VECTORS}
    assert {(op, holds) for op in OPERATORS for holds in (True, False)} <= seen


def test_the_vectors_ask_for_missing_null_and_listed_values() -> None:
    asked = [(one["data"], name) for one in VECTORS for name in list_fields(one["condition"])]
    assert any(name not in data for data, name in asked)
    assert any(name in data and data[name] is None for data, name in asked)
    assert any(isinstance(data.get(name), list) for data, name in asked)
