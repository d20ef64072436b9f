"""Taking an application in: checked, placed with the unit that serves the address, opened as a case."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases import application_rows
from backend.cases.authorisations import EXPIRED, find_authorisation_faults
from backend.cases.case_files import CaseFiles, claim_files
from backend.cases.commands import CUSTOMER, Complete, Start
from backend.cases.drafts import remove_draft
from backend.cases.form_sealing import make_columns, seal_values
from backend.cases.leak_words import LEAK_WORDS, sounds_like_leak
from backend.cases.name_checks import Applied, NameComparing, read_applied
from backend.cases.offers import Offers
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, NewCase, make_request
from backend.cases.snapshot import Snapshot
from backend.catalogue.fault_texts import tell_faults
from backend.catalogue.forms import FieldType, Form, Values, list_file_keys, validate_values
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.core.local_time import local_date
from backend.organisation.service import OrganisationService, ServingUnit

# The process that every online application runs through, whatever the service.
PROCESS = "online_service_application"
CHANNEL = "online"


@dataclass(frozen=True, slots=True)
class Application:
    """What a customer sends in. ``allow_duplicate`` means that the open one has been looked at, and
    ``allow_name`` that name and ID number have been, which the register does not know together."""

    command_id: uuid.UUID
    service: str
    form_version: int
    values: Values
    allow_duplicate: bool
    allow_name: bool = False


class ApplicationService:
    """Takes applications in."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        offers: Offers,
        organisation: OrganisationService,
        keys: KeyRing,
        files: CaseFiles,
        names: NameComparing,
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._offers = offers
        self._organisation = organisation
        self._keys = keys
        self._files = files
        self._names = names

    def submit(self, customer_id: int, application: Application) -> CaseAnswer:
        """Open the case and complete its first step, in one transaction and under one command id.

        Raises NotFound ``service_unknown``; Conflict ``form_changed`` (extra ``form_version``) and
        ``duplicate_open`` (extra ``case_no``, the customer's own); Invalid with the fields, among them
        ``area_not_served`` and ``file_unknown``; CommandRefused ``idempotency_conflict``; Conflict
        ``name_mismatch`` and ``id_number_unknown``, unless ``allow_name``.
        """
        body = {
            "service": application.service,
            "form_version": application.form_version,
            "values": application.values,
            "allow_duplicate": application.allow_duplicate,
        }
        if application.allow_name:
            # As a part of its own, so that commands of before keep their body.
            body["allow_name"] = True
        request = make_request(self._keys, f"customer:{customer_id}", application.command_id, body)
        # Asked before the transaction, which must not wait for anybody outside.
        applied = None if application.allow_name else self._read_applied(application)
        if applied is not None:
            known = self._cases.recall(request)
            if known is not None:
                # The answer was lost on its way; that case stands, whatever the register says now.
                return known
            self._names.refuse_mistyped(customer_id, applied)
        return self._cases.once(
            request, lambda session, stamp: self._open(session, stamp, customer_id, application)
        )

    def _open(self, session: Session, stamp: Stamp, customer_id: int, application: Application) -> CaseAnswer:
        service = application.service
        stored = self._offers.newest_form(session, service)
        form = stored.form
        if application.form_version != form.version:
            raise Conflict("form_changed", extra={"form_version": form.version})
        checked = validate_values(form, application.values)
        if checked.faults:
            raise Invalid(fields=tell_faults(form, checked.faults))
        refuse_agent(checked.values, service, stamp.recorded_at)
        unit = find_unit(self._organisation, session, form, checked.values)
        columns = make_columns(self._keys, form, checked.values)
        self._check_duplicate(session, customer_id, application, columns)
        new = NewCase(
            process_key=PROCESS,
            unit_id=unit.id,
            unit_code=unit.code,
            customer_id=customer_id,
            channel=CHANNEL,
            data=make_data(form, checked.values, service),
            form=seal_values(self._keys, form, checked.values),
            columns={**columns, "service_key": service, "form_version_id": stored.id},
        )
        answer = self._cases.start_within(
            session, stamp, new, Start(CUSTOMER, data=new.data), complete_first_step
        )
        file_keys = list_file_keys(form, checked.values)
        if file_keys:
            case_id = application_rows.find_id(session, answer.case_no)
            claim_files(self._files, session, file_keys, stamp.actor, case_id, form)
        remove_draft(session, customer_id, service)
        return answer

    def _read_applied(self, application: Application) -> Applied | None:
        """Return whom the application names, or None where it is to be refused anyhow."""
        if not self._names.is_set_up:
            return None
        with self._sessions() as session:
            form = self._offers.newest_form(session, application.service).form
        checked = validate_values(form, application.values)
        return None if checked.faults else read_applied(form, checked.values)

    @staticmethod
    def _check_duplicate(
        session: Session, customer_id: int, application: Application, columns: dict[str, Any]
    ) -> None:
        """Only the customer's own open case counts: another's must not be given away (law 11)."""
        index = columns.get("address_index")
        if index is None or application.allow_duplicate:
            return
        application_rows.hold_address(session, index, application.service)
        open_no = application_rows.find_own_duplicate(session, index, application.service, customer_id)
        if open_no is not None:
            raise Conflict("duplicate_open", extra={"case_no": open_no})


def complete_first_step(snapshot: Snapshot) -> Complete:
    """Return the command by which a customer finishes the step that the case was opened at."""
    [task] = snapshot.open_tasks
    return Complete(CUSTOMER, task.no, "submit", snapshot.version)


def refuse_agent(values: Values, business: str, now: datetime) -> None:
    """Raise Invalid on the field of an agent's authorisation that does not hold for this business today."""
    faults = find_authorisation_faults(values, business, local_date(now))
    if EXPIRED in faults.values():
        raise Invalid("authorisation_expired", fields=faults)
    if faults:
        raise Invalid("authorisation_out_of_scope", fields=faults)


def find_unit(organisation: OrganisationService, session: Session, form: Form, values: Values) -> ServingUnit:
    """Return the unit that serves the form's address; raises Invalid ``area_not_served`` on its field."""
    field = form.first_of(type_=FieldType.ADDRESS)
    address = values.get(field.key) if field else None
    unit = (
        organisation.find_serving_unit(session, address["region"], address["street"], address["community"])
        if address
        else None
    )
    if unit is None:
        raise Invalid("area_not_served", fields={field.key if field else "address": "area_not_served"})
    return unit


def make_data(form: Form, values: Values, service: str | None) -> dict[str, Any]:
    """Return the plain values that conditions may ask for, and whether the words sound like a leak."""
    fed = {one.key: values[one.key] for one in form.fields if one.feeds_conditions and one.key in values}
    if sounds_like_leak(values):
        fed[LEAK_WORDS] = True
    return fed if service is None else {**fed, "service": service}
