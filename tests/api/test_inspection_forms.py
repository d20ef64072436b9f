"""An inspection: hazards ticked on the slip, the notice made of them, the customer's photos; over HTTP."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from backend.core.local_time import format_day, local_date
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_drafts, fill_in, sign, upload
from tests.api.staff_side import VALUES, Browser, Hall, code
from tests.api.test_orders_for_customers import take
from tests.pictures import make_photo


@pytest.fixture
def customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def case_no(hall: Hall, customer: MadeCustomer) -> str:
    """Return the number of an inspection that waits to be planned."""
    new = NewCase(
        "inspection", unit_id=hall.units["361"], unit_code="361", customer_id=customer.id, channel="counter",
        form=hall.seal(VALUES),
    )  # fmt: skip
    return hall.service.start_case(Request("staff:1", uuid.uuid4(), {}), new, Start(SYSTEM)).case_no


@pytest.fixture
def handler(hall: Hall, case_no: str) -> Browser:
    """Return whom the desk has sent to inspect the home."""
    take(hall.sign_in("desk_361"), case_no, "by_plan", handler="handler_361")
    return hall.sign_in("handler_361")


def begin(who: Browser, case_no: str) -> dict[str, Any]:
    """Return what the form that is to be filled in now begins with, in clear where nobody is named."""
    [task] = [one["task"] for one in who.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    values: dict[str, Any] = who.read(f"/cases/{case_no}/documents/{task}")["values"]
    return values


def list_asked_at(client: FlaskClient, case_no: str, own: dict[str, str]) -> list[int | None]:
    papers = client.get(f"/api/v1/cases/{case_no}/documents", headers=own).get_json()
    return [one["asked_at"] for one in papers]


def test_what_is_not_ticked_is_in_order(handler: Browser, case_no: str) -> None:
    assert code(handler.act(case_no, "safe")) == "form_missing"
    fill_in(handler, case_no)
    assert code(handler.act(case_no, "hazard")) == "hazards_missing"
    fill_in(handler, case_no, hazards_found=["h36"])
    assert code(handler.act(case_no, "safe")) == "hazards_found"
    fill_in(handler, case_no, hazards_found=None)
    take(handler, case_no, "safe")


@pytest.mark.parametrize(("outcome", "hazards"), [("hazard", None), ("safe", ["h36"])])
def test_the_slip_is_not_handed_in_for_a_way_out_that_it_speaks_against(
    handler: Browser, case_no: str, outcome: str, hazards: list[str] | None
) -> None:
    [task] = fill_drafts(handler, case_no, hazards_found=hazards)
    path = f"/cases/{case_no}/documents/{task}"
    answer = handler.send("PUT", path, {"revision": 1, "fills": True, "outcome": outcome})
    assert answer.status_code == 422
    [(field, sentence)] = answer.get_json()["fields"].items()
    assert field == "hazards_found" and "发现隐患" in sentence
    assert handler.read(path)["state"] == "draft"
    fits = {"hazard": "safe", "safe": "hazard"}[outcome]
    handed_in = handler.send("PUT", path, {"revision": 1, "fills": True, "outcome": fits})
    assert handed_in.status_code == 200
    take(handler, case_no, fits)


def test_a_way_out_says_what_it_demands_of_the_slip(handler: Browser, case_no: str) -> None:
    actions = {one["outcome"]: one["demands"] for one in handler.read(f"/cases/{case_no}")["actions"]}
    assert actions["hazard"] == [{"field": "hazards_found", "filled": True}]
    assert actions["safe"] == [{"field": "hazards_found", "filled": False}]
    assert actions["not_home"] == []


def test_no_notice_is_handed_in_without_a_hazard(handler: Browser, case_no: str) -> None:
    fill_in(handler, case_no, hazards_found=["h36"])
    take(handler, case_no, "hazard")
    [task] = fill_drafts(handler, case_no, hazard_content=" \n ")
    change = {"revision": 1, "fills": True}
    answer = handler.send("PUT", f"/cases/{case_no}/documents/{task}", change)
    assert answer.status_code == 422 and set(answer.get_json()["fields"]) == {"hazard_content"}


def test_other_hazards_need_words_and_a_leak_closes_the_valve(handler: Browser, case_no: str) -> None:
    [task] = [one["task"] for one in handler.read(f"/cases/{case_no}")["documents"]]
    fill_in(handler, case_no)
    path = f"/cases/{case_no}/documents/{task}"
    change = {"revision": 1, "values": {"hazards_found": ["h4", "h46"]}, "fills": True}
    refused = json.loads(handler.send("PUT", path, change).text)["fields"]
    assert {key for key in refused if key not in ("customer_signature", "inspector_signature")} == {
        "other_text", "valve_closed", "rectify_within_days", "rectify_method",
    }  # fmt: skip


def test_a_hazard_of_which_the_paper_lost_the_words_is_told_in_words(handler: Browser, case_no: str) -> None:
    [task] = [one["task"] for one in handler.read(f"/cases/{case_no}")["documents"]]
    change = {"revision": 0, "values": {"hazards_found": ["h14"]}, "fills": True}
    refused = handler.send("PUT", f"/cases/{case_no}/documents/{task}", change).get_json()["fields"]
    assert "standard_words" in refused and "other_text" not in refused
    words = "14 表前铅封松脱\n3、灶前阀接头漏气"
    fill_in(handler, case_no, hazards_found=["h3", "h14", "h36"], standard_words=words)
    take(handler, case_no, "hazard")
    assert begin(handler, case_no)["hazard_content"].splitlines() == [
        "3. 公司安检标准第3条：灶前阀接头漏气",
        "14. 公司安检标准第14条：表前铅封松脱",
        "36. 橡胶软管破损或开裂",
    ]  # fmt: skip


def test_picked_hazards_and_days_fill_the_notice(handler: Browser, case_no: str) -> None:
    found = {
        "hazards_found": ["h4", "h36", "h46"],
        "hazards_to_rectify": ["h36", "h46"],
        "other_text": "灶台下堆着纸箱",
        "rectify_within_days": 10,
    }
    fill_in(handler, case_no, **found)
    take(handler, case_no, "hazard")
    notice = begin(handler, case_no)
    assert notice["hazard_content"] == "36. 橡胶软管破损或开裂\n46. 其他：灶台下堆着纸箱"
    assert notice["rectify_by"] == (local_date(datetime.now(UTC)) + timedelta(days=10)).isoformat()
    assert code(handler.act(case_no, "to_customer")) == "form_missing"
    fill_in(handler, case_no)
    take(handler, case_no, "to_customer")


@pytest.mark.parametrize(
    ("said", "known"),
    [(["owner", "elderly"], "householder"), (["tenant"], "tenant"), (["elderly"], None)],
)
def test_who_lives_there_is_not_asked_for_twice(
    handler: Browser, case_no: str, said: list[str], known: str | None
) -> None:
    fill_in(handler, case_no, hazards_found=["h36"], customer_category=said)
    take(handler, case_no, "hazard")
    assert begin(handler, case_no).get("occupant_kind") == known


def test_the_customer_signs_beside_the_inspector_without_giving_a_name_that_is_known(
    hall: Hall, handler: Browser, case_no: str
) -> None:
    task = fill_in(handler, case_no, customer_name="李小花")
    path = f"/cases/{case_no}/documents/{task}"
    place = {one["key"]: one for one in handler.read(path)["signers"]}
    assert (place["customer"]["known_name"], place["inspector"]["known_name"]) == ("李*", "")
    # Nobody is taken for the one who is named without being asked.
    wish = {
        "signer": "customer",
        "sha256": handler.read(path)["sha256"],
        "file_key": upload(handler, "签名", "signature"),
    }
    refused = handler.send("POST", f"{path}/signatures", wish)
    assert (refused.status_code, [*json.loads(refused.text)["fields"]]) == (422, ["name"])
    sign(handler, case_no, task, "customer", as_named=True)
    signed = {one["key"]: one["name"] for one in handler.read(path)["signers"]}
    assert signed["customer"] == "李*"


def test_hazards_need_not_be_ticked_twice_for_the_notice(handler: Browser, case_no: str) -> None:
    fill_in(handler, case_no, hazards_found=["h36"])
    # What is found later goes along, since nobody said otherwise.
    fill_in(handler, case_no, hazards_found=["h8", "h36"])
    take(handler, case_no, "hazard")
    notice = begin(handler, case_no)
    assert [line.split(".")[0] for line in notice["hazard_content"].splitlines()] == ["8", "36"]
    assert notice["rectification_advice"] == "由客户自行整改"


def test_a_rule_of_the_notice_names_its_field(handler: Browser, case_no: str) -> None:
    fill_in(handler, case_no, hazards_found=["h36"])
    take(handler, case_no, "hazard")
    [task] = [one["task"] for one in handler.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    days = {"inspected_at": "2026-11-26T10:30", "rectify_by": "2026-11-20"}
    values = {**days, "occupant_kind": "householder", "community": "和平小区"}
    path = f"/cases/{case_no}/documents/{task}"
    answer = handler.send("PUT", path, {"revision": 0, "values": values, "fills": True})
    assert answer.get_json()["fields"] == {"rectify_by": "“整改期限”不能早于“检查时间”，请核对。"}


def test_the_customer_shows_by_photos_what_was_put_right(
    handler: Browser, case_no: str, client: FlaskClient, customer: MadeCustomer
) -> None:
    fill_in(handler, case_no, hazards_found=["h36"])
    take(handler, case_no, "hazard")
    fill_in(handler, case_no)
    take(handler, case_no, "to_customer")
    own, address = customer.headers, f"/api/v1/cases/{case_no}"
    case = json.loads(client.get(address, headers=own).text)
    [action] = [one for one in case["actions"] if one["outcome"] == "rectified"]
    assert (action["asks"], action["unmet"]["code"]) == (["form"], "form_missing")
    document = f"{address}/documents/{action['task']}"
    change: dict[str, Any] = {"revision": 0, "values": {}, "fills": True}
    refused = client.put(document, headers=own, json=change)
    assert set(json.loads(refused.text)["fields"]) == {"rectified_photos"}
    photo = {"file": (io.BytesIO(make_photo(size=(8, 8))), "软管.jpg"), "purpose": "application"}
    sent = client.post("/api/v1/files", headers=own, data=photo)
    change["values"] = {"rectified_photos": [json.loads(sent.text)["file_key"]], "rectified_text": "换了软管"}
    assert client.put(document, headers=own, json=change).status_code == 200
    case = json.loads(client.get(address, headers=own).text)
    [action] = [one for one in case["actions"] if one["outcome"] == "rectified"]
    assert action["unmet"] is None
    # The unit sees the photos, and the customer books the second look.
    lines = handler.read(f"/cases/{case_no}")["documents"]
    seen = handler.read(f"/cases/{case_no}/documents/{lines[0]['task']}")
    assert (seen["values"]["rectified_text"], len(seen["files"])) == ("换了软管", 1)


@pytest.mark.parametrize("plan", ["by_plan", "by_plan_commercial"])
def test_the_customer_reads_the_notice_in_the_client(
    hall: Hall,
    case_no: str,
    client: FlaskClient,
    customer: MadeCustomer,
    make_customer: Callable[[], MadeCustomer],
    plan: str,
) -> None:
    take(hall.sign_in("desk_361"), case_no, plan, handler="handler_361")
    handler, papers = hall.sign_in("handler_361"), f"/api/v1/cases/{case_no}/documents"
    fill_in(handler, case_no, hazards_found=["h36" if plan == "by_plan" else "h4"])
    take(handler, case_no, "hazard")
    before = json.loads(client.get(papers, headers=customer.headers).text)
    assert not [one for one in before if "整改通知单" in one["name"]]
    # Nobody is sent to look at what is not there yet.
    case = json.loads(client.get(f"/api/v1/cases/{case_no}", headers=customer.headers).text)
    assert "正在开整改通知" in case["headline"]
    content = "厨房软管老化，三天内更换"
    fill_in(handler, case_no, hazard_content=content)
    take(handler, case_no, "to_customer")
    # Its page lists the notice as a paper of this case, to be opened.
    listed = json.loads(client.get(papers, headers=customer.headers).text)
    [notice] = [one for one in listed if "整改通知单" in one["name"]]
    address = f"{papers}/{notice['task']}/pdf"
    opened = client.get(address, headers=customer.headers)
    assert (opened.status_code, opened.mimetype) == (200, "application/pdf")
    pages = PdfReader(io.BytesIO(opened.data)).pages
    assert content in "".join("".join(page.extract_text() for page in pages).split())
    assert client.get(address, headers=make_customer().headers).status_code == 404


def test_who_signs_a_notice_or_a_slip_reads_beside_it_what_it_says(
    handler: Browser, case_no: str, client: FlaskClient, customer: MadeCustomer
) -> None:
    fill_in(handler, case_no, hazards_found=["h36"], rectify_within_days=9, meter_reading=1234.5)
    papers = f"/api/v1/cases/{case_no}/documents"
    [slip] = client.get(papers, headers=customer.headers).get_json()
    facts = {one["label"]: one["text"] for one in slip["facts"]}
    assert facts["查出的隐患"] == "36. 橡胶软管破损或开裂"
    assert (facts["几天内改好"], facts["燃气表底数"]) == ("9 天", "1,234.5 m³")
    take(handler, case_no, "hazard")
    fill_in(handler, case_no)
    last = local_date(datetime.now(UTC)) + timedelta(days=9)
    listed = client.get(papers, headers=customer.headers).get_json()
    [notice] = [one for one in listed if "整改通知单" in one["name"]]
    assert notice["facts"] == [
        {"label": "查出的隐患", "text": "36. 橡胶软管破损或开裂"},
        {"label": "怎么整改", "text": "由客户自行整改"},
        {"label": "最晚哪天改好", "text": f"{format_day(last)}（当天也算）"},
    ]


def test_the_customer_reads_what_is_to_be_put_right_and_until_when(
    hall: Hall, handler: Browser, case_no: str, client: FlaskClient, customer: MadeCustomer
) -> None:
    fill_in(handler, case_no, hazards_found=["h36"], rectify_within_days=9)
    take(handler, case_no, "hazard")
    fill_in(handler, case_no)
    papers = f"/api/v1/cases/{case_no}/documents"
    listed = json.loads(client.get(papers, headers=customer.headers).text)
    assert not any(one["told"] for one in listed)
    take(handler, case_no, "to_customer")
    last = local_date(datetime.now(UTC)) + timedelta(days=9)
    listed = json.loads(client.get(papers, headers=customer.headers).text)
    [told] = [one["told"] for one in listed if one["told"]]
    assert {one["label"]: one["text"] for one in told} == {
        "隐患内容": "36. 橡胶软管破损或开裂",
        "整改意见": "由客户自行整改",
        "整改期限": f"{format_day(last)}（当天也算）",
    }
    # The page names the same day, whatever the limit was before.
    case = json.loads(client.get(f"/api/v1/cases/{case_no}", headers=customer.headers).text)
    [now] = [one for one in case["progress"] if one["state"] == "now"]
    assert now["due_text"] == f"请在 {format_day(last)} 23:59 前办"
    # So does the card at home, with the hazard itself.
    listed = client.get("/api/v1/cases?state=open", headers=customer.headers).get_json()["items"]
    [card] = [one for one in listed if one["case_no"] == case_no]
    assert card["told"] == "36. 橡胶软管破损或开裂" and format_day(last) in card["headline"]


def test_another_notice_names_another_day_and_what_is_found_then(
    hall: Hall, handler: Browser, case_no: str
) -> None:
    fill_in(handler, case_no, hazards_found=["h36"], rectify_within_days=3)
    take(handler, case_no, "hazard")
    fill_in(handler, case_no)
    take(handler, case_no, "to_repair")
    found = hall.sign_in("desk_361").read(f"/cases/{case_no}")["child"]["case_no"]
    assert hall.sign_in("desk_361").cancel(found, "客户要自己换").status_code == 200
    # Of the notice before nothing is left that was of its day.
    later = (local_date(datetime.now(UTC)) + timedelta(days=20)).isoformat()
    fill_in(handler, case_no, rectify_by=later)
    take(handler, case_no, "to_customer")
    due_at = datetime.fromisoformat(handler.read(f"/cases/{case_no}")["due_at"])
    assert local_date(due_at).isoformat() == later


def test_a_notice_names_no_day_that_is_over(handler: Browser, case_no: str) -> None:
    fill_in(handler, case_no, hazards_found=["h36"])
    take(handler, case_no, "hazard")
    [task] = [one["task"] for one in handler.read(f"/cases/{case_no}")["documents"] if one["needed"]]
    days = {"inspected_at": "2026-01-26T10:30", "rectify_by": "2026-02-20"}
    values = {**days, "occupant_kind": "householder", "community": "和平小区"}
    path = f"/cases/{case_no}/documents/{task}"
    answer = handler.send("PUT", path, {"revision": 0, "values": values, "fills": True})
    assert answer.get_json()["fields"] == {"rectify_by": "“整改期限”已经过了，请填今天或以后的日期。"}


def test_the_customers_signature_at_the_end_stands_on_the_slip(
    handler: Browser, case_no: str, client: FlaskClient, customer: MadeCustomer
) -> None:
    fill_in(handler, case_no)
    take(handler, case_no, "safe")
    [slip] = [one for one in handler.read(f"/cases/{case_no}")["documents"] if one["filled_at"]]
    assert "客户签字" in slip["unsigned"]
    take(handler, case_no, "briefed")
    own, address = customer.headers, f"/api/v1/cases/{case_no}"
    case = json.loads(client.get(address, headers=own).text)
    [action] = [one for one in case["actions"] if one["outcome"] == "sign"]
    # Whoever signs can read what gets the signature; nothing asks for it before and after.
    assert list_asked_at(client, case_no, own) == [action["task"]]
    drawn = {"file": (io.BytesIO(make_photo()), "签名.png"), "purpose": "signature"}
    sent = client.post("/api/v1/files", headers=own, data=drawn)
    command = {
        "command_id": str(uuid.uuid4()), "expected_version": case["version"], "kind": "complete",
        "task": action["task"], "outcome": "sign",
        "values": {"signature_file": json.loads(sent.text)["file_key"]},
    }  # fmt: skip
    answer = client.post(f"{address}/commands", headers=own, json=command)
    assert answer.status_code == 200, answer.text
    [slip] = [one for one in handler.read(f"/cases/{case_no}")["documents"] if one["filled_at"]]
    assert slip["unsigned"] == ["安检员签字"]
    assert list_asked_at(client, case_no, own) == [None]
