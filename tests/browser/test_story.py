"""The whole story in a browser: apply, return, mend, dispatch, book, visit, close and rate."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Customer, Staff
from tests.browser.watched import Watched
from tests.pictures import make_photo

PHONE_NO = "13812340001"


def test_story(
    watched: Watched, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    customer = open_customer()
    expect(customer.page.get_by_text("我要办理")).to_be_visible()
    watched.shoot(customer.page, "01-home")
    customer.sign_in(PHONE_NO)
    customer.press(re.compile("^报修"))
    customer.fill_repair("李小明", PHONE_NO, make_photo())
    watched.shoot(customer.page, "02-form")
    customer.press("提交申请")
    case_no = customer.read_case_no()
    watched.shoot(customer.page, "03-sent")

    clerk = open_staff("remote1")
    _review_and_return(watched, clerk, case_no)
    _mend(watched, customer)
    _review_again(watched, clerk, case_no)

    lead = open_staff("lead301")
    lead.open_case(case_no)
    lead.button("委派师傅").click()
    lead.dialog.get_by_text("张伟").click()
    watched.shoot(lead.page, "10-assign")
    lead.confirm("委派师傅")

    _book(watched, customer)
    lead.open_case(case_no)
    expect(lead.page.get_by_text("承接的工单在等您：受理申请")).to_be_visible()
    watched.shoot(lead.page, "13-taken-over")
    _visit(watched, customer, open_staff("handler301", on_phone=True))

    lead.open_case(case_no)
    lead.button("回复工单").click()
    lead.dialog.get_by_label("回复内容").fill("已修好，客户试用正常。")
    lead.confirm("回复工单")
    clerk.open_case(case_no)
    watched.shoot(clerk.page, "18-close")
    clerk.act("办结并邀请评价")
    _rate(watched, customer)


def _review_and_return(watched: Watched, clerk: Staff, case_no: str) -> None:
    clerk.open_case(case_no)
    watched.shoot(clerk.page, "04-accept")
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.page.get_by_role("button", name="现场照片：要改").click()
    clerk.page.get_by_role("combobox", name="现场照片要改的原因").fill("照片看不清，请对准灶具再拍一张")
    clerk.page.keyboard.press("Enter")
    watched.shoot(clerk.page, "05-review")
    clerk.button("退回申请").click()
    watched.shoot(clerk.page, "06-return")
    clerk.confirm("退回申请")


def _mend(watched: Watched, customer: Customer) -> None:
    page = customer.page
    expect(page.get_by_text("有 1 处要改")).to_be_visible()
    expect(page.get_by_text("照片看不清，请对准灶具再拍一张")).to_be_visible()
    watched.shoot(page, "07-returned")
    customer.press("去修改")
    expect(page.get_by_text("只有这几处可以改")).to_be_visible()
    expect(page.get_by_label("您的姓名")).to_have_count(0)
    # The form lets photos be left out; what came back has to come anew, and not as it was.
    expect(page.get_by_text("（可不填）")).to_have_count(0)
    customer.press("再次提交")
    expect(page.get_by_text("这一处还没改")).to_have_count(2)
    customer.press(re.compile("删除第 1 份"))
    customer.add_photo("better.jpg", make_photo(size=(800, 600)))
    watched.shoot(page, "08-mend")
    expect(page.get_by_text("已改")).to_be_visible()
    customer.press("再次提交")
    expect(page.get_by_text("客服会再看一遍")).to_be_visible()
    expect(page.get_by_text("有 1 处要改")).to_have_count(0)


def _review_again(watched: Watched, clerk: Staff, case_no: str) -> None:
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    expect(clerk.page.get_by_text("重新交的")).to_be_visible()
    watched.shoot(clerk.page, "09-second-review")
    clerk.act("审核通过")
    clerk.open_case(case_no)
    clerk.button("派发工单").click()
    expect(clerk.dialog.get_by_text("历下客户服务部")).to_be_visible()
    clerk.confirm("派发工单")


def _book(watched: Watched, customer: Customer) -> None:
    page = customer.page
    customer.press("去预约上门时间")
    # Another day's last hour: offered whatever the hour is now, and so far off that the handler is asked.
    page.get_by_role("radiogroup", name="哪一天").get_by_role("radio").nth(1).click()
    # A screen reader says the hour and what is left of it as two things.
    hours = page.get_by_role("radiogroup", name="几点")
    hours.get_by_role("radio", name=re.compile(r"^16:00–17:00，余 \d+$")).click()
    expect(page.get_by_text("为您保留")).to_be_visible()
    watched.shoot(page, "11-book")
    customer.press("确认预约")
    expect(page.get_by_text("约好的上门时间")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"^已约好 .+ \d\d:00–\d\d:00 上门$"))).to_be_visible()
    _unfold_progress(customer)
    watched.shoot(page, "12-booked")


def _unfold_progress(customer: Customer) -> None:
    steps = customer.page.get_by_role("listitem")
    expect(steps).to_have_count(5)
    expect(steps.first).to_have_text(re.compile(r"已办 \d+ 步"))
    more = customer.page.get_by_role("button", name=re.compile("^查看全部"))
    expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    customer.page.keyboard.press("Enter")
    expect(steps).not_to_have_count(5)
    customer.press("收起")
    expect(steps).to_have_count(5)


def _visit(watched: Watched, customer: Customer, handler: Staff) -> None:
    handler.page.get_by_text("李**").or_(handler.page.get_by_text(re.compile("报修"))).first.wait_for()
    watched.shoot(handler.page, "13-day")
    handler.page.get_by_role("link", name=re.compile("受理申请")).click()
    handler.act_in_field("受理")
    handler.page.get_by_role("button", name="出发", exact=True).click()
    expect(handler.dialog.get_by_text(re.compile("现在出发早了 .*，确定出发？"))).to_be_visible()
    watched.check_access(handler.page, "early")
    handler.confirm("现在出发")
    expect(handler.page.get_by_text("客户能看到您离他多远")).to_be_visible()
    watched.shoot(handler.page, "14-on-the-way")

    customer.press(re.compile("师傅已出发"))
    expect(customer.page.get_by_text("距离")).to_be_visible(timeout=30_000)
    watched.shoot(customer.page, "15-distance")
    customer.press("返回")
    handler.act_in_field("已到达")
    handler.decide_in_field("现场维修（不收费）")
    handler.page.get_by_role("button", name="完成维修").click()
    handler.dialog.get_by_label("现场结果").fill("换了点火针，打火正常。")
    handler.add_photo(make_photo())
    watched.shoot(handler.page, "16-result")
    handler.confirm("完成维修")
    handler.decide_in_field("试压合格")
    handler.page.get_by_role("button", name="交付使用").click()
    handler.sign_on_glass()
    # Closing the sheet by mistake loses nothing of it.
    drawn = handler.read_glass()
    handler.dialog.get_by_role("button", name="先不办").click()
    handler.page.get_by_role("button", name="交付使用").click()
    glass = handler.dialog.locator("canvas").element_handle()
    handler.page.wait_for_function(
        "([board, drawn]) => board.toDataURL() === drawn", arg=[glass, drawn], timeout=10_000
    )
    watched.shoot(handler.page, "17-signature")
    handler.confirm("交付使用")
    handler.act_in_field("已宣传")


def _rate(watched: Watched, customer: Customer) -> None:
    page = customer.page
    expect(page.get_by_text(re.compile(r"^已于 .+ 上门$"))).to_be_visible()
    expect(page.get_by_text("约好的上门时间")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^打电话给"))).to_have_count(0)
    watched.shoot(page, "23-visited")
    customer.press("去评价")
    page.get_by_role("radio", name=re.compile("^5 星")).click()
    watched.shoot(page, "19-rate")
    customer.press("提交评价")
    expect(page.get_by_role("heading", name="您的评价", exact=True)).to_be_visible()
    watched.shoot(page, "20-completed")


def test_withdrawing(watched: Watched, open_customer: Callable[[], Customer]) -> None:
    customer = open_customer()
    customer.sign_in("13812340002")
    customer.press(re.compile("^报修"))
    # The phone that one signed in with need not be typed again.
    expect(customer.page.get_by_label("手机号")).to_have_value("13812340002")
    customer.fill_repair("王芳", "13812340002", make_photo())
    customer.press(re.compile("删除第 1 份"))
    expect(customer.page.get_by_text("0/6 份")).to_be_visible()
    customer.press("撤销，放回去")
    expect(customer.page.get_by_text("1/6 份")).to_be_visible()
    _try_a_file_that_is_no_photo(watched, customer)
    customer.press("不传这一份，直接提交")
    customer.read_case_no()
    customer.press("不想办了，撤回申请")
    customer.press(re.compile("^撤回申请$"))
    expect(customer.page.get_by_text("不想办了，撤回申请")).to_have_count(0)
    expect(customer.page.get_by_text("您撤回了申请")).to_be_visible()
    watched.shoot(customer.page, "21-withdrawn")
    customer.go("home")
    customer.page.get_by_role("switch").click()
    expect(customer.page.get_by_role("button", name="账号与隐私")).to_be_visible()


def _try_a_file_that_is_no_photo(watched: Watched, customer: Customer) -> None:
    """Words tell what will do; sending the same file again is not offered, and it holds up nothing."""
    page = customer.page
    watched.expect_refusals("file_kind_refused")
    expect(page.get_by_text("可传照片（JPG、PNG）")).to_be_visible()
    customer.choose_photo("notes.txt", b"no photo")
    expect(page.get_by_text("notes.txt：这种文件传不了，请传照片（JPG、PNG）")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^重传"))).to_have_count(0)
    expect(page.get_by_role("button", name="换一张：notes.txt")).to_be_visible()
    watched.check_access(page, "h5 a refused file")
    watched.shoot(page, "22-refused-file")
