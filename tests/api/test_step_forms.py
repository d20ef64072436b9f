"""The form of a step: begun with what is known, kept while typing, handed in, and asked for; over HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.access.models import PersonalLook
from backend.cases.document_models import CaseDocument
from backend.cases.models import CaseEvent
from backend.core.local_time import local_date
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import API, HTTPS, Browser, Hall, code
from tests.api.step_forms import SURVEY_FIELDS, make_field, make_form, publish_test_process, start_with_forms
from tests.pictures import make_photo

SURVEY_TASK, ANSWER_TASK = 2, 3
FILLED = {"floor_area": 88, "kind": "small"}


@pytest.fixture
def customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def case_no(hall: Hall, customer: MadeCustomer) -> str:
    """Return the number of a case whose survey is to be filled in."""
    publish_test_process(hall)
    return start_with_forms(hall, customer.id)


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def path(case_no: str, task: int = SURVEY_TASK) -> str:
    return f"/cases/{case_no}/documents/{task}"


def save(who: Browser, case_no: str, revision: int, task: int = SURVEY_TASK, **more: Any) -> TestResponse:
    return who.send("PUT", path(case_no, task), {"revision": revision, **more})


def fill(who: Browser, case_no: str, task: int = SURVEY_TASK, **values: Any) -> None:
    revision = who.read(path(case_no, task))["revision"]
    answer = save(who, case_no, revision, task, values={**FILLED, **values}, fills=True)
    assert answer.status_code == 200, answer.text


def tell_fields(answer: TestResponse) -> set[str]:
    return set(json.loads(answer.text)["fields"])


def find_action(case: dict[str, Any], outcome: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in case["actions"] if one["outcome"] == outcome)
    return found


def test_a_form_begins_with_what_the_case_knows(hall: Hall, desk: Browser, case_no: str) -> None:
    document = desk.read(path(case_no))
    assert (document["state"], document["revision"], document["may_fill"]) == ("to_fill", 0, True)
    assert document["values"] == {
        "contact_name": "张*",
        "site_phone": "138****5678",
        "place": "****",
        "slip_no": case_no,
        "surveyed_on": local_date(datetime.now(UTC)).isoformat(),
        "surveyed_by": "王desk_361",
        "unit": "东城客服部",
        "floor_area": 88,
    }
    assert document["masked_items"] == ["contact_name", "site_phone", "place"]
    looked = desk.send("POST", f"{path(case_no)}/reveal", {"items": ["place"], "reason": "核对地址"})
    assert json.loads(looked.text)["values"] == {"place": "历下区文化路阳光小区3幢2单元501"}
    with hall.sessions() as session:
        looks = session.scalars(
            select(PersonalLook).where(PersonalLook.subject == f"case:{hall.find_id(case_no)}")
        )
        assert [(one.items, one.reason) for one in looks] == [(["test_survey.place"], "核对地址")]


def test_the_step_waits_for_its_form(desk: Browser, case_no: str) -> None:
    case = desk.read(f"/cases/{case_no}")
    action = find_action(case, "small")
    assert (action["asks"], action["unmet"]["code"]) == (["form"], "form_missing")
    assert find_action(case, "give_up")["unmet"] is None
    assert [(one["state"], one["needed"], one["may_fill"]) for one in case["documents"]] == [
        ("to_fill", True, True)
    ]
    assert code(desk.act(case_no, "small")) == "form_missing"
    fill(desk, case_no)
    case = desk.read(f"/cases/{case_no}")
    [line] = case["documents"]
    assert (line["state"], line["filled_by"], line["has_draft"]) == ("filled", "王desk_361", False)
    assert find_action(case, "small")["unmet"] is None
    assert "survey 步：填好“test_survey 表”" in [one["text"] for one in case["history"]]
    assert desk.act(case_no, "small").status_code == 200


def test_what_is_typed_survives_and_stays_sealed(hall: Hall, desk: Browser, case_no: str) -> None:
    first = save(
        desk, case_no, 0, values={"contact_name": "李四光", "floor_area": "八十", "surveyed_by": None}
    )
    assert json.loads(first.text) == {"revision": 1}
    document = desk.read(path(case_no))
    assert (document["state"], document["revision"], document["has_draft"]) == ("draft", 1, True)
    assert (document["values"]["contact_name"], document["values"]["floor_area"]) == ("李*", "八十")
    assert "surveyed_by" not in document["values"] and document["values"]["slip_no"] == case_no
    with hall.sessions() as session:
        row = session.scalars(select(CaseDocument).where(CaseDocument.case_id == hall.find_id(case_no))).one()
        assert (row.content, row.saved_by) == (None, f"staff:{hall.staff['desk_361']}")
        assert "李四光" not in str(row.draft_sealed)
    wrong = save(desk, case_no, 1, fills=True)
    assert (wrong.status_code, tell_fields(wrong)) == (422, {"floor_area", "kind"})
    assert desk.read(path(case_no))["state"] == "draft"


def test_a_filled_form_lies_sealed_and_feeds_conditions(hall: Hall, desk: Browser, case_no: str) -> None:
    fill(desk, case_no, kind="large")
    case_id = hall.find_id(case_no)
    with hall.sessions() as session:
        row = session.scalars(select(CaseDocument).where(CaseDocument.case_id == case_id)).one()
        assert row.content is not None and row.sha256 is not None and len(row.sha256) == 32
        assert (row.content["kind"], set(row.content["contact_name"])) == ("large", {"sealed"})
        assert row.draft_sealed is None
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)).all()
        assert "张小红" not in json.dumps([one.payload for one in events], ensure_ascii=False)
    assert hall.service.load(case_id).snapshot.data["kind"] == "large"
    outcomes = [one["outcome"] for one in desk.read(f"/cases/{case_no}")["actions"]]
    assert outcomes == ["large", "give_up"]


def test_the_form_goes_by_what_the_case_is(
    desk: Browser, case_no: str, client: FlaskClient, customer: MadeCustomer
) -> None:
    fill(desk, case_no, kind="large")
    desk.act(case_no, "large")
    [line, _] = desk.read(f"/cases/{case_no}")["documents"]
    assert (line["task"], line["name"], line["state"]) == (ANSWER_TASK, "test_large_answer 表", "to_fill")
    address = f"/api/v1/cases/{case_no}/documents/{ANSWER_TASK}"
    document = json.loads(client.get(address, headers=customer.headers).text)
    assert document["form"]["key"] == "test_large_answer"
    change = {"revision": 0, "values": {}, "fills": True}
    assert tell_fields(client.put(address, headers=customer.headers, json=change)) == {"crane"}


def test_a_filled_form_is_corrected_while_its_step_is_open(desk: Browser, case_no: str) -> None:
    fill(desk, case_no)
    assert json.loads(save(desk, case_no, 1, values={"floor_area": 90}).text) == {"revision": 2}
    document = desk.read(path(case_no))
    assert (document["state"], document["has_draft"], document["values"]["floor_area"]) == (
        "filled",
        True,
        90,
    )
    assert find_action(desk.read(f"/cases/{case_no}"), "small")["unmet"] is None
    fill(desk, case_no, floor_area=91)
    assert desk.act(case_no, "small").status_code == 200
    document = desk.read(path(case_no))
    assert (document["may_fill"], document["values"]["floor_area"]) == (False, 91)
    late = save(desk, case_no, 3, values={"floor_area": 1})
    assert (late.status_code, code(late)) == (409, "task_not_open")


def test_a_second_visit_begins_with_the_first_and_takes_its_place(
    hall: Hall, desk: Browser, case_no: str
) -> None:
    fill(desk, case_no, floor_area=70)
    assert desk.act(case_no, "small").status_code == 200
    hall.customer(case_no, "again")
    again = desk.read(path(case_no, 4))
    assert (again["state"], again["values"]["floor_area"]) == ("to_fill", 70)
    assert find_action(desk.read(f"/cases/{case_no}"), "small")["unmet"]["code"] == "form_missing"
    fill(desk, case_no, 4, floor_area=71)
    lines = desk.read(f"/cases/{case_no}")["documents"]
    assert [(one["task"], one["state"]) for one in lines] == [(4, "filled"), (2, "superseded")]
    assert desk.read(path(case_no))["values"]["floor_area"] == 70


def test_who_is_slower_hears_of_it_and_a_repeated_request_does_no_harm(desk: Browser, case_no: str) -> None:
    assert save(desk, case_no, 0, values={"floor_area": 80}).status_code == 200
    assert json.loads(save(desk, case_no, 0, values={"floor_area": 80}).text) == {"revision": 1}
    stale = save(desk, case_no, 0, values={"floor_area": 81})
    assert (stale.status_code, code(stale)) == (409, "document_changed")
    assert json.loads(stale.text)["extra"] == {"revision": 1}


@pytest.mark.parametrize(
    ("values", "field"),
    [({"nonsense": 1}, "values"), ({"photos": ["not-uploaded"]}, "photos")],
)
def test_what_cannot_be_kept_is_refused(
    desk: Browser, case_no: str, values: dict[str, Any], field: str
) -> None:
    answer = save(desk, case_no, 0, values=values)
    assert (answer.status_code, tell_fields(answer)) == (422, {field})
    assert desk.read(path(case_no))["revision"] == 0


@pytest.mark.parametrize("area", [0, 1001, "viel", True])
def test_what_is_out_of_range_is_named(desk: Browser, case_no: str, area: Any) -> None:
    answer = save(desk, case_no, 0, values={**FILLED, "floor_area": area}, fills=True)
    assert (answer.status_code, tell_fields(answer)) == (422, {"floor_area"})


def test_an_endless_draft_is_refused(desk: Browser, case_no: str) -> None:
    answer = save(desk, case_no, 0, values={"slip_no": "字" * 60_000})
    assert (answer.status_code, code(answer)) == (422, "document_too_large")


def test_half_a_character_is_kept_and_refused_when_handed_in(desk: Browser, case_no: str) -> None:
    assert save(desk, case_no, 0, values={"slip_no": "\ud83d"}).status_code == 200
    answer = save(desk, case_no, 1, values=FILLED, fills=True)
    assert (answer.status_code, tell_fields(answer)) == (422, {"slip_no"})


def test_only_who_has_the_step_fills_it_in(hall: Hall, desk: Browser, case_no: str) -> None:
    other_unit, other_post = hall.sign_in("desk_362"), hall.sign_in("remote_a")
    assert other_unit.get(path(case_no)).status_code == 404
    assert save(other_unit, case_no, 0, values=FILLED).status_code == 404
    assert (other_post.get(path(case_no)).status_code, code(other_post.get(path(case_no)))) == (
        403,
        "not_your_turn",
    )
    assert code(save(other_post, case_no, 0, values=FILLED, fills=True)) == "not_your_turn"
    fill(desk, case_no)
    seen = other_post.read(path(case_no))
    assert (seen["state"], seen["may_fill"], seen["filled_by"]) == ("filled", False, "王desk_361")
    for task, refusal in ((1, "form_unknown"), (ANSWER_TASK, "task_unknown")):
        assert code(save(desk, case_no, 0, task, values={})) == refusal


def test_a_photo_goes_with_the_form(hall: Hall, desk: Browser, case_no: str) -> None:
    photo = {"file": (io.BytesIO(make_photo(size=(8, 8))), "现场.jpg"), "purpose": "visit"}
    headers = {"X-CSRF-Token": desk.csrf}
    sent = desk.client.post(f"{API}/files", data=photo, base_url=HTTPS, headers=headers)
    key = json.loads(sent.text)["file_key"]
    assert save(desk, case_no, 0, values={"photos": [key]}).status_code == 200
    fill(desk, case_no)
    document = desk.read(path(case_no))
    assert (document["values"]["photos"], list(document["files"])) == ([key], [key])


def test_a_running_case_keeps_the_version_of_its_form(
    hall: Hall, desk: Browser, customer: MadeCustomer
) -> None:
    fields = [make_field("note", "text", max_length=20)]
    first, second = (
        make_form("test_survey", *SURVEY_FIELDS, *fields[:more], version=1 + more) for more in (0, 1)
    )
    publish_test_process(hall, first)
    publish_test_process(hall)
    before = start_with_forms(hall, customer.id)
    publish_test_process(hall, second)
    after = start_with_forms(hall, customer.id)
    assert [desk.read(path(one))["form"]["version"] for one in (before, after)] == [1, 2]


def test_the_customer_fills_in_the_form_of_an_own_step(
    hall: Hall, desk: Browser, case_no: str, client: FlaskClient, customer: MadeCustomer,
    make_customer: Callable[[], MadeCustomer],
) -> None:  # fmt: skip
    own, stranger = customer.headers, make_customer().headers
    address = f"/api/v1/cases/{case_no}/documents"
    survey = client.get(f"{address}/{SURVEY_TASK}", headers=own)
    assert (survey.status_code, code(survey)) == (403, "not_your_turn")
    fill(desk, case_no)
    assert client.get(f"{address}/{SURVEY_TASK}", headers=own).status_code == 404
    desk.act(case_no, "small")
    case = json.loads(client.get(f"/api/v1/cases/{case_no}", headers=own).text)
    action = find_action(case, "agree")
    assert (action["asks"], action["unmet"]["code"]) == (["form"], "form_missing")
    document = json.loads(client.get(f"{address}/{action['task']}", headers=own).text)
    assert (document["state"], document["masked_items"]) == ("to_fill", [])
    assert document["values"] == {"agreed_on": local_date(datetime.now(UTC)).isoformat()}
    change = {"revision": 0, "values": {"wish": "周末来"}, "fills": True}
    assert client.put(f"{address}/{action['task']}", headers=stranger, json=change).status_code == 404
    assert client.put(f"{address}/{action['task']}", headers=own, json=change).status_code == 200
    case = json.loads(client.get(f"/api/v1/cases/{case_no}", headers=own).text)
    assert find_action(case, "agree")["unmet"] is None
    assert code(save(desk, case_no, 1, ANSWER_TASK, values={})) == "not_your_turn"
