"""Who answers for a unit: its lead on duty, or that of the nearest unit above; at the centre its own."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, text
from sqlalchemy.orm import Session

UNIT_LEAD = "area_lead"
# Who keeps the hall at the centre, by position or department; they are told of what nobody else answers for.
CENTRE_KEEPERS = ("hotline_business_lead", "customer_service_center")
# From the unit upwards, each with how far it is; only the nearest that has somebody on duty counts.
_LEADS = text(
    """
    WITH RECURSIVE above (id, parent_id, kind, distance) AS (
      SELECT id, parent_id, kind, 0 FROM unit WHERE id = :unit_id
      UNION ALL
      SELECT u.id, u.parent_id, u.kind, a.distance + 1 FROM unit u JOIN above a ON u.id = a.parent_id
    ), found AS (
      SELECT s.id, a.distance, rank() OVER (ORDER BY a.distance) AS place
      FROM above a JOIN staff s ON s.unit_id = a.id AND s.presence = 'on_duty'
      WHERE EXISTS (
        SELECT FROM staff_post p WHERE p.staff_id = s.id
          AND (p.key = :lead OR (a.kind = 'centre' AND p.key = ANY(:keepers))))
    )
    SELECT id FROM found WHERE place = 1 ORDER BY id
    """
).bindparams(
    bindparam("unit_id", type_=BigInteger),
    bindparam("lead", UNIT_LEAD, type_=Text),
    bindparam("keepers", list(CENTRE_KEEPERS), type_=ARRAY(Text)),
)
_KEEPERS = text(
    """
    SELECT s.id FROM staff s
    WHERE s.presence <> 'left' AND EXISTS (
      SELECT FROM staff_post p WHERE p.staff_id = s.id AND p.key = ANY(:keepers))
    ORDER BY s.id
    """
).bindparams(bindparam("keepers", type_=ARRAY(Text)))


def find_leads(session: Session, unit_id: int) -> list[int]:
    """Return the ids of those on duty who answer for the unit, or an empty list."""
    return list(session.execute(_LEADS, {"unit_id": unit_id}).scalars())


def find_keepers(session: Session, posts: Collection[str] = CENTRE_KEEPERS) -> list[int]:
    """Return the ids of all who hold one of ``posts`` and still work here."""
    return list(session.execute(_KEEPERS, {"keepers": list(posts)}).scalars())
