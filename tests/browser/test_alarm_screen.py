"""An alarm before sign-in takes the screen of those on duty until somebody takes it, then of its unit's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from playwright.sync_api import expect

from tests.browser.people import Customer, Staff
from tests.browser.watched import Watched

# Counts the tones that a page plays, and tells whether anything can still be heard of them.
EAR = """
(() => {
  const heard = (window.heard = { tones: 0, isOn: () => contexts.some((one) => one.state === 'running') })
  const contexts = []
  const Real = window.AudioContext
  window.AudioContext = class extends Real {
    constructor(...told) {
      super(...told)
      contexts.push(this)
    }
    createOscillator() {
      const tone = super.createOscillator()
      const start = tone.start.bind(tone)
      tone.start = (...told) => {
        heard.tones += 1
        start(...told)
      }
      return tone
    }
  }
})()
"""
# The siren repeats two tones after this long.
ROUND_MS = 1_400


def listen(staff: Staff) -> None:
    """Listen to what the console plays, from now on."""
    staff.page.add_init_script(EAR)
    staff.page.reload()
    expect(staff.page.get_by_role("button", name="我的账号")).to_be_visible()


def expect_place_alone(staff: Staff) -> None:
    """A department that has no part in alarms hears it as well: the place, and neither words nor phone."""
    heard = staff.page.get_by_role("alertdialog")
    expect(heard.get_by_text("您的岗位不能接这个报警")).to_be_visible()
    expect(heard.get_by_text(re.compile("阳光小区"))).to_be_visible()
    expect(heard.get_by_text("很重的燃气味")).to_have_count(0)


def report_without_a_line(watched: Watched, customer: Customer) -> None:
    """Open the alarm in a dead spot, and try to send it there; the line is back afterwards."""
    # Whoever looks at the first page for a moment has the others as well, and finds this one in a dead spot.
    customer.page.wait_for_function(
        "() => performance.getEntriesByType('resource').some((one) => /pages-alarm-index/.test(one.name))"
    )
    watched.cut_line(customer.page)
    customer.press("燃气泄漏报警")
    expect(
        customer.page.get_by_text("关掉燃气总阀门").or_(customer.page.get_by_text("马上这样做")).first
    ).to_be_visible()
    send = customer.page.get_by_role("button", name="发出报警")
    call = customer.page.get_by_role("button", name=re.compile("^拨打客服热线"))
    # Nobody has to look for either: both stand on the first screen, one above the other.
    expect(send).to_be_in_viewport(ratio=1)
    expect(call).to_be_in_viewport(ratio=1)
    send.tap()
    expect(customer.page.get_by_text("请填一个能打通的电话")).to_be_in_viewport(ratio=1)
    customer.page.get_by_label("您的电话").fill("13812340003")
    customer.page.get_by_label("在哪里、什么情况").fill("阳光小区3幢楼道里有很重的燃气味")
    # Not sent, and nothing of it lost: the same button sends it once the line is back.
    send.tap()
    expect(customer.page.get_by_text(re.compile("网络没有连上，没有发出去。请直接拨打"))).to_be_visible()
    watched.shoot(customer.page, "22-alarm-no-line")
    watched.restore_line(customer.page)


def give_to_unit(watched: Watched, agent: Staff, lead: Staff, others: Iterable[Staff]) -> None:
    """Once the alarm is the unit's, it rings with who can send somebody, and with nobody else."""
    listen(lead)
    screen = lead.page.get_by_role("alertdialog")
    expect(screen).to_have_count(0)
    agent.act("已指导")
    # Still there to be written down.
    expect(agent.page.get_by_text("报警记录").first).to_be_visible()
    agent.button("派发工单").click()
    agent.confirm("派发工单")
    expect(screen.get_by_text("还没有安排抢修人员")).to_be_visible(timeout=4_500)
    lead.page.wait_for_function("() => heard.tones >= 4 && heard.isOn()")
    watched.shoot(lead.page, "25-alarm-of-the-unit")
    for one in others:
        assert not one.page.evaluate("heard.isOn()")
        expect(one.page.get_by_role("alertdialog")).to_have_count(0)
    screen.get_by_role("button", name="委派").click()
    expect(screen).to_have_count(0)
    lead.page.wait_for_function("() => !heard.isOn()")
    lead.dialog.get_by_role("radio").first.check()
    lead.confirm("委派人员")
    expect(screen).to_have_count(0)
    watched.shoot(lead.page, "26-alarm-somebody-sent")


def test_an_alarm_takes_the_screen(
    watched: Watched, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    agent, clerk, finance = open_staff("hotline1"), open_staff("remote1"), open_staff("finance301")
    for one in (agent, clerk, finance):
        listen(one)
    customer = open_customer()
    report_without_a_line(watched, customer)
    send = customer.page.get_by_role("button", name="发出报警")
    # Chosen as far as one knows it: an alarm asks for no door.
    customer.press(re.compile("^选择地址"))
    customer.page.get_by_label("所在区").select_option("历下区")
    customer.page.get_by_label("街道").select_option("泉城路街道")
    customer.page.get_by_label("小区").select_option("阳光小区")
    watched.shoot(customer.page, "22-alarm")
    customer.press("发出报警")
    screen = agent.page.get_by_role("alertdialog")
    # Well before the next look by the clock: the socket has said so.
    expect(screen).to_be_visible(timeout=4_500)
    expect(screen.get_by_text("楼道里有很重的燃气味")).to_be_visible()
    expect(screen.get_by_text(re.compile("泉城路街道.*阳光小区")).first).to_be_visible()
    watched.shoot(agent.page, "23-alarm-screen")
    # Who cannot take it hears it too, and calls out for somebody who can.
    expect(clerk.page.get_by_role("alertdialog").get_by_text("您的岗位不能接这个报警")).to_be_visible()
    watched.shoot(clerk.page, "23-alarm-screen-clerk")
    expect_place_alone(finance)
    watched.shoot(finance.page, "23-alarm-screen-finance")
    for one in (agent, clerk, finance):
        # It goes on and on.
        one.page.wait_for_function("() => heard.tones >= 6 && heard.isOn()")
    # Opened anew, the page says that the alarm was sent, and does not invite a second one.
    customer.page.reload()
    expect(customer.page.get_by_text("报警已收到")).to_be_visible()
    expect(send).to_have_count(0)
    expect(customer.page.get_by_text("再报一处")).to_be_visible()
    # A wrong digit is seen, and put right without giving all the rest once more.
    expect(customer.page.get_by_text("138 1234 0003")).to_be_visible()
    watched.shoot(customer.page, "22-alarm-sent")
    watched.check_access(customer.page, "alarm sent")
    customer.press("电话写错了，改好再报")
    expect(customer.page.get_by_label("您的电话")).to_have_value("13812340003")
    expect(customer.page.get_by_label("小区")).to_have_value("阳光小区")
    customer.page.reload()
    expect(customer.page.get_by_text("报警已收到")).to_be_visible()
    agent.press_for_command(screen.get_by_role("button", name=re.compile("^我来接")))
    expect(screen).to_have_count(0)
    for one in (clerk, finance):
        expect(one.page.get_by_role("alertdialog")).to_have_count(0)
    for one in (agent, clerk, finance):
        one.page.wait_for_function("() => !heard.isOn()")
        played = one.page.evaluate("heard.tones")
        one.page.wait_for_timeout(2 * ROUND_MS)
        assert one.page.evaluate("heard.tones") == played, "the siren goes on after the alarm was taken"
    expect(agent.button("已指导")).to_be_visible()
    watched.shoot(agent.page, "24-alarm-taken")
    give_to_unit(watched, agent, open_staff("lead301"), (agent, clerk, finance))
