"""The contract port on the signed JSON format of docs/platforms.md."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from backend.contracts.port import JUDGEMENTS, CallbackRefused, Draft
from backend.contracts.port import Verdict as ContractVerdict
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict
from backend.core.signed_calls import SignedCalls
from backend.core.signing import APP, NONCE, SIGNATURE, TIMESTAMP, find_fault

PLATFORM, PATH = "contracts", "/api/v1/contracts"
LONGEST_REASON = 200
# CODE stands here for a contract that the system does not know.
CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        # The signature, the time or the nonce is refused; a new try is signed anew.
        **dict.fromkeys((1001, 1002, 1003), Verdict.CREDENTIAL),
        # The app is unknown or barred; the body is malformed.
        **dict.fromkeys((1004, 1201), Verdict.REFUSED),
        1404: Verdict.CODE,
        # Too many calls, or busy.
        **dict.fromkeys((1429, 1500), Verdict.BUSY),
    }
)
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")


class SignedContracts:
    """ContractPort over HTTP. ``secret`` signs what we send and proves what comes back."""

    def __init__(self, *, base_url: str, app_id: str, secret: str, answer_seconds: float) -> None:
        self._calls = SignedCalls(
            *(PLATFORM, CODES), base_url=base_url, app_id=app_id, secret=secret, answer_seconds=answer_seconds
        )
        self._app_id, self._secret = app_id, secret

    def submit(self, draft: Draft) -> None:
        """See ContractPort."""
        # A submission that may have arrived is made again under the same reference.
        if self._calls.call("POST", PATH, asdict(draft)) is None:
            raise PlatformRefused(PLATFORM, "1404")

    def ask(self, reference: str) -> ContractVerdict | None:
        """See ContractPort."""
        data = self._calls.call("GET", f"{PATH}/{reference}", None)
        if data is None:
            return None
        try:
            return _read_verdict(data)
        except CallbackRefused:
            raise PlatformUnavailable(PLATFORM, "unreadable") from None

    def read_callback(
        self, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[str, ContractVerdict]:
        """See ContractPort."""
        nonce = headers.get(NONCE, "")
        if headers.get(APP, "") != self._app_id or _NONCE.fullmatch(nonce) is None:
            raise CallbackRefused("headers")
        stamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        fault = find_fault(self._secret, "POST", path, stamp, nonce, signature, body, time.time())
        if fault is not None:
            raise CallbackRefused(fault)
        try:
            return nonce, _read_verdict(json.loads(body))
        except (ValueError, RecursionError):
            raise CallbackRefused("unreadable") from None


def _read_verdict(data: object) -> ContractVerdict:
    found = data if isinstance(data, dict) else {}
    reference, reason = found.get("reference"), found.get("reason", "")
    state = next((one for one in JUDGEMENTS if one == found.get("state")), None)
    if not isinstance(reference, str) or _REFERENCE.fullmatch(reference) is None or state is None:
        raise CallbackRefused("unreadable")
    return ContractVerdict(reference, state, reason[:LONGEST_REASON] if isinstance(reason, str) else "")
