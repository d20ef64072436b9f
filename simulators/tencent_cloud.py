"""Tencent Cloud's one door: every product answers at ``POST /``, and checks the signature TC3-HMAC-SHA256.

The header ``X-TC-Action`` tells what is asked; the signature is checked as the vendor checks it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

CLOCK_SECONDS = 300
_UNSIGNED = ("AuthFailure.InvalidAuthorization", "the header Authorization is not of TC3-HMAC-SHA256")
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d{2}-\d{2})/(\w+)/tc3_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)


def make_tencent_api(calls: Mapping[str, Callable[..., Response]]) -> Blueprint:
    """Return the route of all products; ``calls`` has what each action does."""
    api = Blueprint("tencent_api", __name__)

    @api.post("/")
    def answer() -> Response:
        call = calls.get(request.headers.get("X-TC-Action", ""))
        if call is not None:
            return call()
        signed = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        wrong = ("InvalidAction", "no such action") if signed else _UNSIGNED
        response = jsonify(whole_error(*wrong))
        response.headers["Content-Type"] = "application/json"
        return response

    return api


def wrap(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as the vendor frames it."""
    return {"Response": {**body, "RequestId": str(uuid.uuid4())}}


def whole_error(code: str, message: str) -> dict[str, Any]:
    """Return the answer that refuses a call."""
    return wrap({"Error": {"Code": code, "Message": message}})


def find_fault(service: str, version: str, secret_id: str, secret_key: str) -> tuple[str, str] | None:
    """Return code and message of what is wrong with the present call, or None."""
    headers = request.headers
    found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None:
        return _UNSIGNED
    given_id, date, given_service, signed, signature = found.groups()
    if given_id != secret_id:
        return "AuthFailure.SecretIdNotFound", "the SecretId is not found"
    stamp = headers.get("X-TC-Timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > CLOCK_SECONDS:
        return "AuthFailure.SignatureExpire", "the timestamp is too far from now"
    day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
    if day != date or given_service != service:
        return "AuthFailure.SignatureFailure", "the credential scope does not fit"
    if not {"content-type", "host"} <= set(signed.split(";")):
        return "AuthFailure.InvalidAuthorization", "content-type and host must be signed"
    if not hmac.compare_digest(_sign(secret_key, stamp, date, service, signed), signature):
        return "AuthFailure.SignatureFailure", "the signature does not fit"
    return None if headers.get("X-TC-Version") == version else ("InvalidVersion", "no such version")


def _sign(secret_key: str, stamp: str, date: str, service: str, signed: str) -> str:
    values = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed.split(";"))
    payload = hashlib.sha256(request.get_data()).hexdigest()
    canonical = f"{request.method}\n/\n{request.query_string.decode()}\n{values}\n{signed}\n{payload}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{stamp}\n{date}/{service}/tc3_request\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
