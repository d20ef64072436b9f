"""Tencent Cloud's IdCardVerification of 2018-03-01: does this name belong to this ID number?

A made-up register: every number with a right check digit belongs to whoever asks, but for numbers that were
registered over the control address, names that begin with 错, and numbers of order 000, which nobody has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.simulation import Simulation
from simulators.tencent_cloud import find_fault, whole_error, wrap

PLATFORM, SERVICE, VERSION = "namecheck", "faceid", "2018-03-01"
MATCH, MISMATCH, BAD_NUMBER, BAD_NAME, NO_RECORD = "0", "-1", "-2", "-3", "-5"
WORDS = {
    MATCH: "姓名和身份证号一致",
    MISMATCH: "姓名和身份证号不一致",
    BAD_NUMBER: "非法身份证号（长度、校验位等不正确）",
    BAD_NAME: "非法姓名（长度、格式等不正确）",
    "-4": "证件库服务异常",
    NO_RECORD: "证件库中无此身份证记录",
    "-6": "权威比对系统升级中，请稍后再试",
    "-7": "认证次数超过当日限制",
}
REGISTERED_KEPT = 500
_ID_NUMBER = re.compile(r"[1-9]\d{16}[\dX]")
# Credit codes of companies too, for what is read in licences.
_REGISTERED = re.compile(r"[0-9A-Z]{18}")
_NAME = re.compile(r"[\u3400-\u9fff·]{1,32}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def refuse(code: str) -> dict[str, Any]:
    """Return Tencent's answer for the error ``code``; a bare number is the result of a comparison."""
    return _tell(code) if code.lstrip("-").isdigit() else whole_error(code, "ordered fault")


def make_name_calls(simulation: Simulation) -> dict[str, Callable[..., Response]]:
    """Return the call by its action."""

    @platform_call(simulation, PLATFORM, "IdCardVerification", refuse)
    def compare() -> Answer:
        keys = simulation.credentials
        wrong = find_fault(SERVICE, VERSION, keys.name_secret_id, keys.name_secret_key)
        if wrong:
            return Answer(whole_error(*wrong), False)
        asked = request.get_json(force=True, silent=True) or {}
        name, number = asked.get("Name"), asked.get("IdCard")
        if not isinstance(name, str) or not isinstance(number, str):
            return Answer(whole_error("MissingParameter", "Name and IdCard are needed"), False)
        with simulation.lock:
            registered = simulation.register.get(number)
        return Answer(_tell(_compare(name, number, registered)), True)

    return {"IdCardVerification": compare}


def make_name_control(simulation: Simulation) -> Blueprint:
    """Return the address by which outside clients register whose a number is."""
    control = Blueprint("name_control", __name__)

    @control.put("/control/register/<number>")
    def register(number: str) -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        name = body.get("name")
        if not isinstance(name, str) or not name or _REGISTERED.fullmatch(number) is None:
            abort(422, "a name, and a number of 18 characters, are needed")
        with simulation.lock:
            if len(simulation.register) >= REGISTERED_KEPT:
                abort(507, "too many numbers")
            simulation.register[number] = name
        return jsonify(ok=True)

    return control


def _compare(name: str, number: str, registered: str | None) -> str:
    if _ID_NUMBER.fullmatch(number) is None or not _has_right_check_digit(number):
        return BAD_NUMBER
    if _NAME.fullmatch(name) is None:
        return BAD_NAME
    if number[14:17] == "000":
        return NO_RECORD
    fits = name == registered if registered else not name.startswith("错")
    return MATCH if fits else MISMATCH


def _has_right_check_digit(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return number[-1] == "10X98765432"[total % 11]


def _tell(code: str) -> dict[str, Any]:
    return wrap({"Result": code, "Description": WORDS.get(code, "")})
