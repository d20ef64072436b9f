"""The frame round every call of a platform: ordered faults, the record of what was asked and answered."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, jsonify, request

from simulators.faults import Fault
from simulators.simulation import Simulation

# Keys are the platform's to check, and nobody's to read afterwards; whose a paper is, nobody's either.
_HIDDEN = {"secret", "access_token", "key", "corpsecret", "IdCard", "Name", "ImageBase64", "cert_info"}
_HIDDEN_ANSWERS = {"Name", "IdNum"}


@dataclass(frozen=True)
class Answer:
    """What a platform answers; ``accepted`` tells whether it did what was asked."""

    body: dict[str, Any]
    accepted: bool


View = Callable[..., Answer]


def platform_call(
    simulation: Simulation, platform: str, endpoint: str, refuse: Callable[[str], dict[str, Any]]
) -> Callable[[View], Callable[..., Response]]:
    """Make a view of ``endpoint`` record its calls and obey ordered faults.

    ``refuse`` makes the platform's own answer for an error code.
    """

    def decorate(view: View) -> Callable[..., Response]:
        @wraps(view)
        def run(**arguments: str) -> Response:
            asked = _read_request()
            fault = simulation.faults.take(platform, endpoint)
            g.ordered = fault.kind if fault else None
            answer, status = _decide(view, arguments, fault, refuse)
            lost = fault is not None and fault.kind in ("hang_before", "hang_after")
            simulation.record_call(
                platform,
                endpoint,
                asked,
                None if lost else _hide(answer.body),
                answer.accepted,
                fault.kind if fault else None,
            )
            if fault is not None and fault.kind == "late":
                simulation.faults.hold(fault.ms)
            if fault is not None and lost:
                simulation.faults.hold(fault.ms)
                _break_off()
            if fault is not None and fault.kind == "garbage":
                return Response('{"code": 0, "data": [[[', 200, mimetype="application/json")
            if status != 200:
                return Response("<html><body>Bad Gateway</body></html>", status, mimetype="text/html")
            response = jsonify(answer.body)
            # Tencent's library reads an answer only under exactly this type.
            response.headers["Content-Type"] = "application/json"
            return response

        return run

    return decorate


def _decide(
    view: View, arguments: dict[str, str], fault: Fault | None, refuse: Callable[[str], dict[str, Any]]
) -> tuple[Answer, int]:
    if fault is not None and fault.kind == "refuse":
        return Answer(refuse(fault.code), False), 200
    if fault is not None and fault.kind == "http_status":
        return Answer({"http_status": int(fault.code)}, False), int(fault.code)
    if fault is not None and fault.kind == "hang_before":
        return Answer({}, False), 200
    return view(**arguments), 200


def _read_request() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True) if request.method == "POST" else None
    asked = {**request.args.to_dict(), **(body if isinstance(body, dict) else {})}
    return {name: value for name, value in asked.items() if name not in _HIDDEN}


def _hide(body: dict[str, Any]) -> dict[str, Any]:
    inner = body.get("Response")
    if not isinstance(inner, dict):
        return body
    return {**body, "Response": {key: value for key, value in inner.items() if key not in _HIDDEN_ANSWERS}}


def _break_off() -> None:
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        # The client sees the connection end without an answer, as when a platform falls over.
        connection.shutdown(socket.SHUT_RDWR)
