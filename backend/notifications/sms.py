"""The SMS port on Tencent Cloud, or on whatever speaks its wire format at the base URL of the settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from backend.core.outbound import CONNECT_SECONDS, name_failure, was_never_sent
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome, Verdict, judge_code
from backend.notifications.sms_codes import CODES, PLATFORM

# What the library itself calls a failed connection, and an answer that is not 200.
_NETWORK, _STATUS = "ClientNetworkError", "ServerNetworkError"


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
        base = urlsplit(base_url)
        # The library signs the host alone, so a path in the base URL has no place.
        http = HttpProfile(
            protocol=base.scheme, endpoint=base.netloc, reqTimeout=(CONNECT_SECONDS, answer_seconds)
        )
        profile = ClientProfile(signMethod="TC3-HMAC-SHA256", httpProfile=http)
        # The breaker would send to another region's host by itself, which may send a message twice.
        profile.disable_region_breaker = True
        self._client = SmsClient(Credential(secret_id, secret_key), region, profile)
        connection = self._client.request.conn
        connection.proxy = None
        connection._session.trust_env = False
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
    # The library hides the error of the connection behind one of its own.
    cause, code = error.__context__, str(error.get_code())
    if code == _NETWORK:
        if was_never_sent(cause):
            raise PlatformUnavailable(PLATFORM, name_failure(cause)) from None
        return SendOutcome("unknown", name_failure(cause))
    if code == _STATUS:
        return SendOutcome("unknown", "http_error")
    if error.get_request_id() is None:
        # No answer of the platform's: it broke off within its body, or is no JSON.
        lost = isinstance(cause, requests.RequestException)
        return SendOutcome("unknown", name_failure(cause) if lost else "unreadable")
    return _judge(code, None)


def _judge(code: str, serial: str | None) -> SendOutcome:
    verdict = judge_code(PLATFORM, CODES, code)
    if verdict is Verdict.SENT:
        return SendOutcome("sent", code, serial)
    if verdict is Verdict.BUSY:
        raise PlatformUnavailable(PLATFORM, code)
    if verdict is Verdict.CREDENTIAL:
        raise PlatformRefused(PLATFORM, code)
    return SendOutcome("unknown" if verdict is Verdict.UNKNOWN else "refused", code, serial)
