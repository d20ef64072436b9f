"""Which text message carries a message, what fills it, and the words that its customer then reads. Pure.

The platform sends the template that was registered there; these are the words to register
(docs/platforms.md), kept here because staff have to see what was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from backend.core.local_time import format_moment
from backend.notifications.messages import (
    CALLS,
    DAYS_TO_MEND,
    Facts,
    Message,
    cut,
    name_visit,
    write_amount,
    write_by,
    write_until,
    write_when,
)

# Whoever does not use the mini-program is led to the H5 page of the case.
_PAGE: Final = "_page"
# A template that an installation has not registered yet → the one that was sent before there was it.
_INSTEAD: Final = {
    "assigned": "progress",
    "moved": "visit",
    "owed": "progress",
    "in_hand": "progress",
    "replaced": "visit",
    "todo": "progress",
    "pay": "progress",
    "answered_due": "pay",
    "halted": "progress",
    "hazard": "todo",
    "alarm_help": "progress",
    "alarm_coming": "progress",
}
# These tell of a visit, so what is named first says what for.
_OF_A_VISIT: Final = frozenset({"assigned", "visit", "moved", "replaced"})
# Why nothing is to be paid for now, where staff said it in words of their own, which may name anybody.
_LOOKED_INTO: Final = "工作人员要再核对"
# As much of what somebody wrote as a text message has room for.
LONGEST_WORDS: Final = 40
# {1}, {2} … are the parameters; HALL is the company's address, which the registered template itself holds.
SMS_TEXTS: Final[Mapping[str, str]] = {
    "progress": "您的{1}（编号{2}）有新进展：{3}。详情请打开燃气服务小程序查看。",
    "progress_page": "您的{1}（编号{2}）有新进展：{3}。点 HALL/c/{2} 看详情。",
    "assigned": "您的{1}（编号{2}）由{3}（电话{4}）上门，请打开燃气服务小程序选上门时间。",
    "assigned_page": "您的{1}（编号{2}）由{3}（电话{4}）上门，请点 HALL/c/{2} 选上门时间。",
    "correction": "您的{1}（编号{2}）需补充资料，请在{3}前打开燃气服务小程序办理。",
    "correction_page": "您的{1}（编号{2}）需补充资料，请在{3}前点 HALL/c/{2} 办理。",
    "owed": "您的{1}（编号{2}）已先受理，还有资料要补，请在办完前打开燃气服务小程序补上。",
    "owed_page": "您的{1}（编号{2}）已先受理，还有资料要补，请在办完前点 HALL/c/{2} 补上。",
    "in_hand": "您的{1}（编号{2}）已转给负责的单位，{3}处理，处理完客服会打电话给您。",
    "todo": "您的{1}（编号{2}）等您办：{3}。{4}打开燃气服务小程序办理。",
    "todo_page": "您的{1}（编号{2}）等您办：{3}。{4}点 HALL/c/{2} 办理。",
    "pay": "您的{1}（编号{2}）应缴：{3}。{4}到营业厅缴费，请打开燃气服务小程序看怎么缴。",
    "pay_page": "您的{1}（编号{2}）应缴：{3}。{4}到营业厅缴费，点 HALL/c/{2} 看怎么缴。",
    "answered_due": "您的{1}（编号{2}）：您提的异议有答复了，还要缴{3}。{4}到营业厅缴费，"
    "请打开燃气服务小程序看答复和到哪里缴。",
    "answered_due_page": "您的{1}（编号{2}）：您提的异议有答复了，还要缴{3}。{4}到营业厅缴费，"
    "点 HALL/c/{2} 看答复和到哪里缴。",
    "halted": "您的{1}（编号{2}）先不用缴费：{3}。下一步怎么办会告诉您，请打开燃气服务小程序看。",
    "halted_page": "您的{1}（编号{2}）先不用缴费：{3}。下一步怎么办会告诉您，点 HALL/c/{2} 看。",
    "hazard": "您的{1}（编号{2}）查出隐患：{3}。{4}整改好，请打开燃气服务小程序看整改通知。",
    "hazard_page": "您的{1}（编号{2}）查出隐患：{3}。{4}整改好，点 HALL/c/{2} 看整改通知。",
    "visit": "您的{1}（编号{2}）：师傅预计{3}上门，请留人在家。",
    "moved": "您的{1}（编号{2}）上门时间改为{3}，请留人在家。",
    "replaced": "您的{1}（编号{2}）换了师傅：{3}，由{4}师傅上门，时间不变，请留人在家。",
    "departure": "您的{1}（编号{2}）：{3}师傅（电话{4}）已出发，请留人在家。",
    "agent_term": "户号{1}的代办{2}：最后一天是{3}。请打开燃气服务小程序看。",
    "rating": "您的{1}（编号{2}）已办完，请打开燃气服务小程序评价。",
    "rating_page": "您的{1}（编号{2}）已办完，请点 HALL/c/{2} 评价。",
    "alarm_help": "您报的燃气泄漏（编号{1}）已转抢修单位，马上联系您。"
    "请在室外等电话，不要回屋，不要开关电器。",
    "alarm_coming": "您报的燃气泄漏（编号{1}）：抢修员{2}（电话{3}）马上到。"
    "请在室外等，不要回屋，不要开关电器。",
}


def choose_sms(message: Message, templates: Mapping[str, str], *, uses_mini: bool) -> str | None:
    """Return the name of the registered template that says it best, or None where no text message does."""
    wanted = [message.sms_template]
    while wanted[-1] in _INSTEAD:
        wanted.append(_INSTEAD[wanted[-1]])
    if not uses_mini:
        wanted = [option for one in wanted for option in (one + _PAGE, one)]
    return next((one for one in wanted if one in templates), None)


def fill_sms(template: str, message: Message, facts: Facts, now: datetime) -> list[str]:
    """Return the parameters of the text message, in their order."""
    name = template.removesuffix(_PAGE)
    unnamed = _fill_without_service(name, message, facts)
    if unnamed is not None:
        return unnamed
    params = [name_visit(facts) if name in _OF_A_VISIT else facts.service, facts.case_no]
    match name:
        case "progress":
            return [*params, message.phrase]
        case "correction":
            return [*params, format_moment(facts.when or now + DAYS_TO_MEND)]
        case "todo":
            return [*params, message.phrase, write_until(facts)]
        case "halted":
            return [*params, facts.told_reason or _LOOKED_INTO]
        case "pay" | "answered_due":
            return [*params, write_amount(facts), write_until(facts)]
        case "hazard":
            return [*params, cut(facts.words, LONGEST_WORDS) or message.phrase, write_until(facts)]
        case "in_hand":
            return [*params, write_by(facts)]
        case _:
            return [*params, *_tell_visit(name, facts, now)]


def _tell_visit(name: str, facts: Facts, now: datetime) -> list[str]:
    """Return who comes and when, or nothing for what tells of no visit."""
    match name:
        case "assigned":
            return [f"{facts.handler}师傅" if facts.handler else "服务师傅", facts.handler_phone or CALLS]
        case "visit" | "moved":
            return [write_when(facts, facts.when or now)]
        case "replaced":
            return [write_when(facts, facts.when or now), facts.handler]
        case "departure":
            return [facts.handler, facts.handler_phone or CALLS]
        case _:
            return []


def _fill_without_service(name: str, message: Message, facts: Facts) -> list[str] | None:
    """Return the parameters of what names no service, or None for all else."""
    match name:
        case "agent_term":
            return [facts.account_no, message.phrase, facts.items]
        case "alarm_help":
            return [facts.case_no]
        case "alarm_coming":
            return [facts.case_no, facts.handler, facts.handler_phone or CALLS]
        case _:
            return None


def write_sms(template: str, params: list[str], hall: str) -> str:
    """Return the words as the customer reads them."""
    words = SMS_TEXTS[template].replace("HALL", hall)
    return re.sub(r"\{(\d+)\}", lambda found: params[int(found[1]) - 1], words)
