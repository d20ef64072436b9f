"""What a company's own version of a form keeps besides its fields."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize("name", ["选项一", "选项二", "选项 3", " 选项一 ", ""])
def test_an_option_that_nobody_named_is_refused_with_its_field(name: str) -> None:
    options = [{"value": "one", "label": name}, {"value": "two", "label": "天然气"}]
    asked = {"key": "own_a", "label": "用什么气", "type": "choice", "personal": "none", "options": options}
    sections = [{"key": "all", "title": "全部", "fields": [*FIELDS, asked]}]
    _, faults = edit_form(BODY, sections)
    assert faults.keys() == {"own_a"}
    assert faults["own_a"].startswith("“用什么气”")
    # The same in a version that has the field already.
    edited, _ = edit_form(BODY, sections)
    assert edit_form(edited, sections)[1].keys() == {"own_a"}


def test_an_option_that_says_something_passes() -> None:
    options = [{"value": "one", "label": "选项一以外的"}, {"value": "two", "label": "天然气"}]
    asked = {"key": "own_a", "label": "用什么气", "type": "choice", "personal": "none", "options": options}
    assert edit(*FIELDS, asked)["sections"][0]["fields"][-1]["options"] == options
