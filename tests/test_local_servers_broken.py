"""A start of the embedded servers, broken off at any moment, leaves no process and spoils no later start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from deploy.local.places import find_outside_data
from deploy.local.servers import LocalServers, ServerStartFailed

ROOT = Path(__file__).parents[1]
# What `make run` does with the servers, in small: any way out of it stops them.
RUN = """
import sys
from pathlib import Path
from deploy.local.servers import LocalServers, ServerStartFailed
servers = LocalServers(Path(sys.argv[1]))
try:
    servers.start()
    print("up", flush=True)
except ServerStartFailed as failed:
    print(failed)
finally:
    servers.stop()
"""
# Seconds after initdb has written its first files; it takes about one on a quiet machine.
MOMENTS = (0.0, 0.05, 0.3, 0.7)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that the database's account can enter, also when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="hall-broken-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
        shutil.rmtree(find_outside_data(Path(name)), ignore_errors=True)


def list_processes(folder: Path, program: str = "") -> list[int]:
    """Return the processes whose command names the folder, and the program if one is given."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            command = (one / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command and program.encode() in command.split(b"\0")[0]:
            found.append(int(one.name))
    return found


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def start_run(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def is_initdb_at_work(folder: Path) -> bool:
    return any(folder.glob("postgresql-new-*/PG_VERSION"))


def check_a_start(folder: Path) -> None:
    servers = LocalServers(folder)
    began = time.monotonic()
    engine = create_engine(servers.start().database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()
    servers.stop()
    assert time.monotonic() - began < 40
    assert not list(folder.glob("postgresql-new-*"))
    assert list_processes(folder) == []


def test_an_initdb_that_was_killed_at_any_moment_is_begun_anew(folder: Path) -> None:
    for moment in MOMENTS:
        with start_run(folder) as run:
            wait_for(lambda: is_initdb_at_work(folder))
            time.sleep(moment)
            for pid in list_processes(folder, "initdb"):
                os.kill(pid, signal.SIGKILL)
            said = run.communicate(timeout=60)[0]
        assert "The next start makes it anew" in said or said == "up\n"
        assert list_processes(folder) == []
        shutil.rmtree(folder / "postgresql", ignore_errors=True)
    check_a_start(folder)


def test_a_run_that_was_killed_at_any_moment_spoils_no_later_one(folder: Path) -> None:
    for moment in MOMENTS[::2]:
        with start_run(folder) as run:
            wait_for(lambda: is_initdb_at_work(folder))
            time.sleep(moment)
            run.kill()
    check_a_start(folder)


@pytest.mark.parametrize("is_first", [True, False])
def test_ctrl_c_at_any_moment_leaves_no_server(folder: Path, is_first: bool) -> None:
    data = folder / "postgresql"
    signs: list[Callable[[], object]] = [lambda: list_processes(data, "postgres")]
    signs += [(data / "postmaster.pid").exists]
    if is_first:
        signs = [lambda: is_initdb_at_work(folder), data.exists]
    else:
        check_a_start(folder)
    for sign in signs:
        # A start that is done before the signal comes has not been caught in the middle: then once more.
        assert "" in (interrupt_at(folder, sign) for _ in range(10))
    check_a_start(folder)


def interrupt_at(folder: Path, sign: Callable[[], object]) -> str:
    """Start a run, interrupt it at ``sign``, and return what it said; no server is left."""
    with start_run(folder) as run:
        wait_for(sign)
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=60)[0]
    assert list_processes(folder) == []
    return said


def test_data_beyond_repair_gives_one_sentence_at_once(folder: Path) -> None:
    check_a_start(folder)
    [control] = folder.glob("postgresql/global/pg_control")
    control.unlink()
    servers = LocalServers(folder)
    began = time.monotonic()
    with pytest.raises(ServerStartFailed, match=r"(?s)did not start: .*pg_control.*make reset"):
        servers.start()
    assert time.monotonic() - began < 20
    assert list_processes(folder) == []
