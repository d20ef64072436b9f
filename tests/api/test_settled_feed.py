"""Payments and invoices from the master: taken once, brought up to date, sealed, and refused one by one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.api.account_files import make_row
from tests.api.master_side import MasterSide, pick
from tests.api.test_billing_feed import number, read_rows  # noqa: F401 - a fixture

PAYMENT = {
    "paid_at": "2026-04-02T10:20:00+08:00", "amount_fen": 5630, "channel": "wechat", "bill_nos": ["B-03"],
    "state": "paid",
}  # fmt: skip
INVOICE = {
    "issued_on": "2026-04-03", "amount_fen": 5630, "buyer_kind": "person", "buyer": "欧阳小红",
    "invoice_kind": "e_general", "state": "issued", "check_code": "12345678901234567890", "bill_no": "B-03",
}  # fmt: skip


def put_payment(side: MasterSide, number: str, **changes: Any) -> None:  # noqa: F811
    side.put_billing(number, "payment", **{"payment_no": f"P-{number}", **PAYMENT, **changes})


def put_invoice(side: MasterSide, number: str, **changes: Any) -> None:  # noqa: F811
    side.put_billing(number, "invoice", **{"invoice_no": f"F-{number}", **INVOICE, **changes})


def test_both_come_in_once_and_the_buyer_is_sealed(side: MasterSide, number: str) -> None:  # noqa: F811
    put_payment(side, number)
    put_invoice(side, number)
    for _ in range(2):
        side.exchange.run()
        with side.hall.sessions.begin() as session:
            session.execute(text("UPDATE account_feed SET billing_cursor = ''"))
    (payment,) = read_rows(side, "account_payment", number)
    assert (payment.source, payment.channel, payment.bill_nos) == ("master", "wechat", ["B-03"])
    (invoice,) = read_rows(side, "account_invoice", number)
    assert (invoice.amount_fen, invoice.invoice_kind, invoice.bill_no) == (5630, "e_general", "B-03")
    assert "欧阳" not in str(tuple(invoice))
    context = f"account_invoice.buyer:F-{number}"
    assert side.hall.keys.decrypt(invoice.buyer_sealed, context) == "欧阳小红"
    assert side.list_refused() == []


def test_a_newer_revision_takes_back_and_an_older_one_changes_nothing(
    side: MasterSide, number: str  # noqa: F811
) -> None:  # fmt: skip
    put_payment(side, number, revision=7)
    put_invoice(side, number, revision=7)
    put_payment(side, number, revision=9, state="reversed")
    put_invoice(side, number, revision=9, state="red_flushed")
    put_payment(side, number, revision=8, amount_fen=1)
    put_invoice(side, number, revision=8, amount_fen=1)
    side.exchange.run()
    (payment,), (invoice,) = (
        read_rows(side, one, number) for one in ("account_payment", "account_invoice")
    )  # fmt: skip
    assert (payment.state, payment.amount_fen, payment.revision) == ("reversed", 5630, 9)
    assert (invoice.state, invoice.amount_fen, invoice.revision) == ("red_flushed", 5630, 9)


@pytest.mark.parametrize(
    ("kind", "changes", "code", "field"),
    [
        ("payment", {"payment_no": ""}, "figure_unreadable", "payment_no"),
        ("payment", {"payment_no": 7}, "figure_unreadable", "payment_no"),
        ("payment", {"paid_at": "2026-04-02T10:20:00"}, "figure_unreadable", "paid_at"),
        ("payment", {"amount_fen": 0}, "figure_unreadable", "amount_fen"),
        ("payment", {"amount_fen": "5630"}, "figure_unreadable", "amount_fen"),
        ("payment", {"channel": "cash"}, "choice_unknown", "channel"),
        ("payment", {"channel": ["bank"]}, "choice_unknown", "channel"),
        ("payment", {"state": None}, "choice_unknown", "state"),
        ("payment", {"bill_nos": "B-03"}, "figure_unreadable", "bill_nos"),
        ("payment", {"bill_nos": ["B-03", "B-03"]}, "figure_unreadable", "bill_nos"),
        ("payment", {"bill_nos": [{"no": "B"}]}, "figure_unreadable", "bill_nos"),
        ("invoice", {"invoice_no": "x" * 41}, "figure_unreadable", "invoice_no"),
        ("invoice", {"issued_on": "2026-02-30"}, "figure_unreadable", "issued_on"),
        ("invoice", {"amount_fen": -5}, "figure_unreadable", "amount_fen"),
        ("invoice", {"buyer": " "}, "figure_unreadable", "buyer"),
        ("invoice", {"buyer": "李\n明"}, "figure_unreadable", "buyer"),
        ("invoice", {"buyer_kind": "dog"}, "choice_unknown", "buyer_kind"),
        ("invoice", {"invoice_kind": "pdf"}, "choice_unknown", "invoice_kind"),
        ("invoice", {"state": "lost"}, "choice_unknown", "state"),
        ("invoice", {"check_code": "http://x.cn/1"}, "figure_unreadable", "check_code"),
        ("invoice", {"bill_no": ""}, "invoice_unbound", "bill_no"),
    ],
)
def test_what_cannot_be_is_refused_alone_and_listed_under_its_number(
    side: MasterSide, number: str, kind: str, changes: dict[str, Any], code: str, field: str  # noqa: F811
) -> None:  # fmt: skip
    put = put_payment if kind == "payment" else put_invoice
    put(side, number, **changes)
    put(side, number, **{f"{kind}_no": f"good-{number}"})
    side.exchange.run()
    (kept,) = read_rows(side, f"account_{kind}", number)
    assert getattr(kept, f"{kind}_no") == f"good-{number}"
    assert side.list_refused() == [(number, kind, code, field)]
    (told,) = side.hall.sign_in("lead_a").read("/account-differences/feed")["refusals"]
    assert told["direction"] == kind and "主系统" in told["text"]
    named = "" if field == f"{kind}_no" else f"{'P' if kind == 'payment' else 'F'}-{number}"
    assert told["subject"] == named or not named


def test_what_was_refused_leaves_the_list_once_it_is_mended(side: MasterSide, number: str) -> None:  # noqa: F811
    put_payment(side, number, channel="cash")
    put_payment(side, number, channel="cash", payment_no="other")
    side.exchange.run()
    assert len(side.list_refused()) == 2
    put_payment(side, number)
    side.exchange.run()
    assert side.ask_subjects() == ["other"]


def test_a_number_of_another_account_moves_nothing(side: MasterSide, number: str) -> None:  # noqa: F811
    other = make_row(id_number="")
    side.put(other["account_no"], pick(other))
    put_payment(side, number)
    put_invoice(side, number)
    side.exchange.run()
    put_payment(side, other["account_no"], payment_no=f"P-{number}", revision=99)
    put_invoice(side, other["account_no"], invoice_no=f"F-{number}", revision=99)
    side.exchange.run()
    assert read_rows(side, "account_payment", other["account_no"]) == []
    assert len(read_rows(side, "account_invoice", number)) == 1
    assert sorted(side.list_refused()) == [
        (other["account_no"], "invoice", "invoice_no_taken", "invoice_no"),
        (other["account_no"], "payment", "payment_no_taken", "payment_no"),
    ]
