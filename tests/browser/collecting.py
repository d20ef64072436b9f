"""A fee at the counter: the clerk names and takes it, and finance confirms that it is there."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import expect

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
    clerk.button("已收款").click()
    # For what and how much stands in the question itself.
    expect(clerk.dialog).to_contain_text(re.compile(rf"{re.escape(_write_sum(yuan))} 元，收到了吗"))
    watched.shoot(clerk.page, f"fee-{receipt_no}-2-taken")
    clerk.confirm("收到了")
    finance.open_case(fee_no)
    finance.button("确认到账").click()
    finance.dialog.get_by_label("入账单号").fill(receipt_no)
    watched.shoot(finance.page, f"fee-{receipt_no}-3-receipt")
    finance.confirm("确认到账")
    # Had the money been brought to finance, the same clerk would go on here at once.
    expect(finance.button("已开收据")).to_be_visible()
    clerk.open_case(fee_no)
    clerk.act("客户不要票据")
    clerk.open_case(fee_no)
    _rate_at_counter(watched, clerk, f"fee-{receipt_no}")


def _write_sum(yuan: str) -> str:
    """Return the sum as screens write it, with thousands marks."""
    return f"{Decimal(yuan):,.2f}"


def _rate_at_counter(watched: Watched, clerk: Staff, name: str) -> None:
    """The clerk turns the case to the customer, who rates on the window that the console opens."""
    clerk.button("请客户评价").click()
    expect(clerk.dialog.get_by_role("img", name="评价页的二维码")).to_be_visible()
    watched.shoot(clerk.page, f"{name}-3-invited")
    with clerk.page.expect_popup() as opened:
        clerk.dialog.get_by_role("button", name="在面向客户的屏幕上打开").click()
    device = opened.value
    device.get_by_role("radio", name="5 星，很满意").check()
    device.get_by_role("checkbox", name="办得快").check()
    watched.shoot(device, f"{name}-4-stars")
    device.get_by_role("button", name="提交评价").click()
    expect(device.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
    watched.shoot(device, f"{name}-5-thanks")
    with device.expect_event("close"):
        device.get_by_role("button", name="现在关闭").click()
    expect(clerk.dialog).to_have_count(0)
