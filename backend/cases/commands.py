"""What can be asked of a case, who asks, and what the engine answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from backend.cases.form_demands import FormDemand
from backend.cases.snapshot import CaseStatus, Event, Snapshot
from backend.catalogue.definition import Actor, ActorKind, Step

# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call.
_POSITION, _DEPARTMENT = ActorKind.POSITION, ActorKind.DEPARTMENT

# A position whose tasks belong to one person, once the case's data name that person in this field.
PERSONAL_POSTS: Mapping[str, str] = {"case_handler": "handler_id"}

# Stands in the case's data for a signature by code, which leaves no picture.
SIGNED_BY_CODE = "signed_by_code"
# What an outcome may ask of its command, and the field of the case's data where that then stands.
ASKED_DATA: Mapping[str, str] = {
    "handler": "handler_id",
    "manager": "manager_id",
    "unit": "unit_id",
    "result": "result",
    "photos": "visit_photos",
    "signature": "signature_file",
    "drawing": "works_drawing",
    "amount": "amount_fen",
    "receipt": "receipt_no",
}
# What an outcome may ask for: what its command brings, and a form that has been filled in before.
ASKED = (*ASKED_DATA, "form")
# What belongs to one moment: an earlier signature or result does not stand in for the one that is asked for.
ASKED_ANEW: Mapping[str, tuple[str, ...]] = {
    "result": (ASKED_DATA["result"],),
    "signature": (ASKED_DATA["signature"], SIGNED_BY_CODE),
    "drawing": (ASKED_DATA["drawing"],),
    "amount": (ASKED_DATA["amount"],),
    "receipt": (ASKED_DATA["receipt"],),
}


@dataclass(frozen=True, slots=True)
class Performer:
    """Who asks: a customer, a member of staff with posts, or the system itself."""

    kind: ActorKind
    positions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    staff_id: int | None = None
    # Whose own tasks they may do as well: those who are away and named them.
    stands_for: frozenset[int] = frozenset()

    def may_do(self, actor: Actor, data: Mapping[str, Any]) -> bool:
        """True when the post fits and, for a task of one person's own, the case names nobody else."""
        if not self.holds(actor):
            return False
        named = data.get(PERSONAL_POSTS.get(actor.key, "")) if actor.kind is ActorKind.POSITION else None
        return named is None or named == self.staff_id or named in self.stands_for

    def may_take(self, step: Step, data: Mapping[str, Any]) -> bool:
        """True for a step of this performer's own, and for one that their post may carry out as well."""
        return self.may_do(step.by, data) or any(self.may_do(actor, data) for actor in step.also_by)

    def holds(self, actor: Actor) -> bool:
        """True when this performer holds the post that ``actor`` names; anything undeclared is no."""
        kind = actor.kind
        if kind is _POSITION:
            return actor.key in self.positions
        if kind is _DEPARTMENT:
            return actor.key in self.departments
        return self.kind is kind

    @property
    def is_staff(self) -> bool:
        """True for a member of staff, whatever posts they hold."""
        return self.kind in (_POSITION, _DEPARTMENT)


CUSTOMER = Performer(ActorKind.CUSTOMER)
SYSTEM = Performer(ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True)
class Start:
    """Open the case at its first step, or at ``enter_at`` where another process hands over."""

    performer: Performer
    data: dict[str, Any] = field(default_factory=dict)
    enter_at: str | None = None


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """One field or document to be mended, with the reason the customer reads."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Finish an open task with one of its outcomes.

    ``changed_items`` names every field or document that this command changes; at a mending step only
    returned items may be among them. ``data`` carries plain values that later conditions ask for.
    """

    performer: Performer
    task: int
    outcome: str
    expected_version: int
    reason: str = ""
    corrections: tuple[CorrectionRequest, ...] = ()
    owed_documents: tuple[str, ...] = ()
    changed_items: frozenset[str] = frozenset()
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The customer takes the application back."""

    performer: Performer
    expected_version: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Staff stop the case; a reason is always asked for."""

    performer: Performer
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Urge:
    """The customer asks for the case to go on (催办); how often one may, the service has checked before."""

    performer: Performer


@dataclass(frozen=True, slots=True)
class SupplyDocument:
    """A document that was owed has come in (容缺受理)."""

    performer: Performer
    document: str


@dataclass(frozen=True, slots=True)
class EndChild:
    """The process that ``task`` waits for has ended; only the system says so."""

    performer: Performer
    task: int
    end: CaseStatus


@dataclass(frozen=True, slots=True)
class Abandon:
    """The case that handed over to this one has ended, so nobody waits any more; only the system says so."""

    performer: Performer
    reason: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """The open work of one handler goes to another; who may say so, the service has checked before."""

    performer: Performer
    handler_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Forward:
    """A part of the case goes to another department or process; who may say so, the service has checked.

    ``to`` is one of those that the process names, ``name`` what it is called; ``data`` carries what belongs
    to the part. The case itself goes on.
    """

    performer: Performer
    to: str
    name: str
    reason: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extend:
    """The limit of an open task ends later; who may ask and agree, the service has checked before.

    ``limit`` is the limit's name, as ``name_limit`` gives it: all tasks that share it are due then.
    """

    performer: Performer
    task: int
    limit: str
    due_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Amend:
    """A component changes plain values that it owns, such as the appointment; only the system says so."""

    performer: Performer
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FillForm:
    """The form of an open step has been filled in or corrected; its content lies in a row of its own.

    ``name`` is the form's; ``data`` carries the plain values that later conditions ask for.
    """

    performer: Performer
    task: int
    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)


# What is asked of a case beside starting it and finishing a task.
Aside = (
    Withdraw
    | Cancel
    | SupplyDocument
    | EndChild
    | Abandon
    | Amend
    | HandOver
    | Urge
    | FillForm
    | Extend
    | Forward
)
Command = Start | Complete | Aside

# A guard answers with the code of its refusal, or with None when it has no objection. It is pure: what it
# needs to know beyond the snapshot, the service has bound into it before.
Guard = Callable[[Snapshot, Mapping[str, Any]], str | None]


class EffectCall(NamedTuple):
    """A named effect that the service has to run in the same transaction."""

    name: str
    args: dict[str, Any]
    task: int
    step: str


class Decision(NamedTuple):
    """The engine's answer: what happened, what is to be done, and how the case stands then."""

    events: tuple[Event, ...]
    effects: tuple[EffectCall, ...]
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """What a client may offer. ``unmet`` is the code of the guard that still objects, if one does.

    A guard that waits for what the command itself brings (``asks``) does not object here.
    ``for_customer``: staff would do it on the customer's behalf. ``demands`` is what it asks of the form.
    """

    kind: str
    task: int | None = None
    step: str | None = None
    outcome: str | None = None
    name: str = ""
    unmet: str | None = None
    needs_reason: bool = False
    reason_label: str | None = None
    needs_corrections: bool = False
    needs_owed_documents: bool = False
    asks: tuple[str, ...] = ()
    for_customer: bool = False
    demands: tuple[FormDemand, ...] = ()
