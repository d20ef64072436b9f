"""An installation: accepted with a document owed, which comes later, and its sketch signed."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Customer, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched
from tests.cards import draw_card_back, draw_card_front
from tests.miniprogram.staff import Staff as Colleague
from tests.pictures import make_pdf, make_photo

PHONE_NO = "13812340007"


def test_a_document_comes_later(
    watched: Watched, stage: Stage, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    customer, clerk = open_customer(), open_staff("remote1")
    customer.sign_in(PHONE_NO)
    customer.press(re.compile("^居民报装"))
    case_no = _apply_without_the_proof(watched, customer)
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.button("容缺受理").click()
    clerk.dialog.get_by_label("房产证明").check()
    watched.shoot(clerk.page, "30-accept-owing")
    clerk.confirm("容缺受理")
    clerk.open_case(case_no)
    owed = clerk.page.get_by_role("region", name="待补资料")
    expect(owed).to_contain_text("房产证明")
    watched.shoot(clerk.page, "31-owing")

    page = customer.page
    expect(page.get_by_text("还要补交 1 份资料")).to_be_visible()
    watched.shoot(page, "32-owed")
    customer.press("补交资料")
    expect(page.get_by_text("请先上传至少一份资料")).to_be_visible()
    customer.add_document("proof.pdf", make_pdf())
    watched.shoot(page, "33-supply")
    customer.press("提交资料")
    expect(page.get_by_text("资料已经补齐，谢谢您。")).to_be_visible()
    customer.press("返回看进度")
    expect(page.get_by_text("还要补交 1 份资料")).to_have_count(0)
    clerk.open_case(case_no)
    expect(owed).to_have_count(0)
    expect(clerk.page.get_by_role("button", name="proof.pdf", exact=True)).to_be_visible()
    _draw_the_sketch(customer, stage, case_no)
    _sign_it(watched, customer)


def _draw_the_sketch(customer: Customer, stage: Stage, case_no: str) -> None:
    """The customer books, and the staff, whose screens are seen elsewhere, get as far as the sketch."""
    clerk, lead, handler, works = (
        Colleague(stage.url, one) for one in ("remote1", "lead301", "handler301", "works301")
    )
    clerk.act(case_no, "dispatch", unit_code="301")
    lead.act(case_no, "assign", handler="handler301")
    customer.press("去预约上门时间")
    customer.hold_hour("10:00–11:00")
    customer.press("确认预约")
    expect(customer.page.get_by_text(re.compile("约好的上门.+时间"))).to_be_visible()
    child_no = lead.read(case_no)["child"]["case_no"]
    lead.act(child_no, "take_up")
    handler.act(child_no, "set_off")
    handler.act(child_no, "arrive")
    handler.see_id_card(child_no)
    handler.act(child_no, "fit", result="可以装", photos=[handler.upload(make_photo(), "visit")])
    sketch = works.upload(make_photo(), "visit")
    works.act(child_no, "drafted", drawing=[sketch], amount_fen=358_000)
    for one in (clerk, lead, handler, works):
        one.close()


def _sign_it(watched: Watched, customer: Customer) -> None:
    page = customer.page
    customer.press("去签字")
    customer.draw_signature()
    watched.shoot(page, "34-signing")
    customer.press("同意并签字")
    expect(page.get_by_role("heading", name=re.compile("^请看要缴多少、到哪里缴"))).to_be_visible()


def _apply_without_the_proof(watched: Watched, customer: Customer) -> str:
    page = customer.page
    customer.fill_contact("钱明", PHONE_NO)
    page.get_by_label("身份证号").fill("11010519491231002X")
    customer.add_photo("id-front.jpg", draw_card_front("11010519491231002X"))
    customer.add_photo("id-back.jpg", draw_card_back("2015.03.01", "2035.03.01"))
    page.get_by_label("建筑面积").fill("89.5")
    page.get_by_role("checkbox", name="燃气灶").click()
    expect(page.get_by_text("手边没有也可以先提交，之后再补")).to_be_visible()
    watched.shoot(page, "29-installation")
    customer.press("提交申请")
    return customer.read_case_no()
