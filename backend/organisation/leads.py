"""Who answers for a unit: its lead on duty, or the nearest above; at the centre its business lead."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, select, text
from sqlalchemy.orm import Session

from backend.organisation.models import Staff, StaffPost

UNIT_LEAD = "area_lead"
# The department that keeps the whole organisation.
KEEPER = "customer_service_center"
CENTRE_LEAD = "hotline_business_lead"
# Who keeps the hall at the centre, by position or department.
CENTRE_KEEPERS = (CENTRE_LEAD, KEEPER)
# From the unit upwards, each with how far it is; only the nearest that has somebody on duty counts.
_PRESENT = """
    WITH RECURSIVE above (id, parent_id, distance) AS (
      SELECT id, parent_id, 0 FROM unit WHERE id = :unit_id
      UNION ALL
      SELECT u.id, u.parent_id, a.distance + 1 FROM unit u JOIN above a ON u.id = a.parent_id
    ), found AS (
      SELECT s.id, rank() OVER (ORDER BY a.distance) AS place
      FROM above a JOIN staff s ON s.unit_id = a.id AND s.presence = 'on_duty'
      WHERE EXISTS (SELECT FROM staff_post p WHERE p.staff_id = s.id AND p.key = ANY(:posts))
    )
    SELECT id FROM found
    """
_ASKED = (bindparam("unit_id", type_=BigInteger), bindparam("posts", type_=ARRAY(Text)))
_ABOVE = text(_PRESENT).bindparams(*_ASKED)
_NEAREST = text(f"{_PRESENT} WHERE place = 1 ORDER BY id").bindparams(*_ASKED)
# Who is away has named a deputy, or nobody.
_STAND_IN = text(
    """
    SELECT coalesce(d.id, s.id) FROM staff s
      LEFT JOIN staff d ON d.id = s.deputy_id AND s.presence = 'absent'
    WHERE s.id = :staff_id AND coalesce(d.presence, s.presence) = 'on_duty'
    """
).bindparams(bindparam("staff_id", type_=BigInteger))
_CENTRE_LEADS = (
    select(Staff.id)
    .join(StaffPost, StaffPost.staff_id == Staff.id)
    .where(Staff.presence != "left", StaffPost.key == CENTRE_LEAD)
    .order_by(Staff.id)
)


def find_leads(session: Session, unit_id: int) -> list[int]:
    """Return the ids of those on duty who answer for the unit, or an empty list."""
    return find_present(session, unit_id, [UNIT_LEAD, CENTRE_LEAD])


def find_present(session: Session, unit_id: int, posts: Sequence[str]) -> list[int]:
    """Return the ids of those on duty who hold one of ``posts``: of the unit, or of the nearest above."""
    return list(session.execute(_NEAREST, {"unit_id": unit_id, "posts": list(posts)}).scalars())


def list_present(session: Session, unit_id: int, posts: Collection[str]) -> frozenset[int]:
    """Return the ids of all on duty who hold one of ``posts``: of the unit, or of any above."""
    return frozenset(session.execute(_ABOVE, {"unit_id": unit_id, "posts": list(posts)}).scalars())


def find_stand_in(session: Session, staff_id: int) -> int | None:
    """Return who does the work of a member now: the member on duty, the deputy on duty, or None."""
    return session.execute(_STAND_IN, {"staff_id": staff_id}).scalar_one_or_none()


def find_centre_leads(session: Session) -> list[int]:
    """Return the ids of all who lead the centre's business and still work here, on duty or away."""
    return list(session.scalars(_CENTRE_LEADS))
