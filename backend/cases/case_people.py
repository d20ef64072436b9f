"""People as the cases know them: whom an application names as its contact, whatever their records say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from backend.cases.form_sealing import open_value
from backend.core.encryption import KeyRing
from backend.core.masking import mask_name, mask_phone
from backend.customers.holders import KnownCustomer

_TOLD = ("contact_name", "contact_phone", "phone", "account_no", "address")
# What of an address is one home's alone.
_OF_THE_HOME = {"door": "", "note": "", "point": None}


def describe_known(known: KnownCustomer) -> dict[str, Any]:
    """Return a customer of the records."""
    return {
        **_describe(known.id),
        "name": known.name or "",
        "phone": known.phone or "",
        "account_no": known.account_no,
        "address": known.address,
    }


def mask_person(person: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of several whom somebody leafs through: without full name, number and door."""
    address = person["address"]
    return {
        **person,
        "name": mask_name(person["name"]),
        "phone": mask_phone(person["phone"]),
        "address": address and {**address, **_OF_THE_HOME},
        "masked": True,
    }


def add_from_case(
    keys: KeyRing, people: dict[Any, dict[str, Any]], row: Row[Any], caller: int | None
) -> None:
    """Fill in what the latest case says of its customer, or of ``caller``, and nothing newer has said."""
    whose = caller if row.customer_id is None else row.customer_id
    _fill(people.setdefault(whose, _describe(whose)), _read_told(keys, row))


def list_homes(people: Mapping[Any, dict[str, Any]], known: Iterable[KnownCustomer]) -> list[dict[str, Any]]:
    """Return ``people`` by id, and who is ``known`` with several accounts once for each of them."""
    homes = [
        {**people[one.id], "account_no": one.account_no, "address": one.address}
        if one.account_no
        else people[one.id]
        for one in known
    ]
    listed = {one["customer_id"] for one in homes}
    return [*homes, *(one for whose, one in people.items() if whose not in listed)]


def list_contacts(
    keys: KeyRing, rows: Iterable[Row[Any]], known: Iterable[int], door: str = ""
) -> list[dict[str, Any]]:
    """Return, masked, whom the cases ``rows`` name and the records in ``known`` do not, each one once.

    With ``door`` only those who live behind it. Each bears the number of the case that tells it in full.
    """
    left_out, people = set(known), dict[Any, dict[str, Any]]()
    for row in rows:
        told = _read_told(keys, row)
        if row.customer_id in left_out or (door and _tell_door(told["address"]) != door.removesuffix("室")):
            continue
        whose = told["contact_phone"] or row.id if row.customer_id is None else row.customer_id
        person = people.setdefault(whose, {**_describe(row.customer_id), "case_no": row.case_no})
        _fill(person, told)
    return [mask_person(one) for one in people.values()]


def _describe(customer_id: int | None) -> dict[str, Any]:
    nothing = {"name": "", "phone": "", "account_no": None, "address": None}
    return {"customer_id": customer_id, **nothing, "case_no": None, "masked": False}


def _read_told(keys: KeyRing, row: Row[Any]) -> dict[str, Any]:
    return {key: open_value(keys, key, row.form.get(key)) for key in _TOLD}


def _fill(person: dict[str, Any], told: Mapping[str, Any]) -> None:
    person["name"] = person["name"] or str(told["contact_name"] or "")
    person["phone"] = person["phone"] or str(told["contact_phone"] or told["phone"] or "")
    person["account_no"] = person["account_no"] or told["account_no"]
    person["address"] = person["address"] or told["address"]


def _tell_door(address: object) -> str:
    return str(address["door"]).removesuffix("室") if isinstance(address, Mapping) else ""
