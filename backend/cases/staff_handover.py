"""A unit's people: how much open work each has, who is away, and whose work goes to whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import Command, HandOver
from backend.cases.models import CaseTask
from backend.cases.ports import AppointmentReader
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseService, Request
from backend.cases.staff_access import CASE, PostMap, list_posts, make_performer
from backend.cases.staff_rows import write_place
from backend.core.database import table_of
from backend.core.errors import Conflict, Forbidden
from backend.core.local_time import local_date
from backend.organisation.leads import KEEPER, UNIT_LEAD
from backend.organisation.members import MemberDirectory, PresenceChange
from backend.organisation.service import Member, OrganisationService

_TASK = table_of(CaseTask)


def list_keepers(posts: PostMap) -> frozenset[str]:
    """Return the posts that keep a unit's people: its lead, who chooses handlers, and the centre."""
    return posts.directing | {UNIT_LEAD, KEEPER}


class StaffHandover:
    """Shows a unit's people with their open work, and moves that work where somebody is away."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        service: CaseService,
        organisation: OrganisationService,
        directory: MemberDirectory,
        appointments: AppointmentReader,
        keepers: Collection[str],
        name_process: Callable[[str | None, str], str],
        now: Callable[[], datetime],
    ) -> None:
        """``keepers`` are the posts that keep a unit's people; ``name_process`` names what a case is."""
        self._sessions = sessions
        self._service = service
        self._organisation = organisation
        self._directory = directory
        self._appointments = appointments
        self._keepers = frozenset(keepers)
        self._name_process = name_process
        self._now = now

    def list_members(
        self, member: Member, position: str | None, unit_code: str | None
    ) -> list[dict[str, Any]]:
        """Return the people of the units one sees, or of ``unit_code`` and below, with their work."""
        with self._sessions.begin() as session:
            units = member.units
            if unit_code is not None:
                chosen = self._organisation.find_unit(session, unit_code)
                units &= self._organisation.list_visible_units(session, chosen.id)
            people = self._directory.list_people(session, units, position)
            ids = [one.id for one in people]
            open_cases = _count_open(session, ids)
            hours = self._appointments.list_hours_of(session, ids, local_date(self._now()))
            return [
                {
                    "username": one.username,
                    "name": one.name,
                    "presence": one.presence,
                    "open_cases": open_cases.get(one.id, 0),
                    "visits_today": hours.get(one.id, []),
                }
                for one in people
            ]

    def set_presence(self, member: Member, username: str, change: PresenceChange) -> None:
        """Note that somebody is on duty or away: oneself, or as a unit's lead anybody of the unit.

        Raises Forbidden, NotFound ``staff_unknown``, Invalid for an absence that ends before it begins.
        """
        with self._sessions.begin() as session:
            if username.strip().lower() != member.username:
                self._check_lead(member)
            units = member.units
            self._directory.set_presence(session, units, username, change, local_date(self._now()))

    def list_open_work(self, member: Member, username: str) -> list[dict[str, Any]]:
        """Return what a hand-over of ``username`` would move: ``{case_no, name, place, unit_name}``.

        A case and what it handed over to count as one. Raises Forbidden, NotFound ``staff_unknown``.
        """
        self._check_lead(member)
        with self._sessions.begin() as session:
            units = member.units
            giver_id = self._directory.find_person(session, units, username, with_left=True).id
            cases = session.execute(select(CASE).where(_open_work(units, giver_id)).order_by(CASE.c.id)).all()
            unit_names = self._organisation.name_units(session, {one.unit_id for one in cases})
        held = {one.id for one in cases}
        return [
            {
                "case_no": one.case_no,
                "name": self._name_process(one.service_key, one.process_key),
                "place": write_place(one.street, one.community, one.building),
                "unit_name": unit_names.get(one.unit_id, ""),
            }
            for one in cases
            if one.parent_case_id not in held
        ]

    def hand_over(
        self, member: Member, username: str, to: str, reason: str, command_id: uuid.UUID
    ) -> dict[str, int]:
        """Give all open cases of ``username`` to ``to``; returns ``{moved}``, the number of cases as
        ``list_open_work`` counts them.

        Each case moves in its own transaction under an id made of ``command_id``: repeated after a fault,
        the rest follows and nothing moves twice. Raises Forbidden, NotFound, Invalid, Conflict
        ``handler_absent``.
        """
        self._check_lead(member)
        with self._sessions.begin() as session:
            units = member.units
            giver_id = self._directory.find_person(session, units, username, with_left=True).id
            self._directory.choose_handler(session, member.unit_id, to)
            # Parents stand before their children, as everywhere where several cases are locked.
            mine = _open_work(units, giver_id)
            wanted = select(CASE.c.id, CASE.c.case_no, CASE.c.parent_case_id).where(mine).order_by(CASE.c.id)
            cases = session.execute(wanted).all()
        held = {one.id for one in cases}
        moved = 0
        for one in cases:
            request = Request(
                f"staff:{member.id}",
                uuid.uuid5(command_id, one.case_no),
                {"hand_over": username, "to": to, "reason": reason},
            )

            def prepare(session: Session, case: StoredCase, stamp: Stamp) -> Command:
                return self._move(session, case, member, giver_id, to, reason)

            self._service.carry_out_prepared(request, one.id, prepare)
            moved += one.parent_case_id not in held
        return {"moved": moved}

    def _move(
        self, session: Session, case: StoredCase, member: Member, giver_id: int, to: str, reason: str
    ) -> Command:
        taker = self._directory.choose_handler(session, case.unit_id, to)
        if case.snapshot.data.get("handler_id") != giver_id:
            # Somebody else has given this case away meanwhile.
            raise Conflict("stale_version")
        session.execute(update(CASE).where(CASE.c.id == case.id).values(handler_id=taker.id))
        own = (_TASK.c.case_id == case.id) & (_TASK.c.state == "open") & (_TASK.c.handler_id == giver_id)
        session.execute(update(_TASK).where(own).values(handler_id=taker.id))
        return HandOver(make_performer(member), taker.id, reason)

    def _check_lead(self, member: Member) -> None:
        if not list_posts(member) & self._keepers:
            raise Forbidden()


def _open_work(units: frozenset[int], giver_id: int) -> ColumnElement[bool]:
    return CASE.c.unit_id.in_(units) & (CASE.c.handler_id == giver_id) & (CASE.c.status == "open")


def _count_open(session: Session, staff_ids: Sequence[int]) -> dict[int, int]:
    """Return how many open cases each has; a case and what it handed over to count as one."""
    whole = func.count(func.distinct(func.coalesce(CASE.c.parent_case_id, CASE.c.id)))
    rows = session.execute(
        select(CASE.c.handler_id, whole.label("open_cases"))
        .where(CASE.c.handler_id.in_(staff_ids), CASE.c.status == "open")
        .group_by(CASE.c.handler_id)
    )
    return {row.handler_id: row.open_cases for row in rows}
