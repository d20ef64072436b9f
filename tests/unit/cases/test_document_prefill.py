"""What a form begins with: the first of its sources that knows something, and words for what was listed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.cases.applied_devices import describe_devices
from backend.cases.document_prefill import describe_account, list_fixed, prefill
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import build_form
from backend.customers.account_records import AccountRecord, Appliance, MeterRecord

FORMS = {key: build_form(body) for key, body in read_folder().forms.items()}
HOME = {
    "region": "历下区", "street": "文化路", "community": "和平小区", "building": "3号楼", "unit": "2单元",
    "door": "501室", "note": "", "point": None,
}  # fmt: skip
RECORD = AccountRecord(
    "张三", "", "13800000001", HOME, "residential", Decimal("30.00"), Decimal("2.500"), "做饭", "全年",
    (Appliance("燃气灶", "华帝", 2, Decimal("0.40")),), MeterRecord("金卡", "M-1", "iot", Decimal("12.500")),
)  # fmt: skip


def begin(key: str, **sources: Any) -> dict[str, Any]:
    return prefill(FORMS[key], {name.replace("__", "."): value for name, value in sources.items()})


def test_the_first_source_that_knows_something_counts() -> None:
    key = "gas_on_certificate_residential"
    account = {"account__meter_no": "M-1"}
    assert begin(key, **account)["meter_no"] == "M-1"
    both = {**account, "inspection_report_residential__meter_no": "M-2"}
    assert begin(key, **both)["meter_no"] == "M-2"
    assert "meter_no" not in begin(key)


def test_what_the_company_usually_answers_stands_there_until_a_source_knows_better() -> None:
    begun = begin("supply_contract_residential")
    assert (begun["quality_standard"], begun["pressure_min"]) == ("GB 17820《天然气》", 1500)
    assert begin("supply_contract_residential", pressure_min=2000)["pressure_min"] == 2000


def test_the_slip_begins_with_the_customers_home() -> None:
    sources = {f"address.{part}": value for part, value in HOME.items()}
    told = {**sources, "address": HOME, "contact_name": "张三", "contact_phone": "13800000001"}
    [row] = prefill(FORMS["work_slip_residential_individual"], told)["households"]
    assert row == {
        "community": "和平小区", "building": "3号楼", "unit": "2单元", "room": "501室", "contact": "张三",
        "contact_phone": "13800000001", "site_address": "历下区文化路和平小区3号楼2单元501室",
    }  # fmt: skip


def test_figures_stay_figures_in_a_row() -> None:
    [row] = begin("work_slip_residential_group", application__households=48)["projects"]
    assert row == {"household_count": 48}


def test_devices_of_another_form_are_told_in_words() -> None:
    rows = [{"name": "大锅灶", "model": "ZCT-2", "quantity": 2}, {"name": "蒸箱"}]
    told = begin("work_slip_nonresidential", application__equipment=rows)
    assert told["contract_equipment"] == "大锅灶 ZCT-2 2台\n蒸箱"


def test_an_account_tells_whose_it_is_and_what_hangs_there() -> None:
    told = describe_account(RECORD)
    assert (told["contact_name"], told["contact_phone"]) == ("张三", "13800000001")
    assert (told["address.community"], told["account.meter_no"]) == ("和平小区", "M-1")
    record = prefill(FORMS["account_record"], told)
    assert record["monthly_use"] == 30 and record["gas_pressure"] == 2.5
    assert record["appliances"] == [{"kind": "燃气灶", "model": "华帝", "quantity": 2, "rated_flow": 0.4}]
    assert (record["meter_kind"], record["meter_reading"]) == ("iot", 12.5)
    assert describe_account(None) == {}


def test_what_is_booked_is_fixed_and_nothing_else() -> None:
    booked = {"charge.amount": 8_000, "charge.receipt_no": "R-1", "charge.paid_on": "2026-11-26"}
    form = FORMS["payment_receipt"]
    assert list_fixed(form, booked) == {"amount_due": 8_000, "amount_paid": 8_000, "receipt_no": "R-1"}
    assert prefill(form, booked)["paid_on"] == "2026-11-26"
    assert list_fixed(form, {}) == {}


def test_what_a_household_ticked_is_not_asked_for_again() -> None:
    told = describe_devices(FORMS["application_installation"], {"gas_use": ["stove", "boiler"]})
    [row] = prefill(FORMS["work_slip_residential_individual"], told)["households"]
    assert row == {"uses_boiler_or_water_heater": True}
    assert prefill(FORMS["project_handover"], told)["appliances"] == [
        {"kind": "燃气灶", "quantity": 1}, {"kind": "壁挂炉", "quantity": 1},
    ]  # fmt: skip
    plain = describe_devices(FORMS["application_installation"], {"gas_use": ["stove"]})
    assert plain["applied.heating"] is False
    assert describe_devices(FORMS["application_installation"], {}) == {}


def test_the_devices_of_a_unit_come_with_their_figures() -> None:
    listed = [
        {"name": "蒸汽锅炉", "model": "LSS-1", "quantity": 2, "flow_max": 80, "use_time": "全天"},
        {"model": "?"},
    ]
    told = describe_devices(FORMS["application_installation_unit"], {"equipment": listed})
    assert prefill(FORMS["project_handover"], told)["appliances"] == [
        {"kind": "蒸汽锅炉", "model": "LSS-1", "quantity": 2, "rated_flow": 80}
    ]


def test_an_altered_home_is_handed_over_with_what_the_account_has() -> None:
    begun = prefill(FORMS["project_handover"], describe_account(RECORD))
    assert begun["appliances"] == [{"kind": "燃气灶", "model": "华帝", "quantity": 2, "rated_flow": 0.4}]
    assert (begun["gas_use"], begun["meter_kind"], begun["meter_no"]) == ("residential", "iot", "M-1")
    assert (begun["use_nature"], begun["gas_pressure"]) == ("做饭", 2.5)


def test_papers_that_came_with_the_application_are_not_asked_for_again() -> None:
    papers = {"application__id_photos": ["front", "back"], "application__property_proof": ["deed"]}
    begun = begin("papers_customer_record", **papers)
    assert (begun["owner_id_copy"], begun["property_proof"]) == (["front", "back"], ["deed"])
    # Where no field names them, files stay with what they were handed in for.
    assert begin("papers_resident", owner_id_copy=["front"], **papers) == {}
