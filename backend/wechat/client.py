"""wechatpy, taught the shared token, the base URL of the settings, and never to repeat a call by itself."""

from __future__ import annotations

from typing import Any

import requests
from redis import Redis
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from backend.core.outbound import make_session, name_failure, was_never_sent
from backend.core.outcomes import PlatformUnavailable
from backend.wechat.codes import PLATFORM
from backend.wechat.token import SharedToken

UNREADABLE = "unreadable"


class AnswerLost(Exception):
    """The call may have reached WeChat, and no answer that can be read came back. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AppClient(WeChatClient):  # type: ignore[misc] # wechatpy has no types
    """One app's calls. Answers are WeChat's own bodies, those with an error code too."""

    API_BASE_URL = "https://api.weixin.qq.com/"

    def __init__(self, app_id: str, secret: str, base_url: str, answer_seconds: float, redis: Redis) -> None:
        # A repeated call might send a message twice, so the library must not repeat any.
        super().__init__(app_id, secret, auto_retry=False)
        self._http = make_session(base_url, answer_seconds)
        self.token = SharedToken(app_id, secret, self._http, answer_seconds, redis)

    @property
    def access_token(self) -> str:
        """Return the shared token; the library asks here for each call."""
        return self.token.get()

    def ask_with_secret(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        """Return the answer to a GET signed by the app's secret.

        Raises PlatformUnavailable where nothing was sent, AnswerLost where that is not sure.
        """
        # The library adds an access token to a dictionary; these calls want none.
        pairs = [("appid", self.appid), ("secret", self.secret), *params.items()]
        return self._call("get", path, params=pairs)

    def ask_with_token(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a POST with the app's token, once more with a new token if WeChat wants one.

        Raises PlatformUnavailable and PlatformRefused where nothing was sent, AnswerLost where that is
        not sure.
        """
        token = self.token.get()
        answer = self._call("post", path, params={"access_token": token}, data=body)
        if answer.get("errcode") in (40001, 40014, 42001):
            # Refused at the door, so this repetition cannot do anything twice.
            answer = self._call("post", path, params={"access_token": self.token.renew(token)}, data=body)
        return answer

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            answer = self._request(method, path, **arguments)
        except WeChatClientException as error:
            if error.errcode is None:
                status = error.response.status_code if error.response is not None else "none"
                raise AnswerLost(f"http_{status}") from None
            return {"errcode": int(error.errcode)}
        except requests.RequestException as error:
            # The error's text and cause hold addresses with tokens and secrets; nothing of them goes on.
            if was_never_sent(error):
                raise PlatformUnavailable(PLATFORM, name_failure(error)) from None
            raise AnswerLost(name_failure(error)) from None
        if not isinstance(answer, dict):
            raise AnswerLost(UNREADABLE)
        return answer
