"""Whom to call about a case from dispatch on; what it handed over to has a contact of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch
from backend.cases.progress import Line, is_with_handler, list_waiting_steps
from backend.cases.snapshot import CaseStatus
from backend.cases.visiting import find_visited_at
from backend.catalogue.definition import Actor, ActorKind, Step
from backend.organisation.service import OrganisationService, StaffContact

# By the path to a case below: empty for the case itself, then the steps that handed over, each with a slash.
# What has nobody of its own is not there: whoever has the case above has it too. With None there is nobody to
# call at all.
Contacts = Mapping[str, StaffContact | None]
IsAwaited = Callable[[Branch, Line], bool]


def choose_contact(contacts: Contacts, step_key: str) -> StaffContact | None:
    """Return the contact of the case in which this step of the progress stands, or of the nearest above."""
    path = step_key
    while path:
        path = path.rstrip("/").rpartition("/")[0]
        path = f"{path}/" if path else ""
        if path in contacts:
            return contacts[path]
    return contacts.get("")


# The unit's own desk, where an order that was carried out is read and replied to.
_DESK = Actor(ActorKind.DEPARTMENT, "customer_service_dept")
_HOTLINE = Actor(ActorKind.POSITION, "hotline_agent")
_HOTLINE_NAME = "客服热线"


class CaseContacts:
    """Finds who is called: whoever comes or came, the hotline where it calls, else the unit (law 12)."""

    def __init__(self, organisation: OrganisationService, hotline_number: str) -> None:
        self._organisation = organisation
        self._hotline = StaffContact(_HOTLINE_NAME, hotline_number)

    def find_all(self, session: Session, branch: Branch, line: Line, is_awaited: IsAwaited) -> Contacts:
        """Return the contacts of a case and of all that is open below it."""
        found: dict[str, StaffContact | None] = {}
        self._add(session, found, "", branch, line, None, is_awaited)
        return found

    def find_handler(self, session: Session, branch: Branch, is_awaited: bool) -> StaffContact | None:
        """Return who handles the case, while they are still to come."""
        if branch.handler_id is None or not is_awaited:
            return None
        return self._organisation.find_contact(session, branch.handler_id)

    def _add(
        self,
        session: Session,
        found: dict[str, StaffContact | None],
        path: str,
        branch: Branch,
        line: Line,
        above: Branch | None,
        is_awaited: IsAwaited,
    ) -> None:
        own = self._find_own(session, branch, line, above, is_awaited)
        if own is not None:
            found[path] = own
        for number in sorted(branch.children):
            child, task = branch.children[number], branch.snapshot.task(number)
            if task is None:
                continue
            below = f"{path}{task.step}/"
            if task.step in line.definition.steps_beside:
                # A department that does a part is nobody whom the customer has to call.
                found[below] = None
            elif child.snapshot.status is CaseStatus.OPEN:
                self._add(session, found, below, child, line.children[number], branch, is_awaited)

    def _find_own(
        self, session: Session, branch: Branch, line: Line, above: Branch | None, is_awaited: IsAwaited
    ) -> StaffContact | None:
        if branch.snapshot.status is not CaseStatus.OPEN:
            return None
        if above is not None and _is_with_hotline(line):
            return self._hotline
        if above is not None and _is_same(branch, above):
            return None
        handler = self.find_handler(session, branch, is_awaited(branch, line))
        unit_id = branch.snapshot.data.get("unit_id")
        if handler is not None or unit_id is None or not _is_with_unit(line):
            return handler
        return self._organisation.find_unit_contact(session, unit_id)


def _is_same(branch: Branch, above: Branch) -> bool:
    """Tell whether nobody else has the case below than has the one above."""
    units = {one.snapshot.data.get("unit_id") for one in (branch, above)}
    return len(units) == 1 and branch.handler_id in (None, above.handler_id)


def is_visitor_called(line: Line) -> bool:
    """Tell whether whoever comes is called: until the visit, and after it while it is not over for all.

    The customer who is to sign what was surveyed or to mend what was found asks the one who was there, and
    not the lead of the unit, who has never seen the place; so it is while other departments work on from it.
    Where the counter collects a fee of it, whoever came can neither take the money nor say what came in.
    """
    if _is_paid_at_counter(line):
        return False
    return find_visited_at(line) is None or is_with_handler(line) or _goes_on_from_visit(line)


def _goes_on_from_visit(line: Line) -> bool:
    return any(
        one.by.kind in (ActorKind.CUSTOMER, ActorKind.DEPARTMENT) and one.by != _DESK and not _is_rating(one)
        for one in list_waiting_steps(line)
    )


def _is_paid_at_counter(line: Line) -> bool:
    handed = (
        line.definition.step(task.step)
        for task in line.snapshot.open_tasks
        if task.no in line.children and line.children[task.no].snapshot.status is CaseStatus.OPEN
    )
    return any(child.at_counter for step in handed for child in step.children)


def _is_with_hotline(line: Line) -> bool:
    """Tell whether all that is left of what was handed over is an agent's of the hotline, who calls."""
    steps = list(list_waiting_steps(line))
    return bool(steps) and all(one.by == _HOTLINE for one in steps)


def _is_rating(step: Step) -> bool:
    return any(guard.name == "rating_given" for outcome in step.outcomes for guard in outcome.guards)


def _is_with_unit(line: Line) -> bool:
    """Tell whether the unit that the case's data name has something to do for it.

    It has not while a unit is being chosen anew, nor where the work is done and the customer only rates it.
    """
    steps = [line.definition.step(task.step) for task in line.snapshot.open_tasks]
    chooses_unit = any("unit" in outcome.asks for one in steps for outcome in one.outcomes)
    return not chooses_unit and not any(_is_rating(one) for one in steps)
