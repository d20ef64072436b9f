"""The contract port on the signed JSON format of docs/platforms.md."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import requests

from backend.contracts.port import JUDGEMENTS, CallbackRefused, Draft
from backend.contracts.port import Verdict as ContractVerdict
from backend.contracts.signing import APP, NONCE, SIGNATURE, TIMESTAMP, find_fault, sign
from backend.core.outbound import make_session, name_failure
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code

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
        self._http = make_session(base_url, answer_seconds)
        self._host = "https://contracts.invalid"
        # A base URL may have a path of its own, which is signed with the rest.
        self._base_path = urlsplit(base_url).path.rstrip("/")
        self._app_id, self._secret = app_id, secret

    def submit(self, draft: Draft) -> None:
        """See ContractPort."""
        if self._call("POST", PATH, asdict(draft)) is None:
            raise PlatformRefused(PLATFORM, "1404")

    def ask(self, reference: str) -> ContractVerdict | None:
        """See ContractPort."""
        data = self._call("GET", f"{PATH}/{reference}", None)
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

    def _call(self, method: str, path: str, asked: dict[str, Any] | None) -> dict[str, Any] | None:
        body = b"" if asked is None else json.dumps(asked, ensure_ascii=False).encode()
        stamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
        signature = sign(self._secret, method, self._base_path + path, stamp, nonce, body)
        headers = {APP: self._app_id, TIMESTAMP: stamp, NONCE: nonce, SIGNATURE: signature}
        headers["Content-Type"] = "application/json"
        try:
            response = self._http.request(method, self._host + path, data=body, headers=headers)
        except requests.RequestException as error:
            # A submission that may have arrived is made again under the same reference.
            raise PlatformUnavailable(PLATFORM, name_failure(error)) from None
        answer = self._read_answer(response, self._base_path + path, nonce)
        code = answer.get("code")
        if not isinstance(code, int):
            raise PlatformUnavailable(PLATFORM, "unreadable")
        verdict = judge_code(PLATFORM, CODES, code)
        if verdict is Verdict.CODE:
            return None
        if verdict in (Verdict.REFUSED, Verdict.CREDENTIAL):
            raise PlatformRefused(PLATFORM, str(code))
        data = answer.get("data")
        if verdict is not Verdict.SENT or not isinstance(data, dict):
            raise PlatformUnavailable(PLATFORM, str(code))
        return data

    def _read_answer(self, response: requests.Response, path: str, nonce: str) -> dict[str, Any]:
        """Return the answer's JSON where its signature is good: an approval opens a signing."""
        if response.status_code != 200:
            raise PlatformUnavailable(PLATFORM, f"http_{response.status_code}")
        stamp, signature = response.headers.get(TIMESTAMP, ""), response.headers.get(SIGNATURE, "")
        if find_fault(self._secret, "ANSWER", path, stamp, nonce, signature, response.content, time.time()):
            raise PlatformUnavailable(PLATFORM, "answer_unsigned")
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise PlatformUnavailable(PLATFORM, "unreadable")
        return answer


def _read_verdict(data: object) -> ContractVerdict:
    found = data if isinstance(data, dict) else {}
    reference, reason = found.get("reference"), found.get("reason", "")
    state = next((one for one in JUDGEMENTS if one == found.get("state")), None)
    if not isinstance(reference, str) or _REFERENCE.fullmatch(reference) is None or state is None:
        raise CallbackRefused("unreadable")
    return ContractVerdict(reference, state, reason[:LONGEST_REASON] if isinstance(reason, str) else "")
