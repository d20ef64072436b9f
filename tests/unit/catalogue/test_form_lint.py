"""The linter finds each fault of a form, and options that several fields share are written out."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from backend.catalogue.folder import PROCESSES_FOLDER, read_folder
from backend.catalogue.form_facts import is_signed_by_customer
from backend.catalogue.lint import lint
from backend.catalogue.vocabulary import Vocabulary

SHIPPED = read_folder()
# Only forms are looked at here, and they name neither guards nor effects.
WORDS = Vocabulary(frozenset(), frozenset())
Change = Callable[[dict[str, Any]], object]

SAMPLE: dict[str, Any] = {
    "key": "sample",
    "version": 1,
    "name": "样表",
    "kind": "slip",
    "title": "样表",
    "signers": [{"key": "customer", "label": "客户签字", "party": "customer"}],
    "copies": [
        {"party": "company", "label": "公司", "count_field": "copies"},
        {"party": "customer", "label": "客户", "count": 1},
    ],
    "sections": [
        {
            "key": "all",
            "title": "全部",
            "fields": [
                {"key": "copies", "label": "份数", "type": "number", "unit": "份", "personal": "none"},
                {
                    "key": "found",
                    "label": "隐患",
                    "type": "multi_choice",
                    "personal": "none",
                    "options": [
                        {"value": "h1", "number": 1, "label": "漏气"},
                        {"value": "h2", "number": 2, "label": "其他", "words": "found_words"},
                    ],
                },
                {
                    "key": "found_words",
                    "label": "其他",
                    "type": "text",
                    "max_length": 50,
                    "personal": "none",
                    "required": True,
                    "when": {"field": "found", "op": "includes", "value": "h2"},
                },
                {
                    "key": "mended",
                    "label": "已整改",
                    "type": "multi_choice",
                    "personal": "none",
                    "within": "found",
                    "options": [{"value": "h1", "number": 1, "label": "漏气"}],
                },
                {"key": "fee", "label": "费用", "type": "money", "unit": "元", "min": 0, "personal": "none"},
                {
                    "key": "on",
                    "label": "日期",
                    "type": "date",
                    "personal": "none",
                    "prefill": {"from": "today"},
                },
                {
                    "key": "devices",
                    "label": "设备",
                    "type": "table",
                    "personal": "several",
                    "max_rows": 3,
                    "columns": [
                        {
                            "key": "no",
                            "label": "序号",
                            "type": "number",
                            "personal": "none",
                            "prefill": {"from": "row_no"},
                        },
                        {
                            "key": "owner",
                            "label": "户主",
                            "type": "text",
                            "max_length": 9,
                            "personal": "name",
                        },
                    ],
                },
                {
                    "key": "sign",
                    "label": "客户签字",
                    "type": "signature",
                    "personal": "signature",
                    "signer": "customer",
                },
            ],
        }
    ],
}


def lint_sample(change: Change = lambda _body: None) -> set[tuple[str, str]]:
    body = deepcopy(SAMPLE)
    change(body)
    found = lint(replace(SHIPPED, processes={}, forms={**SHIPPED.forms, "sample": body}), WORDS)
    assert {one.file for one in found} <= {"forms/sample.yaml"}
    return {(one.place, one.code) for one in found}


def field(body: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in body["sections"][0]["fields"] if one["key"] == key)


FAULTS: list[tuple[Change, tuple[str, str]]] = [
    (lambda b: field(b, "copies").pop("personal"), ("sections/0/fields/0", "schema")),
    (lambda b: field(b, "copies").update(columns=[]), ("sections/0/fields/0/columns", "schema")),
    (lambda b: field(b, "copies").update(max_rows=1), ("copies", "type_odd")),
    (lambda b: field(b, "found_words").pop("max_length"), ("found_words", "type_odd")),
    (lambda b: field(b, "fee").update(usual="1"), ("fee", "type_odd")),
    (lambda b: field(b, "fee").update(reads={"paper": "id_card"}), ("fee", "type_odd")),
    (
        lambda b: field(b, "found_words").update(
            type="photos", max_count=2, reads={"paper": "id_card", "number": "copies"}
        ),
        ("found_words", "read_odd"),
    ),
    (lambda b: field(b, "found_words").update(usual="字" * 2000), ("found_words", "usual_odd")),
    (lambda b: field(b, "found_words").update(usual="无", personal="name"), ("found_words", "usual_odd")),
    (lambda b: field(b, "found").update(options_from="nowhere"), ("found", "type_odd")),
    (lambda b: field(b, "devices")["columns"][1].pop("max_length"), ("devices.owner", "type_odd")),
    (lambda b: field(b, "devices").pop("columns"), ("devices", "type_odd")),
    (lambda b: field(b, "sign").update(within="found"), ("sign", "type_odd")),
    (lambda b: field(b, "on").update(unit="天"), ("on", "type_odd")),
    (lambda b: field(b, "devices").pop("max_rows"), ("devices", "type_odd")),
    (lambda b: field(b, "fee").update(doubt={"kind": "lost"}), ("sections/0/fields/4/doubt", "schema")),
    (
        lambda b: field(b, "fee").update(doubt={"kind": "odd", "note": "x"}),
        ("sections/0/fields/4/doubt/kind", "schema"),
    ),
    (lambda b: field(b, "fee").update(personal="several"), ("fee", "personal_differs")),
    (lambda b: b.pop("kind"), ("the file", "schema")),
    (lambda b: b["copies"][0].update(count=2), ("copies/0", "schema")),
    (lambda b: field(b, "fee").update(key="copies"), ("copies", "field_twice")),
    (
        lambda b: field(b, "copies").update(key="unit_id", feeds_conditions=True),
        ("unit_id", "field_reserved"),
    ),
    (
        lambda b: field(b, "found_words").update(when={"field": "sign", "op": "present"}),
        ("found_words", "field_unknown"),
    ),
    (lambda b: field(b, "sign").update(feeds_conditions=True), ("sign", "personal_in_conditions")),
    (lambda b: field(b, "found")["options"][1].update(value="h1"), ("found", "option_twice")),
    (lambda b: field(b, "found")["options"][1].update(number=1), ("found", "option_twice")),
    (lambda b: field(b, "found_words").pop("required"), ("found", "words_missing")),
    (lambda b: field(b, "found_words").pop("when"), ("found", "words_missing")),
    (lambda b: field(b, "found_words")["when"].update(value="h1"), ("found", "words_missing")),
    (lambda b: field(b, "found")["options"][1].update(words="nowhere"), ("found", "words_missing")),
    (lambda b: field(b, "mended").update(within="nowhere"), ("mended", "field_unknown")),
    (lambda b: field(b, "mended")["options"][0].update(value="h9"), ("mended", "option_unknown")),
    (
        lambda b: field(b, "mended").pop("options") and field(b, "mended").update(options_from="nowhere"),
        ("mended", "options_unknown"),
    ),
    (lambda b: field(b, "fee").update(max=-1), ("fee", "limits_odd")),
    (lambda b: field(b, "fee").update(min=0.5), ("fee", "limits_odd")),
    (lambda b: field(b, "on").update(prefill={"from": "nowhere"}), ("on", "prefill_odd")),
    (lambda b: field(b, "on").update(prefill={"from": "now"}), ("on", "prefill_odd")),
    (lambda b: field(b, "on").update(prefill={"from": "application.nothing"}), ("on", "prefill_odd")),
    (lambda b: field(b, "on").update(prefill={"from": "application.id_number"}), ("on", "prefill_odd")),
    (lambda b: field(b, "copies").update(prefill={"from": "row_no"}), ("copies", "prefill_odd")),
    # What is copied from a sealed value would lie there in clear.
    (lambda b: field(b, "found_words").update(prefill={"from": "address"}), ("found_words", "prefill_odd")),
    (
        lambda b: field(b, "found_words").update(prefill={"from": "today", "else": "contact_name"}),
        ("found_words", "prefill_odd"),
    ),
    (lambda b: field(b, "devices").update(personal="none"), ("devices", "personal_differs")),
    (lambda b: field(b, "devices")["columns"][1].update(key="no"), ("devices.no", "field_twice")),
    (
        lambda b: field(b, "devices")["columns"][1].update(prefill={"from": "today"}),
        ("devices.owner", "prefill_odd"),
    ),
    (lambda b: field(b, "sign").pop("signer"), ("sign", "signer_unknown")),
    (lambda b: field(b, "sign").update(signer="nobody"), ("sign", "signer_unknown")),
    (lambda b: field(b, "sign").update(signer="nobody"), ("signers", "signer_unknown")),
    (lambda b: field(b, "found_words").update(personal="name"), ("main_facts", "facts_missing")),
    (lambda b: b.update(main_facts=[{"field": "nothing"}]), ("main_facts", "field_unknown")),
    (lambda b: b["copies"][0].update(count_field="fee"), ("copies", "field_unknown")),
    (lambda b: field(b, "fee").update(numbered="散-{n:2}"), ("fee", "type_odd")),
    (lambda b: field(b, "found_words").update(numbered="散-{n:2}"), ("found_words", "numbered_odd")),
    (lambda b: field(b, "found_words").update(numbered="散-{m}"), ("sections/0/fields/2/numbered", "schema")),
]


def test_the_sample_has_no_fault() -> None:
    assert lint_sample() == set()


@pytest.mark.parametrize(("change", "expected"), FAULTS)
def test_each_fault_is_found(change: Change, expected: tuple[str, str]) -> None:
    assert expected in lint_sample(change)


def test_whoever_signs_a_form_of_ours_reads_what_it_says_in_words_chosen_for_it() -> None:
    signed = [body for body in SHIPPED.forms.values() if is_signed_by_customer(body)]
    assert signed
    assert [body["key"] for body in signed if not body.get("main_facts")] == []


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("found_words", "application.fault_kind"),
        ("on", "today"),
        ("found_words", "application_repair.fault_text"),
    ],
)
def test_what_a_field_may_be_filled_from(key: str, source: str) -> None:
    assert lint_sample(lambda b: field(b, key).update(prefill={"from": source})) == set()


def test_options_from_a_file_are_written_out(tmp_path: Path) -> None:
    folder = copytree(PROCESSES_FOLDER, tmp_path / "processes")
    (folder / "options").mkdir(exist_ok=True)
    (folder / "options" / "colours.yaml").write_text("- {value: red, label: 红}\n", encoding="utf-8")
    form = folder / "forms" / "application_gas_on.yaml"
    text = form.read_text(encoding="utf-8")
    given = "options: [{value: ready, label: 装好了}, {value: not_ready, label: 还没装}]"
    assert given in text
    form.write_text(text.replace(given, "options_from: colours"), encoding="utf-8")
    sections = read_folder(folder).forms["application_gas_on"]["sections"]
    written = next(one for part in sections for one in part["fields"] if one["key"] == "stove_ready")
    assert written["options"] == [{"value": "red", "label": "红"}]
    assert "options_from" not in written
