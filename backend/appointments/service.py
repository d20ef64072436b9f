"""The one door to appointments: free hours, holds of a few minutes, booking, moving, cancelling."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.appointments import repository
from backend.appointments.models import Appointment
from backend.appointments.slots import SLOT_LENGTH, OpenSlot, Policy, count_left, list_open_slots
from backend.appointments.states import COMING_STATES, AppointmentAction, AppointmentState, next_state
from backend.cases.case_tree import follow, make_line, read_tree_by_id
from backend.cases.commands import CUSTOMER, SYSTEM, Amend, Command, Complete
from backend.cases.deadlines import APPOINTMENT_END
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.repository import Stamp, StoredCase, list_running_children, lock_case
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.visiting import (
    APPOINTMENT_START,
    NO_APPOINTMENT,
    find_booking_task,
    find_hour_path,
    may_book,
)
from backend.catalogue.service import DefinitionStore
from backend.core.errors import Conflict
from backend.core.local_time import SHANGHAI, format_day, format_hours, format_span, local_date
from backend.core.outbox import promise


@dataclass(frozen=True, slots=True)
class SlotDay:
    """One day's bookable hours with the number of free seats each; a day may have none.

    ``busy`` are the starts of those in which the case's own handler is with somebody else; none is free.
    """

    day: date
    text: str
    slots: tuple[tuple[OpenSlot, int], ...]
    busy: frozenset[datetime] = frozenset()


@dataclass(frozen=True, slots=True)
class Hold:
    """A seat kept free for a few minutes while the customer confirms; ``lasts`` is how long from now."""

    hold_id: uuid.UUID
    slot: OpenSlot
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """A booking as a screen shows it; ``change_until`` is None once it is fixed."""

    start_at: datetime
    end_at: datetime
    text: str
    state: AppointmentState
    change_until: datetime | None


class AppointmentService:
    """Works on cases that the caller may see. ``is_working_day`` is the working calendar's answer."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        definitions: DefinitionStore,
        is_working_day: Callable[[Session, date], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._definitions = definitions
        self._is_working_day = is_working_day
        self._now = now

    def list_days(self, case_id: int, first_day: date | None) -> list[SlotDay]:
        """Return a week of days with their free hours, today's at the earliest.

        Without ``first_day`` it begins with the first day that has hours to offer.
        """
        now = self._now()
        with self._sessions() as session:
            case_id = self._find_holder(session, case_id)
            place = repository.find_place(session, case_id)
            first = (
                max(first_day, local_date(now)) if first_day else self._find_first_day(session, place, now)
            )
            slots = self._list_slots(session, place, now, first)
            taken = repository.count_taken(session, place.unit_id, slots, now, case_id)
            busy = self._list_busy(session, place, slots, now, case_id)
        days: dict[date, list[tuple[OpenSlot, int]]] = {first + timedelta(days=n): [] for n in range(7)}
        for slot, left in count_left(slots, taken):
            days[local_date(slot.start_at)].append((slot, 0 if slot.start_at in busy else left))
        return [SlotDay(day, format_day(day), tuple(found), busy) for day, found in days.items()]

    def hold(self, case_id: int, start_at: datetime) -> Hold:
        """Keep a seat of this hour for a few minutes; a case has one hold at a time.

        Raises Conflict: ``slot_unknown`` for an hour that is not offered, ``slot_full``, ``handler_busy``
        where the case's handler is with somebody else then, ``appointment_not_open`` where the case does not
        wait for a visit.
        """
        now = self._now()
        with self._sessions.begin() as session:
            case_id = self._find_holder(session, case_id, to_book=True)
            place = repository.find_place(session, case_id)
            offered = self._list_slots(session, place, now, local_date(start_at), days=1)
            wanted = next((one for one in offered if one.start_at == start_at), None)
            if wanted is None:
                raise Conflict("slot_unknown")
            lasts = self._find_policy(session, place.unit_id, now).hold
            slot = repository.lock_slot(session, place.unit_id, wanted)
            if place.handler_id is not None:
                repository.lock_handler(session, place.handler_id)
                if self._list_busy(session, place, [wanted], now, case_id):
                    raise Conflict("handler_busy")
            hold_id = repository.take_seat(session, slot, wanted.capacity, case_id, now, now + lasts)
            if hold_id is None:
                raise Conflict("slot_full")
        return Hold(hold_id, wanted, lasts)

    def book(
        self,
        request: Request,
        case_id: int,
        hold_id: uuid.UUID,
        expected_version: int | None,
        *,
        by_staff: bool = False,
    ) -> CaseAnswer:
        """Turn the hold into the booking, in one transaction with the case's own step.

        ``case_id`` is the case at the top; the hour is that of the case which somebody comes for, and may be
        one below. An open appointment is moved to the new hour. Where a case below that one waits for the
        booking, as after a visit in vain, its step is done as well: to the customer it is one visit. Staff,
        whom a customer calls, may still move it when the customer no longer can. Raises Conflict
        (``hold_expired``, ``handler_busy``, ``appointment_too_late``, ``appointment_fixed``), CommandRefused.
        """

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            _check_version(lock_whole(session, case_id), expected_version)
            case = lock_case(session, self._find_holder(session, case_id, to_book=True))
            command = prepare(session, case, stamp)
            answer = self._cases.act_within(session, stamp, case, command)
            confirmed = self._confirm_below(session, stamp, case.id)
            if isinstance(command, Amend) and not confirmed:
                message = "appointment_moved" if case.id in moved else "appointment_booked"
                _promise_message(session, case, stamp, message)
            return answer

        moved: set[int] = set()

        def prepare(session: Session, case: StoredCase, stamp: Stamp) -> Command:
            held = repository.lock_hold(session, case.id, hold_id)
            if held is None or (held[0].expires_at or stamp.recorded_at) <= stamp.recorded_at:
                raise Conflict("hold_expired")
            seat, slot = held
            found = OpenSlot(slot.start_at, slot.capacity, slot.area_id)
            place = repository.find_place(session, case.id)
            if place.handler_id is not None:
                # The hour was free when it was held; since then the case may have come to another handler.
                repository.lock_handler(session, place.handler_id)
                if repository.list_busy_starts(session, place.handler_id, [found], case.id):
                    raise Conflict("handler_busy")
            if self._end_open(session, case, stamp, AppointmentAction.MOVE, by_staff=by_staff):
                moved.add(case.id)
            # A case has one booked seat: that of a visit which was made goes with the next booking.
            repository.free_booked_seat(session, case.id)
            seat.state, seat.expires_at = "booked", None
            fresh = Appointment(
                case_id=case.id,
                unit_id=slot.unit_id,
                slot_id=slot.id,
                start_at=found.start_at,
                end_at=found.end_at,
                state=AppointmentState.BOOKED.value,
                booked_by=stamp.actor,
                booked_at=stamp.recorded_at,
                changed_at=stamp.recorded_at,
            )
            session.add(fresh)
            session.flush()
            if place.lat is None:
                # Until the visit there is time to ask the map, so that the way can be told then.
                promise(session, "find_place", [{"case_id": case.id}], stamp.recorded_at)
            data = {
                "appointment_id": fresh.id,
                APPOINTMENT_START: fresh.start_at.isoformat(),
                APPOINTMENT_END: fresh.end_at.isoformat(),
            }
            definition = self._definitions.get(session, case.definition_version_id)
            step = find_booking_task(definition, case.snapshot)
            if step is not None:
                task, outcome = step
                return Complete(CUSTOMER, task, outcome, case.snapshot.version, data=data)
            return Amend(SYSTEM, data)

        return self._cases.once(request, act)

    def _confirm_below(self, session: Session, stamp: Stamp, case_id: int) -> bool:
        """Do the booking step of every case below that waits for it; True where there was one."""
        found = False
        for child_id in list_running_children(session, case_id):
            child = lock_case(session, child_id)
            step = find_booking_task(
                self._definitions.get(session, child.definition_version_id), child.snapshot
            )
            if step is not None:
                task, outcome = step
                command = Complete(CUSTOMER, task, outcome, child.snapshot.version)
                self._cases.act_within(session, stamp, child, command)
            found = self._confirm_below(session, stamp, child_id) or step is not None or found
        return found

    def cancel(
        self, request: Request, case_id: int, expected_version: int | None, *, by_staff: bool = False
    ) -> CaseAnswer:
        """Give the booked hour back; the case waits for another booking. Raises Conflict as ``book`` does."""

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            _check_version(lock_whole(session, case_id), expected_version)
            case = lock_case(session, self._find_holder(session, case_id))
            if not self._end_open(session, case, stamp, AppointmentAction.CANCEL, by_staff=by_staff):
                raise Conflict("appointment_missing")
            _promise_message(session, case, stamp, "appointment_cancelled")
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, NO_APPOINTMENT))

        return self._cases.once(request, act)

    def describe(self, session: Session, case_id: int) -> AppointmentView | None:
        """Return the case's open appointment for a screen, or None."""
        found = repository.find_open_appointment(session, case_id)
        if found is None:
            return None
        until = found.start_at - self._find_policy(session, found.unit_id, self._now()).change
        may_change = found.state == AppointmentState.BOOKED and self._now() <= until
        return AppointmentView(
            found.start_at,
            found.end_at,
            format_span(found.start_at, found.end_at),
            AppointmentState(found.state),
            until if may_change else None,
        )

    def read(self, session: Session, case_id: int) -> dict[str, Any] | None:
        """Return the contract's AppointmentView of the case's open appointment, or None."""
        found = self.describe(session, case_id)
        if found is None:
            return None
        until = found.change_until
        return {
            "start_at": found.start_at.isoformat(),
            "end_at": found.end_at.isoformat(),
            "text": found.text,
            "may_change": until is not None,
            "change_until": until.isoformat() if until else None,
        }

    def list_hours_of(self, session: Session, staff_ids: Collection[int], day: date) -> dict[int, list[str]]:
        """Return by handler the hours of their visits of this day, the first ones first."""
        since = datetime.combine(day, time(), SHANGHAI)
        found: dict[int, list[str]] = {}
        visits = repository.list_visits_of(session, staff_ids, since, since + timedelta(days=1))
        for staff_id, start_at, end_at, _ in visits:
            found.setdefault(staff_id, []).append(format_hours(start_at, end_at))
        return found

    def list_clashes(
        self, session: Session, giver_id: int, staff_ids: Collection[int]
    ) -> dict[int, dict[str, list[int]]]:
        """Return by colleague the hours in which they, like the giver, have a visit to make, each with the
        cases of the giver's that it would meet."""
        since = self._now() - SLOT_LENGTH
        visits = repository.list_visits_of(
            session, {giver_id, *staff_ids}, since, since + timedelta(days=366)
        )
        given = [one[1:] for one in visits if one[0] == giver_id]
        found: dict[int, dict[str, list[int]]] = {}
        for staff_id, start_at, end_at, _ in visits:
            met = [case_id for start, end, case_id in given if start < end_at and start_at < end]
            if staff_id != giver_id and met:
                # Several visits of one hour are one hour to read.
                found.setdefault(staff_id, {})[format_span(start_at, end_at)] = met
        return found

    def list_hours_of_cases(self, session: Session, case_ids: Collection[int]) -> dict[int, str]:
        """Return by case the hour of its visit that is still to be made, in words."""
        visits = repository.list_visits_of_cases(session, case_ids)
        return {case_id: format_span(start_at, end_at) for case_id, start_at, end_at in visits}

    def is_awaited(self, session: Session, case_id: int) -> bool:
        """True where a customer waits for the visit of this case at a booked hour that is not over."""
        found = repository.find_open_appointment(session, case_id)
        return found is not None and found.state in COMING_STATES and found.end_at > self._now()

    def find_hour(self, session: Session, case_id: int) -> tuple[datetime, datetime] | None:
        """Return begin and end of the booked visit of the case, or of the nearest above it, or None."""
        found = repository.find_nearest_appointment(session, case_id)
        return None if found is None else (found.start_at, found.end_at)

    @staticmethod
    def _list_busy(
        session: Session, place: repository.Place, slots: list[OpenSlot], now: datetime, case_id: int
    ) -> frozenset[datetime]:
        """Return the starts of those hours that others have booked or hold of the case's own handler."""
        if place.handler_id is None:
            return frozenset()
        booked = repository.list_busy_starts(session, place.handler_id, slots, case_id)
        return booked | repository.list_held_starts(session, place.handler_id, slots, now, case_id)

    def _find_first_day(self, session: Session, place: repository.Place, now: datetime) -> date:
        """Return the first day with hours to offer, or today: holidays may be longer than a week."""
        today = local_date(now)
        ahead = self._find_policy(session, place.unit_id, now).horizon.days + 1
        slots = self._list_slots(session, place, now, today, ahead)
        return local_date(slots[0].start_at) if slots else today

    def _list_slots(
        self, session: Session, place: repository.Place, now: datetime, first: date, days: int = 7
    ) -> list[OpenSlot]:
        rules = repository.list_rules(session, place.unit_id, place.area_id, first + timedelta(days=days))
        policy = self._find_policy(session, place.unit_id, now)
        return list_open_slots(
            rules, policy, lambda day: self._is_working_day(session, day), now, first, days
        )

    @staticmethod
    def _find_policy(session: Session, unit_id: int, now: datetime) -> Policy:
        row = repository.find_policy(session, unit_id, local_date(now))
        return Policy(
            lead=timedelta(minutes=row.lead_minutes),
            horizon=timedelta(days=row.horizon_days),
            hold=timedelta(minutes=row.hold_minutes),
            change=timedelta(minutes=row.change_minutes),
        )

    def _find_holder(self, session: Session, case_id: int, *, to_book: bool = False) -> int:
        """Return the id of the case, this or one below, that the hour of the visit belongs to.

        Raises Conflict (``appointment_not_open``) where an hour is ``to_book`` that nothing waits for.
        """
        branch = read_tree_by_id(session, case_id).branch
        line = make_line(branch, lambda version_id: self._definitions.get(session, version_id))
        if to_book and not may_book(line):
            raise Conflict("appointment_not_open")
        return follow(branch, find_hour_path(line)).id

    def _end_open(
        self,
        session: Session,
        case: StoredCase,
        stamp: Stamp,
        action: AppointmentAction,
        *,
        by_staff: bool,
    ) -> bool:
        found = repository.find_open_appointment(session, case.id, lock=True)
        if found is None:
            return False
        after = next_state(AppointmentState(found.state), action)
        change = self._find_policy(session, found.unit_id, stamp.recorded_at).change
        is_late = found.state == AppointmentState.BOOKED and stamp.recorded_at > found.start_at - change
        if is_late and not by_staff:
            raise Conflict("appointment_too_late")
        repository.set_state(session, found, after, stamp.recorded_at)
        repository.free_booked_seat(session, case.id)
        return True


def _check_version(case: StoredCase, expected: int | None) -> None:
    if expected is not None and case.snapshot.version != expected:
        raise CommandRefused(RefusalCode.STALE_VERSION, str(case.snapshot.version))


def _promise_message(session: Session, case: StoredCase, stamp: Stamp, message: str) -> None:
    named = {"case_id": case.id, "case_no": case.case_no}
    payload = {**named, "task": None, "step": None, "message": message}
    promise(session, "notify_customer", [payload], stamp.recorded_at)
