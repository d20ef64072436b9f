"""Gas accounts: entered at the hand-over of works and at the counter, once, with both signatures."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.cases.commands import CUSTOMER, Start
from backend.cases.service import NewCase, Request
from backend.core.account_numbers import is_valid_account_no
from backend.core.errors import Conflict
from backend.customers.account_numbers import make_account_no
from backend.customers.account_records import AccountRecord, Appliance, MeterRecord, Origin
from backend.customers.accounts import ACTIVE, PENDING, GasAccounts, find_owner
from backend.customers.models import GasAccount
from backend.customers.service import CustomersService
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, see_id_card, sign
from tests.api.organisation import ensure_staff
from tests.api.staff_side import Hall, code

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOME = {"region": "历下区", "street": "文化路", "community": "和平小区", "building": "3号楼", "unit": "2单元"}


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def accounts(hall: Hall) -> GasAccounts:
    return GasAccounts(hall.keys, CustomersService(hall.keys))


def begin(hall: Hall, process: str, step: str, customer_id: int | None, **data: Any) -> str:
    """Start a case that stands at ``step``; returns its number."""
    new = NewCase(process, hall.units["361"], "361", customer_id, "counter", data=data)
    start = Start(CUSTOMER, data=data, enter_at=step)
    return hall.service.start_case(Request("system", uuid.uuid4(), {}), new, start).case_no


def make_home() -> dict[str, Any]:
    return {**HOME, "door": f"{uuid.uuid4().hex[:8]}室", "note": "", "point": None}


def make_record(**changes: Any) -> AccountRecord:
    record = AccountRecord(
        "李明",
        "李明",
        "13900001111",
        make_home(),
        "residential",
        Decimal("30.00"),
        Decimal("2.000"),
        "做饭",
        "全年",
        (Appliance("燃气灶", "华帝", 1, Decimal("0.40")),),
        MeterRecord("金卡", uuid.uuid4().hex[:12], "ic_card", Decimal("0.000")),
    )
    return replace(record, **changes)


def make_origin(hall: Hall, customer_id: int | None) -> Origin:
    case_no = begin(hall, "account_opening", "open_account", customer_id)
    return Origin(hall.find_id(case_no), hall.units["361"], "361", customer_id)


def enter(hall: Hall, accounts: GasAccounts, origin: Origin, record: AccountRecord, status: str) -> str:
    with hall.sessions.begin() as session:
        return accounts.enter(session, origin, record, status, NOW)


def read_own(hall: Hall, customer: MadeCustomer, case_no: str) -> dict[str, Any]:
    path = f"/api/v1/cases/{case_no}/account"
    body: dict[str, Any] = hall.app.test_client().get(path, headers=customer.headers).get_json()
    return body


@pytest.mark.parametrize(
    "process", ["install_non_residential", "install_residential_individual", "alteration"]
)
def test_works_are_handed_over_with_both_signatures_and_the_customers_record(
    hall: Hall, owner: MadeCustomer, process: str
) -> None:
    works, desk = hall.sign_in("works_361"), hall.sign_in("desk_361")
    case_no = begin(hall, process, "hand_over", owner.id)
    home = make_home()
    assert code(works.act(case_no, "handed_over")) == "form_missing"
    told = {"monthly_use": 45.5, "gas_pressure": 2.5, "use_nature": "采暖", "use_period": "冬季"}
    task = fill_in(works, case_no, use_address=home, gas_use="commercial", **told)
    assert code(works.act(case_no, "handed_over")) == "signatures_missing"
    sign(works, case_no, task, "engineering")
    assert read_own(hall, owner, case_no)["account_no"] is None
    assert works.act(case_no, "handed_over").status_code == 200
    assert code(desk.act(case_no, "taken")) == "signatures_missing"
    account = desk.read(f"/cases/{case_no}/account")["account"]
    assert is_valid_account_no(account["account_no"]) and account["account_no"].startswith("361")
    assert account["status"] == "pending"
    assert (account["gas_use"], account["monthly_use"], account["pressure_kpa"]) == ("commercial", 45.5, 2.5)
    assert (account["use_nature"], account["use_period"]) == ("采暖", "冬季")
    assert account["appliances"] and account["meter"]["meter_no"]
    assert account["contact"].endswith("*") and "*" in account["phone"] and account["holder"]
    assert account["place"] == "历下区 文化路 和平小区 3号楼 2单元"
    assert read_own(hall, owner, case_no)["account_no"] == account["account_no"]
    # What was found wrong is mended, and is the same account.
    assert desk.act(case_no, "send_back", reason="设备少写了一台").status_code == 200
    again = fill_in(works, case_no, use_address=home, gas_use="industrial", **told)
    sign(works, case_no, again, "engineering")
    assert works.act(case_no, "handed_over").status_code == 200
    sign(desk, case_no, again, "customer_service")
    assert desk.act(case_no, "taken").status_code == 200
    mended = desk.read(f"/cases/{case_no}/account")["account"]
    assert mended == {**account, "gas_use": "industrial", "meter": mended["meter"]}


def test_collective_works_are_handed_over_with_both_signatures(hall: Hall, owner: MadeCustomer) -> None:
    works, desk = hall.sign_in("works_361"), hall.sign_in("desk_361")
    case_no = begin(hall, "install_residential_group", "hand_over", owner.id)
    task = fill_in(works, case_no, with_record=False)
    sign(works, case_no, task, "engineering")
    assert works.act(case_no, "handed_over").status_code == 200
    assert code(desk.act(case_no, "taken")) == "signatures_missing"
    sign(desk, case_no, task, "customer_service")
    assert desk.act(case_no, "taken").status_code == 200
    assert desk.read(f"/cases/{case_no}/account")["account"] is None


def test_a_hand_over_without_the_customers_record_is_refused(hall: Hall, owner: MadeCustomer) -> None:
    works = hall.sign_in("works_361")
    case_no = begin(hall, "install_residential_individual", "hand_over", owner.id)
    task = fill_in(works, case_no, with_record=False)
    sign(works, case_no, task, "engineering")
    assert code(works.act(case_no, "handed_over")) == "account_record_missing"


@pytest.mark.parametrize("process", ["account_opening", "online_account_opening"])
def test_an_account_is_opened_and_its_number_shown_at_once(
    hall: Hall, owner: MadeCustomer, process: str
) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, process, "open_account", owner.id)
    assert code(desk.act(case_no, "opened")) == "form_missing"
    fill_in(desk, case_no, use_address=make_home(), holder_name="李明")
    see_id_card(desk, case_no)
    assert read_own(hall, owner, case_no) == {"account_no": None, "status": None, "manager": None}
    assert desk.act(case_no, "opened").status_code == 200
    own = read_own(hall, owner, case_no)
    assert is_valid_account_no(own["account_no"]) and own["status"] == "active"
    seen = desk.read(f"/cases/{case_no}/account")["account"]
    assert (seen["account_no"], seen["holder"], seen["status"]) == (own["account_no"], "李*", "active")
    with hall.sessions() as session:
        found = CustomersService(hall.keys).find_by_account(session, own["account_no"], {hall.units["361"]})
    assert [one.id for one in found] == [owner.id]


def test_each_paper_is_checked_on_site(hall: Hall, owner: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "online_account_opening", "check", owner.id)
    assert code(desk.act(case_no, "pass")) == "form_missing"
    fill_in(desk, case_no, property_checked="wrong")
    assert code(desk.act(case_no, "pass")) == "papers_wrong"
    assert desk.act(case_no, "return", reason="缺房产证明").status_code == 200
    assert desk.act(case_no, "accept").status_code == 200
    fill_in(desk, case_no, property_checked="ok")
    assert desk.act(case_no, "pass").status_code == 200


def test_the_handler_guides_to_the_payment_in_the_client(hall: Hall, owner: MadeCustomer) -> None:
    desk = hall.sign_in("desk_361")
    case_no = begin(hall, "online_account_opening", "offer_payment", owner.id)
    assert desk.act(case_no, "pay").status_code == 200
    fee_no = desk.read(f"/cases/{case_no}")["child"]["case_no"]
    assert desk.act(fee_no, "apply").status_code == 200
    # The ways that nobody can pay by yet get no button until the channels are here.
    shown = {one["outcome"]: one["not_yet"] for one in desk.read(f"/cases/{fee_no}")["actions"]}
    assert (shown["in_client"], shown["at_terminal"]) == (True, True)
    assert (shown["at_counter"], shown["by_transfer"]) == (False, False)
    assert desk.cancel(fee_no, "客户改天再充").status_code == 200
    assert desk.act(case_no, "skip").status_code == 200


def test_the_manager_is_picked_and_seen_by_all(hall: Hall, owner: MadeCustomer) -> None:
    with hall.sessions.begin() as session:
        for name, positions in (("market_361", ()), ("manager_361", ("account_manager",))):
            ensure_staff(
                hall.organisation, session, "361", name, NOW, name=f"陈{name}",
                positions=positions, departments=("market_dev_dept",),
            )  # fmt: skip
    market = hall.sign_in("market_361")
    case_no = begin(hall, "install_non_residential", "grade", owner.id)
    fill_in(market, case_no, expected_daily_use=1000, must_not_stop=False)
    # The rules say which grade it is: the other one is not offered.
    offered = {one["outcome"] for one in market.read(f"/cases/{case_no}")["actions"]}
    assert "important" in offered and "ordinary" not in offered
    assert code(market.act(case_no, "important")) == "manager_missing"
    assert code(market.act(case_no, "important", manager="market_361")) == "manager_unknown"
    assert market.act(case_no, "important", manager="manager_361").status_code == 200
    manager = market.read(f"/cases/{case_no}/account")["manager"]
    assert manager["name"] == "陈manager_361" and "phone" in manager
    assert read_own(hall, owner, case_no)["manager"] == manager


def test_a_number_has_a_unit_a_serial_and_a_check_digit() -> None:
    numbers = [make_account_no("301", random.Random(seed)) for seed in range(200)]
    assert all(len(one) == 12 and one.startswith("301") and is_valid_account_no(one) for one in numbers)
    slipped = numbers[0][:-2] + str((int(numbers[0][-2]) + 1) % 10) + numbers[0][-1]
    assert not is_valid_account_no(slipped)
    with pytest.raises(ValueError, match="three digits"):
        make_account_no("30", random.Random(1))


def test_a_number_that_is_taken_is_drawn_again(
    hall: Hall, accounts: GasAccounts, owner: MadeCustomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = enter(hall, accounts, make_origin(hall, owner.id), make_record(), ACTIVE)
    fresh = make_account_no("361", random.Random(uuid.uuid4().int))
    drawn = iter([taken, taken, fresh])
    monkeypatch.setattr("backend.customers.accounts.make_account_no", lambda *_: next(drawn))
    assert enter(hall, accounts, make_origin(hall, owner.id), make_record(), ACTIVE) == fresh


def test_two_people_open_at_one_place_at_once_and_one_is_refused(
    hall: Hall, accounts: GasAccounts, make_customer: Callable[[], MadeCustomer]
) -> None:
    record = make_record(meter=None)
    origins = [make_origin(hall, make_customer().id) for _ in range(4)]

    def try_one(origin: Origin) -> str:
        try:
            return enter(hall, accounts, origin, record, ACTIVE)
        except Conflict as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(try_one, origins))
    assert sorted(answers)[1:] == ["premises_taken"] * 3
    assert is_valid_account_no(sorted(answers)[0])


def test_who_comes_twice_has_one_account(hall: Hall, accounts: GasAccounts, owner: MadeCustomer) -> None:
    record, origin = make_record(), make_origin(hall, owner.id)
    first = enter(hall, accounts, origin, record, ACTIVE)
    # Sent again, and entered anew by another case of the same customer.
    assert enter(hall, accounts, origin, record, PENDING) == first
    assert enter(hall, accounts, make_origin(hall, owner.id), record, PENDING) == first
    with hall.sessions() as session:
        account = session.scalars(select(GasAccount).where(GasAccount.account_no == first)).one()
        assert account.status == ACTIVE
        assert accounts.read(session, account).record == record
        held = find_owner(session, account.id)
        assert held is not None and held.customer_id == owner.id
        count = (
            select(func.count()).select_from(GasAccount).where(GasAccount.premises_id == account.premises_id)
        )
        assert session.execute(count).scalar_one() == 1


def test_a_meter_hangs_at_one_account(hall: Hall, accounts: GasAccounts, owner: MadeCustomer) -> None:
    meter = make_record().meter
    enter(hall, accounts, make_origin(hall, owner.id), make_record(meter=meter), ACTIVE)
    with pytest.raises(Conflict) as refused:
        enter(hall, accounts, make_origin(hall, owner.id), make_record(meter=meter), ACTIVE)
    assert refused.value.code == "meter_taken"
