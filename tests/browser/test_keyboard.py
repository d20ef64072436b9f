"""A clerk works without a mouse: signs in, finds a case, rejects an item with a reason, returns the case."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from deploy.demo.organisation import PASSWORD
from tests.browser.keyboard import Keyboard
from tests.browser.people import DESKTOP, Customer
from tests.browser.watched import Watched
from tests.pictures import make_photo

PHONE_NO = "13812340021"


def test_a_case_by_keyboard_alone(watched: Watched, open_customer: Callable[[], Customer]) -> None:
    customer = open_customer()
    customer.sign_in(PHONE_NO)
    case_no = customer.apply_for_repair("周静", PHONE_NO, make_photo())

    page = watched.open(DESKTOP, "/console/")
    keyboard = Keyboard(page)
    _sign_in(page, keyboard)
    _look_at_the_shortcuts(page, keyboard)
    _find_the_case(page, keyboard, case_no)
    with page.expect_response(re.compile(r"/commands$")) as answer:
        keyboard.press("a")
    assert answer.value.status == 200, answer.value.text()
    _find_in_queue(page, keyboard, "待审核", case_no)
    _reject_the_photo(page, keyboard)
    watched.shoot(page, "25-keyboard-rejected")
    _return(page, keyboard, case_no)
    expect(customer.page.get_by_text("有 1 处要改")).to_be_visible(timeout=30_000)


def _sign_in(page: Page, keyboard: Keyboard) -> None:
    expect(page.get_by_label("账号")).to_be_focused()
    keyboard.type("remote1")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="办件", exact=True)).to_be_attached()
    expect(page.get_by_role("grid", name="办件列表")).to_be_visible()


def _look_at_the_shortcuts(page: Page, keyboard: Keyboard) -> None:
    keyboard.go_to(page.get_by_role("button", name="快捷键"), "Shift+Tab")
    for opens in ("Enter", "?"):
        keyboard.press(opens)
        dialog = page.get_by_role("dialog", name="键盘快捷键")
        expect(dialog).to_be_visible()
        keyboard.expect_at(dialog.get_by_role("button", name="关闭"))
        keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        keyboard.expect_at(page.get_by_role("button", name="快捷键"))


def _find_the_case(page: Page, keyboard: Keyboard, case_no: str) -> None:
    keyboard.go_to(page.get_by_role("button", name="跳到正文"), "Shift+Tab")
    keyboard.press("Enter")
    _find_in_queue(page, keyboard, "待受理", case_no)
    # Back to the list and in again: the focus comes back to the row.
    row = page.locator(f"#row-{case_no}")
    keyboard.press("Escape")
    expect(page.get_by_label("操作")).to_have_count(0)
    keyboard.expect_at(row)
    keyboard.press("Enter")
    expect(page.get_by_label("操作").get_by_role("button", name="受理")).to_be_visible()


def _find_in_queue(page: Page, keyboard: Keyboard, queue: str, case_no: str) -> None:
    """Choose a queue, and in it the case, by the arrow keys."""
    button = page.get_by_label("队列").get_by_role("button", name=re.compile(f"^{queue}"))
    expect(button).to_be_visible()
    if keyboard.is_at(page.locator("main")):
        keyboard.go_to(button)
    else:
        keyboard.go_to(button, "Shift+Tab")
    keyboard.press("Enter")
    row = page.locator(f"#row-{case_no}")
    expect(row).to_be_visible()
    keyboard.go_to(page.locator(".list [role=row][tabindex='0']"))
    while not keyboard.is_at(row):
        before = page.evaluate("document.activeElement.id")
        keyboard.press("ArrowDown")
        keyboard.check_visible()
        assert page.evaluate("document.activeElement.id") != before, "the last row is not the case's"
    keyboard.press("Enter")
    expect(page.get_by_label("操作")).to_be_visible()
    expect(page.get_by_text(case_no).first).to_be_visible()


def _reject_the_photo(page: Page, keyboard: Keyboard) -> None:
    first = page.get_by_role("group", name="姓名")
    keyboard.go_to(first.or_(page.locator("[id^='item-']").first).first)
    photo = page.get_by_role("group", name="现场照片")
    keyboard.go_to(photo, "ArrowDown")
    keyboard.press("x")
    reason = page.get_by_role("combobox", name="现场照片要改的原因")
    keyboard.expect_at(reason)
    keyboard.press("ArrowDown")
    expect(reason).to_have_attribute("aria-expanded", "true")
    keyboard.press("Enter")
    # The reason is picked and the hands are back at the item, from which the next key goes on.
    keyboard.expect_at(photo)
    assert reason.input_value()


def _return(page: Page, keyboard: Keyboard, case_no: str) -> None:
    photo = page.get_by_role("group", name="现场照片")
    dialog = page.get_by_role("dialog", name="退回申请")
    keyboard.press("r")
    expect(dialog).to_be_visible()
    keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    keyboard.expect_at(photo)
    keyboard.press("r")
    keyboard.go_to(dialog.get_by_role("button", name="退回申请", exact=True))
    with page.expect_response(re.compile(r"/commands$")) as answer:
        keyboard.press("Enter")
    assert answer.value.status == 200, answer.value.text()
    expect(dialog).to_have_count(0)
    # Another case may stand there now: the message says which one it was, and one key leads back to it.
    expect(page.get_by_text(f"已办：退回申请（报修 · 周* · 尾号 {case_no[-4:]}）")).to_be_visible()
    keyboard.press("b")
    expect(page.get_by_label("操作")).to_be_visible()
    expect(page.get_by_label("办件", exact=True).get_by_text(case_no, exact=True)).to_be_visible()
