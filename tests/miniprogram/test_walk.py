"""The compiled mini-program on a running hall: apply, return, resubmit, book, rate, and be told of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from tests.browser.stage import Stage, ask
from tests.miniprogram.phone import Phone
from tests.miniprogram.staff import Staff
from tests.pictures import make_photo

# Does not follow the official account, so that no other message can stand in for a subscribe message.
USER = "chen"
CONTACT_PHONE = "13912340002"
REASON = "照片看不清，请对准灶具再拍一张"
# Template purpose → how many messages were allowed at the three taps, and how many were sent.
ALLOWED = {"correction": 2, "progress": 3, "visit": 3, "rating": 1}
SENT = {"correction": 1, "progress": 2, "visit": 2, "rating": 1}


def test_the_mini_program_walks_the_story(
    hall: tuple[Stage, Engine],
    pick_up: Callable[[str], Phone],
    employ: Callable[[str], Staff],
    tmp_path: Path,
) -> None:
    stage, engine = hall
    phone = pick_up(USER)
    sign_in(phone)
    case_no = apply(phone, take(tmp_path, "dark.jpg", (640, 480)))
    clerk = employ("remote1")
    clerk.act(case_no, "accept")
    clerk.act(case_no, "return", corrections=[{"item": "fault_photos", "reason": REASON}])
    mend(phone, take(tmp_path, "better.jpg", (800, 600)))
    clerk.act(case_no, "accept")
    assert clerk.read(case_no)["changed_items"] == ["fault_photos"]
    clerk.act(case_no, "pass")
    clerk.act(case_no, "dispatch", unit_code="301")
    lead = employ("lead301")
    lead.act(case_no, "assign", handler="handler301")
    book(phone)
    child_no = lead.read(case_no)["child"]["case_no"]
    visit(phone, employ("handler301"), child_no)
    lead.act(case_no, "reply", reason="已修好，客户试用正常。")
    clerk.act(case_no, "close")
    rate(phone)

    # Each step of the staff was told by the socket; the pages were not merely looking again now and then.
    hints = phone.read_transcript().count(f'socket ← {{"topic": "case:{case_no}"')
    assert hints >= 5, phone.read_transcript()
    check_case(engine, case_no)
    check_deliveries(phone, stage, engine, case_no)
    read_messages(phone)
    assert phone.list_complaints() == [], phone.read_transcript()


def take(folder: Path, name: str, size: tuple[int, int]) -> Path:
    """Return the file of a photo."""
    file = folder / name
    file.write_bytes(make_photo(size=size))
    return file


def sign_in(phone: Phone) -> None:
    phone.open("/pages/home/index")
    phone.see("燃气泄漏报警", "报修")
    phone.tap("登录")
    phone.tap("微信一键登录")
    phone.see("请先勾选同意")
    phone.tap("我已阅读并同意")
    phone.tap("微信一键登录")
    phone.see("我要办理")
    assert phone.read_place() == "/pages/home/index"


def apply(phone: Phone, photo: Path) -> str:
    phone.tap("报修")
    phone.type("您的姓名", "陈志强")
    phone.type("手机号", CONTACT_PHONE)
    phone.choose("所在区", "历下区")
    phone.choose("街道", "泉城路街道")
    phone.choose("小区", "阳光小区")
    phone.type("楼栋", "3幢")
    phone.type("门牌号", "501")
    phone.tap("灶具打不着火")
    phone.type("情况说明", "昨晚开始打不着火")
    phone.take_photo(photo)
    phone.tap("拍照或选图")
    phone.see("1/6 份")
    phone.tap("提交申请")
    phone.see("已提交", "申请已收到")
    place = phone.read_place()
    assert place.startswith("/pages/case/index?no=")
    return place.partition("no=")[2].partition("&")[0]


def mend(phone: Phone, photo: Path) -> None:
    # The page has stood open all the while: the socket's hint brought it up to date.
    phone.see("等您修改", REASON)
    phone.tap("去修改")
    phone.see("有 1 处要改", "只有这几处可以改")
    phone.tap("删除第 1 份")
    phone.see("0/6 份")
    phone.take_photo(photo)
    phone.tap("拍照或选图")
    phone.see("1/6 份")
    phone.tap("再次提交")
    phone.see("申请已收到")


def book(phone: Phone) -> None:
    phone.tap("去预约上门时间")
    phone.see("哪一天")
    # A day's last hour: whichever day is the first with room, this one is offered, and not just running out.
    phone.tap("16:00–")
    phone.see("为您保留")
    phone.tap("确认预约")
    phone.see("约好的上门维修时间", "张伟")


def visit(phone: Phone, handler: Staff, child_no: str) -> None:
    for outcome in ("accept", "set_off"):
        handler.act(child_no, outcome)
    phone.see("师傅已出发")
    for outcome in ("arrive", "repair_free"):
        handler.act(child_no, outcome)
    photos = [handler.upload(make_photo(), "visit")]
    handler.act(child_no, "finish", result="换了点火针，打火正常。", photos=photos)
    handler.act(child_no, "passed")
    handler.act(child_no, "hand_over", signature=handler.upload(make_photo("PNG"), "signature"))
    handler.act(child_no, "briefed")


def rate(phone: Phone) -> None:
    phone.tap("去评价")
    phone.tap("5 星")
    phone.tap("准时上门")
    phone.type("还想说的", "修得又快又好")
    phone.tap("提交评价")
    phone.see("您的评价", "准时上门", "修得又快又好")


def check_case(engine: Engine, case_no: str) -> None:
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT service_case.*, case_rating.stars, case_rating.tags FROM service_case"
                " JOIN case_rating ON case_rating.case_id = service_case.id WHERE case_no = :case_no"
            ),
            {"case_no": case_no},
        ).one()
    assert (row.status, row.returned_times) == ("completed", 1)
    assert (row.stars, row.tags) == (5, ["准时上门"])


# Of this customer alone: the hall has messages of its staff, and another phone may have been walked in it.
OWN = "(SELECT customer_id FROM service_case WHERE case_no = :case_no)"
TRIES = text(
    "SELECT channel, state FROM message_delivery JOIN notification USING (promise_id)"
    f" WHERE customer_id = {OWN}"
)
LEFT = text(f"SELECT template_id, remaining FROM message_permission WHERE customer_id = {OWN}")


def check_deliveries(phone: Phone, stage: Stage, engine: Engine, case_no: str) -> None:
    """Each message came once as a subscribe message that opens this case, and both ledgers agree."""
    until_sent(stage)
    received = ask(f"{stage.control}/messages?user={USER}")["items"]
    assert {one["channel"] for one in received} == {"subscribe"}, phone.read_transcript()
    assert Counter(map(find_purpose, received)) == SENT, phone.read_transcript()
    assert {one["link"] for one in received} == {f"pages/case/index?no={case_no}"}
    assert ask(f"{stage.control}/messages?phone={CONTACT_PHONE}")["items"] == []
    left = {purpose: count - SENT[purpose] for purpose, count in ALLOWED.items()}
    with engine.connect() as connection:
        rows = connection.execute(LEFT, {"case_no": case_no}).all()
        states = connection.execute(TRIES, {"case_no": case_no}).all()
    assert {find_purpose({"template_id": row.template_id}): row.remaining for row in rows} == left
    assert {tuple(row) for row in states} == {("mini", "sent")}
    (person,) = [one for one in ask(f"{stage.control}/users")["items"] if one["key"] == USER]
    assert {find_purpose({"template_id": one}): count for one, count in person["permissions"].items()} == left


def until_sent(stage: Stage) -> None:
    """Wait until all messages are there; more than that would be there by then too, but for a second try."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if len(ask(f"{stage.control}/messages?user={USER}")["items"]) >= sum(SENT.values()):
            return
        time.sleep(0.1)


def find_purpose(told: Mapping[str, Any]) -> str:
    """Return the purpose of the template that a message or a permission names."""
    return str(told["template_id"]).removeprefix("sub-").rstrip("0")


def read_messages(phone: Phone) -> None:
    phone.open("/pages/messages/index")
    phone.see("申请要修改", "已转给服务单位", "请选上门时间", "上门时间已约好", "师傅已出发", "请您评价")
