"""The SMS port on Tencent Cloud, or on whatever speaks its wire format at the base URL of the settings."""

from __future__ import annotations

from typing import Any

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from backend.core.outbound import NOT_REACHED
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome, Verdict, judge_code
from backend.core.tencent_cloud import go_straight, make_profile, name_loss
from backend.notifications.sms_codes import CODES, PLATFORM


class TencentSms:
    """SmsPort on Tencent Cloud's API of 2021-01-11, signed by TC3-HMAC-SHA256."""

    def __init__(
        self,
        *,
        base_url: str,
        secret_id: str,
        secret_key: str,
        app_id: str,
        sign_name: str,
        region: str,
        answer_seconds: float,
    ) -> None:
        profile = make_profile(base_url, answer_seconds)
        self._client = SmsClient(Credential(secret_id, secret_key), region, profile)
        go_straight(self._client)
        self._app_id, self._sign_name = app_id, sign_name

    def send(self, phone: str, template_id: str, params: list[str]) -> SendOutcome:
        """See SmsPort."""
        request = SendSmsRequest()
        request.PhoneNumberSet = [phone if phone.startswith("+") else f"+86{phone}"]
        request.SmsSdkAppId, request.SignName = self._app_id, self._sign_name
        request.TemplateId, request.TemplateParamSet = template_id, params
        try:
            response = self._client.SendSms(request)
        except TencentCloudSDKException as error:
            return _judge_error(error)
        statuses: list[Any] = response.SendStatusSet or []
        if len(statuses) != 1 or not statuses[0].Code:
            return SendOutcome("unknown", "unreadable")
        return _judge(str(statuses[0].Code), statuses[0].SerialNo or None)


def _judge_error(error: TencentCloudSDKException) -> SendOutcome:
    loss = name_loss(error)
    if loss == NOT_REACHED:
        raise PlatformUnavailable(PLATFORM, loss) from None
    return _judge(str(error.get_code()), None) if loss is None else SendOutcome("unknown", loss)


def _judge(code: str, serial: str | None) -> SendOutcome:
    verdict = judge_code(PLATFORM, CODES, code)
    if verdict is Verdict.SENT:
        return SendOutcome("sent", code, serial)
    if verdict is Verdict.BUSY:
        raise PlatformUnavailable(PLATFORM, code)
    if verdict is Verdict.CREDENTIAL:
        raise PlatformRefused(PLATFORM, code)
    return SendOutcome("unknown" if verdict is Verdict.UNKNOWN else "refused", code, serial)
