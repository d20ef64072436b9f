"""What the customer is asked to mend or to supply, and why a case was stopped, as its page tells it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.cases.snapshot import Snapshot
from backend.catalogue.forms import Form

_ENDED_REASON = text(
    "SELECT payload->>'reason' FROM case_event"
    " WHERE case_id = :case_id AND kind = 'case_ended' ORDER BY seq DESC LIMIT 1"
)


def describe_mending(snapshot: Snapshot, form: Form | None) -> dict[str, Any]:
    """Return the corrections, those that wait first, and the documents that are owed."""
    corrections = sorted(snapshot.corrections, key=lambda one: (one.resolved, one.no))
    return {
        "corrections": [
            {
                "no": one.no,
                "item": one.item,
                "label": _label_of(form, one.item),
                "reason": one.reason,
                "resolved": one.resolved,
            }
            for one in corrections
        ],
        "owed_documents": [
            {"key": one, "label": _label_of(form, one)} for one in sorted(snapshot.owed_documents)
        ],
    }


def find_ended_reason(session: Session, case_id: int) -> str | None:
    """Return why a case was stopped, or None where nobody said it."""
    return session.execute(_ENDED_REASON, {"case_id": case_id}).scalar_one_or_none() or None


def _label_of(form: Form | None, key: str) -> str:
    field = form.field(key) if form else None
    return field.label if field else key
