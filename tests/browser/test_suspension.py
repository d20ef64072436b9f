"""Stopping the gas for a while: what is owed is paid at the counter, and finance's receipt settles it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.arranging import assign_and_book
from tests.browser.collecting import collect_at_counter
from tests.browser.people import DESKTOP, PHONE, Customer, Staff
from tests.browser.watched import Watched
from tests.cards import draw_card_back, draw_card_front
from tests.pictures import make_pdf, make_photo

PHONE_NO = "13812340055"


def test_a_suspension_with_arrears_settled_at_the_counter(
    watched: Watched, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    customer = open_customer()
    customer.sign_in(PHONE_NO)
    case_no = _apply(watched, customer)
    clerk = open_staff("remote1")
    _accept_owing(customer, clerk, case_no)

    lead = open_staff("lead301")
    assign_and_book(lead, customer, case_no, "14:00–15:00")
    # Accepted, given and booked above, it is the handler's at once.
    handler = open_staff("handler301")
    handler.open_case(case_no)
    stop_no = handler.go_on()
    handler.act("出发")
    handler.open_case(stop_no)
    handler.act("已到达")
    handler.open_case(stop_no)
    _look_at_the_card(watched, customer, handler, case_no, stop_no)
    _record_gas(watched, handler)
    _disagree_to_the_sum(watched, customer, lead, open_staff("finance301"), case_no, stop_no)
    _answer(handler, stop_no)
    _end_the_collection(watched, customer, lead, case_no, stop_no)
    collect_at_counter(watched, lead, open_staff("finance301"), stop_no, "36.00", "R-20261127-01")
    customer.go("case", no=case_no)
    watched.shoot(customer.page, "suspension-06-progress")

    lead.open_case(stop_no)
    lead.act("已缴清，去报停")
    handler.open_case(stop_no)
    handler.button("已关阀停气").click()
    handler.dialog.get_by_label("现场结果").fill("表前阀已关，贴封条。")
    handler.add_photo(make_photo(colour="seagreen"))
    handler.confirm("已关阀停气")
    _sign(watched, customer, case_no)
    lead.open_case(case_no)
    lead.button("回复工单").click()
    lead.dialog.get_by_label("回复内容").fill("已关阀停气，恢复用气请提前一天预约。")
    lead.confirm("回复工单")
    clerk.open_case(case_no)
    clerk.act("办结并邀请评价")


def _record_gas(watched: Watched, handler: Staff) -> None:
    """The slip itself says that something is owed, how much, and what it comes of."""
    handler.button("需补缴气款").click()
    dialog = handler.dialog
    for label, value in (
        ("户号", "361000000003"), ("燃气表号", "3711223344"), ("累计购气量", "1300"), ("累计用气量", "1312"),
        ("气价", "3"), ("要补缴的气款", "36.00"),
    ):  # fmt: skip
        dialog.locator("input").and_(dialog.get_by_label(label)).fill(value)
    # What is left comes of the two figures.
    expect(dialog.locator("#field-meter_left")).to_have_value("-12")
    handler.add_photo(make_photo())
    watched.shoot(handler.page, "suspension-05-gas")
    dialog.get_by_role("button", name=re.compile("填好，需补缴气款")).click()
    expect(dialog).to_have_count(0)


def _disagree_to_the_sum(
    watched: Watched, customer: Customer, lead: Staff, finance: Staff, case_no: str, stop_no: str
) -> None:
    """Say that the sum is wrong where it stands; nobody presses for the money until it is answered."""
    page = customer.page
    customer.go("pay", no=case_no)
    expect(page.get_by_text("这笔钱怎么来的")).to_be_visible()
    watched.shoot(page, "suspension-05-pay")
    customer.press(re.compile("^数不对"))
    page.get_by_label("写一句，应该是怎样").fill("表上是 1302，不是 1312")
    customer.press("告诉工作人员")
    expect(page.get_by_text(re.compile("^您说的正在核对，先不用缴费"))).to_be_visible()
    customer.go("home")
    expect(page.get_by_role("heading", name="等我们答复您")).to_be_visible()
    watched.shoot(page, "suspension-05-home")
    lead.open_case(stop_no)
    fee_no = lead.go_on()
    lead.open_case(fee_no)
    expect(lead.page.get_by_text(re.compile("^客户对数有异议，先不收"))).to_be_visible()
    expect(lead.page.get_by_text("客户看到的期限")).to_have_count(0)
    watched.shoot(lead.page, "suspension-05-counter")
    finance.open_case(fee_no)
    # Finance may not answer: it reads who does.
    expect(finance.page.get_by_text(re.compile("^由.+答复$"))).to_be_visible()
    expect(finance.page.get_by_role("link", name="去看、去答复")).to_have_count(0)
    expect(finance.page.get_by_text(re.compile("^客户对数有异议，先不收"))).to_be_visible()
    watched.shoot(finance.page, "suspension-05-finance")


def _answer(handler: Staff, stop_no: str) -> None:
    handler.open_case(stop_no)
    handler.page.get_by_role("button", name=re.compile("^答复客户：气量核对单")).click()
    handler.dialog.get_by_label("怎么答复客户的").fill("照片上是 1312，已和您电话核对。")
    handler.dialog.get_by_role("button", name="答复客户", exact=True).click()
    expect(handler.dialog).to_have_count(0)


def _end_the_collection(
    watched: Watched, customer: Customer, lead: Staff, case_no: str, stop_no: str
) -> None:
    """A collection that ends brings no money: the valve waits, and the customer is asked for nothing."""
    lead.open_case(stop_no)
    fee_no = lead.go_on()
    lead.open_case(fee_no)
    lead.button("终止收费").click()
    expect(lead.dialog.get_by_text(re.compile("客户会收到通知，看得到原因"))).to_be_visible()
    lead.dialog.get_by_role("combobox", name="原因").fill("客户今天没带钱")
    watched.shoot(lead.page, "suspension-05-ended")
    lead.confirm("终止收费")
    lead.open_case(stop_no)
    short = lead.page.get_by_text("气款 36.00 元，已收 0.00 元，还差 36.00 元", exact=True)
    expect(short).to_be_visible()
    expect(lead.button("已缴清，去报停")).to_be_disabled()
    watched.shoot(lead.page, "suspension-05-unpaid")
    lead.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    expect(short).to_be_visible()
    watched.shoot(lead.page, "suspension-05-unpaid-phone")
    lead.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    customer.go("case", no=case_no)
    expect(customer.page.get_by_text("这一次没有收费，已取消")).to_be_visible()
    expect(customer.page.get_by_text(re.compile("请到营业厅缴费"))).to_have_count(0)
    watched.shoot(customer.page, "suspension-05-taken-back")
    lead.button("没有缴清").click()
    lead.dialog.get_by_role("combobox", name="原因").fill("客户下午来缴")
    lead.confirm("没有缴清")


def _apply(watched: Watched, customer: Customer) -> str:
    page = customer.page
    customer.press(re.compile("^报停、销户"))
    customer.fill_contact("郑桂英", PHONE_NO)
    # The place is not in the list: what is asked for then is its name, and there the hand is led.
    page.get_by_label("小区", exact=True).select_option("我的小区不在列表里")
    customer.press("提交申请")
    expect(page.get_by_label("小区、村或路的名字")).to_be_focused()
    watched.shoot(page, "place-01-asked")
    page.get_by_label("小区、村或路的名字").fill("王家庄")
    page.get_by_role("radio", name=re.compile("^报停")).click()
    page.get_by_role("radio", name="户主本人").click()
    page.get_by_label("户主身份证号").fill("110101199003077758")
    customer.add_photo("id-front.jpg", draw_card_front("110101199003077758"))
    customer.add_photo("id-back.jpg", draw_card_back("2015.03.01", "2035.03.01"))
    watched.shoot(page, "suspension-01-form")
    customer.press("提交申请")
    return customer.read_case_no()


def _look_at_the_card(
    watched: Watched, customer: Customer, handler: Staff, case_no: str, stop_no: str
) -> None:
    """Who would rather not have their face checked shows the card to the handler, who says so."""
    customer.go("case", no=case_no)
    customer.press(re.compile("请核验身份"))
    customer.press("不方便刷脸，请工作人员核对")
    customer.press(re.compile("^请工作人员核对$"))
    expect(customer.page.get_by_text("已交给工作人员核对身份")).to_be_visible()
    watched.shoot(customer.page, "identity-05-declined")
    handler.open_case(stop_no)
    proof = handler.page.get_by_role("region", name="身份核验")
    expect(proof.get_by_role("status")).to_contain_text("等工作人员核对")
    proof.get_by_role("button", name="核对并确认是本人").click()
    handler.dialog.get_by_label("客户在上门现场").check()
    watched.shoot(handler.page, "identity-06-dialog")
    handler.dialog.get_by_role("button", name="确认是本人").click()
    expect(handler.dialog).to_have_count(0)
    expect(proof.get_by_role("status")).to_contain_text("已核验，是客户本人")
    watched.shoot(handler.page, "identity-07-decided")
    handler.open_case(stop_no)


def _accept_owing(customer: Customer, clerk: Staff, case_no: str) -> None:
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.button("容缺受理").click()
    clerk.dialog.get_by_label("房产证明").check()
    clerk.confirm("容缺受理")
    customer.go("case", no=case_no)
    customer.press("补交资料")
    customer.add_document("deed.pdf", make_pdf())
    customer.press("提交资料")
    expect(customer.page.get_by_text("资料已经补齐，谢谢您。")).to_be_visible()
    clerk.open_case(case_no)
    clerk.button("派发工单").click()
    clerk.confirm("派发工单")


def _object(watched: Watched, customer: Customer) -> None:
    """Say what is wrong with the slip: that is kept, and the place for the signature stays open."""
    page = customer.page
    customer.press("有不对的地方")
    customer.press("告诉工作人员")
    expect(page.get_by_role("alert").get_by_text("写一句哪里不对")).to_be_visible()
    page.get_by_role("checkbox", name="内容和说好的不一样").tap()
    page.get_by_label("写一句，应该是怎样").fill("表上的读数我看是 1024")
    watched.shoot(page, "suspension-06-object")
    customer.press("告诉工作人员")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(page.get_by_text("您已提出异议，工作人员会给您答复")).to_be_visible()
    expect(page.get_by_text("内容和说好的不一样。表上的读数我看是 1024")).to_be_visible()
    watched.shoot(page, "suspension-06-objected")


def _sign(watched: Watched, customer: Customer, case_no: str) -> None:
    page = customer.page
    customer.go("case", no=case_no)
    # The handler has come and gone, so nobody is announced any more.
    expect(page.get_by_role("heading", name="已办好，请签字确认")).to_be_visible()
    # Whose meter it was and how it stood is seen before one signs for it, here and where one signs.
    customer.press("看燃气表照片")
    expect(page.get_by_role("img", name="燃气表照片，第 1 张")).to_be_visible()
    watched.shoot(page, "suspension-06-case-meter")
    customer.press("去签字")
    expect(page.get_by_text("3711223344")).to_be_visible()
    expect(page.get_by_role("img", name="燃气表照片，第 1 张")).to_be_visible()
    watched.shoot(page, "suspension-06-slip-meter")
    _object(watched, customer)
    customer.draw_signature()
    watched.shoot(page, "suspension-07-sign")
    customer.press_for_command("签字确认")
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()
    watched.shoot(page, "suspension-08-stopped")
