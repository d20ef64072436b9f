"""An account is opened: from the H5 page to its number, and by staff on a phone beside the customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.collecting import collect_at_counter
from tests.browser.people import Customer, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched
from tests.cards import draw_card_front
from tests.miniprogram.staff import Staff as Colleague
from tests.pictures import make_pdf, make_photo

PHONE_NO = "13812340066"
# Nobody else of the stories lives there.
HOME = {
    "region": "历下区", "street": "泉城路街道", "community": "阳光小区", "building": "3幢", "unit": "2单元",
    "door": "901", "note": "", "point": None,
}  # fmt: skip
ACCOUNT_NO = re.compile("^301[0-9]{9}$")


@pytest.fixture
def desk(stage: Stage) -> Iterator[Colleague]:
    """Yield the unit's desk at the API, for the figures of long forms, whose pages are seen elsewhere."""
    one = Colleague(stage.url, "lead301")
    yield one
    one.close()


def test_an_account_from_the_phone_to_its_number(
    watched: Watched,
    open_customer: Callable[[], Customer],
    open_staff: Callable[..., Staff],
    desk: Colleague,
) -> None:
    customer = open_customer()
    customer.sign_in(PHONE_NO)
    case_no = _apply(watched, customer)
    clerk, lead = open_staff("remote1"), open_staff("lead301")
    _return_one_paper(watched, clerk, case_no)
    _send_it_again(watched, customer, case_no)
    customer.prove(case_no)
    watched.shoot(customer.page, "opening-04-proven")
    opening_no = _take_over(watched, clerk, lead, case_no)

    desk.fill(opening_no)
    _sign_the_contract(watched, customer, case_no)
    _sign_for_the_company(watched, lead, opening_no)
    desk.fill(opening_no)
    lead.open_case(opening_no)
    watched.shoot(lead.page, "opening-09-record")
    lead.act("开户")
    _see_the_number(watched, customer, case_no)
    customer.decide("充值")
    watched.shoot(customer.page, "opening-11-to-pay")
    collect_at_counter(watched, lead, open_staff("finance301"), opening_no, "200.00", "R-6601")
    _read_the_notice(watched, customer, case_no)
    _reply_and_rate(watched, customer, lead, clerk, case_no)


def _apply(watched: Watched, customer: Customer) -> str:
    page = customer.page
    watched.shoot(page, "opening-01-home")
    customer.press(re.compile("^居民开户"))
    customer.fill_contact("周芳", PHONE_NO, door="901")
    page.get_by_role("radio", name="户主本人").click()
    page.get_by_label("户主身份证号").fill("11010519491231002X")
    customer.add_photo("id-front.jpg", make_photo())
    customer.add_photo("id-back.jpg", make_photo(colour="seagreen"))
    customer.add_document("deed.pdf", make_pdf())
    meter = page.locator("#row-meter_photos")
    with page.expect_file_chooser() as chooser:
        meter.get_by_role("button", name=re.compile("拍照或选图")).tap()
    chooser.value.set_files(
        {"name": "meter.jpg", "mimeType": "image/jpeg", "buffer": make_photo(colour="grey")}
    )
    expect(meter.get_by_role("button", name=re.compile("^查看第 1 份"))).to_be_visible()
    page.get_by_label("燃气表号").fill("G4-20260077")
    page.get_by_role("checkbox", name="燃气灶").click()
    watched.shoot(page, "opening-02-form-end")
    customer.press("提交申请")
    case_no = customer.read_case_no()
    watched.shoot(page, "opening-03-sent")
    return case_no


def _return_one_paper(watched: Watched, clerk: Staff, case_no: str) -> None:
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.page.get_by_role("button", name="燃气表照片：要改").click()
    clerk.page.get_by_role("combobox", name="燃气表照片要改的原因").fill("读数看不清，请对准表盘再拍一张")
    clerk.page.keyboard.press("Enter")
    watched.shoot(clerk.page, "opening-03-review")
    clerk.button("退回申请").click()
    clerk.confirm("退回申请")


def _send_it_again(watched: Watched, customer: Customer, case_no: str) -> None:
    page = customer.page
    customer.go("mend", no=case_no)
    expect(page.get_by_text("要改：读数看不清，请对准表盘再拍一张")).to_be_visible()
    page.get_by_role("button", name=re.compile("删除第 1 份")).first.tap()
    customer.add_photo("meter.jpg", make_photo(colour="navy"))
    watched.shoot(page, "opening-04-mend")
    customer.press("再次提交")
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()


def _take_over(watched: Watched, clerk: Staff, lead: Staff, case_no: str) -> str:
    """The papers are in order now; the unit opens the account without a visit."""
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.page.get_by_role("button", name="燃气表照片：通过").click()
    clerk.act("审核通过")
    clerk.open_case(case_no)
    clerk.button("派发工单").click()
    clerk.confirm("派发工单")
    lead.open_case(case_no)
    watched.shoot(lead.page, "opening-05-assign")
    lead.act("不用上门，网上开户")
    lead.open_case(case_no)
    return lead.go_on()


def _sign_the_contract(watched: Watched, customer: Customer, case_no: str) -> None:
    """The whole contract stands there, what matters marked, and is signed on the own phone."""
    page = customer.page
    customer.go("case", no=case_no)
    watched.shoot(page, "opening-06-to-sign")
    customer.press("看一看，签字")
    expect(page.get_by_role("img", name=re.compile("^签名框"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("全文$"))).to_be_visible()
    expect(page.locator(".wording-mark").first).to_be_visible()
    watched.shoot(page, "opening-07-contract")
    page.locator(".wording-mark").first.scroll_into_view_if_needed()
    watched.shoot(page, "opening-07-contract-text")
    customer.draw_signature()
    customer.press("看过了，确认签字")
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()


def _sign_for_the_company(watched: Watched, lead: Staff, opening_no: str) -> None:
    lead.open_case(opening_no)
    watched.shoot(lead.page, "opening-08-contract")
    lead.page.get_by_role("button", name="去签字").click()
    lead.dialog.get_by_role("button", name="我来签").click()
    lead.draw_on_glass()
    watched.shoot(lead.page, "opening-08-contract-open")
    lead.dialog.get_by_role("button", name="确认签字").click()
    expect(lead.dialog.get_by_text("✓ 已签")).to_have_count(2)
    lead.open_case(opening_no)
    lead.act("双方已签字")


def _see_the_number(watched: Watched, customer: Customer, case_no: str) -> None:
    page = customer.page
    customer.go("home")
    watched.shoot(page, "opening-10-home")
    customer.go("case", no=case_no)
    expect(page.get_by_text("您的户号")).to_be_visible()
    expect(page.get_by_text(ACCOUNT_NO)).to_be_visible()
    watched.shoot(page, "opening-10-number")


def _read_the_notice(watched: Watched, customer: Customer, case_no: str) -> None:
    page = customer.page
    customer.go("case", no=case_no)
    watched.shoot(page, "opening-12-notice-waits")
    customer.press("去看须知")
    expect(page.get_by_text("马上关阀门、开窗通风")).to_be_visible()
    watched.shoot(page, "opening-13-notice")
    customer.press_for_command("我看过了，会照着做")
    expect(page.get_by_role("heading", name="办理进度", exact=True)).to_be_visible()
    watched.shoot(page, "opening-14-read")


def _reply_and_rate(watched: Watched, customer: Customer, lead: Staff, clerk: Staff, case_no: str) -> None:
    lead.open_case(case_no)
    watched.shoot(lead.page, "opening-15-reply")
    lead.button("回复工单").click()
    lead.dialog.get_by_label("回复内容").fill("户号已开好，200 元已入账。")
    lead.confirm("回复工单")
    clerk.open_case(case_no)
    clerk.act("办结并邀请评价")
    customer.go("case", no=case_no)
    customer.press("去评价")
    customer.page.get_by_role("radio", name=re.compile("^5 星")).click()
    customer.press("提交评价")
    expect(customer.page.get_by_role("heading", name="您的评价", exact=True)).to_be_visible()
    watched.shoot(customer.page, "opening-16-ended")


def test_staff_open_it_on_a_phone_beside_the_customer(
    watched: Watched, stage: Stage, open_staff: Callable[..., Staff]
) -> None:
    handler = open_staff("handler301", on_phone=True)
    with_forms = Colleague(stage.url, "handler301")
    case_no = _begin_in_the_field(watched, handler)
    handler.act_in_field("受理")
    watched.shoot(handler.page, "opening-field-02-accepted")
    with_forms.fill(case_no, applicant="owner")
    _go_on(handler)
    _decide(handler, "资料齐全")
    _see_the_card(watched, handler)
    with_forms.fill(case_no, use_address={**HOME, "door": "502"})
    _go_on(handler)
    _decide(handler, "开户")
    expect(handler.page.get_by_role("button", name=re.compile("^双方已签字"))).to_be_visible()
    watched.shoot(handler.page, "opening-field-04-contract")
    _sign_side_by_side(watched, handler, with_forms, case_no)
    for step in ("双方已签字", "客户暂不缴费", "已宣传", "客户没有评价"):
        _go_on(handler)
        _decide(handler, step)
    with_forms.close()


def _begin_in_the_field(watched: Watched, handler: Staff) -> str:
    """From the list of the day to a case of one's own making; returns its number."""
    page = handler.page
    page.get_by_role("link", name="新建工单").click()
    page.get_by_role("searchbox", name="找业务").fill("开户")
    page.get_by_role("button", name=re.compile("^开户")).click()
    page.get_by_label("姓名", exact=True).fill("吴大爷")
    page.get_by_label("联系电话").fill("13812340067")
    for part, typed in (
        ("区", "历下区"),
        ("街道", "泉城路街道"),
        ("小区", "阳光小区"),
        ("楼栋", "3幢"),
        ("单元", "2单元"),
        ("门牌号", "502"),
    ):
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_label("是否本人办理").select_option("self")
    page.get_by_label("身份证号", exact=True).fill("110101199003077758")
    papers = {"id_photos": draw_card_front("110101199003077758"), "property_proof": make_photo()}
    for number, (field, picture) in enumerate(papers.items()):
        page.locator(f"#at-{field} input[type=file]").set_input_files(
            {"name": f"{field}.jpg", "mimeType": "image/jpeg", "buffer": picture}
        )
        expect(page.get_by_role("button", name=re.compile("^去掉"))).to_have_count(number + 1)
    watched.shoot(page, "opening-field-01-new")
    page.get_by_role("button", name="建工单").click()
    expect(page).to_have_url(re.compile(r"/field/\d+$"))
    return page.url.rsplit("/", 1)[1]


def _go_on(handler: Staff) -> None:
    handler.page.reload()
    expect(handler.page.get_by_label("去哪里")).to_be_visible()


def _see_the_card(watched: Watched, handler: Staff) -> None:
    proof = handler.page.get_by_role("region", name="身份核验")
    proof.get_by_role("button", name="核对并确认是本人").click()
    watched.shoot(handler.page, "opening-field-03-card")
    handler.dialog.get_by_label("客户在上门现场").check()
    handler.dialog.get_by_role("button", name="确认是本人").click()
    expect(handler.dialog).to_have_count(0)


def _sign_side_by_side(watched: Watched, handler: Staff, with_forms: Colleague, case_no: str) -> None:
    """The customer on the handler's glass, and then the handler for the company."""
    with_forms.fill(case_no)
    _go_on(handler)
    handler.page.get_by_role("button", name="去签字").click()
    for number, whose in enumerate(("请对方当面签", "我来签")):
        handler.dialog.get_by_role("button", name=whose, exact=True).first.click()
        handler.draw_on_glass()
        watched.shoot(handler.page, f"opening-field-05-signing-{number}")
        handler.dialog.get_by_role("button", name="确认签字").click()
        expect(handler.dialog.get_by_text("✓ 已签")).to_have_count(number + 1)


def _decide(handler: Staff, name: str) -> None:
    """Press an outcome; where it cannot be taken back, say so once more."""
    handler.page.get_by_role("button", name=name, exact=True).click()
    handler.page.wait_for_timeout(300)
    if handler.dialog.count():
        handler.confirm(name)
