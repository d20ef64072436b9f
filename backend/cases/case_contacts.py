"""Whom to call about a case from dispatch on; what it handed over to has a contact of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from backend.cases.case_tree import Branch
from backend.cases.progress import Line
from backend.cases.snapshot import CaseStatus
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


class CaseContacts:
    """Finds who is called: whoever comes, and before and after that the unit that has the case (law 12)."""

    def __init__(self, organisation: OrganisationService) -> None:
        self._organisation = organisation

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
        if branch.snapshot.status is not CaseStatus.OPEN or (above is not None and _is_same(branch, above)):
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


def _is_with_unit(line: Line) -> bool:
    """Tell whether the unit that the case's data name has something to do for it.

    It has not while a unit is being chosen anew, nor where the work is done and the customer only rates it.
    """
    outcomes = [
        outcome for task in line.snapshot.open_tasks for outcome in line.definition.step(task.step).outcomes
    ]
    is_rated = any(guard.name == "rating_given" for outcome in outcomes for guard in outcome.guards)
    return not is_rated and not any("unit" in outcome.asks for outcome in outcomes)
