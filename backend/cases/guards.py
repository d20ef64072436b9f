"""The engine's named guards: pure checks of the snapshot that any process may use.

A guard that needs more than the snapshot is bound before the engine runs: what it needs is read then, under
the case's lock, and the engine itself stays pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from backend.cases.commands import SIGNED_BY_CODE, Guard, Performer
from backend.cases.document_rows import list_filled_tasks, list_signers
from backend.cases.models import CaseReview
from backend.cases.own_work import find_doers, list_reviewers
from backend.cases.snapshot import Snapshot, TaskState
from backend.cases.works_drawings import DRAWING_SHOWN, WORKS_DRAWING
from backend.catalogue.definition import FORM_FILLED, FORWARDED_ANSWERED, ProcessDefinition, Step
from backend.core.database import table_of
from backend.core.statements import Prepared

# The name of the guard, and of the plain value that whoever settles the approval keeps in the case's data.
CONTRACT_APPROVED = "contract_approved"
# The guard, and the value that whoever proves or decides who the customer is keeps in the case's data: what
# proved it, as ``face:<reference>`` or ``staff:<id>``. Only their services write it, on the case at the top.
IDENTITY_VERIFIED, IDENTITY_PROOF = "identity_verified", "identity_proof"
# Set where the customer declined a face check or failed it too often, so that a person decides.
IDENTITY_BY_PERSON = "identity_by_person"
# The guard of an approval: who did one of the ``steps`` leaves it to somebody else.
BY_ANOTHER = "by_another_person"


def awaits_approval(step: Step, snapshot: Snapshot) -> bool:
    """True while the step's form is a contract that is not approved yet, so that nobody may sign it."""
    asks = any(use.name == CONTRACT_APPROVED for one in step.outcomes for use in one.guards)
    return asks and _need_approval(snapshot, {}) is not None


class Asking(NamedTuple):
    """For which case a guard is bound, as it stands, and which member of staff wants to go on with it."""

    case_id: int
    definition: ProcessDefinition
    snapshot: Snapshot
    performer: Performer | None


Bind = Callable[[Session, Asking], Guard]


@dataclass(frozen=True, slots=True)
class BoundGuard:
    """A guard that reads more than the snapshot; until it is bound to a case it objects: silence means no."""

    bind: Bind
    refusal: str

    def __call__(self, snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        """Object, since what is to be asked has not been read."""
        return self.refusal


_REVIEW = table_of(CaseReview)
_REJECTED = Prepared(
    select(_REVIEW.c.item)
    .where(_REVIEW.c.case_id == bindparam("case_id"), _REVIEW.c.verdict == "reject")
    .limit(1)
)


def _need(field: str, refusal: str) -> Guard:
    """Return a guard that objects with ``refusal`` until the case's data has ``field``."""

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        return None if snapshot.data.get(field) not in (None, "", []) else refusal

    return check


def _refuse_hazards(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """What nobody ticked is in order, and only then is nothing to be put right."""
    return "hazards_found" if snapshot.data.get("hazards_found") else None


def _refuse_arrears(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Who owes by the check of the gas does not go on as if nothing were owed."""
    return "arrears_found" if snapshot.data.get("arrears_fee") else None


def _need_documents(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    return "documents_owed" if snapshot.owed_documents else None


def _need_signature(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object until there is a picture, or the word of the service that the slip was confirmed by a code."""
    has = snapshot.data.get("signature_file") or snapshot.data.get(SIGNED_BY_CODE) is True
    return None if has else "signature_missing"


def _need_papers(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object to a paper that was found missing or wrong on site, and to one that nobody looked at."""
    marks = [snapshot.data.get(f"{one}_checked") for one in ("identity", "property", "agent")]
    return None if all(one in ("ok", "not_needed") for one in marks) else "papers_wrong"


def _refuse_leaks(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object while the check names a leak: only then does its form ask for the closed valve."""
    return "leak_found" if snapshot.data.get("valve_closed") else None


# What a gas-on certificate has to say before gas flows, of households and of the others. The case has
# the answers of the one of the two forms that was filled in last.
_GAS_MAY_FLOW: tuple[Mapping[str, Any], ...] = (
    {
        "ready_for_gas": True,
        "tightness_ok": True,
        "facilities_commissioned": True,
        "hose_joint_tight": True,
        "ignition_done": True,
    },
    {"tightness_leak": "not_leaking", "gas_on_done": True},
)


def _need_certificate(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object to a certificate that names anything for which gas must not flow, and to none at all."""
    data = snapshot.data
    # The riser is only tested where the gas comes for the first time.
    if data.get("riser_tightness_ok") is False:
        return "gas_not_ready"
    fits = any(all(data.get(key) == wanted for key, wanted in row.items()) for row in _GAS_MAY_FLOW)
    return None if fits else "gas_not_ready"


def _need_agreement(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object unless what was bought less what was used is what the meter says is left."""
    names = ("meter_purchased", "meter_used", "meter_left")
    figures = [snapshot.data.get(one) for one in names]
    if any(one is None for one in figures):
        return "gas_differs"
    bought, used, left = (Decimal(str(one)) for one in figures)
    return None if bought - used == left else "gas_differs"


def _need_tries(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object until tasks have ended ``times`` times with one of ``outcomes``."""
    tried = sum(task.outcome in args.get("outcomes", ()) for task in snapshot.tasks)
    return None if tried >= args.get("times", 1) else "tries_left"


def _need_approval(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    return None if snapshot.data.get(CONTRACT_APPROVED) is True else "contract_unapproved"


def _need_answers(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
    """Object while what was forwarded is unanswered, or its answer unread.

    Of ``steps`` the first is open while the department has it, the others while its answer is to be read.
    """
    waiting, *reading = args.get("steps", (None,))
    here = {task.step for task in snapshot.open_tasks}
    if waiting is None or waiting in here:
        return "forward_unanswered"
    return None if here.isdisjoint(reading) else "forward_unread"


def _always(refusal: str | None) -> Guard:
    return lambda snapshot, args: refusal


def _bind_rejected_marks(session: Session, asking: Asking) -> Guard:
    rejected = _REJECTED.first(session, {"case_id": asking.case_id})
    return _always(None if rejected is None else "rejected_marks")


def _bind_form_filled(session: Session, asking: Asking) -> Guard:
    filled = list_filled_tasks(session, asking.case_id)

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        here = (task.no for task in snapshot.open_tasks if task.step == args.get("step"))
        return None if any(no in filled for no in here) else "form_missing"

    return check


def _bind_document_signed(session: Session, asking: Asking) -> Guard:
    signed = list_signers(session, asking.case_id)

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        have = signed.get(args.get("form", ""), frozenset())
        return None if have and have >= set(args.get("signers", ())) else "signatures_missing"

    return check


def _bind_another_person(session: Session, asking: Asking) -> Guard:
    """Object to an approval by whoever did the work, while somebody else on duty could give it.

    In a unit where nobody else can, the work must not stand still for weeks: whoever did it goes on, and the
    history names who approved. So a lead need not override anything, nor be there for it.
    """
    me = None if asking.performer is None else asking.performer.staff_id
    doers = {} if me is None else find_doers(session, asking.case_id)
    if not any(me in one for one in doers.values()):
        return _always(None)
    here = {task.step for task in asking.snapshot.open_tasks}
    steps = here.intersection(asking.definition.steps_by_guard[BY_ANOTHER])
    posts = {asking.definition.step(one).by.key for one in steps}
    reviewers = list_reviewers(session, asking.case_id, posts)

    def check(snapshot: Snapshot, args: Mapping[str, Any]) -> str | None:
        # Of what was done again after a return, the last counts.
        last = {task.step: task.no for task in snapshot.tasks if task.state is TaskState.DONE}
        did = {who for step in args.get("steps", ()) for who in doers.get(last.get(step, 0), ())}
        return "own_work" if me in did and reviewers - did else None

    return check


CASE_GUARDS: dict[str, Guard] = {
    "appointment_booked": _need("appointment_id", "appointment_missing"),
    "handler_assigned": _need("handler_id", "handler_missing"),
    "manager_assigned": _need("manager_id", "manager_missing"),
    "result_recorded": _need("result", "result_missing"),
    "signature_present": _need_signature,
    "drawing_made": _need(WORKS_DRAWING, "drawing_missing"),
    # The customer signs what is shown: which files that were, the service that takes the signature compares.
    DRAWING_SHOWN: _need(WORKS_DRAWING, "drawing_missing"),
    "amount_named": _need("amount_fen", "amount_missing"),
    "receipt_recorded": _need("receipt_no", "receipt_missing"),
    # Counted by the knowledge base in the data of its round's case.
    "plan_made": _need("plan_items", "plan_missing"),
    "articles_written": _need("articles", "articles_missing"),
    # Counted by the ledger of customers in the data of the case that asks for it.
    "ledger_brought_in": _need("ledger_rows", "ledger_missing"),
    "rating_given": _need("stars", "rating_missing"),
    CONTRACT_APPROVED: _need_approval,
    IDENTITY_VERIFIED: _need(IDENTITY_PROOF, "identity_unproven"),
    "no_documents_owed": _need_documents,
    "hazards_named": _need("hazards_found", "hazards_missing"),
    "nothing_found": _refuse_hazards,
    "arrears_named": _need("arrears_fee", "arrears_missing"),
    "nothing_owed": _refuse_arrears,
    "tried_often": _need_tries,
    "papers_in_order": _need_papers,
    "gas_agrees": _need_agreement,
    "no_leak_found": _refuse_leaks,
    "gas_may_flow": _need_certificate,
    FORWARDED_ANSWERED: _need_answers,
    "no_rejected_marks": BoundGuard(_bind_rejected_marks, "rejected_marks"),
    FORM_FILLED: BoundGuard(_bind_form_filled, "form_missing"),
    "document_signed": BoundGuard(_bind_document_signed, "signatures_missing"),
    BY_ANOTHER: BoundGuard(_bind_another_person, "own_work"),
}


def bind_guards(
    session: Session,
    case_id: int,
    definition: ProcessDefinition,
    snapshot: Snapshot,
    guards: Mapping[str, Guard],
    performer: Performer | None = None,
) -> Mapping[str, Guard]:
    """Return ``guards`` with those bound that the case's open steps name; ``performer`` wants to go on."""
    named = {
        use.name
        for task in snapshot.open_tasks
        for outcome in definition.step(task.step).outcomes
        for use in outcome.guards
    }
    found = {name: one for name in named if isinstance(one := guards.get(name), BoundGuard)}
    if not found:
        return guards
    asking = Asking(case_id, definition, snapshot, performer)
    return {**guards, **{name: one.bind(session, asking) for name, one in found.items()}}
