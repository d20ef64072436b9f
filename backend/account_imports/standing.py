"""What the database has of the rows of one chunk: a handful of questions, however many rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.account_imports.row_checks import AccountLine
from backend.core.array_texts import write_digests, write_numbers, write_texts
from backend.core.encryption import KeyRing
from backend.core.statements import Prepared
from backend.customers.accounts import PLACE_LOCK
from backend.customers.addresses import index_address

_ACCOUNTS = """
    SELECT a.id, a.account_no, a.unit_id, a.status, a.opened_at, a.gas_use, a.holder_sealed,
      a.contact_sealed, a.phone_sealed, a.phone_index, a.monthly_use, a.pressure_kpa, a.use_nature,
      a.use_period, p.id AS premises_id, p.address_index, p.note_sealed, c.id AS customer_id,
      c.id_number_index, c.credit_code, m.id AS meter_id, m.maker, m.meter_no, m.model, m.kind,
      m.inlet_side, m.seal_no, m.reading
    FROM gas_account a JOIN premises p ON p.id = a.premises_id
    LEFT JOIN account_role r ON r.gas_account_id = a.id AND r.role = 'owner' AND r.revoked_at IS NULL
    LEFT JOIN customer c ON c.id = r.customer_id
    LEFT JOIN LATERAL (
      SELECT * FROM meter WHERE gas_account_id = a.id AND status = 'installed' ORDER BY id DESC LIMIT 1
    ) m ON true
    WHERE a.account_no = ANY(CAST(:numbers AS text[]))"""
_READ, _LOCK = Prepared(text(_ACCOUNTS)), Prepared(text(_ACCOUNTS + " ORDER BY a.id FOR UPDATE OF a"))
# Whoever enters an account holds its address to the end; in one order, so that two never wait for each other.
_HOLD_PLACES = Prepared(
    text(
        "SELECT count(pg_advisory_xact_lock(:lock, one))"
        " FROM unnest(CAST(:places AS integer[])) WITH ORDINALITY AS held(one, place)"
    )
)
_PLACES = Prepared(
    text(
        "SELECT p.address_index, p.id, a.account_no FROM premises p"
        " LEFT JOIN gas_account a ON a.premises_id = p.id AND a.status <> 'closed'"
        " WHERE p.address_index = ANY(CAST(:places AS bytea[])) ORDER BY p.id DESC"
    )
)
_METERS = Prepared(
    text(
        "SELECT m.id, m.maker, m.meter_no, m.gas_account_id, m.status FROM meter m"
        " JOIN unnest(CAST(:makers AS text[]), CAST(:numbers AS text[])) AS told(maker, meter_no)"
        " ON told.maker = m.maker AND told.meter_no = m.meter_no"
    )
)
_CUSTOMERS = Prepared(
    text(
        "SELECT c.id, c.name_index, c.id_number_index AS identity"
        " FROM unnest(CAST(:numbers AS bytea[]), CAST(:names AS bytea[])) AS told(number, name)"
        " JOIN customer c ON c.id_number_index = told.number AND c.name_index = told.name"
        " AND c.merged_into_id IS NULL ORDER BY c.id DESC"
    )
)
_COMPANIES = Prepared(
    text(
        "SELECT c.id, c.name_index, c.credit_code AS identity"
        " FROM unnest(CAST(:codes AS text[]), CAST(:names AS bytea[])) AS told(code, name)"
        " JOIN customer c ON c.credit_code = told.code AND c.name_index = told.name"
        " AND c.merged_into_id IS NULL ORDER BY c.id DESC"
    )
)


@dataclass(frozen=True, slots=True)
class NewLines:
    """A new account as a line of COPY for each table; ``ids`` are those of customer, premises and account."""

    ids: tuple[int, int, int]
    customer: str
    premises: str
    account: str
    meter: str
    role: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """A row with the blind indexes by which the database is asked about it."""

    row_no: int
    line: AccountLine
    name: bytes
    place: bytes
    phone: bytes | None
    id_number: bytes | None
    # What it would be as a new account, where that was written before it is known whether it is one.
    lines: NewLines | None = None


@dataclass(slots=True)
class Standing:
    """What is there: accounts by number, account numbers and premises by place, meters, customers."""

    accounts: dict[str, Any]
    numbers_at: dict[bytes, set[str]] = field(default_factory=dict)
    premises_at: dict[bytes, int] = field(default_factory=dict)
    meters: dict[tuple[str, str], Any] = field(default_factory=dict)
    customers: dict[tuple[bytes | str, bytes], int] = field(default_factory=dict)


def index_line(keys: KeyRing, row_no: int, line: AccountLine) -> Indexed:
    """Return the row with its indexes; its address is whole, since it was checked."""
    place = index_address(keys, line.address)
    if place is None:
        raise ValueError("an address without any part")
    return Indexed(
        row_no,
        line,
        keys.blind_index(line.holder, "name"),
        place,
        keys.blind_index(line.phone, "phone") if line.phone else None,
        keys.blind_index(line.id_number, "id_number") if line.id_number else None,
    )


def hold_places(session: Session, rows: Sequence[Indexed]) -> None:
    """Hold the addresses, so that no case opens an account at one of them meanwhile."""
    places = sorted({int.from_bytes(one.place[:4], signed=True) for one in rows})
    _HOLD_PLACES.execute(session, {"lock": PLACE_LOCK, "places": write_numbers(places)})


def find_standing(session: Session, rows: Sequence[Indexed], *, locks: bool) -> Standing:
    """Return what the database has of ``rows``; with ``locks`` nobody else changes these accounts now."""
    # They are digits, which need no quotes in an array.
    numbers = "{" + ",".join(one.line.account_no for one in rows) + "}"
    found = (_LOCK if locks else _READ).all(session, {"numbers": numbers})
    standing = Standing({one.account_no: one for one in found})
    for one in _PLACES.all(session, {"places": write_digests(row.place for row in rows)}):
        # The oldest comes last and stays, as when a case looks for its premises.
        place = bytes(one.address_index)
        standing.premises_at[place] = one.id
        if one.account_no is not None:
            standing.numbers_at.setdefault(place, set()).add(one.account_no)
    with_meter = [row.line for row in rows if row.line.meter_no]
    if with_meter:
        told = {
            "makers": write_texts(one.meter_maker for one in with_meter),
            "numbers": write_texts(one.meter_no for one in with_meter),
        }
        standing.meters = {(one.maker, one.meter_no): one for one in _METERS.all(session, told)}
    # With the name: one number with a thousand names is a slip, and must not bring a thousand customers here.
    people = [row for row in rows if row.id_number]
    if people:
        asked = {
            "numbers": write_digests(row.id_number for row in people if row.id_number),
            "names": write_digests(row.name for row in people),
        }
        for one in _CUSTOMERS.all(session, asked):
            standing.customers[(bytes(one.identity), bytes(one.name_index))] = one.id
    companies = [row for row in rows if row.line.credit_code]
    if companies:
        codes = [row.line.credit_code for row in companies]
        names = write_digests(row.name for row in companies)
        for one in _COMPANIES.all(session, {"codes": codes, "names": names}):
            standing.customers[(one.identity, bytes(one.name_index))] = one.id
    return standing
