"""The shipped processes against the manual's own data: numbers, names, posts and time limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.catalogue.folder import read_folder
from backend.catalogue.loader import read_body

MANUAL = Path(__file__).parents[4] / "shared" / "manual" / "flows.yaml"
SHIPPED = read_folder()
# A step by several departments is carried out by one of them; a site visit by the person they send.
# Row 07 of the application has a lost name, and a step whose row only says "end" is the case's end itself.
ENDS = {"结束"}
LIMIT_NAMES = {"other": "with_step"}


def list_flows() -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in read_body(MANUAL)["flows"]}


@pytest.mark.parametrize("name", sorted(SHIPPED.processes))
def test_every_step_of_the_manual_is_there(name: str) -> None:
    flow = list_flows()[name]
    ours: dict[str, list[dict[str, Any]]] = {}
    for one in SHIPPED.processes[name]["steps"]:
        if "manual_no" in one:
            ours.setdefault(one["manual_no"], []).append(one)
    manual = {one["no"]: one for one in flow["steps"] if one["activity"] not in ENDS}
    assert set(ours) == set(manual)
    for number, row in manual.items():
        first = ours[number][0]
        assert first["name"] == row["activity"], number
        wanted = row["limit"]
        assert first["limit"]["kind"] == LIMIT_NAMES.get(wanted["kind"], wanted["kind"]), number
        assert first["limit"].get("value") == wanted["value"], number


@pytest.mark.parametrize("name", sorted(SHIPPED.processes))
def test_limits_over_several_steps_span_them_here_too(name: str) -> None:
    numbers = {one["key"]: one.get("manual_no") for one in SHIPPED.processes[name]["steps"]}
    for row in list_flows()[name]["steps"]:
        for other in row.get("limit_shared_with", ()):
            sharing = [
                one["limit"].get("steps", ())
                for one in SHIPPED.processes[name]["steps"]
                if one.get("manual_no") == row["no"]
            ]
            assert other in {numbers[key] for keys in sharing for key in keys}, (row["no"], other)
