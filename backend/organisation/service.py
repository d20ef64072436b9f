"""The organisation's one door: who there is, what posts they hold, and which units they may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, bindparam, select, text
from sqlalchemy.orm import Session

from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.core.statements import Prepared
from backend.organisation.leads import find_leads
from backend.organisation.models import ServiceArea, Staff, StaffPost, Unit

# Values are bound to this column; a staff row's id is not known before it is written.
NAME_CONTEXT = "staff.name"
PHONE_CONTEXT = "staff.phone"
# Asked whenever a customer looks at a case.
_STAFF, _UNIT, _AREA = table_of(Staff), table_of(Unit), table_of(ServiceArea)
_CONTACT = Prepared(
    select(_STAFF.c.name_sealed, _STAFF.c.phone_sealed, _STAFF.c.wecom_userid).where(
        _STAFF.c.id == bindparam("staff_id"), _STAFF.c.presence != "left"
    )
)
# Asked with every application; a named community comes before the empty one that stands for the street.
_SERVING = Prepared(
    select(_UNIT.c.id, _UNIT.c.code, _UNIT.c.name)
    .join(_AREA, _AREA.c.unit_id == _UNIT.c.id)
    .where(
        _AREA.c.region == bindparam("region"),
        _AREA.c.street == bindparam("street"),
        (_AREA.c.community == bindparam("community")) | (_AREA.c.community == ""),
        _UNIT.c.is_active,
    )
    .order_by(_AREA.c.community.desc())
    .limit(1)
)
# A caller often knows the community and not the street: what was left out may be anything.
_SERVING_PART = Prepared(
    select(_UNIT.c.id, _UNIT.c.code, _UNIT.c.name)
    .distinct()
    .join(_AREA, _AREA.c.unit_id == _UNIT.c.id)
    .where(
        (_AREA.c.region == bindparam("region")) | (bindparam("region") == ""),
        (_AREA.c.street == bindparam("street")) | (bindparam("street") == ""),
        (_AREA.c.community == bindparam("community"))
        | (bindparam("community") == "")
        | ((_AREA.c.community == "") & (bindparam("street") != "")),
        _UNIT.c.is_active,
    )
    .limit(2)
)
# Asked with every request of staff: who it is, their posts, and their unit with all below it.
_MEMBER = Prepared(
    text(
        """
    SELECT s.id, s.unit_id, s.username, s.name_sealed, s.must_change_password, s.presence, s.absent_from,
      s.absent_until, u.code AS unit_code, u.name AS unit_name,
      ARRAY(SELECT p.key FROM staff_post p WHERE p.staff_id = s.id AND p.kind = 'position') AS positions,
      ARRAY(SELECT p.key FROM staff_post p WHERE p.staff_id = s.id AND p.kind = 'department') AS departments,
      ARRAY(WITH RECURSIVE below (id) AS (
              SELECT s.unit_id UNION ALL SELECT c.id FROM unit c JOIN below ON c.parent_id = below.id)
            SELECT below.id FROM below) AS units,
      ARRAY(SELECT a.id FROM staff a WHERE a.deputy_id = s.id AND a.presence = 'absent') AS stands_for
    FROM staff s JOIN unit u ON u.id = s.unit_id
    WHERE s.id = :staff_id AND s.presence <> 'left' AND u.is_active
    """
    ).bindparams(bindparam("staff_id", type_=BigInteger))
)
_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_UNIT_NAMES = Prepared(select(_UNIT.c.id, _UNIT.c.name).where(_UNIT.c.id == _IDS.any_()))
_NAMES = Prepared(select(_STAFF.c.id, _STAFF.c.name_sealed).where(_STAFF.c.id == _IDS.any_()))
# One post of each by which to call them: a position before a department.
_CALLED = Prepared(
    text(
        """
    SELECT s.id, s.name_sealed,
      (SELECT p.key FROM staff_post p WHERE p.staff_id = s.id ORDER BY p.kind DESC, p.key LIMIT 1) AS post
    FROM staff s WHERE s.id = ANY(:ids)
    """
    ).bindparams(_IDS)
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as the rest of the house sees them, at the moment of the request."""

    id: int
    unit_id: int
    unit_code: str
    unit_name: str
    username: str
    name: str
    must_change_password: bool
    positions: frozenset[str]
    departments: frozenset[str]
    presence: str
    absent_from: date | None
    absent_until: date | None
    # The unit and all below it: what its people may see (law 11).
    units: frozenset[int]
    # Who is away now and named this member their deputy.
    stands_for: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ServingUnit:
    """A unit as an address or a dispatch finds it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class StaffContact:
    """How customers reach the person who comes to them; ``phone`` is empty where none is entered."""

    name: str
    phone: str
    wecom_userid: str = ""


@dataclass(frozen=True, slots=True)
class CalledStaff:
    """A name, and the key of one post by which to call its bearer, or None for somebody without any."""

    name: str
    post: str | None


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody to be entered. ``password_hash`` comes from the component that signs staff in."""

    unit_code: str
    username: str
    name: str
    password_hash: str
    positions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    must_change_password: bool = True


def find_serving(session: Session, region: str, street: str, community: str) -> ServingUnit | None:
    """Return the unit that serves this place, the community before the street, or None.

    Of a place that is known in part that is the one unit that serves all such places.
    """
    place = {"region": region, "street": street, "community": community}
    if not any(place.values()):
        return None
    rows = (_SERVING if region and street else _SERVING_PART).all(session, place)
    return ServingUnit(rows[0].id, rows[0].code, rows[0].name) if len(rows) == 1 else None


class OrganisationService:
    """Reads and changes the organisation. ``keys`` seals names; the two sets are the posts that exist."""

    def __init__(self, keys: KeyRing, positions: Collection[str], departments: Collection[str]) -> None:
        self._keys = keys
        self._known = {"position": frozenset(positions), "department": frozenset(departments)}

    def add_unit(
        self,
        session: Session,
        code: str,
        name: str,
        kind: str,
        parent_code: str | None,
        address: str = "",
    ) -> int:
        """Enter a unit and return its id; raises Conflict for a code or name that is taken."""
        taken = select(Unit.id).where((Unit.code == code) | (Unit.name == name))
        if session.execute(taken).first() is not None:
            raise Conflict("unit_taken")
        parent_id = None if parent_code is None else self._find_unit(session, parent_code).id
        unit = Unit(code=code, name=name, kind=kind, parent_id=parent_id, is_active=True, address=address)
        session.add(unit)
        session.flush()
        return unit.id

    def add_staff(self, session: Session, new: NewStaff, now: datetime) -> int:
        """Enter somebody, by default with a password to be changed at the first sign-in; returns the id.

        Raises Conflict for a taken username, Invalid for an unknown unit or post.
        """
        username = new.username.strip().lower()
        posts = [("position", key) for key in sorted(new.positions)]
        posts += [("department", key) for key in sorted(new.departments)]
        self.check_posts(new.positions, new.departments)
        if session.execute(select(Staff.id).where(Staff.username == username)).first() is not None:
            raise Conflict("username_taken")
        staff = Staff(
            unit_id=self._find_unit(session, new.unit_code).id,
            username=username,
            name_sealed=self._keys.encrypt(new.name, NAME_CONTEXT),
            password_hash=new.password_hash,
            must_change_password=new.must_change_password,
            presence="on_duty",
            created_at=now,
        )
        session.add(staff)
        session.flush()
        session.add_all(StaffPost(staff_id=staff.id, kind=kind, key=key) for kind, key in posts)
        return staff.id

    def check_posts(self, positions: Collection[str], departments: Collection[str]) -> None:
        """Raise Invalid ``post_unknown`` where one of these is not a post that exists."""
        for kind, keys in (("position", positions), ("department", departments)):
            for key in sorted(keys):
                if key not in self._known[kind]:
                    raise Invalid("post_unknown", detail=key)

    def find_member(self, session: Session, staff_id: int) -> Member | None:
        """Return who this is, or None for somebody who has left or whose unit is closed."""
        row = _MEMBER.first(session, {"staff_id": staff_id})
        if row is None:
            return None
        return Member(
            id=row.id,
            unit_id=row.unit_id,
            unit_code=row.unit_code,
            unit_name=row.unit_name,
            username=row.username,
            name=self._keys.decrypt(row.name_sealed, NAME_CONTEXT),
            must_change_password=row.must_change_password,
            positions=frozenset(row.positions),
            departments=frozenset(row.departments),
            presence=row.presence,
            absent_from=row.absent_from,
            absent_until=row.absent_until,
            units=frozenset(row.units),
            stands_for=frozenset(row.stands_for),
        )

    def find_contact(self, session: Session, staff_id: int) -> StaffContact | None:
        """Return the name and phone of somebody who still works here, or None."""
        row = _CONTACT.first(session, {"staff_id": staff_id})
        if row is None:
            return None
        phone = self._keys.decrypt(row.phone_sealed, PHONE_CONTEXT) if row.phone_sealed else ""
        return StaffContact(self._keys.decrypt(row.name_sealed, NAME_CONTEXT), phone, row.wecom_userid or "")

    def find_unit_contact(self, session: Session, unit_id: int) -> StaffContact | None:
        """Return the unit's name with that of its lead on duty, and their phone, or None without a lead."""
        leads = find_leads(session, unit_id)
        lead = self.find_contact(session, leads[0]) if leads else None
        if lead is None:
            return None
        return StaffContact(f"{self.name_units(session, [unit_id])[unit_id]} {lead.name}", lead.phone)

    def find_centre(self, session: Session) -> ServingUnit | None:
        """Return the centre, which takes what no unit serves, or None before it is set up."""
        row = session.execute(
            select(Unit.id, Unit.code, Unit.name).where(Unit.kind == "centre", Unit.is_active)
        ).one_or_none()
        return None if row is None else ServingUnit(row.id, row.code, row.name)

    def name_units(self, session: Session, unit_ids: Collection[int]) -> dict[int, str]:
        """Return the names of these units by id."""
        if not unit_ids:
            return {}
        rows = _UNIT_NAMES.all(session, {"ids": sorted(unit_ids)})
        return {row.id: row.name for row in rows}

    def tell_counter(self, session: Session, unit_id: int) -> tuple[str, str]:
        """Return the name of a unit and the address of its counter, empty where nobody entered one."""
        name, address = session.execute(select(Unit.name, Unit.address).where(Unit.id == unit_id)).one()
        return name, address

    def code_units(self, session: Session, unit_ids: Collection[int]) -> dict[int, str]:
        """Return the codes of these units by id."""
        rows = session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(unit_ids)))
        return {row.id: row.code for row in rows}

    def code_all_units(self, session: Session) -> dict[int, str]:
        """Return the codes of all units by id, for what comes from outside and from nobody's unit."""
        return {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}

    def name_staff(self, session: Session, staff_ids: Collection[int]) -> dict[int, str]:
        """Return the names of these people by id, also of those who have left."""
        if not staff_ids:
            return {}
        rows = _NAMES.all(session, {"ids": sorted(staff_ids)})
        return {row.id: self._keys.decrypt(row.name_sealed, NAME_CONTEXT) for row in rows}

    def describe_staff(self, session: Session, staff_ids: Sequence[int]) -> list[dict[str, str]]:
        """Return ``{username, name}`` of these people, in their order."""
        if not staff_ids:
            return []
        rows = session.execute(
            select(Staff.id, Staff.username, Staff.name_sealed).where(Staff.id.in_(staff_ids))
        )
        found = {
            row.id: {"username": row.username, "name": self._keys.decrypt(row.name_sealed, NAME_CONTEXT)}
            for row in rows
        }
        return [found[one] for one in staff_ids]

    def call_staff(self, session: Session, staff_ids: Collection[int]) -> dict[int, CalledStaff]:
        """Return how to call these people by id, also those who have left."""
        if not staff_ids:
            return {}
        rows = _CALLED.all(session, {"ids": sorted(staff_ids)})
        return {
            row.id: CalledStaff(self._keys.decrypt(row.name_sealed, NAME_CONTEXT), row.post) for row in rows
        }

    def list_visible_units(self, session: Session, unit_id: int) -> frozenset[int]:
        """Return the unit and all below it: what its people may see (law 11)."""
        below = select(Unit.id).where(Unit.id == unit_id).cte("below", recursive=True)
        below = below.union_all(select(Unit.id).where(Unit.parent_id == below.c.id))
        return frozenset(session.execute(select(below.c.id)).scalars())

    def add_area(self, session: Session, region: str, street: str, community: str, unit_code: str) -> None:
        """Let a unit serve a community, or with an empty ``community`` the rest of a street."""
        unit = self._find_unit(session, unit_code)
        session.add(ServiceArea(region=region, street=street, community=community, unit_id=unit.id))
        session.flush()

    def find_serving_unit(
        self, session: Session, region: str, street: str, community: str
    ) -> ServingUnit | None:
        """Return the unit that serves this place; see the function of this module."""
        return find_serving(session, region, street, community)

    def list_areas(self, session: Session) -> list[tuple[str, str, str]]:
        """Return (region, street, community) of everything that is served, sorted."""
        rows = session.execute(
            select(ServiceArea.region, ServiceArea.street, ServiceArea.community)
            .join(Unit, Unit.id == ServiceArea.unit_id)
            .where(Unit.is_active)
            .order_by(ServiceArea.region, ServiceArea.street, ServiceArea.community)
        )
        return [(row.region, row.street, row.community) for row in rows]

    def find_unit(self, session: Session, code: str) -> ServingUnit:
        """Return the open unit with this code; raises Invalid ``unit_unknown``."""
        unit = self._find_unit(session, code)
        return ServingUnit(unit.id, unit.code, unit.name)

    def find_unit_or_keep(self, session: Session, code: str, present_id: int) -> int:
        """Return the id of the open unit ``code``, or of the present one, which may have been closed since.

        Otherwise a table that was just written out could not be taken in again. Raises Invalid.
        """
        if session.get_one(Unit, present_id).code == code:
            return present_id
        return self._find_unit(session, code).id

    @staticmethod
    def _find_unit(session: Session, code: str) -> Unit:
        unit = session.execute(select(Unit).where(Unit.code == code, Unit.is_active)).scalar_one_or_none()
        if unit is None:
            raise Invalid("unit_unknown", detail=code)
        return unit
