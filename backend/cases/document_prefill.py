"""What a form at a step is begun with: what the case knows already. Pure.

A field names its source by ``prefill: {from: …}``, or else takes what was filled in under its own key before,
or else what is ``usual`` in it.
What does not fit the field is left out, and somebody fills it in by hand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from backend.catalogue.field_checks import CHECKS, BadValue
from backend.catalogue.forms import FILE_TYPES, FieldType, Form, Values, read_usual
from backend.customers.account_records import AccountRecord

# Source → value: ``case_no``, ``today``, …, ``application.<field>``, ``<form>.<field>``, ``<field>``.
Sources = Mapping[str, Any]

_WORDS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_ACCOUNT = "account."
_ADDRESS_PARTS = ("region", "street", "community", "building", "unit", "door")


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked from options: the value for a field of options, the words for a field of words."""

    value: Any
    words: str


def prefill(form: Form, sources: Sources) -> Values:
    """Return the values to begin with."""
    bodies = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
    values: Values = {}
    for field in form.fields:
        given = _find(bodies[field.key], sources)
        if given is None and "usual" in bodies[field.key]:
            given = read_usual(field, bodies[field.key]["usual"])
        is_foreign = field.type in FILE_TYPES and "prefill" not in bodies[field.key]
        if given is None or is_foreign or field.numbered is not None:
            # A file belongs to what it was handed in for, unless the field names its source, and a number to
            # its own document.
            continue
        try:
            plain = given.value if isinstance(given, Picked) else given
            values[field.key] = CHECKS[field.type](field, tell(given) if field.type in _WORDS else plain)
        except BadValue:
            continue
    return values


def name_values(name: str, values: Values) -> dict[str, Any]:
    """Return ``values`` as sources: by their keys alone, and by ``<name>.<key>``."""
    return {place: value for key, value in values.items() for place in (key, f"{name}.{key}")}


def tell_picked(form: Form, values: Values) -> Values:
    """Return ``values`` with the words beside what was picked; numbered ones a line each."""
    bodies = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
    told = dict(values)
    for key, value in values.items():
        picked = value if isinstance(value, list) else [value]
        lines = [
            _write_option(one, values) for one in bodies[key].get("options", ()) if one["value"] in picked
        ]
        if lines:
            is_numbered = any("number" in one for one in bodies[key]["options"])
            told[key] = Picked(value, ("\n" if is_numbered else "、").join(lines))
    return told


def _write_option(option: Mapping[str, Any], values: Values) -> str:
    number = f"{option['number']}. " if "number" in option else ""
    words = _choose_words(option, str(values.get(option.get("words", "")) or ""))
    return f"{number}{option['label']}" + (f"：{words}" if words else "")


def _choose_words(option: Mapping[str, Any], words: str) -> str:
    """Return what was written for this option: the lines with its number in front, else all of it."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    numbered = (
        re.compile(rf"{option['number']}(?![0-9])[\s.．、：:）)条]*(.+)") if "number" in option else None
    )
    found = [match for line in lines if numbered is not None and (match := numbered.match(line))]
    return "；".join(one[1].strip() for one in found) or "；".join(lines)


def describe_applicant(form: Form, values: Values) -> dict[str, Any]:
    """Return whom and where the application is for, by the names that every form may ask for."""
    named = {
        "contact_name": form.first_of(personal="name"),
        "contact_phone": form.first_of(type_=FieldType.PHONE),
        "id_number": form.first_of(type_=FieldType.ID_NUMBER),
        "account_no": form.field("account_no"),
        "address": form.first_of(type_=FieldType.ADDRESS),
    }
    known = {name: values[one.key] for name, one in named.items() if one is not None and one.key in values}
    address = known.get("address")
    if isinstance(address, Mapping):
        known |= _name_parts(address)
    return known


def _name_parts(address: Mapping[str, Any]) -> dict[str, Any]:
    return {f"address.{part}": address.get(part) or None for part in _ADDRESS_PARTS}


def _find(field: Mapping[str, Any], sources: Sources) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a field begins with: by its own source, by its key, or by those of a table's first row."""
    if "prefill" in field:
        source = _keep_columns(field, _take(field["prefill"], sources))
        return _add_days(source, sources.get(field["prefill"].get("plus_days", "")), field["prefill"])
    columns = [one for one in field.get("columns", ()) if "prefill" in one]
    taken = [(one, _take(one["prefill"], sources)) for one in columns]
    row = {
        one["key"]: tell(value) if one["type"] in _WORDS else value
        for one, value in taken
        if value is not None
    }
    found = _keep_columns(field, sources.get(field["key"]))
    return found or ([{**row, **_count(field)}] if row else None)


def _take(prefill_: Mapping[str, Any], sources: Sources) -> Any:  # noqa: ANN401 - any JSON value
    """Return what the first of a field's sources knows."""
    first = sources.get(prefill_["from"])
    found = first if first is not None or "else" not in prefill_ else sources.get(prefill_["else"])
    return _pick(found, prefill_["picks"]) if "picks" in prefill_ else found


def _pick(source: Any, picks: Mapping[str, str]) -> str | None:  # noqa: ANN401 - any JSON value
    """Return what is picked here for what was picked there: 户主 for who said 自有住房."""
    picked = source.value if isinstance(source, Picked) else source
    said = picked if isinstance(picked, list) else [picked]
    return next((here for there, here in picks.items() if there in said), None)


def describe_account(record: AccountRecord | None) -> dict[str, Any]:
    """Return what the company keeps of an account, by the names of sources; nothing where there is none."""
    if record is None:
        return {}
    meter = record.meter
    known = {
        "holder": record.holder,
        "gas_use": record.gas_use,
        "monthly_use": _plain(record.monthly_use),
        "gas_pressure": _plain(record.pressure_kpa),
        "use_nature": record.use_nature,
        "use_period": record.use_period,
        "appliances": [
            {
                key: value
                for key, value in (
                    ("kind", one.kind), ("model", one.model), ("quantity", one.quantity),
                    ("rated_flow", _plain(one.rated_flow)),
                )
                if value
            }
            for one in record.appliances
        ],
        **({} if meter is None else {
            "meter_kind": meter.kind, "meter_maker": meter.maker, "meter_no": meter.meter_no,
            "meter_reading": _plain(meter.reading), "meter_inlet_side": meter.inlet_side,
            "meter_seal_no": meter.seal_no,
        }),
        "safety_devices": [
            {
                key: value
                for key, value in (
                    ("kind", one.kind), ("model", one.model), ("installed_on", _day(one.installed_on)),
                    ("expires_on", _day(one.expires_on)),
                )
                if value
            }
            for one in record.safety_devices
        ],
    }  # fmt: skip
    whose = {
        "contact_name": record.contact or record.holder,
        "contact_phone": record.phone,
        "address": dict(record.address),
        **_name_parts(record.address),
    }
    told = {f"{_ACCOUNT}{key}": value for key, value in known.items()}
    return {key: value for key, value in {**whose, **told}.items() if value not in (None, "", [], {})}


def describe_applied_account(applicant: Mapping[str, Any], application: Values) -> dict[str, Any]:
    """Return what the customer said of the account to be opened, until the company keeps something of it."""
    said = {"appliances": applicant.get("applied.devices"), "meter_no": application.get("meter_no")}
    return {f"{_ACCOUNT}{key}": value for key, value in said.items() if value}


def wants_account(named: Collection[str]) -> bool:
    """True where a form names a source that the account fills."""
    return any(one.startswith(_ACCOUNT) for one in named)


def _plain(number: Decimal | None) -> float | int | None:
    """Return a figure as forms keep it: whole where it is."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def list_fixed(form: Form, sources: Sources) -> Values:
    """Return what may not be written otherwise, since it is on record."""
    fields = (one for section in form.body["sections"] for one in section["fields"])
    fixed = {one["key"]: one["prefill"]["from"] for one in fields if one.get("prefill", {}).get("fixed")}
    return {key: sources[name] for key, name in fixed.items() if sources.get(name) is not None}


def list_anew(form: Form) -> frozenset[str]:
    """Return the fields that begin with their source at each visit to the step."""
    fields = (one for section in form.body["sections"] for one in section["fields"])
    return frozenset(one["key"] for one in fields if one.get("prefill", {}).get("anew"))


def list_read_anew(form: Form) -> frozenset[str]:
    """Return the fields that begin empty where the customer objected to what was written in them."""
    fields = (one for section in form.body["sections"] for one in section["fields"])
    return frozenset(one["key"] for one in fields if one.get("read_anew"))


def list_named(form: Form) -> frozenset[str]:
    """Return all sources that the form's fields and columns name."""
    fields = [one for section in form.body["sections"] for one in section["fields"]]
    columns = [one for field in fields for one in field.get("columns", ())]
    given = [one["prefill"] for one in (*fields, *columns) if "prefill" in one]
    return frozenset(one[place] for one in given for place in ("from", "else") if place in one)


def _keep_columns(field: Mapping[str, Any], source: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return rows of another form with the columns that this one has: either may have been edited since."""
    if field["type"] != "table" or not isinstance(source, list):
        return source
    known = {one["key"] for one in field["columns"]}
    return [{key: cell for key, cell in row.items() if key in known} for row in source]


def _add_days(
    source: Any,  # noqa: ANN401 - any JSON value
    days: object,
    prefill_: Mapping[str, str],
) -> Any:  # noqa: ANN401
    """Return the source; where it is to be some days later, that day, or None while nobody said how many."""
    if "plus_days" not in prefill_:
        return source
    if not isinstance(days, int | float):
        return None
    return (date.fromisoformat(source) + timedelta(days=int(days))).isoformat()


def _count(table: Mapping[str, Any]) -> dict[str, int]:
    """Rows that have a number of their own begin with the first."""
    return {one["key"]: 1 for one in table["columns"] if one.get("prefill", {}).get("from") == "row_no"}


def tell(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as text: an address in one line, a number as written, options and devices in words."""
    if isinstance(value, Picked):
        return value.words
    if isinstance(value, Mapping):
        return "".join(str(value.get(part) or "") for part in _ADDRESS_PARTS)
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        return "\n".join(_tell_device(row) for row in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _tell_device(row: Mapping[str, Any]) -> str:
    """Return a device of a table as people say it: 双头大锅灶 ZCT-2 2台."""
    count = row.get("quantity")
    words = [row.get("name") or row.get("kind"), row.get("model"), f"{count}台" if count else None]
    return " ".join(str(one) for one in words if one)
