"""The control address: an outside client lists what was received, issues codes, orders faults, resets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, get_args

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.faults import KINDS, LONGEST_MS
from simulators.message_templates import SmsTemplate, WechatTemplate
from simulators.people import CODE_SECONDS, CodeKind, Person
from simulators.simulation import Simulation

# Platform → its endpoints, as they stand in records and in orders of faults.
ENDPOINTS = {
    "wechat": (
        "stable_token", "jscode2session", "getuserphonenumber", "subscribe_send", "template_send",
        "oauth2_access_token", "userinfo", "getverifyid", "queryverifyinfo",
    ),
    "sms": ("SendSms",),
    "map": ("geocoder", "driving"),
    "contracts": ("submit", "ask"),
    "master": ("changes", "billing", "batches"),
    "wecom": ("gettoken", "message_send"),
    "faceid": ("DetectAuth", "GetDetectInfoEnhanced"),
    "namecheck": ("IdCardVerification",),
    "ocr": ("IDCardOCR", "BizLicenseOCR"),
}  # fmt: skip
# Platforms whose codes are words.
NAMED_CODES = ("sms", "faceid", "namecheck", "ocr")


def make_control(simulation: Simulation) -> Blueprint:
    """Return the routes under /control."""
    control = Blueprint("control", __name__, url_prefix="/control")

    @control.get("/credentials")
    def show_credentials() -> ResponseReturnValue:
        return jsonify(asdict(simulation.credentials))

    @control.get("/calls")
    def list_calls() -> ResponseReturnValue:
        platform, endpoint = request.args.get("platform"), request.args.get("endpoint")
        with simulation.lock:
            rows = simulation.calls.list(_read_after())
        items = [
            asdict(row)
            for row in rows
            if platform in (None, row.platform) and endpoint in (None, row.endpoint)
        ]
        return jsonify(items=items, last=rows[-1].seq if rows else _read_after())

    @control.get("/messages")
    def list_messages() -> ResponseReturnValue:
        user, phone = request.args.get("user"), request.args.get("phone")
        with simulation.lock:
            rows = simulation.messages.list(_read_after())
        items = [asdict(row) for row in rows if user in (None, row.user) and phone in (None, row.phone)]
        return jsonify(items=items, last=rows[-1].seq if rows else _read_after())

    @control.get("/users")
    def list_users() -> ResponseReturnValue:
        with simulation.lock:
            return jsonify(items=[_show(simulation, one) for one in simulation.people.list()])

    @control.put("/users/<key>")
    def put_user(key: str) -> ResponseReturnValue:
        body = _read_body()
        person = Person(
            key[:40], str(body.get("name", key)), str(body.get("phone", "")), bool(body.get("follows", True))
        )
        with simulation.lock:
            if not simulation.people.add(person):
                abort(507, "too many users")
            return jsonify(_show(simulation, person))

    @control.post("/codes")
    def issue_code() -> ResponseReturnValue:
        body = _read_body()
        kinds: tuple[CodeKind, ...] = get_args(CodeKind)
        kind = next((one for one in kinds if one == body.get("kind")), None)
        if kind is None:
            abort(422, f"kind must be one of {kinds}")
        with simulation.lock:
            code = simulation.people.issue_code(kind, _find_user(simulation, body))
        return jsonify(code=code, expires_in=CODE_SECONDS), 201

    @control.post("/permissions")
    def change_permission() -> ResponseReturnValue:
        body = _read_body()
        template_id = str(body.get("template_id", ""))
        with simulation.lock:
            person = _find_user(simulation, body)
            if template_id not in simulation.templates.subscribe:
                abort(422, "no such subscribe template")
            if body.get("accept", True) is True:
                simulation.people.allow(person, template_id)
            else:
                simulation.people.forbid(person, template_id)
            return jsonify(_show(simulation, person))

    @control.post("/tokens/forget")
    def forget_tokens() -> ResponseReturnValue:
        with simulation.lock:
            simulation.tokens.forget()
        return "", 204

    @control.post("/reset")
    def reset() -> ResponseReturnValue:
        simulation.reset()
        return "", 204

    _add_template_routes(control, simulation)
    _add_fault_routes(control, simulation)
    return control


def _add_template_routes(control: Blueprint, simulation: Simulation) -> None:
    @control.get("/templates")
    def list_templates() -> ResponseReturnValue:
        book = simulation.templates
        with simulation.lock:
            return jsonify(
                subscribe=[asdict(one) for one in book.subscribe.values()],
                template=[asdict(one) for one in book.official.values()],
                sms=[asdict(one) for one in book.sms.values()],
            )

    @control.put("/templates/<kind>/<template_id>")
    def put_template(kind: str, template_id: str) -> ResponseReturnValue:
        body = _read_body()
        with simulation.lock:
            book = simulation.templates
            if book.is_full():
                abort(507, "too many templates")
            if kind == "sms":
                book.sms[template_id] = SmsTemplate(
                    template_id, str(body.get("text")), bool(body.get("is_code"))
                )
            elif kind in ("subscribe", "template") and isinstance(body.get("keywords"), dict):
                made = WechatTemplate(template_id, str(body.get("title")), dict(body["keywords"]))
                (book.subscribe if kind == "subscribe" else book.official)[template_id] = made
            else:
                abort(422, "kind must be subscribe, template (both with keywords) or sms (with text)")
        return "", 204


def _add_fault_routes(control: Blueprint, simulation: Simulation) -> None:
    @control.get("/faults")
    def list_faults() -> ResponseReturnValue:
        return jsonify(simulation.faults.list())

    @control.post("/faults")
    def order_fault() -> ResponseReturnValue:
        body = _read_body()
        platform, endpoint = str(body.get("platform")), str(body.get("endpoint", "*"))
        if endpoint not in (*ENDPOINTS.get(platform, ()), "*") or platform not in ENDPOINTS:
            abort(422, f"platform and endpoint must be of {ENDPOINTS}")
        kind, code = body.get("kind"), str(body.get("code", ""))
        if kind not in KINDS:
            abort(422, f"kind must be one of {KINDS}")
        if kind == "http_status" and code not in ("400", "403", "404", "429", "500", "502", "503", "504"):
            abort(422, "code must be an HTTP status")
        if kind == "refuse" and (
            not code or (platform not in NAMED_CODES and not code.lstrip("-").isdigit())
        ):
            abort(422, "code must be an error code of the platform")
        milliseconds, times = body.get("ms", 60_000), body.get("times", 1)
        if not _is_between(milliseconds, 0, LONGEST_MS) or not _is_between(times, 1, 10_000):
            abort(422, "ms must be 0 to 600000 and times 1 to 10000")
        fault = simulation.faults.order(platform, endpoint, kind, code, milliseconds, times)
        if fault is None:
            abort(507, "too many open orders")
        return jsonify(asdict(fault)), 201

    @control.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        simulation.faults.clear()
        return "", 204

    @control.post("/faults/release")
    def release_held() -> ResponseReturnValue:
        return jsonify(released=simulation.faults.release())


def _is_between(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _read_after() -> int:
    return request.args.get("after", 0, int)


def _read_body() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        abort(422, "the body must be a JSON object")
    return body


def _find_user(simulation: Simulation, body: dict[str, Any]) -> Person:
    person = simulation.people.find(str(body.get("user", "")))
    if person is None:
        abort(404, "no such user; GET /control/users lists them")
    return person


def _show(simulation: Simulation, person: Person) -> dict[str, Any]:
    keys = simulation.credentials
    return {
        **asdict(person),
        "mini_openid": person.openid(keys.mini_app_id),
        "official_openid": person.openid(keys.official_app_id),
        "unionid": person.unionid,
        "permissions": simulation.people.list_permissions(person),
    }
