"""The whole story in a browser: apply, return, mend, dispatch, book, visit, close and rate."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Response, expect

from tests.browser.people import PHONE_OF, Customer, Staff
from tests.browser.watched import Watched
from tests.pictures import make_noise_photo, make_photo

PHONE_NO = "13812340001"


def test_story(
    watched: Watched, open_customer: Callable[[], Customer], open_staff: Callable[..., Staff]
) -> None:
    customer = open_customer()
    expect(customer.page.get_by_text("我要办理")).to_be_visible()
    watched.shoot(customer.page, "01-home")
    customer.sign_in(PHONE_NO)
    customer.press(re.compile("^报修"))
    customer.fill_repair("李小明", PHONE_NO, make_photo())
    watched.shoot(customer.page, "02-form")
    clerk, colleague = open_staff("remote1"), open_staff("remote2")
    colleague.page.get_by_label("队列").get_by_role("button", name=re.compile("^待受理")).click()
    customer.press("提交申请")
    case_no = customer.read_case_no()
    watched.shoot(customer.page, "03-sent")
    # A colleague's list is alive: rows come and go without anybody's doing there.
    row = colleague.page.locator(f"#row-{case_no}")
    expect(row).to_be_visible()
    _apply_once_more(watched, customer, case_no)

    _review_and_return(watched, clerk, case_no)
    expect(row).to_have_count(0)
    _look_what_waits(watched, customer, case_no)
    _mend(watched, customer)
    _review_again(watched, clerk, case_no)
    _call_the_unit(watched, customer)

    lead = open_staff("lead301")
    lead.open_case(case_no)
    # Whoever waits impatiently is seen by who has to act.
    expect(lead.page.locator(f"#row-{case_no}")).to_contain_text("催办")
    lead.button("委派师傅").click()
    lead.dialog.get_by_text("张伟").click()
    watched.shoot(lead.page, "10-assign")
    lead.confirm("委派师傅")

    _book(watched, customer)
    lead.open_case(case_no)
    expect(lead.page.get_by_text("承接的工单在等您：受理申请")).to_be_visible()
    watched.shoot(lead.page, "13-taken-over")
    handler = open_staff("handler301", on_phone=True)
    _set_off(watched, customer, handler)
    child_no = handler.page.url.rpartition("/")[2]
    _forward(watched, customer, handler, open_staff("works301"), child_no)
    _send_to_test(watched, lead, child_no)
    _repair(watched, handler, child_no)

    lead.open_case(case_no)
    lead.button("回复工单").click()
    lead.dialog.get_by_label("回复内容").fill("已修好，客户试用正常。")
    watched.shoot(lead.page, "18-reply")
    lead.confirm("回复工单")
    clerk.open_case(case_no)
    watched.shoot(clerk.page, "18-close")
    clerk.act("办结并邀请评价")
    _rate(watched, customer)


def _apply_once_more(watched: Watched, customer: Customer, case_no: str) -> None:
    """The same for the same address: taken up again nothing is typed twice, and the open case is shown."""
    page = customer.page
    customer.go("home")
    customer.press(re.compile("^报修"))
    customer.fill_repair("李小明", PHONE_NO, make_photo())
    expect(page.get_by_text("填的内容已自动保存")).to_be_visible()
    customer.press("返回")
    customer.press(re.compile("报修还没填完"))
    expect(page.get_by_text(re.compile("已接上 .+ 保存的内容"))).to_be_visible()
    for label, value in (("您的姓名", "李小明"), ("楼栋", "3幢"), ("门牌号", "501")):
        expect(page.get_by_label(label)).to_have_value(value)
    expect(page.get_by_label("情况说明")).to_have_value(re.compile("换过电池也不行"))
    expect(page.get_by_role("radio", name="灶具打不着火")).to_be_checked()
    expect(page.get_by_role("button", name=re.compile("查看第 1 份"))).to_be_visible()
    watched.shoot(page, "03-draft-resumed")
    watched.expect_refusals("duplicate_open")
    customer.press("提交申请")
    expect(page.get_by_text("同一地址已有一件在办")).to_be_visible()
    watched.shoot(page, "03-same-address")
    customer.press("查看已有的这件")
    assert customer.read_case_no() == case_no


def _look_what_waits(watched: Watched, customer: Customer, case_no: str) -> None:
    page = customer.page
    customer.go("home")
    card = page.get_by_role("button", name=re.compile("去修改"))
    first, tiles = card.bounding_box(), page.get_by_text("我要办理").bounding_box()
    expect(page.get_by_role("heading", name="等您处理")).to_be_visible()
    assert first is not None and tiles is not None and first["y"] < tiles["y"]
    watched.shoot(page, "07-home-waiting")
    # What waits is one tap away.
    card.tap()
    expect(page.get_by_role("heading", name="修改申请", level=1)).to_be_visible()
    customer.go("case", no=case_no)


def _call_the_unit(watched: Watched, customer: Customer) -> None:
    """From dispatch on there is somebody to call: the unit, as long as nobody is named."""
    # What was true on the way back from mending is not said for ever.
    expect(customer.page.get_by_text("客服会再看一遍")).to_have_count(0)
    expect(customer.page.get_by_text("联系人：历下客户服务部 李建国")).to_be_visible()
    _expect_call(customer.page, f"历下客户服务部 李建国，{PHONE_OF['lead301']}")
    watched.shoot(customer.page, "09-dispatched")
    customer.urge_after_a_while()
    expect(customer.page.get_by_text("已催办")).to_be_visible()
    watched.shoot(customer.page, "09-urged")


def _expect_call(page: Page, whom: str) -> None:
    expect(page.get_by_role("button", name=f"打电话给{whom}", exact=True)).to_be_visible()


def _review_and_return(watched: Watched, clerk: Staff, case_no: str) -> None:
    clerk.open_case(case_no)
    watched.shoot(clerk.page, "04-accept")
    clerk.act("受理")
    clerk.open_case(case_no)
    clerk.page.get_by_role("button", name="现场照片：要改").click()
    clerk.page.get_by_role("combobox", name="现场照片要改的原因").fill("照片看不清，请对准灶具再拍一张")
    clerk.page.keyboard.press("Enter")
    watched.shoot(clerk.page, "05-review")
    clerk.button("退回申请").click()
    watched.shoot(clerk.page, "06-return")
    clerk.confirm("退回申请")


def _mend(watched: Watched, customer: Customer) -> None:
    page = customer.page
    expect(page.get_by_text("有 1 处要改")).to_be_visible()
    expect(page.get_by_text("照片看不清，请对准灶具再拍一张")).to_be_visible()
    watched.shoot(page, "07-returned")
    customer.press("去修改")
    expect(page.get_by_text("只有这几处可以改")).to_be_visible()
    expect(page.get_by_label("您的姓名")).to_have_count(0)
    # The form lets photos be left out; what came back has to come anew, and not as it was.
    expect(page.get_by_text("（可不填）")).to_have_count(0)
    customer.press("再次提交")
    expect(page.get_by_text("这一处还没改")).to_have_count(1)
    customer.press(re.compile("删除第 1 份"))
    customer.add_photo("better.jpg", make_photo(size=(800, 600), colour="seagreen"))
    watched.shoot(page, "08-mend")
    expect(page.get_by_text("已改")).to_be_visible()
    customer.press("再次提交")
    expect(page.get_by_text("客服会再看一遍")).to_be_visible()
    page.reload()
    expect(page.get_by_text("客服会再看一遍")).to_be_visible()
    expect(page.get_by_text("有 1 处要改")).to_have_count(0)


def _review_again(watched: Watched, clerk: Staff, case_no: str) -> None:
    clerk.open_case(case_no)
    clerk.act("受理")
    clerk.open_case(case_no)
    _compare_photos(watched, clerk)
    clerk.button("审核通过").click()
    expect(clerk.dialog.get_by_text("退回过的“现场照片”还没有看过标记，确定通过？")).to_be_visible()
    watched.shoot(clerk.page, "09-unmarked")
    clerk.confirm("确定通过")
    clerk.open_case(case_no)
    clerk.button("派发工单").click()
    expect(clerk.dialog.get_by_text("历下客户服务部")).to_be_visible()
    watched.shoot(clerk.page, "09-dispatch")
    clerk.confirm("派发工单")


def _compare_photos(watched: Watched, clerk: Staff) -> None:
    """Beside the form both photos are seen at once, and grow and turn together."""
    viewer = clerk.page.get_by_role("region", name="资料")
    photos = viewer.locator(".frame img")
    expect(photos).to_have_count(2)
    for photo in photos.all():
        expect(photo).to_be_in_viewport(ratio=1)
    expect(viewer.get_by_text("原来的", exact=True)).to_be_visible()
    expect(viewer.get_by_text("重新交的", exact=True)).to_be_visible()
    watched.shoot(clerk.page, "09-second-review")
    viewer.get_by_role("button", name="放大").click()
    viewer.get_by_role("button", name="旋转").click()
    for photo in photos.all():
        expect(photo).to_have_attribute("style", re.compile(r"rotate\(90deg\) scale\(1\.25\)"))
    watched.shoot(clerk.page, "09-zoomed")
    viewer.get_by_role("button", name="对比").click()
    expect(photos).to_have_count(1)


def _book(watched: Watched, customer: Customer) -> None:
    page = customer.page
    customer.press("去预约上门时间")
    # So far off that the handler is asked: booked, changed, called off, and booked again.
    customer.hold_hour("14:00–15:00")
    watched.shoot(page, "11-book")
    customer.press("确认预约")
    expect(page.get_by_text(re.compile("14:00–15:00")).first).to_be_visible()
    customer.press("改时间或取消")
    customer.hold_hour("15:00–16:00")
    watched.shoot(page, "11-rebook")
    customer.press("确认改约")
    expect(page.get_by_role("heading", name=re.compile("15:00–16:00 上门维修$"))).to_be_visible()
    expect(page.get_by_text(re.compile("14:00–15:00"))).to_have_count(0)
    customer.press("改时间或取消")
    customer.press("取消这次预约")
    customer.press("取消预约")
    expect(page.get_by_text("现在约的是")).to_have_count(0)
    customer.hold_hour("16:00–17:00")
    customer.press("确认预约")
    expect(page.get_by_text(re.compile("约好的上门.+时间"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"^已约好 .+ \d\d:00–\d\d:00 上门"))).to_be_visible()
    _unfold_progress(customer)
    watched.shoot(page, "12-booked")


def _unfold_progress(customer: Customer) -> None:
    steps = customer.page.get_by_role("listitem")
    expect(steps).to_have_count(5)
    expect(steps.first).to_have_text(re.compile(r"已办 \d+ 步"))
    more = customer.page.get_by_role("button", name=re.compile("^查看全部"))
    expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    customer.page.keyboard.press("Enter")
    expect(steps).not_to_have_count(5)
    customer.press("收起")
    expect(steps).to_have_count(5)


def _set_off(watched: Watched, customer: Customer, handler: Staff) -> None:
    """The customer sees how far the handler is until the arrival, and nothing of it afterwards."""
    handler.page.get_by_text("李**").or_(handler.page.get_by_text(re.compile("报修"))).first.wait_for()
    watched.shoot(handler.page, "13-day")
    handler.page.get_by_role("link", name=re.compile("受理申请")).click()
    handler.act_in_field("受理")
    handler.page.get_by_role("button", name="出发", exact=True).click()
    expect(handler.dialog.get_by_text(re.compile("现在出发早了 .*，确定出发？"))).to_be_visible()
    watched.shoot(handler.page, "14-early")
    handler.confirm("现在出发")
    expect(handler.page.get_by_text("客户能看到您离他多远")).to_be_visible()
    watched.shoot(handler.page, "14-on-the-way")

    page, told = customer.page, list[Response]()
    page.on("response", lambda one: told.append(one) if one.url.endswith("/visit") else None)
    contact = {"name": "张伟", "phone": PHONE_OF["handler301"]}
    _expect_call(page, f"{contact['name']}，{contact['phone']}")
    watched.shoot(page, "14-handler-set-off")
    customer.press(re.compile("师傅已出发"))
    expect(page.get_by_text("距离")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="打电话给师傅")).to_be_visible()
    seen = told[-1].json()
    assert (seen["state"], seen["handler"]) == ("set_off", contact)
    assert seen["distance_m"] >= 0 and seen["eta_minutes"] >= 0 and seen["seen_at"], seen
    watched.shoot(page, "15-distance")
    handler.act_in_field("已到达")
    expect(page.get_by_text("师傅已到", exact=True)).to_be_visible()
    expect(page.get_by_text("距离")).to_have_count(0)
    nothing = {"distance_m": None, "eta_minutes": None, "seen_at": None}
    assert told[-1].json() == {"state": "arrived", "handler": contact, **nothing}
    watched.shoot(page, "15-arrived")
    customer.press("返回")


def _forward(watched: Watched, customer: Customer, handler: Staff, works: Staff, child_no: str) -> None:
    """What cannot be mended on the spot goes to another department; the customer's line does not break."""
    handler.page.get_by_role("button", name="转工程部门", exact=True).click()
    # What was found and its photo go along.
    handler.dialog.get_by_label("现场结果").fill("阀门要换，需要工程人员")
    handler.add_photo(make_photo())
    watched.shoot(handler.page, "15-forward")
    handler.confirm("转工程部门")
    expect(customer.page.get_by_text("现场修不好，工程人员正在处理", exact=True)).to_be_visible()
    watched.shoot(customer.page, "15-forwarded")
    works.open_case(child_no)
    works.act("不收费")
    works.open_case(child_no)
    works.button("完成维修").click()
    works.dialog.get_by_label("现场结果").fill("换了阀门。")
    works.add_photo(make_photo())
    watched.shoot(works.page, "15-works")
    works.confirm("完成维修")


def _send_to_test(watched: Watched, lead: Staff, child_no: str) -> None:
    """Whoever mended it, the unit's own people test the pressure."""
    lead.open_case(child_no)
    lead.button("委派师傅试压点火").click()
    lead.dialog.get_by_text("张伟").click()
    watched.shoot(lead.page, "15-send-to-test")
    lead.confirm("委派师傅试压点火")


def _repair(watched: Watched, handler: Staff, child_no: str) -> None:
    page = handler.page
    page.goto(page.url.partition("#")[0] + f"#/field/{child_no}")
    page.reload()
    page.get_by_role("button", name="试压不合格", exact=True).click()
    handler.dialog.get_by_role("combobox", name="原因").fill("点火针也要换")
    handler.confirm("试压不合格")
    page.get_by_role("button", name="完成维修").click()
    handler.dialog.get_by_label("现场结果").fill("换了点火针，打火正常。")
    handler.add_photo(make_photo(colour="seagreen"))
    watched.shoot(page, "16-result")
    handler.confirm("完成维修")
    handler.decide_in_field("试压合格")
    page.get_by_role("button", name="交付使用").click()
    handler.sign_on_glass()
    # Closing the sheet by mistake loses nothing of it.
    drawn = handler.read_glass()
    handler.dialog.get_by_role("button", name="先不办").click()
    page.get_by_role("button", name="交付使用").click()
    glass = handler.dialog.locator("canvas").element_handle()
    page.wait_for_function(
        "([board, drawn]) => board.toDataURL() === drawn", arg=[glass, drawn], timeout=10_000
    )
    watched.shoot(page, "17-signature")
    handler.confirm("交付使用")
    handler.act_in_field("已宣传")


def _rate(watched: Watched, customer: Customer) -> None:
    page = customer.page
    expect(page.get_by_text(re.compile(r"^已于 .+ 上门$"))).to_be_visible()
    expect(page.get_by_text(re.compile("约好的上门.+时间"))).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^打电话给"))).to_have_count(0)
    watched.shoot(page, "23-visited")
    customer.press("去评价")
    page.get_by_role("radio", name=re.compile("^5 星")).click()
    watched.shoot(page, "19-rate")
    customer.press("提交评价")
    expect(page.get_by_role("heading", name="您的评价", exact=True)).to_be_visible()
    watched.shoot(page, "20-completed")


def test_withdrawing(watched: Watched, open_customer: Callable[[], Customer]) -> None:
    customer = open_customer()
    customer.sign_in("13812340002")
    customer.press(re.compile("^报修"))
    # The phone that one signed in with need not be typed again.
    expect(customer.page.get_by_label("手机号")).to_have_value("13812340002")
    customer.page.get_by_label("情况说明").fill("厨房闻到煤气味")
    customer.page.get_by_label("您的姓名").focus()
    expect(customer.page.get_by_text("闻到燃气味，或怀疑漏气？")).to_be_visible()
    watched.shoot(customer.page, "40-leak-asked")
    customer.press("不是漏气，接着填")
    customer.fill_repair("王芳", "13812340002", make_photo())
    customer.press(re.compile("删除第 1 份"))
    expect(customer.page.get_by_text("0/6 份")).to_be_visible()
    customer.press("撤销，放回去")
    expect(customer.page.get_by_text("1/6 份")).to_be_visible()
    _watch_an_upload(watched, customer)
    _try_a_file_that_is_no_photo(watched, customer)
    customer.press("不传这一份，直接提交")
    customer.read_case_no()
    customer.press("不想办了，撤回申请")
    customer.press(re.compile("^撤回申请$"))
    expect(customer.page.get_by_text("不想办了，撤回申请")).to_have_count(0)
    expect(customer.page.get_by_text("您撤回了申请")).to_be_visible()
    watched.shoot(customer.page, "21-withdrawn")
    customer.go("home")
    customer.page.get_by_role("switch").click()
    expect(customer.page.get_by_role("button", name="账号与隐私")).to_be_visible()


def _try_a_file_that_is_no_photo(watched: Watched, customer: Customer) -> None:
    """Words tell what will do; sending the same file again is not offered, and it holds up nothing."""
    page = customer.page
    watched.expect_refusals("file_kind_refused")
    expect(page.get_by_text("可传照片（JPG、PNG）")).to_be_visible()
    customer.choose_photo("notes.txt", b"no photo")
    expect(page.get_by_text("notes.txt：这种文件传不了，请传照片（JPG、PNG）")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^重传"))).to_have_count(0)
    expect(page.get_by_role("button", name="换一张：notes.txt")).to_be_visible()
    watched.shoot(page, "22-refused-file")


def _watch_an_upload(watched: Watched, customer: Customer) -> None:
    """On a slow line the photo's way up is seen, and the form is not handed in without it."""
    page = customer.page
    line = page.context.new_cdp_session(page)
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1}
    line.send("Network.emulateNetworkConditions", {**speed, "uploadThroughput": 150_000})
    customer.choose_photo("large.png", make_noise_photo((400, 400)))
    expect(page.get_by_text(re.compile(r"^上传 [1-9]\d?%$"))).to_be_visible()
    expect(page.get_by_text("文件正在上传，传完就能提交")).to_be_visible()
    expect(page.get_by_role("button", name="提交申请")).to_be_disabled()
    watched.shoot(page, "21-uploading")
    line.send("Network.emulateNetworkConditions", {**speed, "uploadThroughput": -1})
    expect(page.get_by_text("2/6 份")).to_be_visible()
    expect(page.get_by_role("button", name="提交申请")).to_be_enabled()
