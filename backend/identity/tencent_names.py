"""Names and ID numbers compared by Tencent Cloud (身份信息认证, ``IdCardVerification`` of FaceID)."""

from __future__ import annotations

from backend.core.outcomes import PlatformUnavailable, Verdict, judge_code
from backend.identity.codes import CALL_CODES, NAME_PLATFORM, NAME_RESULT_CODES, PLATFORM
from backend.identity.names import NameAnswer, NameVerdict
from backend.identity.port import Person
from backend.identity.tencent import VERSION
from backend.identity.tencent_calls import CallRefused, TencentCalls

_VERDICTS = {
    Verdict.SENT: NameVerdict.MATCH,
    Verdict.REFUSED: NameVerdict.MISMATCH,
    Verdict.CODE: NameVerdict.NO_SUCH_NUMBER,
}


class TencentNameChecks:
    """NameChecks on Tencent Cloud's API of 2018-03-01."""

    key = "tencent"

    def __init__(self, *, base_url: str, secret_id: str, secret_key: str, answer_seconds: float) -> None:
        self._calls = TencentCalls(
            NAME_PLATFORM, PLATFORM, VERSION, CALL_CODES, base_url=base_url, secret_id=secret_id,
            secret_key=secret_key, answer_seconds=answer_seconds,
        )  # fmt: skip

    def compare(self, person: Person) -> NameAnswer:
        """See NameChecks."""
        try:
            answer = self._calls.call("IdCardVerification", {"IdCard": person.id_number, "Name": person.name})
        except CallRefused as refused:
            # The call itself has no such end in its document; nobody has compared anything.
            raise PlatformUnavailable(NAME_PLATFORM, str(refused.args[0])) from None
        code, request_id = answer.get("Result"), answer.get("RequestId")
        if not isinstance(code, str) or not isinstance(request_id, str):
            raise self._calls.unreadable()
        verdict = _VERDICTS.get(judge_code(NAME_PLATFORM, NAME_RESULT_CODES, code))
        if verdict is None:
            raise PlatformUnavailable(NAME_PLATFORM, code)
        return NameAnswer(verdict, code, request_id)
