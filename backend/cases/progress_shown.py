"""The steps of the progress as customers' screens get them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.cases.case_contacts import Contacts, choose_contact
from backend.cases.foretelling import StepState
from backend.cases.progress import ProgressStep
from backend.cases.step_doers import Doers
from backend.cases.wording import write_step_due, write_step_text
from backend.organisation.service import StaffContact

# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call.
_NEXT, _NOW, _DONE = StepState.NEXT, StepState.NOW, StepState.DONE


def write_step(step: ProgressStep, contacts: Contacts, now: datetime) -> dict[str, Any]:
    """Return one step of the contract; who is called stands at the present one and at those below.

    Of what was stopped, and says why, nobody is called any more.
    """
    shows_contact = contacts and not step.says_why and (step.in_child or step.state is StepState.NOW)
    if step.state is _NEXT and not shows_contact:
        # Most steps of most cases: nothing is known of them yet but what they are.
        return {
            "key": step.key,
            "name": step.name,
            "text": step.text,
            "state": step.state,
            "at": None,
            "due_at": None,
            "due_text": None,
            "handler": None,
            "overdue": False,
        }
    return {
        "key": step.key,
        "name": step.name,
        "text": write_step_text(step),
        "state": step.state,
        "at": step.at.isoformat() if step.at else None,
        "due_at": step.due_at.isoformat() if step.due_at else None,
        "due_text": write_step_due(step, now),
        "handler": write_contact(choose_contact(contacts, step.key)) if shows_contact else None,
        # We are not late with what is the customer's own.
        "overdue": not step.is_own and step.due_at is not None and step.due_at < now,
    }


def write_step_for_staff(
    step: ProgressStep, contacts: Contacts, now: datetime, doers: Doers
) -> dict[str, Any]:
    """Return the step with moments as they are; staff see as well with what the customer is late.

    Who is called about a case stands at its present step alone, and at one that was done who did it.
    """
    is_done = step.state is _DONE and step.at is not None
    return {
        **write_step(step, contacts if step.state is _NOW else {}, now),
        "at": step.at,
        "due_at": step.due_at,
        "overdue": step.due_at is not None and step.due_at < now,
        "done_by": doers.get(step.at) if is_done and step.at else None,
    }


def write_contact(contact: StaffContact | None) -> dict[str, Any] | None:
    """Return name and phone of whom to call."""
    return None if contact is None else {"name": contact.name, "phone": contact.phone}
