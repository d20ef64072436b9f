"""A customer system that stays the master, in the signed JSON of docs/customer-master.md."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.contract_api import CLOCK_SECONDS, sign
from simulators.simulation import Simulation

PLATFORM = "master"
MOST_ITEMS = 1000
ERRORS = {
    1001: "bad signature", 1002: "stale timestamp", 1003: "nonce used", 1004: "unknown app",
    1201: "malformed", 1410: "unknown cursor", 1429: "too many calls", 1500: "busy",
}  # fmt: skip


def refuse(code: str | int) -> dict[str, Any]:
    """Return the system's answer for the error ``code``."""
    return {"code": int(code), "message": ERRORS.get(int(code), "error"), "data": None}


def make_master_api(simulation: Simulation) -> Blueprint:
    """Return the routes under /api/v1/accounts and /api/v1/billing."""
    api = Blueprint("master_api", __name__, url_prefix="/api/v1")

    @api.get("/accounts/changes")
    @platform_call(simulation, PLATFORM, "changes", refuse)
    def changes() -> Answer:
        return answer_page(lambda: simulation.master.last, simulation.master.page)

    @api.get("/billing/changes")
    @platform_call(simulation, PLATFORM, "billing", refuse)
    def billing() -> Answer:
        return answer_page(lambda: len(simulation.master.billing), simulation.master.page_billing)

    def answer_page(find_last: Callable[[], int], page: Callable[[int, int], dict[str, Any]]) -> Answer:
        after, limit = request.args.get("after", ""), request.args.get("limit", MOST_ITEMS, int)
        fault = _find_fault(simulation)
        if fault is None and after and not after.isdigit():
            fault = 1410
        if fault is not None:
            return Answer(refuse(fault), False)
        # Told to repeat itself, it begins again wherever it was asked to go on.
        start = 0 if g.get("ordered") == "repeat" or not after else int(after)
        with simulation.lock:
            if start > find_last():
                return Answer(refuse(1410), False)
            return Answer(_accept(page(start, max(1, min(limit, MOST_ITEMS)))), True)

    @api.post("/accounts/batches")
    @platform_call(simulation, PLATFORM, "batches", refuse)
    def batches() -> Answer:
        fault = _find_fault(simulation)
        if fault is not None:
            return Answer(refuse(fault), False)
        batch = request.get_json(force=True, silent=True)
        if not isinstance(batch, dict) or not _is_batch(batch):
            return Answer(refuse(1201), False)
        with simulation.lock:
            return Answer(_accept(simulation.master.take(batch["key"], batch["items"])), True)

    @api.after_request
    def sign_answer(response: Response) -> Response:
        stamp, nonce = str(int(time.time())), request.headers.get("X-Nonce", "")
        secret = simulation.credentials.master_secret
        if g.get("ordered") == "forged":
            secret = secrets.token_hex(16)
        body = response.get_data()
        response.headers["X-Timestamp"] = stamp
        response.headers["X-Signature"] = sign(secret, "ANSWER", _read_target(), stamp, nonce, body)
        return response

    return api


def make_master_control(simulation: Simulation) -> Blueprint:
    """Return what somebody at the master does: look at accounts, change them, and refuse some."""
    control = Blueprint("master_control", __name__, url_prefix="/control/master")

    @control.get("")
    def list_accounts() -> ResponseReturnValue:
        with simulation.lock:
            items = [one.show() for one in simulation.master.accounts.values()]
            return jsonify(items=items, batches=len(simulation.master.batches))

    @control.post("")
    def put_accounts() -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        items, by = body.get("items"), str(body.get("changed_by", "李会计"))
        if not isinstance(items, dict):
            abort(422, "items must map account numbers to cells")
        with simulation.lock:
            made = [simulation.master.put(str(number), cells, by).show() for number, cells in items.items()]
        return jsonify(items=made)

    @control.post("/billing")
    def put_billing() -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        items = body.get("items")
        if not isinstance(items, list):
            abort(422, "items must be a list")
        with simulation.lock:
            return jsonify(items=[simulation.master.put_billing(one) for one in items])

    @control.post("/refused")
    def refuse_accounts() -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        with simulation.lock:
            simulation.master.refused.clear()
            simulation.master.refused.update({str(key): str(one) for key, one in body.items()})
        return "", 204

    return control


def _accept(data: dict[str, Any]) -> dict[str, Any]:
    return {"code": 0, "message": "ok", "data": data}


def _read_target() -> str:
    """Return what is signed of the address: the path with its query as it came."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def _find_fault(simulation: Simulation) -> int | None:
    headers, keys = request.headers, simulation.credentials
    stamp, nonce = headers.get("X-Timestamp", ""), headers.get("X-Nonce", "")
    if headers.get("X-App-Id") != keys.master_app_id:
        return 1004
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > CLOCK_SECONDS:
        return 1002
    good = sign(keys.master_secret, request.method, _read_target(), stamp, nonce, request.get_data())
    if not nonce or not hmac.compare_digest(good, headers.get("X-Signature", "")):
        return 1001
    with simulation.lock:
        return None if simulation.master.use(nonce) else 1003


def _is_batch(batch: dict[str, Any]) -> bool:
    if not isinstance(batch.get("key"), str) or not batch["key"]:
        return False
    items = batch.get("items")
    return (
        isinstance(items, list)
        and 0 < len(items) <= MOST_ITEMS
        and all(
            isinstance(one, dict)
            and isinstance(one.get("account_no"), str)
            and isinstance(one.get("base_revision"), int)
            and isinstance(one.get("account"), dict)
            for one in items
        )
    )
