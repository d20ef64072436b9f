"""One case as a line of a list: masked name, place without door, how much of the time limit is used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from backend.cases.alarm_ringing import list_untaken
from backend.cases.case_tree import Branch, list_branches, read_branches
from backend.cases.commands import PERSONAL_POSTS, Performer
from backend.cases.deadlines import counts_office_hours
from backend.cases.objection_rows import list_open
from backend.cases.objection_views import name_objected
from backend.cases.promised_times import answers, find_answering, find_grade, find_promise
from backend.cases.shared_limits import find_last_sharing
from backend.cases.snapshot import CaseStatus
from backend.catalogue.definition import ActorKind, ProcessDefinition, Step
from backend.catalogue.service import DefinitionStore
from backend.core.calendar_service import CalendarService
from backend.core.encryption import KeyRing
from backend.core.masking import mask_name
from backend.core.statements import Prepared
from backend.core.working_calendar import ZERO
from backend.organisation.service import OrganisationService

CONTACT_NAME_CONTEXT = "service_case.contact_name"
CONTACT_PHONE_CONTEXT = "service_case.contact_phone"
# The case at the top of each that was handed over to: its number is the one that customers were told.
_TOPS = Prepared(
    text(
        """
    WITH RECURSIVE up (id, case_no, parent_case_id, top_id, definition_version_id) AS (
      SELECT c.id, p.case_no, p.parent_case_id, p.id, p.definition_version_id FROM service_case c
        JOIN service_case p ON p.id = c.parent_case_id WHERE c.id = ANY(:ids)
      UNION ALL SELECT up.id, p.case_no, p.parent_case_id, p.id, p.definition_version_id FROM up
        JOIN service_case p ON p.id = up.parent_case_id)
    SELECT id, case_no, top_id, definition_version_id FROM up WHERE parent_case_id IS NULL
    """
    )
)
# By which way out a case came to where it stands.
_LAST_WAYS = Prepared(
    text(
        """
    SELECT DISTINCT ON (case_id) case_id, step, outcome FROM case_task
     WHERE case_id = ANY(:ids) AND outcome IS NOT NULL ORDER BY case_id, done_at DESC, no DESC
    """
    )
)
# What stands in the place of the step once no step is waited for any more.
_ENDED = {
    CaseStatus.COMPLETED: "已办结",
    CaseStatus.REFUSED: "不予受理",
    CaseStatus.WITHDRAWN: "已撤回",
    CaseStatus.CANCELLED: "已终止",
}


# Over weeks the nights and weekends weigh on both ends alike; over hours they would be the whole.
_BY_OFFICE_HOURS_UP_TO = timedelta(days=5)
# The case data that say how a case is graded: as it was judged, and as it was told before.
GRADE_DATA = ("complaint_level", "told_grade")
# Whose turn it is where a case stands, for whoever reads its line.
# ``answer``: the customer could act, but waits for what staff say to their objection.
TURNS = ("you", "customer", "answer", "others")
Measure = Callable[[datetime, datetime], timedelta]


def _measure_all(start: datetime, end: datetime) -> timedelta:
    return end - start


def write_place(street: str | None, community: str | None, building: str | None) -> str:
    """Return where it is, as a list may say it: community and building, ``**`` for the door."""
    parts = [one for one in (community or street, building) if one]
    return " ".join([*parts, "**"]) if parts else ""


def write_time_left(
    opened_at: datetime, due_at: datetime | None, now: datetime, measure: Measure = _measure_all
) -> dict[str, float] | None:
    """Return ``{share}``, the part of the limit that is used (0 to 1), or None where there is no limit.

    ``measure`` says how much of a limit lies between two moments.
    """
    if due_at is None:
        return None
    whole = measure(opened_at, due_at)
    share = measure(opened_at, now) / whole if whole > ZERO else 1.0
    return {"share": round(min(max(share, 0.0), 1.0), 3)}


def _read_grade(row: Row[Any]) -> dict[str, Any]:
    """Return what the case's data say of its grade: columns of their own in lists, else the data's."""
    data = getattr(row, "data", None) or {}
    found = {key: getattr(row, key, data.get(key)) for key in GRADE_DATA}
    return {key: value for key, value in found.items() if value is not None}


def _tell_span(definition: ProcessDefinition, step: str) -> str | None:
    last = find_last_sharing(definition, step)
    return None if last is None else last.plain_name


def _write_mark(definition: ProcessDefinition, grade: Mapping[str, Any]) -> str | None:
    """Return what marks the process, with its level once that was said: it tells how much time there is."""
    mark = definition.traits.get("mark")
    way = find_grade(definition, grade) if mark and grade else None
    level = grade.get("complaint_level") if way is None else way.sets.get("complaint_level")
    return f"{level}级{mark}" if mark and level else mark


def _list_refusals(definition: ProcessDefinition, step: str) -> frozenset[tuple[str, str]]:
    """Return by which of the customer's ways out, each with its reason, a case comes back to ``step``."""
    return frozenset(
        (one.key, way.key)
        for one in definition.steps
        if one.by.kind is ActorKind.CUSTOMER
        for way in one.outcomes
        if way.needs_reason and step in way.to
    )


def _tell_turn(step: Step, handler_id: int | None, performer: Performer | None) -> str:
    """Tell whose turn the step is: the customer's, one's own, or another's."""
    if step.by.kind is ActorKind.CUSTOMER:
        return "customer"
    data = {PERSONAL_POSTS[step.by.key]: handler_id} if step.by.key in PERSONAL_POSTS else {}
    return "you" if performer is not None and performer.may_take(step, data) else "others"


class RowWriter:
    """Writes lines of cases. ``services`` are the names of services by key."""

    def __init__(
        self,
        organisation: OrganisationService,
        definitions: DefinitionStore,
        services: Mapping[str, str],
        calendar: CalendarService,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._organisation = organisation
        self._definitions = definitions
        self._services = services
        self._calendar = calendar
        self._keys = keys
        self._now = now

    def write(
        self,
        session: Session,
        rows: Sequence[Row[Any]],
        tell_part: Callable[[Row[Any]], str | None] = lambda row: None,
        performer: Performer | None = None,
    ) -> list[dict[str, Any]]:
        """Return a StaffCaseRow for each row of a case with one of its tasks.

        ``tell_part`` says what the reader is to a case, ``performer`` what they may do.
        """
        now = self._now()
        units = self._organisation.name_units(session, {row.unit_id for row in rows})
        handlers = self._organisation.name_staff(session, {row.handler_id for row in rows if row.handler_id})
        alarms = [row.id for row in rows if self._is_alarm(session, row)]
        untaken = list_untaken(session, alarms) if alarms else frozenset()
        below = [row.id for row in rows if getattr(row, "parent_case_id", None) is not None]
        tops = {one.id: one for one in _TOPS.all(session, {"ids": below})} if below else {}
        top_ids = {row.id: tops[row.id].top_id if row.id in tops else row.id for row in rows}
        objected = list_open(session, set(top_ids.values()))
        wholes = self._read_answering(session, rows, tops)
        declined = self._find_declined(session, rows)
        return [
            {
                **self.write_one(
                    session,
                    row,
                    units,
                    handlers,
                    untaken,
                    objected.get(top_ids[row.id], {}),
                    now,
                    tell_part(row),
                    performer,
                    wholes.get(top_ids[row.id]),
                ),
                "application_no": tops[row.id].case_no if row.id in tops else row.case_no,
                "declined_by_customer": row.id in declined,
            }
            for row in rows
        ]

    def _find_declined(self, session: Session, rows: Sequence[Row[Any]]) -> frozenset[int]:
        """Return the cases that the customer sent back to the step at which they stand, to be made anew."""
        going = [row for row in rows if CaseStatus(row.status) is CaseStatus.OPEN]
        # A page stands at few steps, however many rows it has.
        by_step = {
            place: _list_refusals(self._definitions.get(session, place[0]), place[1])
            for place in {(row.definition_version_id, row.step) for row in going}
        }
        refusals = {
            row.id: found for row in going if (found := by_step[(row.definition_version_id, row.step)])
        }
        ways = _LAST_WAYS.all(session, {"ids": sorted(refusals)}) if refusals else ()
        return frozenset(one.case_id for one in ways if (one.step, one.outcome) in refusals[one.case_id])

    def write_one(
        self,
        session: Session,
        row: Row[Any],
        units: Mapping[int, str],
        handlers: Mapping[int, str],
        untaken: Collection[int],
        objected: Mapping[int, datetime],
        now: datetime,
        part: str | None,
        performer: Performer | None = None,
        whole: Branch | None = None,
    ) -> dict[str, Any]:
        """Return the StaffCaseRow of one row, with the names of units and handlers by id.

        ``whole`` is the case at its top with all below: what was promised there holds for each of them.
        ``untaken`` are the alarms that ring, ``objected`` the papers that customers object to, since when. A
        case that has ended names its end for its step, and no clock runs for it. What waits for the customer
        is never overdue: the limit is theirs, and no staff can keep it.
        """
        status = CaseStatus(row.status)
        due_at = None if status.is_final else row.due_at
        definition = self._definitions.get(session, row.definition_version_id)
        sealed, grade = row.contact_name_sealed, _read_grade(row)
        step = definition.step(row.step)
        turn = _tell_turn(step, row.handler_id, performer)
        is_overdue = due_at is not None and due_at < now and turn != "customer"
        if turn == "customer" and objected and not status.is_final:
            turn = "answer"
        mark, promise = self._tell_answering(session, definition, grade, whole)
        return {
            "case_no": row.case_no,
            "service": row.service_key or row.process_key,
            "service_name": self._services.get(row.service_key or "", definition.name),
            "step": row.step,
            "step_name": _ENDED.get(status) or step.plain_name,
            "status": status.value,
            "customer_name": mask_name(self._keys.decrypt(sealed, CONTACT_NAME_CONTEXT)) if sealed else "",
            # The fee and the works of one customer are of one service: which of them this is.
            "order_name": None if getattr(row, "parent_case_id", None) is None else definition.name,
            "place": write_place(row.street, row.community, row.building),
            "unit_name": units.get(row.unit_id, ""),
            "opened_at": row.opened_at,
            "waiting_since": row.waiting_since,
            "due_at": due_at,
            "overdue": is_overdue,
            "time_left": self._write_time_left(session, definition, row, due_at),
            "limit_until": None if due_at is None else _tell_span(definition, row.step),
            "promise": promise,
            "returned_times": row.returned_times,
            # Told in lists; the case itself has the words.
            "declined_by_customer": False,
            "urged_times": 0 if status.is_final or row.urged_at is None else row.urged_times,
            "objected_papers": []
            if status.is_final
            else name_objected(objected, lambda one: self._definitions.get_form(session, one).name),
            "objected_since": None if status.is_final else min(objected.values(), default=None),
            "mark": mark,
            # An alarm needs no such mark, and what is over no such hurry.
            "leak_words": bool(getattr(row, "leak_words", None))
            and not status.is_final
            and not self._is_alarm(session, row),
            "handler_name": handlers.get(row.handler_id),
            "part": part,
            "waits_for": turn,
            "channel": row.channel,
            "customer_class": row.customer_class,
            "is_alarm": self._is_alarm(session, row),
            "rings": row.id in untaken,
        }

    def _read_answering(
        self, session: Session, rows: Sequence[Row[Any]], tops: Mapping[int, Row[Any]]
    ) -> dict[int, Branch]:
        """Return by id the cases at the top of ``rows`` of whose process somebody is answered in time."""
        found = {
            top.top_id if row.id in tops else row.id
            for row in rows
            if answers(self._definitions.get(session, (top := tops.get(row.id, row)).definition_version_id))
        }
        return read_branches(session, found) if found else {}

    def _tell_answering(
        self,
        session: Session,
        definition: ProcessDefinition,
        grade: Mapping[str, Any],
        whole: Branch | None,
    ) -> tuple[str | None, dict[str, Any] | None]:
        """Return what marks the case, and what whoever complained was promised: of the whole, for each."""

        def find_definition(version_id: int) -> ProcessDefinition:
            return self._definitions.get(session, version_id)

        found = None if whole is None else find_answering(list_branches(whole), find_definition)
        if found is None:
            return _write_mark(definition, grade), None
        told = find_promise(
            found, find_definition, lambda key: self._definitions.newest(session, key).definition
        )
        return _write_mark(found.definition, found.branch.snapshot.data), told

    def _write_time_left(
        self, session: Session, definition: ProcessDefinition, row: Row[Any], due_at: datetime | None
    ) -> dict[str, float] | None:
        is_short = due_at is not None and due_at - row.waiting_since <= _BY_OFFICE_HOURS_UP_TO
        measure = _measure_all
        if is_short and counts_office_hours(definition, row.step):
            measure = self._calendar.current(session).office_time_between
        return write_time_left(row.waiting_since, due_at, self._now(), measure)

    def tell_unit(self, session: Session, unit_id: int) -> dict[str, str]:
        """Return the unit's name, and whom to call there, empty where nobody leads it."""
        contact = self._organisation.find_unit_contact(session, unit_id)
        return {
            "unit_name": self._organisation.name_units(session, [unit_id])[unit_id],
            "contact_name": contact.name if contact else "",
            "contact_phone": contact.phone if contact else "",
        }

    def _is_alarm(self, session: Session, row: Row[Any]) -> bool:
        definition = self._definitions.get(session, row.definition_version_id)
        return bool(definition.traits.get("is_alarm", False))
