"""A home gets its gas: from the application to gas-on, with every work order in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.arranging import accept_and_dispatch, assign_and_book, book
from tests.browser.collecting import collect_at_counter
from tests.browser.people import Customer, Staff
from tests.browser.sharing import share_account
from tests.browser.stage import Stage
from tests.browser.watched import Watched
from tests.cards import draw_card_back, draw_card_front, draw_landscape
from tests.miniprogram.staff import Staff as Colleague
from tests.pictures import make_pdf, make_photo

PHONE_NO = "13812340077"


@pytest.fixture
def clerk_at(stage: Stage) -> Iterator[Callable[[str], Colleague]]:
    """Return what signs somebody in at the API, for the forms of steps, whose pages are seen elsewhere."""
    known: dict[str, Colleague] = {}

    def find(username: str) -> Colleague:
        if username not in known:
            known[username] = Colleague(stage.url, username)
        return known[username]

    yield find
    for one in known.values():
        one.close()


def test_a_home_from_application_to_gas_on(
    watched: Watched,
    open_customer: Callable[[], Customer],
    open_staff: Callable[..., Staff],
    clerk_at: Callable[[str], Colleague],
) -> None:
    customer = open_customer()
    customer.sign_in(PHONE_NO)
    case_no = _apply(watched, customer)
    _prove(watched, customer, case_no)
    clerk, lead = open_staff("remote1"), open_staff("lead301")
    works_no = _take_up(customer, clerk, lead, case_no)

    handler, works = open_staff("handler301"), open_staff("works301")
    _survey(watched, handler, works_no)
    works.open_case(works_no)
    _hand_in_sketch(watched, works, "3980.00")
    _refuse_sketch(watched, customer, case_no)
    works.open_case(works_no)
    _hand_in_sketch(watched, works, "3580.00")
    _see_it_mended(watched, customer, case_no)
    _sign(watched, customer, case_no, "sketch")
    _see_what_to_pay(watched, customer)
    customer.decide("已缴费")
    collect_at_counter(watched, lead, open_staff("finance301"), works_no, "3580.00", "R-8801")
    clerk_at("lead301").fill(works_no)
    lead.open_case(works_no)
    lead.act("委派施工")
    works.open_case(works_no)
    works.button("设计完成").click()
    works.hand_in_drawing("施工图.pdf", make_pdf(), "application/pdf")
    works.confirm("设计完成")
    _see_the_receipt(watched, customer, case_no)
    _sign(watched, customer, case_no, "drawings", opens=True)
    _build(watched, customer, works, clerk_at("works301"), case_no, works_no)
    _hand_over(works, clerk_at("works301"), works_no)
    lead.open_case(works_no)
    expect(lead.page.get_by_text("已建档，待开户")).to_be_visible()
    watched.shoot(lead.page, "installation-08-handed-over")
    lead.act("接收项目")

    customer.go("case", no=case_no)
    watched.shoot(customer.page, "installation-09-ready")
    customer.decide("申请通气")
    lead.open_case(works_no)
    gas_no = _book_the_gas_on(watched, customer, lead, case_no)
    _let_the_gas_on(watched, lead, handler, clerk_at("handler301"), clerk_at("lead301"), gas_no)
    customer.go("case", no=case_no)
    expect(customer.page.get_by_text("您的户号")).to_be_visible()
    expect(customer.page.get_by_text(re.compile("^301[0-9]{9}$"))).to_be_visible()
    _reply_and_rate(watched, customer, lead, clerk, case_no)
    share_account(watched, customer, open_customer(), "13812340078")


def _reply_and_rate(watched: Watched, customer: Customer, lead: Staff, clerk: Staff, case_no: str) -> None:
    lead.open_case(case_no)
    lead.button("回复工单").click()
    lead.dialog.get_by_label("回复内容").fill("已通气，安全用气已讲解。")
    lead.confirm("回复工单")
    clerk.open_case(case_no)
    clerk.act("办结并邀请评价")
    customer.go("case", no=case_no)
    customer.press("去评价")
    customer.page.get_by_role("radio", name=re.compile("^5 星")).click()
    customer.press("提交评价")
    expect(customer.page.get_by_role("heading", name="您的评价", exact=True)).to_be_visible()
    watched.shoot(customer.page, "installation-11-ended")


def _take_up(customer: Customer, clerk: Staff, lead: Staff, case_no: str) -> str:
    """Accept, dispatch, assign and book; returns the number of the installation's own work order."""
    accept_and_dispatch(clerk, case_no)
    assign_and_book(lead, customer, case_no, "10:00–11:00")
    lead.open_case(case_no)
    works_no = lead.go_on()
    lead.open_case(works_no)
    lead.act("受理业务")
    return works_no


def _show_the_card(watched: Watched, customer: Customer) -> None:
    """A picture of something else is told at once; the card fills the number in."""
    page = customer.page
    watched.expect_refusals("paper_not_document")
    customer.add_photo("holiday.jpg", draw_landscape())
    expect(page.get_by_text("照片里没找到证件")).to_be_visible()
    watched.shoot(page, "papers-01-no-document")
    customer.press(re.compile("^删除第 1 份身份证照片"))
    customer.add_photo("id-front.jpg", draw_card_front("11010519491231002X"))
    expect(page.get_by_text("已照证件填上身份证号，请核对一遍")).to_be_visible()
    expect(page.get_by_label("身份证号")).to_have_value("11010519491231002X")
    customer.add_photo("id-back.jpg", draw_card_back("2015.03.01", "2035.03.01"))
    expect(page.get_by_text("证件在有效期内，到 2035.03.01")).to_be_visible()
    watched.shoot(page, "papers-02-read")


def _apply(watched: Watched, customer: Customer) -> str:
    page = customer.page
    customer.press(re.compile("^居民报装"))
    customer.fill_contact("钱明", PHONE_NO)
    _show_the_card(watched, customer)
    customer.add_document("deed.pdf", make_pdf())
    page.get_by_label("建筑面积").fill("89.5")
    page.get_by_role("checkbox", name="燃气灶").click()
    customer.press("提交申请")
    return customer.read_case_no()


def _prove(watched: Watched, customer: Customer, case_no: str) -> None:
    """Fail once, look at what is said of it, and pass; an old address of the check does no harm."""
    page = customer.page
    customer.go("case", no=case_no)
    watched.shoot(page, "identity-01-case")
    customer.press(re.compile("请核验身份"))
    expect(page.get_by_label("姓名")).to_have_value("钱明")
    watched.shoot(page, "identity-02-why")
    customer.press("开始刷脸")
    page.get_by_role("button", name="刷脸没通过").tap()
    expect(page.get_by_text("还可以刷 2 次")).to_be_visible()
    watched.shoot(page, "identity-03-failed")
    back = page.url
    customer.prove(case_no)
    watched.shoot(page, "identity-04-proven")
    page.goto("about:blank")
    page.goto(back)
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()


def _survey(watched: Watched, handler: Staff, works_no: str) -> None:
    handler.open_case(works_no)
    handler.act("出发")
    handler.open_case(works_no)
    handler.act("已到达")
    _record(watched, handler, works_no, "符合安装条件", "厨房朝北，立管在走廊，可以装。")


def _record(watched: Watched, staff: Staff, case_no: str, step: str, words: str) -> None:
    staff.open_case(case_no)
    staff.button(step).click()
    staff.dialog.get_by_label("现场结果").fill(words)
    staff.add_photo(make_photo())
    staff.confirm(step)


def _hand_in_sketch(watched: Watched, works: Staff, yuan: str) -> None:
    works.button("方案完成").click()
    expect(works.dialog.get_by_role("button", name="方案完成", exact=True)).to_be_disabled()
    works.hand_in_drawing("草图.jpg", make_photo(), "image/jpeg")
    works.dialog.get_by_label(re.compile("金额")).fill(yuan)
    watched.shoot(works.page, "installation-sketch-made")
    works.confirm("方案完成")


def _refuse_sketch(watched: Watched, customer: Customer, case_no: str) -> None:
    """Refuse where one would sign: one is back at the case, which says that it has arrived."""
    page = customer.page
    customer.go("case", no=case_no)
    customer.press("去签字")
    expect(page.get_by_role("heading", name="您要签的安装草图")).to_be_visible()
    old = page.url
    customer.press("不同意")
    page.get_by_label("原因").fill("表想装在阳台，另外太贵了")
    customer.press_for_command("确定")
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()
    expect(page.get_by_text("已告诉工作人员，正在改")).to_be_visible()
    expect(page.get_by_text("您说：表想装在阳台，另外太贵了")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("^正在按您说的改安装草图"))).to_be_visible()
    watched.shoot(page, "installation-sketch-refused")
    # Whoever comes to the old page again does not read that they have signed.
    page.goto(old)
    page.reload()
    expect(page.get_by_text(re.compile("^您没有签，已告诉工作人员：表想装在阳台"))).to_be_visible()
    watched.shoot(page, "installation-sketch-refused-page")


def _see_it_mended(watched: Watched, customer: Customer, case_no: str) -> None:
    page = customer.page
    customer.go("case", no=case_no)
    expect(page.get_by_text("改过了，请再看一看", exact=True)).to_be_visible()
    expect(page.get_by_text("费用：原 3,980.00 元 → 现 3,580.00 元")).to_be_visible()
    watched.shoot(page, "installation-sketch-mended")


def _see_what_to_pay(watched: Watched, customer: Customer) -> None:
    page = customer.page
    expect(page.get_by_text("3,580.00 元", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("营业厅，工作日"))).to_be_visible()
    expect(page.get_by_text(re.compile("^请在 .+ 下班前缴$"))).to_be_visible()
    watched.shoot(page, "installation-to-pay")


def _see_the_receipt(watched: Watched, customer: Customer, case_no: str) -> None:
    customer.go("case", no=case_no)
    expect(customer.page.get_by_text(re.compile("到账，入账单号 R-8801"))).to_be_visible()
    watched.shoot(customer.page, "installation-paid")


def _sign(watched: Watched, customer: Customer, case_no: str, what: str, *, opens: bool = False) -> None:
    """Look at the sketch or drawing and sign it; a PDF ``opens`` beside the page, and has to."""
    page = customer.page
    customer.go("case", no=case_no)
    if not opens:
        drawing = page.get_by_role("img", name="安装草图，第 1 张")
        expect(drawing).to_be_visible()
        page.wait_for_function("(one) => one.naturalWidth > 0", arg=drawing.element_handle())
        watched.shoot(page, "installation-sketch-shown")
    customer.press("去签字")
    if opens:
        expect(page.get_by_text("先打开施工图看一看，再签字")).to_be_visible()
        with page.context.expect_page() as opened:
            customer.press(re.compile("打开施工图"))
        opened.value.close()
    customer.draw_signature()
    # One act: the button that says what the signature does takes it along.
    expect(page.get_by_role("button", name="签好了")).to_have_count(0)
    watched.shoot(page, f"installation-{what}")
    customer.press_for_command("同意并签字")
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()


def _build(
    watched: Watched, customer: Customer, works: Staff, desk: Colleague, case_no: str, works_no: str
) -> None:
    """Purchase, works, a failed acceptance with its mending, and the customer looks on all the while."""
    works.open_case(works_no)
    works.act("采购完成")
    customer.go("case", no=case_no)
    expect(customer.page.get_by_text(re.compile("施工")).first).to_be_visible()
    watched.shoot(customer.page, "installation-06-works")
    _record(watched, works, works_no, "竣工", "立管接入，表箱已装，试压 0.1 MPa 24 小时无压降。")
    works.open_case(works_no)
    works.button("验收不合格").click()
    works.dialog.get_by_role("combobox", name="原因").fill("套管没有封堵")
    works.confirm("验收不合格")
    desk.fill(works_no)
    _record(watched, works, works_no, "整改完成", "套管已封堵，重新试压合格。")
    there = ("engineering", "customer_service", "contractor")
    desk.fill(works_no, **{f"sign_{one}": desk.upload(make_photo(), "signature") for one in there})
    works.open_case(works_no)
    watched.shoot(works.page, "installation-07-acceptance")
    works.act("验收合格")


def _hand_over(works: Staff, desk: Colleague, works_no: str) -> None:
    """Engineering writes the customer's record, and both departments sign where they stand."""
    signed = {
        f"{one}_representative": desk.upload(make_photo(), "signature")
        for one in ("engineering", "customer_service")
    }
    desk.fill(works_no, **signed, gas_use="residential")
    works.open_case(works_no)
    works.act("移交项目")


def _book_the_gas_on(watched: Watched, customer: Customer, lead: Staff, case_no: str) -> str:
    """Let the lead name who lets the gas on, and the customer book the hour; returns the order's number."""
    gas_no = lead.go_on()
    lead.open_case(gas_no)
    lead.button("受理并派师傅").click()
    lead.dialog.get_by_text("张伟").click()
    lead.confirm("受理并派师傅")
    customer.go("home")
    expect(customer.page.get_by_role("button", name=re.compile("上门通气 去预约$"))).to_be_visible()
    watched.shoot(customer.page, "installation-10-gas-on-to-book")
    book(customer, case_no, "14:00–15:00")
    customer.go("case", no=case_no)
    expect(customer.page.get_by_text(re.compile("14:00–15:00")).first).to_be_visible()
    watched.shoot(customer.page, "installation-10-gas-on-booked")
    return gas_no


def _let_the_gas_on(
    watched: Watched, lead: Staff, handler: Staff, technician: Colleague, clerk: Colleague, gas_no: str
) -> None:
    for step in ("出发", "已到达"):
        handler.open_case(gas_no)
        handler.act(step)
    technician.fill(gas_no)
    handler.open_case(gas_no)
    handler.act("合格")
    technician.fill(gas_no)
    handler.open_case(gas_no)
    handler.button("已通气").click()
    handler.sign_on_glass()
    watched.shoot(handler.page, "installation-10-gas-on")
    handler.confirm("已通气")
    technician.fill(gas_no)
    handler.open_case(gas_no)
    handler.act("已录入")
    _open_the_account(watched, lead, clerk, gas_no)
    handler.open_case(gas_no)
    handler.act("已宣传")


def _open_the_account(watched: Watched, lead: Staff, clerk: Colleague, gas_no: str) -> None:
    lead.open_case(gas_no)
    account_no = lead.go_on()
    lead.open_case(account_no)
    lead.act("受理")
    clerk.fill(account_no)
    lead.open_case(account_no)
    lead.act("资料齐全")
    lead.open_case(account_no)
    drawn = {
        one: clerk.upload(make_photo(), "signature") for one in ("customer_signature", "supplier_signature")
    }
    clerk.fill(account_no, **drawn)
    lead.open_case(account_no)
    watched.shoot(lead.page, "installation-10-contract")
    lead.act("双方已签字")
    lead.open_case(account_no)
    clerk.fill(account_no, gas_use="residential")
    lead.open_case(account_no)
    lead.act("开户")
    lead.open_case(account_no)
    watched.shoot(lead.page, "installation-10-account")
    lead.act("客户暂不充值")
