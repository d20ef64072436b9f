"""What happens to the demonstration's cases: moves, and the plots that are made of them.

A plot's name says where its cases stand in the end. Times are relative to the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that somebody does.

    ``actor`` is customer, remote (remote service), desk (customer service of the unit), handler, works
    (engineering of the unit), finance (of the unit) or agent (hotline). ``outcome`` is that of the step which
    waits for them, or a kind of command. ``minutes`` it takes, at the least and the most. ``more`` goes with
    the command; ``photos`` and ``signature`` name pictures. ``form`` has to stand in the form, where the
    outcome asks for one.
    """

    actor: str
    outcome: str
    minutes: tuple[int, int]
    more: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plot:
    """``count`` cases that go the same way. ``days`` is how long ago they began, the least and the most.

    ``visit`` says which hour is booked: ``past``, ``near`` (the one next to now) or ``future``. Once the case
    is accepted, the reviewer leaves ``marks`` and ``remarks``: notes of staff and messages to the customer.
    """

    name: str
    count: int
    service: str
    days: tuple[float, float]
    moves: tuple[str, ...]
    visit: str = "past"
    marks: bool = False
    remarks: tuple[tuple[str, str], ...] = ()


# Whoever stands there when works are handed over signs on the same device; the picture comes with the form.
_SIGNED_BY_ALL = {f"sign_{one}": "signature" for one in ("engineering", "customer_service", "contractor")}
_CONTRACT_SIGNED = {"customer_signature": "signature", "supplier_signature": "signature"}
_SIGNED_ON_SITE = {"engineering_representative": "signature", "customer_service_representative": "signature"}
_DONE = "更换老化部件，试压30分钟无泄漏，点火正常。"
MOVES: dict[str, Move] = {
    "submit": Move("customer", "submit", (0, 0)),
    "accept": Move("remote", "accept", (5, 25)),
    "return": Move("remote", "return", (15, 70)),
    "resubmit": Move("customer", "resubmit", (60, 700)),
    "pass": Move("remote", "pass", (10, 60)),
    "pass_owing": Move("remote", "pass_owing", (10, 60), {"owed_documents": ("property_proof",)}),
    "refuse": Move("remote", "refuse", (10, 60), {"reason": "该地址不在供气范围内，管网预计明年接通"}),
    "cancel": Move("remote", "cancel", (60, 200), {"reason": "客户来电说已自行解决，同意终止"}),
    "withdraw": Move("customer", "withdraw", (30, 400), {"reason": "暂时不需要了"}),
    "supply": Move("customer", "supply_document", (300, 900)),
    "dispatch": Move("remote", "dispatch", (3, 18)),
    "assign": Move("desk", "assign", (20, 160)),
    "book": Move("customer", "book", (10, 300)),
    "take": Move("desk", "accept", (5, 25)),
    "take_up": Move("desk", "take_up", (5, 25)),
    "set_off": Move("handler", "set_off", (0, 0)),
    "arrive": Move("handler", "arrive", (0, 0)),
    "free": Move("handler", "repair_free", (8, 25)),
    "to_works": Move(
        "handler",
        "needs_engineering",
        (8, 25),
        {"result": "立管漏点在墙内，需要开槽处理", "photos": ("pipe",)},
    ),
    "works_free": Move("works", "free", (120, 500)),
    "finish": Move("handler", "finish", (15, 50), {"result": _DONE, "photos": ("works",)}),
    "works_finish": Move("works", "finish", (10, 40), {"result": _DONE, "photos": ("works",)}),
    "tested": Move("handler", "passed", (5, 15)),
    "hand_over": Move("handler", "hand_over", (3, 8), {"signature": "signature"}),
    "briefed": Move("handler", "briefed", (3, 8)),
    "fit": Move(
        "handler", "fit", (15, 40), {"result": "厨房通风良好，具备安装条件。", "photos": ("kitchen",)}
    ),
    "unfit": Move(
        "handler",
        "unfit",
        (15, 40),
        {"result": "厨房与卧室相通，没有隔断。", "photos": ("kitchen",), "reason": "厨房不是独立房间"},
    ),
    "explained": Move("desk", "explained", (10, 60), {"reason": "厨房加装隔断门后可以重新申请"}),
    "drafted": Move("works", "drafted", (60, 200), {"drawing": ("sketch",), "amount_fen": 320_000}),
    "sign": Move("customer", "agree", (60, 600), {"signature": "signature"}),
    "pay": Move("customer", "paid", (30, 500)),
    "fee_asked": Move("desk", "apply", (1, 5)),
    "fee_named": Move("desk", "at_counter", (1, 5), {"amount_fen": 320_000}),
    "fee_paid": Move("desk", "paid", (1, 10)),
    "fee_settled": Move("finance", "received", (5, 60)),
    "fee_receipt": Move("desk", "receipt", (1, 5)),
    "fee_rated": Move("desk", "rated", (1, 5)),
    "build": Move("desk", "assign", (20, 100)),
    "designed": Move("works", "designed", (100, 300), {"drawing": ("sketch",)}),
    "purchased": Move("works", "purchased", (200, 500)),
    "built": Move("works", "built", (300, 700), {"result": "安装完成，试压合格。", "photos": ("works",)}),
    "inspected": Move("works", "passed", (60, 200), form=_SIGNED_BY_ALL),
    "handed_over": Move("works", "handed_over", (20, 100), form=_SIGNED_ON_SITE),
    "taken": Move("desk", "taken", (20, 100)),
    "request": Move("customer", "request", (60, 600)),
    "send": Move("desk", "send", (20, 120)),
    "test_failed": Move(
        "handler",
        "failed",
        (15, 40),
        {"result": "表前接口漏气，现场无法处理。", "photos": ("works",), "reason": "表前接口漏气"},
    ),
    "commissioned": Move("handler", "commissioned", (15, 40), {"signature": "signature"}),
    "entered": Move("handler", "entered", (3, 8)),
    "account_taken": Move("desk", "accept", (1, 5)),
    "account_checked": Move("desk", "pass", (2, 8)),
    "account_signed": Move("desk", "signed", (2, 8), form=_CONTRACT_SIGNED),
    "account_opened": Move("desk", "opened", (2, 8)),
    "account_pays": Move("desk", "pay", (1, 3)),
    "take_home": Move("desk", "residential", (5, 25)),
    "small": Move("handler", "small", (15, 40), {"result": "移表，改管约两米。", "photos": ("kitchen",)}),
    "safe": Move("handler", "safe", (15, 40), {"photos": ("kitchen",)}),
    "hazard": Move("handler", "hazard", (15, 40), {"photos": ("pipe",)}, {"hazards_found": ["h36"]}),
    "to_customer": Move("handler", "to_customer", (5, 15)),
    "sign_visit": Move("customer", "sign", (3, 10), {"signature": "signature"}),
    "reply": Move("desk", "reply", (20, 120), {"reason": "已按约上门处理完毕，客户现场确认。"}),
    "close": Move("remote", "close", (20, 150)),
    "rate": Move("customer", "rate", (60, 900)),
}

_REVIEW = ("submit", "accept")
_ASSIGN = (*_REVIEW, "pass", "dispatch")
_BOOKED = (*_ASSIGN, "assign", "book")
_VISIT = (*_BOOKED, "take", "set_off", "arrive")
_REPAIRED = (*_VISIT, "free", "finish", "tested", "hand_over", "briefed")
_BY_WORKS = (*_VISIT, "to_works", "works_free", "works_finish", "assign", "tested", "hand_over", "briefed")
_RATED = ("reply", "close", "rate")
_RETURNED = (*_REVIEW, "return")
_SURVEYED = (*_BOOKED, "take_up", "set_off", "arrive", "fit")
_PAID = (*_SURVEYED, "drafted", "sign", "pay")
_FEE = ("fee_asked", "fee_named", "fee_paid", "fee_settled", "fee_receipt", "fee_rated")
_ACCOUNT = ("account_taken", "account_checked", "account_signed", "account_opened", "account_pays", *_FEE)
_GAS_ON = ("tested", "commissioned", "entered", *_ACCOUNT, "briefed")
_DRAWN = (*_PAID, *_FEE, "build", "designed")
_BUILT = (*_DRAWN, "sign", "purchased", "built")
_OWING = (*_REVIEW, "pass_owing", "dispatch")
_OWING_PAID = (*_OWING, *_PAID[len(_OWING) :], *_FEE)
_CALLED = ("note", "已电话联系客户，客户说晚上在家，尽量约傍晚。")
_TOLD = ("message", "您好，申请已收到，请先关好灶前阀，有异味请立即拨打 96602。")

PLOTS = (
    Plot("waiting", 5, "repair", (0.003, 0.015), ("submit",)),
    Plot("waiting_overdue", 4, "repair", (3, 11), ("submit",)),
    Plot("in_review", 4, "repair", (0.1, 1), _REVIEW),
    Plot("in_review_marked", 3, "installation", (0.2, 1), _REVIEW, marks=True),
    Plot("returned", 4, "repair", (1, 4), _RETURNED),
    Plot("returned_installation", 3, "installation", (1, 4), _RETURNED, remarks=(_CALLED,)),
    Plot("returned_twice", 4, "installation", (4, 9), (*_RETURNED, "resubmit", "accept", "return")),
    Plot("resubmitted", 4, "installation", (2, 5), (*_RETURNED, "resubmit")),
    Plot("second_review", 3, "installation", (3, 6), (*_RETURNED, "resubmit", "accept")),
    Plot("to_dispatch", 4, "repair", (0.04, 0.1), (*_REVIEW, "pass")),
    Plot("to_dispatch_overdue", 2, "repair", (5, 8), (*_REVIEW, "pass"), remarks=(_CALLED,)),
    Plot("to_assign", 5, "repair", (1, 3), _ASSIGN),
    Plot("to_assign_overdue", 2, "installation", (18, 20), _ASSIGN),
    Plot("to_assign_owing", 2, "installation", (1, 3), _OWING),
    Plot("to_book", 5, "repair", (1, 4), (*_ASSIGN, "assign"), remarks=(_TOLD,)),
    Plot("booked", 4, "repair", (1, 3), _BOOKED, "future"),
    Plot("booked_taken", 4, "repair", (1, 3), (*_BOOKED, "take"), "future", remarks=(_CALLED,)),
    Plot("booked_owing", 2, "installation", (1, 3), (*_OWING, "assign", "book", "take_up"), "future"),
    Plot("set_off", 3, "repair", (2, 4), (*_BOOKED, "take", "set_off"), "near"),
    Plot("arrived", 3, "repair", (2, 4), _VISIT, "near"),
    Plot("handing_over", 3, "repair", (2, 4), (*_VISIT, "free", "finish", "tested"), "near"),
    Plot("at_engineering", 3, "repair", (4, 7), (*_VISIT, "to_works")),
    Plot("drawing_sketch", 2, "installation", (4, 7), _SURVEYED),
    Plot("to_sign_sketch", 3, "installation", (5, 9), (*_SURVEYED, "drafted")),
    Plot("to_pay", 2, "installation", (6, 10), (*_SURVEYED, "drafted", "sign")),
    Plot("to_collect", 2, "installation", (7, 10), _PAID),
    Plot("owing_before_works", 1, "installation", (8, 11),
         _OWING_PAID),
    Plot("supplied", 1, "installation", (9, 12), (*_OWING_PAID, "supply", "build")),
    Plot("to_sign_drawings", 1, "installation", (10, 13), _DRAWN),
    Plot("in_works", 2, "installation", (13, 17), (*_DRAWN, "sign", "purchased")),
    Plot("to_request_gas", 1, "installation", (17, 20), (*_BUILT, "inspected", "handed_over", "taken")),
    Plot("to_reply", 3, "repair", (4, 8), _REPAIRED),
    Plot("to_close", 3, "repair", (1.5, 3), (*_REPAIRED, "reply")),
    Plot("to_close_overdue", 2, "repair", (12, 16), (*_REPAIRED, "reply")),
    Plot("to_close_unfit", 1, "installation", (6, 9),
         (*_BOOKED, "take_up", "set_off", "arrive", "unfit", "explained", "reply")),
    Plot("to_rate", 3, "repair", (6, 14), (*_REPAIRED, "reply", "close")),
    Plot("completed", 8, "repair", (9, 20), (*_REPAIRED, *_RATED), remarks=(_TOLD,)),
    Plot("completed_by_works", 2, "repair", (13, 20), (*_BY_WORKS, *_RATED)),
    Plot("completed_after_return", 2, "repair", (13, 20),
         (*_RETURNED, "resubmit", *_REPAIRED[1:], *_RATED)),
    Plot("installed", 2, "installation", (19, 20),
         (*_BUILT, "inspected", "handed_over", "taken", "request", "send", "book", "set_off", "arrive",
          *_GAS_ON, *_RATED)),
    Plot("refused", 3, "installation", (4, 12), (*_REVIEW, "refuse")),
    Plot("withdrawn", 3, "repair", (3, 12), (*_REVIEW, "withdraw")),
    Plot("withdrawn_returned", 2, "installation", (5, 12), (*_RETURNED, "withdraw")),
    Plot("cancelled", 2, "repair", (4, 12), (*_ASSIGN, "cancel")),
    Plot("alteration_to_plan", 2, "alteration", (4, 7),
         (*_BOOKED, "take_home", "set_off", "arrive", "small")),
    Plot("gas_on_booked", 2, "gas_on", (1, 3), (*_BOOKED, "take"), "future"),
    Plot("gas_on_failed", 1, "gas_on", (4, 7), (*_VISIT, "test_failed")),
    Plot("gas_on_done", 1, "gas_on", (9, 14), (*_VISIT, *_GAS_ON, *_RATED)),
    Plot("inspection_hazard", 2, "inspection", (4, 8), (*_VISIT, "hazard", "to_customer")),
    Plot("inspected", 2, "inspection", (9, 14), (*_VISIT, "safe", "briefed", "sign_visit", *_RATED)),
)  # fmt: skip

RETURN_TEXTS = {
    "fault_photos": "照片太暗看不清，请对着故障部位重拍一张",
    "address": "门牌号和小区登记的对不上，请核对",
    "id_photos": "身份证照片反光，请重新拍，四角都要拍到",
    "property_proof": "只拍了封面，请补上写有地址的那一页",
    "floor_area": "和房产证上的面积不一致，请按房产证填写",
}
RATING_WORDS = ("师傅很准时，活也干得利索。", "讲得很清楚，谢谢。", "等了两天才约上，修得倒是不错。", "", "")
HISTORY = timedelta(days=20)
# The one alarm, long over: what the hotline and the unit did, in order.
ALARM_MOVES: dict[str, Move] = {
    "record": Move("agent", "record", (1, 2)),
    "guide": Move("agent", "guide", (1, 3)),
    "dispatch": Move("agent", "dispatch", (1, 2)),
    "assign": Move("desk", "assign", (1, 3)),
    "handled": Move(
        "handler", "handled", (25, 50), {"result": "灶前软管脱落，已更换并检漏。", "photos": ("works",)}
    ),
    "accepted": Move("desk", "accepted", (20, 60)),
    "reply": Move("desk", "reply", (10, 40), {"reason": "现场已处置，复测无泄漏。"}),
    "called": Move("agent", "answered", (60, 180)),
    "asked": Move("agent", "convenient", (1, 1)),
    "talked": Move("agent", "done", (2, 4)),
    "briefed": Move("agent", "briefed", (1, 1)),
    "noted": Move("agent", "record", (1, 2), {"result": "客户满意，提醒了安全用气。"}),
}
