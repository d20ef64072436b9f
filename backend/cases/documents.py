"""The forms of a case's steps: begun with what is known, kept while somebody types, filled in for good.

Who may fill one in, the engine says; what it says of a draft is thrown away, what it says of a filled form is
carried out in the same transaction as the content is written in.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.cases import document_rows, papers_remade, repository
from backend.cases.awaited_signatures import note_filled
from backend.cases.booked_values import refuse_unbooked
from backend.cases.case_files import CaseFiles, claim_files
from backend.cases.commands import FillForm, Performer
from backend.cases.contract_notices import ask_to_sign
from backend.cases.contract_wording import ContractWordings, Drawn
from backend.cases.document_hashes import hash_document
from backend.cases.document_numbers import give_number
from backend.cases.document_signing import (
    DocumentSigning,
    Signing,
    drop_stale_signatures,
    find_face_check,
    name_present,
)
from backend.cases.document_sources import DocumentSources
from backend.cases.engine import decide
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.form_demands import tell_demand_faults
from backend.cases.form_sealing import open_values, seal_values
from backend.cases.guards import awaits_approval
from backend.cases.overall_limits import find_limit_day
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseService, lock_whole
from backend.cases.staff_forms import list_fields
from backend.catalogue.definition import ProcessDefinition, Step
from backend.catalogue.field_checks import is_empty
from backend.catalogue.form_rules import check_limit, drop_defaults, fill_defaults, tell_rule_faults
from backend.catalogue.forms import (
    Checked,
    FieldType,
    Form,
    Values,
    keep_on_paper,
    list_file_keys,
    validate_values,
)
from backend.catalogue.service import DefinitionStore, StoredForm, StoredTemplate
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict, Invalid
from backend.core.local_time import local_date

LARGEST_DRAFT = 256 * 1024  # bytes of JSON
NONCE_CONTEXT = "case_document.nonce"
# Short enough for a QR code that an old phone reads from paper.
_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class Filler:
    """Who fills a form in: by this name in the rows, with these posts, and what is known of them."""

    actor: str
    performer: Performer
    known: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody typed: the fields that are new, null for an emptied one.

    ``revision`` is the one that they saw, nought where nothing was kept yet. With ``fills`` the form is
    handed in, for the way out ``outcome`` where it is handed in on the way there.
    """

    revision: int
    values: Values
    fills: bool = False
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document as it is read. ``row`` is None where nobody has begun it."""

    case: StoredCase
    definition: ProcessDefinition
    step: Step
    form: Form
    row: Row[Any] | None
    values: Values
    may_fill: bool
    files: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document stands: the case, the task's step, its form and the row, if there is one."""

    case: StoredCase
    task_no: int
    definition: ProcessDefinition
    step: Step
    form: StoredForm
    row: Row[Any] | None


class DocumentDesk:
    """Works in the caller's transaction on a case that the caller has found to be theirs to see."""

    def __init__(
        self,
        cases: CaseService,
        definitions: DefinitionStore,
        sources: DocumentSources,
        keys: KeyRing,
        files: CaseFiles,
        signing: DocumentSigning,
        wordings: ContractWordings,
        now: Callable[[], datetime],
    ) -> None:
        self._cases = cases
        self._definitions = definitions
        self._sources = sources
        self._keys = keys
        self._files = files
        self._signing = signing
        self._wordings = wordings
        self._now = now

    def read(self, session: Session, case_id: int, task_no: int, filler: Filler) -> OpenedDocument:
        """Return the task's document: what is typed for who may fill it in, for others what was handed in.

        Raises CommandRefused where there is neither.
        """
        place = self._find(session, repository.read_case(session, case_id), task_no)
        refusal = self._find_refusal(place, filler)
        row = place.row
        if refusal is not None and (row is None or row.content is None):
            raise refusal
        values = self._open(session, place, filler, with_draft=refusal is None)
        keys = list_file_keys(place.form.form, values)
        files = self._files.describe(session, list(keys), filler.actor) if keys else {}
        return OpenedDocument(
            place.case, place.definition, place.step, place.form.form, row, values, refusal is None, files
        )

    def save(self, session: Session, case_id: int, task_no: int, filler: Filler, change: Change) -> int:
        """Keep what was typed, or hand the form in, and return the document's new revision.

        Raises CommandRefused where the form is not theirs to fill in now; Conflict ``document_changed`` where
        somebody else was faster; Invalid with the fields, a table's cells as ``field.row.column``.
        """
        # Typing must not hold up who works on the case; a form that is handed in changes the case itself.
        case = lock_whole(session, case_id) if change.fills else repository.read_case(session, case_id)
        place = self._find(session, case, task_no, locks=True)
        refusal = self._find_refusal(place, filler)
        if refusal is not None:
            raise refusal
        held = self._open(session, place, filler, with_draft=True)
        if change.revision != (place.row.revision if place.row is not None else 0):
            return self._settle_late(place, held, change)
        unknown = sorted(key for key in change.values if place.form.form.field(key) is None)
        if unknown:
            raise Invalid(fields={"values": "field_unknown"})
        given = place.form.form.number_field
        if given is not None and change.values.get(given.key, held.get(given.key)) != held.get(given.key):
            raise Invalid(fields={given.key: "number_given"})
        typed = {key: value for key, value in {**held, **change.values}.items() if not is_empty(value)}
        before = list_file_keys(place.form.form, held)
        after = list_file_keys(place.form.form, typed)
        claim_files(
            self._files, session, {key: one for key, one in after.items() if key not in before},
            filler.actor, case.id, place.form.form,
        )  # fmt: skip
        if change.fills:
            return self._fill(session, place, filler, typed, change.outcome)
        return self._write(session, place, filler, {"draft_sealed": self._seal_draft(place, typed)})

    def _find(self, session: Session, case: StoredCase, task_no: int, *, locks: bool = False) -> _Place:
        task = case.snapshot.task(task_no)
        definition = self._definitions.get(session, case.definition_version_id)
        if task is None:
            raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(task_no))
        step = definition.step(task.step)
        key = step.form_for(case.snapshot.data)
        if key is None:
            raise CommandRefused(RefusalCode.FORM_UNKNOWN, step.key)
        row = document_rows.find_document(session, case.id, task_no, locks=locks)
        if row is None:
            form = self.find_form(session, case.snapshot.tasks[0].opened_at, key)
        else:
            form = StoredForm(row.form_version_id, self._definitions.get_form(session, row.form_version_id))
        return _Place(case, task_no, definition, step, form, row)

    def find_form(self, session: Session, began_at: datetime, key: str) -> StoredForm:
        """Return the version of the form that a case works with which began at that moment (law 2)."""
        return self._definitions.form_as_of(session, key, began_at)

    def _find_refusal(self, place: _Place, filler: Filler) -> CommandRefused | None:
        wish = FillForm(filler.performer, place.task_no)
        try:
            decide(place.definition, place.case.snapshot, wish, self._now())
        except CommandRefused as refused:
            return refused
        return None

    def _open(self, session: Session, place: _Place, filler: Filler, *, with_draft: bool) -> Values:
        row = place.row
        if row is None:
            return self._sources.begin(session, place.case, place.step.key, place.form.form, filler.known)
        if row.draft_sealed is not None and with_draft:
            values: Values = json.loads(self._keys.decrypt(row.draft_sealed, _draft_context(place)))
            return values
        return open_values(self._keys, row.content or {})

    @staticmethod
    def _settle_late(place: _Place, held: Values, change: Change) -> int:
        """A request whose answer got lost comes again: what it wanted is there already."""
        row = place.row
        is_there = all(
            held.get(key) == value or (is_empty(value) and key not in held)
            for key, value in change.values.items()
        )
        if row is None or not is_there or (change.fills and row.draft_sealed is not None):
            raise Conflict("document_changed", extra={"revision": row.revision if row is not None else 0})
        revision: int = row.revision
        return revision

    def _seal_draft(self, place: _Place, values: Values) -> str:
        # ASCII, since half a surrogate pair may be among what somebody has typed so far.
        text = json.dumps(values)
        if len(text) > LARGEST_DRAFT:
            raise Invalid("document_too_large")
        return self._keys.encrypt(text, _draft_context(place))

    def _fill(self, session: Session, place: _Place, filler: Filler, typed: Values, outcome_key: str) -> int:
        form, now = place.form.form, self._now()
        # What a document is told by stays when it is corrected, and so does the hash of what stays the same.
        before = place.row if place.row is not None and place.row.content is not None else None
        number = self._find_number(session, place, typed, now) if before is None else before.number
        if form.number_field is not None:
            typed = {**typed, form.number_field.key: number}
        if before is not None:
            former = open_values(self._keys, before.content)
            typed = drop_stale_signatures(form, former, drop_defaults(form.body, former, typed))
        checked = validate_values(form, fill_defaults(form.body, typed), today=local_date(now))
        template = self._wordings.find(session, place.case, form, before)
        outcome = place.step.outcome(outcome_key) if outcome_key else None
        if outcome_key and outcome is None:
            raise CommandRefused(RefusalCode.OUTCOME_UNKNOWN, outcome_key)
        demanded = {} if outcome is None else tell_demand_faults(outcome, form, checked.values)
        limit = find_limit_day(session, place.definition, place.case.id, form)
        demanded = {**demanded, **check_limit(form.body, checked.values, limit)}
        is_early = awaits_approval(place.step, place.case.snapshot)
        if is_early:
            drawn_early = (one.key for one in form.fields if one.signer and typed.get(one.key))
            demanded = {**demanded, **dict.fromkeys(drawn_early, "contract_unapproved")}
        self._refuse_faults(form, checked, template, demanded)
        refuse_unbooked(form, checked.values, self._sources.list_fixed(session, place.case, form))
        nonce = (
            secrets.token_hex(16)
            if before is None
            else self._keys.decrypt(before.nonce_sealed, NONCE_CONTEXT)
        )
        drawn: Drawn | None = None
        if template is not None:
            said = None if before is None else keep_on_paper(form, open_values(self._keys, before.content))
            is_same = said == keep_on_paper(form, checked.values)
            kept = before.facts_sealed if before is not None and is_same else None
            drawn = self._wordings.draw(session, place.case, form, template, checked.values, number, kept)
        lines = None if drawn is None else drawn.lines
        sha256 = hash_document(place.case.case_no, form, checked.values, nonce, lines)
        columns = {
            "state": "filled",
            "draft_sealed": None,
            "content": seal_values(self._keys, form, checked.values),
            "nonce_sealed": self._keys.encrypt(nonce, NONCE_CONTEXT),
            "sha256": sha256,
            "template_version_id": None if drawn is None else drawn.template_id,
            "facts_sealed": None if drawn is None else drawn.facts_sealed,
            "filled_by": filler.actor,
            "filled_at": now,
            "number": number,
            "check_token": secrets.token_urlsafe(_TOKEN_BYTES) if before is None else before.check_token,
        }
        own = (place.case.id, place.step.key, form.key)
        disputed = papers_remade.list_disputed(session, *own)
        revision = self._write(session, place, filler, columns)
        self._keep_signatures(session, place, filler, checked.values, now)
        document_rows.supersede_others(session, *own, place.task_no)
        is_asked = not is_early and not document_rows.is_signed_on_paper(checked.values)
        note_filled(session, place.case.id, place.task_no, form, is_asked=is_asked)
        stamp = Stamp(filler.actor, uuid.uuid4(), now)
        if drawn is not None and (before is None or before.sha256 != sha256):
            signed = document_rows.list_signers(session, place.case.id).get(form.key, frozenset())
            if is_asked:
                ask_to_sign(session, place.case, form, signed, stamp)
        elif drawn is None and disputed:
            # A contract that was changed asks for its signature anew, which tells the same.
            written = papers_remade.Disputed(place.task_no, sha256)
            papers_remade.tell_remade(session, place.case, form, written, disputed, stamp)
        fed = {one.key: checked.values.get(one.key) for one in form.fields if one.feeds_conditions}
        self._cases.act_within(
            session, stamp, place.case, FillForm(filler.performer, place.task_no, form.name, fed)
        )
        return revision

    def _refuse_faults(
        self, form: Form, checked: Checked, template: StoredTemplate | None, demanded: dict[str, str]
    ) -> None:
        """Raise Invalid; with ``contract_blank_open`` where nothing but blanks of the wording is empty."""
        # Whoever signs later signs what is filled in now; here a signature may only come early.
        signed = {one["key"] for one in list_fields(form.body) if "signer" in one}
        faults = {
            key: wrong for key, wrong in checked.faults.items() if wrong != "required" or key not in signed
        }
        empty = {} if template is None else self._wordings.list_open(template, form, checked.values)
        # What was typed but is wrong is no empty blank.
        empty = {key: wrong for key, wrong in empty.items() if faults.get(key, "required") == "required"}
        faults = {**demanded, **faults}
        if faults.keys() - empty.keys():
            raise Invalid(fields={**tell_rule_faults(form.body, faults, checked.values), **empty})
        if empty:
            raise Invalid("contract_blank_open", fields=empty)

    def _keep_signatures(
        self, session: Session, place: _Place, filler: Filler, values: Values, now: datetime
    ) -> None:
        """What was drawn while the form was filled in is evidence from now on, like what is signed later."""
        form = place.form.form
        if not any(one.type is FieldType.SIGNATURE and one.key in values for one in form.fields):
            return
        row = document_rows.find_document(session, place.case.id, place.task_no)
        if row is not None and row.sha256 is not None:
            staff = filler.known.get("staff_name")
            name = name_present(staff) if staff else "客户本人"
            checked = None if staff else find_face_check(place.case.snapshot.data)
            base = Signing("", row.sha256.hex(), filler.actor, name, filler.device, face_check_id=checked)
            self._signing.keep_early(session, row, form, values, base, now)

    @staticmethod
    def _find_number(session: Session, place: _Place, typed: Values, now: datetime) -> str:
        """Return the number of a document that is handed in for the first time.

        Another visit to the step fills in the same document anew, so it keeps the number.
        """
        field = place.form.form.number_field
        former = typed.get(field.key) if field is not None else None
        return former or give_number(session, place.form.form, place.case.case_no, place.task_no, now)

    def _write(self, session: Session, place: _Place, filler: Filler, columns: Mapping[str, Any]) -> int:
        saved = {**columns, "saved_by": filler.actor, "saved_at": self._now()}
        if place.row is not None:
            revision: int = place.row.revision + 1
            document_rows.update_document(session, place.row.id, {**saved, "revision": revision})
            return revision
        fresh = {
            "case_id": place.case.id,
            "task_no": place.task_no,
            "step": place.step.key,
            "form_key": place.form.form.key,
            "form_version_id": place.form.id,
            "unit_id": place.case.unit_id,
            "state": "draft",
            "revision": 1,
        }
        try:
            document_rows.insert_document(session, {**fresh, **saved})
        except IntegrityError as error:
            raise Conflict("document_changed") from error
        return 1


def _draft_context(place: _Place) -> str:
    return f"case_document.draft:{place.case.id}:{place.task_no}"
