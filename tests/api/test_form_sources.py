"""A case that came without an application begins its slips with what the company keeps of its account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from backend.customers.accounts import GasAccounts
from backend.customers.service import CustomersService
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall
from tests.api.test_gas_accounts import begin, enter, make_origin, make_record
from tests.api.test_orders_for_customers import take


def test_an_inspection_by_plan_knows_home_and_meter(
    hall: Hall, make_customer: Callable[[], MadeCustomer]
) -> None:
    accounts, owner = GasAccounts(hall.keys, CustomersService(hall.keys)), make_customer()
    record = make_record()
    account_no = enter(hall, accounts, make_origin(hall, owner.id), record, "active")
    case_no = begin(hall, "inspection", "plan", owner.id)
    with hall.sessions.begin() as session:
        account = accounts.find_by_number(session, account_no)
        accounts.link(session, hall.find_id(case_no), account, datetime.now(UTC))
    take(hall.sign_in("desk_361"), case_no, "by_plan", handler="handler_361")
    handler = hall.sign_in("handler_361")
    [line] = handler.read(f"/cases/{case_no}")["documents"]
    begun = handler.read(f"/cases/{case_no}/documents/{line['task']}")
    assert record.meter is not None
    told = {key: begun["values"][key] for key in ("meter_no", "meter_brand", "meter_type")}
    assert told == {"meter_no": record.meter.meter_no, "meter_brand": "金卡", "meter_type": "ic_card"}
    assert begun["values"]["address_community"] == "和平小区"
    # What is personal is there too, and is shown only in part.
    assert {"customer_name", "phone_1", "address_room"} <= set(begun["masked_items"])
