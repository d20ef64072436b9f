"""A restaurant asks for gas: its manager for the whole way is chosen, and slips are printed by the list."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.arranging import accept_and_dispatch, assign_and_book
from tests.browser.people import Customer, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched
from tests.miniprogram.staff import Staff as Colleague
from tests.pictures import make_pdf

PHONE_NO = "13812340091"


def test_a_manager_is_chosen_and_slips_are_printed_together(
    watched: Watched,
    stage: Stage,
    open_customer: Callable[[], Customer],
    open_staff: Callable[..., Staff],
) -> None:
    customer = open_customer()
    customer.sign_in(PHONE_NO)
    case_no = _apply(watched, customer)
    clerk, lead = open_staff("remote1"), open_staff("lead301")
    accept_and_dispatch(clerk, case_no)
    assign_and_book(lead, customer, case_no, "11:00–12:00")
    market = open_staff("market301")
    works_no = _find_in_queue(market)
    market.act("受理业务")
    _choose_the_manager(watched, stage, market, works_no)
    customer.go("case", no=case_no)
    expect(customer.page.get_by_text(re.compile("现场勘察|看现场")).first).to_be_visible()
    _print_together(watched, market, works_no)


def _apply(watched: Watched, customer: Customer) -> str:
    page = customer.page
    customer.press(re.compile("^单位报装"))
    expect(page.get_by_label("手机号")).to_have_value(PHONE_NO)
    page.get_by_label("联系人姓名").fill("赵经理")
    page.get_by_label("所在区").select_option("历下区")
    page.get_by_label("街道").select_option("泉城路街道")
    page.get_by_label("小区").select_option("阳光小区")
    page.get_by_label("门牌号").fill("12")
    page.get_by_label("单位名称").fill("阳光小馆")
    page.get_by_role("radio", name=re.compile("^商业")).click()
    page.get_by_role("radio", name=re.compile("^没有执照")).click()
    customer.add_document("proof.pdf", make_pdf())
    row = page.get_by_role("group", name="第 1 行")
    row.get_by_role("textbox").nth(0).fill("双眼灶")
    row.get_by_role("textbox").nth(2).fill("4")
    watched.shoot(page, "works-01-application")
    customer.press("提交申请")
    return customer.read_case_no()


def _find_in_queue(market: Staff) -> str:
    """Open the works' own order, which came into the department's queue; returns its number."""
    page = market.page
    page.get_by_role("row").filter(has_text="单位报装").filter(has_text="赵*").click()
    expect(market.button("受理业务")).to_be_visible()
    return page.url.rsplit("/", 1)[1]


def _choose_the_manager(watched: Watched, stage: Stage, market: Staff, works_no: str) -> None:
    """The grade is judged by what the slip says; whoever is chosen goes with the customer all the way."""
    desk = Colleague(stage.url, "market301")
    desk.fill(works_no, expected_daily_use=120, must_not_stop=False)
    desk.close()
    market.open_case(works_no)
    market.button("一般客户，委派客户经理").click()
    choice = market.dialog.get_by_role("radiogroup", name=re.compile("^客户经理"))
    send = market.dialog.get_by_role("button", name="一般客户，委派客户经理", exact=True)
    expect(send).to_be_disabled()
    choice.get_by_text("陈静").click()
    watched.shoot(market.page, "works-02-manager")
    market.confirm("一般客户，委派客户经理")
    market.open_case(works_no)
    expect(market.page.get_by_text("客户经理 陈静")).to_be_visible()
    watched.shoot(market.page, "works-03-with-manager")


def _print_together(watched: Watched, market: Staff, works_no: str) -> None:
    page = market.page
    page.get_by_role("button", name="批量打印").click()
    dialog = market.dialog
    look = dialog.get_by_role("button", name="看有哪些单据")
    expect(look).to_be_disabled()
    dialog.get_by_role("checkbox", name=re.compile(works_no)).check()
    look.click()
    expect(dialog.get_by_label("打印哪种单据")).to_contain_text("客户预分级（1 份）")
    watched.shoot(page, "works-04-printing")
    with page.expect_popup() as opened, page.expect_response(re.compile(r"prints\.pdf")) as printed:
        dialog.get_by_role("button", name=re.compile("^打印 1 份")).click()
    assert printed.value.status == 200
    opened.value.close()
