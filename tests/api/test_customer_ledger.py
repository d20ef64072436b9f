"""The ledger of customers: brought in as a table, classified by rules, changed and visited; over HTTP."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Complete, Performer, Start
from backend.cases.errors import CommandRefused
from backend.cases.service import NewCase, Request
from backend.catalogue.definition import ActorKind
from backend.catalogue.folder import read_folder
from backend.catalogue.forms import build_form
from backend.core.config import Settings
from backend.core.local_time import local_date
from backend.customers.service import CustomersService, NewCustomer
from composition.hall import make_key_ring
from tests.api.filling import fill_in
from tests.api.staff_side import API, HTTPS, VALUES, Browser, Hall, code
from tests.api.test_customer_classes import enter_account
from tests.api.test_orders_for_customers import take
from tests.api.test_supply_contracts import sign_both

HEADER = "户号,客户类型,客户层级,年用气量,拜访周期,上次拜访,服务内容,备注\n"
MakeAccount = Callable[..., tuple[str, int]]


@pytest.fixture
def make_account(hall: Hall, sessions: sessionmaker[Session], settings: Settings) -> MakeAccount:
    """Return what enters a customer with one account, and returns its number and the customer's id."""
    customers = CustomersService(make_key_ring(settings))

    def make(classification: str = "general", **more: Any) -> tuple[str, int]:
        with sessions.begin() as session:
            customer_id = customers.enter(session, NewCustomer(name="李明"), datetime.now(UTC))
            return enter_account(session, hall, customer_id, classification, **more), customer_id

    return make


def bring_in(browser: Browser, table: str | bytes, **query: Any) -> Any:
    content = table if isinstance(table, bytes) else table.encode("utf-8-sig")
    headers = {"X-CSRF-Token": browser.csrf, "Content-Type": "text/csv"}
    return browser.client.post(
        f"{API}/ledger/table.csv", data=content, base_url=HTTPS, headers=headers, query_string=query
    )


def find(browser: Browser, account_no: str) -> dict[str, Any]:
    [line] = browser.read("/ledger", q=account_no)["items"]
    found: dict[str, Any] = line
    return found


def start(hall: Hall, process: str, enter_at: str, customer_id: int | None = None) -> str:
    new = NewCase(process, hall.units["361"], "361", customer_id, "officer")
    request = Request("system", uuid.uuid4(), {})
    return hall.service.start_case(request, new, Start(SYSTEM, enter_at=enter_at)).case_no


@pytest.mark.parametrize(
    ("gas_use", "volume", "classification", "grade"),
    [
        ("commercial", "100", "major", "A"),
        ("commercial", "99.9999", "general", "C"),
        ("industrial", "30", "major", "B"),
        ("industrial", "29", "general", "C"),
        ("public_service", "10", "sensitive", "B"),
        ("commercial", "9.5", "general", "D"),
    ],
)
def test_companies_are_classified_by_the_rules(
    hall: Hall, make_account: MakeAccount, gas_use: str, volume: str, classification: str, grade: str
) -> None:
    desk = hall.sign_in("desk_361")
    number, _ = make_account(gas_use=gas_use)
    told = json.loads(bring_in(desk, f"{HEADER}{number},,,{volume},,,,\n").text)
    assert told["taken"] == 1
    line = find(desk, number)
    assert (line["classification"], line["grade"]) == (classification, grade)
    assert line["visit_every_days"] > 0 and line["standard"]


def test_what_the_table_says_goes_before_the_rules(hall: Hall, make_account: MakeAccount) -> None:
    desk = hall.sign_in("desk_361")
    number, _ = make_account(gas_use="commercial")
    bring_in(desk, f"{HEADER}{number},风险,B1,500,15,2026-01-02,每月巡检,锅炉房\n")
    line = find(desk, number)
    assert (line["classification"], line["grade"], line["annual_volume"]) == ("risk", "B1", "500")
    assert (line["visit_every_days"], line["visit_due_on"]) == (15, "2026-01-17")
    assert line["customer_name"] == "李*" and line["visit_due"] is True


def test_faulty_rows_are_told_and_the_others_count(hall: Hall, make_account: MakeAccount) -> None:
    desk = hall.sign_in("desk_361")
    (good, _), (home, _) = make_account(), make_account()
    rows = [
        f"{good},特殊客户,,,30,,,",
        "9999999999999999,风险,,,,,,",
        f"{home},重点,,,,,,",
        f"{home},谁知道,,,,,,",
        f"{home},,,很多,,,,",
        ",风险,,,,,,",
        f"{home},,,,,2026-13-01,,",
    ]
    table = HEADER + "\n".join(rows) + "\n"
    preview = json.loads(bring_in(desk, table, preview="true").text)
    assert find(desk, good)["classification"] == "general"
    told = json.loads(bring_in(desk, table).text)
    assert told == preview
    assert (told["taken"], told["changed"], told["refused_count"]) == (1, 1, 6)
    assert [one["row"] for one in told["refused"]] == [3, 4, 5, 6, 7, 8]
    assert "没有这个户号" in told["refused"][0]["text"]
    assert find(desk, good)["classification"] == "special"
    # Brought in once more it changes nothing; what is no table is refused as a whole.
    assert json.loads(bring_in(desk, table).text)["changed"] == 0
    assert code(bring_in(desk, "姓名,电话\n李明,1\n")) == "file_not_csv"
    assert code(bring_in(desk, b"\xff\xfe\x00")) == "file_not_csv"
    assert code(bring_in(desk, "户号,备注,备注\n")) == "file_not_csv"
    assert json.loads(bring_in(desk, f"{HEADER}{good},敏感,,,,,,\n".encode("gb18030")).text)["taken"] == 1


def test_a_row_that_cannot_be_read_costs_no_other(hall: Hall, make_account: MakeAccount) -> None:
    desk = hall.sign_in("desk_361")
    number, _ = make_account()
    rows = (
        f"{number},特殊,,,,,,".encode("gb18030"),
        f'{number},特殊,,,,,"never closed,'.encode(),
        f"{number},特殊,,,,,,\x01".encode(),
        f"{number},特殊,,,,,,,more".encode(),
        f"{number},敏感,,,,,,".encode(),
    )
    told = json.loads(bring_in(desk, HEADER.encode() + b"\n".join(rows) + b"\n").text)
    assert (told["taken"], [one["row"] for one in told["refused"]]) == (1, [2, 3, 4, 5])
    assert "编码" in told["refused"][0]["text"]
    assert "引号" in told["refused"][1]["text"]
    assert find(desk, number)["classification"] == "sensitive"


@pytest.mark.parametrize(
    ("process", "step", "outcome"),
    [("customer_classification", "upload", "uploaded"), ("customer_visit", "ledger", "kept")],
)
def test_the_ledger_is_brought_in_before_it_is_reported(
    hall: Hall, make_account: MakeAccount, process: str, step: str, outcome: str
) -> None:
    number, desk = make_account()[0], hall.sign_in("desk_361")
    case_no = start(hall, process, step)
    departments = frozenset({"customer_service_dept", "business_division"})

    def report() -> None:
        case = hall.service.load(hall.find_id(case_no))
        performer = Performer(ActorKind.DEPARTMENT, departments=departments)
        command = Complete(performer, case.snapshot.open_tasks[0].no, outcome, case.snapshot.version)
        hall.service.carry_out(Request("system", uuid.uuid4(), {}), case.id, command)

    with pytest.raises(CommandRefused) as refused:
        report()
    assert refused.value.code == "ledger_missing"
    # A table of which no row was taken in is none.
    bring_in(desk, f"{HEADER}9999999999999999,风险,,,,,,\n", case_no=case_no)
    with pytest.raises(CommandRefused):
        report()
    assert bring_in(desk, f"{HEADER}{number},风险,,,,,,\n", case_no=case_no).status_code == 200
    report()


def test_a_class_is_changed_with_a_reason_and_marks_open_cases(hall: Hall, make_account: MakeAccount) -> None:
    desk, number_and_customer = hall.sign_in("desk_361"), make_account()
    number, customer_id = number_and_customer
    before, hall.customer_id = hall.customer_id, customer_id
    case_no = hall.start("361", "repair")
    hall.customer_id = before
    path = f"/ledger/{number}/class"
    assert desk.send("POST", path, {"classification": "special", "reason": " "}).status_code == 422
    assert hall.sign_in("desk_362").send(
        "POST", path, {"classification": "special", "reason": "别的单位"}
    ).status_code == 404  # fmt: skip
    assert desk.send("POST", path, {"classification": "special", "reason": "独居老人"}).status_code == 200
    assert hall.sign_in("remote_a").read(f"/cases/{case_no}")["customer_class"] == "special"
    with hall.sessions() as session:
        kept = session.execute(
            text(
                "SELECT from_class, to_class, source, reason FROM class_change c JOIN gas_account a"
                " ON a.id = c.gas_account_id WHERE a.account_no = :no"
            ),
            {"no": number},
        ).all()
    assert [tuple(one) for one in kept] == [("general", "special", "person", "独居老人")]
    desk.send("POST", path, {"classification": "general", "reason": "搬走了"})
    assert hall.sign_in("remote_a").read(f"/cases/{case_no}")["customer_class"] is None


def read_source(hall: Hall, account_no: str) -> str:
    with hall.sessions() as session:
        asked = text(
            "SELECT source FROM class_change c JOIN gas_account a ON a.id = c.gas_account_id"
            " WHERE a.account_no = :no"
        )
        return str(session.execute(asked, {"no": account_no}).scalar_one())


def test_the_class_is_noted_when_the_account_is_opened(hall: Hall, make_account: MakeAccount) -> None:
    number, customer_id = make_account()
    fields = [one.key for one in build_form(read_folder().forms["intake_account_opening"]).fields]
    assert "customer_class" in fields
    case_no = start(hall, "account_opening", "sign", customer_id)
    hall.amend(case_no, customer_class="sensitive")
    desk = hall.sign_in("desk_361")
    sign_both(desk, case_no, fill_in(desk, case_no))
    take(desk, case_no, "signed")
    assert find(desk, number)["classification"] == "sensitive"
    assert read_source(hall, number) == "opening"


def test_the_class_is_updated_at_an_inspection(hall: Hall, make_account: MakeAccount) -> None:
    number, customer_id = make_account()
    new = NewCase("inspection", hall.units["361"], "361", customer_id, "counter", form=hall.seal(VALUES))
    case_no = hall.service.start_case(Request("system", uuid.uuid4(), {}), new, Start(SYSTEM)).case_no
    take(hall.sign_in("desk_361"), case_no, "by_plan", handler="handler_361")
    handler = hall.sign_in("handler_361")
    fill_in(handler, case_no, customer_class="risk", hazards_found=None)
    take(handler, case_no, "safe")
    assert find(hall.sign_in("desk_361"), number)["classification"] == "risk"
    assert read_source(hall, number) == "inspection"


def test_visits_are_due_by_their_cycle_and_written_down(hall: Hall, make_account: MakeAccount) -> None:
    desk, today = hall.sign_in("desk_361"), local_date(datetime.now(UTC))
    number, _ = make_account()
    long_ago = today - timedelta(days=40)
    bring_in(desk, f"{HEADER}{number},风险,,,30,{long_ago},,\n")

    def is_due() -> bool:
        found, after = [], 0
        while after is not None:
            page = desk.read("/ledger", visit_due="true", after=after)
            found += [one["account_no"] for one in page["items"]]
            after = page["next"]
        return number in found

    assert is_due()
    path = f"/ledger/{number}/visits"
    wrong = desk.send("POST", path, {"visited_on": str(today + timedelta(days=1))})
    assert json.loads(wrong.text)["fields"]["visited_on"]
    assert desk.send("POST", path, {"visited_on": str(today)}).status_code == 200
    assert not is_due()
    assert find(desk, number)["visit_due_on"] == str(today + timedelta(days=30))


def test_only_who_keeps_the_ledger_changes_it(hall: Hall, make_account: MakeAccount) -> None:
    number, _ = make_account("risk")
    remote = hall.sign_in("remote_a")
    assert find(remote, number)["classification"] == "risk"
    assert bring_in(remote, f"{HEADER}{number},一般,,,,,,\n").status_code == 403
    assert hall.sign_in("works_361").get("/ledger").status_code == 403
    assert hall.sign_in("desk_362").read("/ledger", q=number)["items"] == []


def test_the_ledger_leaves_as_excel_as_it_stands(hall: Hall, make_account: MakeAccount) -> None:
    desk, (number, _) = hall.sign_in("desk_361"), make_account()
    bring_in(desk, f"{HEADER}{number},风险,,,30,2026-01-02,=1+1,\n")
    answer = desk.send("POST", "/exports/customer-ledger", {"q": number})
    assert answer.status_code == 200, answer.text
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][:5] == ("户号", "客户", "地址", "用气性质", "客户类型")
    assert rows[1][0] == number and rows[1][4] == "风险客户"
    assert rows[1][11] == "=1+1"
