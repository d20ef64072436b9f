"""Keeping the organisation in order: units, people, areas and the duty roster, one entry at a time.

Every ``put_`` enters what is new and changes what is known, by its natural key, so that a form on the screen
and a row of a table take the same way. The caller owns the transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid, NotFound
from backend.organisation.models import DutyRoster, ServiceArea, Staff, StaffPost, Unit
from backend.organisation.service import NAME_CONTEXT, NewStaff, OrganisationService

PHONE_CONTEXT = "staff.phone"
KINDS = ("centre", "division", "unit")
# It stands in addresses and in tables, so it is kept plain.
_USERNAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,31}")
PRESENCES = ("on_duty", "absent", "left")


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit as it is maintained."""

    code: str
    name: str
    kind: str
    parent_code: str | None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """Somebody as they are maintained; no phone leaves the one that is known."""

    username: str
    name: str
    unit_code: str
    positions: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    phone: str | None = None
    presence: str = "on_duty"


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person's turn for the alarms of a unit; order 1 is called first, the others are substitutes."""

    unit_code: str
    starts_on: date
    ends_on: date
    call_order: int
    username: str


class OrganisationUpkeep:
    """Enters and changes units, people, areas and rosters. ``make_password`` hashes first passwords."""

    def __init__(
        self,
        organisation: OrganisationService,
        keys: KeyRing,
        make_password: Callable[[], tuple[str, str]],
    ) -> None:
        """``make_password`` returns a fresh first password and its hash."""
        self._organisation = organisation
        self._keys = keys
        self._make_password = make_password

    def list_units(self, session: Session, *, with_closed: bool = False) -> list[dict[str, Any]]:
        """Return ``{code, name, kind, parent_code, is_active}`` of all units by code."""
        parents = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}
        wanted = select(Unit).order_by(Unit.code)
        if not with_closed:
            wanted = wanted.where(Unit.is_active)
        return [
            {
                "code": one.code,
                "name": one.name,
                "kind": one.kind,
                "parent_code": None if one.parent_id is None else parents[one.parent_id],
                "is_active": one.is_active,
            }
            for one in session.scalars(wanted)
        ]

    def put_unit(self, session: Session, entry: UnitEntry) -> None:
        """Enter or change a unit; raises Invalid, Conflict ``unit_taken``."""
        if entry.kind not in KINDS:
            raise Invalid(fields={"kind": "invalid"})
        if (entry.kind == "centre") != (entry.parent_code is None):
            raise Invalid(fields={"parent_code": "invalid"})
        known = session.execute(select(Unit).where(Unit.code == entry.code)).scalar_one_or_none()
        if known is None:
            if not (len(entry.code) == 3 and entry.code.isascii() and entry.code.isdigit()):
                raise Invalid(fields={"code": "invalid"})
            if entry.kind == "centre":
                # There is one centre, and it is entered before anybody can sign in.
                raise Conflict("unit_taken")
            self._organisation.add_unit(session, entry.code, entry.name, entry.kind, entry.parent_code)
            return
        named = select(Unit.id).where(Unit.name == entry.name, Unit.id != known.id)
        if known.kind != entry.kind or session.execute(named).first() is not None:
            raise Conflict("unit_taken")
        if entry.parent_code is not None:
            parent_id = self._organisation.find_unit(session, entry.parent_code).id
            if parent_id in self._organisation.list_visible_units(session, known.id):
                # A unit below itself would make the tree a ring.
                raise Invalid(fields={"parent_code": "invalid"})
            known.parent_id = parent_id
        known.name, known.is_active = entry.name, entry.is_active
        session.flush()

    def list_staff(self, session: Session) -> list[dict[str, Any]]:
        """Return everybody who has not left, by user name; the phone masked to its presence."""
        posts: dict[int, dict[str, list[str]]] = {}
        for row in session.execute(select(StaffPost).order_by(StaffPost.kind, StaffPost.key)).scalars():
            posts.setdefault(row.staff_id, {"position": [], "department": []})[row.kind].append(row.key)
        wanted = (
            select(Staff, Unit.code)
            .join(Unit, Unit.id == Staff.unit_id)
            .where(Staff.presence != "left")
            .order_by(Staff.username)
        )
        return [
            {
                "username": staff.username,
                "name": self._keys.decrypt(staff.name_sealed, NAME_CONTEXT),
                "unit_code": code,
                "positions": posts.get(staff.id, {}).get("position", []),
                "departments": posts.get(staff.id, {}).get("department", []),
                "has_phone": staff.phone_sealed is not None,
                "presence": staff.presence,
            }
            for staff, code in session.execute(wanted)
        ]

    def put_staff(self, session: Session, entry: StaffEntry, now: datetime) -> str | None:
        """Enter or change somebody; returns the first password of a new account, otherwise None.

        Raises Invalid for an unknown unit or post, a missing name or a user name that cannot be.
        """
        username = entry.username.strip().lower()
        faults = {"username": username, "name": entry.name.strip()}
        missing = {key: "required" for key, value in faults.items() if not value}
        if entry.presence not in PRESENCES:
            missing["presence"] = "invalid"
        if missing:
            raise Invalid(fields=missing)
        known = session.execute(select(Staff).where(Staff.username == username)).scalar_one_or_none()
        password: str | None = None
        if known is None:
            if _USERNAME.fullmatch(username) is None:
                raise Invalid(fields={"username": "invalid"})
            password, password_hash = self._make_password()
            new = NewStaff(
                entry.unit_code,
                username,
                entry.name.strip(),
                password_hash,
                frozenset(entry.positions),
                frozenset(entry.departments),
            )
            known = session.get_one(Staff, self._organisation.add_staff(session, new, now))
        else:
            self._organisation.check_posts(entry.positions, entry.departments)
            known.unit_id = self._find_unit_or_keep(session, entry.unit_code, known.unit_id)
            known.name_sealed = self._keys.encrypt(entry.name.strip(), NAME_CONTEXT)
            self._set_posts(session, known.id, entry)
        known.presence = entry.presence
        if entry.phone:
            known.phone_sealed = self._keys.encrypt(entry.phone, PHONE_CONTEXT)
        session.flush()
        return password

    def _find_unit_or_keep(self, session: Session, code: str, present_id: int) -> int:
        """Return the id of the open unit ``code``, or of the present one, which may have been closed since.

        Otherwise a table that was just written out could not be taken in again. Raises Invalid.
        """
        if session.get_one(Unit, present_id).code == code:
            return present_id
        return self._organisation.find_unit(session, code).id

    @staticmethod
    def _set_posts(session: Session, staff_id: int, entry: StaffEntry) -> None:
        wanted = {("position", key) for key in entry.positions}
        wanted |= {("department", key) for key in entry.departments}
        held = session.scalars(select(StaffPost).where(StaffPost.staff_id == staff_id)).all()
        for post in held:
            if (post.kind, post.key) not in wanted:
                session.delete(post)
        known = {(post.kind, post.key) for post in held}
        session.add_all(StaffPost(staff_id=staff_id, kind=kind, key=key) for kind, key in wanted - known)

    def list_areas(self, session: Session) -> list[dict[str, str]]:
        """Return ``{region, street, community, unit_code}``, sorted; an empty community is the rest."""
        rows = session.execute(
            select(ServiceArea.region, ServiceArea.street, ServiceArea.community, Unit.code)
            .join(Unit, Unit.id == ServiceArea.unit_id)
            .order_by(ServiceArea.region, ServiceArea.street, ServiceArea.community)
        )
        keys = ("region", "street", "community", "unit_code")
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def put_area(self, session: Session, region: str, street: str, community: str, unit_code: str) -> None:
        """Let a unit serve this place from now on; raises Invalid."""
        missing = {
            key: "required" for key, value in {"region": region, "street": street}.items() if not value
        }
        if missing:
            raise Invalid(fields=missing)
        known = session.execute(_area(region, street, community)).scalar_one_or_none()
        if known is None:
            self._organisation.add_area(session, region, street, community, unit_code)
        else:
            known.unit_id = self._find_unit_or_keep(session, unit_code, known.unit_id)
            session.flush()

    def remove_area(self, session: Session, region: str, street: str, community: str) -> None:
        """No longer serve this place; raises NotFound."""
        known = session.execute(_area(region, street, community)).scalar_one_or_none()
        if known is None:
            raise NotFound()
        session.delete(known)

    def put_turn(self, session: Session, entry: RosterEntry) -> None:
        """Enter a turn, or change who has it and until when; raises Invalid.

        A turn is known by unit, first day and order; two people cannot have one order on one day.
        """
        if entry.ends_on < entry.starts_on:
            raise Invalid(fields={"ends_on": "invalid"})
        if not 1 <= entry.call_order <= 20:
            raise Invalid(fields={"call_order": "invalid"})
        unit_id = self._organisation.find_unit(session, entry.unit_code).id
        staff_id = session.execute(
            select(Staff.id).where(Staff.username == entry.username.strip().lower(), Staff.presence != "left")
        ).scalar_one_or_none()
        if staff_id is None:
            raise Invalid("staff_unknown", fields={"username": "invalid"})
        same_order = (DutyRoster.unit_id == unit_id) & (DutyRoster.call_order == entry.call_order)
        overlapping = select(DutyRoster.id).where(
            same_order,
            DutyRoster.starts_on != entry.starts_on,
            DutyRoster.starts_on <= entry.ends_on,
            DutyRoster.ends_on >= entry.starts_on,
        )
        if session.execute(overlapping).first() is not None:
            raise Conflict("roster_taken")
        turn = session.execute(
            select(DutyRoster).where(same_order, DutyRoster.starts_on == entry.starts_on)
        ).scalar_one_or_none()
        if turn is None:
            turn = DutyRoster(unit_id=unit_id, starts_on=entry.starts_on, call_order=entry.call_order)
            session.add(turn)
        turn.staff_id, turn.ends_on = staff_id, entry.ends_on
        session.flush()


def _area(region: str, street: str, community: str) -> Any:  # noqa: ANN401 - a select of one model
    return select(ServiceArea).where(
        ServiceArea.region == region, ServiceArea.street == street, ServiceArea.community == community
    )
