"""What is late goes to who answers for the unit, once, by text message; and so does a calendar that ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import delete, select, update

from backend.cases.alarm_alerts import AlarmAlerts
from backend.cases.escalation import Escalation, write_notices
from backend.catalogue.service import DefinitionStore
from backend.core.outbox import OutboxRow
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.core.topics import NotSent, OutcomeUnknown, PromiseContext, PromiseRefused
from backend.notifications.models import StaffNotice
from backend.notifications.staff_matters import find_kind, write_matter
from backend.notifications.staff_notices import Matter, StaffNotices, read_notices
from backend.organisation.leads import find_centre_leads, find_leads, find_present
from backend.organisation.models import Staff
from backend.realtime.hints import Hint
from tests.api.organisation import ensure_staff, ensure_unit
from tests.api.staff_side import Hall

NOW = datetime(2031, 6, 3, 2, 0, tzinfo=UTC)
LEAD_PHONE, KEEPER_PHONE = "13900000041", "13900000042"
TOPIC = "notify_staff"
_numbers = count(1)


@dataclass
class Office:
    """A unit with a lead below a centre with a keeper, and the SMS platform as the test lets it answer."""

    hall: Hall
    got: list[tuple[str, str, list[str]]] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    answer: SendOutcome | Exception = field(default_factory=lambda: SendOutcome("sent", "Ok", "serial"))

    def __post_init__(self) -> None:
        organisation, keys = self.hall.organisation, self.hall.keys
        with self.hall.sessions.begin() as session:
            self.unit_id = ensure_unit(organisation, session, "389", "上报测试部", "unit", "100")
            self.lead = ensure_staff(
                organisation, session, "389", "late_lead", NOW, name="李国", positions=("area_lead",)
            )
            self.keeper = ensure_staff(
                organisation, session, "100", "late_keeper", NOW, name="赵敏",
                positions=("hotline_business_lead",),
            )  # fmt: skip
            for staff_id, phone in ((self.lead, LEAD_PHONE), (self.keeper, KEEPER_PHONE)):
                sealed = keys.encrypt(phone, "staff.phone")
                session.execute(update(Staff).where(Staff.id == staff_id).values(phone_sealed=sealed))
        self.notices = self.make_notices({"overdue": "2400007", "calendar": "2400008"})
        self.escalation = Escalation(
            self.hall.sessions, DefinitionStore(), self.notices, find_leads, self.hints.extend
        )

    def make_notices(self, templates: dict[str, str]) -> StaffNotices:
        return StaffNotices(
            self.hall.sessions, self.hall.organisation, self, templates, None, "http://hall", lambda: NOW
        )

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        self.got.append((phone, template_id, params))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def start(self) -> tuple[str, int]:
        """Open a case of the unit; its first task of staff is number 2."""
        self.hall.units["389"] = self.unit_id
        case_no = self.hall.start("389")
        return case_no, self.hall.find_id(case_no)

    def escalate(self, case_id: int, task: int = 2) -> None:
        payload = {"case_id": case_id, "task": task, "unit_id": self.unit_id}
        self.escalation.handle(payload, self._make_context("escalate_case"))

    def send_all(self, notices: StaffNotices | None = None) -> None:
        """Keep the promises that wait, as the relay would."""
        with self.hall.sessions.begin() as session:
            waiting = session.execute(
                select(OutboxRow.id, OutboxRow.payload).where(
                    OutboxRow.topic == TOPIC, OutboxRow.state == "pending"
                )
            )
            payloads = [(row.id, row.payload) for row in waiting]
        for row_id, payload in payloads:
            context = PromiseContext(row_id, TOPIC, 1, NOW, lambda: NOW)
            (notices or self.notices).send(payload, context)

    def told(self, case_id: int) -> list[tuple[int, str | None, str | None]]:
        """Return who was told of the case, and how the message ended."""
        with self.hall.sessions.begin() as session:
            return [(row.staff_id, row.state, row.code) for row in read_notices(session, [case_id])]

    @staticmethod
    def _make_context(topic: str) -> PromiseContext:
        return PromiseContext(next(_numbers), topic, 1, NOW, lambda: NOW)


@pytest.fixture
def office(hall: Hall) -> Iterator[Office]:
    with hall.sessions.begin() as session:
        # What other tests promised and nobody kept is not this office's to send.
        session.execute(delete(OutboxRow).where(OutboxRow.topic == TOPIC, OutboxRow.state == "pending"))
    yield Office(hall)
    with hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic == TOPIC))
        session.execute(
            update(Staff).where(Staff.username.in_(("late_lead", "late_keeper"))).values(presence="on_duty")
        )


def test_the_units_lead_is_told_once(office: Office) -> None:
    case_no, case_id = office.start()
    office.escalate(case_id)
    office.escalate(case_id)
    office.send_all()
    # A worker that died before it said so does it again, and nothing goes out twice.
    office.send_all()
    assert office.got == [(LEAD_PHONE, "2400007", [case_no, "受理服务申请"])]
    assert office.told(case_id) == [(office.lead, "sent", "Ok")]
    assert office.hints[0].topic == f"unit:{office.unit_id}"


def test_without_a_lead_on_duty_the_centre_is_told(office: Office) -> None:
    _, case_id = office.start()
    with office.hall.sessions.begin() as session:
        session.execute(update(Staff).where(Staff.id == office.lead).values(presence="absent"))
        leads = find_leads(session, office.unit_id)
    assert office.keeper in leads
    assert office.lead not in leads
    office.escalate(case_id)
    assert {staff_id for staff_id, _, _ in office.told(case_id)} == set(leads)


def test_what_was_done_meanwhile_is_not_told(office: Office) -> None:
    case_no, case_id = office.start()
    assert office.hall.sign_in("remote_a").act(case_no, "accept").status_code == 200
    office.escalate(case_id)
    assert office.told(case_id) == []


@pytest.mark.parametrize(
    ("answer", "raised", "state", "said"),
    [
        (SendOutcome("refused", "LimitExceeded"), PromiseRefused, "refused", "短信没有发给负责人李国"),
        (PlatformRefused("sms", "AuthFailure"), PromiseRefused, "refused", "短信没有发给负责人李国"),
        (SendOutcome("unknown", "timeout"), OutcomeUnknown, "unknown", "对方是否收到不明"),
        (PlatformUnavailable("sms", "busy"), NotSent, None, "正在短信通知负责人李国"),
    ],
)
def test_how_it_ended_stands_in_the_history(
    office: Office, answer: SendOutcome | Exception, raised: type[Exception], state: str | None, said: str
) -> None:
    _, case_id = office.start()
    office.escalate(case_id)
    office.answer = answer
    with pytest.raises(raised):
        office.send_all()
    assert [one for _, one, _ in office.told(case_id)] == [state]
    with office.hall.sessions.begin() as session:
        [line] = write_notices(read_notices(session, [case_id]), {office.lead: "李国"})
    assert said in line["text"]


def test_one_that_was_begun_is_never_sent_again(office: Office) -> None:
    _, case_id = office.start()
    office.escalate(case_id)
    office.answer = SendOutcome("unknown", "timeout")
    with pytest.raises(OutcomeUnknown):
        office.send_all()
    with pytest.raises(OutcomeUnknown):
        office.send_all()
    assert len(office.got) == 1
    # A person has found that it did not go out.
    with office.hall.sessions.begin() as session:
        promise_id = session.scalars(
            select(StaffNotice.promise_id).where(StaffNotice.case_id == case_id)
        ).one()
        assert promise_id is not None
        office.notices.reopen(session, promise_id)
    office.answer = SendOutcome("sent", "Ok", "serial-2")
    office.send_all()
    assert [one for _, one, _ in office.told(case_id)] == ["sent"]


def test_without_a_phone_or_a_template_it_says_so(office: Office) -> None:
    _, case_id = office.start()
    office.escalate(case_id)
    with pytest.raises(PromiseRefused, match="sms_not_set_up"):
        office.send_all(office.make_notices({}))
    _, other_id = office.start()
    with office.hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic == TOPIC))
        session.execute(update(Staff).where(Staff.id == office.lead).values(phone_sealed=None))
    office.escalate(other_id)
    with pytest.raises(PromiseRefused, match="no_phone"):
        office.send_all()
    assert office.got == []
    with office.hall.sessions.begin() as session:
        lines = write_notices(read_notices(session, [case_id, other_id]), {office.lead: "李国"})
    assert [one["text"] for one in lines] == [
        "已超时限，还没有开通短信，请打电话告知负责人李国",
        "已超时限，负责人李国没有登记手机号，请打电话告知",
    ]


@pytest.mark.parametrize(
    ("templates", "template_id", "params"),
    [
        ({"overdue": "1", "alarm": "2", "alarm_overdue": "3"}, "3", ["快速记录重要信息"]),
        # Not set up yet: it says less, and still that it is gas.
        ({"overdue": "1", "alarm": "2"}, "2", []),
    ],
)
def test_a_late_alarm_reads_like_no_other(
    office: Office, templates: dict[str, str], template_id: str, params: list[str]
) -> None:
    office.hall.units["389"] = office.unit_id
    case_no = office.hall.report_alarm("389", contact_phone="13812340000")
    case_id = office.hall.find_id(case_no)
    office.escalate(case_id)
    office.send_all(office.make_notices(templates))
    assert office.got == [(LEAD_PHONE, template_id, [case_no, *params])]
    with office.hall.sessions.begin() as session:
        [line] = write_notices(read_notices(session, [case_id]), {office.lead: "李国"})
    assert line["text"] == "燃气报警已超时限，已短信通知负责人李国"
    assert find_kind("alarm_overdue").urgency == "alarm"
    said = write_matter("alarm_overdue", [case_no, "支撑工单"])
    assert said == f"燃气报警（编号{case_no}）的“支撑工单”已超时限，请立即处理。"


def test_each_matter_is_told_to_each_person_once(office: Office) -> None:
    first = Matter("calendar", f"2031-12-31/{next(_numbers)}", ("2031年12月31日",))
    with office.hall.sessions.begin() as telling:
        assert office.keeper in find_centre_leads(telling)
        assert office.notices.tell(telling, first, [office.keeper]) == 1
        assert office.notices.tell(telling, first, [office.keeper, office.lead]) == 1
        assert office.notices.tell(telling, first, []) == 0


def test_an_alarm_is_told_to_the_lead_at_dispatch_and_to_the_handler_at_assignment(office: Office) -> None:
    hall, handler_phone = office.hall, "13900000043"
    hall.units["389"] = office.unit_id
    with hall.sessions.begin() as session:
        posts = {"positions": ("case_handler",), "departments": ("customer_service_dept",)}
        handler = ensure_staff(hall.organisation, session, "389", "late_crew", NOW, name="孙强", **posts)
        sealed = hall.keys.encrypt(handler_phone, "staff.phone")
        session.execute(update(Staff).where(Staff.id == handler).values(phone_sealed=sealed))
    office.notices = office.make_notices({"alarm": "2400006"})
    alerts = AlarmAlerts(hall.sessions, office.notices, find_leads, find_present)
    case_no = hall.report_alarm("389", contact_phone="13812340000")
    case_id = hall.find_id(case_no)

    def keep() -> None:
        """Keep the alert that waits, twice as after a fault, and send what it promises."""
        with hall.sessions.begin() as session:
            found = select(OutboxRow).where(OutboxRow.topic == "alert_staff").order_by(OutboxRow.id.desc())
            row = next(one for one in session.scalars(found) if one.payload["case_id"] == case_id)
            payload = dict(row.payload)
        for _ in range(2):
            alerts.handle(payload, office._make_context("alert_staff"))
        office.send_all()

    agent, crew = hall.sign_in("agent_a"), hall.sign_in("late_crew")
    for name in ("record", "guide", "dispatch"):
        assert (
            agent.act(case_no, name, **({"unit_code": "389"} if name == "dispatch" else {})).status_code
            == 200
        )
    keep()
    assert office.got == [(LEAD_PHONE, "2400006", [case_no])]
    with hall.sessions.begin() as session:
        session.execute(delete(OutboxRow).where(OutboxRow.topic == TOPIC))
    assert crew.act(case_no, "assign", handler="late_crew").status_code == 200
    keep()
    assert office.got[1:] == [(handler_phone, "2400006", [case_no])]
    texts = [one["text"] for one in agent.read(f"/cases/{case_no}")["history"]]
    told = [one for one in texts if one.startswith("燃气报警，已短信通知")]
    assert [name in one for name, one in zip(("李国", "孙强"), told, strict=True)] == [True, True], texts


def test_who_holds_a_post_nearby_is_told_and_the_lead_where_nobody_does(office: Office) -> None:
    hall, phone = office.hall, "13900000044"
    hall.units["389"] = office.unit_id
    with hall.sessions.begin() as session:
        posts = {"positions": (), "departments": ("business_division",)}
        reviewer = ensure_staff(hall.organisation, session, "389", "late_division", NOW, name="周敏", **posts)
        sealed = hall.keys.encrypt(phone, "staff.phone")
        session.execute(update(Staff).where(Staff.id == reviewer).values(phone_sealed=sealed))
    office.notices = office.make_notices({"complaint_review": "2400009"})
    alerts = AlarmAlerts(hall.sessions, office.notices, find_leads, find_present)
    case_no = hall.report_alarm("389", contact_phone="13812340000")
    for task, who in enumerate(("business_division", "finance_dept")):
        payload = {"case_id": hall.find_id(case_no), "task": task, "who": who, "kind": "complaint_review"}
        alerts.handle(payload, office._make_context("alert_staff"))
        office.send_all()
    assert office.got == [(phone, "2400009", [case_no]), (LEAD_PHONE, "2400009", [case_no])]
