"""What the customer of a case was told, by which way, and what came of it: as staff read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, select
from sqlalchemy.orm import Session

from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.statements import Prepared
from backend.notifications.kept_text import open_text
from backend.notifications.models import MessageDelivery, Notification

_TOLD, _TRY = table_of(Notification), table_of(MessageDelivery)
# One line for each try; a message without any is read in the client alone.
_OF_CASE = Prepared(
    select(
        _TOLD.c.promise_id,
        _TOLD.c.recorded_at,
        _TOLD.c.title,
        _TOLD.c.text_sealed,
        _TRY.c.channel,
        _TRY.c.state,
    )
    .outerjoin(_TRY, _TRY.c.promise_id == _TOLD.c.promise_id)
    .where(_TOLD.c.case_id == bindparam("case_id", type_=BigInteger))
    .order_by(_TOLD.c.recorded_at, _TOLD.c.promise_id, _TRY.c.started_at)
)


def read_told(session: Session, case_id: int) -> list[Row[Any]]:
    """Return the messages about a case with each try to send them, oldest first."""
    return _OF_CASE.all(session, {"case_id": case_id})


def write_told(rows: Iterable[Row[Any]], keys: KeyRing) -> list[dict[str, Any]]:
    """Return ``{at, title, text, sms, tries}`` of each message, a try being ``{channel, state}``.

    ``sms`` are the words of the text message, which has no room for the whole text.
    """
    written: dict[int, dict[str, Any]] = {}
    for row in rows:
        message = written.get(row.promise_id)
        if message is None:
            text, sms = open_text(keys, row.text_sealed)
            message = {"at": row.recorded_at, "title": row.title, "text": text, "sms": sms, "tries": []}
            written[row.promise_id] = message
        if row.channel is not None:
            message["tries"].append({"channel": row.channel, "state": row.state})
    return list(written.values())
