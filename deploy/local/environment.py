"""The settings of a local run: secrets made once, demonstration mode, and the simulators' addresses.

What the user has set in the environment always comes first, so a real platform is reached by setting its
address and keys.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
_SECRETS = ("SECRET_KEY", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY")


class SecretsDamaged(Exception):
    """The file of secrets lacks one; the message says what to do."""


def read_secrets(path: Path) -> dict[str, str]:
    """Return this machine's own secrets, made at the first call; raises SecretsDamaged.

    Data in the local database can be read with these alone, so a damaged file is never made anew quietly.
    """
    if not path.exists():
        key = base64.b64encode(secrets.token_bytes(32)).decode
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": f"1:{key()}",
            "BLIND_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text("".join(f"{name}={value}\n" for name, value in made.items()), encoding="utf-8")
        new.replace(path)
    found = _read_pairs(path.read_text(encoding="utf-8"))
    lacking = [name for name in _SECRETS if not found.get(name)]
    if lacking:
        raise SecretsDamaged(
            f"{path} lacks {', '.join(lacking)}. Restore it, or start afresh with: make reset"
        )
    return {name: found[name] for name in _SECRETS}


def read_simulators(root: Path, port: int, state: Path) -> dict[str, str]:
    """Return the addresses and keys of the simulated platforms, as the simulators themselves tell them."""
    told = subprocess.run(
        [
            *(sys.executable, "-m", "simulators", "--port", str(port), "--state-dir", str(state)),
            "--show-environment",
        ],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    return _read_pairs(told.stdout)


def compose(port: int, var: Path, servers: Mapping[str, str], simulated: Mapping[str, str]) -> dict[str, str]:
    """Return every variable that the processes of a local run get beside the user's own."""
    own = {
        **simulated,
        **servers,
        **read_secrets(var / "local.env"),
        "FILES_DIR": str(var / "files"),
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "PYTHONUTF8": "1",
        # What messages and codes link to; another address is another installation's.
        "PUBLIC_BASE_URL": f"http://{HOST}:{port}",
        "COMPANY_NAME": "济南城市燃气有限公司",
        "SERVICE_CITY": "济南市",
    }
    given = {name: value for name, value in os.environ.items() if value.strip()}
    # Known passwords and simulated platforms must not be reached from other machines, whatever was set.
    fixed = {"DEMO_MODE": "true", "HOST": HOST, "PORT": str(port)}
    return {**own, **{name: value for name, value in given.items() if name in own}, **fixed}


def _read_pairs(text: str) -> dict[str, str]:
    lines = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in lines}
