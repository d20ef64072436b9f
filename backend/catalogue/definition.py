"""The shape of a process in memory: frozen, typed, free of YAML and of the database.

The catalogue builds these from ``processes/*.yaml``; the case engine reads them and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from backend.catalogue.calendar_start import CalendarStart
from backend.catalogue.conditions import evaluate
from backend.catalogue.parameters import Figure, Parameter

# The guard of every outcome that asks for its step's form; the loader adds it.
FORM_FILLED = "form_filled"
# Case data in which stands to whom a part of the case was forwarded last: a post or a process.
FORWARDED_TO = "forwarded_to"
# The guard of whoever ends the case: what was forwarded has been answered, and the answer read.
FORWARDED_ANSWERED = "forwarded_answered"


class ActorKind(StrEnum):
    """Who carries out a step."""

    CUSTOMER = "customer"
    POSITION = "position"
    DEPARTMENT = "department"
    SYSTEM = "system"


class LimitKind(StrEnum):
    """Kinds of time limit, as the manual uses them (design, decision 7)."""

    NONE = "none"
    IMMEDIATE = "immediate"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    CALENDAR_DATE = "calendar_date"
    DAILY_WINDOW = "daily_window"
    BY_APPOINTMENT = "by_appointment"
    BY_PLAN = "by_plan"
    FORM_DATE = "form_date"
    WITH_STEP = "with_step"


class ClockKind(StrEnum):
    """Which hours count: the office's or all of them."""

    OFFICE = "office"
    ROUND_THE_CLOCK = "round_the_clock"


class CaseEnd(StrEnum):
    """How a case may end."""

    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Actor:
    """The post a step belongs to. ``key`` is a position or department id, empty for the others."""

    kind: ActorKind
    key: str = ""


@dataclass(frozen=True, slots=True)
class LimitSpec:
    """A time limit as written in the process; ``steps`` names all steps that share it.

    ``changes`` are the lengths that the company set where that is a parameter, each from a moment on.
    ``cases`` holds the limits of cases whose data fit a condition; where none does, the limit itself holds.
    ``field`` is the case data with the day that a form names, ``otherwise`` the limit of a case without one.
    """

    kind: LimitKind
    value: Decimal | None = None
    clock: ClockKind = ClockKind.OFFICE
    steps: tuple[str, ...] = ()
    with_step: str | None = None
    due: str | None = None
    cases: tuple[LimitCase, ...] = ()
    changes: tuple[tuple[datetime, Decimal], ...] = ()
    field: str | None = None
    otherwise: LimitSpec | None = None

    def length_at(self, moment: datetime) -> Decimal | None:
        """Return the length of a limit that begins at ``moment``; a later change does not touch it."""
        length = self.value
        for since, value in self.changes:
            if since <= moment:
                length = value
        return length


@dataclass(frozen=True, slots=True)
class LimitCase:
    """The limit that holds instead while ``when`` does."""

    when: dict[str, Any]
    limit: LimitSpec


@dataclass(frozen=True, slots=True)
class OverallLimit:
    """A limit over the whole works, from one step's opening to another's: past it, staff are warned."""

    limit: LimitSpec
    begins_at: str
    ends_at: str | None = None
    when: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class GuardUse:
    """A named guard with its parameters."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffectUse:
    """A named effect with its parameters."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


class TellsCustomer(StrEnum):
    """What an outcome lets the customer read: the result that was recorded up to there, the words of the
    outcome itself, or the fields of the case's forms that are meant for them."""

    RESULT = "result"
    REASON = "reason"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way out of a step.

    ``to`` lists the steps opened next (several at once run in parallel), ``end`` closes the case instead.
    ``corrections`` marks a return: the command must list what is to be mended. ``owes_documents`` allows
    the command to accept with documents owed (容缺受理). ``when`` is a condition in the closed form.
    ``asks`` names what the command itself may bring: handler, unit, result, photos or signature; ``form``
    among them means that the step's form has to be filled in before.
    ``reason_label`` says what the words of ``needs_reason`` are where they are no reason but a record.
    ``sets`` is case data that choosing this outcome records, for conditions further on.
    ``name_for_staff`` is what it is called for whoever chooses it on the customer's behalf.
    ``tells_customer`` is what the customer reads of the handling from then on; without it, nothing.
    ``told_undone`` is what the step says in the progress that was left so without being done: 气款还没有缴清.
    ``told_next`` is what the step that it leads to says while it is the present one, instead of its own text.
    """

    key: str
    name: str
    to: tuple[str, ...] = ()
    end: CaseEnd | None = None
    when: dict[str, Any] | None = None
    guards: tuple[GuardUse, ...] = ()
    effects: tuple[EffectUse, ...] = ()
    corrections: bool = False
    owes_documents: bool = False
    needs_reason: bool = False
    reason_label: str | None = None
    asks: tuple[str, ...] = ()
    sets: dict[str, Any] = field(default_factory=dict)
    name_for_staff: str = ""
    tells_customer: tuple[TellsCustomer, ...] = ()
    told_undone: str = ""
    told_next: str = ""


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """A process that a step hands over to, chosen by the first condition that holds (None always holds).

    ``pauses_parent``: while it runs, the limit that the step belongs to stands still.
    ``at_counter``: the counter does it and not who handles the case, which goes on with the effect
    ``release_parent``, while the counter still has its own to do.
    """

    process: str
    when: dict[str, Any] | None = None
    enter_at: str | None = None
    pauses_parent: bool = False
    at_counter: bool = False

    @property
    def forwarded_to(self) -> str | None:
        """To whom a part of a case is forwarded that comes here: a post or a process, or None."""
        when = self.when or {}
        return str(when["value"]) if when.get("field") == FORWARDED_TO else None


@dataclass(frozen=True, slots=True)
class FormCase:
    """The form that a step has instead while ``when`` holds."""

    when: dict[str, Any]
    form: str


@dataclass(frozen=True, slots=True)
class CustomerView:
    """What the customer reads at a step; an invisible step shows as part of the one before it.

    ``text_when_closed`` takes the place of ``text`` while the office is closed, and says when it ``{opens}``.
    ``name_done`` takes the place of ``name`` once the step is done, where that would read as still awaited.
    ``visit_for`` is what somebody comes for at the step of an arrival: 上门勘察, 上门通气.
    ``shows`` are fields of forms filled in before, which the customer reads beside the step.
    A step that ``joins`` is one thing with such a step right before it, here or in the case that handed
    over, and goes by its name. Without ``tells_due`` nobody reads by when staff have to be done with it.
    ``text_stopped`` takes the place of ``text`` where the case was ended at the step and another one goes on.
    """

    visible: bool
    name: str = ""
    text: str = ""
    text_when_closed: str = ""
    name_done: str = ""
    visit_for: str = ""
    shows: tuple[str, ...] = ()
    joins: bool = False
    tells_due: bool = True
    text_stopped: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a process; ``no`` is the manual's step number where there is one.

    ``queue`` is the staff's queue in which the open step stands, apart from their unit's whole list.
    ``also_by`` are posts that may carry it out as well, a customer's step on the customer's behalf.
    ``attended_by`` names who takes part beside the one who records it. ``form_cases`` hold the forms of cases
    whose data fit a condition; where none does, the form itself holds. ``signs`` names an earlier step whose
    form is signed by the signature that is given here. ``form_effects`` work whenever the form is handed in.
    ``alternatives`` are outcomes that weigh the same: none of them is offered as the usual one.
    ``plain`` says what is to be done to whoever does it, where the manual's ``name`` does not.
    """

    key: str
    no: str
    name: str
    by: Actor
    limit: LimitSpec
    customer: CustomerView
    outcomes: tuple[Outcome, ...]
    form: str | None = None
    mends: bool = False
    waits_for_all: tuple[str, ...] = ()
    children: tuple[ChildProcess, ...] = ()
    queue: str | None = None
    attended_by: tuple[str, ...] = ()
    form_cases: tuple[FormCase, ...] = ()
    signs: str | None = None
    form_effects: tuple[EffectUse, ...] = ()
    also_by: tuple[Actor, ...] = ()
    alternatives: tuple[str, ...] = ()
    plain: str = ""

    @property
    def plain_name(self) -> str:
        """What staff read in lists and notices: what is to be done, else the manual's name."""
        return self.plain or self.name

    def form_for(self, data: Mapping[str, Any]) -> str | None:
        """Return the form that a case with these data fills in here, or None where the step has none."""
        return next((one.form for one in self.form_cases if evaluate(one.when, data)), self.form)

    def outcome(self, key: str) -> Outcome | None:
        """Return the outcome called ``key``, or None where the step does not declare it."""
        for one in self.outcomes:
            if one.key == key:
                return one
        return None

    def has_guard(self, name: str) -> bool:
        """True where an outcome has the guard ``name``."""
        return any(use.name == name for one in self.outcomes for use in one.guards)

    @property
    def all_effects(self) -> tuple[EffectUse, ...]:
        """Return the effects of the form and of every outcome."""
        return (*self.form_effects, *(use for one in self.outcomes for use in one.effects))

    @property
    def name_for_helper(self) -> str:
        """What it is called for staff whose turn it is: at a customer's step what they do on their behalf."""
        return next((one.name_for_staff for one in self.outcomes if one.name_for_staff), self.plain_name)

    @property
    def asks_form(self) -> bool:
        """True where an outcome wants the step's form filled in."""
        return any("form" in one.asks for one in self.outcomes)

    @property
    def chooses_handler(self) -> bool:
        """True where an outcome asks for the person who is to do the work."""
        return any("handler" in one.asks for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class Forwarding:
    """That whoever handles the case may forward a part of it while one of the steps ``at`` is open.

    ``step`` stands for the part until it is answered; its children are those to whom it can go, each on the
    condition that FORWARDED_TO names them.
    """

    step: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProcessDefinition:
    """A published process. ``withdraw_at`` and ``cancel_at`` name the steps at which each is allowed.

    Of the limits over the whole works (``overall``) the first holds whose condition does. ``declared`` are
    the figures that the company may set, ``parameters`` their present values, ``traits`` what marks it.
    """

    key: str
    version: int
    name: str
    first_step: str
    steps: tuple[Step, ...]
    form: str | None = None
    offered: bool = False
    # Who may open a case on a customer's behalf, by ``form``.
    starts_by: tuple[Actor, ...] = ()
    withdraw_at: tuple[str, ...] = ()
    cancel_at: tuple[str, ...] = ()
    cancel_by: tuple[Actor, ...] = ()
    overall: tuple[OverallLimit, ...] = ()
    declared: tuple[Parameter, ...] = ()
    parameters: dict[str, Figure] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)
    starts: tuple[CalendarStart, ...] = ()
    forwarding: Forwarding | None = None
    has_step_forms: bool = field(init=False, repr=False, compare=False)
    # Guard → the steps of which an outcome has it, in order.
    steps_by_guard: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    # The steps that may hand over to another process, in order.
    steps_handing_over: tuple[Step, ...] = field(init=False, repr=False, compare=False)
    # The step of what is forwarded and all that it leads to: they go on beside the rest of the case.
    steps_beside: frozenset[str] = field(init=False, repr=False, compare=False)
    _by_key: dict[str, Step] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {one.key: one for one in self.steps})
        object.__setattr__(self, "steps_beside", self._find_beside())
        object.__setattr__(self, "steps_handing_over", tuple(one for one in self.steps if one.children))
        named = {use.name for step in self.steps for one in step.outcomes for use in one.guards}
        guarded = {name: tuple(one.key for one in self.steps if one.has_guard(name)) for name in named}
        object.__setattr__(self, "steps_by_guard", guarded)
        object.__setattr__(self, "has_step_forms", any(one.form is not None for one in self.steps))

    @property
    def told_name(self) -> str:
        """Return what customers call it: 投诉, whatever its level."""
        return str(self.traits.get("mark") or self.name)

    @property
    def cancel_name(self) -> str:
        """Return what stopping it is called: 终止收费 ends no more than the part that collects."""
        return str(self.traits.get("cancel_name", "终止办理"))

    def _find_beside(self) -> frozenset[str]:
        waiting = [] if self.forwarding is None else [self.forwarding.step]
        beside: set[str] = set()
        while waiting:
            step = self._by_key.get(waiting.pop())
            # A target that does not exist is the linter's to tell.
            if step is not None and step.key not in beside:
                beside.add(step.key)
                waiting += [key for outcome in step.outcomes for key in outcome.to]
        return frozenset(beside)

    def has_step(self, key: str) -> bool:
        """True where the process has a step called ``key``."""
        return key in self._by_key

    def step(self, key: str) -> Step:
        """Return the step called ``key``; raises KeyError, since a linted definition names no other."""
        found = self._by_key.get(key)
        if found is None:
            raise KeyError(f"process {self.key} v{self.version} has no step {key!r}")
        return found
