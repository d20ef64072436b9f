"""Bills, payments and invoices of a customer's accounts, for the copy of what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.cases.own_data_sections import Section, make_section, write_moment, write_table
from backend.customers.account_rights import BILLS, INVOICES, PAYMENTS
from backend.customers.bindings import AccountBindings
from backend.customers.models import GasAccount
from backend.documents.written_values import write_day
from backend.metering.models import GasBill
from backend.metering.owned import own_bills
from backend.metering.settled_figures import AccountInvoices
from payments.account_payments import AccountPayments

# Ten years of months; older ones are said to be left out.
MOST_ROWS: Final = 120
_BILL_STATES: Mapping[str, str] = {"open": "没缴清", "paid": "已缴清"}
_PAYMENT_STATES: Mapping[str, str] = {"paid": "", "reversed": "，已撤销"}
_INVOICE_STATES: Mapping[str, str] = {"issued": "", "red_flushed": "，已红冲", "void": "，已作废"}
_CHANNELS: Mapping[str, str] = {
    "counter": "营业厅柜台", "bank": "银行", "wechat": "微信", "alipay": "支付宝", "card": "刷卡",
    "other": "其他方式",
}  # fmt: skip


class OwnAccountData:
    """Works in the caller's transaction; of each account it tells what the customer's role sees there."""

    def __init__(
        self, bindings: AccountBindings, payments: AccountPayments, invoices: AccountInvoices
    ) -> None:
        self._bindings = bindings
        self._payments = payments
        self._invoices = invoices

    def write(self, session: Session, customer_id: int) -> list[Section]:
        """Return bills, payments and invoices of each account that the customer follows, in this order."""
        sections: list[Section] = []
        for bound in self._bindings.list_bound(session, customer_id):
            account = self._bindings.find_bound(session, customer_id, bound.account_no)[1]
            if BILLS in bound.parts:
                sections.append(_write_bills(session, account))
            if PAYMENTS in bound.parts:
                sections.append(self._write_payments(session, account))
            if INVOICES in bound.parts:
                sections.append(self._write_invoices(session, account))
        return sections

    def _write_payments(self, session: Session, account: GasAccount) -> Section:
        found = self._payments.list_newest(session, account, None, MOST_ROWS + 1)
        rows = [
            [
                write_moment(one["paid_at"]),
                _name_paid(one),
                f"{_write_yuan(one['amount_fen'])}{_PAYMENT_STATES[one['state']]}",
                _CHANNELS[one["channel"]],
                one["receipt_no"] or "",
            ]
            for _, one in found
        ]
        return _make("缴费记录", account, ["时间", "缴什么", "金额", "方式", "单号"], [3, 3, 2, 2, 3], rows)

    def _write_invoices(self, session: Session, account: GasAccount) -> Section:
        rows = [
            [
                write_day(one.issued_on),
                one.invoice_no,
                f"{_write_yuan(one.amount_fen)}{_INVOICE_STATES[one.state]}",
                buyer or "已过保存期限",
            ]
            for one, buyer in self._invoices.list_in_full(session, account, MOST_ROWS + 1)
        ]
        return _make("发票", account, ["开票日期", "发票号码", "金额", "抬头"], [3, 4, 3, 3], rows)


def _write_bills(session: Session, account: GasAccount) -> Section:
    asked = select(GasBill).where(own_bills(session, account), GasBill.state != "void")
    rows = [
        [
            one.period,
            f"{one.use_m3.normalize():f} 立方米",
            _write_yuan(one.amount_fen),
            _BILL_STATES[one.state],
            one.bill_no,
        ]
        for one in session.scalars(asked.order_by(GasBill.period.desc()).limit(MOST_ROWS + 1))
    ]
    return _make("账单", account, ["月份", "用气", "金额", "状态", "账单号"], [2, 3, 2, 2, 4], rows)


def _make(
    name: str, account: GasAccount, heads: list[str], shares: list[int], rows: list[list[str]]
) -> Section:
    title = f"{name} {account.account_no}"
    if len(rows) > MOST_ROWS:
        title = f"{title}（只列最近 {MOST_ROWS} 条，更早的请到营业厅查）"
    return make_section(title, write_table(name, heads, shares, rows[:MOST_ROWS]))


def _name_paid(one: Mapping[str, Any]) -> str:
    months = "、".join(one["months"])
    return f"{months} {one['what']}".strip()


def _write_yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d} 元"
