"""Works are accepted by several parties in one step: each signs the certificate, on a screen or on site."""

from __future__ import annotations

import uuid

import pytest

from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from tests.api.filling import fill_in, sign, upload
from tests.api.staff_side import Hall, code

# Process → who holds the step in which its works are accepted.
_HOLDERS = {"install_residential_individual": "works_361", "install_residential_group": "desk_361"}


def begin_acceptance(hall: Hall, process: str) -> str:
    new = NewCase(process, hall.units["361"], "361", None, "counter", data={})
    start = Start(SYSTEM, enter_at="inspect_works")
    return hall.service.start_case(Request("system", uuid.uuid4(), {}), new, start).case_no


@pytest.mark.parametrize(("process", "holder"), _HOLDERS.items())
def test_each_party_signs_before_the_works_are_accepted(hall: Hall, process: str, holder: str) -> None:
    case_no = begin_acceptance(hall, process)
    held = hall.sign_in(holder)
    task = fill_in(held, case_no)
    sign(hall.sign_in("works_361"), case_no, task, "engineering")
    assert code(held.act(case_no, "passed")) == "signatures_missing"
    sign(hall.sign_in("desk_361"), case_no, task, "customer_service")
    assert code(held.act(case_no, "passed")) == "signatures_missing"
    # The builder has no account here, and signs on the glass of who holds the step.
    sign(held, case_no, task, "contractor", name="王工")
    assert held.act(case_no, "passed").status_code == 200


def test_what_was_signed_on_site_counts_and_is_lost_with_a_change(hall: Hall) -> None:
    case_no = begin_acceptance(hall, "install_residential_individual")
    works = hall.sign_in("works_361")
    parties = ("engineering", "customer_service", "contractor")
    fill_in(works, case_no, **{f"sign_{one}": upload(works, one, "signature") for one in parties})
    fill_in(works, case_no, acceptance_result="换了一段软管，复验合格")
    assert code(works.act(case_no, "passed")) == "signatures_missing"
