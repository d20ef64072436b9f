"""What a customer's photo of a paper says, for the form that it belongs to, over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings
from backend.core.database import db
from backend.core.local_time import local_date
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.identity.papers import PaperFault, PaperKind, PaperRefused, ReadPaper
from backend.identity.tencent_papers import TencentPaperReader
from tests.api.applications.conftest import CONTENT, Customer, Uploads
from tests.api.conftest import MadeCustomer
from tests.api.document import watch_answers
from tests.pictures import make_pdf
from wsgi import create_app

NUMBER, CODE, NAME = "110101199003077758", "91330106MA2CFLDG60", "郑桂英"
TODAY = local_date(datetime.now(UTC))
NOTHING = {"state": "by_hand", "name": "", "number": "", "valid_until": None, "differs": []}


@dataclass
class Reader:
    """The provider as a test plays it."""

    paper: ReadPaper = field(default_factory=lambda: ReadPaper(NAME, NUMBER, None, "request-1"))
    fault: Exception | None = None
    asked: list[tuple[PaperKind, bytes]] = field(default_factory=list)

    def read(self, kind: PaperKind, picture: bytes) -> ReadPaper:
        self.asked.append((kind, picture))
        if self.fault is not None:
            raise self.fault
        return self.paper


@pytest.fixture(scope="module")
def standing() -> Reader:
    return Reader()


@pytest.fixture
def reader(standing: Reader) -> Reader:
    fresh = Reader()
    standing.paper, standing.fault, standing.asked = fresh.paper, None, []
    return standing


@pytest.fixture(scope="module")
def hall(settings: Settings, handler_id: int, standing: Reader) -> Iterator[Flask]:
    """Yield the application with the test's reader in the place of Tencent's."""
    set_up = dataclasses.replace(
        settings, ocr_base_url="http://127.0.0.1:1", ocr_secret_id="id", ocr_secret_key="key"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TencentPaperReader, "read", lambda _, *asked: standing.read(*asked))
        application = create_app(set_up)
        watch_answers(application)
        yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def read(customer: Customer, files: Uploads, reader: Reader) -> Callable[..., Any]:
    """Return what has a new photo of the customer's read."""

    def ask(status: int = 200, paper: str = "id_card", **typed: str) -> Any:
        path = f"/files/{files.upload(customer.owner)}/reading"
        return customer.send("POST", path, {"paper": paper, **typed}, status)

    return ask


def test_what_was_read_comes_back_and_is_kept_nowhere(
    read: Callable[..., Any], reader: Reader, sessions: sessionmaker[Session],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert read() == {**NOTHING, "state": "read", "name": NAME, "number": NUMBER}
    [(kind, picture)] = reader.asked
    # The copy without the place where it was taken goes out, and not the original.
    assert kind is PaperKind.ID_CARD and picture.startswith(b"\xff\xd8") and b"SECRET" not in picture
    assert NUMBER not in capsys.readouterr().out
    with sessions() as session:
        assert session.execute(text("SELECT count(*) FROM stored_file WHERE case_id IS NULL")).scalar_one()


def test_what_was_typed_is_compared_and_left_alone(read: Callable[..., Any]) -> None:
    assert read(name="郑 桂英", number=NUMBER)["differs"] == []
    told = read(name="郑桂莲", number="11010519491231002X")["differs"]
    assert [(one["field"], one["code"]) for one in told] == [
        ("name", "paper_name_differs"), ("number", "paper_number_differs"),
    ]  # fmt: skip
    assert all("请核对" in one["text"] for one in told)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(PaperFault.NOT_DOCUMENT, "paper_not_document"), (PaperFault.UNCLEAR, "paper_unclear")],
)
def test_a_picture_that_is_no_document_is_told_at_once(
    read: Callable[..., Any], reader: Reader, fault: PaperFault, code: str
) -> None:
    reader.fault = PaperRefused(fault)
    answer = read(422)
    assert answer["code"] == code and "工作人员" in answer["title"]


@pytest.mark.parametrize("days", [-1, 0])
@pytest.mark.parametrize(("paper", "number"), [("id_card", ""), ("licence", CODE)])
def test_an_expired_paper_is_told_at_once(
    read: Callable[..., Any], reader: Reader, paper: str, number: str, days: int
) -> None:
    last = TODAY + timedelta(days=days)
    reader.paper = ReadPaper("", number, last, "request-1")
    if days < 0:
        assert read(422, paper)["code"] == "paper_expired"
    else:
        # It is good on its last day.
        assert read(200, paper)["valid_until"] == last.isoformat()


@pytest.mark.parametrize(
    ("paper", "number"), [("id_card", "110101199003077759"), ("licence", "91330106MA2CFLDG6P")]
)
def test_a_number_with_a_wrong_check_digit_was_read_wrongly(
    read: Callable[..., Any], reader: Reader, paper: str, number: str
) -> None:
    reader.paper = ReadPaper("", number, None, "request-1")
    assert read(422, paper)["code"] == "paper_unclear"


@pytest.mark.parametrize("fault", [PlatformUnavailable("ocr", "timeout"), PlatformRefused("ocr", "arrears")])
def test_a_provider_that_is_away_leaves_it_to_the_hand(
    read: Callable[..., Any], reader: Reader, fault: Exception
) -> None:
    reader.fault = fault
    assert read() == NOTHING


def test_nobody_reads_what_is_anothers_or_no_photo(
    customer: Customer, stranger: Customer, files: Uploads, reader: Reader
) -> None:
    theirs = files.upload(stranger.owner)
    pdf = files.upload(customer.owner, make_pdf(), "执照.pdf")
    for key in (theirs, pdf, "A" * 43):
        customer.send("POST", f"/files/{key}/reading", {"paper": "id_card"}, 404)
    assert reader.asked == []


def test_readings_are_limited_since_each_is_paid_for(read: Callable[..., Any], reader: Reader) -> None:
    for _ in range(30):
        read()
    assert read(429)["code"] == "too_many_requests" and len(reader.asked) == 30


def test_without_a_provider_people_type(
    settings: Settings, make_customer: Callable[[], MadeCustomer], files: Uploads, reader: Reader
) -> None:
    application = create_app(settings)
    customer = Customer(application.test_client(), make_customer())
    path = f"/files/{files.upload(customer.owner)}/reading"
    assert customer.send("POST", path, {"paper": "licence"}, 200) == NOTHING
    with application.app_context():
        db.engine.dispose()


def test_applications_say_whose_fields_their_papers_fill() -> None:
    reads = {
        (key, one["key"]): one["reads"]
        for key, form in CONTENT.forms.items()
        for section in form["sections"]
        for one in section["fields"]
        if "reads" in one
    }
    card = {"paper": "id_card", "name": "contact_name", "number": "id_number"}
    licence = {"paper": "licence", "name": "unit_name", "number": "credit_code"}
    assert reads[("application_installation", "id_photos")] == card
    assert reads[("application_installation_unit", "licence")] == licence
    # Who stops the gas may be another one than whose card it is.
    assert "name" not in reads[("application_suspension", "id_photos")]
