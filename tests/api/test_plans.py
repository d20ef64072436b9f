"""Plans of meter readings: which accounts go in, and one case for each, however often it is started."""

from __future__ import annotations

import io
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.cases.models import CaseTask, ServiceCase
from backend.cases.service import CaseService
from backend.catalogue.service import DefinitionStore
from backend.core.config import Settings
from backend.core.local_time import SHANGHAI, local_date
from backend.core.outbox import OutboxRow
from backend.core.topics import PromiseContext
from backend.customers.accounts import ACTIVE, PENDING, GasAccounts
from backend.customers.models import CaseAccount, GasAccount
from backend.customers.service import CustomersService
from backend.organisation.models import Staff
from backend.plans.starting import TOPIC, PlanStarter
from composition.hall import make_hall
from tests.api.filling import upload
from tests.api.organisation import ensure_staff
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import enter, make_home, make_origin, make_record
from tests.api.test_orders_for_customers import take

READER = "reader_plans"


@dataclass
class Stage:
    """The unit 361 with its planner, a reader, and what starts plans by a clock of its own."""

    hall: Hall
    starter: PlanStarter
    accounts: GasAccounts
    today: date
    clock: list[datetime]

    @property
    def desk(self) -> Browser:
        return self.hall.sign_in("desk_361")

    def open_accounts(self, community: str, count: int, status: str = ACTIVE) -> list[str]:
        """Enter accounts of a community of their own; return their numbers."""
        homes = [make_record(address={**make_home(), "community": community}) for _ in range(count)]
        return [
            enter(self.hall, self.accounts, make_origin(self.hall, self.hall.customer_id), home, status)
            for home in homes
        ]

    def make(self, who: Browser | None = None, *, after: int = 0, **more: Any) -> TestResponse:
        """Make a plan whose first day comes ``after`` so many days."""
        first = self.today + timedelta(days=after)
        body = {
            "request_id": str(uuid.uuid4()), "process": "meter_reading",
            "name": "本月抄表", "handler": READER,
            "first_day": str(first), "last_day": str(first + timedelta(days=20)),
        }  # fmt: skip
        return (who or self.desk).send("POST", "/plans", {**body, **more})

    def make_well(self, **more: Any) -> dict[str, Any]:
        answer = self.make(**more)
        assert answer.status_code == 201, answer.text
        plan: dict[str, Any] = json.loads(answer.text)
        return plan

    def publish(self, plan: dict[str, Any]) -> dict[str, Any]:
        answer = self.desk.send("POST", f"/plans/{plan['id']}/publish", {})
        assert answer.status_code == 200, answer.text
        published: dict[str, Any] = json.loads(answer.text)
        return published

    def list_promises(self, plan: dict[str, Any]) -> list[dict[str, Any]]:
        of_plan = OutboxRow.payload["plan_id"].as_integer() == plan["id"]
        with self.hall.sessions() as session:
            wanted = select(OutboxRow.payload).where(OutboxRow.topic == TOPIC, of_plan)
            return list(session.scalars(wanted.order_by(OutboxRow.id)))

    def deliver(self, plan: dict[str, Any]) -> None:
        for payload in self.list_promises(plan):
            self.starter.handle(payload, PromiseContext(1, TOPIC, 1, self.clock[0], lambda: self.clock[0]))

    def progress(self, plan: dict[str, Any]) -> dict[str, int]:
        told = self.desk.read(f"/plans/{plan['id']}")["progress"]
        return {name: count for name, count in told.items() if count}

    def list_accounts(self, plan: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.desk.read(f"/plans/{plan['id']}/accounts", **query)["items"]
        return found

    def count_readings(self, numbers: list[str]) -> int:
        """Return how many meter readings are about these accounts, whoever started them."""
        counted = (
            select(func.count())
            .select_from(CaseAccount)
            .join(GasAccount, GasAccount.id == CaseAccount.gas_account_id)
            .join(ServiceCase, ServiceCase.id == CaseAccount.case_id)
            .where(GasAccount.account_no.in_(numbers), ServiceCase.process_key == "meter_reading")
        )
        with self.hall.sessions() as session:
            return int(session.execute(counted).scalar_one())


@pytest.fixture
def stage(hall: Hall, settings: Settings, sessions: sessionmaker[Session]) -> Stage:
    shared = make_hall(settings, sessions.kw["bind"])
    accounts = GasAccounts(hall.keys, CustomersService(hall.keys))
    clock = [datetime.now(UTC)]
    starter = PlanStarter(sessions, shared.cases, DefinitionStore(), accounts, hall.keys, lambda: clock[0])
    with sessions.begin() as session:
        ensure_staff(
            hall.organisation, session, "361", READER, clock[0], name="赵抄表", positions=("case_handler",)
        )
    return Stage(hall, starter, accounts, local_date(clock[0]), clock)


def place(community: str) -> list[dict[str, str]]:
    return [{"street": "文化路", "community": community}]


def make_community() -> str:
    return f"抄表小区{uuid.uuid4().hex[:8]}"


def test_a_plan_starts_one_reading_for_each_account_and_shows_how_far_it_is(stage: Stage) -> None:
    community = make_community()
    numbers = stage.open_accounts(community, 3)
    [told] = [one for one in stage.desk.read("/plans/places")["items"] if one["community"] == community]
    assert told["accounts"] == 3
    plan = stage.make_well(places=place(community))
    assert (plan["state"], stage.progress(plan)) == ("draft", {"planned": 3, "waiting": 3})
    stage.deliver(plan)
    assert stage.count_readings(numbers) == 0
    assert stage.publish(plan)["state"] == "started"
    stage.deliver(plan)
    assert stage.progress(plan) == {"planned": 3, "open": 3}
    reader = stage.hall.sign_in(READER)
    read, stopped, _ = stage.list_accounts(plan)
    # The reader has the case with its account, and until the plan's last day.
    case = reader.read(f"/cases/{read['case_no']}")
    assert [one["outcome"] for one in case["actions"]] == ["read"]
    until = datetime.combine(date.fromisoformat(plan["last_day"]), datetime.min.time(), SHANGHAI)
    assert find_due(stage.hall, read["case_no"]) > until
    account = stage.desk.read(f"/cases/{read['case_no']}/account")["account"]
    assert account["account_no"] == read["account_no"] in numbers
    take(reader, read["case_no"], "read", result="1203", photos=[upload(reader, "表")])
    assert stage.desk.cancel(stopped["case_no"], "这户搬走了").status_code == 200
    assert stage.progress(plan) == {"planned": 3, "done": 1, "stopped": 1, "open": 1}
    [line] = stage.list_accounts(plan, state="done")
    assert (line["account_no"], line["result"]) == (read["account_no"], "1203") and line["done_at"]
    listed = stage.desk.read("/plans", process="meter_reading")["items"]
    assert listed[0]["id"] == plan["id"] and listed[0]["progress"]["done"] == 1


def find_due(hall: Hall, case_no: str) -> datetime:
    with hall.sessions() as session:
        wanted = select(CaseTask.due_at).where(CaseTask.case_id == hall.find_id(case_no))
        due: datetime = session.execute(wanted.where(CaseTask.state == "open")).scalar_one()
        return due


def test_a_reading_again_counts_as_not_done(stage: Stage) -> None:
    community = make_community()
    stage.open_accounts(community, 1)
    plan = stage.make_well(places=place(community))
    stage.publish(plan)
    stage.deliver(plan)
    [line] = stage.list_accounts(plan)
    reader = stage.hall.sign_in(READER)
    take(reader, line["case_no"], "read", result="12", photos=[upload(reader, "表")])
    assert stage.progress(plan) == {"planned": 1, "done": 1}
    take(reader, line["case_no"], "differs", reason="和购气量对不上")
    assert stage.progress(plan) == {"planned": 1, "open": 1}


def test_a_batch_that_was_killed_goes_on_and_starts_none_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = make_community()
    numbers = stage.open_accounts(community, 4)
    plan = stage.make_well(places=place(community))
    stage.publish(plan)
    start, begun = CaseService.start_within, []

    def die(self: CaseService, *args: Any, **more: Any) -> Any:
        begun.append(start(self, *args, **more))
        if len(begun) == 3:
            # The third case is written by now, and the process dies before anybody knows of it.
            raise KeyboardInterrupt
        return begun[-1]

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(CaseService, "start_within", die)
        stage.deliver(plan)
    assert stage.progress(plan) == {"planned": 4, "open": 2, "waiting": 2}
    # Two workers that were given the same batch work on it at once.
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(stage.deliver, plan) for _ in range(2)]:
            one.result()
    assert stage.progress(plan) == {"planned": 4, "open": 4}
    assert stage.count_readings(numbers) == 4
    assert len({one["case_no"] for one in stage.list_accounts(plan)}) == 4


def test_the_database_knows_an_account_once_in_a_plan_and_a_case_once(stage: Stage) -> None:
    community = make_community()
    stage.open_accounts(community, 2)
    plan = stage.make_well(places=place(community))
    stage.publish(plan)
    stage.deliver(plan)
    with stage.hall.sessions() as session:
        unique = text(
            "SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_constraint c JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) WHERE c.contype = 'u'"
            " AND c.conrelid = 'account_plan_item'::regclass GROUP BY c.oid"
        )
        found = sorted(session.execute(unique).scalars())
    assert found == [["case_id"], ["gas_account_id", "plan_id"]]


def test_what_of_a_list_is_not_taken_says_why(stage: Stage) -> None:
    community = make_community()
    good, closed = stage.open_accounts(community, 2)
    [pending] = stage.open_accounts(community, 1, PENDING)
    with stage.hall.sessions.begin() as session:
        of_account = update(GasAccount).where(GasAccount.account_no == closed)
        session.execute(of_account.values(status="closed", closed_at=stage.clock[0]))
    numbers = [good, f" {good} ", closed, pending, "123456789012", "3.61E+11"]
    plan = stage.make_well(numbers=numbers, name=" 四月 ")
    assert (plan["progress"]["planned"], plan["name"]) == (1, "四月")
    why = {one["account_no"]: one["why"] for one in plan["refused"]}
    assert why == {closed: "closed", pending: "pending", "123456789012": "unknown", "3.61E+11": "unknown"}
    assert plan["refused_count"] == 4
    # The accounts of a place are those in use; who has a plan for the same days is not planned twice.
    empty = stage.make(places=place(community))
    assert code(empty) == "plan_empty"
    assert json.loads(empty.text)["extra"]["refused"] == [{"account_no": good, "why": "planned"}]
    later = stage.make_well(places=place(community), after=30)
    assert later["progress"]["planned"] == 1
    # Whoever threw the draft away may plan its accounts again.
    assert stage.desk.send("DELETE", f"/plans/{plan['id']}", {}).status_code == 204
    assert stage.make_well(places=place(community))["progress"]["planned"] == 1


def test_a_plan_that_is_sent_twice_is_made_once(stage: Stage) -> None:
    community = make_community()
    stage.open_accounts(community, 1)
    request = {"request_id": str(uuid.uuid4()), "places": place(community)}
    first, second = stage.make_well(**request), stage.make_well(**request)
    assert first["id"] == second["id"]


@pytest.mark.parametrize(
    ("wrong", "field", "text_"),
    [
        ({"after": -1}, "first_day", "不能选已经过去的日子"),
        ({"last_day": "2020-01-01"}, "last_day", "最后一天不能早于第一天"),
        ({"name": "  "}, "name", "还没有填"),
        ({"handler": "nobody"}, "handler", "不对"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    stage: Stage, wrong: dict[str, Any], field: str, text_: str
) -> None:
    answer = stage.make(**wrong)
    assert answer.status_code == 422
    assert text_ in json.loads(answer.text)["fields"][field]


def test_more_than_a_plan_holds_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    community = make_community()
    stage.open_accounts(community, 2)
    monkeypatch.setattr("backend.plans.service.MOST_ACCOUNTS", 1)
    assert code(stage.make(places=place(community))) == "plan_too_large"


def test_a_plan_waits_for_its_first_day_and_may_be_dropped_until_then(stage: Stage) -> None:
    community, other = make_community(), make_community()
    numbers = stage.open_accounts(community, 1)
    stage.open_accounts(other, 1)
    plan, dropped = (stage.make_well(places=place(one), after=3) for one in (community, other))
    for one in (plan, dropped):
        assert stage.publish(one)["state"] == "published"
    assert stage.desk.send("DELETE", f"/plans/{dropped['id']}", {}).status_code == 204
    assert code(stage.desk.send("POST", f"/plans/{dropped['id']}/publish", {})) == "plan_dropped"
    stage.starter.run()
    assert stage.list_promises(plan) == []
    stage.clock[0] += timedelta(days=3)
    # Two schedulers look at once, and again later: the plan is released once.
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(stage.starter.run) for _ in range(2)]:
            done.result()
    stage.starter.run()
    assert len(stage.list_promises(plan)) == 1
    assert stage.list_promises(dropped) == []
    stage.deliver(plan)
    assert stage.count_readings(numbers) == 1
    assert stage.publish(plan)["state"] == "started"
    assert len(stage.list_promises(plan)) == 1
    assert code(stage.desk.send("DELETE", f"/plans/{plan['id']}", {})) == "plan_started"


def test_an_account_closed_meanwhile_is_skipped_and_a_reader_who_left_is_replaced(stage: Stage) -> None:
    community = make_community()
    closed, _ = stage.open_accounts(community, 2)
    gone = f"gone_{uuid.uuid4().hex[:8]}"
    with stage.hall.sessions.begin() as session:
        ensure_staff(
            stage.hall.organisation, session, "361", gone, stage.clock[0], positions=("case_handler",)
        )
    plan = stage.make_well(places=place(community), handler=gone)
    stage.publish(plan)
    with stage.hall.sessions.begin() as session:
        session.execute(update(Staff).where(Staff.username == gone).values(presence="left"))
        of_account = update(GasAccount).where(GasAccount.account_no == closed)
        session.execute(of_account.values(status="closed", closed_at=stage.clock[0]))
    stage.deliver(plan)
    assert stage.progress(plan) == {"planned": 2, "skipped": 1, "open": 1}
    [skipped] = stage.list_accounts(plan, state="skipped")
    assert (skipped["account_no"], skipped["skipped"], skipped["case_no"]) == (closed, "closed", None)
    # The unit gives the other one to somebody who is there.
    [line] = stage.list_accounts(plan, state="open")
    take(stage.desk, line["case_no"], "plan", handler=READER)
    assert stage.hall.sign_in(READER).read(f"/cases/{line['case_no']}")["actions"]


def test_plans_are_the_units_own(stage: Stage) -> None:
    community = make_community()
    [number] = stage.open_accounts(community, 1)
    plan = stage.make_well(places=place(community))
    path = f"/plans/{plan['id']}"
    foreign = stage.hall.sign_in("desk_362")
    assert foreign.get(path).status_code == foreign.send("POST", f"{path}/publish", {}).status_code == 404
    assert foreign.send("DELETE", path, {}).status_code == 404
    assert plan["id"] not in [one["id"] for one in foreign.read("/plans", process="meter_reading")["items"]]
    # Another unit's account is as unknown as one that does not exist.
    theirs = json.loads(stage.make(foreign, numbers=[number], handler="handler_362").text)
    assert theirs["extra"]["refused"] == [{"account_no": number, "why": "unknown"}]
    # The centre sees it and changes nothing; who only visits has no plans.
    lead = stage.hall.sign_in("lead_a")
    assert lead.read(path)["may_publish"] is False
    assert lead.send("POST", f"{path}/publish", {}).status_code == 403
    assert stage.hall.sign_in(READER).get(path).status_code == 403


def test_the_accounts_of_a_plan_leave_as_excel(stage: Stage) -> None:
    community = make_community()
    [number] = stage.open_accounts(community, 1)
    plan = stage.make_well(places=place(community))
    answer = stage.desk.send("POST", "/exports/plan-accounts", {"q": str(plan["id"])})
    assert answer.status_code == 200, answer.text
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("户号", "地址", "进展")
    assert rows[1][0] == number and rows[1][2] == "还没开工单"
    foreign = stage.hall.sign_in("desk_362").send("POST", "/exports/plan-accounts", {"q": str(plan["id"])})
    assert foreign.status_code == 404
