"""A unit's people: how much open work each has, who is away, and whose work goes to whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, exists, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.co_handling import may_arrange
from backend.cases.commands import Command, HandOver
from backend.cases.deadline_extensions import TellStaff
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.models import CaseTask
from backend.cases.ports import AppointmentReader
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.staff_access import CASE, PostMap, StaffAccess, list_posts, make_performer
from backend.cases.staff_rows import write_place
from backend.cases.visits_made import VisitMade, read_visits_made
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.local_time import local_date
from backend.core.outbox import promise
from backend.core.statements import Prepared
from backend.notifications.staff_notices import Matter
from backend.organisation.leads import KEEPER, UNIT_LEAD
from backend.organisation.members import MemberDirectory, PresenceChange
from backend.organisation.service import Member, OrganisationService

_TASK = table_of(CaseTask)
# A case with all above and below it, parents first.
_TREE = Prepared(
    text(
        """
    WITH RECURSIVE up (id, parent_case_id) AS (
      SELECT id, parent_case_id FROM service_case WHERE id = :case_id UNION ALL
      SELECT p.id, p.parent_case_id FROM service_case p JOIN up ON p.id = up.parent_case_id
    ), tree (id) AS (
      SELECT id FROM up WHERE parent_case_id IS NULL UNION ALL
      SELECT c.id FROM service_case c JOIN tree ON c.parent_case_id = tree.id
    )
    SELECT c.id, c.case_no, c.status, c.handler_id FROM tree JOIN service_case c ON c.id = tree.id
     ORDER BY c.id
    """
    ).bindparams(bindparam("case_id", type_=BigInteger))
)
# The cases whose locks lead to all of these, in the one order in which several trees are locked.
_TOPS = Prepared(
    text(
        """
    WITH RECURSIVE up (id, top_id, parent_case_id) AS (
      SELECT id, id, parent_case_id FROM service_case WHERE id = ANY(:case_ids) UNION ALL
      SELECT up.id, p.id, p.parent_case_id FROM service_case p JOIN up ON p.id = up.parent_case_id
    )
    SELECT id FROM up WHERE parent_case_id IS NULL ORDER BY top_id, id
    """
    ).bindparams(bindparam("case_ids", type_=ARRAY(BigInteger)))
)


def list_keepers(posts: PostMap) -> frozenset[str]:
    """Return the posts that keep a unit's people: its lead, who chooses handlers, and the centre."""
    return posts.directing | {UNIT_LEAD, KEEPER}


class StaffHandover:
    """Shows a unit's people with their open work, and moves that work where somebody is away."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        service: CaseService,
        access: StaffAccess,
        organisation: OrganisationService,
        directory: MemberDirectory,
        appointments: AppointmentReader,
        definitions: DefinitionStore,
        keepers: Collection[str],
        name_process: Callable[[str | None, str], str],
        tell: TellStaff,
        now: Callable[[], datetime],
    ) -> None:
        """``keepers`` are the posts that keep a unit's people; ``name_process`` names what a case is."""
        self._sessions = sessions
        self._service = service
        self._access = access
        self._organisation = organisation
        self._directory = directory
        self._appointments = appointments
        self._definitions = definitions
        self._keepers = frozenset(keepers)
        self._name_process = name_process
        self._tell = tell
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
                    "deputy": one.deputy,
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

    def list_open_work(self, member: Member, username: str) -> dict[str, list[dict[str, Any]]]:
        """Return what a hand-over of ``username`` would move: ``{case_no, name, place, unit_name}``.

        A case and what it handed over to count as one; ``visit`` is the hour that is booked for it,
        ``visited_at`` when somebody came, ``waits_for`` what only the customer has to do after that.
        ``clashes`` are the hours in which a colleague has a visit to make as well as the giver, with the
        cases that they would meet: whoever takes these has two homes to be at then. Raises Forbidden,
        NotFound ``staff_unknown``.
        """
        self._check_lead(member)
        with self._sessions.begin() as session:
            units = member.units
            giver_id = self._directory.find_person(session, units, username, with_left=True).id
            work = _list_open_work(session, units, giver_id)
            unit_names = self._organisation.name_units(session, {one.unit_id for one in work.cases})
            people = {one.id: one.username for one in self._directory.list_people(session, units, None)}
            clashes = self._appointments.list_clashes(session, giver_id, people.keys() - {giver_id})
            hours = self._appointments.list_hours_of_cases(session, [one.id for one in work.cases])
            shown = [one for one in work.cases if work.wholes[one.id] is one]
            made = read_visits_made(session, [one.id for one in shown])
            done = {one.id: self._describe_visit(session, one, made.get(one.id)) for one in shown}
        visits = {work.wholes[case_id].case_no: text for case_id, text in hours.items()}
        items = [
            {
                "case_no": one.case_no,
                "name": self._name_process(one.service_key, one.process_key),
                "place": write_place(one.street, one.community, one.building),
                "unit_name": unit_names.get(one.unit_id, ""),
                "visit": visits.get(one.case_no),
                **done[one.id],
            }
            for one in shown
        ]
        meeting = [
            {
                "username": people[colleague],
                "hours": text,
                "case_nos": sorted({work.wholes[one].case_no for one in met if one in work.wholes}),
            }
            for colleague, by_hour in clashes.items()
            for text, met in by_hour.items()
        ]
        return {"items": items, "clashes": meeting}

    def hand_over(
        self,
        member: Member,
        username: str,
        to: str,
        reason: str,
        command_id: uuid.UUID,
        case_nos: Collection[str] | None = None,
    ) -> dict[str, int]:
        """Give the open cases ``case_nos`` of ``username``, or all of them, to ``to``, who is told of it.

        Returns ``{moved}``, the number of cases as ``list_open_work`` counts them. All move or none: raises
        Conflict ``open_work_changed`` where one of them is unknown, over, or no longer theirs. Raises
        Forbidden, NotFound, Invalid, Conflict ``handler_absent``.
        """
        self._check_lead(member)
        with self._sessions.begin() as session:
            giver_id = self._directory.find_person(session, member.units, username, with_left=True).id
            taker_id = self._directory.choose_handler(session, member.unit_id, to).id
        chosen = None if case_nos is None else sorted(set(case_nos))
        asked = {"hand_over": giver_id, "to": to, "reason": reason, "case_nos": chosen}

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            wanted = _list_open_work(session, member.units, giver_id).choose(chosen)
            for one in _TOPS.all(session, {"case_ids": [case.id for case in wanted]}):
                lock_whole(session, one.id)
            # Now that nobody else can move them, they are looked at once more.
            work = _list_open_work(session, member.units, giver_id)
            wanted = work.choose(chosen)
            for one in wanted:
                case = lock_whole(session, one.id)
                command = self._move(session, case, stamp, member, giver_id, to, reason)
                self._service.act_within(session, stamp, case, command)
            moved = [one for one in wanted if work.wholes[one.id] is one]
            if taker_id != member.id:
                told = (str(len(moved)), str(member.id))
                self._tell(session, Matter("handed_over", f"hand_over/{command_id}", told), [taker_id])
            # What is kept for a repetition counts the cases; it is the answer of no single one.
            return CaseAnswer(moved[0].case_no, len(moved), "open")

        answer = self._service.once(Request(f"staff:{member.id}", command_id, asked), act)
        return {"moved": answer.version}

    def forward(self, member: Member, case_no: str, to: str, reason: str, command_id: uuid.UUID) -> None:
        """Give one case to a colleague of its unit, with all of the tree above and below that is the same
        handler's. Who handles it, stands in, or keeps the unit's people may.

        Raises NotFound, Forbidden ``not_the_handler``, Invalid without a reason and for who cannot take it,
        Conflict ``handler_absent``.
        """
        if not reason.strip():
            raise Invalid(fields={"reason": "required"})
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            if not may_arrange(member, row, self._keepers):
                raise Forbidden("not_the_handler")
            taker = self._directory.choose_handler(session, row.unit_id, to)
            if taker.id == row.handler_id:
                raise Invalid("handler_same", fields={"handler": "invalid"})
            tree = _TREE.all(session, {"case_id": row.id})
            cases = [one for one in tree if one.status == "open" and one.handler_id == row.handler_id]
        if not cases:
            raise CommandRefused(RefusalCode.CASE_ENDED)
        for one in cases:
            self._move_one(member, one, row.handler_id, to, reason.strip(), command_id)

    def _move_one(
        self, member: Member, one: Row[Any], giver_id: int, to: str, reason: str, command_id: uuid.UUID
    ) -> None:
        """Move a case in a transaction of its own, under an id made of ``command_id`` and its number."""
        request = Request(
            f"staff:{member.id}",
            uuid.uuid5(command_id, one.case_no),
            {"hand_over": giver_id, "to": to, "reason": reason},
        )

        def prepare(session: Session, case: StoredCase, stamp: Stamp) -> Command:
            return self._move(session, case, stamp, member, giver_id, to, reason)

        self._service.carry_out_prepared(request, one.id, prepare)

    def _move(
        self,
        session: Session,
        case: StoredCase,
        stamp: Stamp,
        member: Member,
        giver_id: int,
        to: str,
        reason: str,
    ) -> Command:
        taker = self._directory.choose_handler(session, case.unit_id, to)
        if case.snapshot.data.get("handler_id") != giver_id:
            # Somebody else has given this case away meanwhile.
            raise Conflict("stale_version")
        session.execute(update(CASE).where(CASE.c.id == case.id).values(handler_id=taker.id))
        own = (_TASK.c.case_id == case.id) & (_TASK.c.state == "open") & (_TASK.c.handler_id == giver_id)
        session.execute(update(_TASK).where(own).values(handler_id=taker.id))
        if self._appointments.is_awaited(session, case.id):
            # Whoever opens the door is to know who comes.
            named = {"case_id": case.id, "case_no": case.case_no, "task": None, "step": None}
            promise(session, "notify_customer", [{**named, "message": "handler_changed"}], stamp.recorded_at)
        return HandOver(make_performer(member), taker.id, reason)

    def _describe_visit(self, session: Session, case: Row[Any], made: VisitMade | None) -> dict[str, Any]:
        waits_for = None
        if made is not None and made.customer_step is not None:
            step = self._definitions.get(session, case.definition_version_id).step(made.customer_step)
            waits_for = step.customer.name or step.name
        return {"visited_at": made.at if made else None, "waits_for": waits_for}

    def _check_lead(self, member: Member) -> None:
        if not list_posts(member) & self._keepers:
            raise Forbidden()


@dataclass(frozen=True, slots=True)
class _OpenWork:
    """Somebody's open cases, parents first, and by id the case that stands for each and those above it."""

    cases: Sequence[Row[Any]]
    wholes: Mapping[int, Row[Any]]

    def choose(self, case_nos: Collection[str] | None) -> list[Row[Any]]:
        """Return these with all that they handed over, or all; raises Conflict where one is not there."""
        wanted = [one for one in self.cases if case_nos is None or self.wholes[one.id].case_no in case_nos]
        missing = set(case_nos or ()) - {self.wholes[one.id].case_no for one in wanted}
        if missing or not wanted:
            raise Conflict("open_work_changed", detail=", ".join(sorted(missing)))
        return wanted


def _list_open_work(session: Session, units: frozenset[int], giver_id: int) -> _OpenWork:
    """Return the open cases of the giver in these units."""
    mine = CASE.c.unit_id.in_(units) & (CASE.c.handler_id == giver_id) & (CASE.c.status == "open")
    # Parents stand before their children, as everywhere where several cases are locked.
    cases = session.execute(select(CASE).where(mine).order_by(CASE.c.id)).all()
    wholes: dict[int, Row[Any]] = {}
    for one in cases:
        wholes[one.id] = wholes.get(one.parent_case_id, one)
    return _OpenWork(cases, wholes)


def _count_open(session: Session, staff_ids: Sequence[int]) -> dict[int, int]:
    """Return how many open cases each has; a case and all that it handed over to count as one."""
    above = CASE.alias("above")
    is_part = exists().where(
        above.c.id == CASE.c.parent_case_id,
        above.c.handler_id == CASE.c.handler_id,
        above.c.status == "open",
    )
    rows = session.execute(
        select(CASE.c.handler_id, func.count().label("open_cases"))
        .where(CASE.c.handler_id.in_(staff_ids), CASE.c.status == "open", ~is_part)
        .group_by(CASE.c.handler_id)
    )
    return {row.handler_id: row.open_cases for row in rows}
