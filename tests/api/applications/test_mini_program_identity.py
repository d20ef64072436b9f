"""Which provider checks a face: WeChat within the mini-program, the provider's page elsewhere, over HTTP."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.identity_models import IdentityCheck
from backend.core.config import Settings
from backend.core.database import db
from backend.customers.models import CustomerIdentity
from backend.identity.port import Begun, FaceAnswer, FaceState, Opening, Person
from backend.identity.tencent import TencentFaceChecks
from backend.identity.wechat_faces import WechatFaceChecks
from tests.api.applications.conftest import Customer, Uploads
from tests.api.applications.test_identity import Proving, provide, read_data
from wsgi import create_app

APP_ID, OPENID = "wx0123456789abcdef", "o-of-the-customer"
IN_WECHAT = {"in_mini_program": True, "has_camera": True}


@dataclass
class Wechat:
    """WeChat as a test plays it."""

    opened: list[Opening] = field(default_factory=list)
    answer: FaceAnswer | None = None

    def begin(self, opening: Opening) -> Begun:
        self.opened.append(opening)
        return Begun(f"v-{opening.reference} {opening.openid}", "", f"v-{opening.reference}")

    def query(self, provider_reference: str, asked: Opening) -> FaceAnswer:
        assert provider_reference == f"v-{asked.reference} {OPENID}"
        return self.answer or FaceAnswer(FaceState.PENDING, "10300")

    def passes(self, person: Person | None = None, reference: str | None = None) -> None:
        """Lay down that the newest check passes, of whom and for what."""
        newest = self.opened[-1]
        self.answer = FaceAnswer(
            FaceState.PASSED, "10000", reference or newest.reference, person or newest.person
        )


@pytest.fixture(scope="module")
def standing() -> Wechat:
    return Wechat()


@pytest.fixture
def wechat(standing: Wechat) -> Wechat:
    standing.opened.clear()
    standing.answer = None
    return standing


def with_wechat(settings: Settings) -> Settings:
    return dataclasses.replace(
        settings, wechat_face_checks=True, wechat_api_base_url="http://127.0.0.1:1",
        wechat_open_base_url="http://127.0.0.1:1", wechat_mini_app_id=APP_ID, wechat_mini_app_secret="s",
    )  # fmt: skip


@pytest.fixture(scope="module")
def hall(settings: Settings, handler_id: int, standing: Wechat) -> Iterator[Flask]:
    """Yield the application with both providers set up and played."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WechatFaceChecks, "begin", lambda _, opening: standing.begin(opening))
        patch.setattr(WechatFaceChecks, "query", lambda _, *asked: standing.query(*asked))
        patch.setattr(
            TencentFaceChecks,
            "begin",
            lambda _, opening: Begun(f"biz-{opening.reference}", "https://f.example"),
        )
        application = create_app(with_wechat(provide(settings)))
        yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def proving(customer: Customer, files: Uploads, sessions: sessionmaker[Session], wechat: Wechat) -> Proving:
    with sessions.begin() as session:
        now = datetime.now(UTC)
        for old in session.scalars(select(CustomerIdentity).where(CustomerIdentity.subject == OPENID)):
            session.delete(old)
        session.flush()
        session.add(
            CustomerIdentity(
                customer_id=customer.id, kind="wechat_mini", appid=APP_ID, subject=OPENID, created_at=now
            )
        )
    return Proving(customer, files)


def test_within_the_mini_program_wechat_looks_itself(
    proving: Proving, wechat: Wechat, sessions: sessionmaker[Session]
) -> None:
    begun = proving.begin(**IN_WECHAT)
    assert begun == {"url": "", "ticket": f"v-{wechat.opened[0].reference}"}
    assert wechat.opened[0].openid == OPENID
    # Whatever the phone says of it, the server asks.
    assert proving.fetch()["status"] == "checking"
    wechat.passes()
    assert proving.fetch()["status"] == "proven"
    assert read_data(sessions, proving.case_no)["identity_proof"] == f"face:{wechat.opened[0].reference}"
    with sessions() as session:
        asked = select(IdentityCheck.provider).where(IdentityCheck.reference == wechat.opened[0].reference)
        assert session.scalars(asked).one() == "wechat"


@pytest.mark.parametrize("device", [{}, {"in_mini_program": True}, {"has_camera": True}])
def test_elsewhere_the_providers_page_looks(
    proving: Proving, wechat: Wechat, device: dict[str, bool]
) -> None:
    assert proving.begin(**device) == {"url": "https://f.example", "ticket": ""}
    assert wechat.opened == []


def test_whom_wechat_does_not_know_goes_to_the_page(
    customer: Customer, files: Uploads, wechat: Wechat
) -> None:
    assert Proving(customer, files).begin(**IN_WECHAT)["url"] == "https://f.example"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"person": Person("路人甲", "11010119900307109X")}, "identity_other_person"),
        ({"reference": "an-earlier-check"}, "identity_replayed"),
    ],
)
def test_an_answer_about_another_person_or_check_is_refused(
    proving: Proving, wechat: Wechat, sessions: sessionmaker[Session], told: dict[str, object], code: str
) -> None:
    proving.begin(**IN_WECHAT)
    wechat.passes(**told)  # type: ignore[arg-type]
    assert proving.fetch(409)["code"] == code
    assert "identity_proof" not in read_data(sessions, proving.case_no)


def test_without_a_page_a_browser_is_sent_to_the_mini_program(
    settings: Settings, proving: Proving, wechat: Wechat
) -> None:
    application = create_app(with_wechat(settings))
    browser = Customer(application.test_client(), proving.customer.made)
    body = {"name": "郑桂英"}
    answer = browser.send("POST", f"{proving.path}/checks", body, 409)
    assert answer["code"] == "identity_mini_program_only" and "不方便刷脸" in answer["title"]
    assert browser.send("POST", f"{proving.path}/checks", {**body, **IN_WECHAT}, 200)["ticket"]
    with application.app_context():
        db.engine.dispose()
