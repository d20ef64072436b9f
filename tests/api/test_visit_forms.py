"""What a meter reader or a fitter fills in at the customer's, and in which order; over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from tests.api.filling import fill_in, upload
from tests.api.staff_side import VALUES, Hall, code
from tests.api.test_orders_for_customers import take


def start(hall: Hall, process: str, **data: object) -> str:
    """Start a case of the process at the unit, as its parent or the plan would."""
    new = NewCase(
        process, unit_id=hall.units["361"], unit_code="361", customer_id=hall.customer_id, channel="counter",
        form=hall.seal(VALUES),
    )  # fmt: skip
    started = hall.service.start_case(Request("staff:1", uuid.uuid4(), {}), new, Start(SYSTEM, data=data))
    return started.case_no


def test_a_reading_is_checked_on_the_slip_and_then_signed(hall: Hall) -> None:
    case_no = start(hall, "meter_reading")
    take(hall.sign_in("desk_361"), case_no, "plan", handler="handler_361")
    reader = hall.sign_in("handler_361")
    take(reader, case_no, "read", result="表数 1226")
    assert code(reader.act(case_no, "agrees")) == "form_missing"
    fill_in(reader, case_no)
    take(reader, case_no, "agrees")
    assert code(reader.act(case_no, "nothing_to_pay")) == "signature_missing"


def test_whoever_comes_enters_the_customer(hall: Hall) -> None:
    case_no = start(hall, "gas_commissioning", without_booking=True)
    take(hall.sign_in("desk_361"), case_no, "send_on_site", handler="handler_361")
    fitter = hall.sign_in("handler_361")
    fill_in(fitter, case_no)
    take(fitter, case_no, "passed")
    assert code(fitter.act(case_no, "commissioned")) == "form_missing"
    fill_in(fitter, case_no)
    take(fitter, case_no, "commissioned", signature=upload(fitter, "signature", "signature"))
    assert code(fitter.act(case_no, "entered")) == "form_missing"
    record = fill_in(fitter, case_no)
    take(fitter, case_no, "entered")
    kept = fitter.read(f"/cases/{case_no}/documents/{record}")
    assert (kept["state"], kept["values"]["customer_kind"]) == ("filled", "residential")


def test_gas_does_not_flow_where_the_slip_names_a_leak(hall: Hall) -> None:
    case_no = start(hall, "gas_commissioning", without_booking=True)
    take(hall.sign_in("desk_361"), case_no, "send_on_site", handler="handler_361")
    fitter = hall.sign_in("handler_361")
    fill_in(fitter, case_no, hazards_found=["h4"], valve_closed=["closed"])
    refused = fitter.act(case_no, "passed")
    assert (code(refused), "漏气" in refused.text) == ("leak_found", True)
    # Mended on the spot and tested again: a slip of its own, from which the leak is taken off.
    take(fitter, case_no, "again", reason="换了软管，重新试压")
    assert code(fitter.act(case_no, "passed")) == "form_missing"
    fill_in(fitter, case_no, hazards_found=None, valve_closed=None)
    take(fitter, case_no, "passed")


@pytest.mark.parametrize(
    "bad",
    [
        {"tightness_ok": False},
        {"ready_for_gas": False, "not_ready_reason": "厨房没有门窗"},
        {"facilities_commissioned": False},
        {"hose_joint_tight": False},
        {"ignition_done": False},
        {"gas_on_kind": "first", "riser_tightness_ok": False},
    ],
    ids="-".join,
)
def test_gas_does_not_flow_on_a_certificate_that_says_no(hall: Hall, bad: dict[str, Any]) -> None:
    case_no = start(hall, "gas_commissioning", without_booking=True)
    take(hall.sign_in("desk_361"), case_no, "send_on_site", handler="handler_361")
    fitter = hall.sign_in("handler_361")
    fill_in(fitter, case_no)
    take(fitter, case_no, "passed")
    fill_in(fitter, case_no, **bad)
    signature = upload(fitter, "signature", "signature")
    assert code(fitter.act(case_no, "commissioned", signature=signature)) == "gas_not_ready"
    # What was wrong is put right on the same slip, and then gas may flow.
    mended = {key: True for key in bad if isinstance(bad[key], bool)}
    fill_in(fitter, case_no, **{key: None for key in bad if key == "not_ready_reason"}, **mended)
    take(fitter, case_no, "commissioned", signature=signature)


def test_gas_does_not_flow_to_a_firm_whose_certificate_names_a_leak(hall: Hall) -> None:
    case_no = start(hall, "gas_commissioning", without_booking=True, customer_kind="commercial_industrial")
    take(hall.sign_in("desk_361"), case_no, "send_on_site", handler="handler_361")
    fitter = hall.sign_in("handler_361")
    fill_in(fitter, case_no)
    take(fitter, case_no, "passed")
    signature = upload(fitter, "signature", "signature")
    for bad in ({"tightness_leak": "leaking"}, {"tightness_leak": "not_leaking", "gas_on_done": False}):
        fill_in(fitter, case_no, **bad)
        assert code(fitter.act(case_no, "commissioned", signature=signature)) == "gas_not_ready"
    fill_in(fitter, case_no, gas_on_done=True)
    take(fitter, case_no, "commissioned", signature=signature)
