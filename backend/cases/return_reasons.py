"""The maintained lists of reasons: why an item goes back to the customer, and why staff decide otherwise."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import ReturnReason
from backend.core.errors import Conflict, NotFound

# Back to the customer; to another unit than suggested; refused or ended; an alarm ended; a step at the
# customer's home that does not go on; any other step that asks for one.
RETURN = "return"
REASON_KINDS = (RETURN, "dispatch", "end", "alarm", "site", "other")


class ReturnReasons:
    """Lists and maintains the reasons. Who may maintain them, the route decides."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def list_reasons(
        self, field_type: str | None, *, kind: str = RETURN, with_inactive: bool = False
    ) -> list[dict[str, Any]]:
        """Return the reasons of a kind that fit a field of this type, or all, in their order."""
        wanted = select(ReturnReason).where(ReturnReason.kind == kind)
        wanted = wanted.order_by(ReturnReason.position, ReturnReason.id)
        if not with_inactive:
            wanted = wanted.where(ReturnReason.is_active)
        if field_type is not None:
            fits = ReturnReason.field_types.any(field_type) | (ReturnReason.field_types == [])  # type: ignore[arg-type]
            wanted = wanted.where(fits)
        with self._sessions.begin() as session:
            return [_describe(one) for one in session.scalars(wanted)]

    def add(
        self, key: str | None, text: str, field_types: Sequence[str], position: int, kind: str = RETURN
    ) -> dict[str, Any]:
        """Enter a reason and return it, with a key of its own where none is given.

        Raises Conflict ``reason_taken``.
        """
        key = key or f"own_{secrets.token_hex(6)}"
        with self._sessions.begin() as session:
            taken = (ReturnReason.key == key) | ((ReturnReason.text == text) & (ReturnReason.kind == kind))
            if session.execute(select(ReturnReason.id).where(taken)).first() is not None:
                raise Conflict("reason_taken")
            reason = ReturnReason(
                key=key,
                kind=kind,
                text=text,
                field_types=list(field_types),
                position=position,
                is_active=True,
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
            same = (ReturnReason.text == changes.get("text")) & (ReturnReason.kind == reason.kind)
            taken = same & (ReturnReason.key != key)
            if session.execute(select(ReturnReason.id).where(taken)).first() is not None:
                raise Conflict("reason_taken")
            for name, value in changes.items():
                setattr(reason, name, value)
            session.flush()
            return _describe(reason)

    def arrange(self, kind: str, keys: Sequence[str]) -> None:
        """Put all reasons of a kind into this order; raises Conflict ``changed_meanwhile`` for other ones."""
        with self._sessions.begin() as session:
            # Locked in one order, so that two people who arrange at once wait and do not block each other.
            found = select(ReturnReason).where(ReturnReason.kind == kind).order_by(ReturnReason.id)
            reasons = {one.key: one for one in session.scalars(found.with_for_update())}
            if sorted(keys) != sorted(reasons):
                raise Conflict("changed_meanwhile")
            for place, key in enumerate(keys, start=1):
                reasons[key].position = place * 10

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
        "kind": reason.kind,
        "text": reason.text,
        "field_types": list(reason.field_types),
        "position": reason.position,
        "is_active": reason.is_active,
    }
