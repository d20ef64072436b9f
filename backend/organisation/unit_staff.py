"""What a unit enters of its own people without the centre: its business staff, nobody above them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.errors import Conflict, Forbidden, Invalid
from backend.organisation.leads import KEEPER
from backend.organisation.models import Staff, StaffPost, Unit
from backend.organisation.revisions import take_edit_turn
from backend.organisation.service import Member
from backend.organisation.staff_upkeep import StaffEntry

# Who does a unit's business with customers; leads and other departments are the centre's to enter.
BUSINESS_POSITIONS = frozenset({"account_manager", "case_handler", "inspector", "meter_reader"})


def list_givable(member: Member) -> frozenset[str] | None:
    """Return the posts that ``member`` may give to people of their units, None for all of them.

    Of the departments it is one's own, so that nobody makes somebody more than they are themselves.
    """
    if KEEPER in member.departments:
        return None
    return BUSINESS_POSITIONS | member.departments


def check_entry(session: Session, member: Member, entry: StaffEntry) -> None:
    """Raise where ``member`` may not enter this, or change who stands there under that user name.

    Invalid ``unit_unknown`` for a foreign unit and ``post_not_givable``, Conflict ``username_taken`` for
    somebody of another unit, Forbidden for oneself and for who holds a post that one cannot give.
    """
    givable = list_givable(member)
    if givable is None:
        return
    take_edit_turn(session)
    if entry.username.strip().lower() == member.username:
        raise Forbidden("staff_not_yours")
    unit_id = session.execute(select(Unit.id).where(Unit.code == entry.unit_code)).scalar_one_or_none()
    if unit_id not in member.units:
        raise Invalid("unit_unknown", detail=entry.unit_code)
    beyond = sorted({*entry.positions, *entry.departments} - givable)
    if beyond:
        raise Invalid("post_not_givable", detail=beyond[0])
    named = select(Staff).where(Staff.username == entry.username.strip().lower())
    known = session.execute(named).scalar_one_or_none()
    if known is None:
        return
    if known.unit_id not in member.units:
        raise Conflict("username_taken")
    held = session.scalars(select(StaffPost.key).where(StaffPost.staff_id == known.id))
    if set(held) - givable:
        raise Forbidden("staff_not_yours")
