"""What must happen outside: a row in the same transaction as the business change (law 8).

pending → sending → sent | refused | unknown | failed. Failed means that nothing went out and trying again by
itself has been given up; a person may send it back to pending. Unknown is settled by a person or a receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.core.database import Base
from backend.core.json_text import dump_json
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


# Takes :promises, a JSON list of {topic, payload, at}. A statement that writes more than promises carries it
# as a part of its own.
INSERT_PROMISES = (
    "INSERT INTO outbox (topic, payload, state, attempt, created_at)"
    " SELECT p.one->>'topic', p.one->'payload', 'pending', 0, CAST(p.one->>'at' AS timestamptz)"
    " FROM jsonb_array_elements(CAST(:promises AS jsonb)) WITH ORDINALITY AS p(one, place)"
    " ORDER BY p.place"
)
_INSERT = Prepared(text(INSERT_PROMISES))
# Where a session keeps what its transaction promises, once somebody has said that they will write it.
_GATHERED = "gathered_promises"


def promise(session: Session, topic: str, payloads: list[dict[str, Any]], now: datetime) -> None:
    """Add one pending row for each of ``payloads``; they are kept if, and only if, the caller commits.

    Payloads carry ids and plain values, never personal data in clear.
    """
    rows = [{"topic": topic, "payload": one, "at": now.isoformat()} for one in payloads]
    gathered: list[dict[str, Any]] | None = session.info.get(_GATHERED)
    if gathered is not None:
        gathered.extend(rows)
    elif rows:
        _INSERT.execute(session, {"promises": dump_json(rows)})


def gather_promises(session: Session) -> list[dict[str, Any]]:
    """Return the list that promises of this session go into from now on, instead of each into the database.

    The caller writes them with INSERT_PROMISES as the last thing of the transaction: a round trip saved for
    each.
    """
    gathered: list[dict[str, Any]] = []
    session.info[_GATHERED] = gathered
    return gathered
