"""The devices that an application names, as later forms ask for them. Pure.

A household ticks what it will use; a unit or an alteration lists each device in a table of its own columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.catalogue.forms import Form, Values

_TICKED, _LISTED = "gas_use", "equipment"
# Of what a household ticks, this needs a place and a flue, so whoever builds asks for it by itself.
_HEATING = frozenset({"boiler", "water_heater"})
_COLUMNS = {"name": "kind", "model": "model", "quantity": "quantity", "flow_max": "rated_flow"}


def describe_devices(form: Form, values: Values) -> dict[str, Any]:
    """Return what the application says of devices, by the names of sources; nothing where it says nothing."""
    ticked = values.get(_TICKED)
    if not isinstance(ticked, list):
        rows = list(_read_rows(values.get(_LISTED)))
        return {"applied.devices": rows} if rows else {}
    bodies = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
    options = bodies[_TICKED].get("options", ()) if _TICKED in bodies else ()
    rows = [{"kind": one["label"], "quantity": 1} for one in options if one["value"] in ticked]
    return {"applied.devices": rows, "applied.heating": not _HEATING.isdisjoint(ticked)} if rows else {}


def _read_rows(table: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - any JSON value
    for row in table if isinstance(table, list) else ():
        known = {ours: row[theirs] for theirs, ours in _COLUMNS.items() if row.get(theirs)}
        if "kind" in known:
            yield known
