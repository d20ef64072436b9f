"""Axe finds nothing on any page of both clients."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import PHONE, Customer, Staff
from tests.browser.stage import ROOT, Stage
from tests.browser.watched import Watched
from tests.pictures import make_photo

PHONE_NO = "13812340004"
# These need a case at a certain point, at which the stories photograph them, and axe with that; here they say
# that it is not so far.
OF_A_CASE = frozenset(
    {"case", "mend", "supply", "booking", "visit", "sign", "rate", "fill", "pay", "identity"}
)

# These are opened by a link or lead to one paper.
OF_A_LINK_OR_PAPER = {
    "link": {"t": "no-such-link-no-such-link-no-such-link"},
    "paper": {"task": "99"},
    "sign-paper": {"task": "99"},
}


def list_customer_pages() -> list[str]:
    """Return the names of all H5 pages, from the client's own list."""
    listed = (ROOT / "web" / "customer" / "src" / "pages.json").read_text(encoding="utf-8")
    plain = "\n".join(line for line in listed.splitlines() if not line.strip().startswith("//"))
    return [one["path"].split("/")[1] for one in json.loads(plain)["pages"]]


def test_customer_pages(watched: Watched, open_customer: Callable[[], Customer]) -> None:
    customer = open_customer()
    for name in ("home", "sign-in", "privacy"):
        _look(watched, customer, name, {})
    customer.sign_in(PHONE_NO)
    case_no = customer.apply_for_repair("赵强", PHONE_NO, make_photo())
    for name in list_customer_pages():
        if name in OF_A_LINK_OR_PAPER:
            continue
        query = (
            {"no": case_no} if name in OF_A_CASE else {"service": "installation"} if name == "apply" else {}
        )
        _look(watched, customer, name, query)
    # A link that is none, and a paper that is not there: each says so, and what to do.
    watched.expect_refusals("link_unknown", "task_unknown")
    for name, query in OF_A_LINK_OR_PAPER.items():
        customer.come(name, **query, no=case_no)
        _shoot(watched, customer, name)


def _look(watched: Watched, customer: Customer, name: str, query: dict[str, str]) -> None:
    customer.go(name, **query)
    _shoot(watched, customer, name)


def _shoot(watched: Watched, customer: Customer, name: str) -> None:
    expect(customer.page.get_by_role("heading", level=1)).to_be_visible()
    customer.page.wait_for_load_state("networkidle")
    # A skeleton has little that could be found fault with.
    expect(customer.page.get_by_role("status", name="正在打开")).to_have_count(0)
    watched.shoot(customer.page, f"h5-{name}")


def _enter_nobody(stage: Stage, manager: Staff) -> str:
    """Enter somebody whose department has no step in any process; returns the first password."""
    api, ask = f"{stage.url}/staff/api/v1", manager.page.request
    headers = {"X-CSRF-Token": ask.get(f"{api}/session").json()["csrf_token"]}
    body = {"name": "田静", "unit_code": "302", "departments": ["business_hall"], "revision": ""}
    answer = ask.put(f"{api}/organisation/staff/nobody302", data=body, headers=headers)
    assert answer.ok, answer.text()
    return str(answer.json()["first_password"])


def test_console_pages(
    watched: Watched, stage: Stage, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    customer = open_customer()
    customer.sign_in("13812340005")
    case_no = customer.apply_for_repair("孙梅", "13812340005", make_photo())
    front = watched.open(PHONE, "/console/")
    expect(front.get_by_label("密码")).to_be_visible()
    watched.check_access(front, "console sign-in")
    manager = open_staff("manager1")
    for path in (
        "operations/jobs",
        "operations/sends",
        "operations/calendar",
        "operations/reasons",
        "operations/forms",
        "operations/parameters",
        "board",
        "works",
        "new-case",
        "password",
        "nowhere",
    ):
        _look_at(watched, stage, manager, path)
    for path in ("people", "roster", "hours", "areas"):
        _look_at(watched, stage, manager, f"organisation/{path}")
    # The business lead oversees all queues; a post without any gets one sentence, and not that all is done.
    _look_at(watched, stage, manager, "cases", "-manager")
    expect(manager.page.get_by_label("队列").get_by_role("button")).to_contain_text(
        ["燃气报警", "全部待办", "已超期"]
    )
    # Whether the calendar ends soon depends on the day of the test.
    told = manager.page.request.get(f"{stage.url}/staff/api/v1/calendar/warning").json()["warning"]
    strip = manager.page.get_by_role("link", name=re.compile("工作日历"))
    expect(strip).to_have_count(0 if told is None else 1)
    if told is not None:
        manager.page.get_by_role("button", name="今天不再提示").click()
        expect(strip).to_have_count(0)
    nobody = open_staff("nobody302", password=_enter_nobody(stage, manager))
    _look_at(watched, stage, nobody, "cases", "-nobody")
    expect(nobody.page.get_by_text("您的岗位在这里没有队列")).to_be_visible()
    expect(nobody.page.get_by_text("办完了")).to_have_count(0)
    clerk = open_staff("remote1")
    for path in ("cases", f"cases/{case_no}"):
        _look_at(watched, stage, clerk, path)
    for tab in ("进度", "记录", "备注和消息"):
        clerk.page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
        watched.check_access(clerk.page, f"console {tab}")
    planner = open_staff("lead301", on_phone=True)
    for path in ("plans", "plans/new"):
        _look_at(watched, stage, planner, path, "-phone")
        assert planner.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
    handler = open_staff("handler301", on_phone=True)
    _look_at(watched, stage, handler, "field")
    # The organisation is kept on a phone, too; nothing may need scrolling sideways.
    carrier = open_staff("manager1", on_phone=True)
    for path in (*map("organisation/{}".format, ("people", "roster", "hours", "areas")), "board", "works"):
        _look_at(watched, stage, carrier, path, "-phone")
        expect(carrier.page.get_by_role("button", name="我的账号")).to_be_in_viewport(ratio=1)
        assert carrier.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
    carrier.page.get_by_role("button", name="我的账号").click()
    watched.check_access(carrier.page, "console account menu")
    carrier.page.get_by_role("button", name="退出").click()
    expect(carrier.page.get_by_label("密码")).to_be_visible()


def _look_at(watched: Watched, stage: Stage, staff: Staff, path: str, mark: str = "") -> None:
    # Another place after the # alone would still show the former page for a while.
    staff.page.goto("about:blank")
    staff.page.goto(f"{stage.url}/console/#/{path}")
    staff.page.wait_for_load_state("networkidle")
    expect(staff.page.get_by_text("正在加载")).to_have_count(0)
    watched.shoot(staff.page, "console-" + re.sub(r"\W+|\d{9,}", "-", path).strip("-") + mark)
