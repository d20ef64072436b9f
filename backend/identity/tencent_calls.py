"""Calls to products of Tencent Cloud that may be made again without harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code
from backend.core.tencent_cloud import go_straight, make_profile, name_loss


class CallRefused(Exception):
    """Tencent refused what was asked, and not us; ``args[0]`` is its code."""


class TencentCalls:
    """Calls ``product``, signed by the vendor's own library (TC3-HMAC-SHA256).

    ``codes`` tells what the product's errors mean; metrics and logs know it as ``platform``.
    """

    def __init__(
        self,
        platform: str,
        product: str,
        version: str,
        codes: Mapping[str, Verdict],
        *,
        base_url: str,
        secret_id: str,
        secret_key: str,
        answer_seconds: float,
    ) -> None:
        profile = make_profile(base_url, answer_seconds)
        self._client = CommonClient(product, version, Credential(secret_id, secret_key), "", profile)
        go_straight(self._client)
        self._platform, self._codes = platform, codes

    def call(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the answer's body; raises CallRefused, PlatformUnavailable and PlatformRefused."""
        try:
            answer = self._client.call_json(action, asked)
        except TencentCloudSDKException as error:
            raise self._judge(error) from None
        except ValueError:
            raise self.unreadable() from None
        response = answer.get("Response") if isinstance(answer, dict) else None
        if not isinstance(response, dict):
            raise self.unreadable()
        return response

    def unreadable(self) -> PlatformUnavailable:
        """Return the error of an answer that lacks what was asked for."""
        return PlatformUnavailable(self._platform, "unreadable")

    def _judge(self, error: TencentCloudSDKException) -> Exception:
        # The call may be made again without harm, so whatever was lost is only not reached.
        loss, code = name_loss(error), str(error.get_code())
        if loss is not None:
            return PlatformUnavailable(self._platform, loss)
        verdict = judge_code(self._platform, self._codes, code)
        if verdict is Verdict.CODE:
            return CallRefused(code)
        if verdict in (Verdict.REFUSED, Verdict.CREDENTIAL):
            return PlatformRefused(self._platform, code)
        return PlatformUnavailable(self._platform, code)
