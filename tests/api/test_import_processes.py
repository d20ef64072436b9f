"""A long file is read in a process of its own; whichever of the two dies, nothing is doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.account_imports import slices as slices_module
from backend.account_imports.reading_apart import ReadingBroken
from backend.core.config import Settings
from composition.account_imports import make_import_slices
from tests.api.account_files import Importing, counts, make_row, write_csv
from tests.api.conftest import KEY
from tests.api.staff_side import Hall

ROOT = Path(__file__).parents[2]
READER = "backend.account_imports.reading_process"
JOB = """
import os, sys
from sqlalchemy import create_engine
from backend.account_imports import slices
from backend.core.config import load_settings
from backend.core.database import make_engine_options
from composition.account_imports import make_import_slices
from composition.hall import make_hall
settings = load_settings(os.environ)
slices.APART_FROM, slices.CHUNK_ROWS = 0, 5
engine = create_engine(settings.database_url, **make_engine_options(2))
make_import_slices(make_hall(settings, engine)).run_slice(int(sys.argv[1]))
"""


@pytest.fixture
def importing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Importing:
    monkeypatch.setattr(slices_module, "APART_FROM", 0)
    monkeypatch.setattr(slices_module, "CHUNK_ROWS", 3)
    return Importing(hall, hall.sign_in("lead_a"), make_import_slices(hall.shared))


def find_readers(parent: int) -> list[int]:
    """Return the processes that read for ``parent``."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [int(one) for one in children if READER in read_command(int(one))]


def read_command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_for(what: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def make_rows(amount: int) -> list[dict[str, str]]:
    # One person with many homes, whose lines written ahead cannot all hold; and rows that are refused.
    rows = [make_row(holder="赵大有", id_number="110101199003070038") for _ in range(amount - 2)]
    return [make_row(phone="1"), *rows, rows[0]]


def test_a_file_read_apart_becomes_what_it_becomes_here(importing: Importing) -> None:
    rows = make_rows(11)
    rows[3] |= {"use_nature": r"a\N\tb", "meter_model": 'x"y"\\', "opened_on": "1987-06-01"}
    rows[5] |= {"meter_no": 'a"b"\\c'}
    rows[4] |= {"note": "", "contact": "", "meter_reading": "", "id_number": ""}
    done = importing.bring_in(write_csv(rows))
    assert (done["state"], done["counts"]) == ("done", counts(created=9, refused=2))
    assert [one[1] for one in importing.refused(done["id"])] == ["phone_wrong", "account_repeated"]
    # The comparison finds each cell again as it was written.
    again = importing.bring_in(write_csv(rows), may_change=True)
    assert again["counts"] == counts(unchanged=9, refused=2)
    assert find_readers(os.getpid()) == []


def test_what_is_no_table_is_told_from_there_too(importing: Importing) -> None:
    import_id = importing.upload(write_csv([make_row()]))
    pieces = importing.slices._pieces
    with importing.hall.sessions() as session:
        one = session.get_one(slices_module.AccountImport, import_id)
    pieces.put(one.token, 0, b"\0" * one.size)
    told = importing.work(import_id, "check")
    assert (told["state"], told["failure"][:4]) == ("failed", "这个文件")
    lost = importing.upload(write_csv([make_row()]))
    with importing.hall.sessions() as session:
        one = session.get_one(slices_module.AccountImport, lost)
    pieces.delete(one.token, one.size)
    assert importing.work(lost, "check")["state"] == "failed"


def test_when_the_reader_is_killed_the_next_attempt_goes_on(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = make_rows(32)
    import_id = importing.upload(write_csv(rows))
    importing.work(import_id, "check")
    importing.command(import_id, "start")
    original, seen = slices_module._keep_outcome, []

    def kill(*args: Any) -> None:
        seen.append(args)
        if len(seen) == 2:
            [reader] = find_readers(os.getpid())
            os.kill(reader, signal.SIGKILL)
        original(*args)

    with monkeypatch.context() as broken:
        broken.setattr(slices_module, "_keep_outcome", kill)
        with pytest.raises(ReadingBroken):
            importing.slices.run_slice(import_id)
    half = importing.read(import_id)
    numbers = [row["account_no"] for row in rows]
    assert half["state"] == "importing" and 5 <= half["counts"]["created"] < 30
    assert importing.count(*numbers) == half["counts"]["created"]
    importing.slices.run_slice(import_id)
    done = importing.read(import_id)
    assert (done["state"], done["counts"]) == ("done", counts(created=30, refused=2))
    assert importing.count(*numbers) == 30
    assert len(importing.refused(import_id)) == 2


def test_when_the_job_is_killed_its_reader_ends_and_the_next_one_goes_on(
    importing: Importing, settings: Settings
) -> None:
    rows = make_rows(1500)
    import_id = importing.upload(write_csv(rows))
    importing.work(import_id, "check")
    importing.command(import_id, "start")
    environment = {
        **os.environ, "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key, "ENCRYPTION_KEYS": f"1:{KEY}", "BLIND_INDEX_KEY": KEY,
        "FILES_DIR": settings.files_dir,
    }  # fmt: skip
    job = subprocess.Popen([sys.executable, "-c", JOB, str(import_id)], cwd=ROOT, env=environment)
    try:
        wait_for(lambda: importing.read(import_id)["counts"]["created"] > 0)
        [reader] = find_readers(job.pid)
    finally:
        job.kill()
        job.wait()
    wait_for(lambda: READER not in read_command(reader))
    numbers = [row["account_no"] for row in rows]
    # What the database was told last it may still be keeping, although whoever told it is gone.
    wait_for(lambda: importing.count(*numbers) == importing.read(import_id)["counts"]["created"])
    half = importing.read(import_id)
    assert half["state"] == "importing" and 0 < half["counts"]["created"] < 1498
    assert importing.count(*numbers) == half["counts"]["created"]
    importing.slices.run_slice(import_id)
    assert importing.read(import_id)["counts"] == counts(created=1498, refused=2)
    assert importing.count(*numbers) == 1498
