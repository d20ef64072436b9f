"""Starts a case of the company's own because of what happened in another: the effect `start_case`.

The promise may come twice, so the start is recognised by the id of its command. The new case is no part of
the other and no customer's: it carries contact and place, so that lists say whom it is about, and no more.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_root_id
from backend.cases.commands import SYSTEM, Start
from backend.cases.models import ServiceCase
from backend.cases.repository import CONTACT_AND_PLACE
from backend.cases.service import CaseService, EffectContext, NewCase, Request
from backend.core.database import table_of
from backend.core.outbox import promise
from backend.core.topics import PromiseContext, TopicSpec

TOPIC = "start_case"
# Case data in which stands the case at the top of the one that brought this one about.
ORIGIN = "origin_case_id"
_CHANNEL = "system"
_NAMESPACE = uuid.UUID("0d4e2f0b-9a52-4f0c-8f0e-5b1a2c7d9e33")
_CASE = table_of(ServiceCase)
_BY_ID = select(
    _CASE.c.unit_id, _CASE.c.unit_code, *(_CASE.c[name] for name in CONTACT_AND_PLACE)
).where(_CASE.c.id == bindparam("case_id"))  # fmt: skip


def start_case(session: Session, context: EffectContext) -> None:
    """Promise a case of ``process``, which begins at ``enter_at`` with the plain values of ``sets``."""
    args = context.call.args
    asked = {
        "case_id": context.case.id,
        "task": context.call.task,
        "process": args["process"],
        "enter_at": args["enter_at"],
        "sets": args.get("sets", {}),
    }
    promise(session, "start_case", [asked], context.stamp.recorded_at)


class CaseStarts:
    """Keeps the promises of `start_case`."""

    def __init__(self, sessions: sessionmaker[Session], cases: CaseService) -> None:
        self._sessions = sessions
        self._cases = cases

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec(TOPIC, "开出后续工单", "default", self.handle, is_idempotent=True)]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Start the case, once however often the promise comes."""
        with self._sessions() as session:
            row: Row[Any] = session.execute(_BY_ID, {"case_id": payload["case_id"]}).one()
            root_id = find_root_id(session, payload["case_id"])
        data = {**payload["sets"], ORIGIN: root_id}
        columns = {name: getattr(row, name) for name in CONTACT_AND_PLACE}
        new = NewCase(
            payload["process"], row.unit_id, row.unit_code, None, _CHANNEL, data=data, columns=columns
        )
        which = f"{payload['case_id']}/{payload['task']}/{payload['process']}/{payload['enter_at']}"
        # The body is empty: the unit may have changed between two tries.
        request = Request("system", uuid.uuid5(_NAMESPACE, which), {})
        self._cases.start_case(request, new, Start(SYSTEM, data=data, enter_at=payload["enter_at"]))
