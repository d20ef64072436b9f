"""The comparison with the manual's forms finds each difference, and the shipped forms have none."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from backend.catalogue.conformance import command
from backend.catalogue.conformance.forms import check_documents, judge_form
from backend.catalogue.conformance.manual import read_manual
from backend.catalogue.conformance.report import summarise
from backend.catalogue.folder import read_folder
from composition.hall import WORDS

# As the manual's own file is written.
MANUAL: dict[str, Any] = {
    "id": "tea",
    "name": "茶单",
    "form_title": "泡茶单",
    "appendix": 1,
    "fields": [
        {"id": "name", "label": "姓名", "type": "text"},
        {"id": "price", "label": "单价", "type": "money", "unit": "元/m³"},
        {"id": "hot", "label": "水开了吗", "type": "bool", "true_label": "是", "false_label": "否"},
        {
            "id": "kind", "label": "茶", "type": "choice", "doubt": "reading",
            "choices": [{"id": "1", "label": "红", "doubt": "lost"}, {"id": "2", "label": "绿"}],
        },
        {"id": "why", "label": "原因", "type": "text", "when": {"kind": "2"}},
        {"id": "guests", "label": "客人(①②)", "type": "text", "repeat": 2},
        {
            "id": "cups", "label": "杯子", "type": "table",
            "columns": [{"id": "size", "label": "大小", "type": "number", "unit": "ml"}],
        },
        {"id": "hazards_found", "label": "隐患", "type": "multi_choice", "choices_from": "hazards"},
    ],
    "hazard_groups": [{"id": "pot", "label": "壶"}],
    "hazards": [
        {"no": 1, "text": "漏水", "group": "pot"},
        {"no": 2, "text": None, "group": "pot", "doubt": "lost"},
        {"no": 3, "text": "其他", "group": "pot", "other": True},
    ],
}  # fmt: skip
OURS: dict[str, Any] = {
    "name": "茶单",
    "title": "泡茶单",
    "appendix": 1,
    "sections": [
        {
            "fields": [
                {"key": "name", "label": "姓名", "type": "long_text"},
                {"key": "price", "label": "单价", "type": "number", "unit": "元/m³"},
                {"key": "hot", "label": "水开了吗", "type": "yes_no", "yes_label": "是", "no_label": "否"},
                {
                    "key": "kind", "label": "茶", "type": "choice", "doubt": {"kind": "reading"},
                    "options": [
                        {"value": "red", "label": "红", "doubt": {"kind": "lost"}},
                        {"value": "green", "label": "绿"},
                    ],
                },
                {"key": "why", "label": "原因", "type": "text", "when": {}},
                {"key": "guests", "label": "客人(①②)", "type": "table", "max_rows": 2},
                {
                    "key": "cups", "label": "杯子", "type": "table",
                    "columns": [{"key": "size", "label": "大小", "type": "number", "unit": "ml"}],
                },
                {
                    "key": "hazards_found", "label": "隐患", "type": "multi_choice",
                    "options": [
                        {"value": "h1", "number": 1, "label": "漏水", "group": "壶"},
                        {
                            "value": "h2", "number": 2, "label": "(第2条，原件看不清)", "group": "壶",
                            "doubt": {"kind": "lost"}, "words": "why",
                        },
                        {"value": "h3", "number": 3, "label": "其他", "group": "壶", "words": "why"},
                    ],
                },
                {"key": "ours", "label": "自己加的", "type": "text"},
            ]
        }
    ],
}  # fmt: skip
Change = Callable[[dict[str, Any]], object]


def field(body: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in body["sections"][0]["fields"] if one["key"] == key)
    return found


def hazard(body: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = field(body, "hazards_found")["options"][number - 1]
    return found


def drop(body: dict[str, Any], key: str) -> None:
    body["sections"][0]["fields"].remove(field(body, key))


def test_a_form_that_agrees_may_have_more_than_the_manual() -> None:
    found = judge_form(MANUAL, OURS)
    assert (found.wrong, found.fields_here, found.fields, found.hazards_here) == ({}, 9, 9, 3)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda b: b.update(name="别的"), "form"),
        (lambda b: b.update(title="别的"), "form"),
        (lambda b: b.update(appendix=2), "form"),
        (lambda b: drop(b, "name"), "name"),
        (lambda b: field(b, "name").update(label="名字"), "name"),
        (lambda b: field(b, "name").update(type="number"), "name"),
        (lambda b: field(b, "price").update(unit="m³"), "price"),
        (lambda b: field(b, "hot").update(no_label="没有"), "hot"),
        (lambda b: field(b, "kind")["options"].reverse(), "kind"),
        (lambda b: field(b, "kind")["options"].pop(), "kind"),
        (lambda b: field(b, "kind")["options"][0].pop("doubt"), "kind"),
        (lambda b: field(b, "kind").pop("doubt"), "kind"),
        (lambda b: field(b, "name").update(doubt={"kind": "lost"}), "name"),
        (lambda b: field(b, "why").pop("when"), "why"),
        (lambda b: field(b, "guests").update(max_rows=3), "guests"),
        (lambda b: field(b, "cups")["columns"][0].update(label="高矮"), "cups.size"),
        (lambda b: field(b, "cups")["columns"][0].update(unit="l"), "cups.size"),
        (lambda b: field(b, "cups").update(columns=[]), "cups.size"),
        (lambda b: hazard(b, 1).update(group="杯"), "hazard 1"),
        (lambda b: hazard(b, 1).update(words="why"), "hazard 1"),
        (lambda b: hazard(b, 2).pop("doubt"), "hazard 2"),
        (lambda b: hazard(b, 3).pop("words"), "hazard 3"),
        (lambda b: hazard(b, 3).pop("number"), "hazard 3"),
    ],
)
def test_a_difference_is_found(change: Change, place: str) -> None:
    ours = deepcopy(OURS)
    change(ours)
    found = judge_form(MANUAL, ours)
    assert place in found.wrong
    assert found.fields_here == 9 - sum(one != "form" and "hazard " not in one for one in found.wrong)
    assert found.hazards_here == 3 - sum("hazard " in one for one in found.wrong)


@pytest.mark.parametrize(
    ("manual", "doubt", "ours", "agrees"),
    [
        ("…方", "partial", "建设方", True),
        ("…方", "partial", "施工单位", False),
        ("…方", None, "建设方", False),
        ("…方", "partial", "…方", True),
        ("使用未…合安全…", "partial", "使用未检验或不符合安全要求的胶管", True),
        ("使用未…合安全…", "partial", "不符合安全要求，使用未检验", False),
        ("(首列)", "lost", "开工日期", True),
        ("(首列)", "lost", "(原件看不清)", False),
        ("建议(…)", "partial", "建议", True),
        ("建议(盖章)", "partial", "建议", False),
    ],
)
def test_a_hole_of_the_paper_has_words_of_ours(
    manual: str, doubt: str | None, ours: str, agrees: bool
) -> None:
    doubtful = {} if doubt is None else {"doubt": {"kind": doubt}}
    wanted = {**MANUAL, "fields": [{"id": "name", "label": manual, "type": "text", **doubtful}]}
    body = deepcopy(OURS)
    field(body, "name").pop("doubt", None)
    field(body, "name").update(label=ours, type="text", **doubtful)
    assert ("name" not in judge_form(wanted, body).wrong) is agrees


def test_the_company_in_a_title_is_whoever_prints_the_form() -> None:
    wanted = {**MANUAL, "form_title": "XX某某燃气有限公司泡茶单"}
    assert judge_form(wanted, OURS).wrong == {}
    assert "form" in judge_form(wanted, {**OURS, "title": wanted["form_title"]}).wrong
    # A title that says nothing else is one, and a company without a place for its name as well.
    for title in ("XX某某公司", "某某公司泡茶单"):
        assert "form" in judge_form({**MANUAL, "form_title": title}, OURS).wrong


def test_a_lost_hazard_has_words_of_ours_and_stays_doubtful() -> None:
    ours = deepcopy(OURS)
    hazard(ours, 2).update(label="公司安检标准第2条")
    assert judge_form(MANUAL, ours).wrong == {}
    # A number alone says nothing to whoever is to put it right.
    del hazard(ours, 2)["words"]
    assert "hazard 2" in judge_form(MANUAL, ours).wrong
    hazard(ours, 1).update(label="公司安检标准第1条")
    assert "hazard 1" in judge_form(MANUAL, ours).wrong


def test_no_label_of_the_shipped_forms_has_a_hole() -> None:
    fields = [
        one for body in read_folder().forms.values() for part in body["sections"] for one in part["fields"]
    ]
    named = [each for one in fields for each in (one, *one.get("columns", ()), *one.get("options", ()))]
    doubtful = [one["label"] for one in named if "doubt" in one]
    assert [one for one in doubtful if "…" in one or "看不清" in one or one.startswith("(")] == []


def test_a_form_that_is_not_here() -> None:
    found = judge_form(MANUAL, None)
    assert (found.present, found.fields_here, found.hazards_here) == (False, 0, 0)


def test_what_nothing_stands_for_and_what_stands_for_nothing() -> None:
    assert check_documents(frozenset({"单子"}), {"别的": ["slip"]}) == [
        "documents.yaml: nothing stands for 单子",
        "documents.yaml: no step of the manual names 别的",
    ]
    assert check_documents(frozenset({"单子"}), {"单子": ["slip"]}) == []


def test_the_shipped_forms_agree_with_the_manual() -> None:
    found = command.compare_shipped(read_folder(), command.MANUAL_FOLDER, WORDS, None)
    assert [one.key for one in found.forms if one.wrong] == []
    assert "forms: 18 of 18, fields 578 of 578, hazards 124 of 124" in summarise(found)


def test_every_document_of_the_manuals_steps_is_mapped() -> None:
    documents = read_manual(command.MANUAL_FOLDER).documents
    assert len(documents) == 22
    assert check_documents(documents, read_folder().documents) == []
