"""Staff book and move a visit for a customer who calls: the same hours, holds and seats as for customers."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session, sessionmaker

from backend.appointments.service import AppointmentService, Hold, SlotDay
from backend.cases.access import find_root_id
from backend.cases.service import Request
from backend.cases.staff_access import StaffAccess
from backend.organisation.service import Member


class StaffBooking:
    """Every method checks that the member may see the case; one books for the case at the top."""

    def __init__(
        self, sessions: sessionmaker[Session], access: StaffAccess, appointments: AppointmentService
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._appointments = appointments

    def list_days(self, member: Member, case_no: str, first_day: date | None) -> list[SlotDay]:
        """Return a week of days with their free hours; raises NotFound."""
        return self._appointments.list_days(self._find_root(member, case_no), first_day)

    def hold(self, member: Member, case_no: str, start_at: datetime) -> Hold:
        """Keep a seat for a few minutes; raises NotFound, and Conflict as for the customer."""
        return self._appointments.hold(self._find_root(member, case_no), start_at)

    def book(self, member: Member, case_no: str, hold_id: uuid.UUID, command_id: uuid.UUID) -> None:
        """Turn the hold into the booking, or move the former one to it; the customer is told.

        Raises NotFound, Conflict as for the customer, who alone is bound to the time until which one may
        change.
        """
        body = {"case_no": case_no, "hold_id": str(hold_id)}
        request = Request(f"staff:{member.id}", command_id, body)
        self._appointments.book(request, self._find_root(member, case_no), hold_id, None, by_staff=True)

    def cancel(self, member: Member, case_no: str, command_id: uuid.UUID) -> None:
        """Give the booked hour back; the customer is told. Raises NotFound, Conflict."""
        request = Request(f"staff:{member.id}", command_id, {"case_no": case_no, "cancel": True})
        self._appointments.cancel(request, self._find_root(member, case_no), None, by_staff=True)

    def _find_root(self, member: Member, case_no: str) -> int:
        with self._sessions.begin() as session:
            return find_root_id(session, self._access.find_staff_case(session, member, case_no).id)
