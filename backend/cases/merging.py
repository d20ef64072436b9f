"""What the cases do when two customers turn out to be one person."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from backend.cases.models import ApplicationDraft, ServiceCase


def move_cases(session: Session, merged_id: int, into_id: int) -> None:
    """Move the cases and drafts of one customer to the other, inside the merge's transaction.

    Where both have a draft for one service, the one saved last is kept.
    """
    session.execute(
        update(ServiceCase)
        .where(ServiceCase.customer_id == merged_id)
        .values(customer_id=into_id)
        .execution_options(synchronize_session=False)
    )
    other = aliased(ApplicationDraft)
    for loser, winner in ((merged_id, into_id), (into_id, merged_id)):
        newer = select(other.saved_at).where(
            other.customer_id == winner,
            other.service_key == ApplicationDraft.service_key,
            other.saved_at >= ApplicationDraft.saved_at,
        )
        session.execute(
            delete(ApplicationDraft)
            .where(ApplicationDraft.customer_id == loser, newer.exists())
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(ApplicationDraft)
        .where(ApplicationDraft.customer_id == merged_id)
        .values(customer_id=into_id)
        .execution_options(synchronize_session=False)
    )
