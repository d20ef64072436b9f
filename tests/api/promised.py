"""What a case has promised its customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from backend.core.outbox import OutboxRow
from tests.api.staff_side import Hall


def list_promised(hall: Hall, case_no: str) -> list[dict[str, Any]]:
    with hall.sessions() as session:
        of_case = OutboxRow.payload["case_id"].as_integer() == hall.find_id(case_no)
        asked = select(OutboxRow.payload).where(OutboxRow.topic == "notify_customer", of_case)
        return list(session.scalars(asked.order_by(OutboxRow.id)))
