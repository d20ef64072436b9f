"""The visit itself: setting off, the way, arriving; and what happens to a booking when its case ends.

A handler's position exists only between "set off" and "arrived" (law 12); nothing of it is kept afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from backend.appointments import repository
from backend.appointments.models import Appointment, HandlerPosition
from backend.appointments.states import COMING_STATES, AppointmentAction, AppointmentState, next_state
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import Effect, EffectContext
from backend.cases.snapshot import Snapshot
from backend.cases.visiting import NO_APPOINTMENT
from backend.catalogue.definition import ProcessDefinition
from backend.core.errors import Conflict


class Arrival(Protocol):
    """How far it still is: metres and minutes."""

    @property
    def distance_m(self) -> int: ...

    @property
    def minutes(self) -> int: ...


# From one point to another, both (latitude, longitude) in GCJ-02.
Estimate = Callable[[tuple[float, float], tuple[float, float]], Arrival]
# A browser's WGS-84 position as GCJ-02.
Convert = Callable[[float, float], tuple[float, float]]


# As customers see them: the way begins with setting off and ends with the arrival.
VISIT_STATES = ("none", "set_off", "arrived")


@dataclass(frozen=True, slots=True)
class VisitView:
    """What the customer sees of the way. All but ``state`` is None unless the handler is under way."""

    state: str
    distance_m: int | None = None
    arrival_minutes: int | None = None
    seen_at: datetime | None = None


class VisitService:
    """Takes positions and tells distances; ``estimate`` asks the map and never fails."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        estimate: Estimate,
        convert: Convert,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._estimate = estimate
        self._convert = convert
        self._now = now

    def report_position(self, staff_ids: Collection[int], lat: float, lng: float) -> int:
        """Keep where the handler, or who stands in, is for all visits under way; returns how many."""
        here = self._convert(lat, lng)
        with self._sessions.begin() as session:
            visits = repository.list_under_way(session, staff_ids)
            for appointment_id in visits:
                repository.save_position(session, appointment_id, *here, self._now())
        return len(visits)

    def read_visit(self, case_id: int) -> VisitView:
        """Return how the last visit of this case and all below it stands, with the distance on the way."""
        with self._sessions() as session:
            found = repository.find_last_visit(session, case_id)
            if found is None or found.state == AppointmentState.BOOKED:
                return VisitView("none")
            if found.state != AppointmentState.UNDER_WAY:
                return VisitView("arrived")
            position = session.get(HandlerPosition, found.id)
            place = repository.find_place(session, found.case_id)
        if position is None:
            return VisitView("set_off")
        if place.lat is None or place.lng is None:
            return VisitView("set_off", seen_at=position.seen_at)
        if position.distance_m is None:
            position = self._measure(position, (place.lat, place.lng))
        return VisitView("set_off", position.distance_m, position.arrival_minutes, position.seen_at)

    def _measure(self, position: HandlerPosition, place: tuple[float, float]) -> HandlerPosition:
        # The map is asked outside any transaction, and once for each position however many people look.
        arrival = self._estimate((position.lat, position.lng), place)
        position.distance_m, position.arrival_minutes = arrival.distance_m, arrival.minutes
        with self._sessions.begin() as session:
            kept = session.get(HandlerPosition, position.appointment_id)
            if kept is not None and kept.seen_at == position.seen_at:
                kept.distance_m, kept.arrival_minutes = arrival.distance_m, arrival.minutes
        return position


def start_visit(session: Session, context: EffectContext) -> None:
    """Named effect: the handler has set off. Raises Conflict where nothing is booked."""
    _move(session, context.case, context.stamp, AppointmentAction.SET_OFF)


def arrive_at_visit(session: Session, context: EffectContext) -> None:
    """Named effect: the handler has arrived, and the way there is forgotten."""
    _move(session, context.case, context.stamp, AppointmentAction.ARRIVE)


def miss_visit(session: Session, context: EffectContext) -> None:
    """Named effect: nobody was at home. The hour is given up, so that another one has to be booked.

    Where none was booked, as on a visit by the company's own plan, there is nothing to give up.
    """
    found = _find_own(session, context.case)
    if found is None:
        return
    after = next_state(AppointmentState(found.state), AppointmentAction.MISS)
    repository.set_state(session, found, after, context.stamp.recorded_at)
    repository.free_booked_seat(session, found.case_id)
    repository.drop_position(session, found.id)
    context.amend(found.case_id, NO_APPOINTMENT)


def end_visit(session: Session, context: EffectContext) -> None:
    """Named effect: the customer is to book another visit, so the hour that was booked is over.

    Somebody came at it, early or late, and it stays as past; where nobody has, it is called off.
    """
    found = _find_own(session, context.case)
    if found is None:
        return
    state, now = AppointmentState(found.state), context.stamp.recorded_at
    if state in COMING_STATES:
        repository.set_state(session, found, next_state(state, AppointmentAction.CALL_OFF), now)
        repository.free_booked_seat(session, found.case_id)
        repository.drop_position(session, found.id)
    else:
        # The seat of a visit that was made is not given back.
        repository.set_state(session, found, next_state(state, AppointmentAction.MOVE), now)
    context.amend(found.case_id, NO_APPOINTMENT)


def _find_own(session: Session, case: StoredCase) -> Appointment | None:
    """Return the open appointment that the case's own data name: its own, or that of a case above it."""
    appointment_id = case.snapshot.data.get("appointment_id")
    return None if appointment_id is None else repository.lock_appointment(session, appointment_id)


def _move(session: Session, case: StoredCase, stamp: Stamp, action: AppointmentAction) -> None:
    found = _find_own(session, case)
    if found is None:
        raise Conflict("appointment_missing")
    after = next_state(AppointmentState(found.state), action)
    repository.set_state(session, found, after, stamp.recorded_at)
    if action is AppointmentAction.ARRIVE:
        repository.drop_position(session, found.id)


def release_visit(
    session: Session, case: StoredCase, definition: ProcessDefinition, after: Snapshot, now: datetime
) -> None:
    """Observer of cases: when one ends, its booked hour is free for others and no position is kept."""
    if not after.status.is_final:
        return
    repository.free_seats(session, case.id)
    found = repository.find_open_appointment(session, case.id, lock=True)
    if found is None:
        return
    if found.state in (AppointmentState.BOOKED, AppointmentState.UNDER_WAY):
        called_off = next_state(AppointmentState(found.state), AppointmentAction.CALL_OFF)
        repository.set_state(session, found, called_off, now)
    repository.drop_position(session, found.id)


VISIT_EFFECTS: dict[str, Effect] = {
    "start_visit": start_visit,
    "arrive_at_visit": arrive_at_visit,
    "miss_visit": miss_visit,
    "end_visit": end_visit,
}
