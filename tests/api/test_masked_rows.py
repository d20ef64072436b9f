"""A slip whose rows nobody was shown in clear is handed in all the same, with what the case knows."""

from __future__ import annotations

import uuid
from typing import Any

from backend.cases.commands import CUSTOMER, Start
from backend.cases.form_sealing import make_contact_columns
from backend.cases.service import NewCase, Request
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import VALUES, Hall

PHONE_NO = "13812345678"


def test_a_row_that_stays_masked_goes_into_the_slip(hall: Hall, make_customer: Any) -> None:
    owner: MadeCustomer = make_customer()
    new = NewCase(
        "install_residential_individual", hall.units["361"], "361", owner.id, "counter",
        form=hall.seal(VALUES), columns=make_contact_columns(hall.keys, "钱明", PHONE_NO),
    )  # fmt: skip
    start = Start(CUSTOMER, enter_at="assign_construction")
    case_no = hall.service.start_case(Request("system", uuid.uuid4(), {}), new, start).case_no
    desk = hall.sign_in("desk_361")
    path = f"/cases/{case_no}/documents/1"
    begun = desk.read(path)
    [hidden] = [one for one in begun["masked_items"] if isinstance(begun["values"][one], list)]
    [row] = begun["values"][hidden]
    assert row["contact_phone"] == "138****5678"
    typed = {key: value for key, value in begun["values"].items() if key not in begun["masked_items"]}
    typed |= {"construction_days": 5, "start_on": "2026-12-01", "completion_on": "2026-12-05"}
    handed = desk.send("PUT", path, {"revision": begun["revision"], "values": typed, "fills": True})
    assert handed.status_code == 200, handed.text
    shown = desk.send("POST", f"{path}/reveal", {"items": [hidden], "reason": "核对联络单"})
    assert shown.get_json()["values"][hidden][0]["contact_phone"] == PHONE_NO
