"""Reading a case costs few statements and no lock, and what is documented is what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import pytest
from flask import Flask
from psycopg import Connection, Cursor
from sqlalchemy import event

from backend.core.database import db
from tests.api.applications.conftest import Customer, Staff, make_repair


@pytest.fixture
def statements(hall: Flask) -> Iterator[list[str]]:
    """Yield what the application sends to the database from now on."""
    seen: list[str] = []

    class NotingCursor(Cursor[Any]):
        """What every statement passes, however it was made."""

        def execute(self, query: Any, *more: Any, **named: Any) -> Self:
            seen.append(str(query))
            return super().execute(query, *more, **named)

    def note(connection: Connection[Any], entry: object) -> None:
        connection.cursor_factory = NotingCursor

    with hall.app_context():
        engine = db.engine
    engine.dispose()
    event.listen(engine, "connect", note)
    yield seen
    event.remove(engine, "connect", note)
    engine.dispose()


def test_a_read_costs_few_statements_and_no_lock(
    customer: Customer, staff: Staff, handler_id: int, statements: list[str]
) -> None:
    view = customer.apply(make_repair())
    staff.dispatch(view["case_no"], handler_id)
    staff.book(view["case_no"])
    customer.get(f"/cases/{view['case_no']}")
    statements.clear()
    customer.get(f"/cases/{view['case_no']}")
    # The session, the case with all below it, its handler, and the appointment with its policy.
    assert len(statements) == 5
    assert not any("FOR UPDATE" in one for one in statements)


def test_a_page_costs_as_many_statements_as_one_case(customer: Customer, statements: list[str]) -> None:
    for _ in range(3):
        customer.apply(make_repair())
    customer.get("/cases")
    statements.clear()
    assert len(customer.get("/cases")["items"]) == 3
    # The session, and all cases of the page at once.
    assert len(statements) == 2


def test_the_document_names_the_shapes_as_the_contract_does(hall: Flask) -> None:
    document = hall.test_client().get("/api/openapi.json").json
    assert document is not None
    shapes = document["components"]["schemas"]
    for name in (
        "Address", "FormBody", "FormField", "FileView", "AvailableAction", "Correction", "ProgressStep",
        "AppointmentView", "ServiceSummary", "CaseSummary", "CaseView", "Home",
    ):  # fmt: skip
        assert name in shapes, name
    assert not [name for name in shapes if name[-1].isdigit()]
    assert "fields" in shapes["FormSection"]["properties"]


def test_whose_hour_was_given_up_is_asked_for_another(
    customer: Customer, staff: Staff, handler_id: int
) -> None:
    case_no = customer.apply(make_repair())["case_no"]
    staff.dispatch(case_no, handler_id)
    staff.book(case_no)
    child = staff.find_child(case_no).id
    staff.do(child, "accept", "accept")
    staff.do(child, "set_off", "set_off")
    staff.do(child, "arrive", "arrive")
    view = customer.get(f"/cases/{case_no}")
    assert (view["appointment"], view["visit_state"]) == (None, "arrived")
    staff.do(child, "inspect", "not_home", reason="敲门没人应")
    view = customer.get(f"/cases/{case_no}")
    assert (view["appointment"], view["visit_state"], view["state"]) == (None, "none", "waits_for_you")
    assert view["headline"] == "请另选一个上门时间，选好了师傅再来"
    [book] = [one for one in view["actions"] if one["kind"] == "book"]
    assert book["unmet"]["code"] == "appointment_missing"
    [waiting] = customer.get("/home")["waiting"]
    assert (waiting["case_no"], waiting["action_name"]) == (case_no, "去预约")
