"""Rows a second of an import: CSV against a bare loop that parses, checks and seals the same rows, Excel
against openpyxl's bare read-only iteration of the same file."""

from __future__ import annotations

import csv
import io
import itertools
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_10
from xlsxwriter import Workbook

from backend.account_imports.columns import HEADINGS, Record
from backend.account_imports.row_checks import RowReader
from backend.account_imports.sealed_pieces import PIECE_BYTES, SealedPieces, count_pieces
from backend.account_imports.slices import ImportSlices
from backend.account_imports.standing import index_line
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.customers.account_sealing import seal_account_text, seal_premises_text
from backend.customers.sealing import seal_customer_text
from backend.files.local_storage import LocalFolderStorage
from backend.organisation.service import OrganisationService
from bench.figures import Measured, compare
from bench.ground import Ground
from bench.hall import furnish, open_engine
from bench.story import HANDLER_ID, NOW

ROWS = 4_000
ROUNDS = 5
_NUMBERS = itertools.count(1)
_BEGIN = text(
    "INSERT INTO account_import (unit_id, token, name_sealed, kind, size, state, made_by, made_at, moved_at)"
    " SELECT unit_id, :token, '-', :kind, :size, 'importing', id, :now, :now FROM staff WHERE id = :staff"
    " RETURNING id"
)


class Company:
    """A hall without accounts, and files of them, of which each row is new."""

    def __init__(self, ground: Ground) -> None:
        self.engine = open_engine(ground.make_database("account_imports"))
        self.sessions: sessionmaker[Session] = furnish(self.engine)
        self.keys = KeyRing({1: bytes(range(32))}, 1, bytes(range(32)))
        self.pieces = SealedPieces(LocalFolderStorage(ground.folder / "imports"), self.keys)
        organisation = OrganisationService(self.keys, (), ())
        self.slices = ImportSlices(
            self.sessions, organisation, self.pieces, self.keys, timedelta(hours=1), lambda: NOW
        )

    def bring_in(self, kind: str, content: bytes) -> float:
        """Return the rows a second of an import; sending the file is not counted."""
        token = f"bench-{next(_NUMBERS)}"
        for number in range(count_pieces(len(content))):
            self.pieces.put(token, number, content[number * PIECE_BYTES : (number + 1) * PIECE_BYTES])
        told = {"token": token, "kind": kind, "size": len(content), "now": NOW, "staff": HANDLER_ID}
        with self.sessions.begin() as session:
            import_id = session.execute(_BEGIN, told).scalar_one()
        began = time.perf_counter()
        self.slices.run_slice(import_id)
        took = time.perf_counter() - began
        done = text("SELECT state, created_count FROM account_import WHERE id = :id")
        with self.sessions() as session:
            state, created = session.execute(done, {"id": import_id}).one()
        if (state, created) != ("done", ROWS):
            raise RuntimeError(f"the import ended as {state} with {created} accounts")
        return ROWS / took

    def seal_bare(self, content: bytes) -> float:
        """Return the rows a second of a loop that parses, checks and seals, and asks no database."""
        reader = RowReader(tuple(HEADINGS.values()), local_date(NOW))
        began = time.perf_counter()
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        next(rows)
        for number, cells in enumerate(rows, start=2):
            line = index_line(self.keys, number, reader.read(Record(number, 0, cells))).line
            for column, told in (("holder", line.holder), ("contact", line.contact), ("phone", line.phone)):
                seal_account_text(self.keys, column, number, told)
            for column, told in (("name", line.holder), ("phone", line.phone), ("id_number", line.id_number)):
                seal_customer_text(self.keys, column, number, told)
            seal_premises_text(self.keys, "door", number, line.address["door"])
        return ROWS / (time.perf_counter() - began)


def measure(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    """Give ``import_csv`` and ``import_excel``; each round brings in other accounts."""
    company = Company(ground)
    try:
        if "import_csv" in wanted:
            yield (
                "import_csv",
                compare(
                    lambda: company.bring_in("csv", _write_csv()),
                    lambda: company.seal_bare(_write_csv()),
                    ROUNDS,
                ),
            )
        if "import_excel" in wanted:
            yield (
                "import_excel",
                compare(lambda: company.bring_in("xlsx", _write_excel()), _read_bare_excel, ROUNDS),
            )
    finally:
        company.engine.dispose()


def _make_rows() -> Iterator[list[str]]:
    for number in itertools.islice(_NUMBERS, ROWS):
        body = f"100{number:08d}"
        row = {
            "account_no": body + mod_11_10.calc_check_digit(body), "holder": f"张三{number}",
            "id_number": _make_id_number(number), "contact": f"李四{number}", "phone": f"139{number:08d}",
            "region": "历下区", "street": "文化路", "community": "阳光小区", "building": f"{number % 90}号楼",
            "unit": "2单元", "door": f"{number}室", "gas_use": "居民", "status": "正常",
            "opened_on": "2019-05-20", "monthly_use": "18.5", "pressure_kpa": "2", "use_nature": "做饭",
            "use_period": "全年", "meter_maker": "金卡", "meter_no": f"{number:012d}", "meter_model": "G2.5",
            "meter_kind": "IC卡表", "inlet_side": "左进", "meter_reading": "1024.5",
        }  # fmt: skip
        yield [row.get(key, "") for key in HEADINGS.values()]


def _make_id_number(number: int) -> str:
    """Return a number of somebody's own: three digits of it tell people of one day apart."""
    day = f"19{50 + number // 1000 % 50}{1 + number // 50_000 % 12:02d}{1 + number // 600_000 % 28:02d}"
    body = f"110101{day}{number % 1000:03d}"
    return body + str(ric.calc_check_digit(f"{body}0"))


def _write_csv() -> bytes:
    lines = (",".join(row) for row in ([*HEADINGS], *_make_rows()))
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _write_excel() -> bytes:
    file = io.BytesIO()
    book = Workbook(file)
    sheet = book.add_worksheet()
    for place, row in enumerate(([*HEADINGS], *_make_rows())):
        for column, cell in enumerate(row):
            sheet.write_string(place, column, cell)
    book.close()
    return file.getvalue()


def _read_bare_excel() -> float:
    content = _write_excel()
    began = time.perf_counter()
    count = sum(
        1 for _ in load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True)
    )
    return count / (time.perf_counter() - began)
