"""Where the first value of a form's field may come from: the closed list that definitions choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from backend.catalogue.forms import FieldType

_WORDS: Final = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})

# A paper that was photographed for one step is the same paper at another.
_PAPERS: Final = frozenset({FieldType.PHOTOS, FieldType.DOCUMENTS})

# Source → the types of field that can take it.
SOURCES: Final[Mapping[str, frozenset[FieldType]]] = {
    "case_no": frozenset({FieldType.TEXT}),
    # The number that the customer knows: of the case at the top.
    "application_no": frozenset({FieldType.TEXT}),
    "today": frozenset({FieldType.DATE}),
    "now": frozenset({FieldType.DATETIME}),
    # Only in a table: the row's own number, from one.
    "row_no": frozenset({FieldType.NUMBER}),
    "contact_name": _WORDS,
    "contact_phone": frozenset({FieldType.PHONE}),
    "id_number": frozenset({FieldType.ID_NUMBER}),
    "account_no": frozenset({FieldType.TEXT}),
    "address": _WORDS | {FieldType.ADDRESS},
    # The one who fills the form in, and the unit that handles the case.
    "staff_name": _WORDS,
    "unit_name": _WORDS,
    "company_name": _WORDS,
    "service_phone": frozenset({FieldType.PHONE}),
    # What the works are called: as on an earlier form, else after their place.
    "project_name": _WORDS,
    # Of the newest contract of the case; ``contract.<field>`` is what stands in it.
    "contract_no": frozenset({FieldType.TEXT}),
    # What the finance department has booked for the case.
    "charge.amount": frozenset({FieldType.MONEY}),
    "charge.receipt_no": frozenset({FieldType.TEXT}),
    "charge.paid_on": frozenset({FieldType.DATE}),
    "charge.what": frozenset({FieldType.TEXT}),
    "charge.channel": frozenset({FieldType.CHOICE}),
    "charge.basis": frozenset({FieldType.CHOICE}),
    # The devices that the application names, and whether a boiler or water heater is among them.
    "applied.devices": frozenset({FieldType.TABLE}),
    "applied.heating": frozenset({FieldType.YES_NO}),
    # What the company keeps of the gas account that the case is about.
    "account.holder": _WORDS,
    "account.gas_use": frozenset({FieldType.CHOICE}),
    "account.monthly_use": frozenset({FieldType.NUMBER}),
    "account.gas_pressure": frozenset({FieldType.NUMBER}),
    "account.use_nature": _WORDS,
    "account.use_period": _WORDS,
    "account.appliances": frozenset({FieldType.TABLE}),
    "account.meter_kind": frozenset({FieldType.CHOICE}),
    "account.meter_maker": _WORDS,
    "account.meter_no": _WORDS,
    "account.meter_reading": frozenset({FieldType.NUMBER}),
    "account.meter_inlet_side": frozenset({FieldType.CHOICE}),
    "account.meter_seal_no": _WORDS,
    "account.safety_devices": frozenset({FieldType.TABLE}),
    **{f"address.{part}": _WORDS for part in ("region", "street", "community", "building", "unit", "door")},
}
# Of these sources what tells who somebody is, or where; of a company the holder is its name, which is public.
_PERSONAL: Final = frozenset({"contact_name", "contact_phone", "id_number", "address", "address.door"})
# ``application.<field>``: what the customer filled in when the case began, whichever form that was.
APPLICATION: Final = "application"
CONTRACT: Final = "contract"
# Of these sources what is on record cannot be written otherwise (``fixed``).
_BOOKED: Final = "charge."

Forms = Mapping[str, Mapping[str, Any]]


def find_fault(field: Mapping[str, Any], forms: Forms, *, in_table: bool) -> str | None:
    """Return what is wrong with the field's sources as a sentence for the author, or None."""
    given = field["prefill"]
    if given.get("fixed") and not given["from"].startswith(_BOOKED):
        return f"only what is booked ({_BOOKED}…) can be fixed"
    named = [given[place] for place in ("from", "else") if place in given]
    wrong = (_find_source_fault(field, one, forms, in_table=in_table) for one in named)
    first = next((one for one in wrong if one is not None), None)
    if first is None and field["personal"] == "none":
        # Sealed at its source, it would lie there in clear, and stand unmasked on screens.
        copied = [one for one in named if _is_personal(one, forms)]
        return f"{copied[0]} is personal, and so is its copy" if copied else None
    return first


def _is_personal(source: str, forms: Forms) -> bool:
    return source in _PERSONAL or any(one["personal"] != "none" for one in _find_sources(source, forms))


def _find_source_fault(field: Mapping[str, Any], source: str, forms: Forms, *, in_table: bool) -> str | None:
    type_ = FieldType(field["type"])
    later = field["prefill"].get("plus_days")
    if later is not None and (
        source != "today" or {one["type"] for one in _find_sources(later, forms)} != {FieldType.NUMBER}
    ):
        return f"only today can be {later} days later, and only if that is a number"
    if source in SOURCES:
        if (source == "row_no") > in_table:
            return "only a column of a table has row numbers"
        return None if type_ in SOURCES[source] else f"{source} does not fit into a field of type {type_}"
    found = list(_find_sources(source, forms))
    types = {one["type"] for one in found}
    if not types:
        return f"there is no source {source}"
    if "picks" in field["prefill"]:
        return _find_picks_fault(field, field["prefill"]["picks"], found)
    if types <= _PAPERS and type_ in _PAPERS:
        return None
    if types != {type_} and type_ not in _WORDS:
        return f"{source} is {', '.join(sorted(types))} and does not fit into a field of type {type_}"
    return None


def _find_picks_fault(
    field: Mapping[str, Any], picks: Mapping[str, str], sources: list[Mapping[str, Any]]
) -> str | None:
    there = {option["value"] for one in sources for option in one.get("options", ())}
    here = {option["value"] for option in field.get("options", ())}
    if field["type"] != FieldType.CHOICE or picks.keys() - there or set(picks.values()) - here:
        return "picks lead from options of the source to options of a choice"
    return None


def _find_sources(source: str, forms: Forms) -> Iterator[Mapping[str, Any]]:
    name, _, key = source.partition(".")
    for form, body in forms.items():
        kind = body.get("kind", APPLICATION)
        if name == form or (name == kind and kind in (APPLICATION, CONTRACT)):
            yield from (one for part in body["sections"] for one in part["fields"] if one["key"] == key)
