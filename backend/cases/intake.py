"""A case that staff open on a customer's behalf: from the telephone, the counter or the field.

It is the same case as one that a customer opened; only its channel and the actor of its first events differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases import application_rows
from backend.cases.application_service import make_data, refuse_agent
from backend.cases.case_files import CaseFiles, claim_files
from backend.cases.commands import CUSTOMER, Command, Complete, Start
from backend.cases.form_sealing import make_columns, seal_values
from backend.cases.intake_search import find_duplicate
from backend.cases.promised_times import tell_start
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, NewCase, make_request
from backend.cases.snapshot import Snapshot
from backend.cases.staff_access import make_performer
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.catalogue.forms import FieldType, Form, Values, list_file_keys, validate_values
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid, NotFound
from backend.customers.service import CustomersService
from backend.organisation.service import Member, OrganisationService, ServingUnit

# How a case came in when staff opened it, with the post to which that is the usual way.
CHANNELS = ("hotline", "counter", "field", "municipal", "officer")
_USUAL = {"hotline_agent": "hotline", "remote_service": "hotline", "case_handler": "field"}


@dataclass(frozen=True, slots=True)
class NewIntake:
    """What somebody of the staff writes down. ``allow_duplicate`` means that the open case has been seen."""

    command_id: uuid.UUID
    process: str
    form_version: int
    channel: str
    values: Values
    customer_id: int | None = None
    allow_duplicate: bool = False


class IntakeService:
    """Says which cases a member may open, and opens them; of ``processes`` those that say who may."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        cases: CaseService,
        processes: Sequence[ProcessDefinition],
        definitions: DefinitionStore,
        organisation: OrganisationService,
        customers: CustomersService,
        files: CaseFiles,
        keys: KeyRing,
        services: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._cases = cases
        self._processes = {one.key: one for one in processes if one.starts_by and one.form}
        self._definitions = definitions
        self._organisation = organisation
        self._customers = customers
        self._files = files
        self._keys = keys
        self._services = frozenset(services)
        self._now = now

    def list_startable(self, member: Member) -> dict[str, Any]:
        """Return the processes that ``member`` may start, alarms first, and the channel that is usual."""
        found = [one for one in self._processes.values() if _may_start(member, one)]
        found.sort(key=lambda one: (not _is_alarm(one), one.name))
        now = self._now()
        with self._reading() as session:
            items = [
                {
                    "key": one.key,
                    "name": one.name,
                    "is_alarm": _is_alarm(one),
                    "hint": tell_start(self._definitions.newest(session, one.key).definition, now),
                    "form": self._definitions.newest_form(session, str(one.form)).form.body,
                }
                for one in found
            ]
        usual = (channel for post, channel in _USUAL.items() if post in member.positions)
        return {"items": items, "channels": list(CHANNELS), "usual_channel": next(usual, "counter")}

    def open_case(self, member: Member, new: NewIntake) -> str:
        """Open the case, take its first step where that is the customer's, and return its number.

        Raises NotFound ``process_unknown`` also for a process that is not this member's to start; Conflict
        ``form_changed`` (extra ``form_version``) and ``duplicate_at_address`` (extra ``case_no``); Invalid
        with the fields; CommandRefused ``idempotency_conflict``.
        """
        process = self._processes.get(new.process)
        if process is None or not _may_start(member, process):
            raise NotFound("process_unknown")
        body = {
            "process": new.process,
            "form_version": new.form_version,
            "channel": new.channel,
            "values": new.values,
            "customer_id": new.customer_id,
            "allow_duplicate": new.allow_duplicate,
        }
        request = make_request(self._keys, f"staff:{member.id}", new.command_id, body)
        return self._cases.once(
            request, lambda session, stamp: self._open(session, stamp, member, process, new)
        ).case_no

    def _open(
        self, session: Session, stamp: Stamp, member: Member, process: ProcessDefinition, new: NewIntake
    ) -> CaseAnswer:
        stored = self._definitions.newest_form(session, str(process.form))
        form = stored.form
        if new.form_version != form.version:
            raise Conflict("form_changed", extra={"form_version": form.version})
        checked = validate_values(form, new.values)
        if checked.faults:
            raise Invalid(fields=checked.faults)
        refuse_agent(checked.values, process.key, stamp.recorded_at)
        columns = make_columns(self._keys, form, checked.values)
        data = make_data(form, checked.values, None)
        service = data.get("service")
        if not new.allow_duplicate and not _is_alarm(process):
            # Nothing may hold up an alarm (law 13).
            self._check_duplicate(session, member, process.key, service, columns.get("address_index"))
        unit = self._find_unit(session, member, form, checked.values)
        case = NewCase(
            process_key=process.key,
            unit_id=unit.id,
            unit_code=unit.code,
            customer_id=self._find_customer(session, new, form, checked.values, stamp.recorded_at),
            channel=new.channel,
            data=data,
            form=seal_values(self._keys, form, checked.values),
            columns={
                **columns,
                "form_version_id": stored.id,
                "service_key": service if service in self._services else None,
            },
        )
        start, then = _begin(process, member, data)
        answer = self._cases.start_within(session, stamp, case, start, *then)
        file_keys = list_file_keys(form, checked.values)
        if file_keys:
            case_id = application_rows.find_id(session, answer.case_no)
            claim_files(self._files, session, file_keys, stamp.actor, case_id, form)
        return answer

    @staticmethod
    def _check_duplicate(
        session: Session, member: Member, process: str, service: str | None, index: bytes | None
    ) -> None:
        if index is None:
            return
        application_rows.hold_address(session, index, service or process)
        open_no = find_duplicate(session, member.units, index, process, service)
        if open_no is not None:
            raise Conflict("duplicate_at_address", extra={"case_no": open_no})

    def _find_unit(self, session: Session, member: Member, form: Form, values: Values) -> ServingUnit:
        """Return the unit that serves the address where the member sees it, else the member's own."""
        field = form.first_of(type_=FieldType.ADDRESS)
        address = values.get(field.key) if field else None
        serving = address and self._organisation.find_serving_unit(
            session, address["region"], address["street"], address["community"]
        )
        if serving and serving.id in member.units:
            return serving
        return ServingUnit(member.unit_id, member.unit_code, member.unit_name)

    def _find_customer(
        self, session: Session, new: NewIntake, form: Form, values: Values, now: datetime
    ) -> int | None:
        """Return the customer who was chosen, else the one with this phone, else one entered anew."""
        if new.customer_id is not None:
            try:
                return self._customers.describe_customer(session, new.customer_id).id
            except NotFound as error:
                raise Invalid(fields={"customer_id": "option_unknown"}) from error
        name, phone = form.first_of(personal="name"), form.first_of(type_=FieldType.PHONE)
        return self._customers.find_or_enter(
            session,
            values.get(name.key) if name else None,
            values.get(phone.key) if phone else None,
            now,
        )


def list_starters(processes: Iterable[ProcessDefinition]) -> frozenset[str]:
    """Return the posts that may start any of ``processes``."""
    return frozenset(actor.key for one in processes for actor in one.starts_by)


def _may_start(member: Member, process: ProcessDefinition) -> bool:
    performer = make_performer(member)
    return any(performer.holds(actor) for actor in process.starts_by)


def _is_alarm(process: ProcessDefinition) -> bool:
    return bool(process.traits.get("is_alarm"))


def _begin(
    process: ProcessDefinition, member: Member, data: dict[str, Any]
) -> tuple[Start, list[Callable[[Snapshot], Command]]]:
    """Return the start and what follows at once: what the customer has just said completes their step."""
    first = process.step(process.first_step)
    if first.by.kind is not ActorKind.CUSTOMER:
        return Start(make_performer(member), data), []

    def complete(snapshot: Snapshot) -> Complete:
        [task] = snapshot.open_tasks
        return Complete(CUSTOMER, task.no, first.outcomes[0].key, snapshot.version)

    return Start(CUSTOMER, data), [complete]
