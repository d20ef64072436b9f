"""Contract templates: imported with their problems told, in versions, previewed, printed as contracts."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.access.models import PersonalLook
from backend.cases.document_hashes import hash_document
from backend.cases.document_models import CaseDocument
from backend.catalogue.forms import build_form
from backend.catalogue.loader import hash_body
from backend.catalogue.own_versions import OWN_FROM
from backend.catalogue.service import Draft, publish
from tests.api.conftest import MadeCustomer
from tests.api.filling import upload
from tests.api.staff_side import API, HTTPS, Browser, Hall, code
from tests.api.step_forms import CONTRACT, CONTRACT_BODY, make_field, start_with_forms

TASK = 2
TEXT = (
    "买方 {{buyer}}，地址 {{case.address}}\n# 价款\n"
    "合计 **{{price}}** 元，每日千分之 {{fee=3}}，备注 {{remark!}}，另约 {{more}}"
)
pytestmark = pytest.mark.usefixtures("print_fonts")


@pytest.fixture
def key(hall: Hall) -> str:
    """Publish a contract of its own with its shipped template, and a process that fills it in."""
    key = f"deal_{uuid.uuid4().hex[:8]}"
    fields = [
        *CONTRACT["sections"][0]["fields"],
        make_field("remark", "long_text", max_length=200),
        make_field("more", "text", max_length=50),
    ]
    form = {**CONTRACT, "key": key, "sections": [
        {"key": "all", "title": "内容", "fields": [one for one in fields if one["type"] != "signature"]},
        {"key": "sign", "title": "签字盖章", "fields": [one for one in fields if one["type"] == "signature"]},
    ]}  # fmt: skip
    steps = [
        {**one, "form": key} if one.get("form") == "test_contract" else one for one in CONTRACT_BODY["steps"]
    ]
    process = {**CONTRACT_BODY, "key": key, "steps": steps}
    template = {"key": key, "version": 1, "text": TEXT}
    drafts = [
        Draft(kind, body["key"], 1, hash_body(body), body)
        for kind, body in (("form", form), ("process", process), ("template", template))
    ]
    with hall.sessions.begin() as session:
        publish(session, drafts, "processes/", datetime.now(UTC))
    return key


@pytest.fixture
def lead(hall: Hall) -> Browser:
    return hall.sign_in("lead_a")


def send(who: Browser, path: str, content: str | bytes) -> TestResponse:
    return who.client.post(
        API + path,
        data=content,
        content_type="text/plain",
        base_url=HTTPS,
        headers={"X-CSRF-Token": who.csrf},
    )


def save(who: Browser, key: str, content: str | bytes, base: int = 1) -> TestResponse:
    return send(who, f"/templates/{key}/versions?base={base}", content)


def read_pages(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return ["".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(answer.data)).pages]


def fill(desk: Browser, case_no: str, **values: Any) -> TestResponse:
    path = f"/cases/{case_no}/documents/{TASK}"
    revision = desk.read(path)["revision"]
    return desk.send("PUT", path, {"revision": revision, "values": values, "fills": True})


def find_row(hall: Hall, case_no: str) -> CaseDocument:
    with hall.sessions() as session:
        wanted = CaseDocument.case_id == hall.find_id(case_no), CaseDocument.task_no == TASK
        return session.scalars(select(CaseDocument).where(*wanted)).one()


def test_each_problem_is_told_by_its_line_and_nothing_is_kept(lead: Browser, key: str) -> None:
    answer = save(lead, key, "{{buyer}}\n{{prise}}\n<b>粗</b>\n{{buyer_signed}}\n没有收尾 {{more")
    assert (answer.status_code, code(answer)) == (422, "template_markup_refused")
    problems = json.loads(answer.text)["extra"]["problems"]
    assert [(one["line"], one["code"]) for one in problems] == [
        (2, "template_unknown_blank"), (3, "template_markup_refused"),
        (4, "template_blank_unfit"), (5, "template_mark_broken"),
    ]  # fmt: skip
    assert problems[0]["blank"] == "prise" and problems[0]["similar"] == ["price"]
    assert "第 2 行" in problems[0]["text"] and "price 项" in problems[0]["text"]
    assert lead.read(f"/templates/{key}")["version"] == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{{buyer}}{{price}}{{prise}}", "template_unknown_blank"),
        ("只有 {{buyer}}", "template_blank_missing"),
        ("{{buyer}}{{price}}".encode("utf-16"), "template_wrong_encoding"),
        ("合同 {{buyer}}{{price}}".encode("gb18030"), "template_wrong_encoding"),
        ("长" * 70_000, "template_too_large"),
        ("", "template_empty"),
        ("{{buyer}}{{price}}{{", "template_mark_broken"),
        ("{{buyer}}{{price}}\x07", "template_characters_refused"),
        ("{{buyer}}{{price=5}}", "template_figure_taken"),
    ],
)
def test_what_cannot_be_used_is_refused(lead: Browser, key: str, content: str | bytes, expected: str) -> None:
    answer = save(lead, key, content)
    assert (answer.status_code, code(answer)) == (422, expected)
    assert code(send(lead, f"/templates/{key}/preview.pdf", content)) == expected


def test_templates_are_kept_in_versions_and_can_be_taken_back(lead: Browser, key: str) -> None:
    own = "\ufeff本公司 {{buyer}} 付 {{price}}\r\n完"
    kept = save(lead, key, own.encode())
    assert kept.status_code == 201, kept.text
    assert code(save(lead, key, own, base=7)) == "changed_meanwhile"
    now = lead.read(f"/templates/{key}")
    assert (now["version"], now["is_own"], now["author"]) == (OWN_FROM, True, "lead_a")
    assert now["text"] == "本公司 {{buyer}} 付 {{price}}\n完" and now["shipped_text"] == TEXT
    assert [(one["version"], one["author"]) for one in now["versions"]] == [(OWN_FROM, "lead_a"), (1, "")]
    needed = {one["name"] for one in now["blanks"] if one["needed"]}
    assert needed == {"buyer", "price"} and "case.address" in {one["name"] for one in now["blanks"]}
    # The shipped one again is the next own version; what was there before stays to be read.
    assert save(lead, key, now["shipped_text"], base=OWN_FROM).status_code == 201
    again = lead.read(f"/templates/{key}")
    assert (again["version"], again["text"]) == (OWN_FROM + 1, TEXT)
    assert lead.read(f"/templates/{key}/versions/{OWN_FROM}")["text"] == now["text"]
    assert lead.get(f"/templates/{key}/versions/{OWN_FROM + 9}").status_code == 404
    assert key in {one["key"] for one in lead.read("/templates")["items"]}


def test_a_preview_has_sample_values_or_ruled_lines_and_keeps_nothing(lead: Browser, key: str) -> None:
    path = f"/templates/{key}/preview.pdf"
    filled = "".join(read_pages(send(lead, f"{path}?filled=true", TEXT)))
    empty = "".join(read_pages(send(lead, path, TEXT)))
    assert "合计1,000.00元" in filled and "买方张三" in filled and "样张" in filled
    assert "合计元" in empty and "每日千分之3" in empty and "张三" not in empty
    assert lead.read(f"/templates/{key}")["version"] == 1


def test_only_the_centre_keeps_templates(hall: Hall, key: str) -> None:
    desk = hall.sign_in("desk_361")
    assert desk.get("/templates").status_code == 403
    assert save(desk, key, TEXT).status_code == 403
    assert send(desk, f"/templates/{key}/preview.pdf", TEXT).status_code == 403


def test_the_contract_says_the_wording_and_its_hash_covers_it(
    hall: Hall, lead: Browser, key: str, make_customer: Callable[[], MadeCustomer]
) -> None:
    desk, customer = hall.sign_in("desk_361"), make_customer()
    case_no = start_with_forms(hall, customer.id, process=key)
    # Blanks that the parties must fill are filled before anybody signs.
    answer = fill(desk, case_no, price=100_00)
    assert (answer.status_code, code(answer)) == (422, "contract_blank_open")
    assert json.loads(answer.text)["fields"] == {"remark": "合同里的“remark 项”还没有填，填好后才能签。"}
    wish = {"signer": "buyer", "sha256": "0" * 64}
    signed = desk.send("POST", f"/cases/{case_no}/documents/{TASK}/signatures", wish)
    assert code(signed) == "document_not_filled"
    assert fill(desk, case_no, price=100_00, remark="#let x = [*不是代码*]").status_code == 200
    row = find_row(hall, case_no)
    # A wording that is imported now is for new cases: this one keeps its own (law 2).
    assert save(lead, key, "新文本 {{buyer}} {{price}}").status_code == 201
    text = "".join(read_pages(desk.get(f"/cases/{case_no}/documents/{TASK}/pdf")))
    for one in (
        "买方张小红",
        "地址历下区文化路阳光小区",
        "合计100.00元",
        "每日千分之3",
        "#letx=[*不是代码*]",
        "另约／",
    ):
        assert one in text, text
    assert "新文本" not in text and "签字盖章" in text
    assert f"校验{row.sha256.hex()[:12]}" in text and "第1页共1页" in text
    # What the wording states does not stand below it again.
    assert "price项" not in text
    with hall.sessions() as session:
        looks = session.scalars(
            select(PersonalLook).where(PersonalLook.subject == f"case:{row.case_id}")
        ).all()
    assert "case.address" in looks[-1].items
    # Signatures, the evidence page and the public page are bound to the hash of the whole wording.
    key_of_picture = upload(desk, "seller", "signature")
    wish = {"signer": "seller", "sha256": row.sha256.hex(), "file_key": key_of_picture}
    signed = desk.send("POST", f"/cases/{case_no}/documents/{TASK}/signatures", wish)
    assert signed.status_code == 204, signed.text
    printed = read_pages(desk.get(f"/cases/{case_no}/documents/{TASK}/pdf"))
    assert "签署证据页" in printed[1] and "签署有效" in printed[1] and "买方张小红" in printed[0]
    assert row.sha256.hex() in printed[1]
    checked = hall.app.test_client().get(f"/d/{row.check_token}/{row.sha256.hex()[:12]}")
    assert checked.status_code == 200 and "单据有效" in checked.text
    customers = hall.app.test_client().get(
        f"/api/v1/cases/{case_no}/documents/{TASK}/pdf", headers=customer.headers
    )
    assert "客户联" in "".join(read_pages(customers))


def test_the_hash_changes_with_the_wording_and_stays_with_the_paper(
    hall: Hall, key: str, make_customer: Callable[[], MadeCustomer]
) -> None:
    desk = hall.sign_in("desk_361")
    case_no = start_with_forms(hall, make_customer().id, process=key)
    assert fill(desk, case_no, price=100_00, remark="无").status_code == 200
    first = find_row(hall, case_no)
    assert fill(desk, case_no, price=100_00, remark="无").status_code == 200
    assert find_row(hall, case_no).sha256 == first.sha256
    assert fill(desk, case_no, price=100_00, remark="有").status_code == 200
    assert find_row(hall, case_no).sha256 != first.sha256
    form = build_form(CONTRACT)
    plain = hash_document("1", form, {"price": 1}, "n")
    worded = [hash_document("1", form, {"price": 1}, "n", [one]) for one in ("甲", "乙")]
    assert len({plain, *worded}) == 3


def test_a_form_keeps_the_fields_that_its_wording_needs(lead: Browser, key: str) -> None:
    form = lead.read(f"/forms/{key}")
    sections = [
        {**one, "fields": [field for field in one["fields"] if field["key"] != "remark"]}
        for one in form["form"]["sections"]
    ]
    change = {"base": 1, "sections": sections, "reason": "业务会定的"}
    answer = lead.send("POST", f"/forms/{key}/versions", change)
    assert code(answer) == "form_refused"
    assert json.loads(answer.text)["fields"] == {"remark": "合同范本的正文里有这个空，不能去掉；请先改范本。"}
