"""WeChat's web authorisation: the page where one picks a simulated user, and the exchange of its code."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.people import IssuedCode
from simulators.simulation import Simulation
from simulators.wechat_api import PLATFORM, refuse

SCOPES = ("snsapi_base", "snsapi_userinfo")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def make_wechat_web(simulation: Simulation) -> Blueprint:
    """Return the routes of open.weixin.qq.com/connect and api.weixin.qq.com/sns."""
    web = Blueprint("wechat_web", __name__)

    @web.get("/connect/oauth2/authorize")
    def show_authorize_page() -> ResponseReturnValue:
        wrong = _find_fault(simulation)
        with simulation.lock:
            people = simulation.people.list()
        query = {name: request.args.get(name, "") for name in ("appid", "redirect_uri", "scope", "state")}
        page = render_template("authorize.html", people=people, query=query, wrong=wrong)
        return Response(page, 400 if wrong else 200)

    @web.get("/connect/oauth2/confirm")
    def confirm() -> ResponseReturnValue:
        with simulation.lock:
            person = simulation.people.find(request.args.get("user", ""))
            wrong = _find_fault(simulation) or ("" if person else "没有这个模拟用户。")
            if wrong or person is None:
                page = render_template("authorize.html", people=[], query={}, wrong=wrong)
                return Response(page, 400)
            code = simulation.people.issue_code("web", person, request.args.get("scope", ""))
        return redirect(add_code(request.args["redirect_uri"], code, request.args.get("state", "")))

    @web.get("/sns/oauth2/access_token")
    @platform_call(simulation, PLATFORM, "oauth2_access_token", refuse)
    def exchange_web_code() -> Answer:
        keys = simulation.credentials
        if request.args.get("appid") != keys.official_app_id:
            return Answer(refuse(40013), False)
        if not secrets.compare_digest(keys.official_app_secret, request.args.get("secret", "")):
            return Answer(refuse(40125), False)
        with simulation.lock:
            issued = simulation.people.use_code("web", request.args.get("code", ""))
            if not isinstance(issued, IssuedCode):
                return Answer(refuse(issued), False)
            openid = issued.person.openid(keys.official_app_id)
            token, left = simulation.web_tokens.get(openid, force=False)
        body = {
            "access_token": token,
            "expires_in": left,
            "refresh_token": secrets.token_urlsafe(48),
            "openid": openid,
            "scope": issued.scope,
        }
        if issued.scope == "snsapi_userinfo":
            body["unionid"] = issued.person.unionid
        return Answer(body, True)

    @web.get("/sns/userinfo")
    @platform_call(simulation, PLATFORM, "userinfo", refuse)
    def show_user() -> Answer:
        openid = request.args.get("openid", "")
        with simulation.lock:
            if simulation.web_tokens.find_app(request.args.get("access_token", "")) != openid:
                return Answer(refuse(40001), False)
            person = simulation.people.find_by_openid(simulation.credentials.official_app_id, openid)
        if person is None:
            return Answer(refuse(40003), False)
        body = {
            "openid": openid,
            "nickname": person.name,
            "sex": 0,
            "province": "",
            "city": "",
            "country": "",
        }
        return Answer({**body, "headimgurl": "", "privilege": [], "unionid": person.unionid}, True)

    return web


def add_code(redirect_uri: str, code: str, state: str) -> str:
    """Return ``redirect_uri`` with code and state in its query, before any ``#``, as WeChat does it."""
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", state)]
    return parts._replace(query=urlencode(query)).geturl()


def _find_fault(simulation: Simulation) -> str:
    if request.args.get("appid") != simulation.credentials.official_app_id:
        return "公众号不存在（appid 不对）。"
    if request.args.get("scope") not in SCOPES:
        return "scope 参数错误或没有 scope 权限（10005）。"
    target = urlsplit(request.args.get("redirect_uri", ""))
    # WeChat comes back to registered domains alone; here that is this machine.
    if target.scheme not in ("http", "https") or target.hostname not in LOOPBACK:
        return "redirect_uri 域名与后台配置不一致（10003）。"
    return ""
