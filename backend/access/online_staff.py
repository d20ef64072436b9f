"""Who of a unit's people is on line: on duty, and with a console that is open."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, DateTime, Text, bindparam, text
from sqlalchemy.orm import Session

from backend.access.staff_sessions import LONGEST_SESSION

# An open console asks for alarms several times a minute, and each request that counts is written down.
ONLINE_FOR = timedelta(minutes=5)
_ONLINE = text(
    """
    WITH RECURSIVE above (id, parent_id) AS (
      SELECT id, parent_id FROM unit WHERE id = :unit_id
      UNION ALL
      SELECT u.id, u.parent_id FROM unit u JOIN above a ON u.id = a.parent_id
    )
    SELECT s.id FROM above a JOIN staff s ON s.unit_id = a.id AND s.presence = 'on_duty'
     WHERE EXISTS (SELECT FROM staff_post p WHERE p.staff_id = s.id AND p.key = :post)
       AND EXISTS (SELECT FROM staff_session x WHERE x.staff_id = s.id AND x.ended_at IS NULL
                      AND x.seen_at >= :seen_since AND x.created_at >= :created_since)
     ORDER BY s.id
    """
).bindparams(
    bindparam("unit_id", type_=BigInteger),
    bindparam("post", type_=Text),
    bindparam("seen_since", type_=DateTime(timezone=True)),
    bindparam("created_since", type_=DateTime(timezone=True)),
)


def list_online(session: Session, unit_id: int, post: str, now: datetime) -> list[int]:
    """Return the ids of those of the unit and of all above it who hold ``post`` and are on line."""
    since = {"seen_since": now - ONLINE_FOR, "created_since": now - LONGEST_SESSION}
    return list(session.execute(_ONLINE, {"unit_id": unit_id, "post": post, **since}).scalars())
