"""What a customer reads of payments and invoices of an account, page by page and after a transfer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text, update

from backend.core.local_time import local_date
from backend.customers.account_changes import AccountChanges, NewOwner
from backend.customers.models import AccountRole
from backend.customers.service import CustomersService
from backend.metering.invoice_buyers import BuyerRetention, forget_buyers, seal_buyer
from backend.metering.models import AccountInvoice, AccountPayment
from payments.service import ChargeService, NewCharge
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall
from tests.api.test_account_figures import (
    MONTHS,
    NOW,
    TODAY,
    account_no,  # noqa: F401 - a fixture
    add,
    ask,
    find_account,
    make_bill,
    owner,  # noqa: F401 - a fixture
)
from tests.api.test_case_readings import link
from tests.api.test_gas_accounts import begin

DAY = timedelta(days=1)


def make_payment(number: str, paid_at: datetime, *bill_nos: str, **changes: Any) -> AccountPayment:
    told: dict[str, Any] = {
        "source": "master", "payment_no": number, "paid_at": paid_at, "amount_fen": 5260, "channel": "wechat",
        "bill_nos": list(bill_nos), "state": "paid", "revision": 1, "told_at": NOW, **changes,
    }  # fmt: skip
    return AccountPayment(**told)


def make_invoice(hall: Hall, number: str, buyer: str = "欧阳小红", **changes: Any) -> AccountInvoice:
    told: dict[str, Any] = {
        "source": "master", "invoice_no": number, "issued_on": TODAY, "amount_fen": 5260,
        "buyer_kind": "person", "buyer_sealed": seal_buyer(hall.keys, number, buyer),
        "invoice_kind": "e_general", "state": "issued", "bill_no": f"of-{number}", "revision": 1,
        "told_at": NOW, **changes,
    }  # fmt: skip
    return AccountInvoice(**told)


def read_all(hall: Hall, who: MadeCustomer, account_no: str, part: str) -> list[dict[str, Any]]:  # noqa: F811
    seen: list[dict[str, Any]] = []
    after = ""
    while True:
        page = ask(hall, who, account_no, f"{part}?after={after}" if after else part)
        seen += page["items"]
        after = page["next"] or ""
        if not after:
            return seen


def test_both_kinds_of_payments_stand_in_one_list_by_time_and_none_is_lost(
    hall: Hall, owner: MadeCustomer, account_no: str  # noqa: F811
) -> None:  # fmt: skip
    case_no = begin(hall, "meter_reading", "check", owner.id)
    link(hall, account_no, case_no)
    charges, unit_id = ChargeService(), hall.units["361"]
    # Some at the very same moment as others, so that the end of a page falls among them.
    moments = [NOW - (place // 4) * DAY for place in range(15)]
    with hall.sessions.begin() as session:
        for place, at in enumerate(moments):
            wanted = NewCharge(unit_id, "361", hall.find_id(case_no), "fee", 100 + place)
            charge = charges.open_charge(session, wanted, at)
            receipt = f"R-{account_no}-{place}"
            charges.settle_at_counter(session, charge, receipt, hall.staff["desk_361"], {unit_id}, at)
    bill = make_bill(account_no, MONTHS[-2])
    booked = [make_payment(f"P-{account_no}-{place}", at) for place, at in enumerate(moments)]
    booked[0].bill_nos, booked[0].state = [bill.bill_no, "not-here"], "reversed"
    add(hall, account_no, bill, *booked)
    seen = read_all(hall, owner, account_no, "payments")
    numbers = [one["receipt_no"] for one in seen]
    assert len(numbers) == len(set(numbers)) == 30
    times = [datetime.fromisoformat(one["paid_at"]) for one in seen]
    assert times == sorted(times, reverse=True)
    told = next(one for one in seen if one["receipt_no"] == f"P-{account_no}-0")
    assert (told["channel"], told["state"], told["months"]) == ("wechat", "reversed", [MONTHS[-2]])
    counter = next(one for one in seen if one["receipt_no"] == f"R-{account_no}-0")
    assert (counter["channel"], counter["state"], counter["months"]) == ("counter", "paid", [])
    assert ask(hall, owner, account_no, "payments?after=x", 422)["code"] == "cursor_invalid"


def test_an_invoice_tells_its_bill_and_masks_a_person_alone(
    hall: Hall, owner: MadeCustomer, account_no: str  # noqa: F811
) -> None:  # fmt: skip
    bill = make_bill(account_no, MONTHS[-2])
    first = make_invoice(hall, f"F1-{account_no}", bill_no=bill.bill_no, check_code="123456")
    company = {"buyer": "郑州某某食品有限公司", "buyer_kind": "company", "payment_no": "P9", "bill_no": None}
    second = make_invoice(hall, f"F2-{account_no}", state="red_flushed", **company)
    more = [make_invoice(hall, f"G{place}-{account_no}", issued_on=TODAY - DAY) for place in range(15)]
    add(hall, account_no, bill, first, second, *more)
    seen = read_all(hall, owner, account_no, "invoices")
    assert len({one["invoice_no"] for one in seen}) == len(seen) == 17
    assert seen[1] == {
        "invoice_no": f"F1-{account_no}", "issued_on": TODAY.isoformat(), "amount_fen": 5260,
        "buyer": "欧*", "kind": "e_general", "state": "issued", "check_code": "123456",
        "month": MONTHS[-2], "payment_no": None,
    }  # fmt: skip
    assert (seen[0]["buyer"], seen[0]["state"]) == ("郑州某某食品有限公司", "red_flushed")
    assert (seen[0]["month"], seen[0]["payment_no"]) == (None, "P9")
    assert ask(hall, owner, account_no, "invoices?after=x", 422)["code"] == "cursor_invalid"


def hand_over(hall: Hall, account_no: str, new: MadeCustomer) -> None:  # noqa: F811
    customers = CustomersService(hall.keys)
    account = find_account(hall, account_no)
    with hall.sessions.begin() as session:
        AccountChanges(hall.keys, customers).transfer(
            session, session.merge(account), NewOwner("赵新", "13712345678", ""), datetime.now(UTC)
        )
        standing = "SELECT customer_id FROM account_role WHERE gas_account_id = :id AND revoked_at IS NULL"
        new_id = session.execute(text(standing), {"id": account.id}).scalar_one()
        moved = update(AccountRole).where(AccountRole.customer_id == new_id)
        session.execute(moved.values(customer_id=new.id))


def test_a_new_owner_reads_nothing_of_what_the_former_one_paid(
    hall: Hall, owner: MadeCustomer, account_no: str, make_customer: Any  # noqa: F811
) -> None:  # fmt: skip
    old = make_bill(account_no, MONTHS[-3])
    later, tomorrow = NOW + timedelta(hours=1), local_date(NOW + DAY)
    add(
        hall, account_no, old,
        make_payment(f"P1-{account_no}", NOW - DAY),
        # Paid after the transfer, for what was used before it.
        make_payment(f"P2-{account_no}", later, old.bill_no),
        make_payment(f"P3-{account_no}", later),
        make_invoice(hall, f"F1-{account_no}", issued_on=TODAY - DAY),
        # Of the day itself nobody can tell to whom it was issued.
        make_invoice(hall, f"F2-{account_no}", issued_on=TODAY),
        make_invoice(hall, f"F3-{account_no}", issued_on=tomorrow, bill_no=old.bill_no),
        *(
            make_invoice(
                hall, f"F{place + 3}-{account_no}", issued_on=tomorrow, bill_no=None,
                payment_no=f"P{place}-{account_no}",
            )
            for place in (1, 2, 3)
        ),
    )  # fmt: skip
    assert len(read_all(hall, owner, account_no, "invoices")) == 6
    new = make_customer()
    hand_over(hall, account_no, new)
    payments = ask(hall, new, account_no, "payments")["items"]
    assert [one["receipt_no"] for one in payments] == [f"P3-{account_no}"]
    invoices = ask(hall, new, account_no, "invoices")["items"]
    assert [one["invoice_no"] for one in invoices] == [f"F6-{account_no}"]
    for part in ("payments", "invoices"):
        ask(hall, owner, account_no, part, 404)
    # Once the former owner is erased, the names on what was issued until then go, and no other.
    account_id = find_account(hall, account_no).id
    with hall.sessions.begin() as session:
        forget_buyers(session, [], [account_id], NOW)
    named = "SELECT invoice_no FROM account_invoice WHERE gas_account_id = :id AND buyer_sealed IS NOT NULL"
    with hall.sessions() as session:
        left = set(session.execute(text(named), {"id": account_id}).scalars())
    assert left == {f"F{place}-{account_no}" for place in (3, 4, 5, 6)}


def test_the_title_goes_by_the_setting_as_it_is_now(
    hall: Hall, owner: MadeCustomer, account_no: str  # noqa: F811
) -> None:  # fmt: skip
    add(
        hall, account_no,
        make_invoice(hall, f"F1-{account_no}", issued_on=TODAY - 31 * DAY),
        make_invoice(hall, f"F2-{account_no}", issued_on=TODAY - 30 * DAY),
    )  # fmt: skip
    BuyerRetention(hall.sessions, 3650, lambda: NOW).run()
    assert [one["buyer"] for one in read_all(hall, owner, account_no, "invoices")] == ["欧*", "欧*"]
    retention = BuyerRetention(hall.sessions, 30, lambda: NOW)
    assert retention.run() >= 1 and retention.run() == 0
    told = {one["invoice_no"][:2]: one["buyer"] for one in read_all(hall, owner, account_no, "invoices")}
    assert told == {"F1": None, "F2": "欧*"}
