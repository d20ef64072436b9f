"""What the messages do when two customers turn out to be one person."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.notifications.models import MessagePermission, Notification, NotificationRead


def move_messages(session: Session, merged_id: int, into_id: int) -> None:
    """Move messages and permissions of one customer to the other, inside the merge's transaction.

    Permissions add up; what was read is as far as the one who stays had read.
    """
    session.execute(
        update(Notification)
        .where(Notification.customer_id == merged_id)
        .values(customer_id=into_id)
        .execution_options(synchronize_session=False)
    )
    rows = session.scalars(select(MessagePermission).where(MessagePermission.customer_id == merged_id)).all()
    for row in rows:
        moved = insert(MessagePermission).values(
            customer_id=into_id,
            template_id=row.template_id,
            remaining=row.remaining,
            is_banned=row.is_banned,
            changed_at=row.changed_at,
        )
        session.execute(
            moved.on_conflict_do_update(
                index_elements=["customer_id", "template_id"],
                set_={"remaining": MessagePermission.remaining + row.remaining},
            )
        )
    for model in (MessagePermission, NotificationRead):
        session.execute(
            delete(model).where(model.customer_id == merged_id).execution_options(synchronize_session=False)
        )
