"""Keeping the visiting hours: visits that a unit makes in an hour, and how early one books and changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.models import AppointmentPolicy, SlotRule
from backend.appointments.repository import find_policy
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.local_time import local_date
from backend.organisation.desk import find_part
from backend.organisation.models import ServiceArea, Unit
from backend.organisation.revisions import check_revision, make_revision, take_edit_turn
from backend.organisation.service import Member, OrganisationService

DAY_KINDS = ("working", "rest")
MOST_SEATS = 500
POLICY_KEYS = ("lead_minutes", "horizon_days", "hold_minutes", "change_minutes")


@dataclass(frozen=True, slots=True)
class HoursEntry:
    """Seats in each hour from one to another, from and until a date. No region means the whole unit."""

    unit_code: str
    day_kind: str
    from_hour: int
    until_hour: int
    capacity: int
    effective_from: date
    effective_until: date | None = None
    region: str = ""
    street: str = ""
    community: str = ""


class HoursUpkeep:
    """Enters, changes and removes rules. ``unit_ids`` are the units somebody may keep, None means all.

    ``revision`` is what the list gave for the rule, None where it does not matter. The caller owns the
    transaction. What is booked stays booked whatever becomes of its rule: its slot has a capacity of its own.
    """

    def __init__(self, organisation: OrganisationService) -> None:
        self._organisation = organisation

    def find_unit(self, session: Session, code: str, unit_ids: Collection[int] | None = None) -> int:
        """Return the id of the open unit; raises NotFound for one that somebody may not keep, Invalid."""
        unit_id = self._organisation.find_unit(session, code).id
        if unit_ids is not None and unit_id not in unit_ids:
            raise NotFound()
        return unit_id

    def list_rules(self, session: Session, unit_id: int | None = None) -> list[dict[str, Any]]:
        """Return the rules of a unit, or all, by unit, place, kind of day, hour and first day."""
        wanted = (
            select(SlotRule, Unit.code, ServiceArea.region, ServiceArea.street, ServiceArea.community)
            .join(Unit, Unit.id == SlotRule.unit_id)
            .outerjoin(ServiceArea, ServiceArea.id == SlotRule.area_id)
            .order_by(
                Unit.code,
                ServiceArea.region.asc().nulls_first(),
                ServiceArea.street,
                ServiceArea.community,
                SlotRule.day_kind.desc(),
                SlotRule.from_hour,
                SlotRule.effective_from,
            )
        )
        if unit_id is not None:
            wanted = wanted.where(SlotRule.unit_id == unit_id)
        return [
            {
                **asdict(_describe(rule, code, region or "", street or "", community or "")),
                "id": rule.id,
                "revision": _revise(rule),
            }
            for rule, code, region, street, community in session.execute(wanted)
        ]

    def add(self, session: Session, entry: HoursEntry, unit_ids: Collection[int] | None = None) -> None:
        """Enter a rule; raises Invalid, NotFound, Conflict ``slot_rule_taken``."""
        take_edit_turn(session)
        _write(session, SlotRule(), *self._check(session, entry, unit_ids), entry)

    def put(self, session: Session, entry: HoursEntry) -> None:
        """Enter a rule, or change the one of this place, kind of day, first hour and first day."""
        take_edit_turn(session)
        unit_id, area_id = self._check(session, entry, None)
        known = session.execute(
            select(SlotRule).where(
                SlotRule.unit_id == unit_id,
                SlotRule.area_id.is_not_distinct_from(area_id),
                SlotRule.day_kind == entry.day_kind,
                SlotRule.from_hour == entry.from_hour,
                SlotRule.effective_from == entry.effective_from,
            )
        ).scalar_one_or_none()
        _write(session, known or SlotRule(), unit_id, area_id, entry)

    def change(
        self,
        session: Session,
        rule_id: int,
        entry: HoursEntry,
        revision: str | None,
        unit_ids: Collection[int] | None,
    ) -> None:
        """Change a rule; raises NotFound, Invalid, Conflict ``slot_rule_taken`` and ``changed_meanwhile``."""
        take_edit_turn(session)
        rule = self._find(session, rule_id, revision, unit_ids)
        _write(session, rule, *self._check(session, entry, unit_ids), entry)

    def remove(
        self, session: Session, rule_id: int, revision: str | None, unit_ids: Collection[int] | None
    ) -> None:
        """Offer these hours no longer; raises NotFound, Conflict ``changed_meanwhile``."""
        take_edit_turn(session)
        session.delete(self._find(session, rule_id, revision, unit_ids))

    def _check(
        self, session: Session, entry: HoursEntry, unit_ids: Collection[int] | None
    ) -> tuple[int, int | None]:
        """Return the ids of the unit and of the area; raises Invalid, NotFound."""
        faults = {
            "day_kind": entry.day_kind in DAY_KINDS,
            "from_hour": 0 <= entry.from_hour <= 23,
            "until_hour": entry.from_hour < entry.until_hour <= 24,
            "capacity": 1 <= entry.capacity <= MOST_SEATS,
            "effective_until": entry.effective_until is None or entry.effective_from <= entry.effective_until,
        }
        if not all(faults.values()):
            raise Invalid(fields={key: "invalid" for key, is_fine in faults.items() if not is_fine})
        unit_id = self.find_unit(session, entry.unit_code, unit_ids)
        if not (entry.region or entry.street or entry.community):
            return unit_id, None
        area_id = session.execute(
            select(ServiceArea.id).where(
                ServiceArea.unit_id == unit_id,
                ServiceArea.region == entry.region,
                ServiceArea.street == entry.street,
                ServiceArea.community == entry.community,
            )
        ).scalar_one_or_none()
        if area_id is None:
            raise Invalid("slot_area_unknown", fields={"street": "invalid"})
        return unit_id, area_id

    @staticmethod
    def _find(
        session: Session, rule_id: int, revision: str | None, unit_ids: Collection[int] | None
    ) -> SlotRule:
        rule = session.get(SlotRule, rule_id)
        if rule is None or (unit_ids is not None and rule.unit_id not in unit_ids):
            raise NotFound()
        check_revision(revision, _revise(rule), "slot_rule_taken")
        return rule


class HoursDesk:
    """The visiting hours as somebody at the console keeps them: the centre all, a unit its own."""

    def __init__(
        self, sessions: sessionmaker[Session], upkeep: HoursUpkeep, now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._upkeep = upkeep
        self._now = now

    def read(self, member: Member, unit_code: str) -> dict[str, Any]:
        """Return ``{items, areas, policy}`` of a unit: its rules, the places it serves, how one books."""
        today = local_date(self._now())
        with self._sessions.begin() as session:
            unit_id = self._upkeep.find_unit(session, unit_code, find_part(member))
            policy = find_policy(session, unit_id, today)
            areas = session.execute(
                select(ServiceArea.region, ServiceArea.street, ServiceArea.community)
                .where(ServiceArea.unit_id == unit_id)
                .order_by(ServiceArea.region, ServiceArea.street, ServiceArea.community)
            )
            return {
                "items": self._upkeep.list_rules(session, unit_id),
                "areas": [dict(one._mapping) for one in areas],
                "policy": {
                    **{key: getattr(policy, key) for key in POLICY_KEYS},
                    "is_own": policy.unit_id is not None,
                },
            }

    def add(self, member: Member, entry: HoursEntry) -> None:
        """Enter a rule."""
        with self._sessions.begin() as session:
            self._upkeep.add(session, entry, find_part(member))

    def change(self, member: Member, rule_id: int, entry: HoursEntry, revision: str | None) -> None:
        """Change a rule; its last day ends it."""
        with self._sessions.begin() as session:
            self._upkeep.change(session, rule_id, entry, revision, find_part(member))

    def remove(self, member: Member, rule_id: int, revision: str | None) -> None:
        """Offer these hours no longer."""
        with self._sessions.begin() as session:
            self._upkeep.remove(session, rule_id, revision, find_part(member))

    def put_policy(self, member: Member, unit_code: str | None, policy: Mapping[str, int]) -> None:
        """Let these minutes and days hold from today on, for a unit or, without one, for all that have none.

        Raises NotFound, Invalid; Forbidden for everybody's where one keeps only a part.
        """
        part = find_part(member)
        if unit_code is None and part is not None:
            raise Forbidden()
        today = local_date(self._now())
        with self._sessions.begin() as session:
            take_edit_turn(session)
            unit_id = None if unit_code is None else self._upkeep.find_unit(session, unit_code, part)
            known = session.execute(
                select(AppointmentPolicy).where(
                    AppointmentPolicy.unit_id.is_not_distinct_from(unit_id),
                    AppointmentPolicy.effective_from == today,
                )
            ).scalar_one_or_none() or AppointmentPolicy(unit_id=unit_id, effective_from=today)
            for key in POLICY_KEYS:
                setattr(known, key, policy[key])
            session.add(known)


def _write(session: Session, rule: SlotRule, unit_id: int, area_id: int | None, entry: HoursEntry) -> None:
    """An hour of a day has one number of seats, so that nobody has to know which of two rules counts."""
    meeting = select(SlotRule.id).where(
        SlotRule.unit_id == unit_id,
        SlotRule.area_id.is_not_distinct_from(area_id),
        SlotRule.day_kind == entry.day_kind,
        SlotRule.from_hour < entry.until_hour,
        SlotRule.until_hour > entry.from_hour,
        or_(SlotRule.effective_until.is_(None), SlotRule.effective_until >= entry.effective_from),
    )
    if entry.effective_until is not None:
        meeting = meeting.where(SlotRule.effective_from <= entry.effective_until)
    if rule.id is not None:
        meeting = meeting.where(SlotRule.id != rule.id)
    if session.execute(meeting).first() is not None:
        raise Conflict("slot_rule_taken")
    rule.unit_id, rule.area_id, rule.day_kind = unit_id, area_id, entry.day_kind
    rule.from_hour, rule.until_hour, rule.capacity = entry.from_hour, entry.until_hour, entry.capacity
    rule.effective_from, rule.effective_until = entry.effective_from, entry.effective_until
    session.add(rule)
    session.flush()


def _describe(rule: SlotRule, unit_code: str, region: str, street: str, community: str) -> HoursEntry:
    return HoursEntry(
        unit_code, rule.day_kind, rule.from_hour, rule.until_hour, rule.capacity,
        rule.effective_from, rule.effective_until, region, street, community,
    )  # fmt: skip


def _revise(rule: SlotRule) -> str:
    return make_revision(
        rule.unit_id, rule.area_id, rule.day_kind, rule.from_hour, rule.until_hour, rule.capacity,
        rule.effective_from, rule.effective_until,
    )  # fmt: skip
