"""The ledger of customers: listed, brought in as a table, changed one by one, taken along as Excel."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Amend
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.staff_access import StaffAccess
from backend.cases.staff_rows import write_place
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid, NotFound
from backend.core.local_time import local_date
from backend.core.masking import mask_name
from backend.core.spreadsheet import Column, Kind
from backend.customers.classes import CLASS_NAMES, GENERAL
from backend.customers.models import AccountRole, Customer, Premises
from backend.customers.sealing import open_name
from backend.ledgers.classes import ACCOUNT, Change, change_class
from backend.ledgers.importing import LedgerRow, RowRefused, read_row, read_table
from backend.ledgers.models import LedgerEntry
from backend.ledgers.rules import Rule, classify
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member, OrganisationService

PAGE, LONGEST_PAGE, MOST_REFUSED = 50, 100, 200
# The plain value of a case by which its guard knows that the ledger was brought in.
LEDGER_ROWS = "ledger_rows"
USE_NAMES = {"residential": "居民", "public_service": "公共服务", "commercial": "商业", "industrial": "工业"}
_ENTRY, _PLACE, _ROLE = table_of(LedgerEntry), table_of(Premises), table_of(AccountRole)
_COLUMNS = (
    Column("account_no", "户号", width=20),
    Column("customer_name", "客户"),
    Column("place", "地址", width=28),
    Column("gas_use", "用气性质", width=10),
    Column("classification", "客户类型", width=10),
    Column("grade", "客户层级", width=10),
    Column("standard", "层级标准", width=28),
    Column("annual_volume", "年用气量（万方）", width=14),
    Column("visit_every_days", "拜访周期（天）", Kind.COUNT),
    Column("visited_on", "上次拜访", Kind.DAY),
    Column("visit_due_on", "该拜访的日子", Kind.DAY),
    Column("service_content", "服务内容", width=30),
    Column("unit_name", "单位", width=20),
    Column("remarks", "备注", width=30),
)


@dataclass(frozen=True, slots=True)
class LedgerRequest:
    """Which accounts: of one class, one by its number, or those whose visit is due; else all classified."""

    classification: str | None = None
    q: str = ""
    visit_due: bool = False
    after: int = 0
    limit: int = PAGE


class CustomerLedger:
    """Keeps the ledger. ``rules`` classify companies where nobody says otherwise."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        organisation: OrganisationService,
        keys: KeyRing,
        rules: Sequence[Rule],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._organisation = organisation
        self._keys = keys
        self._rules = tuple(rules)
        self._now = now

    def list_accounts(self, member: Member, asked: LedgerRequest) -> dict[str, Any]:
        """Return ``{items, next}`` of the accounts of one's units."""
        limit = min(max(asked.limit, 1), LONGEST_PAGE)
        with self._sessions.begin() as session:
            found = _page(asked, local_date(self._now())).where(ACCOUNT.c.unit_id.in_(member.units))
            rows = session.execute(found.limit(limit + 1)).all()
            items = self._write(session, rows[:limit])
        return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}

    def set_class(self, member: Member, account_no: str, to_class: str, reason: str) -> dict[str, Any]:
        """Give one account another class; raises NotFound, and Invalid without a reason."""
        if not reason.strip():
            raise Invalid(fields={"reason": "required"})
        with self._sessions.begin() as session:
            account = _lock(session, member, account_no)
            if account is None:
                raise NotFound()
            change = Change("person", reason.strip(), member.id)
            change_class(session, account, to_class, account.grade, change, self._now())
        return self._read_one(member, account_no)

    def note_visit(self, member: Member, account_no: str, day: date) -> dict[str, Any]:
        """Write down that the customer was visited; raises NotFound, and Invalid for a day to come."""
        if day > local_date(self._now()):
            raise Invalid(fields={"visited_on": "day_to_come"})
        with self._sessions.begin() as session:
            account = _lock(session, member, account_no)
            if account is None:
                raise NotFound()
            self._keep(session, account.id, member, {"visited_on": day})
        return self._read_one(member, account_no)

    def bring_in(self, member: Member, content: bytes, case_no: str | None, preview: bool) -> dict[str, Any]:
        """Take the rows of a table in, or with ``preview`` only tell what would become of them.

        A faulty row is told with its number and why, and keeps none of the others out. With ``case_no`` the
        case that asks for the ledger learns how many rows came in. Raises Invalid, NotFound.
        """
        rows = list(read_table(content))
        case_id = None
        if case_no is not None:
            with self._sessions() as session:
                case_id = self._access.find_staff_case(session, member, case_no).id
        told: dict[str, Any] = {}

        def act(session: Session, case: int | None) -> None:
            taken, changed, refused = 0, 0, []
            for number, cells in rows:
                try:
                    changed += self._take(session, member, read_row(cells), case)
                    taken += 1
                except RowRefused as wrong:
                    refused.append({"row": number, "text": str(wrong)})
            told.update(
                taken=taken, changed=changed, refused=refused[:MOST_REFUSED], refused_count=len(refused)
            )

        if preview:
            with self._sessions() as session:
                act(session, case_id)
                session.rollback()
        elif case_id is None:
            with self._sessions.begin() as session:
                act(session, None)
        else:
            self._bring_in_for(member, case_id, act, told)
        return told

    def _bring_in_for(
        self,
        member: Member,
        case_id: int,
        act: Callable[[Session, int | None], None],
        told: Mapping[str, Any],
    ) -> None:
        def within(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, case_id)
            act(session, case_id)
            rows = told["taken"] or case.snapshot.data.get(LEDGER_ROWS)
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, {LEDGER_ROWS: rows}))

        self._cases.once(Request(f"staff:{member.id}", uuid.uuid4(), {"ledger": case_id}), within)

    def list_exports(self, posts: frozenset[str]) -> dict[str, Exportable]:
        """Return the list by its key; ``posts`` have it."""
        return {"customer-ledger": Exportable(self._open, posts)}

    def _open(self, member: Member, asked: Asked) -> OpenedList:
        is_due, q = asked.get("due") == "today", str(asked.get("q") or "")
        wanted = LedgerRequest(asked.get("service") or None, q, is_due, limit=LONGEST_PAGE)
        return OpenedList("客户台账", _COLUMNS, self._list_rows(member, wanted))

    def _list_rows(self, member: Member, wanted: LedgerRequest) -> Iterator[Mapping[str, Any]]:
        while True:
            page = self.list_accounts(member, wanted)
            for row in page["items"]:
                names = {"classification": CLASS_NAMES[row["classification"]]}
                yield {**row, **names, "gas_use": USE_NAMES[row["gas_use"]]}
            if page["next"] is None:
                return
            wanted = replace(wanted, after=page["next"])

    def _take(self, session: Session, member: Member, row: LedgerRow, case_id: int | None) -> int:
        """Take one row in; returns 1 where it changed the class or grade, else 0."""
        account = _lock(session, member, row.account_no)
        if account is None:
            raise RowRefused("没有这个户号，或不归您的单位管。")
        is_home = account.gas_use == "residential"
        if is_home and row.classification == "major":
            raise RowRefused("居民客户没有“重点”这一类。")
        values: dict[str, Any] = {
            key: getattr(row, key)
            for key in ("annual_volume", "visit_every_days", "visited_on", "service_content", "remarks")
            if getattr(row, key) not in (None, "")
        }
        to_class, grade, source = row.classification, row.grade, "ledger"
        rule = None
        if not is_home and to_class is None:
            volume = row.annual_volume
            rule = classify(self._rules, account.gas_use, None if volume is None else float(volume))
        if rule is not None:
            to_class, grade, source = rule.classification, grade or rule.grade, "rules"
            values = {"visit_every_days": rule.visit_every_days, **values, "standard": rule.standard}
        self._keep(session, account.id, member, values)
        change = Change(source, values.get("standard", ""), member.id, case_id)
        kept = (to_class or account.classification, grade or account.grade)
        return int(change_class(session, account, *kept, change, self._now()))

    def _keep(self, session: Session, account_id: int, member: Member, values: Mapping[str, Any]) -> None:
        stamp = {"updated_by": member.id, "updated_at": self._now()}
        blank = {"standard": "", "service_content": "", "remarks": ""}
        made = insert(_ENTRY).values(gas_account_id=account_id, **{**blank, **values, **stamp})
        session.execute(
            made.on_conflict_do_update(index_elements=["gas_account_id"], set_={**values, **stamp})
        )

    def _read_one(self, member: Member, account_no: str) -> dict[str, Any]:
        one: dict[str, Any] = self.list_accounts(member, LedgerRequest(q=account_no))["items"][0]
        return one

    def _write(self, session: Session, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
        today = local_date(self._now())
        units = self._organisation.name_units(session, {row.unit_id for row in rows})
        owners = self._name_owners(session, [row.id for row in rows])
        return [
            {
                "account_no": row.account_no,
                "customer_name": owners.get(row.id, ""),
                "place": write_place(row.street, row.community, row.building),
                "unit_name": units.get(row.unit_id, ""),
                "gas_use": row.gas_use,
                "classification": row.classification,
                "grade": row.grade,
                "standard": row.standard or "",
                "annual_volume": None if row.annual_volume is None else f"{row.annual_volume.normalize():f}",
                "visit_every_days": row.visit_every_days,
                "visited_on": row.visited_on,
                "visit_due_on": _find_due(row),
                "visit_due": (due := _find_due(row)) is not None and due <= today,
                "service_content": row.service_content or "",
                "remarks": row.remarks or "",
            }
            for row in rows
        ]

    def _name_owners(self, session: Session, account_ids: Sequence[int]) -> dict[int, str]:
        """Return the masked name of each account's owner."""
        held = select(_ROLE.c.gas_account_id, Customer).join(Customer, Customer.id == _ROLE.c.customer_id)
        held = held.where(_ROLE.c.gas_account_id.in_(account_ids), _ROLE.c.revoked_at.is_(None))
        found = {}
        for account_id, customer in session.execute(
            held.order_by((_ROLE.c.role == "owner").asc(), _ROLE.c.id)
        ):
            name = open_name(self._keys, customer)
            found[account_id] = mask_name(name) if name and customer.kind != "organisation" else name or ""
        return found


def _find_due(row: Row[Any]) -> date | None:
    """Return the day by which the customer is to be visited; counted from the opening before any visit."""
    if row.visit_every_days is None:
        return None
    last: date = row.visited_on or local_date(row.opened_at)
    return last + timedelta(days=row.visit_every_days)


def _lock(session: Session, member: Member, account_no: str) -> Row[Any] | None:
    mine = (ACCOUNT.c.account_no == account_no.strip()) & ACCOUNT.c.unit_id.in_(member.units)
    found = select(ACCOUNT).where(mine, ACCOUNT.c.closed_at.is_(None)).with_for_update()
    return session.execute(found).one_or_none()


def _page(asked: LedgerRequest, today: date) -> Select[Any]:
    places = (_PLACE.c.street, _PLACE.c.community, _PLACE.c.building)
    kept = [one for one in _ENTRY.c if one.name not in ("gas_account_id", "updated_by", "updated_at")]
    joined = ACCOUNT.join(_PLACE, _PLACE.c.id == ACCOUNT.c.premises_id)
    joined = joined.outerjoin(_ENTRY, _ENTRY.c.gas_account_id == ACCOUNT.c.id)
    conditions: list[ColumnElement[bool]] = [ACCOUNT.c.closed_at.is_(None), ACCOUNT.c.id > asked.after]
    if asked.q.strip():
        conditions.append(ACCOUNT.c.account_no == asked.q.strip())
    elif asked.classification is not None:
        conditions.append(ACCOUNT.c.classification == asked.classification)
    else:
        conditions.append(or_(ACCOUNT.c.classification != GENERAL, _ENTRY.c.gas_account_id.is_not(None)))
    if asked.visit_due:
        since = func.coalesce(_ENTRY.c.visited_on, func.date(ACCOUNT.c.opened_at))
        conditions.append(since + _ENTRY.c.visit_every_days <= today)
    return select(*ACCOUNT.c, *places, *kept).select_from(joined).where(*conditions).order_by(ACCOUNT.c.id)
