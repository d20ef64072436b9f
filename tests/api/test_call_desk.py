"""What the hotline tells a caller of any case, and what of it stays closed; over HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from backend.access.models import PersonalLook
from backend.cases.commands import CUSTOMER, Complete, Start
from backend.cases.models import ServiceCase
from backend.cases.service import NewCase, Request
from backend.catalogue.service import DefinitionStore
from backend.organisation.leads import UNIT_LEAD
from backend.organisation.models import Staff, StaffPost, Unit
from backend.organisation.service import PHONE_CONTEXT
from tests.api.bookings import enter_booking
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_intake import enter_account, fault, make_phone, open_case
from tests.api.test_scenarios import SCENARIOS, make_performer

PHONES = {"lead_a": "13900001111", "handler_361": "13900002222"}
# Those in which the manual asks for the progress that customers and the hotline can query.
DISPATCHED = [
    "hotline_alarm", "hotline_praise", "hotline_service_application", "hotline_fault_repair",
    "hotline_municipal_order", "hotline_consultation", "hotline_suggestion", "hall_service_application",
    "online_service_application", "online_customer_service", "complaint_level_1", "complaint_level_2_3",
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_other_lead(hall: Hall) -> Iterator[None]:
    """Let lead_a alone answer for the unit, whomever other tests have entered there and above."""
    leads = select(StaffPost.staff_id).where(StaffPost.key == UNIT_LEAD)
    others = Staff.id.in_(leads) & (Staff.username != "lead_a")
    with hall.sessions.begin() as session:
        present = list(session.scalars(select(Staff.id).where(others, Staff.presence == "on_duty")))
        session.execute(update(Staff).where(Staff.id.in_(present)).values(presence="absent"))
    yield
    with hall.sessions.begin() as session:
        session.execute(update(Staff).where(Staff.id.in_(present)).values(presence="on_duty"))


@pytest.fixture(autouse=True)
def phones(hall: Hall) -> Iterator[None]:
    with hall.sessions.begin() as session:
        for username, phone in PHONES.items():
            sealed = hall.keys.encrypt(phone, PHONE_CONTEXT)
            session.execute(update(Staff).where(Staff.username == username).values(phone_sealed=sealed))
    yield
    with hall.sessions.begin() as session:
        session.execute(update(Staff).where(Staff.username.in_(PHONES)).values(phone_sealed=None))


@pytest.fixture
def agent(hall: Hall) -> Browser:
    return hall.sign_in("agent_a")


def find(who: Browser, typed: str) -> list[str]:
    answer = who.send("POST", "/calls/search", {"q": typed})
    assert answer.status_code == 200, answer.text
    return [one["case_no"] for one in json.loads(answer.text)["items"]]


class Walk:
    """One case that goes the way of a scenario of its process."""

    def __init__(self, hall: Hall, process: str) -> None:
        self._hall = hall
        ways = [one.values[1] for one in SCENARIOS if one.values[0] == process]
        way = next(one for one in ways if {"assign", "support"} & {step for _, step, *_ in one["does"]})
        self._does = [one for one in way["does"] if one[0] not in ("due", "time")]
        new = NewCase(process, hall.units["361"], "361", hall.customer_id, "online", data=way["data"])
        start = Start(CUSTOMER, data=way["data"])
        self.case_no = hall.service.start_case(self._request(), new, start).case_no
        self._id = hall.find_id(self.case_no)
        with hall.sessions() as session:
            version = select(ServiceCase.definition_version_id).where(ServiceCase.id == self._id)
            self._definition = DefinitionStore().get(session, session.execute(version).scalar_one())

    def go_past(self, asked: str) -> None:
        """Go on until an outcome was chosen that asks for this."""
        while self._does:
            post, key, outcome, *more = self._does.pop(0)
            chosen = self._definition.step(key).outcome(outcome)
            assert chosen is not None
            snapshot = self._hall.service.load(self._id).snapshot
            [task] = [one for one in snapshot.open_tasks if one.step == key]
            named = {
                "unit": {"unit_id": self._hall.units["361"], "unit_code": "361"},
                "handler": {"handler_id": self._hall.staff["handler_361"]},
            }
            data = {name: value for one in chosen.asks if one in named for name, value in named[one].items()}
            performer = make_performer(post, self._hall.staff["handler_361"])
            reason = more[0].get("reason", "") if more else ""
            command = Complete(performer, task.no, outcome, snapshot.version, reason=reason, data=data)
            self._hall.service.carry_out(self._request(), self._id, command)
            if asked in chosen.asks:
                return
        raise AssertionError(f"nothing asks for a {asked}")

    @staticmethod
    def _request() -> Request:
        return Request("system", uuid.uuid4(), {})


@pytest.mark.parametrize("process", DISPATCHED)
def test_from_dispatch_on_customer_and_hotline_know_whom_to_call(
    hall: Hall, agent: Browser, process: str
) -> None:
    walk = Walk(hall, process)
    before = agent.read(f"/calls/cases/{walk.case_no}")
    assert [one["contact"] for one in before["places"]] == [None]
    walk.go_past("unit")
    unit = {"name": "东城客服部 王lead_a", "phone": PHONES["lead_a"]}
    _expect_contact(hall, agent, walk.case_no, unit)
    if process != "hotline_municipal_order":
        walk.go_past("handler")
        handler = {"name": "王handler_361", "phone": PHONES["handler_361"]}
        _expect_contact(hall, agent, walk.case_no, handler)


def _expect_contact(hall: Hall, agent: Browser, case_no: str, contact: dict[str, str]) -> None:
    told = agent.read(f"/calls/cases/{case_no}")
    [place] = told["places"]
    assert place["contact"] == contact
    assert place["step_name"]
    assert place["party_name"]
    assert contact in [one["handler"] for one in told["progress"] if one["state"] == "now"]
    customer = hall.customer_cases.read(hall.customer_id, case_no)
    assert contact in [one["handler"] for one in customer["progress"] if one["state"] == "now"]


def test_what_a_case_was_handed_over_to_has_a_contact_of_its_own(hall: Hall, agent: Browser) -> None:
    walk = Walk(hall, "online_service_application")
    walk.go_past("handler")
    case_id = hall.find_id(walk.case_no)
    with hall.sessions.begin() as session:
        booking = enter_booking(session, case_id)
    hall.customer(walk.case_no, "book", data=booking)
    with hall.sessions.begin() as session:
        child = session.scalars(select(ServiceCase).where(ServiceCase.parent_case_id == case_id)).one()
        child.handler_id, child_no = hall.staff["lead_a"], child.case_no
    for number in (walk.case_no, child_no):
        told = agent.read(f"/calls/cases/{number}")
        assert told["case_no"] == walk.case_no
        [place] = told["places"]
        assert (place["process_name"], place["step_name"]) == ("维修", "受理申请")
        assert place["contact"] == {"name": "王lead_a", "phone": PHONES["lead_a"]}


def test_a_caller_is_found_by_number_phone_account_and_address(hall: Hall, agent: Browser) -> None:
    phone, desk = make_phone(), hall.sign_in("desk_361")
    values = fault(contact_phone=phone)
    # A case of another process than the agent's own, opened at the counter.
    person = {key: values[key] for key in ("contact_name", "contact_phone", "address")}
    case_no = open_case(desk, "hall_service_application", {**person, "service": "repair"}, channel="counter")
    assert code(agent.get(f"/cases/{case_no}")) == "not_found"
    place = values["address"]
    for typed in (
        case_no,
        phone,
        f"{phone[:3]} {phone[3:7]} {phone[7:]}",
        f"{place['community']} {place['building']}",
    ):
        assert case_no in find(agent, typed)
    online = hall.start(unit="362", contact_phone=phone)
    assert set(find(agent, phone)) == {case_no, online}
    told = agent.read(f"/calls/cases/{case_no}")
    assert not told["may_open"]
    assert told["headline"]
    # Nobody leafs through cases by half a word, and a number that nobody has finds nothing.
    for typed in ("阳光小区", phone[:8], "% %", "张小红"):
        answer = agent.send("POST", "/calls/search", {"q": typed})
        assert answer.status_code == 422 or json.loads(answer.text)["items"] == [], typed


def test_an_account_finds_the_cases_of_who_holds_it(hall: Hall, agent: Browser) -> None:
    account_no, customer_id = enter_account(hall, make_phone())
    case_no = hall.start()
    with hall.sessions.begin() as session:
        mine = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(mine.values(customer_id=customer_id))
    assert find(agent, account_no) == [case_no]


def test_the_desk_shows_no_more_than_the_progress_and_each_look_is_kept(hall: Hall, agent: Browser) -> None:
    case_no = hall.start()
    told = agent.read(f"/calls/cases/{case_no}")
    text = json.dumps(told, ensure_ascii=False)
    # The door is looked for as it is written on screens: three digits alone stand in any time stamp.
    for personal in ("张小红", "13812345678", '"501"', "2单元", "110101199003077758", "photo-front"):
        assert personal not in text
    assert {"form", "values", "files", "documents", "history"} & told.keys() == set()
    with hall.sessions() as session:
        looks = select(PersonalLook).where(PersonalLook.subject == f"case:{hall.find_id(case_no)}")
        [look] = session.scalars(looks)
    assert (look.staff_id, look.items, look.reason) == (hall.staff["agent_a"], ["progress"], "来电查询进度")
    for who in ("remote_a", "desk_361", "handler_361"):
        assert code(hall.sign_in(who).get(f"/calls/cases/{case_no}")) == "forbidden"
        assert code(hall.sign_in(who).send("POST", "/calls/search", {"q": case_no})) == "forbidden"


def test_an_agent_of_a_unit_finds_its_cases_alone(hall: Hall, agent: Browser) -> None:
    with hall.sessions.begin() as session:
        agents = update(Staff).where(Staff.username == "agent_a")
        session.execute(agents.values(unit_id=hall.units["361"]))
    try:
        own, foreign = hall.start(), hall.start(unit="362")
        assert agent.get(f"/calls/cases/{own}").status_code == 200
        for answer in (
            agent.get(f"/calls/cases/{foreign}"),
            agent.send("POST", f"/calls/cases/{foreign}/notes", {"text": "催"}),
            agent.send("POST", f"/calls/cases/{foreign}/urgings", {"command_id": str(uuid.uuid4())}),
            agent.get("/calls/cases/261126000000000"),
        ):
            assert code(answer) == "not_found"
        assert find(agent, foreign) == []
    finally:
        with hall.sessions.begin() as session:
            session.execute(agents.values(unit_id=session.scalar(select(Unit.id).where(Unit.code == "100"))))


def test_the_agent_urges_for_the_caller_and_leaves_a_remark(hall: Hall, agent: Browser) -> None:
    case_no, body = hall.start(), {"command_id": str(uuid.uuid4())}
    assert agent.read(f"/calls/cases/{case_no}")["may_urge"]
    for _ in range(2):
        assert agent.send("POST", f"/calls/cases/{case_no}/urgings", body).status_code == 201
    told = agent.read(f"/calls/cases/{case_no}")
    assert (told["urged_times"], told["may_urge"]) == (1, False)
    assert "后可以再催" in told["urge_hint"]
    again = {"command_id": str(uuid.uuid4())}
    assert code(agent.send("POST", f"/calls/cases/{case_no}/urgings", again)) == "urged_lately"
    note = {"text": "客户说下午都在家"}
    assert agent.send("POST", f"/calls/cases/{case_no}/notes", note).status_code == 201
    assert code(agent.send("POST", f"/calls/cases/{case_no}/notes", {"text": " "})) == "invalid_input"
    seen = hall.sign_in("remote_a").read(f"/cases/{case_no}")
    assert [(one["author"], one["text"]) for one in seen["notes"]] == [
        ("王agent_a（话务坐席岗）", "客户说下午都在家")
    ]
    assert ("王agent_a（话务坐席岗）", "客户来电催办") in [
        (one["actor"], one["text"]) for one in seen["history"]
    ]
