"""A hall for invented history: nothing that happens in it is told to the world outside.

Messages to customers are kept for their list in the client, as if they had been sent then; what would have
gone to a platform, a screen or a telephone is dropped inside the transaction that promised it. So no relay
ever sees it, even where the hall runs beside the seeding or the seeding is cut short.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, create_engine, event, text
from sqlalchemy.orm import Session

from backend.core.config import Settings
from backend.core.database import APPLICATION_ROLE
from backend.core.topics import PromiseContext, PromiseRefused
from composition.hall import Hall, make_hall
from composition.promises import make_notices

_MESSAGES = "notify_customer"
# Thousands of small transactions of invented history: if the machine fails, the seeding is run again.
_OPTIONS = f"-c role={APPLICATION_ROLE} -c timezone=UTC -c synchronous_commit=off"
_MARK = "dropped_promises"
# Rows of this very transaction carry its number, so that nobody else's promise is touched.
_DROP = text(
    "DELETE FROM outbox WHERE state = 'pending' AND queued_at IS NULL"
    " AND xmin = pg_current_xact_id_if_assigned()::xid RETURNING id, topic, payload, created_at"
)


class QuietHall:
    """``hall`` works by the clock ``now`` and reaches no platform."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        cut_off = dataclasses.replace(settings, wechat_api_base_url=None, sms_secret_id=None, map_key=None)
        self._engine = create_engine(settings.database_url, connect_args={"options": _OPTIONS})
        self.hall: Hall = make_hall(cut_off, self._engine, now)
        self._now = now
        self._notices = make_notices(self.hall)
        self._told: list[Row[Any]] = []
        event.listen(self.hall.sessions, "before_commit", _drop_promises)
        event.listen(self.hall.sessions, "after_commit", self._take_messages)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def keep_messages(self) -> None:
        """Enter the messages that were promised since the last call into their customers' lists."""
        told, self._told = self._told, []
        for row in told:
            context = PromiseContext(row.id, row.topic, 1, row.created_at, self._now)
            # No channel is set up here, so every message ends as refused once it is in the list.
            with contextlib.suppress(PromiseRefused):
                self._notices.handle(row.payload, context)

    def _take_messages(self, session: Session) -> None:
        dropped: list[Row[Any]] = session.info.pop(_MARK, [])
        self._told += [row for row in dropped if row.topic == _MESSAGES]


def _drop_promises(session: Session) -> None:
    session.info.setdefault(_MARK, []).extend(session.execute(_DROP).all())
