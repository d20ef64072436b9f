"""All accounts of one's units as a file of the same columns: page by page, so that it costs no memory.

Personal values are masked unless the manager gives a reason, which is written down first. A file with full
values can be brought in again and changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.access.looks import record_look
from backend.account_imports.account_cells import SELECT_CELLS, mask_cells, write_cells
from backend.account_imports.columns import HEADINGS, TITLES
from backend.core.csv_rows import is_formula
from backend.core.encryption import KeyRing
from backend.core.spreadsheet import Column, write_sheet
from backend.core.statements import Prepared
from backend.organisation.service import Member

PAGE: Final = 1000
# A sheet of Excel has no more rows.
MOST_ROWS: Final = 1_048_575
_ITEMS: Final = ("holder", "id_number", "contact", "phone", "address")
_PAGE = Prepared(
    text(
        SELECT_CELLS
        + " WHERE a.unit_id = ANY(CAST(:units AS bigint[])) AND a.id > :after ORDER BY a.id LIMIT :limit"
    )
)


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
        cells = write_cells(self._keys, row)
        if is_full:
            return cells
        masked = mask_cells(cells)
        # A credit code is public, as is the company that it names.
        return masked if row.id_number_sealed else {**masked, "id_number": cells["id_number"]}


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
