"""A contract's words on the page where it is signed: those that its hash covers, for its own customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from backend.cases.document_hashes import hash_document
from backend.cases.documents import NONCE_CONTEXT
from backend.cases.form_sealing import open_values
from tests.api.conftest import MadeCustomer
from tests.api.filling import fill_in
from tests.api.staff_side import Browser, Hall
from tests.api.test_gas_accounts import begin


@pytest.fixture
def owner(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    return make_customer()


@pytest.fixture
def desk(hall: Hall) -> Browser:
    return hall.sign_in("desk_361")


def ask(hall: Hall, who: MadeCustomer, case_no: str, part: str = "") -> Any:
    path = f"/api/v1/cases/{case_no}/documents{part}"
    return hall.app.test_client().get(path, headers=who.headers)


def test_the_words_are_those_that_are_signed_with_what_matters_marked(
    hall: Hall, owner: MadeCustomer, desk: Browser
) -> None:
    case_no = begin(hall, "account_opening", "sign", owner.id)
    task = fill_in(desk, case_no)
    (paper,) = ask(hall, owner, case_no).get_json()
    assert (paper["task"], paper["has_wording"]) == (task, True)
    told = ask(hall, owner, case_no, f"/{task}/wording").get_json()
    assert told["sha256"] == paper["sha256"]
    parts = [part for line in told["lines"] for part in line["parts"]]
    assert any(one["strong"] for one in parts) and any(one["blank"] for one in parts)
    # Computed anew from what is shown, the hash is the one that signatures are bound to.
    lines = ["".join(part["words"] for part in line["parts"]) for line in told["lines"]]
    with hall.sessions.begin() as session:
        asked = text("SELECT * FROM case_document WHERE case_id = :id AND task_no = :task")
        row = session.execute(asked, {"id": hall.find_id(case_no), "task": task}).one()
        form = hall.shared.definitions.get_form(session, row.form_version_id)
    values, nonce = open_values(hall.keys, row.content), hall.keys.decrypt(row.nonce_sealed, NONCE_CONTEXT)
    assert hash_document(case_no, form, values, nonce, lines).hex() == told["sha256"]
    assert hash_document(case_no, form, values, nonce, [*lines, "另"]).hex() != told["sha256"]


def test_words_that_were_filled_in_anew_have_another_hash(
    hall: Hall, owner: MadeCustomer, desk: Browser
) -> None:
    case_no = begin(hall, "account_opening", "sign", owner.id)
    task = fill_in(desk, case_no)
    before = ask(hall, owner, case_no, f"/{task}/wording").get_json()
    path = f"/cases/{case_no}/documents/{task}"
    change = {"revision": desk.read(path)["revision"], "values": {"reading_cycle": "三个月"}, "fills": True}
    assert desk.send("PUT", path, change).status_code == 200
    after = ask(hall, owner, case_no, f"/{task}/wording").get_json()
    assert after["sha256"] != before["sha256"] and after["lines"] != before["lines"]
    assert "三个月" in str(after["lines"])


def test_foreign_cases_and_what_is_no_contract_have_no_words(
    hall: Hall, owner: MadeCustomer, desk: Browser, make_customer: Callable[[], MadeCustomer]
) -> None:
    case_no = begin(hall, "account_opening", "sign", owner.id)
    task = fill_in(desk, case_no)
    assert ask(hall, make_customer(), case_no, f"/{task}/wording").status_code == 404
    assert ask(hall, owner, case_no, "/99/wording").status_code in (404, 409)
    slip = begin(hall, "ownership_transfer", "check_gas", owner.id)
    slip_task = fill_in(desk, slip)
    (paper,) = ask(hall, owner, slip).get_json()
    assert paper["has_wording"] is False
    assert ask(hall, owner, slip, f"/{slip_task}/wording").status_code == 404
