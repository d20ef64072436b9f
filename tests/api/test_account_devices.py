"""Hoses and alarms of an account with their day, and the seal and inlet side of its meter."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.cases.commands import CUSTOMER, Start
from backend.cases.service import NewCase, Request
from backend.core.local_time import local_date
from backend.customers.account_records import SafetyDevice
from backend.customers.models import GasAccount, SafetyDeviceRow
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, see_id_card
from tests.api.staff_side import Browser, Hall, code

TODAY = local_date(datetime.now(UTC))


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def begin_opening(hall: Hall, customer_id: int) -> str:
    new = NewCase("account_opening", hall.units["361"], "361", customer_id, "counter")
    start = Start(CUSTOMER, enter_at="open_account")
    return hall.service.start_case(Request("system", uuid.uuid4(), {}), new, start).case_no


def fill_record(desk: Browser, case_no: str, home: dict[str, Any], *devices: dict[str, Any]) -> None:
    told = {"use_address": home, "meter_inlet_side": "right", "meter_seal_no": "F-20931"}
    fill_in(desk, case_no, **told, safety_devices=list(devices))


def make_home() -> dict[str, Any]:
    place = {"region": "历下区", "street": "文化路", "community": "和平小区", "building": "3号楼", "unit": ""}
    return {**place, "door": f"{uuid.uuid4().hex[:8]}室", "note": "", "point": None}


def make_device(kind: str, days: int) -> dict[str, Any]:
    """Return a row of the form: a device that is due so many days from today."""
    return {"kind": kind, "model": "汉威", "expires_on": (TODAY + timedelta(days=days)).isoformat()}


def test_the_opening_notes_hoses_alarms_and_seal_for_staff_and_customer(
    hall: Hall, owner: MadeCustomer
) -> None:
    desk = hall.sign_in("desk_361")
    case_no, home = begin_opening(hall, owner.id), make_home()
    fill_record(desk, case_no, home, make_device("hose", 20), make_device("alarm", -1))
    see_id_card(desk, case_no)
    assert desk.act(case_no, "opened").status_code == 200
    seen = desk.read(f"/cases/{case_no}/account")["account"]
    assert (seen["meter"]["inlet_side"], seen["meter"]["seal_no"]) == ("right", "F-20931")
    assert [(one["kind"], one["state"]) for one in seen["safety_devices"]] == [
        ("hose", "soon"), ("alarm", "expired"),
    ]  # fmt: skip
    path = f"/api/v1/accounts/{seen['account_no']}"
    page = hall.app.test_client().get(path, headers=owner.headers).get_json()
    assert page["use"]["safety_devices"] == seen["safety_devices"]
    # What is not named the next time is gone, and keeps its row.
    again = begin_opening(hall, owner.id)
    fill_record(desk, again, home, make_device("hose", 700))
    see_id_card(desk, again)
    assert desk.act(again, "opened").status_code == 200
    renewed = desk.read(f"/cases/{again}/account")["account"]
    assert renewed["account_no"] == seen["account_no"]
    assert [(one["kind"], one["state"]) for one in renewed["safety_devices"]] == [("hose", "valid")]
    with hall.sessions() as session:
        of_account = GasAccount.account_no == seen["account_no"]
        kept = select(SafetyDeviceRow).join(GasAccount).where(of_account).order_by(SafetyDeviceRow.id)
        assert [one.removed_at is None for one in session.scalars(kept)] == [False, False, True]


def test_a_day_before_the_installation_is_refused_and_nothing_is_opened(
    hall: Hall, owner: MadeCustomer
) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin_opening(hall, owner.id)
    crossed = {**make_device("alarm", 10), "installed_on": (TODAY + timedelta(days=10)).isoformat()}
    fill_record(desk, case_no, make_home(), crossed)
    see_id_card(desk, case_no)
    assert code(desk.act(case_no, "opened")) == "device_dates_crossed"
    assert desk.read(f"/cases/{case_no}/account")["account"] is None


@pytest.mark.parametrize(
    ("days", "state"), [(-1, "expired"), (0, "soon"), (60, "soon"), (61, "valid"), (None, "unknown")]
)
def test_a_device_says_how_near_its_day_is(days: int | None, state: str) -> None:
    today = date(2026, 11, 28)
    due = None if days is None else today + timedelta(days=days)
    assert SafetyDevice("hose", expires_on=due).tell_state(today) == state
