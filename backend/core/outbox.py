"""What must happen outside: a row in the same transaction as the business change (law 8).

pending → sending → sent | refused | unknown | failed. Failed means that nothing went out and trying again by
itself has been given up; a person may send it back to pending. Unknown is settled by a person or a receipt.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Integer, Text, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.core.database import Base
from backend.core.statements import Prepared


class OutboxRow(Base):
    """One promise (design, decision 12).

    ``queued_at`` says when the relay handed a pending row to a queue, ``not_before`` when it may be tried
    again, ``error`` what went wrong last: a code or a class name, never a value.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    queued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[str | None] = mapped_column(Text)


# Takes :topic, :now and :payloads (a JSON list). A statement that writes more than promises carries it as a
# part of its own, which saves the round trip.
INSERT_PROMISES = (
    "INSERT INTO outbox (topic, payload, state, attempt, created_at)"
    " SELECT :topic, p.payload, 'pending', 0, :now"
    " FROM jsonb_array_elements(CAST(:payloads AS jsonb)) WITH ORDINALITY AS p(payload, place)"
    " ORDER BY p.place"
)
_INSERT = Prepared(
    text(INSERT_PROMISES).bindparams(
        bindparam("topic", type_=Text), bindparam("now", type_=DateTime(timezone=True))
    )
)


def promise(session: Session, topic: str, payloads: list[dict[str, Any]], now: datetime) -> None:
    """Add one pending row for each of ``payloads``; they are kept if, and only if, the caller commits.

    Payloads carry ids and plain values, never personal data in clear.
    """
    if not payloads:
        return
    _INSERT.execute(session, {"topic": topic, "payloads": json.dumps(payloads), "now": now})
