"""Whoever is invited to rate can: also where no step of the process waits for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update
from werkzeug.test import TestResponse

from backend.cases.models import ServiceCase
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import Hall, code
from tests.api.test_gas_accounts import begin
from tests.api.test_turn_notices import deliver
from tests.api.test_works_drawings import read

RATING = {"stars": 4, "tags": ["态度好"], "words": "接电话很快"}


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def rate(hall: Hall, owner: MadeCustomer, case_no: str, **more: Any) -> TestResponse:
    version = read(hall, owner, f"/cases/{case_no}")["version"]
    command = {"command_id": str(uuid.uuid4()), "expected_version": version, "kind": "rate", **more}
    path = f"/api/v1/cases/{case_no}/commands"
    return hall.app.test_client().post(path, json=command, headers=owner.headers)


def end_consultation(hall: Hall, owner: MadeCustomer) -> str:
    """A consultation that the agent answered at once; its end invites to rate."""
    case_no = begin(hall, "hotline_consultation", "ask_more", owner.id)
    assert hall.sign_in("agent_a").act(case_no, "nothing").status_code == 200
    return case_no


def list_kinds(hall: Hall, owner: MadeCustomer, case_no: str) -> list[str]:
    return [one["kind"] for one in read(hall, owner, f"/cases/{case_no}")["actions"]]


def test_what_is_over_is_rated_once(hall: Hall, owner: MadeCustomer) -> None:
    case_no = end_consultation(hall, owner)
    case = read(hall, owner, f"/cases/{case_no}")
    assert (case["state"], case["headline"]) == ("completed", "已办结")
    assert [one["kind"] for one in case["actions"]] == ["rate"]
    assert "态度好" in case["rating_tags"]["good"]
    assert code(rate(hall, owner, case_no)) == "rating_missing"
    answer = rate(hall, owner, case_no, rating=RATING)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["rating"] == RATING
    assert list_kinds(hall, owner, case_no) == []
    assert code(rate(hall, owner, case_no, rating=RATING)) == "already_rated"
    assert hall.sign_in("agent_a").read(f"/cases/{case_no}")["rating"]["stars"] == 4


def test_nobody_is_asked_before_the_invitation_nor_for_ever(hall: Hall, owner: MadeCustomer) -> None:
    running = begin(hall, "hotline_consultation", "ask_more", owner.id)
    assert "rate" not in list_kinds(hall, owner, running)
    assert code(rate(hall, owner, running, rating=RATING)) == "task_unknown"
    case_no = end_consultation(hall, owner)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        view = hall.shared.customer_cases.read(owner.id, case_no)
    assert view["actions"] == []


def test_a_rating_that_a_step_waits_for_is_given_there(hall: Hall, owner: MadeCustomer) -> None:
    case_no = begin(hall, "online_service_application", "rate", owner.id, service="repair")
    assert list_kinds(hall, owner, case_no) == ["complete"]
    assert code(rate(hall, owner, case_no, rating=RATING)) == "task_unknown"


def test_a_part_of_a_case_invites_to_nothing(hall: Hall, owner: MadeCustomer) -> None:
    """To its customer it is nothing by itself: whoever rates rates the case."""
    case_no = begin(hall, "hotline_municipal_order", "accept", owner.id)
    part_no = begin(hall, "complaint_level_1", "accept", None)
    with hall.sessions.begin() as session:
        handed = update(ServiceCase).where(ServiceCase.case_no == part_no)
        session.execute(handed.values(parent_case_id=hall.find_id(case_no), parent_task_no=90))
    deliver(hall, {"case_id": hall.find_id(part_no), "message": "rating_invited"})
    assert read(hall, owner, "/messages")["items"] == []
    deliver(hall, {"case_id": hall.find_id(case_no), "message": "rating_invited"})
    assert len(read(hall, owner, "/messages")["items"]) == 1
