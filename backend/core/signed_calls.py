"""Calls in the hall's own signed JSON, to systems that have no vendor's standard (docs/platforms.md)."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from backend.core.outbound import make_session, name_failure
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code
from backend.core.signing import APP, NONCE, SIGNATURE, TIMESTAMP, find_fault, sign


class SignedCalls:
    """Calls one system. ``secret`` signs what we send and proves what comes back; ``codes`` are its codes."""

    def __init__(
        self,
        platform: str,
        codes: Mapping[int, Verdict],
        *,
        base_url: str,
        app_id: str,
        secret: str,
        answer_seconds: float,
    ) -> None:
        self._platform, self._codes = platform, codes
        self._http = make_session(base_url, answer_seconds)
        self._host = f"https://{platform.replace('_', '-')}.invalid"
        # A base URL may have a path of its own, which is signed with the rest.
        self._base_path = urlsplit(base_url).path.rstrip("/")
        self._app_id, self._secret = app_id, secret

    def call(self, method: str, path: str, asked: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the answer's ``data``, or None where its code means CODE.

        ``path`` is signed as it is, with its query. Raises PlatformUnavailable where it may be tried again,
        PlatformRefused where that changes nothing.
        """
        body = b"" if asked is None else json.dumps(asked, ensure_ascii=False).encode()
        stamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
        signature = sign(self._secret, method, self._base_path + path, stamp, nonce, body)
        headers = {APP: self._app_id, TIMESTAMP: stamp, NONCE: nonce, SIGNATURE: signature}
        headers["Content-Type"] = "application/json"
        try:
            response = self._http.request(method, self._host + path, data=body, headers=headers)
        except requests.RequestException as error:
            raise PlatformUnavailable(self._platform, name_failure(error)) from None
        answer = self._read_answer(response, self._base_path + path, nonce)
        code = answer.get("code")
        if not isinstance(code, int):
            raise PlatformUnavailable(self._platform, "unreadable")
        verdict = judge_code(self._platform, self._codes, code)
        if verdict is Verdict.CODE:
            return None
        if verdict in (Verdict.REFUSED, Verdict.CREDENTIAL):
            raise PlatformRefused(self._platform, str(code))
        data = answer.get("data")
        if verdict is not Verdict.SENT or not isinstance(data, dict):
            raise PlatformUnavailable(self._platform, str(code))
        return data

    def _read_answer(self, response: requests.Response, path: str, nonce: str) -> dict[str, Any]:
        """Return the answer's JSON where its signature is good; what is unsigned proves nothing."""
        if response.status_code != 200:
            raise PlatformUnavailable(self._platform, f"http_{response.status_code}")
        stamp, signature = response.headers.get(TIMESTAMP, ""), response.headers.get(SIGNATURE, "")
        if find_fault(self._secret, "ANSWER", path, stamp, nonce, signature, response.content, time.time()):
            raise PlatformUnavailable(self._platform, "answer_unsigned")
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise PlatformUnavailable(self._platform, "unreadable")
        return answer
