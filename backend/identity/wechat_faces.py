"""Face checks by WeChat itself, within the mini-program (微信人脸核身).

``getverifyid`` opens a check for a person and an openid, ``wx.requestFacialVerify`` on the phone shows the
camera, and ``queryverifyinfo`` tells the server how it ended. WeChat tells that only to who names the same
reference, person and openid as at the opening, so that no answer is about anybody else or another check.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Protocol

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code
from backend.identity.port import ID_NUMBER, Begun, FaceAnswer, FaceState, Opening, Person, PersonRefused
from backend.identity.wechat_codes import CALL_CODES, PLATFORM, RESULT_CODES

CERTIFICATE = "IDENTITY_CARD"
_STATES = {
    Verdict.SENT: FaceState.PASSED,
    Verdict.REFUSED: FaceState.FAILED,
    Verdict.CODE: FaceState.FAILED,
    Verdict.BUSY: FaceState.PENDING,
}
# An openid has no blanks, and is needed again when the end is asked for.
_BETWEEN = " "


class MiniCalls(Protocol):
    """Calls of the mini-program; the WeChat adapter has them, with its token."""

    def ask_mini(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return WeChat's own answer. Raises PlatformUnavailable and PlatformRefused."""


class WechatFaceChecks:
    """FaceChecks for who holds the mini-program in hand; an opening without openid is refused."""

    key = "wechat"

    def __init__(self, calls: MiniCalls) -> None:
        self._calls = calls

    def begin(self, opening: Opening) -> Begun:
        """See FaceChecks."""
        if not opening.openid:
            raise PlatformRefused(PLATFORM, "no_openid")
        asked = {
            "out_seq_no": opening.reference,
            "cert_info": _describe(opening.person),
            "openid": opening.openid,
        }
        answer = self._calls.ask_mini("cityservice/face/identify/getverifyid", asked)
        verdict, code = _judge(answer)
        if verdict is Verdict.CODE:
            raise PersonRefused(ID_NUMBER)
        _check(verdict, code)
        verify_id = answer.get("verify_id")
        if not isinstance(verify_id, str) or not verify_id:
            raise PlatformUnavailable(PLATFORM, "unreadable")
        return Begun(f"{verify_id}{_BETWEEN}{opening.openid}", "", verify_id)

    def query(self, provider_reference: str, asked: Opening) -> FaceAnswer:
        """See FaceChecks."""
        verify_id, _, openid = provider_reference.rpartition(_BETWEEN)
        body = {
            "verify_id": verify_id,
            "out_seq_no": asked.reference,
            "cert_hash": make_cert_hash(asked.person),
            "openid": openid,
        }
        answer = self._calls.ask_mini("cityservice/face/identify/queryverifyinfo", body)
        verdict, code = _judge(answer)
        if verdict is Verdict.CODE:
            # Never WeChat's, forgotten, or of somebody else: that proves nothing, and nobody failed.
            return FaceAnswer(FaceState.UNKNOWN, code)
        _check(verdict, code)
        result = answer.get("verify_ret")
        if not isinstance(result, int):
            return FaceAnswer(FaceState.PENDING, "")
        state = _STATES.get(judge_code(PLATFORM, RESULT_CODES, result), FaceState.UNKNOWN)
        return FaceAnswer(state, str(result), asked.reference, asked.person)


def make_cert_hash(person: Person) -> str:
    """Return the print by which WeChat knows again whom a check was opened for, as its document makes it."""
    parts = (f"{key}={_encode(value)}" for key, value in _describe(person).items())
    return hashlib.sha256("&".join(parts).encode()).hexdigest()


def _describe(person: Person) -> dict[str, str]:
    return {"cert_type": CERTIFICATE, "cert_name": person.name, "cert_no": person.id_number}


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _judge(answer: dict[str, Any]) -> tuple[Verdict, str]:
    code = answer.get("errcode", 0)
    verdict = judge_code(PLATFORM, CALL_CODES, code) if isinstance(code, int) else Verdict.UNKNOWN
    return verdict, str(code)


def _check(verdict: Verdict, code: str) -> None:
    if verdict in (Verdict.REFUSED, Verdict.CREDENTIAL):
        raise PlatformRefused(PLATFORM, code)
    if verdict is not Verdict.SENT:
        raise PlatformUnavailable(PLATFORM, code)
