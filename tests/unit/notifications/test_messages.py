"""The shipped messages are sound, fill every template within its limits, and say what they should."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.cases.notices import TELLS_VISIT
from backend.catalogue.folder import PROCESSES_FOLDER, read_folder
from backend.catalogue.loader import read_body
from backend.notifications.messages import (
    Facts,
    Message,
    fill_text,
    fill_wechat,
    find_faults,
    read_messages,
)
from backend.notifications.sms_texts import SMS_TEXTS, choose_sms, fill_sms, write_sms
from simulators.message_templates import SMS

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_REASONS = Path(__file__).parents[3] / "web/console/src/domain/remaking.ts"
MESSAGES = read_messages(read_body(PROCESSES_FOLDER / "messages.yaml"))
FACTS = Facts(
    service="居民报装",
    case_no="261124101123453",
    items="身份证照片（看不清）、房产证明（缺第二页）、建筑面积（与房产证不符）",
    when=datetime(2026, 11, 26, 1, 0, tzinfo=UTC),
    until=datetime(2026, 11, 26, 2, 0, tzinfo=UTC),
    handler="张三丰丰丰丰丰丰丰丰丰丰丰9",
    handler_phone="13800138000",
    words="不在供气范围",
)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
@pytest.mark.parametrize("facts", [FACTS, Facts("报修", "261124101123453")], ids=["all", "least"])
def test_a_shipped_message(message: Message, facts: Facts) -> None:
    assert find_faults(message) == []
    if message.sms == "agent_term":
        # It is about no case, and its day is always known.
        facts = replace(facts, case_no="", account_no="361552003035", items="12月5日 周六")
    assert "{" not in fill_text(message, facts)
    data = fill_wechat(message, facts, NOW)
    for keyword, text in data.items():
        kind = keyword.rstrip("0123456789")
        assert (
            1 <= len(text) <= {"thing": 20, "phrase": 5, "name": 10, "character_string": 32, "time": 16}[kind]
        )
        if kind == "name":
            assert re.search(r"\d", text) is None
    name = choose(message)
    assert all(fill_sms(name, message, replace(facts, handler=facts.handler or "张伟"), NOW))


def test_every_message_that_a_process_names_is_there() -> None:
    named = {
        name
        for body in read_folder().processes.values()
        for step in body["steps"]
        for outcome in step["outcomes"]
        for effect in outcome.get("effects", ())
        if effect["name"] == "notify_customer"
        for name in effect["args"].values()
    }
    traits = [body.get("traits", {}) for body in read_folder().processes.values()]
    stopped = {one["cancelled_message"] for one in traits if "cancelled_message" in one}
    assert stopped == {"collection_ended", "part_cancelled"}
    assert named | stopped | {"case_cancelled"} <= MESSAGES.keys()


def test_a_fee_that_is_taken_back_is_so_in_the_text_message_as_well() -> None:
    message = MESSAGES["collection_ended"]
    facts = replace(FACTS, words="读数抄错了")
    assert "先不用缴：读数抄错了。" in fill_text(message, facts)
    hall = "https://hall.example"
    # What somebody typed goes into no text message; a reason that was offered does, in other words.
    said = write_sms("halted", fill_sms("halted", message, facts, NOW), hall)
    assert "先不用缴费：工作人员要再核对。" in said and "抄错" not in said
    known = replace(facts, words="您说数不对，要重新核对", told_reason="您说数不对，要重新核对")
    said = write_sms("halted_page", fill_sms("halted_page", message, known, NOW), hall)
    assert "先不用缴费：您说数不对，要重新核对。" in said and "请到营业厅" not in said
    assert choose_sms(message, {"progress": "1"}, uses_mini=True) == "progress"


def test_who_complained_hears_by_when_and_gets_no_second_link() -> None:
    message = MESSAGES["complaint_dispatched"]
    facts = replace(FACTS, when=datetime(2026, 11, 26, 9, 0, tzinfo=UTC), until=None)
    assert "已转给负责的单位，11月26日 周四 17:00前处理。" in fill_text(message, facts)
    said = write_sms("in_hand", fill_sms("in_hand", message, facts, NOW), "https://hall.example")
    assert "已转给负责的单位，11月26日 周四 17:00前处理" in said and "hall.example" not in said
    assert "，尽快处理。" in fill_text(message, replace(facts, when=None))
    assert choose_sms(message, {"progress_page": "1", "in_hand": "2"}, uses_mini=False) == "in_hand"


def test_the_reasons_that_staff_are_offered_are_said_to_the_customer() -> None:
    """The console's list and the process's words for the customer belong together."""
    source = _REASONS.read_text(encoding="utf-8")
    [listed] = re.findall(r"REASONS_TO_END_COLLECTION = \[(.+)\]", source)
    told = read_folder().processes["fee_collection"]["traits"]["told_reasons"]
    assert re.findall(r"'([^']+)'", listed) == list(told)
    assert not [one for one in told.values() if "客户" in one]


def test_an_answer_that_leaves_a_sum_says_how_much_until_when_and_where() -> None:
    message = MESSAGES["objection_answered_due"]
    facts = replace(
        FACTS,
        words="工作人员答复：读数是 1312。",
        amount_fen=36_00,
        deadline=datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
    )
    due = "还要缴36.00元"
    assert due in fill_text(message, facts)
    said = write_sms("answered_due", fill_sms("answered_due", message, facts, NOW), "https://hall.example")
    assert f"{due}。请在11月27日 周五 17:30前到营业厅缴费" in said and "1312" not in said
    assert choose_sms(message, {"progress": "1", "pay": "2"}, uses_mini=True) == "pay"


# Where nobody has to be told, and why.
UNTOLD = {
    ("inspection", "rectify", "book"): "the customer says so, and the next page is that of the booking",
    (
        "online_account_opening",
        "choose_payment",
        "read_safety",
    ): "the customer says so and is led there",
    ("online_customer_service", "reply_by_itself", "judge_reply"): "the answer stands in the chat",
}


def test_the_customer_hears_of_whatever_waits_for_them() -> None:
    untold = set()
    for key, body in read_folder().processes.items():
        own = {one["key"] for one in body["steps"] if one["by"] == "customer"} - {body["first_step"]}
        for step in body["steps"]:
            for outcome in step["outcomes"]:
                told = any(one["name"] == "notify_customer" for one in outcome.get("effects", ()))
                untold |= {(key, step["key"], to) for to in own & {*outcome.get("to", ())} if not told}
    assert untold == UNTOLD.keys()


def test_who_is_to_act_hears_what_and_until_when() -> None:
    facts = replace(
        FACTS, deadline=datetime(2026, 11, 26, 9, 0, tzinfo=UTC), amount_fen=358_000, items="报装合同"
    )
    case = "您的居民报装（编号261124101123453）"

    def tell(key: str, *, uses_mini: bool = True, of: Facts = facts) -> str:
        name = choose(MESSAGES[key], uses_mini=uses_mini)
        return write_sms(name, fill_sms(name, MESSAGES[key], of, NOW), "https://hall.example")

    until = "请在11月26日 周四 17:00前"
    assert tell("sketch_to_sign") == f"{case}等您办：请签草图。{until}打开燃气服务小程序办理。"
    page = tell("drawing_to_sign", uses_mini=False)
    assert page == f"{case}等您办：请签施工图。{until}点 https://hall.example/c/261124101123453 办理。"
    assert f"应缴：3,580.00元。{until}到营业厅缴费" in tell("sum_to_pay")
    # Also of a debt that was found on site the text message itself names the sum.
    assert f"应缴：3,580.00元。{until}到营业厅缴费" in tell("arrears_to_pay")
    assert fill_text(MESSAGES["contract_to_sign"], facts).startswith(f"{case}：报装合同已经写好。{until}点开")
    assert tell("own_turn_late", of=FACTS) == f"{case}等您办：还没办的事。请尽快打开燃气服务小程序办理。"
    # What nobody has set a day for is asked for soon, and an unknown sum stands on the page.
    assert "应缴：金额请点开看。请尽快到营业厅缴费" in tell("sum_to_pay", of=FACTS)


def test_what_the_text_says() -> None:
    assert fill_text(MESSAGES["appointment_moved"], FACTS) == (
        "您的居民报装（编号261124101123453）上门时间改为：11月26日 周四 09:00–10:00，请留人在家。"
    )
    assert fill_wechat(MESSAGES["appointment_booked"], FACTS, NOW)["time3"] == "2026-11-26 09:00"
    assert fill_text(MESSAGES["handler_assigned"], replace(FACTS, handler="张伟")) == (
        "您的居民报装（编号261124101123453）已安排张伟师傅（电话13800138000）上门。点开选一个方便的上门时间，选好了师傅才能上门。"
    )


def test_a_visit_says_what_somebody_comes_for() -> None:
    facts = replace(FACTS, handler="张伟", visit="上门通气")

    def tell(key: str) -> str:
        name = choose(MESSAGES[key], uses_mini=True)
        return write_sms(name, fill_sms(name, MESSAGES[key], facts, NOW), "https://hall.example")

    assert "张伟师傅上门通气，请留人在家" in fill_text(MESSAGES["appointment_booked"], facts)
    assert "上门通气时间改为：" in fill_text(MESSAGES["appointment_moved"], facts)
    assert tell("appointment_booked").startswith("您的居民报装·上门通气（编号")
    # Who has set off is told by name; what else is told of the case has no visit in it.
    assert tell("handler_set_off").startswith("您的居民报装（编号")
    assert fill_wechat(MESSAGES["appointment_booked"], facts, NOW)["thing2"] == "居民报装·上门通气"
    assert fill_wechat(MESSAGES["application_dispatched"], facts, NOW)["thing2"] == "居民报装"
    telling = {key for key, one in MESSAGES.items() if "{visit}" in one.text}
    assert telling == TELLS_VISIT


def test_each_text_message_says_what_happened() -> None:
    """A departure is no booking, a changed hour is no new one, and an alarm leads to no page."""
    facts = replace(FACTS, handler="张伟")

    def tell(key: str, *, uses_mini: bool = True) -> str:
        name = choose(MESSAGES[key], uses_mini=uses_mini)
        return write_sms(name, fill_sms(name, MESSAGES[key], facts, NOW), "https://hall.example")

    case = "您的居民报装（编号261124101123453）"
    assert tell("appointment_booked") == f"{case}：师傅预计11月26日 周四 09:00–10:00上门，请留人在家。"
    assert tell("appointment_moved") == f"{case}上门时间改为11月26日 周四 09:00–10:00，请留人在家。"
    replaced = f"{case}换了师傅：11月26日 周四 09:00–10:00，由张伟师傅上门，时间不变，请留人在家。"
    assert tell("handler_changed") == replaced == fill_text(MESSAGES["handler_changed"], facts)
    assert tell("handler_set_off") == f"{case}：张伟师傅（电话13800138000）已出发，请留人在家。"
    assert "小程序" in tell("handler_assigned")
    page = tell("handler_assigned", uses_mini=False)
    assert page == (
        f"{case}由张伟师傅（电话13800138000）上门，请点 https://hall.example/c/261124101123453 选上门时间。"
    )
    assert fill_wechat(MESSAGES["handler_assigned"], facts, NOW)["thing4"] == "张伟师傅上门，点开选时间"
    nobody = replace(FACTS, handler="", handler_phone="")
    assert fill_sms("assigned", MESSAGES["handler_assigned"], nobody, NOW)[2:] == ["服务师傅", "见后续来电"]
    # Documents that may come later have no day of their own.
    assert tell("documents_owed") == f"{case}已先受理，还有资料要补，请在办完前打开燃气服务小程序补上。"
    coming = tell("alarm_coming", uses_mini=False)
    assert "抢修员张伟（电话13800138000）马上到" in coming
    assert "不要回屋" in coming and "不要回屋" in tell("alarm_dispatched")


def test_what_is_not_registered_is_said_as_before() -> None:
    old = dict.fromkeys(("progress", "correction", "visit", "rating"), "1")
    chosen = {key: choose_sms(one, old, uses_mini=False) for key, one in MESSAGES.items()}
    assert (chosen["appointment_moved"], chosen["alarm_coming"]) == ("visit", "progress")
    assert chosen["handler_assigned"] == "progress"
    # A notice of hazards falls back on what any step of the customer says, and that on any news.
    assert chosen["hazard_found"] == "progress"
    with_todo = {**old, "todo": "1"}
    assert choose_sms(MESSAGES["hazard_found"], with_todo, uses_mini=False) == "todo"
    # A departure was never told as a visit to come.
    assert chosen["handler_set_off"] is None


def test_a_notice_of_hazards_says_which_and_until_when() -> None:
    facts = replace(
        FACTS,
        service="安检",
        words="36. 橡胶软管破损或开裂",
        deadline=datetime(2026, 12, 5, 15, 59, tzinfo=UTC),
    )
    message = MESSAGES["hazard_found"]
    said = "查出隐患：36. 橡胶软管破损或开裂。请在12月5日 周六 23:59前整改好"
    assert said in fill_text(message, facts)
    assert said in write_sms("hazard", fill_sms("hazard", message, facts, NOW), "https://hall.example")
    assert len(fill_sms("hazard", message, replace(facts, words="隐患" * 50), NOW)[2]) == 40


def choose(message: Message, *, uses_mini: bool = True) -> str:
    name = choose_sms(message, dict.fromkeys(SMS_TEXTS, "1"), uses_mini=uses_mini)
    assert name is not None
    return name


@pytest.mark.parametrize("uses_mini", [True, False])
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_shipped_message_fits_its_text_message(message: Message, uses_mini: bool) -> None:
    name = choose(message, uses_mini=uses_mini)
    assert len(fill_sms(name, message, FACTS, NOW)) == SMS[name].count


def test_the_words_that_staff_read_are_those_that_are_registered() -> None:
    assert {name: SMS[name].text for name in SMS_TEXTS} == SMS_TEXTS


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"text": "您的{servise}"}, "there is no placeholder servise"),
        ({"purpose": "gossip"}, "there is no purpose gossip"),
        ({"sms": "gossip"}, "there is no text message gossip"),
        ({"phrase": "等您修改资料"}, "the phrase has 1 to 5 Chinese characters"),
        ({"tip": ""}, "the tip has 1 to 20 characters"),
    ],
)
def test_what_an_author_is_told(change: dict[str, str], fault: str) -> None:
    assert find_faults(replace(MESSAGES["rating_invited"], **change)) == [fault]
