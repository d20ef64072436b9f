"""What the cases ask of other components; the composition root says who answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch, CaseTree

# Writes down who looked at what and why: session, staff id, subject, items, reason, moment.
RecordLook = Callable[[Session, int, str, Collection[str], str, datetime], None]


# Writes the ProgressSteps of a case and of what it handed over to, as screens draw them.
WriteProgress = Callable[[Session, CaseTree], list[dict[str, Any]]]


class AppointmentReader(Protocol):
    """Reads the visit that is booked for a case."""

    def read(self, session: Session, case_id: int) -> dict[str, Any] | None:
        """Return the AppointmentView, or None where no visit is booked."""

    def list_hours_of(
        self, session: Session, staff_ids: Collection[int], day: date
    ) -> Mapping[int, list[str]]:
        """Return by handler the hours of their visits of this day, as ``09:00–10:00``, in their order."""

    def list_clashes(
        self, session: Session, giver_id: int, staff_ids: Collection[int]
    ) -> Mapping[int, Mapping[str, list[int]]]:
        """Return by colleague the hours in which they, like the giver, have a visit to make, each with the
        cases of the giver's that it would meet."""

    def list_hours_of_cases(self, session: Session, case_ids: Collection[int]) -> Mapping[int, str]:
        """Return by case the hour of its visit that is still to be made, in words."""

    def is_awaited(self, session: Session, case_id: int) -> bool:
        """True where a customer waits for the visit of this case at a booked hour that is not over."""


class Due(NamedTuple):
    """What is to be paid at the counter, in whole fen.

    It is disputed while the customer waits for an answer to what they say of the sum.
    """

    what: str
    amount_fen: int | None
    is_disputed: bool


class DueReader(Protocol):
    """Reads what waits for nothing but the customer's money."""

    def list_collecting(self, session: Session, customer_id: int) -> list[int]:
        """Return the customer's open cases that collect a fee."""

    def find_due(self, session: Session, root: Branch, now: datetime) -> Due | None:
        """Return what a case or one below it waits to be paid, or None."""
