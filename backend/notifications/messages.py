"""What customers are told, as data, and how a message fills the platforms' templates. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.core.local_time import SHANGHAI, format_moment, format_span

PLACEHOLDERS = frozenset(
    {
        "service",
        "case_no",
        "items",
        "when",
        "handler",
        "handler_phone",
        "words",
        "amount",
        "until",
        "by",
        "visit",
        "account",
    }
)
PURPOSES = frozenset({"progress", "correction", "visit", "rating"})
# Text messages that no purpose chooses: a visit that is under way is not announced with its hour once more, a
# changed hour or person is not told as a new visit, who was chosen is named, what may come later has no day
# of its own, whoever is to act hears what and until when, whoever is to pay the sum, after an answer as well,
# who pays nothing for now why, who complained by when it is handled, who has a hazard which, and whoever
# smells gas is not sent to a page.
OTHER_SMS = frozenset(
    {
        "assigned",
        "departure",
        "moved",
        "replaced",
        "owed",
        "in_hand",
        "todo",
        "pay",
        "answered_due",
        "halted",
        "hazard",
        "alarm_help",
        "alarm_coming",
        "agent_term",
    }
)
# The limits of WeChat's keywords: phrases of Chinese characters, things of any, names without digits.
LONGEST_PHRASE, LONGEST_TIP, LONGEST_THING, LONGEST_NAME = 5, 20, 20, 10
# The template for corrections names a day; the company waits a week before it asks again.
DAYS_TO_MEND = timedelta(days=7)
# Where nothing says until when, and where the sum is on the page alone.
SOON, SUM_ON_PAGE = "请尽快", "金额请点开看"
# Who comes without a phone of their own rings up.
CALLS = "见后续来电"
# What a visit is called where nothing says what for.
COMES = "上门"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as ``processes/messages.yaml`` has it."""

    key: str
    title: str
    text: str
    purpose: str
    phrase: str
    tip: str
    sms: str = ""

    @property
    def sms_template(self) -> str:
        """Return the name of the text message's template."""
        return self.sms or self.purpose


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says of a case. ``when`` is the visit's or the case's moment, where there is one.

    ``until`` is the end of the visit's hour: told its beginning alone, people expect somebody to the minute.
    """

    service: str
    case_no: str
    items: str = ""
    when: datetime | None = None
    until: datetime | None = None
    handler: str = ""
    handler_phone: str = ""
    words: str = ""
    # The reason in words of ours, where staff picked one of those that are offered.
    told_reason: str = ""
    # Until when the customer is to act, and the sum that is to be paid, in whole fen.
    deadline: datetime | None = None
    amount_fen: int | None = None
    # What somebody comes for, as 上门通气; where nothing says so, only that they come.
    visit: str = COMES
    # What a message is about that is of no case.
    account_no: str = ""


def read_messages(body: Iterable[Mapping[str, Any]]) -> dict[str, Message]:
    """Return the messages by key; the linter has found what ``find_faults`` objects to."""
    return {one["key"]: Message(**one) for one in body}


def find_faults(message: Message) -> list[str]:
    """Return what is wrong with a message, as sentences for its author."""
    faults = [
        f"there is no placeholder {name}"
        for name in sorted(set(_PLACEHOLDER.findall(message.text + message.tip)) - PLACEHOLDERS)
    ]
    if message.purpose not in PURPOSES:
        faults.append(f"there is no purpose {message.purpose}")
    if message.sms and message.sms not in OTHER_SMS:
        faults.append(f"there is no text message {message.sms}")
    if re.fullmatch(rf"[\u4e00-\u9fff]{{1,{LONGEST_PHRASE}}}", message.phrase) is None:
        faults.append(f"the phrase has 1 to {LONGEST_PHRASE} Chinese characters")
    if not 1 <= len(message.tip) <= LONGEST_TIP:
        faults.append(f"the tip has 1 to {LONGEST_TIP} characters")
    return faults


def fill_text(message: Message, facts: Facts) -> str:
    """Return the message as the customer reads it in the client."""
    return _fill(message.text, facts)


def _fill(text: str, facts: Facts) -> str:
    values = {
        "service": facts.service,
        "case_no": facts.case_no,
        "items": facts.items,
        "when": write_when(facts, facts.when) if facts.when else "",
        "handler": facts.handler,
        "handler_phone": facts.handler_phone or CALLS,
        "words": facts.words,
        "amount": write_amount(facts),
        "until": write_until(facts),
        "by": write_by(facts),
        "visit": facts.visit,
        "account": facts.account_no,
    }
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def fill_wechat(message: Message, facts: Facts, now: datetime) -> dict[str, str]:
    """Return the keywords of the purpose's template, each within WeChat's limits."""
    named = name_visit(facts) if message.purpose == "visit" else facts.service
    data = {"character_string1": facts.case_no or facts.account_no, "thing2": cut(named, LONGEST_THING)}
    tip = cut(_fill(message.tip, facts), LONGEST_TIP)
    match message.purpose:
        case "progress":
            return {**data, "phrase3": message.phrase, "thing4": tip, "time5": _minute(now)}
        case "correction":
            items = cut(facts.items or tip, LONGEST_THING)
            until = _minute(facts.when or now + DAYS_TO_MEND)
            return {**data, "thing3": items, "time4": until, "thing5": tip}
        case "visit":
            name = cut(re.sub(r"[\d\n]", "", facts.handler), LONGEST_NAME) or "服务师傅"
            return {**data, "time3": _minute(facts.when or now), "name4": name, "thing5": tip}
        case _:
            return {**data, "time3": _minute(facts.when or now), "thing4": tip}


def write_when(facts: Facts, when: datetime) -> str:
    """Return the moment, or the hour from its begin to its end where the facts know it."""
    return format_moment(when) if facts.until is None else format_span(when, facts.until)


def name_visit(facts: Facts) -> str:
    """Return the service with what somebody comes for, as templates that tell of a visit name it."""
    return facts.service if facts.visit == COMES else f"{facts.service}·{facts.visit}"


def write_by(facts: Facts) -> str:
    """Return by when something is handled, as ``11月26日 周四 17:00前``."""
    return "尽快" if facts.when is None else f"{format_moment(facts.when)}前"


def write_until(facts: Facts) -> str:
    """Return until when the customer is to act, as ``请在11月26日 周四 17:00前``."""
    return SOON if facts.deadline is None else f"请在{format_moment(facts.deadline)}前"


def write_amount(facts: Facts) -> str:
    """Return the sum that is to be paid, as ``3,580.00元``, or where to read it."""
    fen = facts.amount_fen
    return SUM_ON_PAGE if fen is None else f"{fen // 100:,}.{fen % 100:02}元"


def cut(text: str, length: int) -> str:
    """Return the text in one line of at most ``length`` characters."""
    plain = text.replace("\n", " ").strip()
    return plain if len(plain) <= length else plain[: length - 1] + "…"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
