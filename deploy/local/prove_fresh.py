"""``make prove``: does ``make run`` come up from a bare checkout, for whoever has just got this machine?

Clones the last commit into a temporary folder whose path has a space and Chinese characters, and starts it
there with an empty home and no more of the environment than PATH and what the clients of the package
registries need. Where root runs it, it does so as root and as a fresh user without privileges, who is removed
again. Needs Python and git alone.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import find_free_ports

ROOT = Path(__file__).parents[2]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FRESH_USER = "hall-prove"
# A slow line to the registries must not look like a fault.
PATIENCE_SECONDS = 1500
_STOP_SECONDS = 60
_RUNNING = "The service hall is running"
_STOPPED = "Everything is stopped"
# What reaches the registries differs from network to network and says nothing about this machine.
_FOR_REGISTRIES = (
    "PIP_",
    "NPM_CONFIG_",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)


class NotProved(Exception):
    """The hall did not come up or did not end; the message is what was printed last."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the hall; without ids it is whoever runs this."""

    title: str
    uid: int | None = None
    gid: int | None = None


def main() -> int:
    """Prove it for every account there can be; returns the exit code."""
    code = 0
    with _make_accounts() as accounts:
        for account in accounts:
            try:
                print(f"{account.title}: {prove(account)}", flush=True)
            except NotProved as failed:
                print(f"{account.title}: NOT PROVED\n{failed}", flush=True)
                code = 1
    return code


@contextmanager
def _make_accounts() -> Iterator[list[Account]]:
    if os.getuid() != 0:
        yield [Account("a user without privileges")]
        return
    subprocess.run(["useradd", "--create-home", "--user-group", FRESH_USER], check=True)
    try:
        fresh = pwd.getpwnam(FRESH_USER)
        yield [Account("root"), Account("a fresh user without privileges", fresh.pw_uid, fresh.pw_gid)]
    finally:
        subprocess.run(["userdel", "--remove", FRESH_USER], check=True, stderr=subprocess.DEVNULL)


def prove(account: Account) -> str:
    """Run the hall once from a fresh clone; returns what was seen. Raises NotProved."""
    with tempfile.TemporaryDirectory(prefix="网上 大厅 ") as name:
        folder, home, checkout = Path(name), Path(name) / "home", Path(name) / "checkout"
        folder.chmod(0o755)
        home.mkdir()
        # Not linked to the objects of this checkout, for they change hands in a moment.
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(checkout)], check=True)
        if account.uid is not None and account.gid is not None:
            for place in (folder, *folder.rglob("*")):
                os.chown(place, account.uid, account.gid, follow_symlinks=False)
        try:
            return _run(account, checkout, home)
        finally:
            # The servers' sockets and, where root's data had to lie elsewhere, that data are outside.
            _start(account, ["make", "reset"], checkout, home).communicate()


def _run(account: Account, checkout: Path, home: Path) -> str:
    port, simulators_port = find_free_ports(2)
    began = time.monotonic()
    ports = [f"PORT={port}", f"SIMULATORS_PORT={simulators_port}"]
    process = _start(account, ["make", "run", *ports], checkout, home)
    overdue = threading.Timer(PATIENCE_SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
    overdue.start()
    said: list[str] = []
    try:
        for line in process.stdout or ():
            said.append(line)
            if _RUNNING in line:
                break
        else:
            raise NotProved("".join(said[-30:]))
        seconds = time.monotonic() - began
        pages = (f"{port}/h5/", f"{port}/console/", f"{port}/api/docs/", f"{simulators_port}/")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for page in pages:
            with opener.open(f"http://127.0.0.1:{page}", timeout=10) as answer:
                answer.read()
        began = time.monotonic()
        # As Ctrl-C does: everybody in the foreground hears it.
        os.killpg(process.pid, signal.SIGINT)
        rest = process.communicate(timeout=_STOP_SECONDS)[0]
    finally:
        overdue.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()
    left = list_processes(checkout)
    if _STOPPED not in rest or left:
        raise NotProved(f"{rest}\nstill running: {left}")
    return (
        f"in '{checkout.parent.name}' the panel stood after {seconds:.0f} s, {len(pages)} pages answered,"
        f" and all was stopped {time.monotonic() - began:.0f} s after Ctrl-C"
    )


def _start(account: Account, command: list[str], checkout: Path, home: Path) -> subprocess.Popen[str]:
    passed = {name: value for name, value in os.environ.items() if name.upper().startswith(_FOR_REGISTRIES)}
    return subprocess.Popen(
        command,
        cwd=checkout,
        env={**passed, "PATH": PATH, "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        user=account.uid,
        group=account.gid,
        extra_groups=[] if account.uid is not None else None,
    )


def list_processes(checkout: Path) -> list[str]:
    """Return the commands of all processes that work in the checkout or name it."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            place, command = (one / "cwd").readlink(), (one / "cmdline").read_bytes()
        except OSError:
            continue
        if command and (place.is_relative_to(checkout) or os.fsencode(checkout) in command):
            found.append(command.replace(b"\0", b" ").decode(errors="replace").strip())
    return found


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is missing. Debian and Ubuntu: apt-get install git")
    sys.exit(main())
