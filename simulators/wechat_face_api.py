"""WeChat's facial verification within the mini-program: opening a check, and telling the server how it ended.

The phone's part, ``wx.requestFacialVerify``, is played over the control address.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.simulation import Simulation
from simulators.wechat_api import PLATFORM, check_token, refuse

CHECKS_KEPT = 500
NOT_DONE = 10300
GOOD_SECONDS = 3600


@dataclass
class VerifyCheck:
    """One check; ``result`` is WeChat's verify_ret."""

    verify_id: str
    out_seq_no: str
    cert_hash: str
    openid: str
    result: int = NOT_DONE


def make_wechat_faces(simulation: Simulation) -> Blueprint:
    """Return the two calls, and the address where the simulated person ends a check."""
    api = Blueprint("wechat_faces", __name__)
    checks: dict[str, VerifyCheck] = {}
    simulation.on_reset(checks.clear)

    @api.post("/cityservice/face/identify/getverifyid")
    @platform_call(simulation, PLATFORM, "getverifyid", refuse)
    def open_check() -> Answer:
        asked, wrong = _read(simulation)
        cert = asked.get("cert_info")
        if wrong or not isinstance(cert, dict):
            return Answer(refuse(wrong or 47001), False)
        if not cert.get("cert_name") or len(str(cert.get("cert_no", ""))) != 18:
            return Answer(refuse(84006), False)
        number, openid = str(asked.get("out_seq_no", "")), str(asked.get("openid", ""))
        if not 5 <= len(number) <= 32:
            return Answer(refuse(47001), False)
        with simulation.lock:
            app_id = simulation.credentials.mini_app_id
            if simulation.people.find_by_openid(app_id, openid) is None:
                return Answer(refuse(40003), False)
            check = VerifyCheck(secrets.token_urlsafe(48), number, _hash(cert), openid)
            checks[check.verify_id] = check
            while len(checks) > CHECKS_KEPT:
                del checks[next(iter(checks))]
        told = {"errcode": 0, "errmsg": "ok", "verify_id": check.verify_id, "expires_in": GOOD_SECONDS}
        return Answer(told, True)

    @api.post("/cityservice/face/identify/queryverifyinfo")
    @platform_call(simulation, PLATFORM, "queryverifyinfo", _refuse_or_end)
    def tell_end() -> Answer:
        asked, wrong = _read(simulation)
        if wrong:
            return Answer(refuse(wrong), False)
        with simulation.lock:
            check = checks.get(str(asked.get("verify_id", "")))
        said = (asked.get("out_seq_no"), asked.get("cert_hash"), asked.get("openid"))
        if check is None or said != (check.out_seq_no, check.cert_hash, check.openid):
            return Answer(refuse(84001), False)
        return Answer({"errcode": 0, "errmsg": "ok", "verify_ret": check.result}, True)

    @api.get("/control/wechat_faces")
    def list_checks() -> ResponseReturnValue:
        with simulation.lock:
            items = [{"verify_id": one.verify_id, "result": one.result} for one in checks.values()]
        return jsonify(items=items)

    @api.post("/control/wechat_faces/<verify_id>")
    def settle(verify_id: str) -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        with simulation.lock:
            check = checks.get(verify_id)
            if check is None or not isinstance(body.get("result"), int):
                abort(404 if check is None else 422, "a known check and a verify_ret are needed")
            check.result = int(body["result"])
        return jsonify(ok=True)

    return api


def _refuse_or_end(code: str) -> dict[str, Any]:
    """Return an ordered error; five digits are the end of a check, where WeChat's own errors have none."""
    is_end = len(code) == 5 and code[0] in "19"
    return {"errcode": 0, "errmsg": "ok", "verify_ret": int(code)} if is_end else refuse(code)


def _read(simulation: Simulation) -> tuple[dict[str, Any], int]:
    app_id, wrong = check_token(simulation)
    if not wrong and app_id != simulation.credentials.mini_app_id:
        wrong = 48001
    body = request.get_json(force=True, silent=True)
    return (body if isinstance(body, dict) else {}), wrong


def _hash(cert: dict[str, Any]) -> str:
    parts = [
        f"{key}={base64.b64encode(str(cert.get(key, '')).encode()).decode()}"
        for key in ("cert_type", "cert_name", "cert_no")
    ]
    return hashlib.sha256("&".join(parts).encode()).hexdigest()
