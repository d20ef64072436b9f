"""The WeChat port on the real platform, or on whatever speaks its wire format at the base URLs set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from redis import Redis

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome, Verdict, judge_code
from backend.wechat.client import UNREADABLE, AnswerLost, AppClient
from backend.wechat.codes import CODES, PLATFORM
from backend.wechat.port import CodeInvalid, WechatPerson

# unionid comes with this scope alone, and it is what makes one customer of mini-program and H5.
WEB_SCOPE = "snsapi_userinfo"
NOT_SET_UP = "not_set_up"


@dataclass(frozen=True)
class AppKeys:
    """The id and secret of one app."""

    app_id: str
    secret: str


class WechatAdapter:
    """WechatPort. An app without keys refuses with ``not_set_up``."""

    def __init__(
        self,
        *,
        api_base_url: str,
        open_base_url: str,
        mini: AppKeys | None,
        official: AppKeys | None,
        mini_state: str,
        answer_seconds: float,
        redis: Redis,
    ) -> None:
        self._open_base_url, self._mini_state = open_base_url, mini_state
        self._mini, self._official = (
            AppClient(keys.app_id, keys.secret, api_base_url, answer_seconds, redis) if keys else None
            for keys in (mini, official)
        )

    def exchange_mini_code(self, code: str) -> WechatPerson:
        """See WechatPort."""
        client = _need(self._mini)
        asked = {"js_code": code, "grant_type": "authorization_code"}
        # The session key in the answer opens personal data, so it goes no further than this line.
        return _read_person(client, _exchange(client, "sns/jscode2session", asked))

    def make_authorize_url(self, redirect_uri: str, state: str) -> str:
        """See WechatPort."""
        query = urlencode(
            {
                "appid": _need(self._official).appid,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": WEB_SCOPE,
                "state": state,
            }
        )
        # WeChat compares the order of these parameters, and wants the mark at the end.
        return f"{self._open_base_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    def exchange_web_code(self, code: str) -> WechatPerson:
        """See WechatPort."""
        client = _need(self._official)
        asked = {"code": code, "grant_type": "authorization_code"}
        return _read_person(client, _exchange(client, "sns/oauth2/access_token", asked))

    def find_phone_number(self, code: str) -> str:
        """See WechatPort."""
        try:
            answer = _need(self._mini).ask_with_token("wxa/business/getuserphonenumber", {"code": code})
        except AnswerLost as error:
            raise PlatformUnavailable(PLATFORM, error.code) from None
        _check(answer)
        info = answer.get("phone_info")
        if not isinstance(info, dict) or not info.get("purePhoneNumber"):
            raise PlatformUnavailable(PLATFORM, UNREADABLE)
        country, number = str(info.get("countryCode", "86")), str(info["purePhoneNumber"])
        return number if country == "86" else f"+{country}{number}"

    def ask_mini(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return WeChat's own answer to a call of the mini-program that may be made again without harm.

        Raises PlatformUnavailable and PlatformRefused.
        """
        try:
            return _need(self._mini).ask_with_token(path, body)
        except AnswerLost as error:
            raise PlatformUnavailable(PLATFORM, error.code) from None

    def send_subscribe_message(
        self, openid: str, template_id: str, page: str, data: dict[str, str]
    ) -> SendOutcome:
        """See WechatPort."""
        body = _make_message(openid, template_id, data)
        body |= {"miniprogram_state": self._mini_state, "lang": "zh_CN"}
        if page:
            body["page"] = page
        return _send(_need(self._mini), "cgi-bin/message/subscribe/send", body)

    def send_template_message(
        self, openid: str, template_id: str, url: str, data: dict[str, str]
    ) -> SendOutcome:
        """See WechatPort."""
        body = _make_message(openid, template_id, data)
        if url:
            body["url"] = url
        return _send(_need(self._official), "cgi-bin/message/template/send", body)


def _need(client: AppClient | None) -> AppClient:
    if client is None:
        raise PlatformRefused(PLATFORM, NOT_SET_UP)
    return client


def _make_message(openid: str, template_id: str, data: dict[str, str]) -> dict[str, Any]:
    texts = {keyword: {"value": text} for keyword, text in data.items()}
    return {"touser": openid, "template_id": template_id, "data": texts}


def _exchange(client: AppClient, path: str, asked: dict[str, str]) -> dict[str, Any]:
    try:
        answer = client.ask_with_secret(path, asked)
    except AnswerLost as error:
        raise PlatformUnavailable(PLATFORM, error.code) from None
    _check(answer)
    return answer


def _check(answer: dict[str, Any]) -> None:
    code = answer.get("errcode", 0)
    verdict = judge_code(PLATFORM, CODES, code)
    if verdict is Verdict.CODE:
        raise CodeInvalid(detail=str(code))
    if verdict in (Verdict.BUSY, Verdict.UNKNOWN):
        raise PlatformUnavailable(PLATFORM, str(code))
    if verdict is not Verdict.SENT:
        raise PlatformRefused(PLATFORM, str(code))


def _read_person(client: AppClient, answer: dict[str, Any]) -> WechatPerson:
    openid = answer.get("openid")
    if not openid:
        raise PlatformUnavailable(PLATFORM, UNREADABLE)
    unionid = answer.get("unionid")
    return WechatPerson(client.appid, str(openid), str(unionid) if unionid else None)


def _send(client: AppClient, path: str, body: dict[str, Any]) -> SendOutcome:
    try:
        answer = client.ask_with_token(path, body)
    except AnswerLost as error:
        return SendOutcome("unknown", error.code)
    if "errcode" not in answer:
        return SendOutcome("unknown", UNREADABLE)
    code, number = answer["errcode"], answer.get("msgid")
    verdict = judge_code(PLATFORM, CODES, code)
    if verdict is Verdict.SENT:
        return SendOutcome("sent", str(code), None if number is None else str(number))
    if verdict is Verdict.BUSY:
        raise PlatformUnavailable(PLATFORM, str(code))
    return SendOutcome("unknown" if verdict is Verdict.UNKNOWN else "refused", str(code))
