"""By which ways staff are told: by urgency and each person's own choice; on a real database."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select

from backend.core.local_time import SHANGHAI
from backend.core.outbox import OutboxRow
from backend.core.outcomes import PlatformUnavailable, SendOutcome
from backend.core.topics import NotSent, OutcomeUnknown, PromiseContext, PromiseRefused
from backend.notifications.models import StaffNotice
from backend.notifications.staff_notices import Matter, StaffNotices, read_notices
from backend.organisation.staff_upkeep import StaffEntry, StaffUpkeep
from tests.api.staff_side import Browser, Hall

SENT = SendOutcome("sent", "0")
TEMPLATES = {"urged": "1", "alarm": "2", "contract": "3", "handed_over": "4"}
_subjects = itertools.count()


@dataclass
class Ways:
    """Both platforms as the test plays them: what arrived, and what each answers."""

    arrived: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, SendOutcome | Exception] = field(default_factory=dict)
    texts: list[tuple[str, list[str]]] = field(default_factory=list)

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        self.texts.append((template_id, params))
        return self._call("sms", phone)

    def send_card(self, userid: str, title: str, text: str, url: str) -> SendOutcome:
        assert url == "http://hall/console/#/cases/123"
        return self._call("wecom", userid)

    def _call(self, way: str, to: str) -> SendOutcome:
        answer = self.answers.get(way, SENT)
        if isinstance(answer, Exception):
            raise answer
        if answer.state == "sent":
            self.arrived.append((way, to))
        return answer


class Stage:
    """One member of staff with phone and enterprise WeChat, and matters to tell."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.ways = hall, Ways()
        self.time = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI)
        self.me: Browser = hall.sign_in("second_361")
        self.enter()
        self.choose()

    def enter(self, userid: str = "wang.second") -> None:
        upkeep = StaffUpkeep(self.hall.organisation, self.hall.keys, lambda: ("", "!"))
        entry = StaffEntry(
            "second_361", "王second_361", "361", ("case_handler",), (), "13800138000", "on_duty", userid
        )
        with self.hall.sessions.begin() as session:
            upkeep.put_staff(session, entry, self.time)

    def choose(self, quiet: tuple[int | None, int | None] = (None, None), **ways: list[str]) -> int:
        usual = {"alarm": ["sms", "wecom"], "urgent": ["sms", "wecom"], "ordinary": ["wecom"]}
        body = {"ways": {**usual, **ways}, "quiet_from": quiet[0], "quiet_until": quiet[1]}
        return self.me.send("PUT", "/me/notice-choice", body).status_code

    def notices(self, wecom: bool = True) -> StaffNotices:
        return StaffNotices(
            self.hall.sessions, self.hall.organisation, self.ways, TEMPLATES, self.ways if wecom else None,
            "http://hall/console", lambda: self.time,
        )  # fmt: skip

    def tell(self, kind: str) -> tuple[OutboxRow, PromiseContext]:
        """Tell of a matter and return its promise."""
        matter = Matter(kind, f"ways/{next(_subjects)}", ("123", "步骤"), self.hall.find_id(self.case_no))
        with self.hall.sessions.begin() as session:
            self.notices().tell(session, matter, [self.hall.staff["second_361"]])
            newest = select(OutboxRow).where(OutboxRow.topic == "notify_staff").order_by(OutboxRow.id.desc())
            row = session.scalars(newest.limit(1)).one()
        return row, PromiseContext(row.id, row.topic, 1, row.created_at, lambda: self.time)

    @property
    def case_no(self) -> str:
        if not hasattr(self, "_case_no"):
            self._case_no = self.hall.start()
        return self._case_no

    def send(self, kind: str, wecom: bool = True) -> list[str]:
        """Tell and send; return by which ways it arrived."""
        row, context = self.tell(kind)
        self.ways.arrived.clear()
        self.notices(wecom).send(row.payload, context)
        return sorted(way for way, _ in self.ways.arrived)

    def read(self, after: int | None = None) -> dict[str, Any]:
        return self.me.read("/me/notices", **({} if after is None else {"after": after}))


@pytest.fixture
def stage(hall: Hall) -> Iterator[Stage]:
    yield Stage(hall)
    with hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic == "notify_staff"))


def test_each_urgency_goes_its_own_ways(stage: Stage) -> None:
    assert stage.send("urged") == ["sms", "wecom"]
    assert ("wecom", "wang.second") in stage.ways.arrived
    assert stage.send("contract") == ["wecom"]
    stage.choose(urgent=["wecom"], ordinary=["sms"])
    assert stage.send("urged") == ["wecom"]
    assert stage.send("contract") == ["sms"]


def test_whom_no_chosen_way_reaches_gets_a_text_message(stage: Stage) -> None:
    assert stage.send("contract", wecom=False) == ["sms"]
    stage.enter(userid="")
    assert stage.send("contract") == ["sms"]
    stage.choose(ordinary=[])
    assert stage.send("contract") == ["sms"]


def test_who_is_called_by_a_text_message_anyway_hears_by_the_other_ways(stage: Stage) -> None:
    last = stage.read()["last"]
    stage.choose(alarm=["sms", "wecom", "browser"])
    assert stage.send("on_call") == ["wecom"]
    assert [one["title"] for one in stage.read(last)["items"]] == ["轮到您接警"]
    assert stage.send("on_call", wecom=False) == []
    stage.enter(userid="")
    assert stage.send("on_call") == []


def test_alarms_cannot_be_switched_off(stage: Stage) -> None:
    for ways in ([], ["browser"]):
        assert stage.choose(alarm=ways) == 422
    assert stage.send("alarm") == ["sms", "wecom"]
    assert stage.choose(alarm=["wecom"]) == 200
    assert stage.choose(alarm=["pigeon"]) == 422
    assert stage.choose(quiet=(22, None)) == 422
    assert stage.choose(quiet=(22, 24)) == 422


def test_only_what_is_ordinary_waits_for_the_end_of_the_quiet_hours(stage: Stage) -> None:
    stage.choose(quiet=(21, 8))
    stage.time = datetime(2026, 11, 24, 23, tzinfo=SHANGHAI)
    ordinary, _ = stage.tell("contract")
    assert ordinary.not_before == datetime(2026, 11, 25, 8, tzinfo=SHANGHAI)
    urgent, _ = stage.tell("urged")
    assert urgent.not_before is None


def test_one_way_out_of_order_does_not_hold_up_or_double_the_other(stage: Stage) -> None:
    away = PlatformUnavailable("wecom", "45009")
    stage.ways.answers = {"wecom": away}
    assert stage.send("urged") == ["sms"]
    stage.ways.answers = {"wecom": away, "sms": PlatformUnavailable("sms", "busy")}
    row, context = stage.tell("urged")
    with pytest.raises(NotSent):
        stage.notices().send(row.payload, context)
    stage.ways.answers, stage.ways.arrived = {}, []
    for _ in range(2):
        stage.notices().send(row.payload, context)
    assert sorted(way for way, _ in stage.ways.arrived) == ["sms", "wecom"]


def test_how_it_ended_is_told_by_the_way_that_came_furthest(stage: Stage) -> None:
    def end(**answers: SendOutcome) -> str | None:
        stage.ways.answers = dict(answers)
        row, context = stage.tell("urged")
        with contextlib.suppress(OutcomeUnknown, PromiseRefused):
            stage.notices().send(row.payload, context)
        with stage.hall.sessions() as session:
            state: str | None = read_notices(session, [stage.hall.find_id(stage.case_no)])[-1].state
        return state

    refused, unknown = SendOutcome("refused", "81013"), SendOutcome("unknown", "timeout")
    assert end(wecom=refused) == "sent"
    assert end(wecom=unknown, sms=refused) == "unknown"
    assert end(wecom=refused, sms=refused) == "refused"


def test_the_browser_shows_what_is_new_and_chosen(stage: Stage) -> None:
    last = stage.read()["last"]
    assert stage.read()["items"] == []
    stage.choose(urgent=["browser"])
    stage.tell("urged")
    stage.tell("contract")
    told = stage.read(last)
    assert [(one["title"], one["case_no"]) for one in told["items"]] == [("客户催办", "123")]
    assert stage.read(told["last"])["items"] == []
    assert stage.hall.sign_in("handler_361").read("/me/notices", after=last)["items"] == []
    assert stage.me.get("/me/notices", after=-1).status_code == 422


def test_a_member_name_is_checked_and_belongs_to_one(stage: Stage) -> None:
    keeper = stage.hall.sign_in("lead_a")
    people = keeper.read("/organisation/staff")["items"]
    mine = next(one for one in people if one["username"] == "handler_361")
    body = {
        key: mine[key] for key in ("name", "unit_code", "positions", "departments", "presence", "revision")
    }
    for wrong, fault in (("有空格 的", "只有字母"), ("WANG.second", "别的同事")):
        refused = keeper.send("PUT", "/organisation/staff/handler_361", {**body, "wecom_userid": wrong})
        assert refused.status_code == 422
        assert fault in json.loads(refused.text)["fields"]["wecom_userid"]


def test_who_hands_work_over_is_named_where_it_is_told_and_kept_by_id(stage: Stage, hall: Hall) -> None:
    giver = str(hall.staff["desk_361"])
    matter = Matter("handed_over", f"ways/{next(_subjects)}", ("3", giver))
    with hall.sessions.begin() as session:
        stage.notices().tell(session, matter, [hall.staff["second_361"]])
        newest = select(OutboxRow).where(OutboxRow.topic == "notify_staff").order_by(OutboxRow.id.desc())
        row = session.scalars(newest.limit(1)).one()
        kept = select(StaffNotice.params).where(StaffNotice.id == row.payload["notice_id"])
        assert session.execute(kept).scalar_one() == ["3", giver]
    context = PromiseContext(row.id, row.topic, 1, row.created_at, lambda: stage.time)
    stage.notices(wecom=False).send(row.payload, context)
    assert stage.ways.texts == [("4", ["3", "王desk_361"])]
