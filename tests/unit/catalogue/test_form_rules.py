"""Rules of business that the manual's forms carry themselves, shown on the shipped definitions."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from backend.catalogue.fault_texts import tell_faults
from backend.catalogue.folder import read_folder
from backend.catalogue.form_rules import fill_defaults, tell_rule_faults
from backend.catalogue.forms import FieldType, build_form, validate_values
from deploy.demo.form_values import FormWriter

FORMS = {key: build_form(body) for key, body in read_folder().forms.items()}


def fill(key: str, **chosen: Any) -> dict[str, Any]:
    """Return a whole filled form in which ``chosen`` stands."""
    writer = FormWriter(date(2026, 11, 26), random.Random(1), lambda field: ["f1"], chosen)
    return writer.write(FORMS[key], {})


def faults(key: str, values: dict[str, Any]) -> dict[str, str]:
    return dict(validate_values(FORMS[key], values).faults)


def label(key: str, field: str, option: str) -> str:
    [body] = [one for part in FORMS[key].body["sections"] for one in part["fields"] if one["key"] == field]
    return str(next(one["label"] for one in body["options"] if one["value"] == option))


def unit(key: str, *path: str) -> str:
    field = FORMS[key].field(path[0])
    assert field is not None
    if len(path) > 1:
        field = next(one for one in field.columns if one.key == path[1])
    return field.unit


def test_homes_have_four_answers_and_companies_three() -> None:
    answers = [
        field.options
        for key in ("inspection_report_residential", "inspection_report_nonresidential")
        if (field := FORMS[key].field("satisfaction")) is not None
    ]
    assert [len(one) for one in answers] == [4, 3]
    key = "inspection_report_nonresidential"
    assert "satisfaction" in faults(key, {**fill(key), "satisfaction": "very_satisfied"})


def test_three_sets_of_drawings_come_with_the_confirmation() -> None:
    key = "facility_confirmation"
    drawings = [one.key for one in FORMS[key].fields if one.type is FieldType.DOCUMENTS and one.required]
    assert len(drawings) == 3
    without = {name: value for name, value in fill(key).items() if name not in drawings}
    assert set(faults(key, without)) == set(drawings)


def test_who_lets_the_company_rectify_pays() -> None:
    homes, companies = "inspection_report_residential", "inspection_report_nonresidential"
    assert "客户承担费用" in label(homes, "rectify_method", "by_company_paid")
    assert "自费" in label(companies, "rectify_method", "by_company_paid")
    # Who asks for it says for which hazards.
    chosen = {
        "hazards_found": ["h36"],
        "rectify_method": ["by_company_paid"],
        "rectify_by_company_items": ["h36"],
    }
    assert faults(homes, fill(homes, **chosen)) == {}


def test_a_long_hose_is_a_hazard() -> None:
    assert label("inspection_report_residential", "hazards_found", "h34") == "橡胶软管超2m"


def test_a_hose_of_two_years_is_to_be_replaced() -> None:
    key = "inspection_report_residential"
    for years, wrong in ((1.9, set()), (2, {"hose_action"}), (5, {"hose_action"})):
        values = {name: value for name, value in fill(key, hose_years=years).items() if name != "hose_action"}
        assert set(faults(key, values)) == wrong
    assert faults(key, {**fill(key, hose_years=3), "hose_action": "replaced"}) == {}


def test_noise_of_65_decibels_wants_words() -> None:
    key = "inspection_report_residential"
    for level, wrong in ((64, set()), (65, {"noise_words"}), (80, {"noise_words"})):
        values = {
            name: value for name, value in fill(key, noise_level=level).items() if name != "noise_words"
        }
        assert set(faults(key, values)) == wrong


def test_the_conditions_are_asked_before_the_ignition() -> None:
    key = "gas_on_certificate_residential"
    order = [one.key for one in FORMS[key].fields]
    assert order.index("ready_for_gas") < order.index("ignition_done")
    without = {name: value for name, value in fill(key).items() if name != "ready_for_gas"}
    assert "ready_for_gas" in faults(key, without)
    riser = FORMS[key].field("riser_tightness_ok")
    assert riser is not None and riser.when == {"field": "gas_on_kind", "op": "eq", "value": "first"}


def test_each_paper_has_its_own_units() -> None:
    assert unit("supply_contract_residential", "pressure_max") == "Pa"
    assert unit("work_slip_nonresidential", "equipment_rated_pressure") == "Pa"
    assert unit("work_slip_nonresidential", "sales_price") == "元/Nm³"
    assert unit("facility_confirmation", "equipment", "rated_pressure") == "kPa"
    assert unit("facility_confirmation", "equipment", "flow_max") == "Nm³/h"
    ledger = "customer_classification_ledger"
    assert unit(ledger, "nonresidential", "annual_volume") == "万方"
    assert unit(ledger, "special_residential", "annual_volume") == "方"


def test_the_slip_says_when_the_works_begin_and_end() -> None:
    for key, begins, ends in (
        ("work_slip_residential_individual", "start_on", "completion_on"),
        ("work_slip_residential_group", "contract_start_on", "contract_completion_on"),
    ):
        values = {name: value for name, value in fill(key).items() if name not in (begins, ends)}
        missing = faults(key, values)
        assert set(missing) == {begins, ends}
        assert all(text for text in tell_faults(FORMS[key], missing).values())


def test_the_customer_tells_of_each_device() -> None:
    key = "facility_confirmation"
    table = FORMS[key].field("equipment")
    assert table is not None and table.required
    asked = {"name", "model", "quantity", "flow_max", "rated_pressure", "use_time"}
    assert asked <= {one.key for one in table.columns}
    assert faults(key, {**fill(key), "equipment": []}) == {"equipment": "required"}


def tell(key: str, values: dict[str, Any]) -> dict[str, str]:
    return tell_faults(FORMS[key], faults(key, values))


def test_what_ends_does_not_end_before_it_begins() -> None:
    key = "work_slip_residential_individual"
    good = {"start_on": "2026-11-26", "completion_on": "2026-12-06"}
    for days in (10, 11):  # The first day counted, or not.
        assert tell(key, {**fill(key), **good, "construction_days": days}) == {}
    early = {**fill(key), **good, "construction_days": 10, "completion_on": "2026-11-20"}
    assert tell(key, early) == {
        "completion_on": "“竣工时间”不能早于“开工时间”，请核对。",
        "construction_days": "“施工工期”和“开工时间”和“竣工时间”之间的天数不一致，请核对。",
    }
    long = {**fill(key), **good, "construction_days": 30}
    assert set(faults(key, long)) == {"construction_days"}
    notice = "rectification_notice_residential"
    before = {"inspected_at": "2026-11-26T10:30", "rectify_by": "2026-11-25"}
    assert tell(notice, {**fill(notice), **before}) == {
        "rectify_by": "“整改期限”不能早于“检查时间”，请核对。"
    }
    assert tell(notice, {**fill(notice), **before, "rectify_by": "2026-11-26"}) == {}


def test_nobody_is_given_a_day_that_is_over() -> None:
    form = FORMS["rectification_notice_residential"]
    named = {"inspected_at": "2026-11-20T10:30", "rectify_by": "2026-11-25"}
    values = {**fill(form.key), **named}
    assert validate_values(form, values, today=date(2026, 11, 25)).faults == {}
    late = validate_values(form, values, today=date(2026, 11, 26)).faults
    assert tell_faults(form, late) == {"rectify_by": "“整改期限”已经过了，请填今天或以后的日期。"}


def test_what_is_most_is_not_less_than_what_is_least() -> None:
    key = "supply_contract_residential"
    values = {**fill(key), "pressure_min": 3000, "pressure_max": 2000}
    assert tell(key, values) == {"pressure_max": "“供气压力(上限)”不能小于“供气压力(下限)”，请核对。"}
    table = "facility_confirmation"
    [row] = fill(table)["equipment"]
    rows = [{**row, "flow_min": 1, "flow_max": 2}, {**row, "flow_min": 3, "flow_max": 2}]
    told = tell(table, {**fill(table), "equipment": rows})
    assert told == {"equipment.1.flow_max": "“用气量(最大)”不能小于“用气量(最小)”，请核对。"}


def test_what_was_found_need_not_be_ticked_twice() -> None:
    for key, told in (
        ("inspection_report_residential", ["h8", "h36"]),
        ("inspection_report_nonresidential", "8、36"),
    ):
        body = FORMS[key].body
        found = {"hazards_found": ["h8", "h36"]}
        assert fill_defaults(body, found)["hazards_to_rectify"] == told
        fewer = {**found, "hazards_to_rectify": ["h8"] if isinstance(told, list) else "8"}
        assert fill_defaults(body, fewer) == fewer
        assert fill_defaults(body, {}) == {}


def test_a_hazard_without_words_of_the_manual_asks_for_words() -> None:
    for key in ("inspection_report_residential", "inspection_report_nonresidential"):
        [found] = [
            one
            for part in FORMS[key].body["sections"]
            for one in part["fields"]
            if one["key"] == "hazards_found"
        ]
        lost = [one for one in found["options"] if one.get("doubt", {}).get("kind") == "lost"]
        assert lost and all(one["words"] == "standard_words" for one in lost)
        for one in lost:
            assert "standard_words" in faults(key, {"hazards_found": [one["value"]]})


def test_gas_that_is_owed_costs_what_its_price_says() -> None:
    owed = fill("gas_check", meter_left=-12, gas_price=3, arrears_fee=36_00)
    assert "arrears_fee" not in faults("gas_check", owed)
    wrong = {**owed, "arrears_fee": 99_00}
    assert faults("gas_check", wrong)["arrears_fee"] == "sum_differs"
    told = tell_faults(FORMS["gas_check"], {"arrears_fee": "sum_differs"})["arrears_fee"]
    assert told == "“要补缴的气款”和按“剩余气量”、“气价”和“没缴的账单”算出来的不一样，请核对。"
    # A price of four digits is rounded to the fen; what goes by steps has no one price, and is nobody's sum.
    assert "arrears_fee" not in faults(
        "gas_check", {**owed, "meter_left": -1.5, "gas_price": 2.7835, "arrears_fee": 4_18}
    )
    stepped = {key: value for key, value in wrong.items() if key != "gas_price"}
    assert "arrears_fee" not in faults("gas_check", stepped)


def test_days_that_do_not_fit_are_told_with_those_that_do() -> None:
    key = "work_slip_residential_individual"
    said = {"construction_days": 5, "start_on": "2026-12-01", "completion_on": "2026-12-10"}
    told = tell_rule_faults(FORMS[key].body, {"construction_days": "days_differ"}, said)["construction_days"]
    assert told == (
        "“施工工期”和日期对不上：12月1日到12月10日是 10 天（首尾两天都算）或 9 天，请改天数或日期。"
    )


@pytest.mark.parametrize(
    ("told", "is_right"),
    [
        ({"meter_left": -12, "gas_price": 3, "arrears_fee": 3600}, True),
        ({"meter_left": -12, "gas_price": 3, "bills_fee": 5000, "arrears_fee": 8600}, True),
        ({"meter_left": -12, "gas_price": 3, "bills_fee": 5000, "arrears_fee": 3600}, False),
        ({"meter_left": 4, "bills_fee": 5000, "arrears_fee": 5000}, True),
        ({"meter_left": 4, "bills_fee": 5000, "arrears_fee": 4000}, False),
        # By tiers there is no one price, and the sum is theirs who worked it out.
        ({"meter_left": -12, "bills_fee": 5000, "arrears_fee": 7777}, True),
    ],
)
def test_what_is_owed_is_the_gas_beyond_and_the_bills(told: dict[str, Any], is_right: bool) -> None:
    values = {**fill("gas_check"), "refund_fee": None, **told}
    found = {key: one for key, one in faults("gas_check", values).items() if key == "arrears_fee"}
    assert found == ({} if is_right else {"arrears_fee": "sum_differs"})
