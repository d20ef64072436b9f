"""The life of an appointment as one table; what is not in it is refused."""

from __future__ import annotations

from enum import StrEnum

from backend.core.errors import Conflict


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    UNDER_WAY = "under_way"
    ARRIVED = "arrived"
    MOVED = "moved"
    CANCELLED = "cancelled"


class AppointmentAction(StrEnum):
    """What can happen to an appointment."""

    MOVE = "move"
    CANCEL = "cancel"
    SET_OFF = "set_off"
    ARRIVE = "arrive"
    CALL_OFF = "call_off"
    MISS = "miss"


TRANSITIONS: dict[tuple[AppointmentState, AppointmentAction], AppointmentState] = {
    (AppointmentState.BOOKED, AppointmentAction.MOVE): AppointmentState.MOVED,
    (AppointmentState.BOOKED, AppointmentAction.CANCEL): AppointmentState.CANCELLED,
    (AppointmentState.BOOKED, AppointmentAction.SET_OFF): AppointmentState.UNDER_WAY,
    (AppointmentState.UNDER_WAY, AppointmentAction.ARRIVE): AppointmentState.ARRIVED,
    # A second visit of the same case begins where the first one ended.
    (AppointmentState.ARRIVED, AppointmentAction.MOVE): AppointmentState.MOVED,
    # Nobody was at home: the hour is over without a visit, and another one is booked.
    (AppointmentState.ARRIVED, AppointmentAction.MISS): AppointmentState.CANCELLED,
    # The case has ended: the visit is called off even while somebody is on the way.
    (AppointmentState.BOOKED, AppointmentAction.CALL_OFF): AppointmentState.CANCELLED,
    (AppointmentState.UNDER_WAY, AppointmentAction.CALL_OFF): AppointmentState.CANCELLED,
}
# At most one of a case's appointments is in one of these; the database holds it too.
OPEN_STATES = (AppointmentState.BOOKED, AppointmentState.UNDER_WAY, AppointmentState.ARRIVED)
# In these somebody has yet to come: the hour is taken for the handler. Who has arrived is done with the hour.
COMING_STATES = (AppointmentState.BOOKED, AppointmentState.UNDER_WAY)


def next_state(state: AppointmentState, action: AppointmentAction) -> AppointmentState:
    """Return the state after ``action``; raises Conflict (``appointment_fixed``) where it may not."""
    after = TRANSITIONS.get((state, action))
    if after is None:
        raise Conflict("appointment_fixed", detail=f"{state}/{action}")
    return after
