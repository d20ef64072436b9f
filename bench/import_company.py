"""A company that brings its customers in: a hall without accounts, and files of which every row is new."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import IO

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_10
from xlsxwriter import Workbook

from backend.account_imports.columns import HEADINGS
from backend.account_imports.sealed_pieces import PIECE_BYTES, SealedPieces, count_pieces
from backend.account_imports.slices import ImportSlices
from backend.core.encryption import KeyRing
from backend.files.local_storage import LocalFolderStorage
from backend.organisation.service import OrganisationService
from bench.ground import Ground
from bench.hall import furnish, open_engine
from bench.story import HANDLER_ID, NOW

_NUMBERS = itertools.count(1)
_BEGIN = text(
    "INSERT INTO account_import (unit_id, token, name_sealed, kind, size, state, made_by, made_at, moved_at)"
    " SELECT unit_id, :token, '-', :kind, :size, 'checking', id, :now, :now FROM staff WHERE id = :staff"
    " RETURNING id"
)
_START = text(
    "UPDATE account_import SET state = 'importing', is_fresh = true, position = 0, row_no = 0,"
    " created_count = 0, changed_count = 0, unchanged_count = 0, refused_count = 0"
    " WHERE id = :id AND state = 'checked'"
)
_READ = text("SELECT state, failure, created_count, unchanged_count FROM account_import WHERE id = :id")


class Company:
    """A hall, and the worker that works its imports off."""

    def __init__(self, ground: Ground) -> None:
        self.engine = open_engine(ground.make_database("account_imports"))
        self.sessions: sessionmaker[Session] = furnish(self.engine)
        self.keys = KeyRing({1: bytes(range(32))}, 1, bytes(range(32)))
        self.pieces = SealedPieces(LocalFolderStorage(ground.folder / "imports"), self.keys)
        organisation = OrganisationService(self.keys, (), ())
        self.slices = ImportSlices(
            self.sessions, organisation, self.pieces, self.keys, timedelta(hours=1), lambda: NOW
        )

    def bring_in(self, kind: str, content: bytes, rows: int) -> float:
        """Return the rows a second of an import after its check; every row must bring an account."""
        import_id = self.send(kind, io.BytesIO(content), len(content))
        self.work(import_id, "checked", created=rows)
        self.start(import_id)
        return rows / self.work(import_id, "done", created=rows)

    def send(self, kind: str, file: IO[bytes], size: int) -> int:
        """Lay a file down in sealed pieces and return the import of it, which is to be checked."""
        token = f"bench-{next(_NUMBERS)}"
        for number in range(count_pieces(size)):
            self.pieces.put(token, number, file.read(PIECE_BYTES))
        told = {"token": token, "kind": kind, "size": size, "now": NOW, "staff": HANDLER_ID}
        with self.sessions.begin() as session:
            return int(session.execute(_BEGIN, told).scalar_one())

    def start(self, import_id: int) -> None:
        """Let what was checked be imported."""
        with self.sessions.begin() as session:
            session.execute(_START, {"id": import_id})

    def work(self, import_id: int, ends: str, created: int = 0, unchanged: int = 0) -> float:
        """Return how many seconds a run takes; raises RuntimeError where it ends otherwise than expected."""
        began = time.perf_counter()
        self.slices.run_slice(import_id)
        took = time.perf_counter() - began
        with self.sessions() as session:
            told = tuple(session.execute(_READ, {"id": import_id}).one())
        if told != (ends, "", created, unchanged):
            raise RuntimeError(f"the run ended as {told}")
        return took


def make_rows(amount: int) -> Iterator[list[str]]:
    """Yield rows of homes that no row has named before, under the headings of the template."""
    for number in itertools.islice(_NUMBERS, amount):
        body = f"100{number:08d}"
        person = f"110101{1950 + number // 1000 % 50}{number // 300_000 % 12 + 1:02d}15{number % 1000:03d}"
        row = {
            "account_no": body + mod_11_10.calc_check_digit(body), "holder": f"张三{number}",
            "id_number": person + ric.calc_check_digit(f"{person}0"), "contact": f"李四{number}",
            "phone": f"139{number:08d}", "region": "历下区", "street": "文化路", "community": "阳光小区",
            "building": f"{number % 90}号楼", "unit": "2单元", "door": f"{number}室", "gas_use": "居民",
            "status": "正常", "opened_on": "2019-05-20", "monthly_use": "18.5", "pressure_kpa": "2",
            "use_nature": "做饭", "use_period": "全年", "meter_maker": "金卡",
            "meter_no": f"{number:012d}", "meter_model": "G2.5", "meter_kind": "IC卡表",
            "inlet_side": "左进", "meter_seal": f"F-{number}", "meter_reading": "1024.5",
        }  # fmt: skip
        yield [row.get(key, "") for key in HEADINGS.values()]


def write_csv(amount: int) -> bytes:
    """Return a file of ``amount`` new homes."""
    lines = (",".join(row) for row in ([*HEADINGS], *make_rows(amount)))
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def write_excel(amount: int) -> bytes:
    """Return the same as a workbook, in which the cells share their texts."""
    file = io.BytesIO()
    book = Workbook(file)
    sheet = book.add_worksheet()
    for place, row in enumerate(([*HEADINGS], *make_rows(amount))):
        for column, cell in enumerate(row):
            sheet.write_string(place, column, cell)
    book.close()
    return file.getvalue()
