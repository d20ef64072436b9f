"""``python -m bench.import_rubbish [MEGABYTES]``: what is no list of customers, as large as may be sent.

Each file is laid down as an upload lays it down and then checked; nothing of it may become an account, and
memory may not grow with its length. It takes as much room in the temporary folder as one of the files.
"""

from __future__ import annotations

import io
import itertools
import os
import signal
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import text

from backend.account_imports.columns import HEADINGS
from backend.account_imports.reading import open_rows
from backend.core.errors import Invalid
from bench.ground import open_ground
from bench.import_company import Company, write_excel
from bench.import_million import MOST_MEGABYTES, Memory

MEGABYTES: Final = 2047
_HEADINGS: Final = (",".join(HEADINGS) + "\n").encode()
_PART: Final = 1024 * 1024
_SHEET: Final = "xl/worksheets/sheet1.xml"
_READ = text("SELECT state, failure, token, size FROM account_import WHERE id = :id")
_COUNT = text("SELECT (SELECT count(*) FROM gas_account) + (SELECT count(*) FROM premises)")


class Endless(io.RawIOBase):
    """A file of ``size`` bytes that is made while it is read."""

    def __init__(self, parts: Iterator[bytes], size: int) -> None:
        self._parts, self._left, self._ready = parts, size, b""

    def read(self, size: int = -1) -> bytes:
        """Return the next ``size`` bytes."""
        size = min(size, self._left)
        while len(self._ready) < size:
            self._ready += next(self._parts)
        told, self._ready = self._ready[:size], self._ready[size:]
        self._left -= size
        return told


def main() -> int:
    """Send each kind of rubbish and tell what became of it."""
    # Ended from outside, it still stops its servers and deletes its folder.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    size = (int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES) * _PART
    kinds = {
        "noise": (_make_noise(), "csv"),
        "noise under headings": (itertools.chain([_HEADINGS], _make_noise()), "csv"),
        "one endless line": (itertools.chain([_HEADINGS], itertools.repeat(b"x" * _PART)), "csv"),
        "commas": (itertools.chain([_HEADINGS], itertools.repeat((b"," * 25 + b"\n") * 40_000)), "csv"),
        "quotation marks": (itertools.chain([_HEADINGS], itertools.repeat(b'",\n' * 300_000)), "csv"),
    }
    is_good = True
    with open_ground() as ground:
        company = Company(ground)
        for name, (parts, kind) in kinds.items():
            is_good &= _try(company, name, kind, Endless(parts, size), size)
        bomb = _pack_bomb(size)
        is_good &= _try(company, "a packed sheet", "xlsx", io.BytesIO(bomb), len(bomb))
        with company.sessions() as session:
            is_good &= session.execute(_COUNT).scalar_one() == 0
        company.engine.dispose()
    print("nothing was created" if is_good else "MISSED", flush=True)
    return 0 if is_good else 1


def _make_noise() -> Iterator[bytes]:
    while True:
        yield os.urandom(_PART)


def _pack_bomb(size: int) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_excel(1))) as whole,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as other,
    ):
        for name in whole.namelist():
            with other.open(name, "w", force_zip64=True) as part:
                part.write(whole.read(name).removesuffix(b"</sheetData>") if name != _SHEET else b"")
                for _ in range(size // _PART if name == _SHEET else 0):
                    part.write(b"<row/>" * (_PART // 6))
    return file.getvalue()


def _try(company: Company, name: str, kind: str, file: Any, size: int) -> bool:
    import_id = company.send(kind, file, size)
    memory, began = Memory(), time.perf_counter()
    memory.start()
    with company.sessions() as session:
        told = session.execute(_READ, {"id": import_id}).one()
    try:
        # As the desk looks at what was sent, before anybody can let it be checked.
        with company.pieces.open(told.token, told.size) as sent:
            open_rows(kind, sent)
        company.slices.run_slice(import_id)
        with company.sessions() as session:
            state, failure, token, _ = session.execute(_READ, {"id": import_id}).one()
    except Invalid as fault:
        state, failure, token = "refused", fault.code, told.token
    took, most = time.perf_counter() - began, memory.end()
    company.pieces.delete(token, size)
    print(f"{name}, {size / 1e6:.0f} MB: {state} {failure} in {took:.1f} s; at most {most}", flush=True)
    return memory.most.get("together", 0) <= MOST_MEGABYTES


if __name__ == "__main__":
    sys.exit(main())
