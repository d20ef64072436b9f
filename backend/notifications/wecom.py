"""The port of enterprise WeChat (企业微信), on its HTTP API or whatever speaks it at the base URL set."""

from __future__ import annotations

import threading
import time
from types import MappingProxyType
from typing import Any

import requests

from backend.core.outbound import make_session, name_failure, was_never_sent
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome, Verdict, judge_code

PLATFORM, HOST = "wecom", "https://qyapi.weixin.qq.com/cgi-bin"
# A token is good for two hours; asked for again within that time it is the same one.
RENEW_BEFORE_SECONDS = 300
LONGEST_TITLE, LONGEST_TEXT = 128, 512
NOBODY = "81013"
CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        # Busy; too many calls of this minute, hour or at once.
        **dict.fromkeys((-1, 45009, 45033, 45047), Verdict.BUSY),
        # The token is wrong or has run out.
        **dict.fromkeys((40001, 40014, 41001, 42001), Verdict.CREDENTIAL),
        # Corporation, application or address of ours is not what the platform knows.
        **dict.fromkeys((40013, 40056, 48002, 60020, 301002), Verdict.CODE),
        # Nobody of that name, nobody who may see the application, or a card that cannot be.
        **dict.fromkeys((40003, 40008, 40033, 40058, 44004, 50001, 60111, 81013), Verdict.REFUSED),
    }
)


class EnterpriseWechat:
    """WecomPort on cgi-bin/gettoken and cgi-bin/message/send."""

    def __init__(
        self, *, base_url: str, corp_id: str, agent_id: str, secret: str, answer_seconds: float
    ) -> None:
        self._http = make_session(base_url, answer_seconds)
        self._corp_id, self._agent_id, self._secret = corp_id, int(agent_id), secret
        self._token, self._until = "", 0.0
        self._lock = threading.Lock()

    def send_card(self, userid: str, title: str, text: str, url: str) -> SendOutcome:
        """See WecomPort."""
        card = {"title": title[:LONGEST_TITLE], "description": text[:LONGEST_TEXT], "url": url}
        body = {
            "touser": userid,
            "msgtype": "textcard",
            "agentid": self._agent_id,
            "textcard": {**card, "btntxt": "打开"},
        }
        token = self._get_token("")
        answer = self._send(token, body)
        if isinstance(answer, dict) and CODES.get(answer["errcode"]) is Verdict.CREDENTIAL:
            # Refused at the door, so this repetition cannot do anything twice.
            answer = self._send(self._get_token(token), body)
        if isinstance(answer, SendOutcome):
            return answer
        code, message_id = answer["errcode"], answer.get("msgid") or None
        verdict = judge_code(PLATFORM, CODES, code)
        if verdict is Verdict.BUSY:
            raise PlatformUnavailable(PLATFORM, str(code))
        if verdict in (Verdict.CREDENTIAL, Verdict.CODE):
            raise PlatformRefused(PLATFORM, str(code))
        if verdict is Verdict.UNKNOWN:
            return SendOutcome("unknown", str(code), message_id)
        # The platform says "ok" and names whom it did not reach.
        missed = answer.get("invaliduser") or answer.get("unlicenseduser")
        if verdict is Verdict.REFUSED or missed:
            return SendOutcome("refused", NOBODY if missed else str(code), message_id)
        return SendOutcome("sent", "0", message_id)

    def _send(self, token: str, body: dict[str, Any]) -> dict[str, Any] | SendOutcome:
        """Return the answer with its code, or the unknown outcome of a call without one."""
        try:
            response = self._http.post(f"{HOST}/message/send", params={"access_token": token}, json=body)
        except requests.RequestException as error:
            # The error's text and cause hold the address with our token; nothing of them goes on.
            if was_never_sent(error):
                raise PlatformUnavailable(PLATFORM, name_failure(error)) from None
            return SendOutcome("unknown", name_failure(error))
        answer = _read(response)
        return SendOutcome("unknown", f"http_{response.status_code}") if answer is None else answer

    def _get_token(self, bad: str) -> str:
        with self._lock:
            if self._token not in ("", bad) and time.monotonic() < self._until:
                return self._token
            keys = {"corpid": self._corp_id, "corpsecret": self._secret}
            try:
                answer = _read(self._http.get(f"{HOST}/gettoken", params=keys))
            except requests.RequestException as error:
                raise PlatformUnavailable(PLATFORM, name_failure(error)) from None
            if answer is None:
                raise PlatformUnavailable(PLATFORM, "unreadable")
            if answer["errcode"] != 0 or not answer.get("access_token"):
                if judge_code(PLATFORM, CODES, answer["errcode"]) in (Verdict.BUSY, Verdict.UNKNOWN):
                    raise PlatformUnavailable(PLATFORM, str(answer["errcode"]))
                raise PlatformRefused(PLATFORM, str(answer["errcode"]))
            lasts = max(60, int(answer.get("expires_in", 7200)) - RENEW_BEFORE_SECONDS)
            self._token, self._until = str(answer["access_token"]), time.monotonic() + lasts
            return self._token


def _read(response: requests.Response) -> dict[str, Any] | None:
    """Return the answer's JSON where it has a code, else None."""
    try:
        answer = response.json() if response.status_code == 200 else None
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("errcode"), int) else None
