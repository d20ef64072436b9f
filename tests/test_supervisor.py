"""The supervisor of ``make run``, tried on small stand-ins: restart, clean stop, leftovers, taken ports."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import supervisor as supervising
from deploy.local.ports import PortTaken, check_port
from deploy.local.supervisor import Child, Supervisor, read_start_mark

# Starts a child of its own, writes both ids, and waits.
FAMILY = """
import os, subprocess, sys, time
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "a").write(f"{os.getpid()} {own.pid}\\n")
print("ready")
time.sleep(600)
"""
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "a").write("up\\n")
time.sleep(600)
"""


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Bench:
    """A supervisor at work in a thread of its own, and what it said."""

    def __init__(self, folder: Path, *children: Child) -> None:
        self.said: list[str] = []
        self.logs = folder / "log"
        self.supervisor = Supervisor(children, folder, self.logs, folder / "run.json", self.said.append)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self.supervisor.watch, args=(self._stopped,))

    def start(self) -> None:
        self.supervisor.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(20)
        self.supervisor.stop()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Return a function that starts a supervisor with one child; all are stopped in the end."""
    benches: list[Bench] = []

    def start(program: str, *arguments: str) -> Bench:
        folder = tmp_path / "中文 folder"
        folder.mkdir(exist_ok=True)
        bench = Bench(folder, Child("child", [sys.executable, "-c", program, *arguments]))
        benches.append(bench)
        bench.start()
        return bench

    yield start
    for bench in benches:
        bench.stop()


def read_families(path: Path) -> list[list[int]]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [[int(one) for one in line.split()] for line in lines]


def test_a_killed_child_starts_again_and_its_own_children_go(
    run: Callable[..., Bench], tmp_path: Path
) -> None:
    ids = tmp_path / "ids"
    bench = run(FAMILY, str(ids))
    wait_for(lambda: len(read_families(ids)) == 1, "the first start")
    [[leader, own]] = read_families(ids)
    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: len(read_families(ids)) == 2, "the second start")
    assert not is_alive(own)
    assert bench.supervisor.count_ends("child") == 1
    assert "child ended (signal 9)" in bench.said[0]
    bench.stop()
    # They are no children of ours, so nothing tells when the kill has reached them.
    wait_for(lambda: not any(is_alive(pid) for family in read_families(ids) for pid in family), "their end")
    assert "child ready" in (bench.logs / "child.log").read_text()
    assert not (tmp_path / "中文 folder" / "run.json").exists()


def test_a_child_that_keeps_failing_waits_longer_each_time(run: Callable[..., Bench]) -> None:
    bench = run("raise SystemExit('broken settings')")
    wait_for(lambda: len(bench.said) == 2, "the second end")
    assert [one.split("again in ")[1].split(" s.")[0] for one in bench.said] == ["1", "2"]
    assert "broken settings" in bench.supervisor.tail("child")


def test_a_child_that_will_not_end_is_killed(
    run: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "GRACE_SECONDS", 0.3)
    mark = tmp_path / "mark"
    bench = run(STUBBORN, str(mark))
    wait_for(mark.exists, "the start")
    began = time.monotonic()
    bench.stop()
    assert time.monotonic() - began < 10


def test_what_a_killed_supervisor_left_is_ended_first(run: Callable[..., Bench], tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    left = run(FAMILY, str(ids))
    wait_for(lambda: len(read_families(ids)) == 1, "the first start")
    # A second supervisor on the same folder finds the record, as after a kill of the first.
    left._stopped.set()
    run(FAMILY, str(ids))
    wait_for(lambda: len(read_families(ids)) == 2, "the second start")
    assert not any(is_alive(pid) for pid in read_families(ids)[0])
    assert all(is_alive(pid) for pid in read_families(ids)[1])


def test_a_foreign_process_of_the_same_id_is_not_touched(tmp_path: Path) -> None:
    record = tmp_path / "run.json"
    record.write_text(f'[[{os.getpid()}, "1"], [{os.getpid()}, null]]')
    assert read_start_mark(os.getpid()) != "1"
    supervising.end_leftovers(record)
    assert not record.exists()
    record.write_text("half writ")
    supervising.end_leftovers(record)


def test_a_taken_port_gives_the_way_out() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .* make run PORT=\d+"):
            check_port("127.0.0.1", port, "PORT")
    check_port("127.0.0.1", port, "PORT")
