"""Enterprise WeChat (企业微信): gettoken and message/send of text cards, with its error codes."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.simulation import TOKEN_SECONDS, Simulation

PLATFORM = "wecom"
ERRORS = {
    -1: "system error", 40001: "invalid credential", 40013: "invalid corpid", 40014: "invalid access_token",
    40056: "invalid agentid", 40058: "invalid parameter", 42001: "access_token expired",
    44004: "content is empty", 45009: "api freq out of limit", 60020: "not allow to access from your ip",
    81013: "user & party & tag all invalid",
}  # fmt: skip
_USERID = re.compile(r"[0-9A-Za-z._@-]{1,64}")
_NEEDED = ("title", "description", "url")


def refuse(code: str | int) -> dict[str, Any]:
    """Return the platform's answer for the error ``code``."""
    text = ERRORS.get(int(code), "error")
    return {"errcode": int(code), "errmsg": f"{text}, hint: [{secrets.token_hex(8)}]"}


def make_wecom_api(simulation: Simulation) -> Blueprint:
    """Return the routes of qyapi.weixin.qq.com and the control of who is a member."""
    api = Blueprint("wecom_api", __name__)

    @api.get("/cgi-bin/gettoken")
    @platform_call(simulation, PLATFORM, "gettoken", refuse)
    def get_token() -> Answer:
        keys = simulation.credentials
        if request.args.get("corpid") != keys.wecom_corp_id:
            return Answer(refuse(40013), False)
        if request.args.get("corpsecret") != keys.wecom_secret:
            return Answer(refuse(40001), False)
        with simulation.lock:
            token, lasts = simulation.wecom_tokens.get(keys.wecom_corp_id, force=False)
        told = {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": min(lasts, TOKEN_SECONDS)}
        return Answer(told, True)

    @api.post("/cgi-bin/message/send")
    @platform_call(simulation, PLATFORM, "message_send", refuse)
    def send() -> Answer:
        body = request.get_json(force=True, silent=True) or {}
        with simulation.lock:
            if simulation.wecom_tokens.find_app(request.args.get("access_token", "")) is None:
                return Answer(refuse(40014), False)
            card = body.get("textcard")
            if body.get("agentid") != int(simulation.credentials.wecom_agent_id):
                return Answer(refuse(40056), False)
            if body.get("msgtype") != "textcard" or not isinstance(card, dict):
                return Answer(refuse(40058), False)
            if not all(str(card.get(name, "")).strip() for name in _NEEDED):
                return Answer(refuse(44004), False)
            asked = [one for one in str(body.get("touser", "")).split("|") if one]
            known = [one for one in asked if _USERID.fullmatch(one) and one not in simulation.wecom_strangers]
            if not known:
                return Answer(refuse(81013), False)
            message_id = secrets.token_urlsafe(48)
            for userid in known:
                simulation.deliver(
                    "wecom", None, "textcard", str(card["title"]), message_id,
                    phone=userid, text=str(card["description"]), link=str(card["url"]),
                )  # fmt: skip
        missed = "|".join(one for one in asked if one not in known)
        return Answer({"errcode": 0, "errmsg": "ok", "invaliduser": missed, "msgid": message_id}, True)

    @api.put("/control/wecom/<userid>")
    def set_member(userid: str) -> ResponseReturnValue:
        is_member = bool((request.get_json(force=True, silent=True) or {}).get("is_member", True))
        with simulation.lock:
            (simulation.wecom_strangers.discard if is_member else simulation.wecom_strangers.add)(userid)
        return jsonify(userid=userid, is_member=is_member)

    @api.post("/control/wecom/tokens/forget")
    def forget_tokens() -> ResponseReturnValue:
        with simulation.lock:
            simulation.wecom_tokens.forget()
        return jsonify({})

    return api
