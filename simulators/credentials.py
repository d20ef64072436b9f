"""The keys under which the simulated platforms know their customer; made once, kept in the state folder."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

FILE_NAME = "credentials.json"


@dataclass(frozen=True)
class Credentials:
    """Every key of every platform. App ids are fixed, so that simulated openids stay the same for ever."""

    mini_app_id: str
    mini_app_secret: str
    official_app_id: str
    official_app_secret: str
    sms_secret_id: str
    sms_secret_key: str
    sms_app_id: str
    sms_sign_name: str
    map_key: str
    contract_app_id: str
    contract_secret: str
    master_app_id: str
    master_secret: str
    wecom_corp_id: str
    wecom_agent_id: str
    wecom_secret: str
    face_secret_id: str
    face_secret_key: str
    face_rule_id: str
    name_secret_id: str
    name_secret_key: str
    ocr_secret_id: str
    ocr_secret_key: str


def load_credentials(state_dir: Path) -> Credentials:
    """Return the keys in ``state_dir``; on the first call they are made, readable for the owner alone."""
    path = state_dir / FILE_NAME
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(
            json.dumps(asdict(_make_credentials()), ensure_ascii=False, indent=2), encoding="utf-8"
        )
        try:
            # Two processes may start at once; whichever links first settles the keys for both.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    stored = json.loads(path.read_text(encoding="utf-8"))
    # A platform that is newer than the file gets its keys at random from now on.
    missing = {one.name for one in fields(Credentials)} - stored.keys()
    if missing:
        fresh = asdict(_make_credentials())
        stored |= {name: fresh[name] for name in missing}
        path.write_text(json.dumps(stored, ensure_ascii=False, indent=2), encoding="utf-8")
    return Credentials(**{one.name: stored[one.name] for one in fields(Credentials)})


def _make_credentials() -> Credentials:
    groups = ["".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ234567") for _ in range(5)) for _ in range(6)]
    return Credentials(
        mini_app_id="wx5a1f0c7be2d94083",
        mini_app_secret=secrets.token_hex(16),
        official_app_id="wx93be07d1c64fa258",
        official_app_secret=secrets.token_hex(16),
        sms_secret_id=f"AKID{secrets.token_hex(16)}",
        sms_secret_key=secrets.token_hex(16),
        sms_app_id="1400555001",
        sms_sign_name="城市燃气",
        map_key="-".join(groups),
        contract_app_id="hall",
        contract_secret=secrets.token_hex(24),
        master_app_id="hall",
        master_secret=secrets.token_hex(24),
        wecom_corp_id="ww5c8a1f20b97d3e64",
        wecom_agent_id="1000002",
        wecom_secret=secrets.token_urlsafe(32),
        face_secret_id=f"AKID{secrets.token_hex(16)}",
        face_secret_key=secrets.token_hex(16),
        face_rule_id="1",
        name_secret_id=f"AKID{secrets.token_hex(16)}",
        name_secret_key=secrets.token_hex(16),
        ocr_secret_id=f"AKID{secrets.token_hex(16)}",
        ocr_secret_key=secrets.token_hex(16),
    )
