"""Signing in inside WeChat: there and back, and to where the customer was."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import PHONE, Customer
from tests.browser.stage import Stage
from tests.browser.watched import Watched

WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile MicroMessenger/8.0.50"


def test_back_from_wechat_to_where_one_was(watched: Watched, stage: Stage) -> None:
    customer = Customer(watched.open(PHONE, "/h5/", WECHAT), stage)
    page = customer.page
    watched.expect_refusals("not_signed_in")
    customer.press(re.compile("^我的办件"))
    customer.press("去登录")
    page.get_by_role("checkbox").tap()
    customer.press("微信一键登录")
    page.locator("[data-user]").first.click()
    expect(page.get_by_role("heading", name="我的办件")).to_be_visible()
    assert "code=" not in page.url
    page.reload()
    expect(page.get_by_role("heading", name="我的办件")).to_be_visible()


def test_a_sentence_that_comes_on_leaving_a_field_moves_nothing(
    watched: Watched, open_customer: Callable[[], Customer]
) -> None:
    customer = open_customer()
    page = customer.page
    customer.go("sign-in")
    page.get_by_label("手机号").fill("138")
    agree = page.get_by_role("checkbox")
    before = agree.bounding_box()
    # The tap itself leaves the field: the sentence comes while the finger is on the glass.
    agree.tap()
    expect(page.get_by_text("手机号应是 11 位数字")).to_be_visible()
    expect(agree).to_be_checked()
    assert agree.bounding_box() == before
    customer.go("apply", service="repair")
    for label, typed, below, sentence in (
        ("您的姓名", "", "手机号", "请填写您的姓名"),
        ("手机号", "138", "所在区", "手机号应是 11 位数字"),
        ("门牌号", "", "补充说明", "请选择用气地址"),
    ):
        page.get_by_label(label).fill(typed)
        next_one = page.get_by_label(below)
        before = next_one.bounding_box()
        page.get_by_label(label).blur()
        expect(page.get_by_text(sentence)).to_be_visible()
        assert next_one.bounding_box() == before, label


def test_what_is_wrong_stands_where_it_is_wrong(
    watched: Watched, open_customer: Callable[[], Customer]
) -> None:
    customer = open_customer()
    page = customer.page
    customer.press(re.compile("^报修"))
    page.get_by_label("手机号").fill("13812340015")
    expect(page.get_by_text("填的内容已保存在本机")).to_be_visible()
    # Going back closes what lies over the screen, and leaves it only then.
    page.reload()
    customer.press("清空重填")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(page.get_by_label("手机号")).to_have_value("13812340015")
    page.go_back()
    # What lies on this device alone is listed as well.
    expect(page.get_by_text("报修还没填完")).to_be_visible()
    customer.press("登录")
    phone, code = page.get_by_label("手机号"), page.get_by_label("短信验证码")
    expect(phone).to_have_value("13812340015")
    sign_in = page.get_by_role("button", name="登录", exact=True)
    before = sign_in.bounding_box()
    code.fill("12")
    sign_in.tap()
    expect(page.get_by_text("请先勾选同意《隐私说明》")).to_be_visible()
    expect(page.get_by_text("验证码是 6 位数字")).to_be_visible()
    assert sign_in.bounding_box() == before
    watched.shoot(page, "31-sign-in-wrong")
    page.get_by_role("checkbox").tap()
    customer.press("获取验证码")
    expect(page.get_by_text("验证码正在发送")).to_be_visible()
    expect(page.get_by_text("验证码是 6 位数字")).to_have_count(0)
    # Asked for once more after a reload, the first code still counts, and when another comes is said.
    page.reload()
    page.get_by_role("checkbox").tap()
    watched.expect_refusals("sms_code_too_often")
    customer.press("获取验证码")
    expect(page.get_by_text("收到的验证码还能用")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^\d+ 秒后重发$"))).to_be_visible()
    watched.shoot(page, "32-sign-in-too-soon")


def test_who_signs_in_in_mid_form_finds_all_that_was_typed_and_the_phone(
    stage: Stage, open_customer: Callable[[], Customer]
) -> None:
    customer, phone = open_customer(), "13812340016"
    page = customer.page
    customer.press(re.compile("^报修"))
    page.get_by_label("您的姓名").fill("周明")
    page.get_by_label("情况说明").fill("打不着火")
    # A photo needs an account.
    customer.press(re.compile("拍照或选图"))
    page.get_by_role("checkbox").tap()
    page.get_by_label("手机号").last.fill(phone)
    customer.press("获取验证码")
    expect(page.get_by_text("验证码正在发送")).to_be_visible()
    page.get_by_label("短信验证码").fill(stage.read_code(phone))
    page.get_by_role("button", name="登录", exact=True).tap()
    expect(page.get_by_label("情况说明")).to_have_value("打不着火")
    expect(page.get_by_label("手机号")).to_have_value(phone)
    expect(page.get_by_label("您的姓名")).to_have_value("周明")
    expect(page.get_by_text("填的内容已自动保存")).to_be_visible()
    page.reload()
    expect(page.get_by_label("手机号")).to_have_value(phone)
    expect(page.get_by_label("情况说明")).to_have_value("打不着火")


def test_after_a_reload_back_leads_to_the_screen_beneath(open_customer: Callable[[], Customer]) -> None:
    customer = open_customer()
    customer.press("账号与隐私")
    customer.press("隐私说明")
    expect(customer.page.get_by_role("heading", name="隐私说明", level=1)).to_be_visible()
    customer.page.reload()
    customer.press("返回")
    expect(customer.page.get_by_role("heading", name="账号与隐私", level=1)).to_be_visible()
    customer.press("返回")
    expect(customer.page.get_by_text("我要办理")).to_be_visible()
