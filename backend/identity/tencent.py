"""The port on Tencent Cloud FaceID (人脸核身), or on whatever speaks its wire format at the base URL set.

``DetectAuth`` opens a check, ``GetDetectInfoEnhanced`` tells how it ended; both are signed by the vendor's
own library. Of the result only the texts are asked for (``InfoType`` 1), so that no picture reaches us.
"""

from __future__ import annotations

from typing import Any

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code
from backend.core.tencent_cloud import go_straight, make_profile, name_loss
from backend.identity.codes import CALL_CODES, GONE_CODES, NAME_CODES, PLATFORM, RESULT_CODES
from backend.identity.port import ID_NUMBER, NAME, Begun, FaceAnswer, FaceState, Person, PersonRefused

VERSION, TEXTS_ALONE = "2018-03-01", "1"
LONGEST_NAME = 32
_STATES = {
    Verdict.SENT: FaceState.PASSED,
    Verdict.REFUSED: FaceState.FAILED,
    Verdict.CODE: FaceState.FAILED,
    Verdict.BUSY: FaceState.PENDING,
}


class _CallRefused(Exception):
    """Tencent refused what was asked, and not us; ``args[0]`` is its code."""


class TencentFaceChecks:
    """FaceChecks on Tencent Cloud's API of 2018-03-01, signed by TC3-HMAC-SHA256."""

    key = "tencent"

    def __init__(
        self, *, base_url: str, secret_id: str, secret_key: str, rule_id: str, answer_seconds: float
    ) -> None:
        profile = make_profile(base_url, answer_seconds)
        self._client = CommonClient(PLATFORM, VERSION, Credential(secret_id, secret_key), "", profile)
        go_straight(self._client)
        self._rule_id = rule_id

    def begin(self, person: Person, reference: str, come_back_to: str) -> Begun:
        """See FaceChecks."""
        if len(person.name) > LONGEST_NAME:
            raise PersonRefused(NAME)
        asked = {
            "RuleId": self._rule_id,
            "Name": person.name,
            "IdCard": person.id_number,
            "Extra": reference,
            "RedirectUrl": come_back_to,
        }
        try:
            answer = self._call("DetectAuth", asked)
        except _CallRefused as refused:
            raise PersonRefused(NAME if refused.args[0] in NAME_CODES else ID_NUMBER) from None
        url, token = answer.get("Url"), answer.get("BizToken")
        if not isinstance(url, str) or not isinstance(token, str) or not url or not token:
            raise PlatformUnavailable(PLATFORM, "unreadable")
        return Begun(token, url)

    def query(self, provider_reference: str) -> FaceAnswer:
        """See FaceChecks."""
        asked = {"RuleId": self._rule_id, "BizToken": provider_reference, "InfoType": TEXTS_ALONE}
        try:
            answer = self._call("GetDetectInfoEnhanced", asked)
        except _CallRefused as refused:
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

    def _call(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._client.call_json(action, asked)
        except TencentCloudSDKException as error:
            raise _judge_error(error) from None
        except ValueError:
            raise PlatformUnavailable(PLATFORM, "unreadable") from None
        response = answer.get("Response") if isinstance(answer, dict) else None
        if not isinstance(response, dict):
            raise PlatformUnavailable(PLATFORM, "unreadable")
        return response


def _judge_error(error: TencentCloudSDKException) -> Exception:
    # Both calls may be made again without harm, so whatever was lost is only not reached.
    loss, code = name_loss(error), str(error.get_code())
    if loss is not None:
        return PlatformUnavailable(PLATFORM, loss)
    verdict = judge_code(PLATFORM, CALL_CODES, code)
    if verdict is Verdict.CODE:
        return _CallRefused(code)
    if verdict in (Verdict.REFUSED, Verdict.CREDENTIAL):
        return PlatformRefused(PLATFORM, code)
    return PlatformUnavailable(PLATFORM, code)
