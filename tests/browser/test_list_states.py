"""A list that is still loading, that could not be had, and that is empty: each says so, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.people import Customer
from tests.browser.watched import Watched

SENTENCE = "服务正忙，请过一会儿再试。"
PROBLEM = {
    **{"type": "about:blank", "title": SENTENCE, "status": 503, "code": "busy", "detail": ""},
    **{"fields": {}, "request_id": "r", "extra": {}},
}


def test_a_customers_list(watched: Watched, open_customer: Callable[[], Customer]) -> None:
    watched.expect_refusals("busy")
    customer = open_customer()
    customer.sign_in("13812340008")
    page, held = customer.page, list[Route]()

    def hold(asked: Route) -> None:
        held.append(asked)

    page.route("**/api/v1/cases?*", hold)
    customer.press("我的办件")
    expect(page.get_by_role("status", name="正在打开")).to_be_visible()
    watched.shoot(page, "36-loading")
    for one in held:
        one.fulfill(status=503, json=PROBLEM, content_type="application/problem+json")
    page.unroute("**/api/v1/cases?*")
    expect(page.get_by_role("alert").get_by_text("暂时打不开")).to_be_visible()
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    watched.shoot(page, "37-failed")
    customer.press("再试一次")
    expect(page.get_by_text("眼下没有在办的申请。")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    watched.shoot(page, "38-empty")
    customer.press("去办业务")
    expect(page.get_by_text("我要办理")).to_be_visible()
