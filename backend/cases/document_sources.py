"""Where the first values of a form at a step come from: the application, forms before it, the moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from backend.cases import document_rows, objection_rows
from backend.cases.access import find_root_id
from backend.cases.applied_devices import describe_devices
from backend.cases.case_starts import ORIGIN
from backend.cases.document_prefill import (
    describe_account,
    describe_applicant,
    describe_applied_account,
    list_anew,
    list_fixed,
    list_named,
    list_read_anew,
    name_values,
    prefill,
    tell,
    tell_picked,
    wants_account,
)
from backend.cases.form_sealing import NAME_CONTEXT, PHONE_CONTEXT, open_values
from backend.cases.repository import StoredCase
from backend.catalogue.form_rules import drop_defaults
from backend.catalogue.forms import FieldType, Form, Values
from backend.catalogue.prefill import CONTRACT
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.local_time import SHANGHAI, local_date
from backend.customers.account_records import AccountRecord
from backend.customers.accounts import GasAccounts
from backend.customers.models import CaseAccount, GasAccount
from backend.organisation.service import OrganisationService

_ACCOUNT_NO = (
    select(GasAccount.account_no).join(CaseAccount).where(CaseAccount.case_id == bindparam("case_id"))
)
_BOOKS = "charge."
_APPLICANT = frozenset({"contact_name", "contact_phone", "address"})
# What is booked for a case, by the names of sources; the books belong to the payments.
ReadBooks = Callable[[Session, int], dict[str, Any]]


class DocumentSources:
    """Gathers what a case knows. ``facts`` are those of the company, the same for every case."""

    def __init__(
        self,
        definitions: DefinitionStore,
        organisation: OrganisationService,
        keys: KeyRing,
        facts: Mapping[str, str],
        accounts: GasAccounts,
        read_books: ReadBooks,
        now: Callable[[], datetime],
    ) -> None:
        self._definitions = definitions
        self._organisation = organisation
        self._keys = keys
        self._facts = facts
        self._accounts = accounts
        self._read_books = read_books
        self._now = now

    def begin(
        self, session: Session, case: StoredCase, step: str, form: Form, known: Mapping[str, Any]
    ) -> Values:
        """Return what the form is begun with; ``known`` tells of who fills it in.

        A step that is visited again begins with what was handed in there before, but for what is to be
        said ``anew`` each time, such as what was found this time and until when.
        """
        root_id = case.id if case.parent_case_id is None else find_root_id(session, case.id)
        before: dict[str, Any] = {}
        former: Values | None = None
        former_row: Row[Any] | None = None
        for case_id in dict.fromkeys((root_id, case.parent_case_id or case.id, case.id)):
            for one in document_rows.list_filled(session, case_id):
                values = open_values(self._keys, one.content)
                filled = self._definitions.get_form(session, one.form_version_id)
                before |= name_values(one.form_key, tell_picked(filled, values))
                if filled.body.get("kind") == CONTRACT:
                    before |= {f"{CONTRACT}.{key}": value for key, value in values.items()}
                    before["contract_no"] = one.number
                if (case_id, one.step) == (case.id, step):
                    former, former_row = values, one
        if former is not None:
            former = self._drop_disputed(session, case.id, form, former_row, former)
        anew = list_anew(form)
        if former is not None and not anew:
            return _keep_former(form, former)
        applicant, application = self._read_application(session, root_id)
        named = list_named(form)
        # Only staff learn from the account what the application does not tell.
        if "staff_name" in known and (wants_account(named) or not applicant.keys() >= _APPLICANT):
            account = self._read_account(session, case, root_id)
            applicant = {
                **describe_applied_account(applicant, application),
                **describe_account(account),
                **applicant,
            }
        sources = {
            # A list of devices goes on from the last one, and the first is the application's.
            "appliances": applicant.get("applied.devices"),
            **name_values("application", application),
            **_name_project(applicant),
            **before,
            **self._read_named_books(session, case, named, before),
            **applicant,
            **self._facts,
            **known,
            **self._tell_moment(session, case),
        }
        begun = prefill(form, sources)
        if former is None:
            return begun
        fresh = {key: value for key, value in begun.items() if key in anew}
        return {**{key: one for key, one in _keep_former(form, former).items() if key not in anew}, **fresh}

    @staticmethod
    def _drop_disputed(
        session: Session, case_id: int, form: Form, row: Row[Any] | None, former: Values
    ) -> Values:
        """Return ``former`` without what is to be read anew, where the customer objected to it."""
        again = list_read_anew(form)
        if row is None or not again or not objection_rows.list_said(session, case_id, row):
            return former
        return {key: value for key, value in former.items() if key not in again}

    def _read_named_books(
        self, session: Session, case: StoredCase, named: Collection[str], before: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what is booked, where the form asks for it; what a contract says is paid by the contract."""
        if not any(one.startswith(_BOOKS) for one in named):
            return {}
        by_contract = {"charge.basis": "by_contract"} if before.get("contract_no") else {}
        return {**self._read_books(session, case.id), **by_contract}

    def list_fixed(self, session: Session, case: StoredCase, form: Form) -> Values:
        """Return what the form has to say since it is booked; most forms name nothing of that kind."""
        named = {one for one in list_named(form) if one.startswith(_BOOKS)}
        return list_fixed(form, self._read_books(session, case.id)) if named else {}

    def _read_account(self, session: Session, case: StoredCase, root_id: int) -> AccountRecord | None:
        """Return what the company keeps of the account that the case, or the one it came from, is about."""
        account = self._accounts.find_of_case(session, root_id)
        origin = case.snapshot.data.get(ORIGIN)
        if account is None and origin is not None:
            account = self._accounts.find_of_case(session, origin)
        return None if account is None else self._accounts.read(session, account).record

    def tell_case(self, session: Session, case: StoredCase) -> dict[str, str]:
        """Return what the case itself knows, in words, for the blanks of a contract."""
        root_id = case.id if case.parent_case_id is None else find_root_id(session, case.id)
        applicant, _ = self._read_application(session, root_id)
        known = {**applicant, **self._facts, **self._tell_moment(session, case)}
        return {name: str(tell(value)) for name, value in known.items() if value}

    def tell_whom(self, session: Session, case: StoredCase, *, for_staff: bool) -> dict[str, str]:
        """Return whom and where the case is about, in words, for the head of a paper.

        Only staff learn from the account what the application does not tell.
        """
        root_id = case.id if case.parent_case_id is None else find_root_id(session, case.id)
        known, _ = self._read_application(session, root_id)
        if for_staff and not known.keys() >= _APPLICANT:
            known = {**describe_account(self._read_account(session, case, root_id)), **known}
        return {name: str(tell(known[name])) for name in _APPLICANT if known.get(name)}

    def _tell_moment(self, session: Session, case: StoredCase) -> dict[str, Any]:
        now = self._now()
        return {
            "case_no": case.case_no,
            "unit_name": self._organisation.name_units(session, {case.unit_id}).get(case.unit_id),
            "today": local_date(now).isoformat(),
            "now": now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        }

    def _read_application(self, session: Session, root_id: int) -> tuple[dict[str, Any], Values]:
        """Return whom the application is for, and what was filled in there."""
        row = document_rows.read_application(session, root_id)
        values = open_values(self._keys, row.form)
        applicant: dict[str, Any] = {"application_no": row.case_no}
        if row.form_version_id is not None:
            form = self._definitions.get_form(session, row.form_version_id)
            applicant |= {**describe_applicant(form, values), **describe_devices(form, values)}
        for name, sealed, context in (
            ("contact_name", row.contact_name_sealed, NAME_CONTEXT),
            ("contact_phone", row.contact_phone_sealed, PHONE_CONTEXT),
        ):
            if sealed is not None:
                applicant[name] = self._keys.decrypt(sealed, context)
        account_no = session.execute(_ACCOUNT_NO, {"case_id": root_id}).scalar_one_or_none()
        if account_no is not None:
            # What the case is about goes before what the customer believed to be their number.
            applicant["account_no"] = account_no
        return applicant, values


def _keep_former(form: Form, former: Values) -> Values:
    """Return what is taken over from the visit before; who signed then signed what was there then."""
    known = {one.key for one in form.fields if one.type is not FieldType.SIGNATURE}
    return {key: value for key, value in drop_defaults(form.body, former, former).items() if key in known}


def _name_project(applicant: Mapping[str, Any]) -> dict[str, str]:
    """Works that nobody has named yet are called after their place."""
    place = "".join(str(applicant.get(f"address.{part}") or "") for part in ("community", "building"))
    return {"project_name": f"{place}燃气工程"} if place else {}
