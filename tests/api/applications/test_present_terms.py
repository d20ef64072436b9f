"""How long something is kept follows the settings as they are now; what a paper needs stays as long as it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

import wsgi
from backend.cases.case_terms import CaseTerms
from backend.cases.document_rows import SCANS
from backend.cases.staff_forms import list_fields
from backend.core.config import Settings
from tests.api.applications.conftest import Customer, Uploads, make_address, make_repair
from tests.api.applications.test_case_retention import (
    AFTER,
    FILLED,
    PAPERS_AFTER,
    SEALED,
    change,
    end,
    find,
    is_erased,
    make_ended,
    sweep,
)
from tests.api.applications.test_retention import PERSON, list_contents, make_files

_OF_CASE = "SELECT retain_until, papers_retain_until, kept_by, ended_at FROM service_case WHERE id = :id"
_SIGNED = (
    "INSERT INTO document_signature (document_id, unit_id, signer, sha256, way, file_key, name_sealed,"
    " actor, signed_at, device) SELECT id, unit_id, 'supplier', sha256, 'drawn', :key, :sealed, 'customer:1',"
    " now(), '' FROM case_document WHERE case_id = :id AND task_no = 91"
)

FORMS = Path(wsgi.__file__).parent / "processes" / "forms"
_SAYS = "UPDATE case_document SET content = CAST(:content AS jsonb) WHERE case_id = :id AND task_no = 91"


@pytest.fixture
def owner(hall_database_url: str) -> Iterator[Engine]:
    """Yield these tests' own database as its owner sees it."""
    engine = create_engine(hall_database_url)
    yield engine
    engine.dispose()


def end_with_photo(customer: Customer, files: Uploads) -> str:
    card, back = files.upload(customer.owner), files.upload(customer.owner)
    contact = {"contact_name": "张三丰", "contact_phone": "13800138000", "address": make_address()}
    end(customer, customer.apply({**contact, **PERSON, "id_photos": [card, back]}, service="suspension"))
    return card


def test_photos_of_cards_follow_a_shorter_and_a_longer_setting(
    customer: Customer, files: Uploads, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    card = end_with_photo(customer, files)
    for days in (300, 400):
        make_files(settings, sessions, days, 500).erase_expired()
    assert list_contents(settings, card)
    # Back and shorter: counted from the end of the case all the same.
    make_files(settings, sessions, 89, 90).erase_expired()
    assert list_contents(settings, card)
    assert make_files(settings, sessions, 92, 90).erase_expired() >= 1
    assert list_contents(settings, card) == []


def test_what_is_over_does_not_come_back_by_a_longer_setting(
    customer: Customer, files: Uploads, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    card = end_with_photo(customer, files)
    assert make_files(settings, sessions, 367, 1095).erase_expired() >= 1
    assert list_contents(settings, card) == []


def test_ended_cases_follow_a_shorter_and_a_longer_setting(
    customer: Customer, sessions: sessionmaker[Session], owner: Engine
) -> None:
    _, case_id = make_ended(customer, owner)
    before = find(owner, _OF_CASE, id=case_id)

    def fit(case_days: int, contract_days: int) -> tuple[int, int]:
        CaseTerms(case_days, contract_days).count_anew(sessions)
        now = find(owner, _OF_CASE, id=case_id)
        assert now.kept_by == f"{case_days}/{contract_days}"
        days = [(one - before.retain_until).days + 1095 for one in (now[0], now[1])]
        return days[0], days[1]

    assert fit(2000, 3650) == (2000, 3650)
    sweep(sessions, AFTER + 5)
    assert not is_erased(owner, case_id)
    assert fit(180, 1200) == (180, 1200)
    assert CaseTerms(180, 1200).count_anew(sessions) == 0
    assert sweep(sessions, 182) >= 1 and is_erased(owner, case_id)
    # What is erased keeps the day by which it was, and its papers still follow.
    assert fit(1095, 3650) == (180, 3650)


def test_a_case_about_a_contract_has_the_longer_time_and_one_that_runs_none(
    customer: Customer, sessions: sessionmaker[Session], owner: Engine
) -> None:
    _, case_id = make_ended(customer, owner)
    running = customer.apply(make_repair())
    change(owner, "UPDATE service_case SET process_key = 'account_closing' WHERE id = :id", id=case_id)
    CaseTerms(181, 1300).count_anew(sessions)
    kept: Any = find(owner, _OF_CASE, id=case_id)
    ended_on: date = kept.ended_at.astimezone().date()
    assert abs((kept.retain_until - ended_on) - timedelta(days=1300)) <= timedelta(days=1)
    asked = "SELECT retain_until, kept_by FROM service_case WHERE case_no = :no"
    assert tuple(find(owner, asked, no=running["case_no"])) == (None, "")
    CaseTerms(1095, 3650).count_anew(sessions)


def test_a_scan_of_what_was_signed_by_hand_stays_as_long_as_that_paper(
    customer: Customer, files: Uploads, settings: Settings, sessions: sessionmaker[Session], owner: Engine
) -> None:
    scan, unsigned, photo = (files.upload(customer.owner) for _ in range(3))
    view = customer.apply(make_repair(fault_photos=[scan, unsigned, photo]))
    case_id = find(owner, "SELECT id FROM service_case WHERE case_no = :no", no=view["case_no"]).id
    paper = [one for one in FILLED if "INTO case_document" in one]
    change(owner, *paper, id=case_id, sealed=SEALED, form="{}")
    said = {"signed_on_paper": True, "paper_contract": [scan], "site_photos": [photo]}
    said |= {"supply_signed_on_paper": False, "supply_paper_contract": [unsigned]}
    change(owner, _SAYS, id=case_id, content=json.dumps(said))
    end(customer, view)
    make_files(settings, sessions, AFTER + 2).erase_expired()
    assert list_contents(settings, photo) == [] and list_contents(settings, unsigned) == []
    assert list_contents(settings, scan)
    assert sweep(sessions, AFTER) >= 1
    make_files(settings, sessions, PAPERS_AFTER - 2).erase_expired()
    assert list_contents(settings, scan)
    assert sweep(sessions, PAPERS_AFTER) >= 1
    make_files(settings, sessions, PAPERS_AFTER).erase_expired()
    assert list_contents(settings, scan) == []


def test_each_form_that_may_be_signed_on_paper_has_its_scan_where_it_is_looked_for() -> None:
    scans = {}
    for path in FORMS.glob("*.yaml"):
        for one in list_fields(yaml.safe_load(path.read_text(encoding="utf-8"))):
            if one["type"] == "documents" and one.get("when", {}).get("field", "").endswith("_on_paper"):
                scans[one["when"]["field"]] = one["key"]
    assert scans == SCANS


def test_a_drawn_signature_stays_as_long_as_the_paper_that_it_stands_on(
    customer: Customer, files: Uploads, settings: Settings, sessions: sessionmaker[Session], owner: Engine
) -> None:
    drawn, loose = files.upload(customer.owner), files.upload(customer.owner)
    view = customer.apply(make_repair(fault_photos=[drawn, loose]))
    as_signature = "UPDATE stored_file SET purpose = 'signature' WHERE file_key = :key"
    for key in (drawn, loose):
        change(owner, as_signature, key=key)
    end(customer, view)
    case_id = find(owner, "SELECT id FROM service_case WHERE case_no = :no", no=view["case_no"]).id
    paper = [one for one in FILLED if "INTO case_document" in one]
    change(owner, *paper, id=case_id, sealed=SEALED, form="{}")
    change(owner, _SIGNED, id=case_id, sealed=SEALED, key=drawn)
    make_files(settings, sessions, 5 * 365 + 2).erase_expired()
    assert list_contents(settings, drawn) and list_contents(settings, loose)
    # The case lets go of a picture on no paper; the contract's stays with the contract.
    assert sweep(sessions, AFTER) >= 1
    make_files(settings, sessions, AFTER).erase_expired()
    assert list_contents(settings, drawn) and list_contents(settings, loose) == []
    make_files(settings, sessions, PAPERS_AFTER - 2).erase_expired()
    assert list_contents(settings, drawn)
    assert sweep(sessions, PAPERS_AFTER) >= 1
    make_files(settings, sessions, PAPERS_AFTER).erase_expired()
    assert list_contents(settings, drawn) == []
