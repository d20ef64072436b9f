"""Signing in inside WeChat: there and back, and to where the customer was."""

from __future__ import annotations

import re

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
