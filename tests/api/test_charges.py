"""Charges: opened for a case, settled once by a receipt of the counter, or taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ServiceCase
from backend.catalogue.models import DefinitionVersion
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.ids import is_valid_case_no
from backend.organisation.models import Staff, Unit
from payments.events import ChargeSettled
from payments.models import CounterReceipt
from payments.service import ChargeService, NewCharge

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """Yield a session that is never committed, since a database has but one centre."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def new(session: Session) -> NewCharge:
    """Enter a unit and a case, and return what is owed for it."""
    centre = session.scalars(select(Unit.id).where(Unit.kind == "centre")).one_or_none()
    kind = "unit" if centre else "centre"
    unit = Unit(code="873", name="收费试验部", kind=kind, parent_id=centre, is_active=True)
    version = DefinitionVersion(
        kind="process", key="test_charge", version=1, sha256="-", body={}, author="test", published_at=NOW
    )
    session.add_all((unit, version))
    session.flush()
    case = insert(ServiceCase).values(
        case_no="charge-test", public_token_hash=b"charge-test", process_key="test_charge", unit_id=unit.id,
        definition_version_id=version.id, unit_code="873", channel="online", status="open", version=1,
        opened_at=NOW, updated_at=NOW,
    )  # fmt: skip
    case_id = session.execute(case.returning(ServiceCase.id)).scalar_one()
    return NewCharge(unit.id, "873", case_id, "repair", 8_000)


@pytest.fixture
def clerk_id(session: Session, new: NewCharge) -> int:
    """Enter a finance clerk and return the id."""
    clerk = Staff(
        unit_id=new.unit_id, username="test_clerk", name_sealed="-", password_hash="-",
        must_change_password=False, presence="on_duty", created_at=NOW,
    )  # fmt: skip
    session.add(clerk)
    session.flush()
    return clerk.id


def test_a_receipt_settles_once(session: Session, new: NewCharge, clerk_id: int) -> None:
    heard: list[ChargeSettled] = []
    charges = ChargeService([lambda _, event: heard.append(event)])
    charge_no = charges.open_charge(session, new, NOW)
    assert charge_no[0] == "F"
    assert is_valid_case_no(charge_no[1:])
    assert not is_valid_case_no(charge_no)
    settled = charges.settle_at_counter(session, charge_no, "R-1", clerk_id, {new.unit_id}, NOW)
    assert settled == ChargeSettled(charge_no, new.case_id, 8_000, NOW)
    with pytest.raises(Conflict) as refused:
        charges.settle_at_counter(session, charge_no, "R-2", clerk_id, {new.unit_id}, NOW)
    assert refused.value.code == "charge_not_open"
    with pytest.raises(Conflict) as refused:
        charges.void_charge(session, charge_no, {new.unit_id}, NOW)
    assert refused.value.code == "charge_not_open"
    assert heard == [settled]
    [receipt] = session.scalars(select(CounterReceipt).where(CounterReceipt.staff_id == clerk_id))
    assert (receipt.receipt_no, receipt.unit_id, receipt.received_at) == ("R-1", new.unit_id, NOW)


def test_a_receipt_counts_for_one_charge(session: Session, new: NewCharge, clerk_id: int) -> None:
    charges = ChargeService()
    first, second = (charges.open_charge(session, new, NOW) for _ in range(2))
    charges.settle_at_counter(session, first, "R-1", clerk_id, {new.unit_id}, NOW)
    with pytest.raises(Conflict) as refused, session.begin_nested():
        charges.settle_at_counter(session, second, "R-1", clerk_id, {new.unit_id}, NOW)
    assert refused.value.code == "receipt_taken"
    charges.settle_at_counter(session, second, "R-2", clerk_id, {new.unit_id}, NOW)


def test_foreign_and_missing_are_both_not_found(session: Session, new: NewCharge, clerk_id: int) -> None:
    charges = ChargeService()
    charge_no = charges.open_charge(session, new, NOW)
    for number, units in ((charge_no, {new.unit_id + 1}), (charge_no, set()), ("F0", {new.unit_id})):
        with pytest.raises(NotFound):
            charges.settle_at_counter(session, number, "R-1", clerk_id, units, NOW)
        with pytest.raises(NotFound):
            charges.void_charge(session, number, units, NOW)


def test_what_is_void_cannot_be_settled(session: Session, new: NewCharge, clerk_id: int) -> None:
    charges = ChargeService()
    charge_no = charges.open_charge(session, new, NOW)
    charges.void_charge(session, charge_no, {new.unit_id}, NOW)
    with pytest.raises(Conflict) as refused:
        charges.settle_at_counter(session, charge_no, "R-1", clerk_id, {new.unit_id}, NOW)
    assert refused.value.code == "charge_not_open"


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_nothing_cannot_be_owed(session: Session, amount_fen: int) -> None:
    with pytest.raises(Invalid) as refused:
        ChargeService().open_charge(session, NewCharge(1, "873", 1, "repair", amount_fen), NOW)
    assert refused.value.fields == {"amount_fen": "invalid"}


def test_receipts_cannot_be_changed(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("UPDATE counter_receipt SET receipt_no = 'R-9'"))
