"""Readings, bills and balances from the master: taken once, brought up to date, and refused one by one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from tests.api.account_files import make_row
from tests.api.master_side import MasterSide, pick

TIERS = [
    {"tier": 1, "use_m3": "16", "fen_per_m3": "263", "amount_fen": 4208},
    {"tier": 2, "use_m3": "4.5", "fen_per_m3": "316.00", "amount_fen": 1422},
]
BILL = {
    "period": "2026-03", "bill_no": "B1", "use_m3": "20.5", "amount_fen": 5630, "paid_fen": 0,
    "due_on": "2026-04-20", "state": "open", "code": "835261", "tiers": TIERS,
}  # fmt: skip


@pytest.fixture
def number(side: MasterSide) -> str:
    """Return the number of an account that both sides have."""
    made = make_row(id_number="")
    side.put(made["account_no"], pick(made))
    side.exchange.run()
    return made["account_no"]


def make_bill(number: str, **changes: Any) -> dict[str, Any]:
    """Return a bill under a number of its own account."""
    return {**BILL, "bill_no": f"{number}-03", **changes}


def read_rows(side: MasterSide, table: str, number: str) -> list[Any]:
    with side.hall.sessions() as session:
        asked = f"SELECT t.* FROM {table} t JOIN gas_account a ON a.id = t.gas_account_id"
        asked += " WHERE a.account_no = :number ORDER BY 1"
        return list(session.execute(text(asked), {"number": number}))


def read_tiers(side: MasterSide, bill_id: int) -> list[tuple[int, Decimal, Decimal, int]]:
    with side.hall.sessions() as session:
        asked = text(
            "SELECT tier, use_m3, fen_per_m3, amount_fen FROM gas_bill_tier WHERE bill_id = :id ORDER BY 1"
        )
        return [(one[0], one[1], one[2], one[3]) for one in session.execute(asked, {"id": bill_id})]


def test_what_the_master_knows_comes_in_exactly_and_once(side: MasterSide, number: str) -> None:
    moment = "2026-03-31T09:00:00+08:00"
    side.put_billing(number, "reading", period="2026-03", read_at=moment, reading_m3="1044.5", meter_no="A1")
    side.put_billing(number, "bill", **make_bill(number))
    side.put_billing(number, "balance", as_of=moment, balance_fen=-1250)
    for _ in range(2):
        side.exchange.run()
    (reading,) = read_rows(side, "meter_reading", number)
    assert (reading.source, reading.period, reading.reading_m3) == ("master", "2026-03", Decimal("1044.500"))
    (bill,) = read_rows(side, "gas_bill", number)
    assert (bill.use_m3, bill.amount_fen, bill.paid_fen, bill.state) == (Decimal("20.500"), 5630, 0, "open")
    # The code itself is nowhere.
    assert "835261" not in bill.code_print and len(bill.code_print) == 64
    told = [(1, Decimal(16), Decimal(263), 4208), (2, Decimal("4.5"), Decimal(316), 1422)]
    assert read_tiers(side, bill.id) == told
    (balance,) = read_rows(side, "account_balance", number)
    assert balance.balance_fen == -1250
    # From the beginning again changes nothing.
    with side.hall.sessions.begin() as session:
        session.execute(text("UPDATE account_feed SET billing_cursor = ''"))
    side.exchange.run()
    assert read_rows(side, "gas_bill", number) == [bill] and side.list_refused() == []


def test_a_newer_revision_replaces_and_an_older_one_changes_nothing(side: MasterSide, number: str) -> None:
    side.put_billing(number, "bill", **make_bill(number), revision=7)
    side.exchange.run()
    paid = {"paid_fen": 4208, "amount_fen": 4208, "use_m3": "16", "state": "paid", "tiers": TIERS[:1]}
    side.put_billing(number, "bill", **make_bill(number, **paid), revision=8)
    side.put_billing(number, "bill", **make_bill(number, bill_no="late"), revision=6)
    side.exchange.run()
    (bill,) = read_rows(side, "gas_bill", number)
    assert (bill.revision, bill.state, bill.paid_fen, bill.bill_no) == (8, "paid", 4208, f"{number}-03")
    assert [one[0] for one in read_tiers(side, bill.id)] == [1]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"use_m3": 20.5}, "figure_unreadable", "use_m3"),
        ({"use_m3": "-1"}, "figure_unreadable", "use_m3"),
        ({"use_m3": "1e3"}, "figure_unreadable", "use_m3"),
        ({"use_m3": "20.5001"}, "figure_unreadable", "use_m3"),
        ({"amount_fen": "5630"}, "figure_unreadable", "amount_fen"),
        ({"amount_fen": True}, "figure_unreadable", "amount_fen"),
        ({"amount_fen": 5631}, "bill_sums_differ", "tiers"),
        ({"use_m3": "20.4"}, "bill_sums_differ", "tiers"),
        ({"paid_fen": 5631}, "bill_overpaid", "paid_fen"),
        ({"paid_fen": 5630}, "bill_state_differs", "state"),
        ({"state": "paid"}, "bill_state_differs", "state"),
        ({"state": None}, "figure_unreadable", "state"),
        ({"due_on": "2026-02-30"}, "figure_unreadable", "due_on"),
        ({"due_on": 20260420}, "figure_unreadable", "due_on"),
        ({"period": "2026-13"}, "figure_unreadable", "period"),
        ({"bill_no": ""}, "figure_unreadable", "bill_no"),
        ({"code": "12"}, "figure_unreadable", "code"),
        ({"tiers": [TIERS[0], TIERS[0]]}, "figure_unreadable", "tiers"),
        ({"tiers": [{"tier": 4}]}, "figure_unreadable", "tiers"),
        ({"tiers": "x"}, "figure_unreadable", "tiers"),
    ],
)
def test_a_bill_that_cannot_be_is_refused_alone_and_listed(
    side: MasterSide, number: str, changes: dict[str, Any], code: str, field: str
) -> None:
    side.put_billing(number, "bill", **make_bill(number, **changes))
    side.put_billing(number, "bill", **make_bill(number, period="2026-02", bill_no=f"{number}-02"))
    side.exchange.run()
    assert [one.period for one in read_rows(side, "gas_bill", number)] == ["2026-02"]
    assert side.list_refused() == [(number, "bill", code, field)]
    lead = side.hall.sign_in("lead_a")
    (told,) = lead.read("/account-differences/feed")["refusals"]
    assert (told["account_no"], told["direction"]) == (number, "bill")
    assert told["subject"] == changes.get("period", "2026-03") and "主系统" in told["text"]


def test_a_refused_bill_leaves_the_list_once_it_is_mended(side: MasterSide, number: str) -> None:
    side.put_billing(number, "bill", **make_bill(number, amount_fen=1))
    side.put_billing(number, "bill", **make_bill(number, period="2026-02", amount_fen=1))
    side.exchange.run()
    assert len(side.list_refused()) == 2
    side.put_billing(number, "bill", **make_bill(number))
    side.exchange.run()
    (left,) = side.ask_subjects()
    assert left == "2026-02"


def test_rubbish_costs_no_other(side: MasterSide, number: str) -> None:
    items: list[Any] = [None, 7, {}, {"kind": "bill", "account_no": "999999999999", **BILL}]
    items.append({"kind": "reading", "account_no": number, "period": "2026-03", "read_at": "gestern"})
    items.append({"kind": "balance", "account_no": number, "as_of": "2026-03-01", "balance_fen": 1})
    items.append({"kind": "bill", "account_no": number, **make_bill(number)})
    side.ask("POST", "master/billing", {"items": items})
    side.exchange.run()
    assert len(read_rows(side, "gas_bill", number)) == 1
    expected = [
        ("", "bill", "item_malformed", "account_no"),
        ("999999999999", "bill", "account_not_here", "account_no"),
        (number, "balance", "figure_unreadable", "as_of"),
        (number, "reading", "figure_unreadable", "read_at"),
    ]
    assert sorted(side.list_refused()) == sorted(expected)
    assert side.read_feed().problem == ""


def test_the_number_of_another_months_bill_is_refused(side: MasterSide, number: str) -> None:
    side.put_billing(number, "bill", **make_bill(number))
    side.put_billing(number, "bill", **make_bill(number, period="2026-04"))
    side.exchange.run()
    assert [one.period for one in read_rows(side, "gas_bill", number)] == ["2026-03"]
    assert side.list_refused() == [(number, "bill", "bill_no_taken", "bill_no")]


@pytest.mark.parametrize("kind", ["forged", "repeat", "garbage", "refuse"])
def test_what_the_master_does_wrong_loses_and_doubles_nothing(
    side: MasterSide, number: str, kind: str
) -> None:
    side.put_billing(number, "bill", **make_bill(number))
    more = {"code": "1500"} if kind == "refuse" else {}
    side.order("billing", kind, **more)
    side.exchange.run()
    side.exchange.run()
    assert len(read_rows(side, "gas_bill", number)) == 1
    assert side.read_feed().problem == ""


def test_a_master_that_keeps_no_bills_holds_up_no_account(side: MasterSide, number: str) -> None:
    side.order("billing", "http_status", code="404")
    side.exchange.run()
    assert side.read_feed().problem == ""
    side.order("billing", "http_status", code="500")
    side.exchange.run()
    assert side.read_feed().problem == "http_500"
