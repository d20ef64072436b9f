"""WeChat's server API: stable token, sign-in codes, phone numbers, subscribe and template messages."""

from __future__ import annotations

import secrets
import time
from typing import Any

from flask import Blueprint, request

from simulators.calls import Answer, platform_call
from simulators.people import IssuedCode, Person
from simulators.simulation import Simulation

PLATFORM = "wechat"
# Error code → WeChat's text for it.
ERRORS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    43107: "subscribe message capability is banned",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit mustslower retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    50002: "user limited",
    84001: "invalid identify id",
    84006: "name or id_card_number empty",
}


def refuse(code: str | int, detail: str = "") -> dict[str, Any]:
    """Return WeChat's answer for the error ``code``."""
    number = int(code)
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return {"errcode": number, "errmsg": f"{ERRORS.get(number, 'unknown error')}{detail} rid: {rid}"}


def make_wechat_api(simulation: Simulation) -> Blueprint:
    """Return the routes that WeChat serves at api.weixin.qq.com."""
    api = Blueprint("wechat_api", __name__)

    @api.post("/cgi-bin/stable_token")
    @platform_call(simulation, PLATFORM, "stable_token", refuse)
    def give_stable_token() -> Answer:
        asked = _read_body()
        if asked.get("grant_type") != "client_credential":
            return _no(40002)
        app_id = str(asked.get("appid", ""))
        wrong = _check_secret(simulation, app_id, str(asked.get("secret", "")))
        if wrong:
            return _no(wrong)
        with simulation.lock:
            token, left = simulation.tokens.get(app_id, force=asked.get("force_refresh") is True)
        return Answer({"access_token": token, "expires_in": left}, True)

    @api.get("/sns/jscode2session")
    @platform_call(simulation, PLATFORM, "jscode2session", refuse)
    def exchange_mini_code() -> Answer:
        app_id = request.args.get("appid", "")
        wrong = _check_secret(simulation, app_id, request.args.get("secret", ""))
        if wrong or app_id != simulation.credentials.mini_app_id:
            return _no(wrong or 40013)
        with simulation.lock:
            issued = simulation.people.use_code("mini", request.args.get("js_code", ""))
        if not isinstance(issued, IssuedCode):
            return _no(issued)
        person = issued.person
        return Answer(
            {
                "session_key": secrets.token_urlsafe(16) + "==",
                "openid": person.openid(app_id),
                "unionid": person.unionid,
            },
            True,
        )

    @api.post("/wxa/business/getuserphonenumber")
    @platform_call(simulation, PLATFORM, "getuserphonenumber", refuse)
    def give_phone_number() -> Answer:
        app_id, wrong = check_token(simulation)
        if wrong:
            return _no(wrong)
        with simulation.lock:
            issued = simulation.people.use_code("phone", str(_read_body().get("code", "")))
        if not isinstance(issued, IssuedCode):
            return _no(issued)
        info = {
            "phoneNumber": issued.person.phone,
            "purePhoneNumber": issued.person.phone,
            "countryCode": "86",
            "watermark": {"timestamp": int(time.time()), "appid": app_id},
        }
        return Answer({"errcode": 0, "errmsg": "ok", "phone_info": info}, True)

    @api.post("/cgi-bin/message/subscribe/send")
    @platform_call(simulation, PLATFORM, "subscribe_send", refuse)
    def send_subscribe_message() -> Answer:
        return _send(simulation, simulation.credentials.mini_app_id)

    @api.post("/cgi-bin/message/template/send")
    @platform_call(simulation, PLATFORM, "template_send", refuse)
    def send_template_message() -> Answer:
        return _send(simulation, simulation.credentials.official_app_id)

    return api


def _no(code: int, detail: str = "") -> Answer:
    return Answer(refuse(code, detail), False)


def _read_body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _check_secret(simulation: Simulation, app_id: str, secret: str) -> int:
    keys = simulation.credentials
    good = {keys.mini_app_id: keys.mini_app_secret, keys.official_app_id: keys.official_app_secret}
    if not app_id:
        return 41002
    if app_id not in good:
        return 40013
    return 0 if secrets.compare_digest(good[app_id].encode(), secret.encode()) else 40125


def check_token(simulation: Simulation) -> tuple[str, int]:
    """Return whose access token came with the call, and the error where it is nobody's."""
    token = request.args.get("access_token", "")
    if not token:
        return "", 41001
    with simulation.lock:
        app_id = simulation.tokens.find_app(token)
    return (app_id, 0) if app_id else ("", 40001)


def _send(simulation: Simulation, app_id: str) -> Answer:
    caller, wrong = check_token(simulation)
    if wrong or caller != app_id:
        return _no(wrong or 48001)
    asked = _read_body()
    is_mini = app_id == simulation.credentials.mini_app_id
    with simulation.lock:
        person = simulation.people.find_by_openid(app_id, str(asked.get("touser", "")))
        book = simulation.templates.subscribe if is_mini else simulation.templates.official
        template = book.get(str(asked.get("template_id", "")))
        if person is None or template is None:
            return _no(40003 if person is None else 40037)
        faulty = template.find_fault(asked.get("data"))
        if faulty:
            return _no(47003, f" {faulty} is empty or invalid")
        refused = _ask_person(simulation, person, template.template_id, is_mini)
        if refused:
            return _no(refused)
        number = secrets.randbelow(9 * 10**17) + 10**17
        simulation.deliver(
            "subscribe" if is_mini else "template",
            person,
            template.template_id,
            template.title,
            str(number),
            lines=template.fill(asked["data"]),
            link=str(asked.get("page" if is_mini else "url", "")),
        )
    return Answer({"errcode": 0, "errmsg": "ok", "msgid": number}, True)


def _ask_person(simulation: Simulation, person: Person, template_id: str, is_mini: bool) -> int:
    if is_mini:
        return 0 if simulation.people.use_permission(person, template_id) else 43101
    return 0 if person.follows else 43004
