"""The customer's documents over all cases: what waits first, then what was handed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update

from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall
from tests.api.step_forms import publish_test_process, start_with_forms

FILLED = {"floor_area": 88, "kind": "small"}
SURVEY_TASK = 2


def read(client: FlaskClient, customer: MadeCustomer, **query: str) -> dict[str, Any]:
    answer = client.get("/api/v1/papers", headers=customer.headers, query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.text)
    return found


def tell(case: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["state"]) for one in case["papers"]]


def test_papers_come_by_case_with_what_waits_first(
    hall: Hall, client: FlaskClient, make_customer: Callable[[], MadeCustomer]
) -> None:
    publish_test_process(hall)
    customer, desk = make_customer(), hall.sign_in("desk_361")
    older, newer = start_with_forms(hall, customer.id), start_with_forms(hall, customer.id)
    page = read(client, customer)
    assert [one["case_no"] for one in page["items"]] == [newer, older]
    # What staff fill in is no paper of the customer's, and the application is one from the start.
    application = tell(page["items"][1])
    assert [state for _, state in application] == ["filled"]
    values = {**FILLED, "contact_name": "张小红"}
    path = f"/cases/{older}/documents/{SURVEY_TASK}"
    assert desk.send("PUT", path, {"revision": 0, "values": values, "fills": True}).status_code == 200
    desk.act(older, "small")
    [waiting, *rest] = read(client, customer)["items"][1]["papers"]
    assert (waiting["name"], waiting["state"], waiting["at"]) == ("test_answer 表", "to_fill", None)
    assert [("filled") for _ in rest] == ["filled"]
    address = f"/api/v1/cases/{older}/documents/{waiting['task']}"
    change = {"revision": 0, "values": {"wish": "周末来"}, "fills": True}
    assert client.put(address, headers=customer.headers, json=change).status_code == 200
    papers = read(client, customer)["items"][1]["papers"]
    assert [(one["name"], one["state"]) for one in papers] == [("test_answer 表", "filled"), *application]
    # The number in the list is the one by which the document is read, also after its step is done.
    document = json.loads(client.get(address, headers=customer.headers).text)
    assert document["values"]["wish"] == "周末来"
    case = json.loads(client.get(f"/api/v1/cases/{older}", headers=customer.headers).text)
    action = next(one for one in case["actions"] if one["outcome"] == "agree")
    command = {
        "command_id": "0b7e4a3e-63ad-4a52-8a3a-2f3f6c1f8f10", "expected_version": case["version"],
        "kind": "complete", "task": action["task"], "outcome": "agree",
    }  # fmt: skip
    sent = client.post(f"/api/v1/cases/{older}/commands", headers=customer.headers, json=command)
    assert sent.status_code == 200, sent.text
    assert tell(read(client, customer)["items"][1]) == [("test_answer 表", "filled"), *application]
    assert client.get(address, headers=customer.headers).status_code == 200


def test_owed_papers_say_what_to_do_while_the_case_runs(
    hall: Hall, client: FlaskClient, make_customer: Callable[[], MadeCustomer]
) -> None:
    publish_test_process(hall)
    customer, stranger = make_customer(), make_customer()
    case_no = start_with_forms(hall, customer.id)
    with hall.sessions.begin() as session:
        owed = update(ServiceCase).where(ServiceCase.case_no == case_no)
        session.execute(owed.values(owed_documents=["property_proof"]))
    [first, *_] = read(client, customer)["items"][0]["papers"]
    assert (first["state"], first["task"], first["hint"]) == ("owed", None, "拍照或选文件补交")
    with hall.sessions.begin() as session:
        session.execute(update(ServiceCase).where(ServiceCase.case_no == case_no).values(status="withdrawn"))
    assert "owed" not in [one["state"] for one in read(client, customer)["items"][0]["papers"]]
    assert read(client, stranger) == {"items": [], "next": None}


def test_pages_and_bad_input(
    hall: Hall, client: FlaskClient, make_customer: Callable[[], MadeCustomer]
) -> None:
    publish_test_process(hall)
    customer = make_customer()
    numbers = [start_with_forms(hall, customer.id) for _ in range(11)][::-1]
    first = read(client, customer)
    second = read(client, customer, after=first["next"])
    assert [one["case_no"] for one in [*first["items"], *second["items"]]] == numbers
    assert second["next"] is None
    wrong = client.get("/api/v1/papers", headers=customer.headers, query_string={"after": "1"})
    assert wrong.status_code == 422
    assert client.get("/api/v1/papers").status_code == 401
