"""An account on its customer's phone: what is owed and was used, in which tier; a part that fails alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import create_engine, text

from backend.cases.commands import CUSTOMER, Start
from backend.cases.service import NewCase, Request
from backend.core.database import make_engine_options
from backend.customers.account_records import AccountRecord, MeterRecord, Origin
from backend.customers.accounts import ACTIVE, GasAccounts
from composition.hall import Hall, make_hall
from deploy.demo.figures import DemoFigures
from tests.browser.people import Customer
from tests.browser.stage import Stage
from tests.browser.watched import Watched

PHONE_NO = "13812340188"
HOME = {
    "region": "历下区", "street": "泉城路街道", "community": "阳光小区", "building": "5幢", "unit": "1单元",
    "door": "1203", "note": "", "point": None,
}  # fmt: skip


@pytest.fixture
def books(stage: Stage) -> Iterator[Hall]:
    """Yield the hall on the stage's own database, for what comes from elsewhere than a screen."""
    engine = create_engine(stage.database_url, **make_engine_options(2))
    yield make_hall(stage.read_settings(), engine)
    engine.dispose()


def enter_account(books: Hall, phone: str) -> str:
    """Enter an account with fourteen months of bills, the last of them open; returns its number."""
    now = datetime.now(UTC) - timedelta(days=500)
    with books.sessions.begin() as session:
        unit_id = session.execute(text("SELECT id FROM unit WHERE code = '301'")).scalar_one()
        customer_id = books.customers.find_or_create_by_phone(session, phone, now)
    new = NewCase("account_opening", unit_id, "301", customer_id, "counter")
    request = Request("system", uuid.uuid4(), {})
    case_no = books.cases.start_case(request, new, Start(CUSTOMER, enter_at="open_account")).case_no
    accounts = GasAccounts(books.keys, books.customers)
    meter = MeterRecord("金卡", uuid.uuid4().hex[:10], "iot", Decimal(1200))
    place = {**HOME, "door": uuid.uuid4().hex[:6]}
    record = AccountRecord("周芳", "周芳", phone, place, "residential", meter=meter)
    with books.sessions.begin() as session:
        asked = text("SELECT id FROM service_case WHERE case_no = :no")
        case_id = session.execute(asked, {"no": case_no}).scalar_one()
        origin = Origin(case_id, unit_id, "301", customer_id)
        number = accounts.enter(session, origin, record, ACTIVE, now)
    DemoFigures(books, datetime.now(UTC)).fill()
    return number


def test_the_page_of_an_account_shows_debt_use_and_tier_each_by_itself(
    watched: Watched, stage: Stage, books: Hall, open_customer: Callable[[], Customer]
) -> None:
    customer = open_customer()
    customer.sign_in(PHONE_NO)
    number = enter_account(books, PHONE_NO)
    page = customer.page
    page.goto("about:blank")
    page.goto(f"{stage.url}/h5/#/pages/accounts/one?no={number}")
    expect(page.get_by_text(re.compile("^待缴 [0-9.]+ 元$"))).to_be_visible()
    expect(page.get_by_text(re.compile("^现在按第.档算"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^近一年用得最多的是"))).to_be_visible()
    customer.press("看每个月的数")
    expect(page.get_by_role("listitem")).to_have_count(14)
    page.evaluate("window.scrollTo(0, 0)")
    watched.shoot(page, "account-01-top")
    page.get_by_role("img", name=re.compile("^近一年")).scroll_into_view_if_needed()
    watched.shoot(page, "account-02-use")
    page.get_by_role("heading", name="合同").scroll_into_view_if_needed()
    watched.shoot(page, "account-03-foot")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    customer.press(re.compile("账单，.*还差"))
    expect(page.get_by_role("heading", name="怎么算的")).to_be_visible()
    expect(page.get_by_text("第一档")).to_be_visible()
    watched.shoot(page, "account-04-bill")


def test_one_part_that_fails_leaves_the_others_there(
    watched: Watched, stage: Stage, books: Hall, open_customer: Callable[[], Customer]
) -> None:
    customer = open_customer()
    phone = "13812340089"
    customer.sign_in(phone)
    number = enter_account(books, phone)
    page = customer.page

    watched.expect_refusals("unavailable")

    def fail(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body='{"code": "unavailable"}')

    page.route("**/accounts/*/bills*", fail)
    page.goto("about:blank")
    page.goto(f"{stage.url}/h5/#/pages/accounts/one?no={number}")
    again = page.get_by_role("button", name="再打开一次账单")
    expect(again).to_be_visible()
    expect(page.get_by_text(re.compile("^现在按第.档算"))).to_be_visible()
    watched.shoot(page, "account-05-part-failed")
    page.unroute("**/accounts/*/bills*")
    again.tap()
    expect(page.get_by_role("button", name=re.compile("账单，.*还差"))).to_be_visible()


def test_an_agent_is_let_in_until_a_day(
    watched: Watched, stage: Stage, books: Hall, open_customer: Callable[[], Customer]
) -> None:
    customer = open_customer()
    phone = "13812340190"
    customer.sign_in(phone)
    number = enter_account(books, phone)
    page = customer.page
    page.goto("about:blank")
    page.goto(f"{stage.url}/h5/#/pages/accounts/people?no={number}")
    customer.press("添加家人、租户或代办人")
    page.get_by_label("称呼").fill("老张")
    page.get_by_label("手机号").fill("13812340191")
    page.get_by_role("radio", name=re.compile("^代办人")).tap()
    customer.press("添加")
    expect(page.get_by_text("请至少选一项")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^看账单、缴费")).tap()
    page.get_by_label("到哪一天为止").fill((datetime.now(UTC) + timedelta(days=30)).date().isoformat())
    watched.shoot(page, "account-06-agent")
    customer.press("添加")
    expect(page.get_by_text(re.compile("当天有效$"))).to_be_visible()
    watched.shoot(page, "account-07-people")


def test_payments_invoices_and_three_months_without_gas_are_told(
    watched: Watched, stage: Stage, books: Hall, open_customer: Callable[[], Customer]
) -> None:
    customer = open_customer()
    phone = "13812340192"
    customer.sign_in(phone)
    number = enter_account(books, phone)
    unused = (
        "UPDATE gas_bill SET use_m3 = 0 WHERE period IN (SELECT DISTINCT period FROM gas_bill ORDER BY 1 DESC"
        " LIMIT 3) AND gas_account_id = (SELECT id FROM gas_account WHERE account_no = :number)"
    )
    with books.sessions.begin() as session:
        session.execute(text(unused), {"number": number})
        reversed_one = (
            "UPDATE account_payment SET state = 'reversed' WHERE payment_no LIKE :like AND id % 5 = 0"
        )
        session.execute(text(reversed_one), {"like": f"P{number}%"})
    page = customer.page
    page.goto("about:blank")
    page.goto(f"{stage.url}/h5/#/pages/accounts/one?no={number}")
    expect(page.get_by_text(re.compile("^已经连续 3 个月没有用气"))).to_be_visible()
    page.get_by_role("button", name="去办报停").scroll_into_view_if_needed()
    watched.shoot(page, "account-08-idle")
    customer.press("看全部缴费记录")
    expect(page.get_by_text(re.compile("，微信$")).first).to_be_visible()
    page.get_by_role("heading", name="缴费记录").scroll_into_view_if_needed()
    watched.shoot(page, "account-09-payments")
    page.get_by_role("heading", name="发票").scroll_into_view_if_needed()
    expect(page.get_by_text("抬头 演*").first).to_be_visible()
    watched.shoot(page, "account-10-invoices")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("heading", name="缴费记录").scroll_into_view_if_needed()
    watched.shoot(page, "account-11-wide")
