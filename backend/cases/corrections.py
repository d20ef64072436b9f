"""Mending what was returned, and handing in what was owed: only that changes, and nothing is lost (law 4)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from backend.cases import application_rows
from backend.cases.application_rows import StoredForm
from backend.cases.application_service import find_unit, make_data
from backend.cases.case_files import CaseFiles, claim_files
from backend.cases.commands import Complete
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.form_sealing import make_columns, open_values, seal_values
from backend.cases.repository import StoredCase
from backend.catalogue.fault_texts import tell_faults
from backend.catalogue.field_checks import is_empty
from backend.catalogue.forms import (
    FieldType,
    Form,
    Values,
    list_file_keys,
    list_shown_fields,
    validate_values,
)
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.organisation.service import OrganisationService


class CorrectionDesk:
    """Changes the form of a case that the caller has locked, in the caller's transaction."""

    def __init__(
        self,
        definitions: DefinitionStore,
        organisation: OrganisationService,
        keys: KeyRing,
        files: CaseFiles,
    ) -> None:
        self._definitions = definitions
        self._organisation = organisation
        self._keys = keys
        self._files = files

    def mend(
        self, session: Session, owner: str, case: StoredCase, wish: Complete, given: Values
    ) -> tuple[StoredCase, Complete]:
        """Put ``given`` in place of what was returned, keeping what stood there before.

        Returns the case, which another unit may serve now, and the command with what has changed. Raises
        CommandRefused ``field_not_returned`` and Invalid with the fields; an item still missing is
        ``not_mended``; an emptied one is ``required`` unless the form lets it be left out and there was
        something to take out. One that brings nothing new makes the whole ``returned_unchanged``: the
        reviewer would only return it once more.
        """
        stored = application_rows.read_form(session, case.id)
        form = self._form_of(session, stored)
        pending = {one.item for one in case.snapshot.pending_corrections}
        before = open_values(self._keys, stored.form)
        checked = validate_values(form, {**before, **given}, only=pending & set(given))
        unknown = {key: code for key, code in checked.faults.items() if code == "field_unknown"}
        if unknown:
            raise Invalid(fields=unknown)
        foreign = sorted(set(given) - pending)
        if foreign:
            raise CommandRefused(RefusalCode.FIELD_NOT_RETURNED, foreign[0])
        # What a mended choice has made disappear need not be mended any more, and stays as it was.
        shown = list_shown_fields(form, {**before, **checked.values})
        hidden = pending - shown
        mended = shown & set(given)
        after = {key: value for key, value in before.items() if key not in mended} | checked.values
        missing = dict.fromkeys(pending - set(given) - hidden, "not_mended")
        emptied = dict.fromkeys(
            (one for one in mended - after.keys() if one not in before or _is_needed(form, one)), "required"
        )
        if checked.faults or missing or emptied:
            raise Invalid(fields={**missing, **emptied, **tell_faults(form, checked.faults)})
        same = sorted(key for key in mended if _brings_nothing_new(form, key, before, after))
        if same:
            raise Invalid("returned_unchanged", fields=dict.fromkeys(same, "still_unchanged"))
        case = self._write(session, owner, case, stored, form, before, after, pending)
        data = make_data(form, after, None)
        changed = {key: value for key, value in data.items() if case.snapshot.data.get(key) != value}
        return case, replace(wish, changed_items=frozenset(pending), data=changed)

    def supply(self, session: Session, owner: str, case: StoredCase, document: str, given: Values) -> None:
        """Add the files of a document that was owed (容缺受理) to those that are there.

        Raises Invalid with the field.
        """
        stored = application_rows.read_form(session, case.id)
        form = self._form_of(session, stored)
        if set(given) - {document}:
            raise Invalid(fields={"values": "field_unknown"})
        if form.field(document) is None or is_empty(given.get(document)):
            raise Invalid(fields={document: "required"})
        before = open_values(self._keys, stored.form)
        earlier = before.get(document)
        added = given[document]
        if isinstance(earlier, list) and isinstance(added, list):
            added = earlier + added
        checked = validate_values(form, {**before, document: added}, only={document})
        if checked.faults:
            raise Invalid(fields=tell_faults(form, checked.faults))
        self._write(session, owner, case, stored, form, before, {**before, **checked.values}, {document})
        if case.snapshot.children:
            application_rows.update_forms_below(
                session, case.id, application_rows.read_form(session, case.id).form
            )

    def _form_of(self, session: Session, stored: StoredForm) -> Form:
        if stored.form_version_id is None:
            # Such a case was not applied for by a form, so there is nothing in it to mend.
            raise Invalid(fields={"values": "field_unknown"})
        return self._definitions.get_form(session, stored.form_version_id)

    def _write(
        self,
        session: Session,
        owner: str,
        case: StoredCase,
        stored: StoredForm,
        form: Form,
        before: Values,
        after: Values,
        items: Set[str],
    ) -> StoredCase:
        """Write the form with all that follows from it; values that stay the same stay sealed as they are."""
        changed = {key for key in items if before.get(key) != after.get(key)}
        fresh = seal_values(self._keys, form, {key: after[key] for key in changed & after.keys()})
        kept = {key: value for key, value in stored.form.items() if key not in changed}
        columns: dict[str, Any] = {"form": {**kept, **fresh}}
        if changed & _list_column_fields(form):
            columns |= make_columns(self._keys, form, after)
        place = form.first_of(type_=FieldType.ADDRESS)
        if place is not None and place.key in changed:
            unit = find_unit(self._organisation, session, form, after)
            columns |= {"unit_id": unit.id, "unit_code": unit.code}
            case = replace(case, unit_id=unit.id, unit_code=unit.code)
        application_rows.update_application(session, case.id, columns)
        application_rows.keep_previous_values(
            session, case.id, {key: stored.form.get(key) for key in sorted(items)}
        )
        had = list_file_keys(form, before)
        new_files = {key: name for key, name in list_file_keys(form, after).items() if key not in had}
        claim_files(self._files, session, new_files, owner, case.id, form)
        return case


def _is_needed(form: Form, key: str) -> bool:
    field = form.field(key)
    return field is None or field.required or field.may_be_owed


def _brings_nothing_new(form: Form, key: str, before: Values, after: Values) -> bool:
    """Files are judged anew by a new one alone: what was left out or put in another order was seen before."""
    only_this = {key: before.get(key)}, {key: after.get(key)}
    had, has = (set(list_file_keys(form, one)) for one in only_this)
    return has <= had if has else bool(before.get(key) == after.get(key))


def _list_column_fields(form: Form) -> set[str]:
    fields = (
        form.first_of(personal="name"),
        form.first_of(type_=FieldType.PHONE),
        form.first_of(type_=FieldType.ADDRESS),
    )
    return {one.key for one in fields if one is not None}
