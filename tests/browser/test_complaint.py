"""A complaint of level 3, told on the telephone: dispatched, handled, reviewed and called back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import DESKTOP, PHONE, PHONE_OF, Staff
from tests.browser.stage import Stage
from tests.browser.watched import Watched
from tests.pictures import make_photo

CALLER, PHONE_NO = "周桂英", "13512340099"
PLACE = {
    "区": "历下区",
    "街道": "泉城路街道",
    "小区": "阳光小区",
    "楼栋": "5",
    "单元": "1",
    "门牌号": "602",
}


def test_a_complaint_of_level_3_within_its_three_hours(
    watched: Watched, stage: Stage, open_staff: Callable[..., Staff]
) -> None:
    agent = open_staff("hotline1")
    case_no = _write_down(watched, agent.page, stage)
    # The level was said at the intake, so what will hold is told from the first step on.
    expect(agent.page.get_by_text("3级投诉：处理起 3小时内答复")).to_be_visible()
    # One step after the other, and the case stays on the screen while the caller waits.
    agent.act("受理")
    pressed = agent.button("新投诉").bounding_box()
    agent.act("新投诉")
    expect(agent.button("3级投诉")).to_have_class(re.compile("primary"))
    watched.shoot(agent.page, "complaint-02-level")
    # What ends the case never comes under the cursor that has just pressed something else.
    grave = agent.button("终止办理").bounding_box()
    assert pressed is not None and grave is not None
    assert grave["x"] > pressed["x"] + pressed["width"]
    agent.act("3级投诉")
    agent.button("记录并派发").click()
    watched.shoot(agent.page, "complaint-02-dispatch")
    agent.confirm("记录并派发")
    agent.act("没有其他诉求")
    # The caller is still on the line, and is told the moment.
    expect(agent.page.get_by_text(re.compile(r"已派单，答应来电人 .* 前答复"))).to_be_visible()

    lead = open_staff("lead301")
    lead.open_case(case_no)
    # The three hours run day and night from dispatch on, whatever the time.
    expect(lead.page.get_by_text(re.compile(r"答应来电人：.* 前答复（3小时）")).first).to_be_visible()
    expect(lead.page.get_by_text(re.compile(r"剩2小时5\d分")).first).to_be_visible()
    expect(lead.page.get_by_text("3级投诉", exact=True).first).to_be_visible()
    watched.shoot(lead.page, "complaint-03-three-hours")
    lead.button("委派人员").click()
    lead.dialog.get_by_text("张伟").click()
    lead.confirm("委派人员")

    _call_again(watched, stage, agent, case_no)
    handler = open_staff("handler301")
    _handle(handler, case_no, "已上门致歉并说明。", make_photo())
    lead.open_case(case_no)
    lead.button("退回重办").click()
    lead.dialog.get_by_role("combobox", name=re.compile("原因|说明")).fill("没有写迟到的原因")
    lead.confirm("退回重办")
    _handle(handler, case_no, "前一户抢修耽误了，已致歉，改为提前告知。", make_photo(colour="seagreen"))
    lead.open_case(case_no)
    lead.act("审核通过")
    lead.open_case(case_no)
    lead.button("回复工单").click()
    lead.dialog.get_by_label("回复内容").fill("已上门致歉，今后迟到先打电话。")
    watched.shoot(lead.page, "complaint-04-reply")
    lead.confirm("回复工单")
    _call_back(watched, stage, agent, case_no)


def _write_down(watched: Watched, page: Page, stage: Stage) -> str:
    page.goto(f"{stage.url}/console/#/new-case")
    page.get_by_role("searchbox", name="找业务").fill("投诉")
    page.get_by_role("button", name=re.compile("投诉.*2、3级")).click()
    page.get_by_label("姓名", exact=True).fill(CALLER)
    page.get_by_label("联系电话").fill(PHONE_NO)
    for part, typed in PLACE.items():
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_label("投诉什么").fill("约好上午九点修灶具，下午三点才来，也没有打电话。")
    page.get_by_label("投诉级别").select_option("3级投诉")
    watched.shoot(page, "complaint-01-intake")
    page.get_by_role("button", name="建工单").click()
    expect(page).to_have_url(re.compile(r"/cases/\d+$"))
    return page.url.rsplit("/", 1)[1]


def _call_again(watched: Watched, stage: Stage, agent: Staff, case_no: str) -> None:
    """The customer calls again: the agent reads out how it stands, urges for them and notes what they say."""
    page = agent.page
    page.goto(f"{stage.url}/console/#/calls")
    expect(page.get_by_label("客户报的号码或地址")).to_be_focused()
    page.keyboard.type(PHONE_NO)
    page.keyboard.press("Enter")
    told = page.get_by_role("article", name=f"办件 {case_no}")
    expect(told.get_by_text("张伟", exact=True)).to_be_visible()
    expect(told.get_by_text(re.compile(r"答应来电人：.* 前答复（3小时）"))).to_be_visible()
    expect(told.get_by_role("link", name=PHONE_OF["handler301"])).to_be_visible()
    # Masked, for whoever calls says who they are.
    expect(page.get_by_text(CALLER)).to_have_count(0)
    told.get_by_label("客户留的话").fill("下午三点以后才在家")
    told.get_by_role("button", name="记下来").click()
    expect(page.get_by_text("留言已记在这件上")).to_be_visible()
    told.get_by_role("button", name="替客户催办").click()
    expect(told.get_by_text("后可以再催")).to_be_visible()
    watched.shoot(page, "complaint-03-called")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    watched.shoot(page, "complaint-03-called-phone")
    page.get_by_role("button", name=re.compile("先核实身份")).click()
    page.get_by_label("表号").fill("M0000001")
    expect(page.get_by_role("button", name="核对")).to_be_disabled()
    page.get_by_label("姓名", exact=True).fill(CALLER)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("核对不上")).to_be_visible()
    watched.shoot(page, "complaint-03-identity-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


def _handle(handler: Staff, case_no: str, result: str, photo: bytes) -> None:
    handler.open_case(case_no)
    handler.button("处理完成").click()
    handler.dialog.get_by_label("处理结果").fill(result)
    handler.add_photo(photo)
    handler.confirm("处理完成")


def _call_back(watched: Watched, stage: Stage, agent: Staff, case_no: str) -> None:
    """The revisit is a case of its own, which the complaint leads to."""
    page = agent.page
    agent.open_case(case_no)
    expect(page.get_by_text("承接的工单在等您：致电客户")).to_be_visible()
    page.get_by_role("button", name="去办理").click()
    expect(page).to_have_url(re.compile(rf"/cases/(?!{case_no})\d+$"))
    revisit_no = page.url.rsplit("/", 1)[1]
    # What the caller was promised is read by whoever calls them back.
    expect(page.get_by_text(re.compile(r"答应来电人：.* 前答复（3小时）")).first).to_be_visible()
    expect(page.get_by_text("3级投诉", exact=True).first).to_be_visible()
    for step in ("已接通", "方便", "已回访", "已宣传并致谢"):
        agent.open_case(revisit_no)
        agent.act(step)
    agent.open_case(revisit_no)
    agent.button("记录回访结果").click()
    agent.dialog.get_by_label(re.compile("结果")).fill("客户表示满意。")
    watched.shoot(page, "complaint-05-revisit")
    agent.confirm("记录回访结果")
    page.goto("about:blank")
    page.goto(f"{stage.url}/console/#/cases/{case_no}")
    expect(page.get_by_text("已办结").first).to_be_visible()
    expect(page.get_by_text("按时做到")).to_be_visible()
    # What the customer said on the telephone does not stand in the place of what was done.
    expect(page.get_by_text("前一户抢修耽误了，已致歉，改为提前告知。")).to_be_visible()
    watched.shoot(page, "complaint-06-ended")
