"""Tencent Cloud's SMS API of 2021-01-11: the signature TC3-HMAC-SHA256 is checked as the vendor checks it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, request

from simulators.calls import Answer, platform_call
from simulators.simulation import Simulation

PLATFORM = "sms"
VERSION = "2021-01-11"
CLOCK_SECONDS = 300
NUMBERS_AT_MOST = 200
# Errors of the whole request; every other code belongs to one number.
_WHOLE = (
    "AuthFailure", "InternalError", "InvalidAction", "InvalidParameter.", "InvalidVersion",
    "MissingParameter", "RequestLimitExceeded", "ResourceUnavailable", "UnauthorizedOperation",
    "UnsupportedOperation", "LimitExceeded.PhoneNumberCountLimit",
)  # fmt: skip
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d{2}-\d{2})/(\w+)/tc3_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)


def refuse(code: str) -> dict[str, Any]:
    """Return Tencent's answer for the error ``code``, which may concern the request or one number."""
    if code.startswith(_WHOLE):
        return _whole_error(code, "ordered fault")
    return _wrap({"SendStatusSet": [_number_status("", code, "ordered fault", "")]})


def make_sms_api(simulation: Simulation) -> Blueprint:
    """Return the route of sms.tencentcloudapi.com."""
    api = Blueprint("sms_api", __name__)

    @api.post("/")
    @platform_call(simulation, PLATFORM, "SendSms", refuse)
    def send_sms() -> Answer:
        wrong = _find_fault(simulation)
        if wrong:
            return Answer(_whole_error(*wrong), False)
        asked = request.get_json(force=True, silent=True) or {}
        numbers = asked.get("PhoneNumberSet") or []
        if not numbers:
            return Answer(_whole_error("MissingParameter.EmptyPhoneNumberSet", "empty PhoneNumberSet"), False)
        if len(numbers) > NUMBERS_AT_MOST:
            return Answer(_whole_error("LimitExceeded.PhoneNumberCountLimit", "too many numbers"), False)
        with simulation.lock:
            statuses = [_send_one(simulation, str(one), asked) for one in numbers]
        return Answer(_wrap({"SendStatusSet": statuses}), all(one["Code"] == "Ok" for one in statuses))

    return api


def _send_one(simulation: Simulation, number: str, asked: dict[str, Any]) -> dict[str, Any]:
    found = re.fullmatch(r"(?:\+86|0086|86)?(1[3-9]\d{9})", number)
    template = simulation.templates.sms.get(str(asked.get("TemplateId", "")))
    params = [str(one) for one in asked.get("TemplateParamSet") or []]
    if found is None:
        return _number_status(number, "InvalidParameterValue.IncorrectPhoneNumber", "bad number", "")
    if asked.get("SmsSdkAppId") != simulation.credentials.sms_app_id:
        return _number_status(number, "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "bad SdkAppId", "")
    if asked.get("SignName") != simulation.credentials.sms_sign_name:
        return _number_status(number, "FailedOperation.SignatureIncorrectOrUnapproved", "bad sign", "")
    if template is None:
        return _number_status(number, "FailedOperation.TemplateIncorrectOrUnapproved", "bad template", "")
    if len(params) != template.count:
        code = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        return _number_status(number, code, "wrong number of parameters", "")
    if template.is_code and not all(re.fullmatch(r"\d{1,6}", one) for one in params):
        return _number_status(number, "InvalidParameterValue.TemplateParameterFormatError", "digits only", "")
    phone, serial = found[1], f"{secrets.randbelow(10**4):04d}:{secrets.randbelow(10**18):018d}"
    person = next((one for one in simulation.people.list() if one.phone == phone), None)
    text = f"【{simulation.credentials.sms_sign_name}】{template.fill(params)}"
    code_sent = params[0] if template.is_code else None
    simulation.deliver(
        "sms", person, template.template_id, "短信", serial, phone=phone, text=text, code=code_sent
    )
    return _number_status(f"+86{phone}", "Ok", "send success", serial)


def _number_status(number: str, code: str, message: str, serial: str) -> dict[str, Any]:
    return {
        "SerialNo": serial,
        "PhoneNumber": number,
        "Fee": 1 if code == "Ok" else 0,
        "SessionContext": "",
        "Code": code,
        "Message": message,
        "IsoCode": "CN" if code == "Ok" else "",
    }


def _wrap(body: dict[str, Any]) -> dict[str, Any]:
    return {"Response": {**body, "RequestId": str(uuid.uuid4())}}


def _whole_error(code: str, message: str) -> dict[str, Any]:
    return _wrap({"Error": {"Code": code, "Message": message}})


def _find_fault(simulation: Simulation) -> tuple[str, str] | None:
    headers, keys = request.headers, simulation.credentials
    found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None:
        return "AuthFailure.InvalidAuthorization", "the header Authorization is not of TC3-HMAC-SHA256"
    secret_id, date, service, signed, signature = found.groups()
    if secret_id != keys.sms_secret_id:
        return "AuthFailure.SecretIdNotFound", "the SecretId is not found"
    stamp = headers.get("X-TC-Timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > CLOCK_SECONDS:
        return "AuthFailure.SignatureExpire", "the timestamp is too far from now"
    if datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d") != date or service != "sms":
        return "AuthFailure.SignatureFailure", "the credential scope does not fit"
    if not {"content-type", "host"} <= set(signed.split(";")):
        return "AuthFailure.InvalidAuthorization", "content-type and host must be signed"
    if not hmac.compare_digest(_sign(keys.sms_secret_key, stamp, date, service, signed), signature):
        return "AuthFailure.SignatureFailure", "the signature does not fit"
    if headers.get("X-TC-Version") != VERSION:
        return "InvalidVersion", "no such version"
    return None if headers.get("X-TC-Action") == "SendSms" else ("InvalidAction", "no such action")


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
