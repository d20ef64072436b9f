"""What a customer reads of use, tiers, bills, payments and cases of an account, and who reads none of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from backend.cases.models import ServiceCase
from backend.core.local_time import local_date
from backend.customers.account_changes import AccountChanges, NewOwner
from backend.customers.accounts import ACTIVE, SUSPENDED, GasAccounts
from backend.customers.models import AccountRole, GasAccount
from backend.customers.service import CustomersService
from backend.metering.models import AccountBalance, GasBill, GasBillTier, GasTariff, MeterReading
from backend.metering.tiers import list_months, write_month
from payments.service import ChargeService, NewCharge
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in, upload
from tests.api.staff_side import Hall
from tests.api.test_case_readings import link
from tests.api.test_gas_accounts import begin, enter, make_origin, make_record

NOW = datetime.now(UTC)
TODAY = local_date(NOW)
MONTHS = list_months(write_month(TODAY), 24)
PARTS = ("use", "balance", "bills", "bills/none", "payments", "invoices", "cases", "contracts", "inspections")


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def account_no(hall: Hall, owner: MadeCustomer) -> str:
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    number = enter(hall, accounts, make_origin(hall, owner.id), make_record(), ACTIVE)
    with hall.sessions.begin() as session:
        session.execute(
            update(GasAccount)
            .where(GasAccount.account_no == number)
            .values(opened_at=datetime(2019, 5, 1, tzinfo=UTC))
        )
    return number


def find_account(hall: Hall, account_no: str) -> GasAccount:
    with hall.sessions.begin() as session:
        return GasAccounts(hall.keys, CustomersService(hall.keys)).find_by_number(session, account_no)


def ask(hall: Hall, who: MadeCustomer, account_no: str, part: str, status: int = 200) -> dict[str, Any]:
    answer = hall.app.test_client().get(f"/api/v1/accounts/{account_no}/{part}", headers=who.headers)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def add(hall: Hall, account_no: str, *rows: Any) -> None:
    account = find_account(hall, account_no)
    with hall.sessions.begin() as session:
        for row in rows:
            row.unit_id, row.gas_account_id = account.unit_id, account.id
            session.add(row)
            session.flush()


def make_bill(
    account_no: str, month: str, state: str = "paid", use: str = "20", amount_fen: int = 5260, **changes: Any
) -> GasBill:
    told: dict[str, Any] = {
        "bill_no": f"{account_no}-{month}", "period": month, "use_m3": Decimal(use), "amount_fen": amount_fen,
        "paid_fen": amount_fen if state == "paid" else 0, "due_on": TODAY + timedelta(days=5), "state": state,
        "revision": 1, "told_at": NOW, **changes,
    }  # fmt: skip
    return GasBill(**told)


def let_in(
    hall: Hall, account_no: str, customer: MadeCustomer, role: str, scope: list[str] | None = None
) -> None:
    add(hall, account_no, AccountRole(customer_id=customer.id, role=role, granted_at=NOW, scope=scope))


def test_use_comes_from_bills_and_readings_and_gaps_stay_gaps(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    read_at = NOW - timedelta(days=3)
    readings = [
        MeterReading(
            source="master", period=month, read_at=read_at - timedelta(days=9), reading_m3=Decimal(m3)
        )
        for month, m3 in ((MONTHS[-4], "100"), (MONTHS[-3], "118.25"))
    ]
    add(hall, account_no, make_bill(account_no, MONTHS[-1], use="7.5"), *readings)
    add(
        hall, account_no,
        MeterReading(source="master", period=MONTHS[0], read_at=read_at, reading_m3=Decimal("130")),
    )  # fmt: skip
    told = ask(hall, owner, account_no, "use")
    assert [one["month"] for one in told["months"]] == MONTHS
    assert [one["use_m3"] for one in told["months"][-4:]] == [None, "18.250", None, "7.500"]
    assert (told["latest"]["reading_m3"], told["latest"]["source"]) == ("130.000", "master")


def test_three_months_without_gas_ask_for_a_suspension(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    add(hall, account_no, *(make_bill(account_no, month, use="0") for month in MONTHS[-3:-1]))
    assert ask(hall, owner, account_no, "use")["idle_months"] == 0
    add(hall, account_no, make_bill(account_no, MONTHS[-4], use="0"))
    assert ask(hall, owner, account_no, "use")["idle_months"] == 3
    with hall.sessions.begin() as session:
        session.execute(
            update(GasAccount).where(GasAccount.account_no == account_no).values(status=SUSPENDED)
        )
    assert ask(hall, owner, account_no, "use")["idle_months"] == 0


def test_tiers_are_those_of_the_nearest_unit_and_of_homes_alone(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    hall.sign_in("desk_361")
    tariff = GasTariff(
        unit_id=hall.units["361"], effective_on=date(2019, 1, 1), year_month=TODAY.month,
        first_until_m3=216, second_until_m3=360, first_fen=263, second_fen=316, third_fen=395,
        is_by_months=False, reason="测试", entered_by=hall.staff["desk_361"], entered_at=NOW,
    )  # fmt: skip
    with hall.sessions.begin() as session:
        session.add(tariff)
    # The year has begun with this month, so the months before do not count.
    add(hall, account_no, *(make_bill(account_no, one, use="200.5") for one in MONTHS[-2:]))
    tier = ask(hall, owner, account_no, "use")["tier"]
    assert (tier["year_from"], tier["tier"]) == (MONTHS[-1], 1)
    assert (tier["used_m3"], tier["left_m3"]) == ("200.500", "15.500")
    assert [(one["from_m3"], one["to_m3"], one["fen_per_m3"]) for one in tier["tiers"]] == [
        ("0", "216.00", "263.00"), ("216.00", "360.00", "316.00"), ("360.00", None, "395.00"),
    ]  # fmt: skip
    with hall.sessions.begin() as session:
        shop = update(GasAccount).where(GasAccount.account_no == account_no)
        session.execute(shop.values(gas_use="commercial"))
    assert ask(hall, owner, account_no, "use")["tier"] is None


def test_what_is_owed_comes_first_page_by_page_and_none_is_lost(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    owed = {MONTHS[0], MONTHS[9], MONTHS[23]}
    bills = [make_bill(account_no, one, "open" if one in owed else "paid") for one in MONTHS]
    add(hall, account_no, *bills, make_bill(account_no, "2020-01", "void"))
    seen, after, pages = [], "", 0
    while True:
        page = ask(hall, owner, account_no, f"bills?after={after}" if after else "bills")
        seen += [one["month"] for one in page["items"]]
        pages, after = pages + 1, page["next"] or ""
        if not after:
            break
    rest = [one for one in reversed(MONTHS) if one not in owed]
    assert (seen, pages) == ([*sorted(owed, reverse=True), *rest], 2)
    assert ask(hall, owner, account_no, "bills?after=x", 422)["code"] == "cursor_invalid"
    balance = ask(hall, owner, account_no, "balance")
    assert (balance["owed_fen"], balance["owed_bills"], balance["overdue"]) == (3 * 5260, 3, False)
    assert balance["balance_fen"] is None


def test_an_overdue_bill_is_told_with_its_tiers_and_money_paid_ahead(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    month = MONTHS[-1]
    late = make_bill(account_no, month, "open", "20.5", 5630, due_on=TODAY - timedelta(days=1), paid_fen=30)
    add(hall, account_no, late, AccountBalance(balance_fen=1250, as_of=NOW, revision=1))
    with hall.sessions.begin() as session:
        for tier, use, price, fen in ((1, "16", 263, 4208), (2, "4.5", 316, 1422)):
            row = {"tier": tier, "use_m3": Decimal(use), "fen_per_m3": price, "amount_fen": fen}
            session.add(GasBillTier(bill_id=late.id, **row))
    told = ask(hall, owner, account_no, f"bills/{late.bill_no}")
    assert (told["month"], told["overdue"], told["paid_fen"]) == (month, True, 30)
    assert [(one["tier"], one["use_m3"], one["amount_fen"]) for one in told["tiers"]] == [
        (1, "16.000", 4208), (2, "4.500", 1422),
    ]  # fmt: skip
    balance = ask(hall, owner, account_no, "balance")
    assert (balance["owed_fen"], balance["overdue"], balance["balance_fen"]) == (5600, True, 1250)


def test_another_accounts_bill_and_one_taken_back_are_not_there(
    hall: Hall, owner: MadeCustomer, account_no: str, make_customer: Callable[[], MadeCustomer]
) -> None:
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    other_no = enter(hall, accounts, make_origin(hall, make_customer().id), make_record(), ACTIVE)
    add(hall, other_no, make_bill(other_no, MONTHS[-1]))
    add(hall, account_no, make_bill(account_no, MONTHS[-2], "void"))
    for bill_no in (f"{other_no}-{MONTHS[-1]}", f"{account_no}-{MONTHS[-2]}", "none"):
        assert ask(hall, owner, account_no, f"bills/{bill_no}", 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("role", "scope", "open_parts"),
    [
        ("payer", None, {"balance", "bills", "payments", "invoices"}),
        ("tenant", None, {"use", "balance", "bills", "payments", "invoices", "cases", "inspections"}),
        ("agent", ["pay"], {"balance", "bills", "payments", "invoices"}),
        ("agent", ["bills"], {"use", "balance", "bills"}),
        ("agent", ["apply"], {"cases", "contracts", "inspections"}),
    ],
)
def test_each_role_reads_its_own_parts_and_gets_404_for_the_others(
    hall: Hall, account_no: str, make_customer: Callable[[], MadeCustomer],
    role: str, scope: list[str] | None, open_parts: set[str],
) -> None:  # fmt: skip
    somebody, stranger = make_customer(), make_customer()
    let_in(hall, account_no, somebody, role, scope)
    for part in PARTS:
        expected = 200 if part in open_parts else 404
        ask(hall, somebody, account_no, part, expected)
        ask(hall, stranger, account_no, part, 404)


def test_a_new_owner_reads_nothing_of_the_former_ones_time(
    hall: Hall, owner: MadeCustomer, account_no: str, make_customer: Callable[[], MadeCustomer]
) -> None:
    add(hall, account_no, *(make_bill(account_no, one, "open") for one in MONTHS))
    add(
        hall,
        account_no,
        MeterReading(source="master", period=MONTHS[-2], read_at=NOW - timedelta(days=40), reading_m3=5),
    )
    case_no = begin(hall, "meter_reading", "check", owner.id)
    link(hall, account_no, case_no)
    phone = "13712345678"
    customers = CustomersService(hall.keys)
    with hall.sessions.begin() as session:
        account = GasAccounts(hall.keys, customers).find_by_number(session, account_no)
        AccountChanges(hall.keys, customers).transfer(
            session, account, NewOwner("赵新", phone, ""), datetime.now(UTC)
        )
        new_id = session.execute(
            text("SELECT customer_id FROM account_role WHERE gas_account_id = :id AND revoked_at IS NULL"),
            {"id": account.id},
        ).scalar_one()
    new = make_customer()
    with hall.sessions.begin() as session:
        moved = update(AccountRole).where(AccountRole.customer_id == new_id)
        session.execute(moved.values(customer_id=new.id))
    assert [one["month"] for one in ask(hall, new, account_no, "bills")["items"]] == [MONTHS[-1]]
    assert ask(hall, new, account_no, "balance")["owed_bills"] == 1
    use = ask(hall, new, account_no, "use")
    assert use["latest"] is None and [one["use_m3"] for one in use["months"]][:-1] == [None] * 23
    assert ask(hall, new, account_no, "cases")["items"] == []
    ask(hall, owner, account_no, "bills", 404)


def test_cases_run_first_and_only_ones_own_have_a_number(
    hall: Hall, owner: MadeCustomer, account_no: str, make_customer: Callable[[], MadeCustomer]
) -> None:
    tenant = make_customer()
    let_in(hall, account_no, tenant, "tenant")
    mine, theirs, ended = (
        begin(hall, "meter_reading", "check", one) for one in (owner.id, tenant.id, owner.id)
    )
    with hall.sessions.begin() as session:
        done = update(ServiceCase).where(ServiceCase.case_no == ended)
        session.execute(done.values(status="completed", ended_at=NOW))
    for one in (mine, theirs, ended):
        link(hall, account_no, one)
    told = ask(hall, owner, account_no, "cases")["items"]
    # The case that brought the account is the owner's as well.
    assert [(one["case_no"], one["state"]) for one in told if one["case_no"] in (mine, None, ended)] == [
        (None, "in_progress"), (mine, "in_progress"), (ended, "completed"),
    ]  # fmt: skip
    assert told[0]["name"] == "抄表"
    assert [one["case_no"] for one in ask(hall, tenant, account_no, "cases")["items"]] == [theirs]


def test_cases_come_page_by_page(hall: Hall, owner: MadeCustomer, account_no: str) -> None:
    numbers = [begin(hall, "meter_reading", "check", owner.id) for _ in range(12)]
    for one in numbers:
        link(hall, account_no, one)
    first = ask(hall, owner, account_no, "cases")
    rest = ask(hall, owner, account_no, f"cases?after={first['next']}")
    seen = [one["case_no"] for one in first["items"] + rest["items"]]
    assert seen[:12] == numbers[::-1] and len(seen) == len(set(seen)) == 13 and rest["next"] is None


def test_payments_are_what_the_counter_settled(hall: Hall, owner: MadeCustomer, account_no: str) -> None:
    case_no = begin(hall, "meter_reading", "check", owner.id)
    link(hall, account_no, case_no)
    charges, unit_id = ChargeService(), hall.units["361"]
    with hall.sessions.begin() as session:
        paid, _ = (
            charges.open_charge(session, NewCharge(unit_id, "361", hall.find_id(case_no), "fee", fen), NOW)
            for fen in (4800, 100)
        )
        charges.settle_at_counter(session, paid, f"R-{account_no}", hall.staff["desk_361"], {unit_id}, NOW)
    page = ask(hall, owner, account_no, "payments")
    assert [(one["what"], one["amount_fen"], one["receipt_no"]) for one in page["items"]] == [
        ("费用", 4800, f"R-{account_no}")
    ]
    assert page["next"] is None


def test_an_inspection_says_what_is_to_be_put_right_and_by_when(
    hall: Hall, owner: MadeCustomer, account_no: str
) -> None:
    handler = hall.sign_in("handler_361")
    case_no = begin(hall, "inspection", "inspect", owner.id, handler_id=hall.staff["handler_361"])
    with hall.sessions.begin() as session:
        given = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(given.values(handler_id=hall.staff["handler_361"]))
    link(hall, account_no, case_no)
    assert ask(hall, owner, account_no, "inspections")["items"] == []
    fill_in(handler, case_no, hazards_found=["h36"], rectify_within_days=7)
    done = handler.act(case_no, "hazard", photos=[upload(handler, "a.jpg")])
    assert done.status_code == 200, done.text
    (told,) = ask(hall, owner, account_no, "inspections")["items"]
    assert (told["state"], told["overdue"]) == ("open", False)
    assert told["mend_by"] == (TODAY + timedelta(days=7)).isoformat()
    assert len(told["hazards"]) == 1 and told["hazards"][0] != "h36"
