"""A fee at the counter: the clerk names and takes it, and finance confirms that it is there."""

from __future__ import annotations

import re

from tests.browser.people import Staff
from tests.browser.watched import Watched


def collect_at_counter(
    watched: Watched, clerk: Staff, finance: Staff, case_no: str, yuan: str, receipt_no: str
) -> None:
    """Collect what ``case_no`` waits for; the case goes on by itself afterwards."""
    clerk.open_case(case_no)
    fee_no = clerk.go_on()
    clerk.open_case(fee_no)
    clerk.act("登记缴费")
    clerk.open_case(fee_no)
    clerk.button("窗口缴费").click()
    clerk.dialog.get_by_label(re.compile("金额")).fill(yuan)
    watched.shoot(clerk.page, f"fee-{receipt_no}-1-amount")
    clerk.confirm("窗口缴费")
    clerk.open_case(fee_no)
    clerk.act("客户已付")
    finance.open_case(fee_no)
    finance.button("确认到账").click()
    finance.dialog.get_by_label(re.compile("收据")).fill(receipt_no)
    watched.shoot(finance.page, f"fee-{receipt_no}-2-receipt")
    finance.confirm("确认到账")
    for step in ("客户不要票据", "客户没有评价"):
        clerk.open_case(fee_no)
        clerk.act(step)
