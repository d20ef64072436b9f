"""Who may watch what over the socket: from a client's topic to the hub's channels."""

from __future__ import annotations

from collections.abc import Iterable

from backend.cases.access import find_customer_case_id
from backend.cases.staff_access import StaffAccess
from backend.core.callers import Caller
from backend.core.errors import NotFound
from backend.realtime.socket_route import FindChannels
from backend.realtime.tickets import SocketCaller
from composition.hall import Hall


def make_find_channels(hall: Hall) -> FindChannels:
    """Return the function that the socket asks for each topic that a client wants to watch.

    ``case:<case_no>`` is for its customer and for staff who may see it; ``queue:<key>`` and ``alarm`` are for
    staff and mean any change in their units.
    """
    access = StaffAccess(hall.definitions)

    def find(caller: SocketCaller, topic: str) -> Iterable[str] | None:
        kind, _, name = topic.partition(":")
        with hall.sessions() as session:
            if caller.kind is Caller.CUSTOMER:
                if kind != "case":
                    return None
                try:
                    find_customer_case_id(session, caller.id, name)
                except NotFound:
                    return None
                return [topic]
            member = hall.organisation.find_member(session, caller.id)
            if member is None:
                return None
            if kind in ("queue", "alarm"):
                units = member.units
                return [f"unit:{unit_id}" for unit_id in units]
            try:
                access.find_staff_case(session, member, name)
            except NotFound:
                return None
            return [topic] if kind == "case" else None

    return find
