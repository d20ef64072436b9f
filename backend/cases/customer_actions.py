"""What a customer may do with a case and with all it handed over to, as clients get it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from backend.cases.access import join_task
from backend.cases.actions import list_available_actions
from backend.cases.commands import CUSTOMER, AvailableAction
from backend.cases.errors import RefusalCode
from backend.cases.progress import Line
from backend.cases.snapshot import CaseStatus, Task
from backend.cases.urging import write_too_soon
from backend.cases.visiting import is_hour_missing
from backend.cases.wording import SIGN, SUPPLY, name_action
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.core.error_texts import ERROR_TEXTS
from backend.notifications.messages import DAYS_TO_MEND

# What a step objects with that waits for the owed documents themselves.
_DOCUMENTS_OWED = "documents_owed"
# A filled paper that waits for the customer's signature, though no step does.
_SIGN = "sign_document"
_PROVE = "verify_identity"
# What staff's forms have to say is no customer's.
_FIELDS = tuple(one.name for one in fields(AvailableAction) if one.name != "demands")
_URGE = AvailableAction(kind="urge", name="催一催")


@dataclass(frozen=True, slots=True)
class CustomerAction:
    """One action. ``text`` is what a button to it says where the case waits for it, else None."""

    body: dict[str, Any]
    text: str | None

    @property
    def signs_paper(self) -> bool:
        """True where a paper that no step of the customer asks for waits for their signature."""
        return self.body["kind"] == _SIGN and self.text is not None

    @property
    def is_disputed(self) -> bool:
        """True for the signing of such a paper that the customer objects to."""
        return self.body["kind"] == _SIGN and self.text is None

    @property
    def proves_identity(self) -> bool:
        """True for proving who one is, which no step of the progress names."""
        return bool(self.body["kind"] == _PROVE)

    @property
    def asks_rating(self) -> bool:
        """True where it waits for a rating."""
        unmet = self.body["unmet"]
        return unmet is not None and unmet["code"] == "rating_missing"


def list_actions(
    line: Line, identity: str, signings: Iterable[CustomerAction], disputed: Collection[int] = ()
) -> list[CustomerAction]:
    """Return what the customer may do now, first what holds the case up; ``signings`` are papers to sign.

    ``disputed`` are tasks at which a slip is signed that the customer objects to: it may still be signed, but
    staff are asked to answer first.
    The task's number tells also in which of the cases it is. Proving who one is comes last: what the case
    itself waits for is the likelier wish.
    """
    steps = (
        replace(one, text=None) if one.body["kind"] == "complete" and one.body["task"] in disputed else one
        for one in _list_actions(line, ())
    )
    own = [*_make_booking(line), *sorted([*steps, *signings], key=_rank)]
    return [*own, _make_identity_action()] if identity == "wanted" else own


def _make_identity_action() -> CustomerAction:
    """Return the action of proving who one is, which has a page of its own."""
    body = _write(AvailableAction(kind=_PROVE, name="核验身份"), ())
    return CustomerAction(body, "核验身份")


def _make_booking(line: Line) -> list[CustomerAction]:
    """Return the action of booking another hour where somebody waits for it, as where nobody was at home.

    The booking is no step of the customer's there: it is made for the case at the top.
    """
    if line.snapshot.status is not CaseStatus.OPEN or not is_hour_missing(line):
        return []
    action = AvailableAction(kind="book", name="预约上门时间", unmet="appointment_missing")
    return [CustomerAction(_write(action, ()), "去预约")]


def make_signing(name: str, path: tuple[int, ...], *, waits: bool) -> CustomerAction:
    """Return the action of signing the paper of the task at the end of ``path``, on a page of its own.

    ``waits``: the case waits for it, and does not where staff are to answer the customer first.
    """
    body = _write(AvailableAction(kind=_SIGN, name=f"签{name}"), ())
    return CustomerAction({**body, "task": join_task(path)}, SIGN if waits else None)


def make_late_rating() -> CustomerAction:
    """Return the action of rating what no step waits for; nothing stands still until then."""
    return CustomerAction(_write(AvailableAction(kind="rate", name="评价", unmet="rating_missing"), ()), None)


def may_call_off(line: Line) -> bool:
    """Tell whether staff could still stop the case where it stands: a closed valve is not called off."""
    waiting = list(_list_waiting(line)) if line.snapshot.status is CaseStatus.OPEN else []
    return bool(waiting) and all(step in one.cancel_at or step in one.withdraw_at for one, step in waiting)


def _list_waiting(line: Line) -> Iterator[tuple[ProcessDefinition, str]]:
    for task in line.snapshot.open_tasks:
        child = line.children.get(task.no)
        if child is not None and child.snapshot.status is CaseStatus.OPEN:
            yield from _list_waiting(child)
        else:
            yield line.definition, task.step


def find_mend_until(line: Line) -> str | None:
    """Return by when what came back is to be mended, as the message said that told of it."""
    opened = [one.opened_at for one in line.snapshot.open_tasks if line.definition.step(one.step).mends]
    return (max(opened) + DAYS_TO_MEND).isoformat() if opened else None


# Whether a step that began then, and is due then where it has a limit, is worth urging by now.
IsRipe = Callable[[datetime, datetime | None], bool]


def make_urging(
    line: Line,
    urged_at: datetime | None,
    find_next: Callable[[], datetime | None],
    is_ripe: IsRipe = lambda _opened_at, _due_at: True,
) -> list[dict[str, Any]]:
    """Return the action of urging as clients get it, or nothing while the customer is waited for.

    ``find_next`` says from when on a step that was urged at ``urged_at`` may be urged again, or None where it
    may be now. A step that began since then has not been urged, and is urged once one of those that are
    waited for ``is_ripe``.
    """
    awaited = list(_list_awaited(line)) if line.snapshot.status is CaseStatus.OPEN else []
    was_urged = urged_at is not None and any(one.opened_at <= urged_at for one, _ in awaited)
    if not was_urged and not any(is_ripe(one.opened_at, due_at) for one, due_at in awaited):
        return []
    body = _write(_URGE, ())
    next_at = find_next() if was_urged else None
    if next_at is not None:
        body["unmet"] = {"code": RefusalCode.URGED_LATELY.value, "text": write_too_soon(next_at)}
    return [body]


def _list_awaited(line: Line) -> Iterator[tuple[Task, datetime | None]]:
    """The steps of others that are waited for, and when they are due.

    One that handed over waits for what its child waits for.
    """
    for task in line.snapshot.open_tasks:
        child = line.children.get(task.no)
        if child is not None and child.snapshot.status is CaseStatus.OPEN:
            yield from _list_awaited(child)
        elif line.definition.step(task.step).by.kind is not ActorKind.CUSTOMER:
            yield task, line.due_at.get(task.no)


def _rank(action: CustomerAction) -> int:
    """A step that waits goes first, then a paper to sign, then what may come later, as an owed document.

    A step that waits for that document comes after it.
    """
    kind, unmet = action.body["kind"], action.body["unmet"]
    if kind == "complete":
        return 3 if unmet is not None and unmet["code"] == _DOCUMENTS_OWED else 0
    return 1 if kind == _SIGN else 2


def _list_actions(line: Line, path: tuple[int, ...]) -> Iterator[CustomerAction]:
    for action in list_available_actions(line.definition, line.snapshot, CUSTOMER, line.guards):
        # A case that was handed over to ends with its parent, never by itself at the customer's wish.
        is_own = action.kind == "complete" or not path
        if is_own and not _goes_on_elsewhere(line, action):
            yield CustomerAction(_write(action, path), _name(line, action))
    for number, child in line.children.items():
        yield from _list_actions(child, (*path, number))


def _goes_on_elsewhere(line: Line, action: AvailableAction) -> bool:
    """True for a step that waits for what it handed over to: its ways out are named for staff alone.

    The snapshots that are read here name no children, so the actions cannot know.
    """
    child = None if action.task is None else line.children.get(action.task)
    return child is not None and child.snapshot.status is CaseStatus.OPEN


def _name(line: Line, action: AvailableAction) -> str | None:
    if action.kind == "supply_document":
        return SUPPLY
    if action.kind != "complete" or action.step is None:
        return None
    step = line.definition.step(action.step)
    outcome = step.outcome(action.outcome or "")
    return None if outcome is None else name_action(step, outcome, action)


def _write(action: AvailableAction, path: tuple[int, ...]) -> dict[str, Any]:
    body = {name: getattr(action, name) for name in _FIELDS}
    if action.task is not None:
        body["task"] = join_task((*path, action.task))
    unmet = action.unmet
    body["unmet"] = {"code": unmet, "text": ERROR_TEXTS.get(unmet, unmet)} if unmet else None
    return body
