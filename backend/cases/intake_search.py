"""Whom a new case is for, and what of theirs is open: found by whole phone, account number, name or address.

Who only ever applied has no name in the records; whom their cases name as the contact is found as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    LargeBinary,
    Row,
    and_,
    bindparam,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_people import add_from_case, describe_known, list_contacts, list_homes, mask_person
from backend.cases.ports import RecordLook
from backend.cases.staff_access import CASE, TOLD_TASK, StaffAccess
from backend.cases.staff_rows import RowWriter
from backend.catalogue.field_checks import BadValue, check_address, check_phone, check_text
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.statements import Prepared
from backend.customers.addresses import index_address
from backend.customers.holders import KnownCustomer
from backend.customers.service import CustomersService
from backend.organisation.service import Member

LOOK_REASON = "代客登记"
_MOST = 5
# By a part of an address several homes are found: masked, and as many as one can read out.
_MOST_AT_PLACE, _SHORTEST_PART, _SHORTEST_NAME = 10, 2, 2
_PLACE_PARTS = ("region", "street", "community")
_UNITS = CASE.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_()
_DUPLICATE = Prepared(
    select(CASE.c.case_no)
    .where(
        CASE.c.address_index == bindparam("address_index", type_=LargeBinary),
        CASE.c.status == "open",
        CASE.c.parent_case_id.is_(None),
        (CASE.c.process_key == bindparam("process")) | (CASE.c.service_key == bindparam("service")),
        _UNITS,
    )
    .order_by(CASE.c.id.desc())
    .limit(1)
)
# With the task that its line tells, as the queues' lists have it.
_OPEN = f"""
    SELECT c.*, t.no AS task_no, t.step, t.opened_at AS waiting_since, t.due_at
    FROM service_case c JOIN {TOLD_TASK}
    WHERE c.id = ANY(:ids) AND c.status = 'open' ORDER BY c.id DESC
"""
_OPEN_ROWS = Prepared(text(_OPEN).bindparams(bindparam("ids", type_=ARRAY(BigInteger))))


def find_duplicate(
    session: Session, units: Collection[int], address_index: bytes, process: str, service: str | None
) -> str | None:
    """Return the newest open case of the same kind at this address in ``units``, or None."""
    case_no: str | None = _DUPLICATE.scalar(
        session,
        {"address_index": address_index, "process": process, "service": service, "units": sorted(units)},
    )
    return case_no


def _read_part(address: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return an address of which parts are known, enough to look by; None for a whole one or too little."""
    try:
        check_address(address)
    except BadValue:
        pass
    else:
        return None
    try:
        place = check_address(address, partial=True)
    except BadValue:
        return None
    return place if any(len(place[part]) >= _SHORTEST_PART for part in _PLACE_PARTS) else None


class IntakeSearch:
    """Finds customers and their open cases for whoever writes down a new one; each look is recorded."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        customers: CustomersService,
        access: StaffAccess,
        rows: RowWriter,
        keys: KeyRing,
        record_look: RecordLook,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._customers = customers
        self._access = access
        self._rows = rows
        self._keys = keys
        self._record_look = record_look
        self._now = now

    def find(
        self,
        member: Member,
        phone: str,
        account_no: str,
        address: Mapping[str, Any] | None,
        name: str = "",
        case_no: str = "",
    ) -> dict[str, Any]:
        """Return ``{customers, open_cases}``; raises Invalid where nothing, or no such thing, was asked.

        What a whole value finds is shown in full, for the caller is asked whether it is right. A name or a
        part of an address finds several people, so they stay masked (``masked``) until one is chosen and
        looked for by the number of the account or the case: nobody leafs through customers. ``more`` tells
        of those left out. People are found by all cases of the member's units, whoever's process they are;
        what is listed as open are the cases that the member sees.
        """
        if not (phone.strip() or account_no.strip() or case_no.strip()):
            if name.strip():
                return self._find_named(member, name)
            place = _read_part(address)
            if place is not None:
                return self._find_at_place(member, place)
        with self._sessions.begin() as session:
            known, condition = self._look_up(session, member, phone, account_no, case_no, address)
            cases = self._list_cases(session, member, condition, known)
            people: dict[Any, dict[str, Any]] = {one.id: describe_known(one) for one in known}
            # A case that nobody signed in for, as an alarm, is theirs whose telephone was given in it.
            caller = known[0].id if phone.strip() and len(people) == 1 else None
            for row in cases:
                add_from_case(self._keys, people, row, caller)
            subjects = sorted(f"customer:{one}" for one in people if one is not None)
            if caller is None:
                subjects += [f"case:{row.id}" for row in cases if row.customer_id is None]
            for subject in subjects:
                items = ("name", "phone", "address")
                self._record_look(session, member.id, subject, items, LOOK_REASON, self._now())
            return {
                "customers": list_homes(people, known)[:_MOST],
                "open_cases": self._write_open(session, member, cases),
                "more": False,
            }

    def _find_named(self, member: Member, name: str) -> dict[str, Any]:
        """Find by a whole name, of the records as of the contacts in cases."""
        try:
            whole = check_text(name, 30)
        except BadValue as bad:
            raise Invalid(fields={"name": bad.code}) from bad
        if len(whole) < _SHORTEST_NAME:
            raise Invalid(fields={"name": "invalid"})
        with self._sessions.begin() as session:
            known, has_more = self._customers.find_named(session, whole, member.units, _MOST_AT_PLACE)
            index = self._keys.blind_index(whole, "name")
            cases = self._list_cases(session, member, CASE.c.contact_name_index == index, [])
            return self._tell_masked(session, member, known, cases, has_more)

    def _find_at_place(self, member: Member, place: Mapping[str, Any]) -> dict[str, Any]:
        with self._sessions.begin() as session:
            known, has_more = self._customers.find_at_place(session, place, member.units, _MOST_AT_PLACE)
            # Cases keep of an address the community and the building in clear.
            condition = and_(
                CASE.c.status == "open",
                CASE.c.community.startswith(place["community"], autoescape=True),
                CASE.c.building.startswith(place["building"], autoescape=True),
            )
            cases = self._list_cases(session, member, condition, []) if place["community"] else []
            return self._tell_masked(session, member, known, cases, has_more, place["door"])

    def _tell_masked(
        self,
        session: Session,
        member: Member,
        known: Sequence[KnownCustomer],
        cases: list[Row[Any]],
        has_more: bool,
        door: str = "",
    ) -> dict[str, Any]:
        """Return several people at once, the records' before those that only cases name."""
        people = [mask_person(describe_known(one)) for one in known]
        people += list_contacts(self._keys, cases, [one.id for one in known], door)
        return {
            "customers": people[:_MOST_AT_PLACE],
            "open_cases": self._write_open(session, member, cases),
            "more": has_more or len(people) > _MOST_AT_PLACE,
        }

    def _look_up(
        self,
        session: Session,
        member: Member,
        phone: str,
        account_no: str,
        case_no: str,
        address: Mapping[str, Any] | None,
    ) -> tuple[list[KnownCustomer], ColumnElement[bool] | None]:
        try:
            if phone.strip():
                number = check_phone(phone)
                index = self._keys.blind_index(number, "phone")
                known = self._customers.find_homes_by_phone(session, number, member.units)
                return known, CASE.c.contact_phone_index == index
            if account_no.strip():
                number = check_text(account_no, 20)
                return self._customers.find_by_account(session, number, member.units), None
        except BadValue as bad:
            raise Invalid(fields={"phone" if phone.strip() else "account_no": bad.code}) from bad
        if case_no.strip():
            return [], CASE.c.case_no == case_no.strip()
        if address is None:
            raise Invalid(fields={"phone": "required"})
        try:
            found = index_address(self._keys, check_address(address))
        except BadValue as bad:
            raise Invalid(fields={"address": bad.code}) from bad
        known = [] if found is None else self._customers.find_by_address(session, found, member.units)
        # Of cases only the open ones are kept by their address; who had one before is found by the account.
        return known, (CASE.c.address_index == found) & (CASE.c.status == literal_column("'open'"))

    def _list_cases(
        self,
        session: Session,
        member: Member,
        condition: ColumnElement[bool] | None,
        known: list[KnownCustomer],
    ) -> list[Row[Any]]:
        """Return the newest cases that the condition names or that are the known customers'."""
        of_known = CASE.c.customer_id.in_([one.id for one in known])
        wanted = of_known if condition is None else condition | of_known
        newest = (
            select(CASE)
            .where(wanted, CASE.c.parent_case_id.is_(None), _UNITS)
            .order_by(CASE.c.id.desc())
            .limit(20)
        )
        return list(session.execute(newest, {"units": sorted(member.units)}))

    def _write_open(self, session: Session, member: Member, cases: list[Row[Any]]) -> list[dict[str, Any]]:
        seen = [row for row in cases if row.status == "open" and self._access.may_see(session, member, row)]
        ids = [row.id for row in seen]
        return self._rows.write(session, _OPEN_ROWS.all(session, {"ids": ids})) if ids else []
