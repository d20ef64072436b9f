"""Makes the virtual environment and installs locked packages into it; needs nothing but Python itself.

``python3 deploy/local/install.py requirements.txt …``, run by the Makefile from the checkout's root. A half
finished installation is gone on with; an environment without pip is made anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ENVIRONMENT = Path(".venv")
_PYTHON = ENVIRONMENT / "bin" / "python"
_LOG = Path("var") / "log" / "install-python.log"
_PACKAGE = re.compile(r"(?m)^[A-Za-z0-9][A-Za-z0-9._\[\],-]*==")
# The second form is a package that lies on this machine.
_TAKEN = re.compile(r"(?:Collecting |Processing (?:\S*/)?)([A-Za-z0-9._]+)")
_EVERY_WITHOUT_TERMINAL = 25


def main(requirements: Sequence[str]) -> int:
    """Install the packages of all ``requirements`` files; returns the exit code."""
    if not _has_pip() and not _make_environment():
        return 1
    return _install(requirements)


def _has_pip() -> bool:
    if not _PYTHON.exists():
        return False
    asked = subprocess.run([_PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def _make_environment() -> bool:
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    print("Making the virtual environment ...", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], capture_output=True, check=False)
    if made.returncode == 0:
        return True
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(f"The module venv is missing. Debian and Ubuntu: apt-get install python{version}-venv", flush=True)
    return False


def _install(requirements: Sequence[str]) -> int:
    total = sum(len(_PACKAGE.findall(Path(one).read_text(encoding="utf-8"))) for one in requirements)
    # Installing without compiling saves minutes; Python compiles what it imports.
    command = [str(_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--no-compile", "--no-color", "--progress-bar", "off", "--require-hashes"]
    for one in requirements:
        command += ["-r", one]
    _LOG.parent.mkdir(parents=True, exist_ok=True)
    print(f"Installing {total} locked Python packages; the first time takes a minute or two.", flush=True)
    began, seen = time.monotonic(), 0
    with (
        _LOG.open("w", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip,
    ):
        for line in pip.stdout or ():
            log.write(line)
            found = _TAKEN.match(line)
            if found is not None:
                seen += 1
                _show(seen, total, found.group(1))
            elif line.startswith("Installing collected"):
                _show(seen, total, "unpacking")
        code = pip.wait()
    if code != 0:
        print("\n".join(_LOG.read_text(encoding="utf-8").splitlines()[-15:]))
        print(f"\nThe packages could not be installed. Is the Python index in reach? The whole log: {_LOG}")
        return 1
    print(f"{_clear()}Installed in {time.monotonic() - began:.0f} s.", flush=True)
    return 0


def _show(seen: int, total: int, what: str) -> None:
    if sys.stdout.isatty():
        print(f"\r  {seen}/{total} {what:<40.40}", end="", flush=True)
    elif seen % _EVERY_WITHOUT_TERMINAL == 0 or what == "unpacking":
        print(f"  {seen}/{total} {what}", flush=True)


def _clear() -> str:
    return "\r" + " " * 60 + "\r" if sys.stdout.isatty() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
