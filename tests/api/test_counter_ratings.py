"""The rating on the device at the counter: opened from the case, given once, on one device, for minutes."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError
from werkzeug.test import TestResponse

from backend.cases.commands import SYSTEM, Start
from backend.cases.link_models import CaseLink
from backend.cases.models import CaseRating
from backend.cases.service import NewCase, Request
from tests.api.staff_side import HTTPS, Browser, Hall, code

DEVICE, OTHER = "c" * 64, "d" * 64
TABLET = "Counter tablet 3"
AT_THE_COUNTER = (
    "card_replacement",
    "ownership_transfer",
    "account_opening",
    "account_closing",
    "fee_collection",
)


def begin(hall: Hall, process: str = "card_replacement") -> str:
    """Start a case that stands at its rating already."""
    new = NewCase(process, hall.units["361"], "361", hall.customer_id, "counter", data={"service": "repair"})
    request = Request("system", uuid.uuid4(), {})
    return hall.service.start_case(request, new, Start(SYSTEM, data=new.data, enter_at="rate")).case_no


def invite(desk: Browser, case_no: str) -> str:
    answer = desk.send("POST", f"/cases/{case_no}/rating-invitation", {})
    assert answer.status_code == 200, answer.text
    return str(json.loads(answer.text)["token"])


class Tablet:
    """The device that faces the customer; nobody is signed in on it."""

    def __init__(self, hall: Hall, device: str = DEVICE) -> None:
        self.client, self.device = hall.app.test_client(), device

    def send(self, path: str, **body: Any) -> TestResponse:
        headers = {"User-Agent": TABLET}
        sent = {"device": self.device, **body}
        return self.client.post(f"/api/v1/counter-ratings{path}", json=sent, base_url=HTTPS, headers=headers)

    def open(self, token: str) -> TestResponse:
        return self.send("/open", token=token)

    def rate(self, token: str, command_id: str = "", **rating: Any) -> TestResponse:
        given = {"stars": 5, "tags": ["办得快"], "words": "", **rating}
        return self.send("", token=token, command_id=command_id or str(uuid.uuid4()), rating=given)


def read_rating(hall: Hall, case_no: str) -> CaseRating | None:
    with hall.sessions() as session:
        return session.get(CaseRating, hall.find_id(case_no))


@pytest.mark.parametrize("process", AT_THE_COUNTER)
def test_the_customer_rates_on_the_device_at_the_counter(hall: Hall, process: str) -> None:
    desk, tablet, case_no = hall.sign_in("desk_361"), Tablet(hall), begin(hall, process)
    # Staff can say that nobody rated, but give no rating themselves.
    assert code(desk.act(case_no, "rated")) == "rating_missing"
    token = invite(desk, case_no)
    opened = json.loads(tablet.open(token).text)
    # The device learns what is judged, and nothing of whom the case is about.
    assert opened.keys() == {"name", "tags", "expires_in"} and "办得快" in opened["tags"]["good"]
    assert 500 < opened["expires_in"] <= 600
    assert tablet.rate(token, stars=2, tags=["等得太久"], words="等了一个钟头").status_code == 204
    case = desk.read(f"/cases/{case_no}")
    assert (case["status"], case["actions"]) == ("completed", [])
    assert case["rating"] == {
        "stars": 2, "tags": ["等得太久"], "words": "等了一个钟头",
        "channel": "counter", "asked_by": "王desk_361",
    }  # fmt: skip
    said = [(one["actor"], one["text"]) for one in case["history"]]
    assert ("客户（在窗口）", "满意度评价：客户已评价") in said
    kept = read_rating(hall, case_no)
    assert kept is not None
    assert (kept.channel, kept.staff_id, kept.device) == ("counter", hall.staff["desk_361"], TABLET)


def test_a_rating_is_given_once_and_stays(hall: Hall) -> None:
    desk, tablet, case_no = hall.sign_in("desk_361"), Tablet(hall), begin(hall)
    token, command_id = invite(desk, case_no), str(uuid.uuid4())
    assert tablet.open(token).status_code == 200
    assert tablet.rate(token, command_id).status_code == 204
    # The same tap sent again after a lost answer is the same rating; another one is refused.
    assert tablet.rate(token, command_id).status_code == 204
    assert code(tablet.rate(token, command_id, stars=1)) == "idempotency_conflict"
    assert code(tablet.rate(token, stars=1)) == code(tablet.open(token)) == "already_rated"
    assert code(desk.send("POST", f"/cases/{case_no}/rating-invitation", {})) == "already_rated"
    with pytest.raises(ProgrammingError, match="permission denied"), hall.sessions.begin() as session:
        session.execute(update(CaseRating).values(stars=5))
    kept = read_rating(hall, case_no)
    assert kept is not None and kept.stars == 5


def test_the_page_is_bound_to_its_case_device_and_minutes(hall: Hall) -> None:
    desk, tablet, other, case_no = hall.sign_in("desk_361"), Tablet(hall), Tablet(hall, OTHER), begin(hall)
    first = invite(desk, case_no)
    # Before it was opened on a device, nothing can be given by it.
    assert code(tablet.rate(first)) == "rating_over"
    assert tablet.open(first).status_code == tablet.open(first).status_code == 200
    assert code(other.open(first)) == code(other.rate(first)) == "rating_elsewhere"
    # Staff open it anew: what was open before is over, and so is what nobody ever made.
    second = invite(desk, case_no)
    assert code(tablet.open(first)) == code(tablet.rate(first)) == "rating_over"
    assert code(tablet.open("x" * 43)) == code(tablet.rate("x" * 43)) == "rating_over"
    assert other.open(second).status_code == 200
    with hall.sessions.begin() as session:
        of_case = update(CaseLink).where(CaseLink.case_id == hall.find_id(case_no))
        made = datetime.now(UTC) - timedelta(minutes=11)
        session.execute(of_case.values(created_at=made, expires_at=made + timedelta(minutes=10)))
    assert code(other.rate(second)) == "rating_over"
    assert read_rating(hall, case_no) is None
    # Another case's page rates that case alone.
    neighbour = begin(hall)
    token = invite(desk, neighbour)
    assert tablet.open(token).status_code == 200 and tablet.rate(token).status_code == 204
    assert read_rating(hall, case_no) is None and read_rating(hall, neighbour) is not None


def test_an_ended_case_is_rated_no_more(hall: Hall) -> None:
    desk, tablet, case_no = hall.sign_in("desk_361"), Tablet(hall), begin(hall)
    token = invite(desk, case_no)
    assert tablet.open(token).status_code == 200
    assert desk.act(case_no, "not_rated").status_code == 200
    assert code(tablet.rate(token)) == "rating_over"
    assert code(desk.send("POST", f"/cases/{case_no}/rating-invitation", {})) == "case_ended"


def test_only_whose_turn_it_is_opens_the_page(hall: Hall) -> None:
    case_no, path = begin(hall), "/rating-invitation"
    assert hall.sign_in("desk_362").send("POST", f"/cases/{case_no}{path}", {}).status_code == 404
    assert code(hall.sign_in("lead_a").send("POST", f"/cases/{case_no}{path}", {})) == "not_your_turn"
    # A case whose step waits for something else has no rating to give.
    desk, early = hall.sign_in("desk_361"), hall.start()
    with hall.sessions.begin() as session:
        session.execute(
            text("UPDATE service_case SET unit_id = :unit WHERE case_no = :no"),
            {"unit": hall.units["361"], "no": early},
        )
    assert code(desk.send("POST", f"/cases/{early}{path}", {})) == "not_your_turn"


def test_the_counters_link_is_no_customers_link(hall: Hall) -> None:
    desk, tablet, case_no = hall.sign_in("desk_361"), Tablet(hall), begin(hall)
    token = invite(desk, case_no)
    # It opens the rating alone: neither the case, nor its papers, nor another link.
    body = {"token": token, "device": DEVICE}
    client = tablet.client
    assert code(client.post("/api/v1/case-links/open", json=body, base_url=HTTPS)) == "link_unknown"
    assert code(client.post("/api/v1/case-links/resend", json={"token": token}, base_url=HTTPS)) == (
        "link_unknown"
    )
    bearer = {"Authorization": f"Bearer link.{token}.{DEVICE}"}
    assert tablet.open(token).status_code == 200
    assert client.get(f"/api/v1/cases/{case_no}", base_url=HTTPS, headers=bearer).status_code == 404
    assert desk.read(f"/cases/{case_no}/link")["link"] is None
    short = client.get(f"/r/{token}", base_url=HTTPS)
    assert (short.status_code, short.headers["Location"]) == (302, f"/console/#/rating?t={token}")
    assert short.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("rating", "field"),
    [
        ({"stars": 0}, "stars"),
        ({"stars": 6}, "stars"),
        ({"tags": ["送我一百元"]}, "tags"),
        ({"words": "长" * 201}, "words"),
    ],
)
def test_what_does_not_fit_names_its_field(hall: Hall, rating: dict[str, Any], field: str) -> None:
    desk, tablet, case_no = hall.sign_in("desk_361"), Tablet(hall), begin(hall)
    token = invite(desk, case_no)
    assert tablet.open(token).status_code == 200
    refused = tablet.rate(token, **rating)
    assert refused.status_code == 422
    assert field in json.loads(refused.text)["fields"]
    # Nothing was kept, and the page still takes what does fit.
    assert read_rating(hall, case_no) is None
    assert tablet.rate(token).status_code == 204


def test_what_is_no_rating_is_refused(hall: Hall) -> None:
    tablet = Tablet(hall)
    for body in (
        {},
        {"token": "x" * 43, "command_id": "no", "rating": {"stars": 5}},
        {"token": "x" * 43, "command_id": str(uuid.uuid4()), "rating": {"stars": "five"}},
        {"token": "x" * 43, "command_id": str(uuid.uuid4()), "rating": None},
    ):
        assert tablet.send("", **body).status_code == 422, body
    assert tablet.send("/open", token="x" * 43, device="short").status_code == 422
