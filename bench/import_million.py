"""``python -m bench.import_million [ROWS]``: a whole company brought in once and again, with time and memory.

It takes a while and some gigabytes for a database in the temporary folder, and is therefore no part of
``make bench``. The run is bounded by its rows. It ends with 1 where memory grew beyond its bar or the
repetition changed anything.
"""

from __future__ import annotations

import re
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import text

from backend.account_imports.columns import HEADINGS
from bench.ground import open_ground
from bench.import_company import Company, make_rows

ROWS: Final = 1_000_000
# The job and the process that reads for it, together.
MOST_MEGABYTES: Final = 300
_EVERY_SECONDS: Final = 0.5
_TOLD_EVERY: Final = 60.0
_RSS = re.compile(r"VmRSS:\s+(\d+) kB")
_SUMS = text(
    "SELECT "
    + ", ".join(
        f"(SELECT (count(*), sum(hashtextextended(t::text, 0))) FROM {one} t)::text"
        for one in ("customer", "premises", "gas_account", "meter", "account_role")
    )
)


class Memory(threading.Thread):
    """Watches what this process and its children hold, in megabytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most: dict[str, float] = {}
        self._pid = Path("/proc/self").resolve().name
        self._is_over = threading.Event()

    def run(self) -> None:
        """Look twice a second, and tell once a minute."""
        began = told = time.monotonic()
        while not self._is_over.wait(_EVERY_SECONDS):
            children = (
                Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text(encoding="ascii").split()
            )
            job, readers = self._read(self._pid), sum(map(self._read, children))
            for name, held in (("job", job), ("reader", readers), ("together", job + readers)):
                self.most[name] = max(self.most.get(name, 0), held)
            if time.monotonic() - told >= _TOLD_EVERY:
                told = time.monotonic()
                print(f"  {told - began:5.0f} s: job {job:.0f} MB, reader {readers:.0f} MB", flush=True)

    def end(self) -> str:
        """Stop looking; return the most that was held."""
        self._is_over.set()
        self.join()
        return ", ".join(f"{name} {held:.0f} MB" for name, held in self.most.items())

    @staticmethod
    def _read(pid: str) -> float:
        try:
            found = _RSS.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return int(found.group(1)) / 1024 if found else 0


def main() -> int:
    """Bring the company in, then again."""
    # Ended from outside, it still stops its servers and deletes its folder.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    is_good = True
    with open_ground() as ground, tempfile.TemporaryFile(dir=ground.folder) as file:
        size = _write(file, rows)
        print(f"{rows} rows, {size / 1e6:.0f} MB", flush=True)
        company = Company(ground)
        first = company.send("csv", file, size)
        for name, ends in (("check", "checked"), ("import", "done")):
            is_good &= _run(name, company, first, rows, ends, created=rows)
            company.start(first)
        before = _sum_up(company)
        file.seek(0)
        again = company.send("csv", file, size)
        for name, ends in (("check again", "checked"), ("import again", "done")):
            is_good &= _run(name, company, again, rows, ends, unchanged=rows)
            company.start(again)
        is_same = _sum_up(company) == before
        print("the repetition changed " + ("nothing" if is_same else "SOMETHING"), flush=True)
        company.engine.dispose()
    return 0 if is_good and is_same else 1


def _run(name: str, company: Company, import_id: int, rows: int, ends: str, **counts: int) -> bool:
    memory = Memory()
    memory.start()
    took = company.work(import_id, ends, **counts)
    told = memory.end()
    print(f"{name}: {took:.0f} s, {rows / took:,.0f} rows/s; at most {told}", flush=True)
    return memory.most.get("together", 0) <= MOST_MEGABYTES


def _write(file: IO[bytes], rows: int) -> int:
    file.write(("\ufeff" + ",".join(HEADINGS) + "\r\n").encode())
    for row in make_rows(rows):
        file.write((",".join(row) + "\r\n").encode())
    size = file.tell()
    file.seek(0)
    return size


def _sum_up(company: Company) -> tuple[Any, ...]:
    with company.sessions() as session:
        return tuple(session.execute(_SUMS).one())


if __name__ == "__main__":
    sys.exit(main())
