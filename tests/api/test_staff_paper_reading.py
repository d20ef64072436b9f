"""Staff at the counter and in the field have the photo of a card or licence read, against the simulator."""

from __future__ import annotations

import dataclasses
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from backend.core.config import Settings
from backend.core.database import db
from backend.core.local_time import local_date
from simulators.application import create_app as create_simulators
from staff_api.paper_reading_routes import READING_LIMIT
from tests.api.document import watch_answers
from tests.api.master_side import Quiet
from tests.api.staff_side import API, HTTPS, Browser, Hall
from tests.cards import draw_card_back, draw_card_front, draw_landscape, draw_licence
from tests.pictures import make_pdf
from wsgi import create_app

NUMBER, CODE = "11010519491231002X", "91330106MA2CFLDG60"
TODAY = local_date(datetime.now(UTC))
NOTHING = {"state": "by_hand", "name": "", "number": "", "valid_until": None, "differs": []}


@dataclass(frozen=True)
class Provider:
    """The simulated text recognition."""

    base_url: str
    secret_id: str
    secret_key: str

    def order(self, endpoint: str, code: str) -> None:
        fault = {"platform": "ocr", "endpoint": endpoint, "kind": "refuse", "code": code}
        requests.post(f"{self.base_url}/control/faults", json=fault, timeout=10).raise_for_status()

    def count_calls(self) -> int:
        answer = requests.get(f"{self.base_url}/control/calls?platform=ocr", timeout=10)
        return len(answer.json()["items"])


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    state = tmp_path_factory.mktemp("papers")
    simulators = create_simulators(state, "http://127.0.0.1:1")
    server = make_server("127.0.0.1", 0, simulators, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    keys = json.loads((state / "credentials.json").read_text(encoding="utf-8"))
    yield Provider(f"http://127.0.0.1:{server.port}", keys["ocr_secret_id"], keys["ocr_secret_key"])
    server.shutdown()
    thread.join(10)


@pytest.fixture(scope="module")
def reading_hall(
    settings: Settings, sessions: sessionmaker[Session], case_customer: int, provider: Provider
) -> Iterator[Hall]:
    """Yield a hall that is set up for the simulated text recognition."""
    set_up = dataclasses.replace(
        settings, ocr_base_url=provider.base_url, ocr_secret_id=provider.secret_id,
        ocr_secret_key=provider.secret_key,
    )  # fmt: skip
    application: Flask = create_app(set_up)
    watch_answers(application)
    yield Hall(application, sessions, set_up, case_customer)
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def counter(reading_hall: Hall) -> Browser:
    return reading_hall.sign_in("desk_361")


def upload(who: Browser, content: bytes, name: str = "证件.jpg") -> str:
    sent = who.client.post(
        f"{API}/files", data={"file": (io.BytesIO(content), name), "purpose": "visit"}, base_url=HTTPS,
        headers={"X-CSRF-Token": who.csrf},
    )  # fmt: skip
    assert sent.status_code == 201, sent.text
    return str(json.loads(sent.text)["file_key"])


def read(who: Browser, content: bytes, status: int = 200, paper: str = "id_card", **typed: str) -> Any:
    answer = who.send("POST", f"/files/{upload(who, content)}/reading", {"paper": paper, **typed})
    assert answer.status_code == status, answer.text
    return json.loads(answer.text)


def tell_day(days: int) -> str:
    return (TODAY + timedelta(days=days)).strftime("%Y.%m.%d")


def test_number_and_name_are_read_and_compared(counter: Browser) -> None:
    assert read(counter, draw_card_front(NUMBER)) == {**NOTHING, "state": "read", "number": NUMBER}
    [told] = read(counter, draw_card_front(NUMBER), number="110101199003077758")["differs"]
    assert (told["field"], told["code"]) == ("number", "paper_number_differs")


DRAWN: dict[str, Callable[[str], bytes]] = {
    "id_card": lambda last: draw_card_back("2006.01.01", last),
    "licence": lambda last: draw_licence(CODE, "2006.01.01", last),
}


@pytest.mark.parametrize("paper", list(DRAWN))
def test_an_expired_paper_is_told_and_a_lasting_one_is_fine(counter: Browser, paper: str) -> None:
    draw = DRAWN[paper]
    assert read(counter, draw(tell_day(-1)), 422, paper)["code"] == "paper_expired"
    # It is good on its last day; 长期 has none.
    assert read(counter, draw(tell_day(0)), 200, paper)["valid_until"] == TODAY.isoformat()
    lasting = draw_card_back("2006.01.01", "") if paper == "id_card" else draw_licence(CODE)
    assert read(counter, lasting, 200, paper)["valid_until"] is None


def test_what_is_no_paper_or_cannot_be_read_is_told(counter: Browser, provider: Provider) -> None:
    assert read(counter, draw_landscape(), 422)["code"] == "paper_not_document"
    provider.order("IDCardOCR", "FailedOperation.ImageBlur")
    assert read(counter, draw_card_front(NUMBER), 422)["code"] == "paper_unclear"


def test_a_provider_that_is_away_leaves_it_to_the_eye(counter: Browser, provider: Provider) -> None:
    provider.order("IDCardOCR", "FailedOperation.UnOpenError")
    assert read(counter, draw_card_front(NUMBER)) == NOTHING


def test_nobody_reads_what_another_uploaded_or_what_is_no_photo(
    reading_hall: Hall, counter: Browser, provider: Provider
) -> None:
    before = provider.count_calls()
    theirs = upload(reading_hall.sign_in("handler_361"), draw_card_front(NUMBER))
    pdf = upload(counter, make_pdf(), "执照.pdf")
    for key in (theirs, pdf, "A" * 43):
        assert counter.send("POST", f"/files/{key}/reading", {"paper": "id_card"}).status_code == 404
    own = upload(counter, draw_card_front(NUMBER))
    for wish in ({}, {"paper": "passport"}, {"paper": "id_card", "name": "王" * 201}):
        assert counter.send("POST", f"/files/{own}/reading", wish).status_code == 422
    stranger = reading_hall.app.test_client()
    answer = stranger.post(f"{API}/files/{own}/reading", json={"paper": "id_card"}, base_url=HTTPS)
    assert answer.status_code == 401
    assert provider.count_calls() == before


def test_without_a_provider_staff_look_themselves(hall: Hall) -> None:
    assert read(hall.sign_in("desk_361"), draw_card_front(NUMBER)) == NOTHING


def test_readings_are_limited_since_each_is_paid_for(hall: Hall) -> None:
    """Counted per person, also where there is no provider to ask."""
    handler = hall.sign_in("handler_362")
    path = f"/files/{upload(handler, draw_landscape())}/reading"
    most = int(READING_LIMIT.split()[0])
    answers = [handler.send("POST", path, {"paper": "licence"}).status_code for _ in range(most + 1)]
    assert answers == [200] * most + [429]
