"""The demonstration's people as members who may act, each looked up once."""

from __future__ import annotations

from sqlalchemy import select

from backend.organisation.models import Staff
from backend.organisation.service import Member
from composition.hall import Hall


class NobodyThere(Exception):
    """Who was to act has left."""


class Cast:
    """Finds people by their login or their id; raises NobodyThere for who has left."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._ids: dict[str, int] = {}
        self._members: dict[int, Member] = {}

    def find(self, username: str) -> Member:
        """Return who signs in as ``username``."""
        if username not in self._ids:
            wanted = select(Staff.id).where(Staff.username == username)
            with self._hall.sessions() as session:
                self._ids[username] = session.scalars(wanted).one()
        return self.find_by_id(self._ids[username])

    def find_by_id(self, staff_id: int) -> Member:
        """Return the member of this id."""
        if staff_id not in self._members:
            with self._hall.sessions() as session:
                member = self._hall.organisation.find_member(session, staff_id)
            if member is None:
                raise NobodyThere(staff_id)
            self._members[staff_id] = member
        return self._members[staff_id]
