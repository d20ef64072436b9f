"""What a company's own version of a form keeps besides its fields."""

from __future__ import annotations

from typing import Any

from backend.catalogue.form_editing import edit_form

FIELDS: list[dict[str, Any]] = [
    {"key": key, "label": key, "type": "text", "max_length": 9, "personal": "none"} for key in ("one", "two")
]
BODY: dict[str, Any] = {
    "key": "slip",
    "version": 1,
    "name": "单",
    "main_facts": [{"field": "one"}, {"field": "two", "label": "第二项"}],
    "sections": [{"key": "all", "title": "全部", "fields": FIELDS}],
}


def edit(*fields: dict[str, Any]) -> dict[str, Any]:
    edited, faults = edit_form(BODY, [{"key": "all", "title": "全部", "fields": list(fields)}])
    assert faults == {}
    return edited


def test_what_a_signer_is_told_follows_the_fields() -> None:
    assert edit(*FIELDS)["main_facts"] == BODY["main_facts"]
    assert edit(FIELDS[1])["main_facts"] == [{"field": "two", "label": "第二项"}]
    assert "main_facts" not in edit()
