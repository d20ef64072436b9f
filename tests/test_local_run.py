"""The steps of ``make run``: clients are built only when changed, secrets are made once, the user's wins."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.local import run
from deploy.local.environment import SecretsDamaged, compose, read_secrets
from deploy.local.places import AlreadyRunning, hold_run_lock
from deploy.local.reset import main as reset
from deploy.local.run import ROOT
from deploy.local.steps import StepFailed, run_step
from deploy.local.stop import main as stop
from deploy.local.web_build import CLIENTS, build_mini_program, build_web_clients

NPM = """#!/bin/sh
echo "$1 $2 $(basename "$PWD")" >> "$CALLS"
[ "$1" = ci ] && mkdir -p node_modules
[ "$2" = build:h5 ] && mkdir -p dist/build/h5 && echo page > dist/build/h5/index.html
[ "$2" = build:mp-weixin ] && mkdir -p dist/build/mp-weixin && echo {} > dist/build/mp-weixin/app.json
[ "$2" = build ] && mkdir -p dist && echo page > dist/index.html
exit 0
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with two clients; ``npm`` writes down its calls and makes what a build makes."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("node", "#!/bin/sh\necho v22.1.0\n"), ("npm", NPM)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    root = tmp_path / "中文 checkout"
    for client in CLIENTS:
        folder = root / "web" / client.name / "src"
        folder.mkdir(parents=True)
        (folder / "main.ts").write_text("1")
        (folder.parent / "package-lock.json").write_text("{}")
    return root


def build(root: Path, tmp_path: Path) -> list[str]:
    """Build, and return the calls of npm that it took."""
    calls = tmp_path / "calls"
    calls.write_text("")
    build_web_clients(root, root / "var")
    return calls.read_text().splitlines()


def test_a_client_is_built_only_when_something_changed(checkout: Path, tmp_path: Path) -> None:
    everything = ["ci --no-progress", "run build"]
    first = build(checkout, tmp_path)
    assert [one.rpartition(" ")[0] for one in first] == [everything[0], "run build:h5", *everything]
    assert build(checkout, tmp_path) == []
    # The same content written again is no change.
    (checkout / "web" / "console" / "src" / "main.ts").write_text("1")
    assert build(checkout, tmp_path) == []
    (checkout / "web" / "console" / "src" / "main.ts").write_text("2")
    assert build(checkout, tmp_path) == ["run build console"]
    (checkout / "web" / "customer" / "package-lock.json").write_text("{ }")
    assert build(checkout, tmp_path) == ["ci --no-progress customer", "run build:h5 customer"]
    (checkout / "web" / "console" / "dist" / "index.html").unlink()
    assert build(checkout, tmp_path) == ["run build console"]


def test_the_mini_program_is_built_apart_and_again_for_another_origin(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(checkout, tmp_path)
    calls = tmp_path / "calls"
    for origin, wanted in (("", 1), ("", 1), ("https://hall.example", 2)):
        monkeypatch.setenv("HALL_API_ORIGIN", origin)
        folder = build_mini_program(checkout, checkout / "var")
        assert (folder / "app.json").exists()
        assert calls.read_text().count("run build:mp-weixin customer") == wanted
    assert calls.read_text().count("ci --no-progress") == 2


def test_an_incomplete_checkout_says_so(checkout: Path, tmp_path: Path) -> None:
    (checkout / "web" / "console" / "package-lock.json").unlink()
    with pytest.raises(StepFailed, match="not complete"):
        build(checkout, tmp_path)


def test_a_failed_step_shows_its_end(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"(?s)no such package.*Trying: failed.*try\.log"):
        command = ["sh", "-c", "echo no such package; exit 3"]
        run_step("Trying", command, tmp_path, {}, tmp_path / "log" / "try.log")


def test_data_that_stand_in_the_way_say_how_to_start_afresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "VAR", tmp_path)
    monkeypatch.setattr(run, "_MIGRATE_LOG", tmp_path / "migrate.log")
    nobody = {
        "DATABASE_URL": "postgresql+psycopg://hall@127.0.0.1:1/hall",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    with pytest.raises(StepFailed, match=r"(?s)Migrating the database: failed.*make reset"):
        run.prepare(8123, 8124, nobody)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    path = tmp_path / "var" / "local.env"
    first = read_secrets(path)
    assert read_secrets(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("SECRET_KEY=only-this\n")
    with pytest.raises(SecretsDamaged, match=r"ENCRYPTION_KEYS, BLIND_INDEX_KEY.*make reset"):
        read_secrets(path)


def test_what_the_user_set_wins_but_never_opens_the_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAP_KEY", "real")
    monkeypatch.setenv("DEMO_MODE", "false")
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("SMS_SIGN_NAME", " ")
    simulated = {"MAP_KEY": "simulated", "SMS_SIGN_NAME": "模拟"}
    found = compose(8123, tmp_path, {"REDIS_URL": "unix:///x"}, simulated)
    assert (found["MAP_KEY"], found["SMS_SIGN_NAME"], found["REDIS_URL"]) == ("real", "模拟", "unix:///x")
    assert (found["DEMO_MODE"], found["HOST"], found["PORT"]) == ("true", "127.0.0.1", "8123")
    # Links in messages lead to where this run listens.
    assert found["PUBLIC_BASE_URL"] == "http://127.0.0.1:8123"


def test_one_run_at_a_time_and_reset_waits_for_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    var = tmp_path / "var"
    with hold_run_lock(var):
        with pytest.raises(AlreadyRunning, match=f"kill {os.getpid()}"), hold_run_lock(var):
            pass
        assert reset(var) == 1
    assert reset(var) == 0
    assert not var.exists()
    assert "Stop it with Ctrl-C" in capsys.readouterr().out


# As the run is: it holds the lock, sets what it does on signals, and ends when it is asked to.
HOLDER = """
import signal, sys, threading
from pathlib import Path
from deploy.local.places import hold_run_lock
from deploy.local.run import _Signals
stopped = threading.Event()
signals = _Signals(stopped)
signals.set_event_from_now_on()
with hold_run_lock(Path(sys.argv[1])):
    print("runs", flush=True)
    stopped.wait(60)
print("ended by itself", flush=True)
"""


def test_what_runs_in_the_background_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under nohup and with INT ignored, as a shell starts it behind ``&``; INT to make does nothing there."""
    var, log = tmp_path / "var", tmp_path / "nohup.out"
    # The shell stands where make does: it ignores INT, and the run is its child.
    shell = "trap '' INT; \"$@\"; exit $?"
    with log.open("w", encoding="utf-8") as out:
        make = subprocess.Popen(
            ["nohup", "sh", "-c", shell, "sh", sys.executable, "-c", HOLDER, str(var)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + 30
    while "runs" not in log.read_text(encoding="utf-8"):
        assert make.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    make.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        make.wait(0.5)
    assert stop(var) == 0
    assert make.wait(10) == 0
    assert "ended by itself" in log.read_text(encoding="utf-8")
    assert "Everything is stopped" in capsys.readouterr().out


def test_nothing_is_stopped_where_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stop(tmp_path / "var") == 0
    with hold_run_lock(tmp_path / "var"):
        pass
    # The number of a process that is long gone stands in the file, and may be another's by now.
    assert stop(tmp_path / "var") == 0
    assert capsys.readouterr().out.count("Nothing of this checkout runs.") == 2
