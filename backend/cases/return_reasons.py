"""The maintained list of reasons for which an item goes back to the customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ReturnReason
from backend.core.errors import Conflict, NotFound


class ReturnReasons:
    """Lists and maintains the reasons. Who may maintain them, the route decides."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def list_reasons(self, field_type: str | None, *, with_inactive: bool = False) -> list[dict[str, Any]]:
        """Return the reasons that fit a field of this type, or all, in their order."""
        wanted = select(ReturnReason).order_by(ReturnReason.position, ReturnReason.id)
        if not with_inactive:
            wanted = wanted.where(ReturnReason.is_active)
        if field_type is not None:
            fits = ReturnReason.field_types.any(field_type) | (ReturnReason.field_types == [])  # type: ignore[arg-type]
            wanted = wanted.where(fits)
        with self._sessions.begin() as session:
            return [_describe(one) for one in session.scalars(wanted)]

    def add(self, key: str, text: str, field_types: Sequence[str], position: int) -> dict[str, Any]:
        """Enter a reason and return it; raises Conflict ``reason_taken``."""
        with self._sessions.begin() as session:
            taken = (ReturnReason.key == key) | (ReturnReason.text == text)
            if session.execute(select(ReturnReason.id).where(taken)).first() is not None:
                raise Conflict("reason_taken")
            reason = ReturnReason(
                key=key, text=text, field_types=list(field_types), position=position, is_active=True
            )
            session.add(reason)
            session.flush()
            return _describe(reason)

    def change(self, key: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Change text, field_types, position or is_active; raises NotFound, Conflict ``reason_taken``."""
        with self._sessions.begin() as session:
            reason = session.execute(
                select(ReturnReason).where(ReturnReason.key == key).with_for_update()
            ).scalar_one_or_none()
            if reason is None:
                raise NotFound()
            taken = (ReturnReason.text == changes.get("text")) & (ReturnReason.key != key)
            if session.execute(select(ReturnReason.id).where(taken)).first() is not None:
                raise Conflict("reason_taken")
            for name, value in changes.items():
                setattr(reason, name, value)
            session.flush()
            return _describe(reason)

    def remove(self, key: str) -> None:
        """Take a reason off the list; corrections keep their own text. Raises NotFound."""
        with self._sessions.begin() as session:
            reason = session.execute(select(ReturnReason).where(ReturnReason.key == key)).scalar_one_or_none()
            if reason is None:
                raise NotFound()
            session.delete(reason)


def _describe(reason: ReturnReason) -> dict[str, Any]:
    return {
        "key": reason.key,
        "text": reason.text,
        "field_types": list(reason.field_types),
        "position": reason.position,
        "is_active": reason.is_active,
    }
