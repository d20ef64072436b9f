"""What a customer has to pay for a case, where and until when, and what was paid: as its page tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_customer_case, find_root_id, join_task
from backend.cases.case_tree import Branch, list_branches, read_tree_by_id
from backend.cases.deadlines import find_limit, measure_due
from backend.cases.models import ServiceCase
from backend.cases.ports import Due
from backend.cases.snapshot import CaseStatus, Task
from backend.cases.staff_access import StaffAccess
from backend.cases.staff_case_view import find_branch
from backend.catalogue.definition import ActorKind, LimitKind, ProcessDefinition, Step
from backend.catalogue.service import DefinitionStore
from backend.core.calendar_service import CalendarService
from backend.core.database import table_of
from backend.core.local_time import local_date
from backend.core.working_calendar import WorkingCalendar
from backend.organisation.service import Member, OrganisationService
from payments.agreed import Agreed, find_agreed, find_recorded
from payments.collecting import OPENS_CHARGE
from payments.ledger import list_charges
from payments.paid_for import UNNAMED, find_sum_field, name_what
from payments.settling import SUM_SET, Recorded, find_owed

# The step at which the customer has paid is finance's.
SETTLES_CHARGE = "settle_charge"
_CASE = table_of(ServiceCase)
_UNIT = select(_CASE.c.unit_id).where(_CASE.c.id == bindparam("case_id"))
_OPEN = select(_CASE.c.id, _CASE.c.definition_version_id).where(
    _CASE.c.customer_id == bindparam("customer_id"), _CASE.c.status == "open"
)
# Where a browser shows an address on the map; the clients themselves name no host but ours.
_MAP = "https://apis.map.qq.com/uri/v1/search?keyword={}&referer=gas-hall"
# What a bill waits for: its sum, an answer to what the customer says of it, the customer's money, the counter
# that books it, finance that looks for it.
BILL_STATES = ("to_set", "disputed", "to_pay", "booking", "checking")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where money is waited for: the step that the customer's progress shows, and what collects the fee.

    ``path`` leads from the case at the top to ``branch``, by the tasks that handed over.
    """

    branch: Branch
    definition: ProcessDefinition
    task: Task | None
    fee: Branch | None = None
    is_with_finance: bool = False
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be paid at a place, by an open charge or else by what was agreed on."""

    agreed: Agreed | None
    amount_fen: int | None
    paid_fen: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Fee:
    """What whoever takes the money reads: the sum that the customer was told, for what, and until when.

    ``due_fen`` is None where neither contract nor staff have said it, ``what`` where no money is taken;
    ``basis`` is what a sum that was recorded comes of. ``is_taken``: it is, and finance is yet to confirm it;
    ``is_disputed``: the customer waits for an answer to what they say of it, and has no last day until then.
    Where nothing waits to be paid any more, ``recorded`` is what the case's slip says is owed, and what came
    in of it; ``received`` is what finance has confirmed since, and ``is_cleared`` that it is all of it.
    """

    due_fen: int | None = None
    what: str | None = None
    until: datetime | None = None
    basis: tuple[Mapping[str, str], ...] = ()
    is_taken: bool = False
    is_disputed: bool = False
    received: tuple[Mapping[str, Any], ...] = ()
    is_cleared: bool = False
    recorded: Recorded | None = None


class PaymentStatements:
    """Reads for customers, and for who takes the money.

    Most cases cost nothing, and then there is neither a bill nor a receipt.
    """

    def __init__(
        self,
        reading: sessionmaker[Session],
        definitions: DefinitionStore,
        organisation: OrganisationService,
        calendar: CalendarService,
    ) -> None:
        self._reading = reading
        self._definitions = definitions
        self._organisation = organisation
        self._calendar = calendar

    def tell_customer(self, customer_id: int, case_no: str, now: datetime) -> dict[str, Any]:
        """Return ``{bill, paid}``: what is to be paid now or None, and every receipt; raises NotFound."""
        with self._reading() as session:
            root = find_customer_case(session, customer_id, case_no).branch
            place = next(self._list_places(session, root), None)
            charges = list_charges(session, [one.id for one in list_branches(root)])
            paid = [_write_receipt(one) for one in charges if one.state == "settled"]
            bill = None if place is None else self._write_bill(session, place, charges, now)
            return {"bill": bill, "paid": paid}

    def list_collecting(self, session: Session, customer_id: int) -> list[int]:
        """Return the customer's open cases that collect a fee; their own steps show nobody what is owed."""
        rows = session.execute(_OPEN, {"customer_id": customer_id}).all()
        return [row.id for row in rows if self._collects(session, row.definition_version_id)]

    def find_due(self, session: Session, root: Branch, now: datetime) -> Due | None:
        """Return what a case waits to be paid at the counter, or None.

        Not what nobody has set, nor what the counter or finance are busy with: nobody has to come for that.
        """
        place = next(self._list_places(session, root), None)
        if place is None:
            return None
        due = self._find_due(session, place, list_charges(session, [one.id for one in list_branches(root)]))
        state = None if due is None else _tell_state(place, due.agreed, due.amount_fen)
        if due is None or state not in ("to_pay", "disputed"):
            return None
        return Due(_name_what(place), due.amount_fen, state == "disputed")

    def _collects(self, session: Session, version_id: int) -> bool:
        return _has_effect(self._definitions.get(session, version_id).steps, OPENS_CHARGE)

    def find_sum(
        self, session: Session, root_id: int, case_id: int, now: datetime
    ) -> tuple[int | None, datetime | None] | None:
        """Return what ``case_id``, the case at the top or one below it, waits to be paid and until when."""
        bill = self._find_bill(session, root_id, case_id, now)
        return None if bill is None else (bill["amount_fen"], bill["until"])

    def is_asked(self, session: Session, root_id: int, case_id: int, now: datetime) -> bool:
        """Tell whether ``case_id``, the case at the top or one below it, waits for the customer's money."""
        bill = self._find_bill(session, root_id, case_id, now)
        return bill is not None and bill["state"] == "to_pay" and bool(bill["amount_fen"])

    def _find_bill(
        self, session: Session, root_id: int, case_id: int, now: datetime
    ) -> dict[str, Any] | None:
        root = read_tree_by_id(session, root_id).branch
        place = next((one for one in self._list_places(session, root) if one.branch.id == case_id), None)
        if place is None:
            return None
        charges = list_charges(session, [one.id for one in list_branches(root)])
        return self._write_bill(session, place, charges, now)

    def find_fee(self, member: Member, access: StaffAccess, case_no: str, now: datetime) -> Fee:
        """Return what this case waits to be paid, or this collection of a fee is to bring.

        A charge that is open already goes before what was agreed on. Raises NotFound.
        """
        with self._reading() as session:
            case_id = access.find_staff_case(session, member, case_no).id
            root = read_tree_by_id(session, find_root_id(session, case_id)).branch
            places = self._list_places(session, root)
            place = next((one for one in places if (one.fee or one.branch).id == case_id), None)
            if place is None:
                return self._find_cleared(session, find_branch(root, case_id))
            charges = list_charges(session, [one.id for one in list_branches(place.branch)])
            due = self._find_due(session, place, charges)
            if due is None:
                return Fee()
            basis = () if due.agreed is None else due.agreed.basis
            state = _tell_state(place, due.agreed, due.amount_fen)
            is_disputed = due.agreed is not None and due.agreed.is_disputed
            return Fee(
                due.amount_fen,
                _name_what(place),
                # Neither whoever objects nor whoever has paid has a day until which to come.
                due.until if state == "to_pay" and not is_disputed else None,
                basis,
                is_taken=state == "checking",
                is_disputed=is_disputed,
            )

    def _find_cleared(self, session: Session, branch: Branch) -> Fee:
        """Return what came in of a sum that a form of the case recorded: nobody asks for it anew then."""
        definition = self._definitions.get(session, branch.definition_version_id)
        recorded = find_owed(session, definition, branch.id)
        if recorded is None:
            return Fee()
        received = tuple(_write_receipt(one) for one in recorded.settled)
        return Fee(received=received, is_cleared=recorded.is_settled, recorded=recorded)

    def _list_places(self, session: Session, branch: Branch, path: tuple[int, ...] = ()) -> Iterator[_Place]:
        """Return where the case waits for money, itself or in what it handed over to."""
        if branch.snapshot.status is not CaseStatus.OPEN:
            return
        definition = self._definitions.get(session, branch.definition_version_id)
        if _has_effect(definition.steps, OPENS_CHARGE):
            yield self._make_fee(definition, branch, definition, None, branch, path)
        for task in branch.snapshot.open_tasks:
            child = branch.children.get(task.no)
            below = None if child is None else self._definitions.get(session, child.definition_version_id)
            if child is not None and below is not None and _has_effect(below.steps, OPENS_CHARGE):
                if child.snapshot.status is CaseStatus.OPEN:
                    yield self._make_fee(below, branch, definition, task, child, path)
            elif child is not None:
                yield from self._list_places(session, child, (*path, task.no))
            elif definition.step(task.step).has_guard(SUM_SET):
                yield _Place(branch, definition, task, path=path)

    @staticmethod
    def _make_fee(
        collecting: ProcessDefinition,
        branch: Branch,
        definition: ProcessDefinition,
        task: Task | None,
        fee: Branch,
        path: tuple[int, ...],
    ) -> _Place:
        here = [collecting.step(one.step) for one in fee.snapshot.open_tasks]
        return _Place(branch, definition, task, fee, _has_effect(here, SETTLES_CHARGE), path)

    def _write_bill(
        self, session: Session, place: _Place, charges: Sequence[Row[Any]], now: datetime
    ) -> dict[str, Any] | None:
        due = self._find_due(session, place, charges)
        if due is None:
            return None
        agreed = due.agreed
        return {
            "what": _name_what(place),
            "amount_fen": due.amount_fen,
            "total_fen": None if agreed is None else agreed.total_fen,
            "paid_fen": due.paid_fen if agreed is not None else 0,
            "state": _tell_state(place, agreed, due.amount_fen),
            "until": due.until,
            "overdue": due.until is not None and due.until < now,
            "paper": _find_paper(place, agreed),
            "basis": [] if agreed is None else list(agreed.basis),
            "contract_no": agreed.contract_no or None if agreed is not None else None,
            "transfer": None if agreed is None else agreed.transfer,
            "desk": self._tell_desk(session, place.branch.id, now),
        }

    def _find_due(self, session: Session, place: _Place, charges: Sequence[Row[Any]]) -> _Due | None:
        """Return what is due at the place, or None once finance's receipt is there."""
        charge = next(
            (one for one in charges if one.state == "open" and place.fee and one.case_id == place.fee.id),
            None,
        )
        if charge is None and _is_booked(place):
            return None
        agreed = self._find_agreed(session, place)
        below = {one.id for one in list_branches(place.branch)}
        settled = (one for one in charges if one.state == "settled" and one.case_id in below)
        since = None if agreed is None else agreed.since
        paid_fen = sum(one.amount_fen for one in settled if since is None or one.settled_at >= since)
        amount_fen = None if agreed is None else agreed.find_due(paid_fen)
        if charge is not None:
            amount_fen = charge.amount_fen
        return _Due(
            agreed, amount_fen, paid_fen, self._find_end(session, place, agreed if paid_fen == 0 else None)
        )

    def _find_end(self, session: Session, place: _Place, agreed: Agreed | None) -> datetime | None:
        """Return until when it is to be paid: by the contract, or else on the day of the step's own limit.

        A limit that the step shares with others stands still while the customer is waited for; what the
        manual gives the customer is told all the same. What staff are to do at once has no last day; what
        waits for the customer alone has one in any case, since nobody comes for what has no date.
        """
        calendar = self._calendar.current(session)
        if agreed is not None and agreed.pay_by is not None:
            return calendar.closing_time(agreed.pay_by)
        if place.task is None:
            return None
        is_own = place.definition.step(place.task.step).by.kind is ActorKind.CUSTOMER
        if place.fee is not None and not is_own:
            return None
        due_at = place.branch.due_at.get(place.task.no)
        limit = find_limit(place.definition, place.branch.snapshot, place.task.step)
        if limit is not None and limit.kind is LimitKind.IMMEDIATE:
            return None
        if due_at is None and limit is not None:
            due_at = measure_due(limit, calendar, place.task.opened_at)
        if due_at is None and is_own:
            due_at = place.task.opened_at
        return None if due_at is None else _tell_last_day(calendar, place.task.opened_at, due_at)

    def _find_agreed(self, session: Session, place: _Place) -> Agreed | None:
        recorded = find_sum_field(place.definition, None if place.task is None else place.task.step)
        if recorded is not None:
            return find_recorded(session, self._definitions, place.branch.id, recorded)
        # What a case handed over to began with its parent's sums, so only who asks for one has one.
        if not any(one.has_guard(SUM_SET) for one in place.definition.steps):
            return None
        return find_agreed(session, place.branch.id, place.branch.snapshot.data)

    def _tell_desk(self, session: Session, case_id: int, now: datetime) -> dict[str, str]:
        """Return where money is taken until the online channels come: the counter of the case's unit."""
        unit_id = session.execute(_UNIT, {"case_id": case_id}).scalar_one()
        hours = self._calendar.current(session).hours_on(local_date(now))
        periods = "、".join(f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in hours.periods)
        unit, address = self._organisation.tell_counter(session, unit_id)
        map_url = _MAP.format(quote(address, safe="")) if address else ""
        return {"unit": unit, "address": address, "hours": periods, "map_url": map_url}


def _find_paper(place: _Place, agreed: Agreed | None) -> int | None:
    """Return the number by which the customer knows the paper with the sum, or None where it is in none."""
    task_no = None if agreed is None else agreed.task_no
    return None if task_no is None else join_task((*place.path, task_no))


def _tell_last_day(calendar: WorkingCalendar, since: datetime, due_at: datetime) -> datetime:
    """Return when the counter closes on the last day for paying.

    The manual counts office hours; of half a day that begins on a weekend a quarter of an hour would be left
    after the morning. Whoever has to come to a counter gets the whole of an opening day, and no minute of it.
    """
    return calendar.closing_time(max(calendar.next_whole_day(since), local_date(due_at)))


def _write_receipt(charge: Row[Any]) -> dict[str, Any]:
    return {
        "amount_fen": charge.amount_fen,
        "paid_at": charge.settled_at,
        "receipt_no": charge.receipt_no,
    }


def _has_effect(steps: Sequence[Step], effect: str) -> bool:
    return any(use.name == effect for step in steps for one in step.outcomes for use in one.effects)


def _is_booked(place: _Place) -> bool:
    """True once finance's receipt is there: then nothing but the slip is left to write."""
    return place.fee is not None and place.fee.snapshot.data.get("receipt_no") is not None


def _name_what(place: _Place) -> str:
    step = None if place.task is None else place.task.step
    return name_what(place.definition, step) or UNNAMED


def _tell_state(place: _Place, agreed: Agreed | None, amount_fen: int | None) -> str:
    """Return one of BILL_STATES.

    Whoever has agreed to the sum has said before that it is paid, or pays it right now: the counter is
    ``booking`` it. With finance (``checking``) nobody waits for the customer's money any more.
    """
    if place.is_with_finance:
        return "checking"
    if place.fee is not None and agreed is not None and agreed.since is None:
        return "booking"
    if agreed is not None and agreed.is_disputed:
        return "disputed"
    return "to_set" if amount_fen is None else "to_pay"
