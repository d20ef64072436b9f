"""Beside the steps of a case: more time, helping hands, another colleague, and how one is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from backend.core.local_time import local_date
from tests.browser.people import PHONE, Customer, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched
from tests.pictures import make_photo

PHONE_NO = "13812340088"


def bring_to_the_unit(customer: Customer, clerk: Staff) -> str:
    """Apply for a repair and bring it to the unit that assigns somebody; returns the case's number."""
    customer.sign_in(PHONE_NO)
    case_no = customer.apply_for_repair("钱大爷", PHONE_NO, make_photo())
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.act("审核通过")
    clerk.open_case(case_no)
    clerk.button("派发工单").click()
    clerk.confirm("派发工单")
    return case_no


def arrange(staff: Staff, name: str) -> None:
    staff.page.get_by_role("button", name="安排").click()
    staff.page.get_by_role("button", name=name, exact=True).click()
    expect(staff.dialog).to_be_visible()


def see_narrow(watched: Watched, page: Page, name: str) -> None:
    """Look at the same on a phone; nothing may need scrolling sideways."""
    wide = page.viewport_size
    assert wide is not None
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    watched.shoot(page, f"{name}-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
    page.set_viewport_size(wide)


def banner(staff: Staff) -> Locator:
    return staff.page.get_by_label("延期申请")


def ask_the_engineers(watched: Watched, handler: Staff, works: Staff, case_no: str) -> None:
    """Forward a part of the handler's case; the answer comes back to the handler's phone."""
    arrange(handler, "转部门协办")
    handler.dialog.get_by_label("工程管理部门").check()
    handler.dialog.get_by_label("要他们办什么").fill("客户要移表，请安排改管")
    watched.shoot(handler.page, "55-department")
    see_narrow(watched, handler.page, "55-department")
    handler.dialog.get_by_role("button", name="转给部门", exact=True).click()
    expect(handler.dialog).to_have_count(0)
    expect(handler.page.get_by_label("转部门协办")).to_contain_text("等答复")
    works.page.get_by_label("队列").get_by_role("button", name=re.compile("^待受理")).click()
    works.page.get_by_text("工程管理部门协办").first.click()
    expect(works.page.get_by_label("转部门协办")).to_contain_text("客户要移表，请安排改管")
    works.button("办好，答复师傅").click()
    works.dialog.get_by_label("答复").fill("周三上午来改管")
    watched.shoot(works.page, "56-department-answers")
    works.confirm("办好，答复师傅")
    handler.page.goto(handler.page.url.split("#")[0] + f"#/field/{case_no}")
    handler.page.reload()
    expect(handler.page.get_by_label("转部门协办")).to_contain_text("答复：周三上午来改管")
    see_narrow(watched, handler.page, "57-department-answered")
    handler.page.get_by_role("button", name="已看答复，继续办").click()
    expect(handler.page.get_by_role("button", name="已看答复，继续办")).to_have_count(0)
    handler.open_case(case_no)


def test_more_time_and_helping_hands(
    watched: Watched, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    case_no = bring_to_the_unit(open_customer(), open_staff("remote1"))
    lead = open_staff("lead301")
    lead.open_case(case_no)
    arrange(lead, "申请延期")
    in_a_month = local_date(datetime.now(UTC)) + timedelta(days=30)
    lead.dialog.get_by_label("延到哪天").fill(in_a_month.isoformat())
    lead.dialog.get_by_label("原因").fill("客户出差，下月才回来")
    watched.shoot(lead.page, "50-extension")
    see_narrow(watched, lead.page, "50-extension")
    lead.dialog.get_by_role("button", name="提交申请").click()
    expect(lead.dialog).to_have_count(0)
    # Nobody answers the own request.
    expect(banner(lead).get_by_role("button", name="收回申请")).to_be_visible()
    expect(banner(lead).get_by_role("button", name="同意延期")).to_have_count(0)

    manager = open_staff("manager1")
    manager.page.get_by_label("队列").get_by_role("button", name=re.compile("^待批延期")).click()
    manager.page.locator(f"#row-{case_no}").click()
    expect(banner(manager)).to_contain_text("客户出差，下月才回来")
    watched.shoot(manager.page, "51-extension-asked")
    see_narrow(watched, manager.page, "51-extension-asked")
    banner(manager).get_by_role("button", name="同意延期").click()
    expect(banner(manager)).to_have_count(0)

    lead.open_case(case_no)
    lead.button("委派师傅").click()
    lead.dialog.get_by_text("张伟").click()
    lead.confirm("委派师傅")
    handler = open_staff("handler301")
    handler.open_case(case_no)
    arrange(handler, "协办人")
    handler.dialog.get_by_text("刘洋").click()
    expect(handler.dialog).not_to_contain_text("张伟")
    handler.dialog.get_by_label("原因").fill("要两个人抬表箱")
    watched.shoot(handler.page, "52-co-handlers")
    see_narrow(watched, handler.page, "52-co-handlers")
    handler.dialog.get_by_role("button", name="加为协办").click()
    expect(handler.dialog.get_by_label("现在的协办人")).to_contain_text("刘洋")
    handler.page.keyboard.press("Escape")
    expect(handler.dialog).to_have_count(0)

    ask_the_engineers(watched, handler, open_staff("works301"), case_no)
    arrange(handler, "转给同事办")
    handler.dialog.get_by_text("刘洋").click()
    expect(handler.dialog).not_to_contain_text("张伟")
    handler.dialog.get_by_label("原因").fill("同事顺路")
    watched.shoot(handler.page, "53-forward")
    see_narrow(watched, handler.page, "53-forward")
    handler.dialog.get_by_role("button", name="转给同事", exact=True).click()
    expect(handler.dialog).to_have_count(0)
    colleague = open_staff("inspector301")
    colleague.open_case(case_no)
    expect(colleague.page.get_by_text("刘洋").first).to_be_visible()


def test_how_one_is_told(watched: Watched, stage: Stage, open_staff: Callable[..., Staff]) -> None:
    page = open_staff("works302").page
    page.get_by_role("button", name="我的账号").click()
    page.get_by_role("link", name="我的通知设置").click()
    expect(page.get_by_role("heading", name="我的通知设置")).to_be_visible()
    save = page.get_by_role("button", name="保存")
    expect(save).to_be_disabled()
    page.get_by_label("免打扰开始").select_option("22")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(save).to_be_disabled()
    page.get_by_label("免打扰结束").select_option("7")
    watched.shoot(page, "54-notice-settings")
    see_narrow(watched, page, "54-notice-settings")
    save.click()
    expect(page.get_by_text("通知设置已保存。")).to_be_visible()
    page.reload()
    expect(page.get_by_label("免打扰开始")).to_have_value("22")
