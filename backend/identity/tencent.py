"""The port on Tencent Cloud FaceID (人脸核身), or on whatever speaks its wire format at the base URL set.

``DetectAuth`` opens a check, ``GetDetectInfoEnhanced`` tells how it ended; both are signed by the vendor's
own library. Of the result only the texts are asked for (``InfoType`` 1), so that no picture reaches us.
"""

from __future__ import annotations

from backend.core.outcomes import Verdict, judge_code
from backend.identity.codes import CALL_CODES, GONE_CODES, NAME_CODES, PLATFORM, RESULT_CODES
from backend.identity.port import (
    ID_NUMBER,
    NAME,
    Begun,
    FaceAnswer,
    FaceState,
    Opening,
    Person,
    PersonRefused,
)
from backend.identity.tencent_calls import CallRefused, TencentCalls

VERSION, TEXTS_ALONE = "2018-03-01", "1"
LONGEST_NAME = 32
_STATES = {
    Verdict.SENT: FaceState.PASSED,
    Verdict.REFUSED: FaceState.FAILED,
    Verdict.CODE: FaceState.FAILED,
    Verdict.BUSY: FaceState.PENDING,
}


class TencentFaceChecks:
    """FaceChecks on Tencent Cloud's API of 2018-03-01, signed by TC3-HMAC-SHA256."""

    key = "tencent"

    def __init__(
        self, *, base_url: str, secret_id: str, secret_key: str, rule_id: str, answer_seconds: float
    ) -> None:
        self._calls = TencentCalls(
            PLATFORM, PLATFORM, VERSION, CALL_CODES, base_url=base_url, secret_id=secret_id,
            secret_key=secret_key, answer_seconds=answer_seconds,
        )  # fmt: skip
        self._rule_id = rule_id

    def begin(self, opening: Opening) -> Begun:
        """See FaceChecks."""
        person = opening.person
        if len(person.name) > LONGEST_NAME:
            raise PersonRefused(NAME)
        asked = {
            "RuleId": self._rule_id,
            "Name": person.name,
            "IdCard": person.id_number,
            "Extra": opening.reference,
            "RedirectUrl": opening.come_back_to,
        }
        try:
            answer = self._calls.call("DetectAuth", asked)
        except CallRefused as refused:
            raise PersonRefused(NAME if refused.args[0] in NAME_CODES else ID_NUMBER) from None
        url, token = answer.get("Url"), answer.get("BizToken")
        if not isinstance(url, str) or not isinstance(token, str) or not url or not token:
            raise self._calls.unreadable()
        return Begun(token, url)

    def query(self, provider_reference: str, asked: Opening) -> FaceAnswer:
        """See FaceChecks; whom it was about stands in the answer, and is compared by who asks."""
        call = {"RuleId": self._rule_id, "BizToken": provider_reference, "InfoType": TEXTS_ALONE}
        try:
            answer = self._calls.call("GetDetectInfoEnhanced", call)
        except CallRefused as refused:
            gone = refused.args[0] in GONE_CODES
            return FaceAnswer(FaceState.FAILED if gone else FaceState.UNKNOWN, refused.args[0])
        text = answer.get("Text")
        code = text.get("ErrCode") if isinstance(text, dict) else None
        if not isinstance(text, dict) or code is None:
            # Nobody has been in front of the camera yet.
            return FaceAnswer(FaceState.PENDING, "")
        verdict = judge_code(PLATFORM, RESULT_CODES, code) if isinstance(code, int) else Verdict.UNKNOWN
        return FaceAnswer(
            _STATES.get(verdict, FaceState.UNKNOWN),
            str(code),
            str(text.get("Extra") or ""),
            Person(str(text.get("Name") or ""), str(text.get("IdCard") or "")),
        )
