"""The centre keeps the hall running: failed jobs, the calendar, and the page of the interface."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine, create_engine, text

from backend.core.database import make_engine_options
from backend.core.local_time import local_date
from tests.browser.people import DESKTOP, PHONE_OF, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched

MATTER = "prepared for the console"
LAST_DAY = "2026年12月31日"


@pytest.fixture
def engine(stage: Stage) -> Iterator[Engine]:
    """Yield the hall's database."""
    engine = create_engine(stage.database_url, **make_engine_options(1))
    yield engine
    engine.dispose()


def prepare_failure(engine: Engine, username: str) -> int:
    """Promise somebody a text message that was tried in vain until it was given up; returns its number."""
    with engine.begin() as connection:
        staff_id = connection.execute(
            text("SELECT id FROM staff WHERE username = :username"), {"username": username}
        ).scalar_one()
        notice_id = connection.execute(
            text(
                "INSERT INTO staff_notice (kind, subject, staff_id, params, told_at)"
                " VALUES ('calendar', :subject, :staff_id, ARRAY[:last_day], now()) RETURNING id"
            ),
            {"subject": MATTER, "staff_id": staff_id, "last_day": LAST_DAY},
        ).scalar_one()
        promised = connection.execute(
            text(
                "INSERT INTO outbox (topic, payload, state, attempt, created_at, started_at, error)"
                " VALUES ('notify_staff', jsonb_build_object('notice_id', CAST(:notice_id AS bigint),"
                " 'staff_id', CAST(:staff_id AS bigint), 'case_id', NULL), 'failed', 5, now(), now(),"
                " 'ConnectTimeout') RETURNING id"
            ),
            {"notice_id": notice_id, "staff_id": staff_id},
        ).scalar_one()
    return int(promised)


def read_state(engine: Engine, promised: int) -> str:
    with engine.connect() as connection:
        state = connection.execute(text("SELECT state FROM outbox WHERE id = :id"), {"id": promised})
        return str(state.scalar_one())


def test_a_failed_job_is_tried_again(
    watched: Watched, stage: Stage, engine: Engine, open_staff: Callable[..., Staff]
) -> None:
    manager = open_staff("manager1")
    page = manager.page
    page.get_by_role("link", name="运行维护").click()
    expect(page.get_by_text("没有失败的任务，一切正常。")).to_be_visible()
    promised = prepare_failure(engine, "lead302")
    page.get_by_role("button", name="重新读取").click()
    row = page.get_by_role("row", name=re.compile("提醒工作人员"))
    expect(row).to_contain_text("对方没有及时回应")
    expect(row).to_contain_text("5 次")
    watched.shoot(page, "26-failed-job")
    row.get_by_role("button", name="再试一次：提醒工作人员").click()
    expect(page.get_by_text("已重新排队，稍后会再做一次。")).to_be_visible()
    expect(row).to_have_count(0)
    deadline = time.monotonic() + 60
    while not any(LAST_DAY in one for one in stage.list_texts(PHONE_OF["lead302"])):
        assert time.monotonic() < deadline, stage.tail("worker")
        time.sleep(0.2)
    # The phone has it a moment before the relay writes down that it went out.
    while read_state(engine, promised) != "sent":
        assert time.monotonic() < deadline, stage.tail("worker")
        time.sleep(0.2)
    page.reload()
    expect(page.get_by_text("没有失败的任务，一切正常。")).to_be_visible()


def test_a_day_of_the_calendar_is_changed(
    watched: Watched, stage: Stage, open_staff: Callable[..., Staff]
) -> None:
    manager = open_staff("manager1")
    page = manager.page
    page.goto(f"{stage.url}/console/#/operations/calendar")
    day = page.locator(f"#day-{date(local_date(datetime.now(UTC)).year, 12, 31).isoformat()}")
    expect(day).to_be_visible()
    expect(day).not_to_have_attribute("aria-label", re.compile("盘点"))
    day.click()
    manager.dialog.get_by_label("休息").check()
    manager.dialog.get_by_label("说明").fill("年终盘点")
    watched.shoot(page, "27-calendar-day")
    manager.dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_text("未超期的期限会重新计算")).to_be_visible()
    expect(day).to_have_attribute("aria-label", re.compile("休息，年终盘点$"))
    page.reload()
    expect(day).to_have_attribute("aria-label", re.compile("休息，年终盘点$"))
    day.click()
    manager.dialog.get_by_label("上班").check()
    manager.dialog.get_by_role("button", name="保存").click()
    expect(day).to_have_attribute("aria-label", re.compile("上班"))


def test_a_contract_template_is_mended_line_by_line_and_imported(
    watched: Watched, stage: Stage, open_staff: Callable[..., Staff]
) -> None:
    watched.expect_refusals("template_unknown_blank")
    manager = open_staff("manager1")
    page = manager.page
    page.goto(f"{stage.url}/console/#/operations/templates")
    expect(page.get_by_text("程序自带的样本")).to_have_count(4)
    watched.shoot(page, "28-templates")
    page.get_by_role("link", name="查看和导入：供用气合同(居民客户)").click()
    text = page.get_by_label("合同正文")
    expect(text).to_have_value(re.compile("居民生活用气"))
    shipped = text.input_value()
    wording = shipped.replace("{{gas_kind}}", "{{gas_kinds}}")
    file = {"name": "合同.txt", "mimeType": "text/plain", "buffer": wording.encode()}
    page.get_by_label("导入文本文件").set_input_files([file])
    fault = page.get_by_role("button", name=re.compile("到第 .* 行"))
    expect(fault).to_contain_text("“供气种类”，写作 {{gas_kind}}")
    watched.shoot(page, "28-template-problem")
    fault.click()
    expect(text).to_be_focused()
    text.fill(shipped.replace("# 第九条 其他", "# 第九条 附则"))
    expect(fault).to_have_count(0)
    with page.expect_popup() as opened, page.expect_response(re.compile("preview.pdf")) as printed:
        page.get_by_role("button", name="预览填好的样子").click()
    assert printed.value.status == 200
    opened.value.close()
    page.get_by_role("button", name="存为新版本").click()
    expect(page.get_by_text("已存为新版本").first).to_be_visible()
    versions = page.get_by_role("list", name="版本").get_by_role("listitem")
    expect(versions).to_have_count(2)
    watched.shoot(page, "28-template")
    page.set_viewport_size({"width": 390, "height": 844})
    watched.shoot(page, "28-template-phone")
    # The shipped sample is taken back; what was imported stays to be read.
    page.get_by_role("button", name="取回这一版：程序自带").click()
    expect(text).to_have_value(shipped)
    page.get_by_role("button", name="存为新版本").click()
    expect(versions).to_have_count(3)


def test_the_interfaces_page_needs_nothing_from_outside(watched: Watched) -> None:
    page = watched.open(DESKTOP, "/api/docs/")
    expect(page.get_by_text("网上服务大厅").first).to_be_visible()
    submit = page.get_by_text("/api/v1/applications", exact=True).first
    # The page draws only what one has scrolled to.
    for _ in range(150):
        if submit.count():
            break
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(100)
    expect(submit).to_be_visible()
    submit.click()
    expect(page.get_by_text("command_id").first).to_be_visible()
    # What is asked of other hosts is a complaint; the page's looks are its library's own.
    page.wait_for_load_state("networkidle")
