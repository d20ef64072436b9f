"""A form's values at rest: personal ones sealed one by one, and the columns by which a case is found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from backend.catalogue.forms import FieldType, Form, Values
from backend.core.encryption import KeyRing
from backend.customers.addresses import index_address

# A value is bound to its field; a case's id is not known before its row is written.
NAME_CONTEXT = "service_case.contact_name"
PHONE_CONTEXT = "service_case.contact_phone"
_SEALED = "sealed"


def seal_value(keys: KeyRing, field: str, value: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    """Return ``{"sealed": "v1…"}`` for one value of a case's form."""
    return {_SEALED: keys.encrypt(json.dumps(value, ensure_ascii=False), f"case_form.{field}")}


def seal_values(keys: KeyRing, form: Form, values: Values) -> Values:
    """Return the values as they are stored: those of personal fields sealed, the others in clear."""
    personal = {one.key for one in form.fields if one.is_personal}
    return {key: seal_value(keys, key, value) if key in personal else value for key, value in values.items()}


def open_value(keys: KeyRing, field: str, stored: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value behind a stored one; raises DecryptionFailed."""
    if isinstance(stored, dict) and len(stored) == 1 and _SEALED in stored:
        return orjson.loads(keys.decrypt(stored[_SEALED], f"case_form.{field}"))
    return stored


def open_values(keys: KeyRing, stored: Mapping[str, Any]) -> Values:
    """Return all values of a form in clear. Whoever calls this answers for who gets to see them."""
    return {key: open_value(keys, key, value) for key, value in stored.items()}


def make_columns(keys: KeyRing, form: Form, values: Values) -> dict[str, Any]:
    """Return the columns of contact and address that follow from the form's ``values``."""
    name = form.first_of(personal="name")
    phone = form.first_of(type_=FieldType.PHONE)
    place = form.first_of(type_=FieldType.ADDRESS)
    return {
        **make_contact_columns(
            keys, values.get(name.key) if name else None, values.get(phone.key) if phone else None
        ),
        **make_address_columns(keys, values.get(place.key) if place else None),
    }


def make_contact_columns(keys: KeyRing, name: str | None, phone: str | None) -> dict[str, Any]:
    """Return the contact sealed, each with its blind index."""
    return {
        "contact_name_sealed": keys.encrypt(name, NAME_CONTEXT) if name else None,
        "contact_name_index": _index_name(keys, name),
        "contact_phone_sealed": keys.encrypt(phone, PHONE_CONTEXT) if phone else None,
        "contact_phone_index": keys.blind_index(phone, "phone") if phone else None,
    }


def _index_name(keys: KeyRing, name: str | None) -> bytes | None:
    try:
        return keys.blind_index(name, "name") if name else None
    except ValueError:
        # A name of nothing but marks leaves nothing to index; nobody will look for it.
        return None


def make_address_columns(keys: KeyRing, address: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what stands in clear of an address, its index over the whole, and its point."""
    if address is None:
        return {}
    point = address["point"]
    return {
        "region": address["region"] or None,
        "street": address["street"] or None,
        "community": address["community"] or None,
        "building": address["building"] or None,
        "address_index": index_address(keys, address),
        "place_lat": point["lat"] if point else None,
        "place_lng": point["lng"] if point else None,
        "place_source": point["source"] if point else None,
    }
