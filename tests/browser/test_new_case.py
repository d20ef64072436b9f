"""A hotline agent writes down what a caller says, on the page for new cases."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Customer, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched

PLACE = {
    "区": "市中区",
    "街道": "大观园街道",
    "小区": "经八路小区",
    "楼栋": "7",
    "单元": "1",
    "门牌号": "1203",
}


def begin(page: Page, stage: Stage, process: str) -> None:
    page.goto(f"{stage.url}/console/#/new-case")
    page.get_by_role("searchbox", name="找业务").fill(process[2:])
    page.get_by_role("button", name=process).click()


def fill(page: Page, phone: str) -> None:
    page.get_by_label("姓名", exact=True).fill("周桂兰")
    page.get_by_label("联系电话").fill(phone)
    for part, typed in PLACE.items():
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_label("故障情况").select_option("stove")


def _follow_the_link(
    watched: Watched, open_customer: Callable[[], Customer], link: str, case_no: str
) -> None:
    """Who has no client opens the link of the text message, on one phone and on no other."""
    caller, stranger = open_customer().page, open_customer().page
    caller.goto(link)
    expect(caller.get_by_text(f"编号 {case_no}")).to_be_visible()
    expect(caller.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()
    watched.shoot(caller, "link-01-case")
    stranger.goto(link)
    expect(stranger.get_by_text("这个链接在别的手机上打开过")).to_be_visible()
    watched.shoot(stranger, "link-02-other-phone")


def test_a_case_for_a_caller(
    watched: Watched,
    stage: Stage,
    open_staff: Callable[..., Staff],
    open_customer: Callable[[], Customer],
) -> None:
    watched.expect_refusals("invalid_input", "duplicate_at_address", "link_other_device")
    page = open_staff("hotline1").page
    page.get_by_role("link", name="新建工单").click()
    begin(page, stage, "热线故障报修")
    page.get_by_role("button", name="建工单").click()
    expect(page.get_by_text("这一项还没有填。").first).to_be_visible()
    watched.check_access(page, "new case")
    fill(page, "13")
    page.get_by_role("button", name="建工单").click()
    expect(page.locator("#field-contact_phone-error")).to_be_visible()
    # What was typed is still there after the page was loaded anew.
    page.reload()
    expect(page.get_by_label("姓名", exact=True)).to_have_value("周桂兰")
    page.get_by_label("联系电话").fill("13512340077")
    page.get_by_role("button", name="建工单").click()
    expect(page).to_have_url(re.compile(r"/cases/\d+$"))
    case_no = page.url.rsplit("/", 1)[1]
    expect(page.get_by_label("操作").get_by_role("button", name="受理")).to_be_visible()
    page.get_by_role("tab", name="备注和消息").click()
    page.get_by_role("button", name="发送短信链接").click()
    _follow_the_link(watched, open_customer, stage.read_link("13512340077"), case_no)

    begin(page, stage, "热线故障报修")
    expect(page.get_by_label("姓名", exact=True)).to_have_value("")
    page.get_by_label("手机号、户号或姓名").fill("13512340077")
    page.get_by_role("button", name="找客户").click()
    expect(page.get_by_text("正在办理 1 件")).to_be_visible()
    page.get_by_role("button", name="是这位").click()
    page.get_by_label("故障情况").select_option("no_gas")
    page.get_by_role("button", name="建工单").click()
    expect(page.get_by_role("link", name=re.compile(f"看那一件（{case_no}）"))).to_be_visible()
    page.get_by_role("button", name="仍然提交").click()
    expect(page).to_have_url(re.compile(rf"/cases/(?!{case_no})\d+$"))
