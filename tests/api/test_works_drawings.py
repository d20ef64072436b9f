"""Sketches and drawings: none is signed that was not there, not shown, or not the one that was seen."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import MadeCustomer
from tests.api.filling import upload
from tests.api.promised import list_promised
from tests.api.staff_side import Browser, Hall, code
from tests.api.test_gas_accounts import begin
from tests.pictures import make_photo

SKETCHES = [
    ("install_residential_individual", "drafted", "agree", {}),
    ("install_residential_group", "drafted", "agree", {"contract_wanted": True}),
    ("install_residential_group", "drafted_with_fee", "agree_without_contract", {"contract_wanted": False}),
    ("install_non_residential", "drafted", "agree", {}),
]


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


def read(hall: Hall, owner: MadeCustomer, path: str) -> Any:
    answer = hall.app.test_client().get(f"/api/v1{path}", headers=owner.headers)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)


def draw_signature(hall: Hall, owner: MadeCustomer) -> str:
    photo = {"file": (io.BytesIO(make_photo("PNG", (200, 80))), "签名.png"), "purpose": "application"}
    sent = hall.app.test_client().post("/api/v1/files", data=photo, headers=owner.headers)
    return str(json.loads(sent.text)["file_key"])


def answer_drawing(hall: Hall, owner: MadeCustomer, case_no: str, outcome: str, **more: Any) -> TestResponse:
    """Let the customer choose ``outcome``; ``more`` belongs to the command."""
    case = read(hall, owner, f"/cases/{case_no}")
    action = next(one for one in case["actions"] if one["outcome"] == outcome)
    command = {
        "command_id": str(uuid.uuid4()),
        "expected_version": case["version"],
        "kind": "complete",
        "task": action["task"],
        "outcome": outcome,
        **more,
    }
    path = f"/api/v1/cases/{case_no}/commands"
    return hall.app.test_client().post(path, json=command, headers=owner.headers)


@pytest.mark.parametrize(("process", "made", "signed", "data"), SKETCHES)
def test_the_customer_sees_the_very_sketch_that_is_signed(
    hall: Hall, owner: MadeCustomer, process: str, made: str, signed: str, data: dict[str, Any]
) -> None:
    works = hall.sign_in("works_361")
    case_no = begin(hall, process, "scheme", owner.id, **data)
    path = f"/cases/{case_no}/drawings"
    fee = {"amount_fen": 358_000} if made != "drafted" or process == SKETCHES[0][0] else {}
    assert code(works.act(case_no, made, **fee)) == "drawing_missing"
    assert read(hall, owner, path) == []
    key = upload(works, "草图")
    assert works.act(case_no, made, drawing=[key], **fee).status_code == 200

    [shown] = read(hall, owner, path)
    assert (shown["name"], shown["to_sign"], shown["signed_at"]) == ("安装草图", True, None)
    # The sum that was entered with the sketch is signed with it, and told at once.
    assert shown["amount_fen"] == fee.get("amount_fen")
    assert [one["file_key"] for one in shown["files"]] == [key]
    content = hall.app.test_client().get(shown["files"][0]["url"])
    assert (content.status_code, content.mimetype) == (200, "image/jpeg")
    assert shown["sha256"] == hashlib.sha256(make_photo(size=(8, 8))).hexdigest()
    # Without its signed link nobody gets the file, and no other customer hears of the case.
    assert hall.app.test_client().get(shown["files"][0]["url"].partition("?")[0]).status_code == 422

    signature = draw_signature(hall, owner)
    unseen = answer_drawing(hall, owner, case_no, signed, values={"signature_file": signature})
    assert code(unseen) == "drawing_unseen"
    seen = {"signature_file": signature, "drawing_sha256": shown["sha256"]}
    assert answer_drawing(hall, owner, case_no, signed, values=seen).status_code == 200
    [kept] = read(hall, owner, path)
    assert (kept["sha256"], kept["to_sign"]) == (shown["sha256"], False)
    assert kept["amount_fen"] == shown["amount_fen"]
    assert kept["signed_at"] is not None
    if process == SKETCHES[0][0]:
        # What is handed over begins with the case's data, and is no second signature.
        assert answer_drawing(hall, owner, case_no, "paid").status_code == 200
        assert len(read(hall, owner, path)) == 1
    told = works.read(f"/cases/{case_no}/drawings")
    assert [(one["sha256"], one["signed_at"]) for one in told] == [(kept["sha256"], kept["signed_at"])]
    texts = [one["text"] for one in works.read(f"/cases/{case_no}")["history"]]
    agreed = "，同意费用 3580.00 元" if fee else ""
    assert f"客户已签名，看过的图纸校验值 {shown['sha256'][:12]}{agreed}" in texts


def is_marked(who: Browser, case_no: str) -> bool:
    [row] = [one for one in who.read("/cases", q=case_no)["items"] if one["case_no"] == case_no]
    return bool(row["declined_by_customer"])


def test_what_was_turned_down_is_drawn_anew(hall: Hall, owner: MadeCustomer) -> None:
    works = hall.sign_in("works_361")
    case_no = begin(hall, "install_residential_individual", "design", owner.id, amount_fen=1)
    path = f"/cases/{case_no}/drawings"
    assert works.act(case_no, "designed", drawing=[upload(works, "图一")]).status_code == 200
    [first] = read(hall, owner, path)
    refused = answer_drawing(hall, owner, case_no, "disagree", reason="管道走向不对")
    assert refused.status_code == 200
    # What is being drawn anew is not looked at meanwhile, and the old drawing does not come again by itself.
    assert read(hall, owner, path) == []
    # Whoever draws it anew reads why, and the line of progress calls it no agreement.
    view = works.read(f"/cases/{case_no}")
    assert view["declined"] == "管道走向不对"
    assert [one["state"] for one in view["progress"] if one["declined"]] == ["done"]
    # The list marks it as well, as long as it is to be drawn anew.
    assert is_marked(works, case_no)
    assert code(works.act(case_no, "designed")) == "drawing_missing"
    pages = [upload(works, "图二"), upload(works, "图二续")]
    assert works.act(case_no, "designed", drawing=pages).status_code == 200
    assert works.read(f"/cases/{case_no}")["declined"] is None
    assert not is_marked(works, case_no)
    [second] = read(hall, owner, path)
    assert [one["file_key"] for one in second["files"]] == pages
    assert (second["name"], second["sha256"] != first["sha256"]) == ("施工图", True)
    # What was paid long before belongs to no later drawing.
    assert second["amount_fen"] is None

    signature = draw_signature(hall, owner)
    old = {"signature_file": signature, "drawing_sha256": first["sha256"]}
    changed = answer_drawing(hall, owner, case_no, "agree", values=old)
    assert (changed.status_code, code(changed)) == (409, "drawing_changed")
    new = {"signature_file": signature, "drawing_sha256": second["sha256"]}
    assert answer_drawing(hall, owner, case_no, "agree", values=new).status_code == 200
    assert [one["name"] for one in read(hall, owner, path)] == ["施工图"]


def test_the_customer_reads_what_they_refused_until_they_agree(hall: Hall, owner: MadeCustomer) -> None:
    works = hall.sign_in("works_361")
    case_no = begin(hall, "install_residential_individual", "scheme", owner.id)
    path = f"/cases/{case_no}"

    def draw(name: str, amount_fen: int) -> None:
        made = works.act(case_no, "drafted", drawing=[upload(works, name)], amount_fen=amount_fen)
        assert made.status_code == 200

    draw("草图一", 358_000)
    assert read(hall, owner, path)["refusal"] is None
    asked = answer_drawing(hall, owner, case_no, "disagree", reason="表想装在阳台")
    assert asked.status_code == 200
    view = read(hall, owner, path)
    told = {"name": "安装草图", "text": "表想装在阳台", "sum_before_fen": None, "sum_now_fen": None}
    assert view["refusal"] == json.loads(asked.text)["refusal"] == {**told, "is_mended": False}
    assert (view["state"], view["headline"].split("，")[0]) == ("in_progress", "正在按您说的改安装草图")
    draw("草图二", 328_000)
    view = read(hall, owner, path)
    assert view["headline"].startswith("安装草图改过了，请再看一看")
    sums = {"sum_before_fen": 358_000, "sum_now_fen": 328_000}
    assert view["refusal"] == {**told, "is_mended": True, **sums}
    assert answer_drawing(hall, owner, case_no, "disagree", reason="再便宜点").status_code == 200
    assert read(hall, owner, path)["refusal"]["text"] == "再便宜点"
    draw("草图三", 328_000)
    again = read(hall, owner, path)["refusal"]
    assert (again["is_mended"], again["sum_before_fen"]) == (True, None)
    # What was made anew is announced in other words than what they have seen.
    announced = [one["message"] for one in list_promised(hall, case_no)]
    assert announced == ["sketch_to_sign", "sketch_mended", "sketch_mended"]
    [drawing] = read(hall, owner, f"{path}/drawings")
    signed = {"signature_file": draw_signature(hall, owner), "drawing_sha256": drawing["sha256"]}
    assert answer_drawing(hall, owner, case_no, "agree", values=signed).status_code == 200
    assert read(hall, owner, path)["refusal"] is None


def test_a_strangers_drawing_is_not_found(
    hall: Hall, owner: MadeCustomer, make_customer: Callable[[], MadeCustomer]
) -> None:
    case_no = begin(hall, "install_residential_individual", "scheme", owner.id)
    path, stranger = f"/api/v1/cases/{case_no}/drawings", make_customer()
    assert hall.app.test_client().get(path, headers=stranger.headers).status_code == 404
    assert hall.app.test_client().get(path).status_code == 401


def test_somebody_elses_file_is_no_drawing(hall: Hall, owner: MadeCustomer) -> None:
    works, desk = hall.sign_in("works_361"), hall.sign_in("desk_361")
    case_no = begin(hall, "install_residential_individual", "design", owner.id)
    assert code(works.act(case_no, "designed", drawing=[upload(desk, "别人的")])) == "file_unknown"
