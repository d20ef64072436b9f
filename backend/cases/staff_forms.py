"""A case's form as staff read it: personal values masked, files apart, the full value only on request."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from backend.catalogue.models import DefinitionVersion
from backend.core.encryption import KeyRing
from backend.core.masking import mask_id_number, mask_name, mask_phone

Field = Mapping[str, Any]
_FILE_TYPES = frozenset({"photos", "documents", "signature"})
_BODY = select(DefinitionVersion.body).where(DefinitionVersion.id == bindparam("id"))
_HIDDEN = "****"
# An alarm comes in without a form of its own; its few values are shown under these names.
_PLAIN_FIELDS: Mapping[str, Field] = {
    "contact_name": {"label": "联系人", "type": "text", "max_length": 30, "personal": "name"},
    "contact_phone": {"label": "手机号", "type": "phone", "personal": "phone"},
    "phone": {"label": "手机号", "type": "phone", "personal": "phone"},
    "address": {"label": "地址", "type": "address", "personal": "address"},
    "words": {"label": "情况说明", "type": "long_text", "max_length": 500, "personal": "none"},
}


class FormReader:
    """Reads forms and their values. What was read of a published form once is kept, for it never changes."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._bodies: dict[int, dict[str, Any]] = {}

    def load_body(
        self, session: Session, version_id: int | None, stored: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the form's plain data; for a case without a form one made of the values that it has."""
        if version_id is None:
            return _make_plain_body(stored)
        if version_id not in self._bodies:
            self._bodies[version_id] = session.execute(_BODY, {"id": version_id}).scalar_one()
        return self._bodies[version_id]

    def open_value(self, item: str, stored: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value behind a stored one; raises DecryptionFailed."""
        if isinstance(stored, Mapping) and set(stored) == {"sealed"}:
            return json.loads(self._keys.decrypt(stored["sealed"], f"case_form.{item}"))
        return stored

    def read_masked(self, body: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of all filled fields, personal ones masked; files stay lists of their keys."""
        return {
            one["key"]: mask_value(one, self.open_value(one["key"], stored[one["key"]]))
            for one in list_fields(body)
            if one["key"] in stored
        }


def list_fields(body: Mapping[str, Any]) -> Iterator[Field]:
    """Return all fields of a form in order."""
    for section in body["sections"]:
        yield from section["fields"]


def label_fields(body: Mapping[str, Any]) -> dict[str, str]:
    """Return key → label of all fields."""
    return {one["key"]: one["label"] for one in list_fields(body)}


def list_owable(body: Mapping[str, Any]) -> list[str]:
    """Return the items that may be owed (容缺受理)."""
    return [one["key"] for one in list_fields(body) if one.get("may_be_owed")]


def is_masked(field: Field) -> bool:
    """True for a field whose value staff see only masked; a document is what a reviewer has to look at."""
    return field["personal"] != "none" and field["type"] not in _FILE_TYPES


def mask_value(field: Field, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return ``value`` as a screen shows it that does not need all of it (law 12)."""
    if value is None or not is_masked(field):
        return value
    if field["type"] == "address" and isinstance(value, Mapping):
        note = _HIDDEN if value.get("note") else ""
        return {**value, "door": _HIDDEN if value.get("door") else "", "note": note, "point": None}
    if field["type"] == "table" and isinstance(value, list):
        columns = {one["key"]: one for one in field["columns"]}
        return [{key: mask_value(columns[key], cell) for key, cell in row.items()} for row in value]
    text = str(value)
    match field["personal"]:
        case "name":
            return mask_name(text)
        case "phone":
            return mask_phone(text)
        case "id_number":
            return mask_id_number(text)
        case _:
            return _HIDDEN


def list_file_keys(body: Mapping[str, Any], values: Mapping[str, Any], only: Collection[str]) -> list[str]:
    """Return the keys of all files that the fields ``only`` name, without repetition."""
    found: dict[str, None] = {}
    for one in list_fields(body):
        value = values.get(one["key"]) if one["type"] in _FILE_TYPES and one["key"] in only else None
        for key in [value] if isinstance(value, str) else value or ():
            found.setdefault(key)
    return list(found)


def _make_plain_body(stored: Mapping[str, Any]) -> dict[str, Any]:
    fields = [{"key": key, **_PLAIN_FIELDS[key]} for key in stored if key in _PLAIN_FIELDS]
    section = {"key": "contact", "title": "登记内容", "fields": fields}
    return {"key": "plain", "version": 1, "name": "登记内容", "sections": [section] if fields else []}
