"""A contract management system in the signed JSON of docs/platforms.md; its reviewer sits at /control."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.contract_book import STATES
from simulators.simulation import Simulation

PLATFORM = "contracts"
CLOCK_SECONDS = 300
CALLBACK_SECONDS = 10
NEEDED = ("reference", "case_no", "title")
CALLBACK_PATH = "/callbacks/contracts/verdicts"
ERRORS = {
    1001: "bad signature", 1002: "stale timestamp", 1003: "nonce used", 1004: "unknown app",
    1201: "malformed", 1404: "unknown contract", 1429: "too many calls", 1500: "busy",
}  # fmt: skip


def refuse(code: str | int) -> dict[str, Any]:
    """Return the system's answer for the error ``code``."""
    return {"code": int(code), "message": ERRORS.get(int(code), "error"), "data": None}


def sign(secret: str, method: str, path: str, stamp: str, nonce: str, body: bytes) -> str:
    """Return the signature of a call, an answer or a callback."""
    text = "\n".join((method, path, stamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def make_contract_api(simulation: Simulation) -> Blueprint:
    """Return the routes under /api/v1/contracts."""
    api = Blueprint("contract_api", __name__, url_prefix="/api/v1/contracts")

    @api.post("")
    @platform_call(simulation, PLATFORM, "submit", refuse)
    def submit() -> Answer:
        draft = request.get_json(force=True, silent=True)
        fault = _find_fault(simulation)
        if fault is not None:
            return Answer(refuse(fault), False)
        if not isinstance(draft, dict) or not all(draft.get(one) for one in NEEDED):
            return Answer(refuse(1201), False)
        with simulation.lock:
            return Answer(_accept(simulation.contracts.put(draft).show()), True)

    @api.get("/<reference>")
    @platform_call(simulation, PLATFORM, "ask", refuse)
    def ask(reference: str) -> Answer:
        fault = _find_fault(simulation)
        with simulation.lock:
            found = simulation.contracts.contracts.get(reference)
        if fault is not None or found is None:
            return Answer(refuse(fault or 1404), False)
        return Answer(_accept(found.show()), True)

    @api.after_request
    def sign_answer(response: Response) -> Response:
        stamp, nonce = str(int(time.time())), request.headers.get("X-Nonce", "")
        secret = simulation.credentials.contract_secret
        body = response.get_data()
        response.headers["X-Timestamp"] = stamp
        response.headers["X-Signature"] = sign(secret, "ANSWER", request.path, stamp, nonce, body)
        return response

    return api


def make_contract_control(simulation: Simulation) -> Blueprint:
    """Return what the reviewer does: list contracts, and decide one, with or without telling the hall."""
    control = Blueprint("contract_control", __name__, url_prefix="/control/contracts")

    @control.get("")
    def list_contracts() -> ResponseReturnValue:
        with simulation.lock:
            items = [{**one.show(), "draft": one.draft} for one in simulation.contracts.contracts.values()]
        return jsonify(items=items)

    @control.post("/<reference>")
    def decide(reference: str) -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        state = next((one for one in STATES if one == body.get("state")), None)
        with simulation.lock:
            found = simulation.contracts.contracts.get(reference)
            if found is None or state is None:
                abort(404 if found is None else 422)
            found.state, found.reason = state, str(body.get("reason", ""))
            told = found.show()
        status = _call_hall(simulation, told) if body.get("tells", True) else None
        return jsonify({**told, "hall_answered": status})

    return control


def _accept(data: dict[str, Any]) -> dict[str, Any]:
    return {"code": 0, "message": "ok", "data": data}


def _find_fault(simulation: Simulation) -> int | None:
    headers, keys = request.headers, simulation.credentials
    stamp, nonce = headers.get("X-Timestamp", ""), headers.get("X-Nonce", "")
    if headers.get("X-App-Id") != keys.contract_app_id:
        return 1004
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > CLOCK_SECONDS:
        return 1002
    good = sign(keys.contract_secret, request.method, request.path, stamp, nonce, request.get_data())
    if not nonce or not hmac.compare_digest(good, headers.get("X-Signature", "")):
        return 1001
    with simulation.lock:
        return None if simulation.contracts.use(nonce) else 1003


def _call_hall(simulation: Simulation, told: dict[str, Any]) -> int:
    """Tell the hall, as the real system does; returns the status of its answer, 0 where there was none."""
    body = json.dumps(told, ensure_ascii=False).encode()
    keys, stamp, nonce = simulation.credentials, str(int(time.time())), secrets.token_urlsafe(24)
    call = urllib.request.Request(
        simulation.hall + CALLBACK_PATH,
        data=body,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "X-App-Id": keys.contract_app_id,
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": sign(keys.contract_secret, "POST", CALLBACK_PATH, stamp, nonce, body),
        },
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            call, timeout=CALLBACK_SECONDS
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
