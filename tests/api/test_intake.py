"""Cases that staff open on a customer's behalf; over HTTP."""

from __future__ import annotations

import json
import secrets
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.access.models import PersonalLook
from backend.cases.models import ServiceCase
from backend.catalogue.field_checks import check_address
from backend.customers.account_sealing import seal_place
from backend.customers.addresses import index_address
from backend.customers.models import AccountRole, GasAccount, Premises
from backend.customers.service import CustomersService, NewCustomer
from tests.api.staff_side import ADDRESS, Browser, Hall, code

PART: dict[str, Any] = {**dict.fromkeys(ADDRESS, ""), "point": None}


def make_phone() -> str:
    return f"137{secrets.randbelow(10**8):08d}"


def make_address() -> dict[str, Any]:
    return {**ADDRESS, "door": str(secrets.randbelow(10**6))}


def list_startable(who: Browser) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in who.read("/intake/processes")["items"]}


def write_down(who: Browser, process: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the body of a new case."""
    body = {"command_id": str(uuid.uuid4()), "process": process, "channel": "hotline", "values": values}
    return {**body, "form_version": list_startable(who)[process]["form"]["version"], **more}


def open_case(who: Browser, process: str, values: dict[str, Any], **more: Any) -> str:
    answer = who.send("POST", "/cases", write_down(who, process, values, **more))
    assert answer.status_code == 201, answer.text
    return str(json.loads(answer.text)["case_no"])


def fault(**more: Any) -> dict[str, Any]:
    person = {"contact_name": "张小红", "contact_phone": make_phone(), "address": make_address()}
    return {**person, "fault_kind": "stove", "fault_text": "打不着火", **more}


def test_each_post_starts_what_is_its_own(hall: Hall) -> None:
    agent, desk = list_startable(hall.sign_in("agent_a")), list_startable(hall.sign_in("desk_361"))
    assert next(iter(agent)) == "hotline_alarm"
    assert {"hotline_fault_repair", "hotline_municipal_order"} <= agent.keys()
    assert {"hall_service_application", "account_closing"} <= desk.keys()
    assert not agent.keys() & desk.keys()
    assert list_startable(hall.sign_in("handler_361")) == {}
    assert hall.sign_in("agent_a").read("/intake/processes")["usual_channel"] == "hotline"
    assert hall.sign_in("desk_361").read("/intake/processes")["usual_channel"] == "counter"


def test_a_fault_told_on_the_telephone(hall: Hall) -> None:
    agent, values = hall.sign_in("agent_a"), fault()
    case_no = open_case(agent, "hotline_fault_repair", values)
    case = agent.read(f"/cases/{case_no}")
    assert (case["channel"], case["unit_code"], case["step"]) == ("hotline", "361", "accept")
    assert case["values"]["contact_phone"].endswith(values["contact_phone"][-4:])
    assert "*" in case["values"]["contact_phone"]
    assert case["history"][-1]["actor"].startswith("王agent_a")
    queue = agent.read("/cases", queue="accept", sort="newest")["items"]
    assert (queue[0]["case_no"], queue[0]["channel"]) == (case_no, "hotline")


def test_the_same_command_opens_one_case(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    body = write_down(agent, "hotline_fault_repair", fault())
    first, again = (agent.send("POST", "/cases", body) for _ in range(2))
    assert (again.status_code, again.text) == (201, first.text)
    other = agent.send("POST", "/cases", {**body, "channel": "officer"})
    assert (other.status_code, code(other)) == (409, "idempotency_conflict")


def test_what_is_not_ones_own_cannot_be_started(hall: Hall) -> None:
    body = write_down(hall.sign_in("agent_a"), "hotline_fault_repair", fault())
    for process in ("hotline_fault_repair", "repair", "nothing"):
        answer = hall.sign_in("desk_361").send("POST", "/cases", {**body, "process": process})
        assert (answer.status_code, code(answer)) == (404, "process_unknown")


def test_bad_input_names_its_fields(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    values = fault(contact_phone="12", fault_kind="volcano", surplus="x", contact_name="")
    answer = agent.send("POST", "/cases", write_down(agent, "hotline_fault_repair", values))
    assert answer.status_code == 422
    assert json.loads(answer.text)["fields"].keys() == {
        "contact_phone", "fault_kind", "surplus", "contact_name",
    }  # fmt: skip
    old = write_down(agent, "hotline_fault_repair", fault(), form_version=99)
    assert code(agent.send("POST", "/cases", old)) == "form_changed"
    elsewhere = write_down(agent, "hotline_fault_repair", fault(), channel="pigeon")
    assert agent.send("POST", "/cases", elsewhere).status_code == 422
    nobody = write_down(agent, "hotline_fault_repair", fault(), customer_id=2**40)
    assert json.loads(agent.send("POST", "/cases", nobody).text)["fields"].keys() == {"customer_id"}


def test_an_open_case_of_the_kind_at_the_address_is_shown_first(hall: Hall) -> None:
    agent, values = hall.sign_in("agent_a"), fault()
    case_no = open_case(agent, "hotline_fault_repair", values)
    again = write_down(agent, "hotline_fault_repair", {**values, "contact_phone": make_phone()})
    refused = agent.send("POST", "/cases", again)
    assert (refused.status_code, code(refused)) == (409, "duplicate_at_address")
    assert json.loads(refused.text)["extra"]["case_no"] == case_no
    # Another matter at the same address is no duplicate, and what was looked at is opened all the same.
    person = {key: values[key] for key in ("contact_name", "contact_phone", "address")}
    open_case(agent, "hotline_consultation", {**person, "matter_text": "几点上班"})
    anyway = agent.send("POST", "/cases", {**again, "allow_duplicate": True})
    assert anyway.status_code == 201, anyway.text


def test_the_customer_with_the_phone_is_the_cases_own(hall: Hall) -> None:
    agent, phone = hall.sign_in("agent_a"), make_phone()
    numbers = [open_case(agent, "hotline_fault_repair", fault(contact_phone=phone)) for _ in range(2)]
    with hall.sessions.begin() as session:
        of_both = ServiceCase.case_no.in_(numbers)
        owners = session.scalars(select(ServiceCase.customer_id).where(of_both)).all()
    assert owners[0] is not None
    assert owners[0] == owners[1]
    found = agent.send("POST", "/intake/search", {"phone": phone})
    body = json.loads(found.text)
    assert [(one["customer_id"], one["name"], one["phone"]) for one in body["customers"]] == [
        (owners[0], "张小红", phone)
    ]
    assert body["customers"][0]["address"]["community"] == "阳光小区"
    assert {one["case_no"] for one in body["open_cases"]} == set(numbers)
    assert not json.loads(hall.sign_in("desk_362").send("POST", "/intake/search", {"phone": phone}).text)[
        "open_cases"
    ]


def test_each_look_at_a_customer_is_recorded(hall: Hall) -> None:
    agent, phone = hall.sign_in("agent_a"), make_phone()
    open_case(agent, "hotline_fault_repair", fault(contact_phone=phone))
    of_agent = select(func.count()).where(
        PersonalLook.staff_id == hall.staff["agent_a"], PersonalLook.reason == "代客登记"
    )
    with hall.sessions.begin() as session:
        before = session.scalar(of_agent)
    assert agent.send("POST", "/intake/search", {"phone": phone}).status_code == 200
    with hall.sessions.begin() as session:
        assert session.scalar(of_agent) == (before or 0) + 1


def enter_account(
    hall: Hall, phone: str, at: dict[str, Any] | None = None, community: str = "阳光小区"
) -> tuple[str, int]:
    """Enter an account in unit 361 with its owner; returns its number and the owner's id."""
    now, account_no = datetime.now(UTC), f"37{secrets.randbelow(10**8):08d}"
    index = secrets.token_bytes(16) if at is None else index_address(hall.keys, check_address(at))
    with hall.sessions.begin() as session:
        owner = CustomersService(hall.keys).enter(session, NewCustomer(name="李大爷", phone=phone), now)
        unit_id = hall.units["361"]
        premises = Premises(
            unit_id=unit_id, region="历下区", street="文化路", community=community, building="3号楼",
            door_sealed="", address_index=index, created_at=now,
        )  # fmt: skip
        session.add(premises)
        session.flush()
        seal_place(hall.keys, premises, at or {"door": "501室"})
        account = GasAccount(
            unit_id=unit_id, account_no=account_no, premises_id=premises.id, status="active",
            gas_use="residential", opened_at=now,
        )  # fmt: skip
        session.add(account)
        session.flush()
        role = AccountRole(
            customer_id=owner, gas_account_id=account.id, unit_id=unit_id, role="owner", granted_at=now
        )
        session.add(role)
    return account_no, owner


def test_found_by_account_and_by_address(hall: Hall) -> None:
    phone = make_phone()
    account_no, owner = enter_account(hall, phone)
    agent = hall.sign_in("agent_a")
    [person] = json.loads(agent.send("POST", "/intake/search", {"account_no": account_no}).text)["customers"]
    assert (person["customer_id"], person["name"], person["phone"]) == (owner, "李大爷", phone)
    assert (person["address"]["building"], person["address"]["door"]) == ("3号楼", "501室")
    foreign = hall.sign_in("desk_362").send("POST", "/intake/search", {"account_no": account_no})
    assert json.loads(foreign.text)["customers"] == []
    values = fault()
    case_no = open_case(agent, "hotline_fault_repair", values)
    found = json.loads(agent.send("POST", "/intake/search", {"address": values["address"]}).text)
    assert [one["case_no"] for one in found["open_cases"]] == [case_no]


def test_whoever_holds_an_account_at_the_address_is_found_by_it(hall: Hall) -> None:
    address, phone = make_address(), make_phone()
    account_no, owner = enter_account(hall, phone, address)
    agent = hall.sign_in("agent_a")
    [person] = json.loads(agent.send("POST", "/intake/search", {"address": address}).text)["customers"]
    assert (person["customer_id"], person["account_no"], person["phone"]) == (owner, account_no, phone)
    foreign = hall.sign_in("desk_362").send("POST", "/intake/search", {"address": address})
    assert json.loads(foreign.text)["customers"] == []


def test_a_part_of_an_address_finds_homes_and_names_nobody(hall: Hall) -> None:
    phone, community = make_phone(), f"望湖{secrets.token_hex(4)}"
    account_no, owner = enter_account(hall, phone, community=community)
    for _ in range(10):
        enter_account(hall, make_phone(), community=community)
    agent = hall.sign_in("agent_a")

    def find(**parts: str) -> dict[str, Any]:
        answer = agent.send("POST", "/intake/search", {"address": {**PART, **parts}})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text)
        return found

    found = find(community=community)
    assert (len(found["customers"]), found["more"]) == (10, True)
    first = found["customers"][0]
    assert (first["account_no"], first["customer_id"], first["masked"]) == (account_no, owner, True)
    assert (first["name"], first["phone"]) == ("李*", f"{phone[:3]}****{phone[-4:]}")
    assert (first["address"]["building"], first["address"]["door"]) == ("3号楼", "")
    # The beginning is enough, a street finds as well, and the door is looked for behind what fits.
    assert find(community=community[:6])["customers"]
    assert find(street="文化路")["customers"]
    assert len(find(community=community, door="501")["customers"]) == 10
    assert find(community=community, building="3", door="502")["customers"] == []
    assert find(community=community, building="4")["customers"] == []
    # What stands for any character elsewhere is only itself here.
    assert find(community="%%")["customers"] == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"address": {**PART, "community": "阳", "building": "3号楼"}}, "address"),
    ],
)
def test_nobody_leafs_through_customers(hall: Hall, asked: dict[str, Any], field: str) -> None:
    answer = hall.sign_in("agent_a").send("POST", "/intake/search", asked)
    assert answer.status_code == 422
    assert json.loads(answer.text)["fields"].keys() == {field}


def test_an_alarm_told_on_the_telephone_stands_before_all(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    values = {"contact_phone": make_phone(), "words": "楼道里有煤气味，老人头晕"}
    partly = {**dict.fromkeys(ADDRESS, ""), "street": "文化路", "community": "阳光小区", "point": None}
    case_no = open_case(agent, "hotline_alarm", {**values, "address": partly})
    open_case(agent, "hotline_alarm", {**values, "address": partly})
    [queue, *_] = agent.read("/queues")["items"]
    assert (queue["key"], queue["urgent"]) == ("alarm", True)
    case = agent.read(f"/cases/{case_no}")
    assert (case["is_alarm"], case["rings"], case["step"]) == (True, True, "record")
    assert case["values"]["words"] == values["words"]
    assert agent.act(case_no, "record").status_code == 200
    assert agent.read(f"/cases/{case_no}")["rings"] is False


def test_the_counter_opens_in_its_own_unit(hall: Hall) -> None:
    desk = hall.sign_in("desk_362")
    values = {key: one for key, one in fault().items() if not key.startswith("fault")}
    case_no = open_case(desk, "hall_service_application", {**values, "service": "repair"}, channel="counter")
    case = desk.read(f"/cases/{case_no}")
    # The address is served by unit 361, whose cases this desk does not see.
    assert (case["unit_code"], case["channel"], case["service_name"]) == ("362", "counter", "报修")


def test_what_sounds_like_a_leak_is_marked_for_staff(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    marked = open_case(agent, "hotline_fault_repair", fault() | {"fault_text": "厨房闻到煤气味"})
    plain = open_case(agent, "hotline_fault_repair", fault() | {"fault_text": "没有漏气，打不着火"})
    assert [agent.read(f"/cases/{one}")["leak_words"] for one in (marked, plain)] == [True, False]
    rows = agent.read("/cases", queue="accept", sort="newest")["items"]
    told = {row["case_no"]: row["leak_words"] for row in rows}
    assert (told[marked], told[plain]) == (True, False)


def test_a_list_may_be_narrowed_to_whatever_cases_are_about(hall: Hall) -> None:
    agent = hall.sign_in("agent_a")
    told = agent.read("/businesses")["items"]
    kinds = {one["key"]: (one["name"], one["kind"]) for one in told}
    assert len(kinds) == len(told)
    assert kinds["repair"][1] == "service"
    assert kinds["hotline_praise"] == ("表扬", "hotline")
    assert kinds["complaint_level_2_3"] == ("投诉(2、3级)", "hotline")
    assert kinds["revisit"] == ("回访", "inside")
    assert kinds["install_residential_individual"][1] == "works"
    # No two of one name, and those of a kind by their sound: b before c before y.
    names = [one["name"] for one in told]
    assert len(set(names)) == len(names)
    assert kinds["gas_on"][0] == "置换通气" and kinds["gas_commissioning"][0] == "置换通气（其他业务转来）"
    counter = [one["name"] for one in told if one["kind"] == "counter"]
    assert [one for one in counter if one in ("补卡", "抄表", "销户")] == ["补卡", "抄表", "销户"]
    case_no = open_case(agent, "hotline_fault_repair", fault())
    rows = agent.read("/cases", service="hotline_fault_repair", sort="newest")["items"]
    assert case_no in [row["case_no"] for row in rows]
