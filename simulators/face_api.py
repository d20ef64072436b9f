"""Tencent Cloud FaceID of 2018-03-01: opening a check, asking for its end, and the page before the camera."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from simulators.calls import Answer, platform_call
from simulators.face_book import RESULTS, FaceCheck
from simulators.simulation import Simulation
from simulators.tencent_cloud import find_fault, whole_error, wrap
from simulators.wechat_web import LOOPBACK

PLATFORM = "faceid"
VERSION = "2018-03-01"
LONGEST_NAME, LONGEST_TEXT = 32, 1024
_ID_NUMBER = re.compile(r"[1-9]\d{16}[\dX]")


def refuse(code: str) -> dict[str, Any]:
    """Return Tencent's answer for the error ``code``; a bare number is the end of a check."""
    if code.isdigit():
        return wrap({"Text": {"ErrCode": int(code), "ErrMsg": "ordered fault", "Extra": ""}})
    return whole_error(code, "ordered fault")


def make_face_calls(simulation: Simulation) -> dict[str, Callable[..., Response]]:
    """Return the calls of faceid.tencentcloudapi.com by their actions."""

    @platform_call(simulation, PLATFORM, "DetectAuth", refuse)
    def open_check() -> Answer:
        asked = request.get_json(force=True, silent=True) or {}
        wrong = _find_fault(simulation, asked) or _find_wrong_person(asked)
        if wrong:
            return Answer(whole_error(*wrong), False)
        with simulation.lock:
            check = simulation.faces.open(
                str(asked.get("Name", "")), str(asked.get("IdCard", "")),
                str(asked.get("RedirectUrl", "")), str(asked.get("Extra", "")),
            )  # fmt: skip
        url = f"{request.host_url}faceid/{check.token}"
        return Answer(wrap({"Url": url, "BizToken": check.token}), True)

    @platform_call(simulation, PLATFORM, "GetDetectInfoEnhanced", refuse)
    def tell_end() -> Answer:
        asked = request.get_json(force=True, silent=True) or {}
        wrong = _find_fault(simulation, asked)
        with simulation.lock:
            check = simulation.faces.find(str(asked.get("BizToken", "")))
        if wrong or check is None:
            wrong = wrong or ("InvalidParameterValue.BizTokenIllegal", "no such BizToken")
            return Answer(whole_error(*wrong), False)
        return Answer(wrap({"Text": check.tell(), "IdCardData": None, "BestFrame": None}), True)

    return {"DetectAuth": open_check, "GetDetectInfoEnhanced": tell_end}


def make_face_pages(simulation: Simulation) -> Blueprint:
    """Return the page where the simulated person passes or fails, and the list for outside clients."""
    pages = Blueprint("face_pages", __name__)

    def find(token: str) -> FaceCheck:
        with simulation.lock:
            check = simulation.faces.find(token)
        if check is None:
            abort(404, "no such check")
        return check

    @pages.get("/faceid/<token>")
    def show(token: str) -> ResponseReturnValue:
        return render_template("face.html", check=find(token), results=RESULTS)

    @pages.post("/faceid/<token>/<result>")
    def end(token: str, result: str) -> ResponseReturnValue:
        check = find(token)
        if result != "leave":
            if result not in RESULTS:
                abort(422, f"result must be one of {tuple(RESULTS)}")
            with simulation.lock:
                check.end(result)
        target = urlsplit(check.come_back_to)
        if target.scheme not in ("http", "https") or target.hostname not in LOOPBACK:
            abort(422, "RedirectUrl must be on this machine")
        # As after WeChat's sign-in, what is added stands before any #.
        query = [*parse_qsl(target.query, keep_blank_values=True), ("BizToken", token)]
        return redirect(target._replace(query=urlencode(query)).geturl(), 303)

    @pages.get("/control/faces")
    def list_checks() -> ResponseReturnValue:
        with simulation.lock:
            return jsonify(items=[one.show() for one in simulation.faces.list()])

    @pages.post("/control/faces/<token>")
    def settle(token: str) -> ResponseReturnValue:
        body = request.get_json(force=True, silent=True) or {}
        if body.get("result") not in RESULTS:
            abort(422, f"result must be one of {tuple(RESULTS)}")
        check = find(token)
        with simulation.lock:
            check.end(str(body["result"]))
            # Another check's answer, as a forger would like to see it taken for this one's.
            check.extra = str(body.get("extra", check.extra))
            return jsonify(check.show())

    return pages


def _find_fault(simulation: Simulation, asked: dict[str, Any]) -> tuple[str, str] | None:
    keys = simulation.credentials
    wrong = find_fault(PLATFORM, VERSION, keys.face_secret_id, keys.face_secret_key)
    if wrong is None and asked.get("RuleId") != keys.face_rule_id:
        return "InvalidParameterValue.RuleIdNotExist", "no such RuleId"
    return wrong


def _find_wrong_person(asked: dict[str, Any]) -> tuple[str, str] | None:
    name, number = str(asked.get("Name", "")), str(asked.get("IdCard", ""))
    if not name.strip() or len(name) > LONGEST_NAME:
        return "FailedOperation.NameFormatError", "bad name"
    if _ID_NUMBER.fullmatch(number) is None:
        return "FailedOperation.IdFormatError", "bad IdCard"
    if any(len(str(asked.get(one, ""))) > LONGEST_TEXT for one in ("Extra", "RedirectUrl")):
        return "InvalidParameterValue", "Extra and RedirectUrl have at most 1024 characters"
    return None
