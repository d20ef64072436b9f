"""Units and people for tests that share one database: entered once, found again by the next module."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.access.passwords import hash_password
from backend.organisation.models import Staff, Unit
from backend.organisation.service import NewStaff, OrganisationService

CENTRE = ("100", "96602客服中心", "centre", None)
PASSWORD = "a-good-long-passphrase"
_HASH = hash_password(PASSWORD)


def ensure_unit(
    organisation: OrganisationService, session: Session, code: str, name: str, kind: str, parent: str | None
) -> int:
    """Return the id of unit ``code``, entered now where it was not."""
    known = session.execute(select(Unit.id).where(Unit.code == code)).scalar_one_or_none()
    return known or organisation.add_unit(session, code, name, kind, parent)


def ensure_staff(
    organisation: OrganisationService,
    session: Session,
    unit_code: str,
    username: str,
    now: datetime,
    *,
    name: str = "王小明",
    positions: tuple[str, ...] = (),
    departments: tuple[str, ...] = (),
) -> int:
    """Return the id of ``username``, entered with PASSWORD where it was not; nothing has to be changed."""
    known = session.execute(select(Staff.id).where(Staff.username == username)).scalar_one_or_none()
    if known is not None:
        return known
    new = NewStaff(unit_code, username, name, _HASH, frozenset(positions), frozenset(departments))
    staff_id = organisation.add_staff(session, new, now)
    session.get_one(Staff, staff_id).must_change_password = False
    return staff_id
