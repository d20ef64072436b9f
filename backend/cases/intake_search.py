"""Whom a new case is for, and what of theirs is open: found by whole phone, account number or address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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

from backend.cases.form_sealing import open_value
from backend.cases.ports import RecordLook
from backend.cases.staff_access import CASE, TOLD_TASK, StaffAccess
from backend.cases.staff_rows import RowWriter
from backend.catalogue.field_checks import BadValue, check_address, check_phone, check_text
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.masking import mask_name, mask_phone
from backend.core.statements import Prepared
from backend.customers.addresses import index_address
from backend.customers.holders import KnownCustomer
from backend.customers.service import CustomersService
from backend.organisation.service import Member

LOOK_REASON = "代客登记"
_MOST = 5
# By a part of an address several homes are found: masked, and as many as one can read out.
_MOST_AT_PLACE, _SHORTEST_PART = 10, 2
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
        self, member: Member, phone: str, account_no: str, address: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return ``{customers, open_cases}``; raises Invalid where nothing, or no such thing, was asked.

        What a whole value finds is shown in full, for the caller is asked whether it is right. A part of an
        address finds several homes, so who lives there stays masked (``masked``) until one is chosen and
        looked for by the account number: nobody leafs through customers. ``more`` tells of homes left out.
        """
        place = None if phone.strip() or account_no.strip() else _read_part(address)
        if place is not None:
            return self._find_at_place(member, place)
        with self._sessions.begin() as session:
            known, condition = self._look_up(session, member, phone, account_no, address)
            cases = self._list_cases(session, member, condition, known)
            people: dict[int | None, dict[str, Any]] = {one.id: self._describe(one) for one in known}
            # A case that nobody signed in for, as an alarm, is theirs whose telephone was given in it.
            caller = known[0].id if phone.strip() and len(known) == 1 else None
            for row in cases:
                self._add_from_case(people, row, caller)
            subjects = sorted(f"customer:{one}" for one in people if one is not None)
            for subject in subjects:
                items = ("name", "phone", "address")
                self._record_look(session, member.id, subject, items, LOOK_REASON, self._now())
            return {
                "customers": list(people.values())[:_MOST],
                "open_cases": self._write_open(session, member, cases),
                "more": False,
            }

    def _find_at_place(self, member: Member, place: Mapping[str, Any]) -> dict[str, Any]:
        with self._sessions.begin() as session:
            known, has_more = self._customers.find_at_place(session, place, member.units, _MOST_AT_PLACE)
            people = [
                {
                    **self._describe(one),
                    "name": mask_name(one.name or ""),
                    "phone": mask_phone(one.phone or ""),
                    "masked": True,
                }
                for one in known
            ]
            # Cases keep of an address the community and the building in clear.
            condition = and_(
                CASE.c.status == "open",
                CASE.c.community.startswith(place["community"], autoescape=True),
                CASE.c.building.startswith(place["building"], autoescape=True),
            )
            cases = self._list_cases(session, member, condition, []) if place["community"] else []
            return {
                "customers": people,
                "open_cases": self._write_open(session, member, cases),
                "more": has_more,
            }

    def _look_up(
        self,
        session: Session,
        member: Member,
        phone: str,
        account_no: str,
        address: Mapping[str, Any] | None,
    ) -> tuple[list[KnownCustomer], ColumnElement[bool] | None]:
        try:
            if phone.strip():
                number = check_phone(phone)
                index = self._keys.blind_index(number, "phone")
                return self._customers.find_by_phone(session, number), CASE.c.contact_phone_index == index
            if account_no.strip():
                number = check_text(account_no, 20)
                return self._customers.find_by_account(session, number, member.units), None
        except BadValue as bad:
            raise Invalid(fields={"phone" if phone.strip() else "account_no": bad.code}) from bad
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
        rows = session.execute(newest, {"units": sorted(member.units)})
        return [row for row in rows if self._access.may_see(session, member, row)]

    @staticmethod
    def _describe(known: KnownCustomer) -> dict[str, Any]:
        return {
            "customer_id": known.id,
            "name": known.name or "",
            "phone": known.phone or "",
            "account_no": known.account_no,
            "address": known.address,
            "masked": False,
        }

    def _add_from_case(
        self, people: dict[int | None, dict[str, Any]], row: Row[Any], caller: int | None
    ) -> None:
        """Fill in what the latest case says of its customer, or of ``caller``, and nothing newer has said."""
        told = ("contact_name", "contact_phone", "phone", "account_no", "address")
        values = {key: open_value(self._keys, key, row.form.get(key)) for key in told}
        whose = caller if row.customer_id is None else row.customer_id
        person = people.setdefault(
            whose,
            {
                "customer_id": whose,
                "name": "",
                "phone": "",
                "account_no": None,
                "address": None,
                "masked": False,
            },
        )
        person["name"] = person["name"] or str(values.get("contact_name") or "")
        person["phone"] = person["phone"] or str(values.get("contact_phone") or values.get("phone") or "")
        person["account_no"] = person["account_no"] or values.get("account_no")
        person["address"] = person["address"] or values.get("address")

    def _write_open(self, session: Session, member: Member, cases: list[Row[Any]]) -> list[dict[str, Any]]:
        ids = [row.id for row in cases if row.status == "open"]
        return self._rows.write(session, _OPEN_ROWS.all(session, {"ids": ids})) if ids else []
