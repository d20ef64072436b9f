"""Staff look at cases, review them, return them twice, and see no more than their posts allow; over HTTP."""

from __future__ import annotations

import json
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.access.models import PersonalLook
from backend.cases.application_rows import insert_rating
from backend.cases.models import CaseMessage, CaseNote, CaseTask
from backend.core.outbox import OutboxRow
from backend.notifications.models import MessageDelivery, Notification
from tests.api.staff_side import Hall, code


@pytest.fixture
def in_review(hall: Hall) -> str:
    """Return the number of an application that stands at its review."""
    case_no = hall.start()
    assert hall.sign_in("remote_a").act(case_no, "accept").status_code == 200
    return case_no


def test_personal_values_are_masked(hall: Hall, in_review: str) -> None:
    case = hall.sign_in("remote_a").read(f"/cases/{in_review}")
    assert case["customer"] == {"name": "张*", "phone": "138****5678", "masked": True}
    assert case["values"]["id_number"].startswith("110*")
    assert case["values"]["address"]["door"] == "****"
    assert case["values"]["address"]["community"] == "阳光小区"
    assert case["values"]["floor_area"] == 88
    assert case["values"]["id_photos"] == ["photo-front", "photo-back"]
    assert set(case["masked_items"]) == {"contact_name", "contact_phone", "address", "id_number"}
    assert case["may_be_owed"] == ["property_proof"]
    assert (case["place"], case["service_name"], case["step_name"]) == (
        "阳光小区 3幢 **",
        "居民报装",
        "审核资料",
    )
    # Nobody is asked for a unit before the dispatch.
    assert case["suggested_unit"] is None
    text = json.dumps(case, ensure_ascii=False)
    for secret in ("张小红", "13812345678", "199003077758", '"501"', "门铃"):
        assert secret not in text


def test_history_speaks_in_sentences(hall: Hall, in_review: str) -> None:
    history = hall.sign_in("remote_a").read(f"/cases/{in_review}")["history"]
    assert [(one["actor"], one["text"]) for one in history] == [
        ("客户", "提交“服务申请”"),
        ("客户", "提交申请"),
        ("王remote_a（远程服务岗）", "受理服务申请：受理"),
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("remote_b", 200),
        ("desk_361", 200),
        ("desk_362", 404),
        ("works_361", 404),
        ("finance_361", 404),
        ("handler_361", 404),
        ("handler_362", 404),
        ("lead_a", 200),
        ("agent_a", 404),
    ],
)
def test_who_may_see_it(hall: Hall, in_review: str, who: str, status: int) -> None:
    browser = hall.sign_in(who)
    assert browser.get(f"/cases/{in_review}").status_code == status
    reveal = {"items": ["id_number"], "reason": "核对证件"}
    assert browser.send("POST", f"/cases/{in_review}/reveal", reveal).status_code == status
    note = browser.send("POST", f"/cases/{in_review}/notes", {"text": "看过了"})
    assert note.status_code == (201 if status == 200 else 404)
    if status == 404:
        missing = json.loads(browser.get("/cases/000000000000000").text)
        foreign = json.loads(browser.get(f"/cases/{in_review}").text)
        assert {**missing, "request_id": ""} == {**foreign, "request_id": ""}


def test_only_the_post_acts(hall: Hall, in_review: str) -> None:
    # The business lead oversees all of it and still takes nobody's step.
    for who in ("desk_361", "lead_a"):
        looker = hall.sign_in(who)
        case = looker.read(f"/cases/{in_review}")
        assert case["actions"] == []
        task = case["open_tasks"][0]["no"]
        assert code(looker.command(in_review, case["version"], task, "pass")) == "not_your_turn"
        mark = {"items": {"floor_area": {"verdict": "pass"}}}
        assert code(looker.send("PUT", f"/cases/{in_review}/reviews", mark)) == "not_your_turn"


def test_marks_become_corrections_and_the_second_review_shows_what_changed(
    hall: Hall, in_review: str
) -> None:
    browser = hall.sign_in("remote_a")
    marks = {
        "id_number": {"verdict": "reject", "reason": "少一位"},
        "floor_area": {"verdict": "reject", "reason": "与房产证不符"},
        "gas_use": {"verdict": "pass"},
    }
    assert browser.send("PUT", f"/cases/{in_review}/reviews", {"items": marks}).status_code == 204
    case = browser.read(f"/cases/{in_review}")
    assert case["reviews"]["id_number"] == {"verdict": "reject", "reason": "少一位"}
    passing = next(one for one in case["actions"] if one["outcome"] == "pass")
    assert passing["unmet"]["code"] == "rejected_marks"
    assert code(browser.act(in_review, "pass")) == "rejected_marks"
    after = json.loads(browser.act(in_review, "return").text)
    assert {(one["item"], one["reason"]) for one in after["corrections"]} == {
        ("id_number", "少一位"),
        ("floor_area", "与房产证不符"),
    }
    assert after["returned_times"] == 1
    assert set(after["reviews"]) == {"gas_use"}
    hall.mend(in_review, id_number="110101199003077774", floor_area=90)
    assert browser.act(in_review, "accept").status_code == 200
    case = browser.read(f"/cases/{in_review}")
    assert set(case["changed_items"]) == {"id_number", "floor_area"}
    assert case["previous_values"]["floor_area"] == 88
    assert case["previous_values"]["id_number"] == "110*************58"
    # The second time the command's own list wins over what was marked.
    browser.send(
        "PUT",
        f"/cases/{in_review}/reviews",
        {"items": {"id_number": {"verdict": "reject", "reason": "仍不对"}}},
    )
    asked = [{"item": "id_photos", "reason": "照片看不清"}]
    after = json.loads(browser.act(in_review, "return", corrections=asked).text)
    assert [one["item"] for one in after["corrections"] if not one["resolved"]] == ["id_photos"]
    assert after["returned_times"] == 2
    hall.mend(in_review, id_photos=["photo-new"])
    browser.act(in_review, "accept")
    case = browser.read(f"/cases/{in_review}")
    assert case["changed_items"] == ["id_photos"]
    assert case["values"]["id_photos"] == ["photo-new"]
    assert case["previous_values"]["id_photos"] == ["photo-front", "photo-back"]
    assert browser.act(in_review, "pass").status_code == 200


@pytest.mark.parametrize(
    ("marks", "status", "expected"),
    [
        ({"nothing_here": {"verdict": "pass"}}, 422, "item_unknown"),
        ({"id_number": {"verdict": "reject"}}, 422, "reason_required"),
        ({"id_number": {"verdict": "maybe"}}, 422, "invalid_input"),
        ({}, 422, "invalid_input"),
    ],
)
def test_marks_that_cannot_be(
    hall: Hall, in_review: str, marks: dict[str, object], status: int, expected: str
) -> None:
    answer = hall.sign_in("remote_a").send("PUT", f"/cases/{in_review}/reviews", {"items": marks})
    assert (answer.status_code, code(answer)) == (status, expected)


def test_a_mark_can_be_taken_away(hall: Hall, in_review: str) -> None:
    browser = hall.sign_in("remote_a")
    for mark in ({"verdict": "reject", "reason": "看不清"}, {"verdict": None}):
        browser.send("PUT", f"/cases/{in_review}/reviews", {"items": {"id_photos": mark}})
    assert browser.read(f"/cases/{in_review}")["reviews"] == {}
    assert browser.act(in_review, "pass").status_code == 200


def test_accepting_with_documents_owed(hall: Hall, in_review: str) -> None:
    browser = hall.sign_in("remote_a")
    refused = browser.act(in_review, "pass_owing", owed_documents=["id_photos"])
    assert code(refused) == "document_not_owable"
    assert code(browser.act(in_review, "pass_owing")) == "documents_required"
    mark = {"items": {"property_proof": {"verdict": "reject", "reason": "缺页"}}}
    browser.send("PUT", f"/cases/{in_review}/reviews", mark)
    case = browser.read(f"/cases/{in_review}")
    body = {"owed_documents": ["property_proof"]}
    done = browser.command(in_review, case["version"], case["open_tasks"][0]["no"], "pass_owing", **body)
    assert done.status_code == 200, done.text
    owed = json.loads(done.text)["owed_documents"]
    assert owed == [{"key": "property_proof", "label": "房产证明"}]


def test_two_reviewers_at_once(hall: Hall, in_review: str) -> None:
    first, second = hall.sign_in("remote_a"), hall.sign_in("remote_b")
    case = first.read(f"/cases/{in_review}")
    task = case["open_tasks"][0]["no"]
    asked = [{"item": "id_number", "reason": "少一位"}]

    def act(number: int) -> str:
        if number % 2:
            answer = first.command(in_review, case["version"], task, "pass")
        else:
            answer = second.command(in_review, case["version"], task, "return", corrections=asked)
        return "won" if answer.status_code == 200 else code(answer)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(act, range(4)))
    assert sorted(results) == ["stale_version"] * 3 + ["won"]


def test_the_same_command_twice_is_done_once(hall: Hall, in_review: str) -> None:
    browser = hall.sign_in("remote_a")
    case = browser.read(f"/cases/{in_review}")
    body = {
        "command_id": "7b0c2e8e-6f1c-4c43-9a63-0c7f3a1f1a01",
        "expected_version": case["version"],
        "kind": "complete",
        "task": case["open_tasks"][0]["no"],
        "outcome": "pass",
    }
    answers = [browser.send("POST", f"/cases/{in_review}/commands", body) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert json.loads(answers[0].text)["version"] == json.loads(answers[1].text)["version"]
    other = browser.send("POST", f"/cases/{in_review}/commands", {**body, "outcome": "refuse"})
    assert code(other) == "idempotency_conflict"


def test_cancel_needs_a_reason(hall: Hall, in_review: str) -> None:
    browser = hall.sign_in("remote_a")
    version = browser.read(f"/cases/{in_review}")["version"]
    body = {
        "command_id": "7b0c2e8e-6f1c-4c43-9a63-0c7f3a1f1a02",
        "expected_version": version,
        "kind": "cancel",
    }
    assert code(browser.send("POST", f"/cases/{in_review}/commands", body)) == "reason_required"
    done = browser.send("POST", f"/cases/{in_review}/commands", {**body, "reason": "客户来电不办了"})
    assert json.loads(done.text)["status"] == "cancelled"
    assert json.loads(done.text)["history"][-1]["text"] == "终止办理（客户来电不办了）"


@pytest.mark.parametrize("ends", ["withdrawn", "refused", "cancelled"])
def test_an_ended_case_names_its_end_and_no_clock_runs_for_it(hall: Hall, ends: str) -> None:
    case_no, browser = hall.start(), hall.sign_in("remote_a")
    if ends == "withdrawn":
        hall.withdraw(case_no, "不装了")
    elif ends == "refused":
        browser.act(case_no, "accept")
        browser.act(case_no, "refuse", reason="不在供气范围内")
    else:
        browser.cancel(case_no, "重复申请")
    with hall.sessions.begin() as session:
        task = CaseTask.case_id == hall.find_id(case_no)
        late = {"due_at": datetime.now(UTC) - timedelta(hours=1), "limit_no": CaseTask.no}
        session.execute(update(CaseTask).where(task).values(**late))
    case = browser.read(f"/cases/{case_no}")
    [row] = browser.read("/cases", q=case_no)["items"]
    name = {"withdrawn": "已撤回", "refused": "不予受理", "cancelled": "已终止"}[ends]
    for one in (case, row):
        assert (one["status"], one["step_name"]) == (ends, name)
        assert (one["due_at"], one["overdue"], one["time_left"]) == (None, False, None)
    if ends == "withdrawn":
        last = case["history"][-1]
        assert (last["actor"], last["text"]) == ("客户", "客户撤回申请（不装了）")


def test_full_values_only_for_a_reason(hall: Hall, in_review: str) -> None:
    browser = hall.sign_in("remote_a")
    asked = {"items": ["id_number", "contact_phone"], "reason": "电话核实"}
    answer = browser.send("POST", f"/cases/{in_review}/reveal", asked)
    assert json.loads(answer.text)["values"] == {
        "id_number": "110101199003077758",
        "contact_phone": "13812345678",
    }
    subject = f"case:{hall.find_id(in_review)}"
    with hall.sessions.begin() as session:
        [look] = session.scalars(select(PersonalLook).where(PersonalLook.subject == subject)).all()
    assert (look.staff_id, look.reason) == (hall.staff["remote_a"], "电话核实")
    assert look.items == ["contact_phone", "id_number"]
    blank = browser.send("POST", f"/cases/{in_review}/reveal", {**asked, "reason": " "})
    assert (blank.status_code, code(blank)) == (422, "look_reason_required")
    unknown = browser.send("POST", f"/cases/{in_review}/reveal", {**asked, "items": ["nothing"]})
    assert code(unknown) == "item_unknown"


def test_a_look_is_recorded_before_anything_is_shown(hall: Hall, in_review: str) -> None:
    looks: list[tuple[int, str, Collection[str], str]] = []

    def record(
        session: Session, staff_id: int, subject: str, items: Collection[str], reason: str, now: datetime
    ) -> None:
        looks.append((staff_id, subject, items, reason))

    cases = hall.make_cases(record)
    with hall.sessions.begin() as session:
        member = hall.organisation.find_member(session, hall.staff["remote_a"])
    assert member is not None
    cases.reveal(member, in_review, ["id_number"], "核对证件")
    subject = f"case:{hall.find_id(in_review)}"
    assert looks == [(member.id, subject, ["id_number"], "核对证件")]


def test_notes_and_messages_are_sealed(hall: Hall, in_review: str) -> None:
    browser = hall.sign_in("remote_a")
    said = "客户电话 13800001111，下午再打"
    assert browser.send("POST", f"/cases/{in_review}/notes", {"text": said}).status_code == 201
    assert browser.send("POST", f"/cases/{in_review}/messages", {"text": said}).status_code == 201
    assert code(browser.send("POST", f"/cases/{in_review}/messages", {"text": "  "})) == "invalid_input"
    [note] = browser.read(f"/cases/{in_review}")["notes"]
    assert (note["author"], note["text"]) == ("王remote_a（远程服务岗）", said)
    case_id = hall.find_id(in_review)
    with hall.sessions.begin() as session:
        rows = [
            *session.scalars(select(CaseNote.text_sealed).where(CaseNote.case_id == case_id)),
            *session.scalars(select(CaseMessage.text_sealed).where(CaseMessage.case_id == case_id)),
        ]
        promised = session.scalars(
            select(OutboxRow.payload).where(
                OutboxRow.topic == "notify_customer", OutboxRow.payload["case_id"].as_integer() == case_id
            )
        ).all()
    assert len(rows) == 2
    assert all(one.startswith("v1.") for one in rows)
    [payload] = [one for one in promised if one["message"] == "staff_message"]
    assert said not in json.dumps(payload, ensure_ascii=False)


def test_staff_read_the_rating_and_what_the_customer_was_told(hall: Hall, in_review: str) -> None:
    browser, case_id, now = hall.sign_in("remote_a"), hall.find_id(in_review), datetime.now(UTC)
    before = browser.read(f"/cases/{in_review}")
    assert (before["rating"], before["messages"]) == (None, [])
    hall.amend(in_review, stars=4)
    with hall.sessions.begin() as session:
        words = hall.keys.encrypt("来得很准时", "case_rating.words")
        insert_rating(session, case_id, 4, ["准时上门"], words, now)
        for number, title in enumerate(("已派单", "请您评价")):
            kept = Notification(
                promise_id=case_id * 10 + number, recorded_at=now + timedelta(seconds=number),
                customer_id=hall.customer_id, case_id=case_id, case_no=in_review, message="any",
                title=title, text_sealed=hall.keys.encrypt(f"{title}了", "notification.text"),
            )  # fmt: skip
            session.add(kept)
        for seconds, channel, state in ((1, "mini", "refused"), (2, "sms", "sent")):
            tried = MessageDelivery(
                promise_id=case_id * 10, channel=channel, state=state,
                started_at=now + timedelta(seconds=seconds),
            )  # fmt: skip
            session.add(tried)
    case = browser.read(f"/cases/{in_review}")
    told = {"stars": 4, "tags": ["准时上门"], "words": "来得很准时"}
    assert case["rating"] == {**told, "channel": "client", "asked_by": None}
    assert case["history"][-1]["text"] == "服务评价：4 星"
    told = [(one["title"], one["text"], one["tries"]) for one in case["messages"]]
    assert told == [
        (
            "已派单",
            "已派单了",
            [{"channel": "mini", "state": "refused"}, {"channel": "sms", "state": "sent"}],
        ),
        ("请您评价", "请您评价了", []),
    ]
