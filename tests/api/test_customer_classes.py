"""Classified customers: marked on every line of theirs, and before others in the queues; over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings
from backend.customers.service import CustomersService, NewCustomer
from composition.hall import make_key_ring
from tests.api.staff_side import Browser, Hall


def enter_account(session: Session, hall: Hall, customer_id: int, classification: str, **more: Any) -> str:
    """Enter an open account of the customer, and return its number."""
    number = uuid.uuid4().hex[:16]
    values = {
        "unit": hall.units["361"], "no": number, "class": classification, "customer": customer_id,
        "use": more.get("gas_use", "residential"), "role": more.get("role", "owner"),
    }  # fmt: skip
    session.execute(
        text(
            """
        WITH place AS (
          INSERT INTO premises (unit_id, region, street, community, door_sealed, address_index, created_at)
          VALUES (:unit, '历下区', '文化路', '阳光小区', 'sealed', decode(md5(:no), 'hex'), now())
          RETURNING id
        ), account AS (
          INSERT INTO gas_account
            (unit_id, account_no, premises_id, status, gas_use, classification, opened_at)
          SELECT :unit, :no, id, 'active', :use, :class, now() FROM place RETURNING id
        )
        INSERT INTO account_role (customer_id, gas_account_id, unit_id, role, granted_at)
        SELECT :customer, id, :unit, :role, now() FROM account
        """
        ),
        values,
    )
    return number


MakeClassified = Callable[..., int]


@pytest.fixture
def make_classified(
    hall: Hall, sessions: sessionmaker[Session], settings: Settings
) -> Iterator[MakeClassified]:
    """Return what enters a customer with accounts of these classes and returns the id."""
    customers = CustomersService(make_key_ring(settings))

    def make(*classes: str) -> int:
        now = datetime.now(UTC)
        with sessions.begin() as session:
            customer_id = customers.enter(session, NewCustomer(name="李明"), now)
            for one in classes:
                enter_account(session, hall, customer_id, one)
        return customer_id

    yield make
    # Other tests share the queues, and what they enter there must not find these before it.
    with sessions.begin() as session:
        session.execute(text("UPDATE case_task SET is_vip = false WHERE is_vip"))
        session.execute(text("UPDATE service_case SET customer_class = NULL WHERE customer_class > ''"))


def start_for(hall: Hall, customer_id: int) -> str:
    before, hall.customer_id = hall.customer_id, customer_id
    try:
        return hall.start("361", "repair")
    finally:
        hall.customer_id = before


def list_all(browser: Browser, limit: int, **more: Any) -> list[dict[str, Any]]:
    """Return the whole queue, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = browser.read("/cases", queue="accept", limit=limit, **more, **after)
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_a_case_shows_what_its_customer_is(hall: Hall, make_classified: MakeClassified) -> None:
    remote = hall.sign_in("remote_a")
    plain, special = make_classified("general"), make_classified("general", "special")
    both = make_classified("sensitive", "major")
    numbers = {
        start_for(hall, one): wanted for one, wanted in ((plain, None), (special, "special"), (both, "major"))
    }
    lines = {one["case_no"]: one for one in list_all(remote, 100)}
    for case_no, wanted in numbers.items():
        assert lines[case_no]["customer_class"] == wanted
        assert remote.read(f"/cases/{case_no}")["customer_class"] == wanted
        [found] = remote.read("/cases", q=case_no)["items"]
        assert found["customer_class"] == wanted


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_classified_customers_stand_first_on_every_page(
    hall: Hall, make_classified: MakeClassified, limit: int
) -> None:
    remote = hall.sign_in("remote_a")
    plain, risk = make_classified("general"), make_classified("risk")
    mine = [start_for(hall, plain), start_for(hall, risk), start_for(hall, plain), start_for(hall, risk)]
    rows = list_all(remote, limit)
    numbers = [one["case_no"] for one in rows]
    assert len(numbers) == len(set(numbers)) and set(mine) <= set(numbers)
    # What was urged (other tests leave some) before all of theirs, those before all others, each in the order
    # of their deadlines.
    ranks = [0 if one["urged_times"] else 1 if one["customer_class"] is not None else 2 for one in rows]
    assert ranks == sorted(ranks)
    for rank in set(ranks):
        due = [one["due_at"] or "9999" for one, is_of in zip(rows, ranks, strict=True) if is_of == rank]
        assert due == sorted(due)
    assert numbers.index(mine[1]) < numbers.index(mine[3]) < numbers.index(mine[0]) < numbers.index(mine[2])


@pytest.mark.parametrize("more", [{"sort": "newest"}, {"due": "today"}, {"due": "overdue"}])
def test_other_orders_and_filters_go_on_page_by_page(
    hall: Hall, make_classified: MakeClassified, more: dict[str, str]
) -> None:
    remote = hall.sign_in("remote_a")
    for classification in ("risk", "general", "risk"):
        start_for(hall, make_classified(classification))
    whole = [one["case_no"] for one in list_all(remote, 100, **more)]
    assert [one["case_no"] for one in list_all(remote, 1, **more)] == whole
