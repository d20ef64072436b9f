"""The centre keeps people, roster and areas on its screens; a unit's lead keeps the own people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from backend.core.local_time import local_date
from tests.browser.keyboard import Keyboard
from tests.browser.people import DESKTOP, PHONE, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched


def go(staff: Staff, stage: Stage, page: str) -> None:
    """Open a page of the section."""
    staff.page.goto(f"{stage.url}/console/#/organisation/{page}")
    expect(staff.page.get_by_role("heading", level=1)).to_be_visible()
    staff.page.wait_for_load_state("networkidle")


def test_people(watched: Watched, stage: Stage, open_staff: Callable[..., Staff]) -> None:
    centre = open_staff("remote1")
    page = centre.page
    # Who has cases to do is not told on every page that the calendar ends.
    expect(page.get_by_role("link", name=re.compile("工作日历"))).to_have_count(0)
    go(centre, stage, "people")
    page.get_by_role("treeitem", name=re.compile("市中客户服务部")).click()
    page.get_by_role("button", name="新增人员").click()
    centre.dialog.get_by_label("姓名").fill("冯新")
    # What was typed is not thrown away by one press of Esc.
    page.keyboard.press("Escape")
    expect(centre.dialog.get_by_text("刚填的还没有保存。")).to_be_visible()
    page.keyboard.press("Enter")
    centre.dialog.get_by_label("账号", exact=True).fill("fengxin")
    centre.dialog.get_by_label("手机号").fill("13900007777")
    centre.dialog.get_by_label("具体责任人").check()
    centre.dialog.get_by_role("button", name="保存").click()
    expect(centre.dialog.get_by_text("初始密码只显示这一次")).to_be_visible()
    watched.shoot(page, "40-first-password")
    page.keyboard.press("Escape")
    row = page.get_by_role("row", name=re.compile("冯新"))
    expect(row).to_contain_text("139****7777")

    row.get_by_role("button", name="冯新：请假").click()
    centre.dialog.get_by_label("请假").check()
    centre.dialog.get_by_role("button", name="保存").click()
    expect(row).to_contain_text("○请假")
    # Without open work nothing is asked; the button says why.
    expect(centre.dialog).to_have_count(0)
    row.get_by_role("button", name="移交冯新的工作").click()
    expect(centre.dialog.get_by_text("不用移交")).to_be_visible()
    page.keyboard.press("Escape")

    other = open_staff("remote2")
    go(other, stage, "people")
    other.page.get_by_label("找人").fill("冯新")
    other.page.get_by_role("button", name="修改冯新").click()
    row.get_by_role("button", name="修改冯新").click()
    centre.dialog.get_by_label("抄表人员").check()
    centre.dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_text("冯新的资料已改好。")).to_be_visible()
    # What is said in passing covers neither the menu nor the heading.
    toast, heading = page.locator(".el-message").first.bounding_box(), page.locator("h1").first.bounding_box()
    assert toast is not None and heading is not None
    assert toast["y"] > heading["y"] + heading["height"]
    watched.expect_refusals("changed_meanwhile")
    other.dialog.get_by_label("安检人员").check()
    other.dialog.get_by_role("button", name="保存").click()
    expect(other.dialog.get_by_text("别的同事刚改过这一条")).to_be_visible()
    watched.shoot(other.page, "41-changed-meanwhile")
    other.dialog.get_by_role("button", name="重新读取").click()
    expect(other.page.get_by_role("row", name=re.compile("冯新"))).to_contain_text("抄表人员")


def test_a_units_lead(watched: Watched, stage: Stage, open_staff: Callable[..., Staff]) -> None:
    lead = open_staff("lead303")
    page, keyboard = lead.page, Keyboard(lead.page)
    expect(page.get_by_role("link", name="运行维护")).to_have_count(0)
    page.get_by_role("link", name="组织", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("郭磊"))).to_be_visible()
    expect(page.get_by_role("link", name="服务区域")).to_have_count(0)
    page.get_by_role("button", name="新增人员").click()
    # A unit enters who does its business; other posts are the centre's to give.
    expect(lead.dialog.get_by_label("客服热线业务负责人")).to_have_count(0)
    lead.dialog.get_by_label("姓名").fill("田野")
    lead.dialog.get_by_label("账号", exact=True).fill("tianye")
    lead.dialog.get_by_label("具体责任人").check()
    watched.shoot(page, "42-unit-staff")
    lead.dialog.get_by_role("button", name="保存").click()
    expect(lead.dialog.get_by_text("初始密码只显示这一次")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("row", name=re.compile("田野"))).to_contain_text("在岗")
    expect(page.get_by_role("button", name="修改胡军")).to_have_count(0)
    mine = page.get_by_role("button", name="我的状态")
    mine.focus()
    keyboard.press("Enter")
    lead.dialog.get_by_label("请假").check()
    keyboard.press("Enter")
    expect(lead.dialog).to_have_count(0)
    expect(mine).to_contain_text("请假")
    keyboard.expect_at(mine)
    keyboard.press("Enter")
    lead.dialog.get_by_label("在岗").check()
    keyboard.press("Enter")
    expect(mine).to_contain_text("在岗")


def test_roster(watched: Watched, stage: Stage, open_staff: Callable[..., Staff]) -> None:
    lead = open_staff("lead302")
    page = lead.page
    go(lead, stage, "roster")
    expect(page.get_by_text(re.compile("还有 \\d 天没排人"))).to_be_visible()
    page.get_by_role("button", name="排值班", exact=True).click()
    lead.dialog.get_by_label("谁值班").select_option("handler302")
    # It may be midnight before the test is over.
    lead.dialog.get_by_label("最后一天").fill((local_date(datetime.now(UTC)) + timedelta(days=1)).isoformat())
    lead.dialog.get_by_role("button", name="保存").click()
    now = page.get_by_label("现在谁值班")
    expect(now).to_contain_text("杨帆")
    watched.shoot(page, "44-roster")
    page.get_by_role("button", name=re.compile("先联系：杨帆")).first.click()
    lead.dialog.get_by_label("第几个联系").select_option("2")
    lead.dialog.get_by_role("button", name="保存").click()
    page.get_by_role("button", name=re.compile("第 1 替补：杨帆")).first.click()
    lead.dialog.get_by_role("button", name="去掉这次值班").click()
    expect(now).not_to_contain_text("杨帆")


def _shoot_on_a_phone(watched: Watched, page: Page) -> None:
    width, height = DESKTOP
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    watched.shoot(page, "43-import-phone")
    page.set_viewport_size({"width": width, "height": height})


def test_areas_and_a_table(watched: Watched, stage: Stage, open_staff: Callable[..., Staff]) -> None:
    centre = open_staff("remote1")
    page = centre.page
    go(centre, stage, "areas")
    page.get_by_role("button", name="新增区域").click()
    centre.dialog.get_by_label("区", exact=True).fill("历城区")
    centre.dialog.get_by_label("街道", exact=True).fill("洪家楼街道")
    centre.dialog.get_by_label("负责的单位").select_option("303")
    centre.dialog.get_by_role("button", name="保存").click()
    # Typing goes to where the focus is, and an open dialog keeps it.
    expect(centre.dialog).to_have_count(0)
    page.get_by_label("找地方").fill("洪家楼")
    expect(page.get_by_role("row", name=re.compile("洪家楼街道"))).to_contain_text("高新客户服务部")

    with page.expect_download() as exported:
        page.get_by_role("button", name="导出", exact=True).click()
    assert re.fullmatch(r"服务区域_\d{4}-\d\d-\d\d\.xlsx", exported.value.suggested_filename)
    sheet = load_workbook(BytesIO(exported.value.path().read_bytes())).active
    assert [cell.value for cell in sheet[2]] == ["历城区", "洪家楼街道", "其余地方", "高新客户服务部"]
    page.get_by_role("button", name="表格导入").click()
    with page.expect_download() as download:
        centre.dialog.get_by_role("link", name="下载现在的服务区域表").click()
    table = download.value.path().read_text(encoding="utf-8-sig")
    assert "历城区,洪家楼街道,,303" in table
    chooser = centre.dialog.locator("input[type=file]")
    wrong = table + "历城区,山大路街道,,999\r\n"
    chooser.set_input_files({"name": "areas.csv", "mimeType": "text/csv", "buffer": wrong.encode()})
    expect(centre.dialog.get_by_text("没有这个单位")).to_be_visible()
    expect(centre.dialog.get_by_role("button", name="确认导入")).to_have_count(0)
    watched.shoot(page, "42-import-refused")
    right = table + "历城区,山大路街道,,303\r\n"
    chooser.set_input_files({"name": "areas.csv", "mimeType": "text/csv", "buffer": right.encode()})
    expect(centre.dialog.get_by_text("新增 1")).to_be_visible()
    _shoot_on_a_phone(watched, page)
    centre.dialog.get_by_role("button", name="确认导入").click()
    expect(centre.dialog.get_by_text("都导入好了")).to_be_visible()
    page.keyboard.press("Escape")
    expect(centre.dialog).to_have_count(0)
    page.get_by_label("找地方").fill("山大路")
    page.get_by_role("button", name="修改山大路街道其余地方").click()
    centre.dialog.get_by_role("button", name="去掉", exact=True).click()
    centre.dialog.get_by_role("button", name="确定去掉").click()
    expect(page.get_by_text("没有这样的地方")).to_be_visible()
