"""The log of looks: who looked at which personal data, when and why (law 12)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from backend.access.models import PersonalLook
from backend.core.errors import Invalid


def record_look(
    session: Session, staff_id: int, subject: str, items: Collection[str], reason: str, now: datetime
) -> None:
    """Write down a look in the transaction that reads the values, before they are shown.

    ``subject`` says whose they are, such as ``case:17``; ``items`` names the fields, never their values.
    Raises Invalid on ``items`` or ``reason`` where one is empty.
    """
    faults = {name: "required" for name, given in (("items", items), ("reason", reason.strip())) if not given}
    if faults:
        raise Invalid(fields=faults)
    session.add(
        PersonalLook(
            staff_id=staff_id, looked_at=now, subject=subject, items=sorted(set(items)), reason=reason.strip()
        )
    )
    session.flush()
