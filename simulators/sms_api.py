"""Tencent Cloud's SMS API of 2021-01-11."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from flask import Response, request

from simulators.calls import Answer, platform_call
from simulators.simulation import Simulation
from simulators.tencent_cloud import find_fault, whole_error, wrap

PLATFORM = "sms"
VERSION = "2021-01-11"
NUMBERS_AT_MOST = 200
# Errors of the whole request; every other code belongs to one number.
_WHOLE = (
    "AuthFailure", "InternalError", "InvalidAction", "InvalidParameter.", "InvalidVersion",
    "MissingParameter", "RequestLimitExceeded", "ResourceUnavailable", "UnauthorizedOperation",
    "UnsupportedOperation", "LimitExceeded.PhoneNumberCountLimit",
)  # fmt: skip


def refuse(code: str) -> dict[str, Any]:
    """Return Tencent's answer for the error ``code``, which may concern the request or one number."""
    if code.startswith(_WHOLE):
        return whole_error(code, "ordered fault")
    return wrap({"SendStatusSet": [_number_status("", code, "ordered fault", "")]})


def make_sms_calls(simulation: Simulation) -> dict[str, Callable[..., Response]]:
    """Return the call of sms.tencentcloudapi.com by its action."""

    @platform_call(simulation, PLATFORM, "SendSms", refuse)
    def send_sms() -> Answer:
        keys = simulation.credentials
        wrong = find_fault(PLATFORM, VERSION, keys.sms_secret_id, keys.sms_secret_key)
        if wrong:
            return Answer(whole_error(*wrong), False)
        asked = request.get_json(force=True, silent=True) or {}
        numbers = asked.get("PhoneNumberSet") or []
        if not numbers:
            return Answer(whole_error("MissingParameter.EmptyPhoneNumberSet", "empty PhoneNumberSet"), False)
        if len(numbers) > NUMBERS_AT_MOST:
            return Answer(whole_error("LimitExceeded.PhoneNumberCountLimit", "too many numbers"), False)
        with simulation.lock:
            statuses = [_send_one(simulation, str(one), asked) for one in numbers]
        return Answer(wrap({"SendStatusSet": statuses}), all(one["Code"] == "Ok" for one in statuses))

    return {"SendSms": send_sms}


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
