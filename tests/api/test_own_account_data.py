"""The copy of one's own data has bills, payments and invoices of one's accounts, by one's role."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall
from tests.api.test_account_figures import (
    MONTHS,
    NOW,
    account_no,  # noqa: F401 - a fixture
    add,
    let_in,
    make_bill,
    owner,  # noqa: F401 - a fixture
)
from tests.api.test_own_data import fetch, read_text
from tests.api.test_settled_figures import make_invoice, make_payment

pytestmark = pytest.mark.usefixtures("print_fonts")


def test_the_owner_takes_all_of_it_along_and_an_agent_what_they_see(
    hall: Hall, owner: MadeCustomer, account_no: str,  # noqa: F811
    make_customer: Callable[[], MadeCustomer], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    agent = make_customer()
    let_in(hall, account_no, agent, "agent", ["bills"])
    bills = [make_bill(account_no, month, amount_fen=123456) for month in MONTHS[-3:]]
    payment = make_payment(f"PAY{account_no}", NOW, bills[-1].bill_no, state="reversed")
    invoice = make_invoice(hall, f"INV{account_no}", bill_no=bills[-1].bill_no)
    add(hall, account_no, *bills, payment, invoice)
    text = read_text(fetch(hall, owner).data)
    for told in (
        f"账单{account_no}", MONTHS[-1], "1,234.56元", "已缴清", f"缴费记录{account_no}", "微信", "已撤销",
        f"PAY{account_no}", f"发票{account_no}", f"INV{account_no}", "欧阳小红",
    ):  # fmt: skip
        assert told in text.replace(" ", ""), told
    seen = read_text(fetch(hall, agent).data)
    assert MONTHS[-1] in seen and f"PAY{account_no}" not in seen and "欧阳" not in seen
    monkeypatch.setattr("payments.own_account_data.MOST_ROWS", 2)
    cut = read_text(fetch(hall, owner).data)
    assert "只列最近" in cut and bills[0].bill_no not in cut
