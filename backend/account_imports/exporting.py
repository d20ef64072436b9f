"""All accounts of one's units as a file of the same columns: page by page, so that it costs no memory.

Personal values are masked unless the manager gives a reason, which is written down first. A file with full
values can be brought in again and changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.looks import record_look
from backend.account_imports.columns import GAS_USES, HEADINGS, INLET_SIDES, METER_KINDS, STATUSES, TITLES
from backend.core.csv_rows import is_formula
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.core.masking import mask_id_number, mask_name, mask_phone
from backend.core.spreadsheet import Column, write_sheet
from backend.core.statements import Prepared
from backend.customers.account_sealing import open_account_text, open_premises_text
from backend.customers.sealing import open_customer_text
from backend.organisation.service import Member

PAGE: Final = 1000
# A sheet of Excel has no more rows.
MOST_ROWS: Final = 1_048_575
_ITEMS: Final = ("holder", "id_number", "contact", "phone", "address")
_PAGE = Prepared(
    text(
        "SELECT a.id, a.account_no, a.status, a.opened_at, a.gas_use, a.holder_sealed, a.contact_sealed,"
        " a.phone_sealed, a.monthly_use, a.pressure_kpa, a.use_nature, a.use_period, p.id AS premises_id,"
        " p.region, p.street, p.community, p.building, p.building_unit, p.door_sealed, p.note_sealed,"
        " c.id AS customer_id, c.id_number_sealed, c.credit_code, m.maker, m.meter_no, m.model, m.kind,"
        " m.inlet_side, m.seal_no, m.reading"
        " FROM gas_account a JOIN premises p ON p.id = a.premises_id"
        " LEFT JOIN account_role r ON r.gas_account_id = a.id AND r.role = 'owner' AND r.revoked_at IS NULL"
        " LEFT JOIN customer c ON c.id = r.customer_id"
        " LEFT JOIN LATERAL (SELECT * FROM meter WHERE gas_account_id = a.id AND status = 'installed'"
        " ORDER BY id DESC LIMIT 1) m ON true"
        " WHERE a.unit_id = ANY(CAST(:units AS bigint[])) AND a.id > :after ORDER BY a.id LIMIT :limit"
    )
)


def _name_words(words: dict[str, str]) -> dict[str, str]:
    """Return key → the first word that means it."""
    return {key: word for word, key in reversed(words.items())}


_USE_WORDS, _STATUS_WORDS = _name_words(GAS_USES), _name_words(STATUSES)
_KIND_WORDS, _SIDE_WORDS = _name_words(METER_KINDS), _name_words(INLET_SIDES)


class AccountExports:
    """Writes the accounts of somebody's units."""

    def __init__(self, sessions: sessionmaker[Session], keys: KeyRing, now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._keys = keys
        self._now = now

    def write_csv(self, member: Member, reason: str) -> Iterator[bytes]:
        """Return the file piece by piece; the look is written down before the first of it."""
        rows = self._walk(member, reason)
        return _write_lines(rows)

    def write_excel(self, member: Member, reason: str, file: BinaryIO) -> None:
        """Write the accounts to ``file``, as many as a sheet holds."""
        columns = tuple(Column(key, title) for key, title in TITLES.items())
        write_sheet(file, "客户资料", columns, self._walk(member, reason), MOST_ROWS)

    def _walk(self, member: Member, reason: str) -> Iterator[dict[str, str]]:
        if reason:
            with self._sessions.begin() as session:
                units = ",".join(map(str, sorted(member.units)))
                record_look(session, member.id, f"accounts_of_units:{units}", _ITEMS, reason, self._now())
        return self._walk_pages(sorted(member.units), is_full=bool(reason))

    def _walk_pages(self, units: list[int], *, is_full: bool) -> Iterator[dict[str, str]]:
        after = 0
        while True:
            with self._sessions() as session:
                rows = _PAGE.all(session, {"units": units, "after": after, "limit": PAGE})
            yield from (self._write(row, is_full) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1].id

    def _write(self, row: Any, is_full: bool) -> dict[str, str]:  # noqa: ANN401 - a named tuple
        keys = self._keys
        holder, contact, phone = (
            open_account_text(keys, one, row.id, getattr(row, f"{one}_sealed"))
            for one in ("holder", "contact", "phone")
        )
        id_number = open_customer_text(keys, "id_number", row.customer_id, row.id_number_sealed)
        door = open_premises_text(keys, "door", row.premises_id, row.door_sealed)
        note = open_premises_text(keys, "note", row.premises_id, row.note_sealed)
        if not is_full:
            holder, contact = mask_name(holder), mask_name(contact)
            phone, id_number = mask_phone(phone), mask_id_number(id_number)
            door, note = "****", ""
        return {
            "account_no": row.account_no,
            "holder": holder,
            "id_number": id_number or row.credit_code or "",
            "contact": contact,
            "phone": phone,
            "region": row.region,
            "street": row.street,
            "community": row.community,
            "building": row.building,
            "unit": row.building_unit,
            "door": door,
            "note": note,
            "gas_use": _USE_WORDS[row.gas_use],
            "status": _STATUS_WORDS[row.status],
            "opened_on": local_date(row.opened_at).isoformat(),
            "monthly_use": _write_number(row.monthly_use),
            "pressure_kpa": _write_number(row.pressure_kpa),
            "use_nature": row.use_nature,
            "use_period": row.use_period,
            "meter_maker": row.maker or "",
            "meter_no": row.meter_no or "",
            "meter_model": row.model or "",
            "meter_kind": _KIND_WORDS.get(row.kind, ""),
            "inlet_side": _SIDE_WORDS.get(row.inlet_side, ""),
            "meter_seal": row.seal_no or "",
            "meter_reading": _write_number(row.reading),
        }


def _write_lines(rows: Iterator[dict[str, str]]) -> Iterator[bytes]:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEADINGS)
    yield b"\xef\xbb\xbf"
    for count, row in enumerate(rows, start=1):
        # A program that opens the file must not compute what somebody has typed.
        writer.writerow(f"'{one}" if is_formula(one) else one for one in row.values())
        if count % PAGE == 0:
            yield file.getvalue().encode()
            file.seek(0)
            file.truncate()
    yield file.getvalue().encode()


def _write_number(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
