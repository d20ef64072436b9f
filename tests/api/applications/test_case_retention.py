"""What an ended case keeps of a person goes when its time is over, wherever it stands; figures stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_retention import CaseRetention
from backend.cases.case_terms import CONTRACT_KINDS
from backend.core.config import Settings
from composition.sealed_columns import CLEAR_JSON, SEALED_COLUMNS
from tests.api.applications.conftest import CONTENT, Customer, Uploads, make_repair
from tests.api.applications.test_retention import end, list_contents, make_files

SEALED = "v1.1.somebody"
_OF_FORM = json.dumps(
    {"who": {"sealed": SEALED}, "note": "王家的灶", "kind": "stove", "sum": "12.50", "n": 3}
)
# What staff wrote of a visit and of handing on, beside what is no words.
_DATA = {"result": "王家没人", "forward_reason": "王家找过三次", "amount_fen": 1200, "visit_photos": ["f1"]}
# What hangs on a case and holds somebody; a new column is emptied by ``erase_cases`` and entered here.
FILLED = (
    "UPDATE service_case SET data = data || CAST(:data AS jsonb), form = CAST(:form AS jsonb),"
    " contact_name_sealed = :sealed,"
    " contact_phone_sealed = :sealed, building = '3幢', place_lat = 30, place_lng = 120 WHERE id = :id",
    "INSERT INTO case_event (case_id, seq, recorded_at, occurred_at, kind, actor, command_id, payload)"
    " VALUES (:id, 90, now(), now(), 'data_changed', 'staff:1', gen_random_uuid(),"
    " jsonb_build_object('data', CAST(:data AS jsonb)))",
    "INSERT INTO case_correction VALUES (:id, 90, 'who', '请王家改', now(), now(),"
    " jsonb_build_object('sealed', CAST(:sealed AS text)))",
    "INSERT INTO case_note (case_id, staff_id, text_sealed, written_at)"
    " SELECT :id, min(id), :sealed, now() FROM staff",
    "INSERT INTO case_message (case_id, staff_id, text_sealed, sent_at)"
    " SELECT :id, min(id), :sealed, now() FROM staff",
    "INSERT INTO case_rating (case_id, stars, tags, words_sealed, rated_at, channel)"
    " VALUES (:id, 2, '{}', :sealed, now(), 'client')",
    "INSERT INTO case_link (case_id, token_hash, token_sealed, phone_sealed, origin, created_at, expires_at)"
    " VALUES (:id, sha256(CAST(CAST(:id AS text) AS bytea)), :sealed, :sealed, 'system', now(),"
    " now() + interval '1 day')",
    "INSERT INTO notification (promise_id, recorded_at, customer_id, case_id, message, title, text_sealed)"
    " SELECT -id, now(), customer_id, id, 'accepted', '', :sealed FROM service_case WHERE id = :id",
    "INSERT INTO identity_check (case_id, customer_id, unit_id, session_key, reference, provider,"
    " name_sealed, id_number_sealed, state, code, begun_at)"
    " SELECT id, customer_id, unit_id, 'phone', 'retained' || id, 'tencent', :sealed, :sealed, 'opening', '',"
    " now() FROM service_case WHERE id = :id",
    "INSERT INTO case_document (case_id, task_no, step, form_key, form_version_id, unit_id, state, revision,"
    " draft_sealed, saved_by, saved_at, content, nonce_sealed, sha256, filled_by, filled_at, facts_sealed,"
    " number, check_token)"
    " SELECT c.id, t.no, 'x', 'x', c.definition_version_id, c.unit_id, t.state, 1, :sealed, 'staff:1', now(),"
    " CASE WHEN t.no < 92 THEN CAST(:form AS jsonb) END, CASE WHEN t.no < 92 THEN :sealed END,"
    " CASE WHEN t.no < 92 THEN sha256('x') END, CASE WHEN t.no < 92 THEN 'staff:1' END,"
    " CASE WHEN t.no < 92 THEN now() END, CASE WHEN t.no < 92 THEN :sealed END,"
    " CASE WHEN t.no < 92 THEN 'retained' || t.no || c.id END,"
    " CASE WHEN t.no < 92 THEN 'retained' || t.no || c.id END FROM service_case c,"
    " (VALUES (90, 'filled'), (91, 'filled'), (92, 'draft')) AS t (no, state) WHERE c.id = :id",
    "INSERT INTO document_signature (document_id, unit_id, signer, sha256, way, phone_sealed, name_sealed,"
    " actor, signed_at, device) SELECT id, unit_id, 'customer', sha256, 'sms_code', :sealed, :sealed,"
    " 'customer:1', now(), '' FROM case_document WHERE case_id = :id AND task_no = 91",
    "INSERT INTO document_objection (document_id, case_id, unit_id, signer, sha256, text_sealed, actor,"
    " written_by, made_at) SELECT id, case_id, unit_id, 'customer', sha256, :sealed, 'customer:1', 'staff:1',"
    " now() FROM case_document WHERE case_id = :id AND task_no = 91",
    "INSERT INTO objection_answer (document_id, objection_id, case_id, staff_id, text_sealed, answered_at)"
    " SELECT document_id, id, case_id, (SELECT min(id) FROM staff), :sealed, now() FROM document_objection"
    " WHERE case_id = :id",
)
# Its sealed name is replaced by that of nothing, with the content itself (files.md).
BY_FILES = {"stored_file.original_name_sealed"}
AFTER, PAPERS_AFTER = 1096, 3651


@pytest.fixture
def owner(hall_database_url: str) -> Iterator[Engine]:
    """Yield these tests' own database as its owner sees it."""
    engine = create_engine(hall_database_url)
    yield engine
    engine.dispose()


def sweep(sessions: sessionmaker[Session], days: int, most: int = 1000) -> int:
    """Run the sweep as it will be in ``days`` days."""
    return CaseRetention(sessions, lambda: datetime.now(UTC) + timedelta(days=days), most).run()


def find(engine: Engine, asked: str, **values: Any) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(asked), values).one()


def change(engine: Engine, *statements: str, **values: Any) -> None:
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one), values)


def make_ended(customer: Customer, engine: Engine, **values: Any) -> tuple[str, int]:
    view = customer.apply(make_repair(**values))
    end(customer, view)
    return view["case_no"], find(
        engine, "SELECT id FROM service_case WHERE case_no = :no", no=view["case_no"]
    ).id


def is_erased(engine: Engine, case_id: int) -> bool:
    return find(engine, "SELECT erased_at FROM service_case WHERE id = :id", id=case_id).erased_at is not None


def list_hanging(engine: Engine) -> dict[str, str]:
    """Return table → which of its rows hang on the case ``:id``."""
    asked = text(
        "SELECT c.table_name, array_agg(CAST(c.column_name AS text)) FROM information_schema.columns c"
        " JOIN pg_class k ON k.relname = c.table_name AND NOT k.relispartition"
        " WHERE c.table_schema = 'public' GROUP BY 1"
    )
    with engine.connect() as connection:
        tables: dict[str, list[str]] = dict(connection.execute(asked).tuples().all())
    of_paper = "document_id IN (SELECT id FROM case_document WHERE case_id = :id)"
    ways = {"case_id": "case_id = :id", "document_id": of_paper}
    hanging = {
        table: next(way for column, way in ways.items() if column in columns)
        for table, columns in tables.items()
        if not ways.keys().isdisjoint(columns)
    }
    return {"service_case": "id = :id", **hanging}


def count_sealed(engine: Engine, case_id: int) -> dict[str, int]:
    """Return how many rows of each column that hangs on the case still hold something sealed."""
    hanging = list_hanging(engine)
    return {
        one.name: find(
            engine,
            f"SELECT count(*) AS n FROM {one.table} WHERE {hanging[one.table]}"
            f" AND CAST({one.column} AS text) LIKE '%v1.%'",
            id=case_id,
        ).n
        for one in SEALED_COLUMNS
        if one.table in hanging and one.name not in BY_FILES
    }


def test_all_that_hangs_on_a_case_goes_and_signed_papers_later(
    customer: Customer, files: Uploads, settings: Settings, sessions: sessionmaker[Session], owner: Engine
) -> None:
    photo = files.upload(customer.owner)
    case_no, case_id = make_ended(customer, owner, fault_photos=[photo])
    change(owner, *FILLED, id=case_id, sealed=SEALED, form=_OF_FORM, data=json.dumps(_DATA))
    before = count_sealed(owner, case_id)
    assert all(before.values()), {name for name, rows in before.items() if not rows}
    history = "SELECT array_agg(kind ORDER BY seq) AS kinds, string_agg(payload->>'reason', '') AS said"
    history += " FROM case_event WHERE case_id = :id"
    then = find(owner, history, id=case_id)
    assert then.said == "不办了"

    sweep(sessions, AFTER - 1)
    assert (is_erased(owner, case_id), count_sealed(owner, case_id)) == (False, before)
    assert sweep(sessions, AFTER) >= 1
    left = {name for name, rows in count_sealed(owner, case_id).items() if rows}
    papers = {"case_document.nonce_sealed", "case_document.facts_sealed", "case_document.content"}
    signatures = {"document_signature.name_sealed", "document_signature.phone_sealed"}
    assert left == papers | signatures
    asked = "SELECT content FROM case_document WHERE case_id = :id AND task_no = :no"
    assert find(owner, asked, id=case_id, no=91).content["who"] == {"sealed": SEALED}
    figures = {"kind": "stove", "sum": "12.50", "n": 3}
    assert find(owner, asked, id=case_id, no=90).content == figures
    kept = find(owner, "SELECT * FROM service_case WHERE id = :id", id=case_id)
    assert (kept.case_no, kept.status, kept.form, kept.building, kept.place_lat) == (
        case_no, "withdrawn", figures, None, None,
    )  # fmt: skip
    assert (kept.contact_phone_index, kept.contact_name_index, kept.address_index) == (None, None, None)
    assert kept.ended_at and kept.unit_id and kept.process_key
    assert find(owner, "SELECT stars FROM case_rating WHERE case_id = :id", id=case_id).stars == 2
    now = find(owner, history, id=case_id)
    assert (now.kinds, now.said) == (then.kinds, "")
    assert kept.data.items() >= {"amount_fen": 1200, "visit_photos": ["f1"]}.items()
    said = "SELECT payload FROM case_event WHERE case_id = :id AND seq = 90"
    assert find(owner, said, id=case_id).payload == {"data": {"amount_fen": 1200, "visit_photos": ["f1"]}}
    every = "SELECT data::text || (SELECT string_agg(payload::text, '') FROM case_event WHERE case_id = :id)"
    words = find(owner, f"{every} AS held FROM service_case WHERE id = :id", id=case_id).held
    assert "王家" not in words and "forward_reason" not in words
    make_files(settings, sessions, AFTER).erase_expired()
    assert list_contents(settings, photo) == []

    # Twice says nothing new, and the day of the first time stands.
    assert sweep(sessions, AFTER + 5) == 0
    again = find(owner, "SELECT erased_at FROM service_case WHERE id = :id", id=case_id)
    assert again.erased_at == kept.erased_at
    assert sweep(sessions, PAPERS_AFTER) >= 1
    assert not any(count_sealed(owner, case_id).values())
    assert find(owner, asked, id=case_id, no=91).content == figures


def test_every_column_that_hangs_on_a_case_is_known(owner: Engine) -> None:
    """A clear JSON column there is known as well: the reasons in the history are people's words."""
    hanging = list_hanging(owner)
    clear = {one for one in CLEAR_JSON if one.partition(".")[0] in hanging}
    assert clear == {"case_event.payload", "service_case.data"}
    sealed = {one.table for one in SEALED_COLUMNS if one.table in hanging}
    # A table without ``case_id`` that names people is none of a case, but of a customer, account or staff.
    assert {one.table for one in SEALED_COLUMNS} - sealed == {
        "staff", "customer", "premises", "gas_account", "account_role", "account_import", "account_feed",
        "account_invoice", "account_master", "account_difference", "sms_code", "application_draft",
    }  # fmt: skip


def test_a_case_waits_for_what_it_handed_over(
    customer: Customer, sessions: sessionmaker[Session], owner: Engine
) -> None:
    _, top = make_ended(customer, owner)
    below = customer.apply(make_repair())
    child = find(owner, "SELECT id FROM service_case WHERE case_no = :no", no=below["case_no"]).id
    under = "UPDATE service_case SET parent_case_id = :top, parent_task_no = 1 WHERE id = :child"
    change(owner, under, top=top, child=child)
    sweep(sessions, AFTER)
    assert (is_erased(owner, top), is_erased(owner, child)) == (False, False)
    # The child ends, and is about money: the tree is kept as long as that one.
    ended = (
        "UPDATE service_case SET status = 'completed', ended_at = now(), retain_until = current_date + 3650,"
    )
    change(owner, f"{ended} papers_retain_until = current_date + 3650 WHERE id = :child", child=child)
    sweep(sessions, AFTER + 60)
    assert (is_erased(owner, top), is_erased(owner, child)) == (False, False)
    sweep(sessions, PAPERS_AFTER + 1)
    assert (is_erased(owner, top), is_erased(owner, child)) == (True, True)


def test_what_a_run_leaves_the_next_one_finds(
    customer: Customer, sessions: sessionmaker[Session], owner: Engine
) -> None:
    sweep(sessions, AFTER)
    cases = [make_ended(customer, owner)[1] for _ in range(3)]
    moments = iter([datetime.now(UTC) + timedelta(days=AFTER)])
    # The process dies between two trees: there is no second moment.
    with pytest.raises(StopIteration):
        CaseRetention(sessions, lambda: next(moments)).run()
    assert [is_erased(owner, one) for one in cases] == [True, False, False]
    assert sweep(sessions, AFTER, most=1) == 1
    assert [is_erased(owner, one) for one in cases] == [True, True, False]
    assert sweep(sessions, AFTER) == 1
    assert all(is_erased(owner, one) for one in cases)


def test_nobody_may_erase_a_case_before_its_time(
    customer: Customer, sessions: sessionmaker[Session], owner: Engine
) -> None:
    _, ended = make_ended(customer, owner)
    running = customer.apply(make_repair())
    case_id = find(owner, "SELECT id FROM service_case WHERE case_no = :no", no=running["case_no"]).id
    for one, day in ((ended, "current_date"), (case_id, "DATE '2099-01-01'")):
        with pytest.raises(DBAPIError, match="kept for longer"), sessions.begin() as session:
            session.execute(text(f"SELECT erase_cases(ARRAY[{one}], {day}, now())"))
        with pytest.raises(DBAPIError, match="kept for longer"), sessions.begin() as session:
            session.execute(text(f"SELECT erase_case_words(ARRAY[{one}], {day})"))
    with pytest.raises(ProgrammingError, match="permission denied"), sessions.begin() as session:
        session.execute(text("UPDATE case_event SET payload = payload"))


def test_no_other_words_stand_in_the_data_of_a_case() -> None:
    """Conditions are fed with choices, days and figures: typed words would have to be erased as well."""
    words = {"text", "long_text", "table", "address", "phone", "id_number"}
    fed = [
        (form["key"], field["key"])
        for form in CONTENT.forms.values()
        for section in form["sections"]
        for field in section["fields"]
        if field.get("feeds_conditions") and (field["type"] in words or field["personal"] != "none")
    ]
    assert fed == []


def test_the_kinds_with_a_longer_time_are_processes() -> None:
    known = {one["key"] for one in CONTENT.processes.values()}
    assert known >= CONTRACT_KINDS
