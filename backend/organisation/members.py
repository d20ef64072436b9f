"""People as others choose among them: who may handle a case, who is on duty, who is away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from backend.core.errors import Conflict, Invalid, NotFound
from backend.organisation.absences import note_presence
from backend.organisation.models import Staff, StaffPost, Unit
from backend.organisation.service import OrganisationService

HANDLER = "case_handler"
MANAGER = "account_manager"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to choose; ``presence`` is on_duty or absent. ``deputy`` is the user name of who stands in."""

    id: int
    unit_id: int
    username: str
    name: str
    presence: str
    deputy: str | None = None


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """On duty from now on, or absent from a day (else today) until another (else until they are back).

    ``deputy`` is the user name of who stands in meanwhile.
    """

    presence: str
    absent_from: date | None = None
    absent_until: date | None = None
    deputy: str | None = None


class MemberDirectory:
    """Lists people by post and unit, and changes their presence."""

    def __init__(self, organisation: OrganisationService) -> None:
        self._organisation = organisation

    def list_people(
        self, session: Session, unit_ids: Collection[int], position: str | None = None
    ) -> list[Person]:
        """Return who works in these units, with ``position`` where it is given, by user name."""
        wanted = select(Staff).join(Unit, Unit.id == Staff.unit_id)
        wanted = wanted.where(Staff.unit_id.in_(unit_ids), Staff.presence != "left", Unit.is_active)
        if position is not None:
            held = (
                (StaffPost.staff_id == Staff.id)
                & (StaffPost.kind == "position")
                & (StaffPost.key == position)
            )
            wanted = wanted.join(StaffPost, held)
        people = session.scalars(wanted.order_by(Staff.username)).all()
        names = self._organisation.name_staff(session, {one.id for one in people})
        named = {one.deputy_id for one in people} - {None}
        found = select(Staff.id, Staff.username).where(Staff.id.in_(named))
        deputies = {row.id: row.username for row in session.execute(found)} if named else {}
        return [
            Person(
                one.id,
                one.unit_id,
                one.username,
                names[one.id],
                one.presence,
                deputies.get(one.deputy_id or 0),
            )
            for one in people
        ]

    def find_person(
        self, session: Session, unit_ids: Collection[int], username: str, *, with_left: bool = False
    ) -> Staff:
        """Return the row of somebody in these units; raises NotFound ``staff_unknown``."""
        wanted = select(Staff).where(Staff.username == username.strip().lower(), Staff.unit_id.in_(unit_ids))
        if not with_left:
            wanted = wanted.where(Staff.presence != "left")
        row = session.execute(wanted).scalar_one_or_none()
        if row is None:
            raise NotFound("staff_unknown")
        return row

    def has_anybody(self, session: Session, unit_id: int, posts: Collection[str]) -> bool:
        """True where somebody in this unit or one above holds one of ``posts``, on duty or away."""
        above = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte("above", recursive=True)
        above = above.union_all(select(Unit.id, Unit.parent_id).where(Unit.id == above.c.parent_id))
        held = (StaffPost.staff_id == Staff.id) & StaffPost.key.in_(posts)
        found = select(Staff.id).join(StaffPost, held).join(above, above.c.id == Staff.unit_id)
        return session.execute(found.where(Staff.presence != "left").limit(1)).first() is not None

    def choose_handler(self, session: Session, unit_id: int, username: str) -> Person:
        """Return the handler to be sent from this unit or one below it.

        Raises Invalid ``handler_unknown`` for anybody else, Conflict ``handler_absent``.
        """
        found = self._find_among(session, unit_id, username, HANDLER)
        if found is None:
            raise Invalid("handler_unknown", fields={"handler": "invalid"})
        if found.presence != "on_duty":
            raise Conflict("handler_absent")
        return found

    def choose_manager(self, session: Session, unit_id: int, username: str) -> Person:
        """Return the customers' manager of this unit or one below it; raises Invalid ``manager_unknown``.

        A customer is theirs for years, so that who is away today may be chosen all the same.
        """
        found = self._find_among(session, unit_id, username, MANAGER)
        if found is None:
            raise Invalid("manager_unknown", fields={"manager": "invalid"})
        return found

    def _find_among(self, session: Session, unit_id: int, username: str, position: str) -> Person | None:
        units = self._organisation.list_visible_units(session, unit_id)
        name = username.strip().lower()
        people = self.list_people(session, units, position)
        return next((one for one in people if one.username == name), None)

    def set_presence(
        self, session: Session, unit_ids: Collection[int], username: str, change: PresenceChange, today: date
    ) -> None:
        """Note that somebody of these units is on duty or away; raises NotFound, Invalid."""
        person = self.find_person(session, unit_ids, username)
        deputy_id = self._find_deputy(session, person, change.deputy) if change.deputy else None
        note_presence(person, change.presence, today, change.absent_from, change.absent_until, deputy_id)
        session.flush()

    def _find_deputy(self, session: Session, person: Staff, username: str) -> int:
        """Return who may stand in: somebody else of this unit, on duty, who holds a handler's post as well.

        Raises Invalid on ``deputy``.
        """
        held = exists().where(StaffPost.staff_id == Staff.id, StaffPost.key == HANDLER)
        wanted = select(Staff).where(
            Staff.username == username.strip().lower(),
            Staff.unit_id == person.unit_id,
            Staff.id != person.id,
            Staff.presence != "left",
            held,
        )
        deputy = session.execute(wanted).scalar_one_or_none()
        if deputy is None:
            raise Invalid(fields={"deputy": "deputy_unfit"})
        if deputy.presence != "on_duty":
            raise Invalid(fields={"deputy": "deputy_absent"})
        return deputy.id
