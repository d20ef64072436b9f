"""Electronic signatures: in turn, bound to what was seen, refused over a changed document, with evidence."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.access.models import SmsCode
from backend.access.sms_codes import SmsCodes
from backend.cases.customer_signing import CustomerSigning
from backend.cases.document_models import CaseDocument, DocumentSignature
from backend.cases.document_signing import Wish
from backend.core.config import Settings
from backend.core.errors import Conflict, Invalid
from composition.hall import make_hall, read_clock
from tests.api.conftest import MadeCustomer
from tests.api.staff_side import HTTPS, Browser, Hall, code
from tests.api.step_forms import CONTRACT_PROCESS, publish_contract, start_with_forms
from tests.pictures import make_photo

TASK = 2
DEVICE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}
pytestmark = pytest.mark.usefixtures("print_fonts")


@pytest.fixture
def customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


@pytest.fixture
def contract(hall: Hall, desk: Browser, customer: MadeCustomer) -> str:
    """Return the number of a case whose contract is filled in and waits for both signatures."""
    publish_contract(hall)
    case_no = start_with_forms(hall, customer.id, process=CONTRACT_PROCESS)
    fill(desk, case_no, 100_00)
    return case_no


def staff_path(case_no: str) -> str:
    return f"/cases/{case_no}/documents/{TASK}"


def fill(desk: Browser, case_no: str, price: int, **values: Any) -> None:
    revision = desk.read(staff_path(case_no))["revision"]
    body = {"revision": revision, "values": {"price": price, **values}, "fills": True}
    assert desk.send("PUT", staff_path(case_no), body).status_code == 200


def upload(client: FlaskClient, address: str, headers: dict[str, str]) -> str:
    data = {"file": (io.BytesIO(make_photo()), "签名.png"), "purpose": "signature"}
    answer = client.post(address, data=data, headers=headers, base_url=HTTPS)
    assert answer.status_code == 201, answer.text
    key: str = answer.get_json()["file_key"]
    return key


class Signer:
    """The customer at the phone."""

    def __init__(self, hall: Hall, customer: MadeCustomer, case_no: str) -> None:
        self._client = hall.app.test_client()
        self._headers = {**customer.headers, **DEVICE}
        self._path = f"/api/v1/cases/{case_no}/documents"

    def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._client.get(self._path, headers=self._headers).get_json()
        return found

    def draw(self) -> str:
        return upload(self._client, "/api/v1/files", self._headers)

    def post(self, what: str, **body: Any) -> TestResponse:
        return self._client.post(f"{self._path}/{TASK}/{what}", json=body, headers=self._headers)

    def print(self) -> str:
        answer = self._client.get(f"{self._path}/{TASK}/pdf", headers=self._headers)
        assert answer.status_code == 200, answer.text
        pages = PdfReader(io.BytesIO(answer.data)).pages
        return "".join("".join(page.extract_text() for page in pages).split())


@pytest.fixture
def signer(hall: Hall, customer: MadeCustomer, contract: str) -> Signer:
    return Signer(hall, customer, contract)


def draw_at_desk(hall: Hall, desk: Browser) -> str:
    return upload(desk.client, "/staff/api/v1/files", {"X-CSRF-Token": desk.csrf, **DEVICE})


def state(line: dict[str, Any]) -> dict[str, tuple[bool, bool, bool]]:
    return {
        one["key"]: (one["may_sign"], one["signed_at"] is not None, one["stale"]) for one in line["signers"]
    }


def test_both_parties_sign_in_turn_and_get_the_evidence(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    [line] = signer.list()
    assert state(line) == {"buyer": (True, False, False), "seller": (False, False, False)}
    drawn = {"signer": "buyer", "sha256": line["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **drawn).status_code == 204
    # A request whose answer got lost comes again.
    assert signer.post("signatures", **drawn).status_code == 204
    assert code(signer.post("signatures", **{**drawn, "file_key": signer.draw()})) == "already_signed"
    view = desk.read(staff_path(contract))
    assert view["sha256"] == line["sha256"]
    assert state(view) == {"buyer": (False, True, False), "seller": (True, False, False)}
    assert [(one["asks_name"], one["optional"]) for one in view["signers"]] == [(True, False), (False, False)]
    # Staff see who signed only in part.
    assert [one["name"] for one in view["signers"]] == ["李*", ""]
    own = {"signer": "seller", "sha256": view["sha256"], "file_key": draw_at_desk(hall, desk)}
    assert desk.send("POST", f"{staff_path(contract)}/signatures", own).status_code == 204
    text = signer.print()
    assert "签署证据页" in text and text.count("与本文件一致，签署有效") == 2
    assert "手写签名" in text and "微信、iPhone" in text and "王desk_361" in text
    answer = desk.get(f"{staff_path(contract)}/pdf")
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 4
    with hall.sessions() as session:
        rows = session.scalars(select(DocumentSignature).order_by(DocumentSignature.id.desc()).limit(2)).all()
        assert [(one.signer, one.field, one.way) for one in reversed(rows)] == [
            ("buyer", "buyer_signed", "drawn"), ("seller", "seller_signed", "drawn"),
        ]  # fmt: skip
        assert rows[1].sha256.hex() == line["sha256"] and "张" not in rows[1].name_sealed


def test_a_signature_names_the_face_check_of_its_case(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    hall.amend(contract, identity_proof="face:FC-20261126-1")
    [line] = signer.list()
    drawn = {"signer": "buyer", "sha256": line["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **drawn).status_code == 204
    own = {"signer": "seller", "sha256": line["sha256"], "file_key": draw_at_desk(hall, desk)}
    assert desk.send("POST", f"{staff_path(contract)}/signatures", own).status_code == 204
    # The company's own signature is nobody's face.
    assert signer.print().count("FC-20261126-1") == 1


def test_a_changed_document_shows_and_cannot_be_signed_unseen(
    hall: Hall, desk: Browser, contract: str, signer: Signer
) -> None:
    [seen] = signer.list()
    drawn = {"signer": "buyer", "sha256": seen["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **drawn).status_code == 204
    fill(desk, contract, 200_00)
    refused = signer.post("signatures", **{**drawn, "file_key": signer.draw()})
    assert (refused.status_code, code(refused)) == (409, "signature_document_changed")
    own = {"signer": "seller", "sha256": seen["sha256"], "file_key": draw_at_desk(hall, desk)}
    assert code(desk.send("POST", f"{staff_path(contract)}/signatures", own)) == "signature_document_changed"
    [now] = signer.list()
    assert now["sha256"] != seen["sha256"] and state(now)["buyer"] == (True, True, True)
    assert "签署之后文件内容有变更" in signer.print()
    again = {"signer": "buyer", "sha256": now["sha256"], "file_key": signer.draw()}
    assert signer.post("signatures", **again).status_code == 204
    assert state(signer.list()[0])["buyer"] == (False, True, False)


def read_code(hall: Hall) -> str:
    with hall.sessions() as session:
        row = session.scalars(select(SmsCode).order_by(SmsCode.id.desc()).limit(1)).one()
        assert row.code_sealed is not None and row.purpose.startswith("sign_document:")
        return hall.keys.decrypt(row.code_sealed, "sms_code.code")


def test_a_code_to_the_phone_signs_this_document_and_nothing_else(
    hall: Hall, desk: Browser, customer: MadeCustomer, contract: str, signer: Signer, settings: Settings
) -> None:
    [line] = signer.list()
    asked = {"signer": "buyer", "sha256": line["sha256"]}
    # The application of the tests sends no messages; then one draws.
    assert code(signer.post("sign-codes", **asked)) == "sign_code_not_offered"
    shared = make_hall(settings, hall.sessions.kw["bind"])
    signing = CustomerSigning(
        hall.sessions, shared.filled_documents, shared.signing, shared.customers,
        SmsCodes(shared.keys, settings.secret_key), shared.keys, offers_sms=True, now=read_clock,
    )  # fmt: skip
    place = (customer.id, contract, TASK)
    with pytest.raises(Conflict, match="phone_needed"):
        signing.send_code(*place, **asked)
    with hall.sessions.begin() as session:
        phone = f"137{secrets.randbelow(10**8):08d}"
        shared.customers.bind_phone(session, customer.id, phone, datetime.now(UTC))
    assert signing.send_code(*place, **asked)["resend_after_seconds"] == 60
    sent = read_code(hall)
    with pytest.raises(Invalid) as mistyped:
        signing.sign(*place, Wish(**asked, device="", code=f"{(int(sent) + 1) % 1_000_000:06}"))
    assert mistyped.value.fields == {"code": "sms_code_wrong"}
    # The code was for what the document said then, and signs nothing else.
    fill(desk, contract, 300_00)
    with pytest.raises(Invalid) as other:
        signing.sign(*place, Wish("buyer", signer.list()[0]["sha256"], "", code=sent))
    assert other.value.fields == {"code": "sms_code_wrong"}
    fill(desk, contract, 100_00)
    assert signer.list()[0]["sha256"] == line["sha256"]
    signing.sign(*place, Wish(**asked, device="", code=sent))
    text = signer.print()
    assert f"短信验证码（137****{phone[-4:]}）" in text and "签署有效" in text


def test_who_may_sign_for_whom(
    hall: Hall, desk: Browser, contract: str, signer: Signer, make_customer: Callable[[], MadeCustomer]
) -> None:
    [line] = signer.list()
    asked = {"sha256": line["sha256"], "file_key": signer.draw()}
    assert code(signer.post("signatures", signer="seller", **asked)) == "signer_not_yours"
    assert code(signer.post("signatures", signer="nobody", **asked)) == "signer_unknown"
    stranger = Signer(hall, make_customer(), contract)
    assert stranger.post("signatures", signer="buyer", **asked).status_code == 404
    # On the desk's glass the customer signs too, by a name that is asked for.
    present = {"signer": "buyer", "sha256": line["sha256"], "file_key": draw_at_desk(hall, desk)}
    path = f"{staff_path(contract)}/signatures"
    assert set(desk.send("POST", path, present).get_json()["fields"]) == {"name"}
    assert desk.send("POST", path, {**present, "name": "张三"}).status_code == 204
    assert hall.sign_in("desk_362").send("POST", path, present).status_code == 404


def test_signing_opens_only_once_the_blanks_are_filled(
    hall: Hall, desk: Browser, customer: MadeCustomer
) -> None:
    publish_contract(hall)
    case_no = start_with_forms(hall, customer.id, process=CONTRACT_PROCESS)
    desk.send("PUT", staff_path(case_no), {"revision": 0, "values": {"buyer": "张三"}})
    unfilled = desk.send("PUT", staff_path(case_no), {"revision": 1, "values": {}, "fills": True})
    assert set(unfilled.get_json()["fields"]) == {"price"}
    who = Signer(hall, customer, case_no)
    assert who.list() == []
    asked = {"signer": "buyer", "sha256": "0" * 64, "file_key": who.draw()}
    assert code(who.post("signatures", **asked)) == "document_not_filled"


def test_a_signature_drawn_while_filling_counts_until_the_form_is_changed(
    hall: Hall, desk: Browser, contract: str
) -> None:
    fill(desk, contract, 100_00, buyer_signed=draw_at_desk(hall, desk))
    view = desk.read(staff_path(contract))
    assert state(view)["buyer"] == (False, True, False)
    fill(desk, contract, 400_00)
    view = desk.read(staff_path(contract))
    assert "buyer_signed" not in view["values"]
    assert state(view)["buyer"] == (True, True, True)
    with hall.sessions() as session:
        row = session.scalars(
            select(CaseDocument).where(CaseDocument.case_id == hall.find_id(contract))
        ).one()
        signed = session.scalars(
            select(DocumentSignature).where(DocumentSignature.document_id == row.id)
        ).all()
        assert [one.sha256 == row.sha256 for one in signed] == [False]


def test_nothing_is_signed_after_the_end(hall: Hall, desk: Browser, contract: str, signer: Signer) -> None:
    [line] = signer.list()
    assert desk.act(contract, "give_up", reason="不办了").status_code == 200
    asked = {"signer": "buyer", "sha256": line["sha256"], "file_key": signer.draw()}
    assert code(signer.post("signatures", **asked)) == "case_ended"
    assert state(signer.list()[0])["buyer"] == (False, False, False)
