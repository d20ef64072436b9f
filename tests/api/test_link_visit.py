"""Who has no client books, sees who comes and signs through the link of a text message; over HTTP."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from backend.appointments.models import SlotRule
from backend.cases.link_models import CaseLink
from backend.core.ids import hash_token, make_public_token
from backend.core.local_time import local_date
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import HTTPS, Browser, Hall, code
from tests.api.test_case_links import DEVICE, OTHER, Stage, linking_app, stage, texting
from tests.api.test_document_signatures import Signer, contract, desk, state
from tests.api.test_staff_booking import assigned

__all__ = ["contract", "desk", "linking_app", "stage", "texting"]


@pytest.fixture(autouse=True)
def hours(hall: Hall) -> Iterator[None]:
    """Let unit 361 have visits in every hour, and take the rules away afterwards."""
    with hall.sessions.begin() as session:
        session.add_all(
            SlotRule(
                unit_id=hall.units["361"], area_id=None, day_kind=kind, from_hour=8, until_hour=20,
                capacity=5, effective_from=local_date(datetime.now(UTC)), effective_until=None,
            )
            for kind in ("working", "rest")
        )  # fmt: skip
    yield
    with hall.sessions.begin() as session:
        session.execute(delete(SlotRule).where(SlotRule.unit_id == hall.units["361"]))


@pytest.fixture
def customer(make_customer: Any) -> MadeCustomer:
    made: MadeCustomer = make_customer()
    return made


def test_a_visit_is_booked_and_followed_through_the_link(stage: Stage) -> None:
    stage.case_no = assigned(stage.hall)
    token = stage.receive()
    assert stage.open(token).status_code == 200
    path = f"/cases/{stage.case_no}"
    case = json.loads(stage.ask("GET", path, token).text)
    # Whoever comes by a link reads whom to call, as in the client.
    assert [one["handler"]["name"] for one in case["progress"] if one["state"] == "now"] == ["王handler_361"]
    days = json.loads(stage.ask("GET", f"{path}/slots", token).text)["days"]
    start_at = next(slot["start_at"] for day in days for slot in day["slots"] if slot["left"])
    held = json.loads(stage.ask("POST", f"{path}/holds", token, json={"start_at": start_at}).text)
    body = {
        "command_id": str(uuid.uuid4()),
        "hold_id": held["hold_id"],
        "expected_version": case["version"],
    }
    assert stage.ask("POST", f"{path}/appointment", token, OTHER, json=body).status_code == 403
    booked = stage.ask("POST", f"{path}/appointment", token, json=body)
    assert booked.status_code == 200, booked.text
    told_at = datetime.fromisoformat(json.loads(booked.text)["appointment"]["start_at"])
    assert told_at == datetime.fromisoformat(start_at)
    handler = stage.hall.sign_in("handler_361")
    child = handler.read(f"{path}")["child"]["case_no"]
    assert stage.hall.sign_in("desk_361").act(child, "accept").status_code == 200
    for outcome, seen in (("set_off", "set_off"), ("arrive", "arrived")):
        assert handler.act(child, outcome).status_code == 200
        visit = json.loads(stage.ask("GET", f"{path}/visit", token).text)
        assert (visit["state"], visit["handler"]["name"]) == (seen, "王handler_361")


def test_a_contract_is_signed_through_the_link(
    hall: Hall, desk: Browser, customer: MadeCustomer, contract: str
) -> None:
    token, now = make_public_token(), datetime.now(UTC)
    with hall.sessions.begin() as session:
        session.add(
            CaseLink(
                case_id=hall.find_id(contract), token_hash=hash_token(token), token_sealed=None,
                phone_sealed="-", origin="staff", created_at=now, expires_at=now + timedelta(days=1),
                device_hash=hash_token(DEVICE), opened_at=now,
            )
        )  # fmt: skip
    by_link = {"Authorization": f"Bearer link.{token}.{DEVICE}"}
    signer = Signer(hall, MadeCustomer(customer.id, by_link), contract)
    [line] = signer.list()
    drawn = {"signer": "buyer", "sha256": line["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **drawn).status_code == 204
    assert state(signer.list()[0])["buyer"] == (False, True, False)
    # Another device, and another case, stay shut.
    other = Signer(
        hall, MadeCustomer(customer.id, {"Authorization": f"Bearer link.{token}.{OTHER}"}), contract
    )
    assert code(other.post("signatures", **drawn)) == "link_other_device"
    foreign = f"/api/v1/cases/{hall.start()}/documents"
    assert hall.app.test_client().get(foreign, headers=by_link, base_url=HTTPS).status_code == 404
