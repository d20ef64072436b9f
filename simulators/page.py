"""The page for people: what each platform received, and the phone of each simulated user."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from simulators.records import Call, Message
from simulators.simulation import Simulation

SHOWN_CALLS = 40
SHOWN_MESSAGES = 30
PLATFORMS = {
    "wechat": "微信",
    "sms": "短信",
    "map": "地图",
    "faceid": "人脸核身",
    "namecheck": "姓名核对",
    "ocr": "证件识别",
}
ENDPOINT_NAMES = {
    "stable_token": "取调用凭据",
    "jscode2session": "小程序登录",
    "getuserphonenumber": "取手机号",
    "subscribe_send": "发订阅消息",
    "template_send": "发模板消息",
    "oauth2_access_token": "网页授权登录",
    "userinfo": "取用户资料",
    "getverifyid": "发起微信刷脸",
    "queryverifyinfo": "查微信刷脸结果",
    "SendSms": "发短信",
    "geocoder": "地址解析",
    "driving": "驾车路线",
    "DetectAuth": "发起刷脸",
    "GetDetectInfoEnhanced": "查刷脸结果",
    "IdCardVerification": "核对姓名和身份证号",
    "IDCardOCR": "识别身份证",
    "BizLicenseOCR": "识别营业执照",
}
FAULT_NAMES = {
    "refuse": "拒绝",
    "late": "延迟应答",
    "hang_before": "受理前挂起",
    "hang_after": "受理后挂起",
    "http_status": "网关错误",
}


def make_page(simulation: Simulation) -> Blueprint:
    """Return the page at / and the part of it that renews itself."""
    page = Blueprint("page", __name__)

    @page.get("/")
    def show() -> ResponseReturnValue:
        return render_template("board.html", **_collect(simulation))

    @page.get("/board")
    def show_board() -> ResponseReturnValue:
        return render_template("board_parts.html", **_collect(simulation))

    return page


def _collect(simulation: Simulation) -> dict[str, Any]:
    with simulation.lock:
        people = simulation.people.list()
        calls = simulation.calls.list()
        messages = simulation.messages.list()
        allowed = {one.key: simulation.people.list_permissions(one) for one in people}
        titles = {one.template_id: one.title for one in simulation.templates.subscribe.values()}
    keys = simulation.credentials
    phones = [
        {
            "key": one.key,
            "name": one.name,
            "phone": one.phone,
            "follows": one.follows,
            "mini_openid": one.openid(keys.mini_app_id),
            "official_openid": one.openid(keys.official_app_id),
            "unionid": one.unionid,
            "allowed": [
                (titles.get(template, template), left) for template, left in allowed[one.key].items()
            ],
            "messages": _newest([row for row in messages if row.user == one.key]),
        }
        for one in people
    ]
    strangers = sorted({row.phone for row in messages if row.user is None and row.phone})
    others = [
        {
            "phone": phone,
            "messages": _newest([row for row in messages if row.user is None and row.phone == phone]),
        }
        for phone in strangers[-12:]
    ]
    return {
        "phones": sorted(phones, key=lambda one: -(one["messages"][0].seq if one["messages"] else 0)),
        "others": others,
        "lanes": [
            {
                "name": name,
                "count": sum(row.platform == platform for row in calls),
                "calls": [_show_call(row) for row in reversed(calls) if row.platform == platform][
                    :SHOWN_CALLS
                ],
            }
            for platform, name in PLATFORMS.items()
        ],
        "faults": simulation.faults.list(),
        "platform_names": PLATFORMS,
        "endpoint_names": ENDPOINT_NAMES,
        "fault_names": FAULT_NAMES,
    }


def _newest(rows: list[Message]) -> list[Message]:
    return rows[::-1][:SHOWN_MESSAGES]


def _show_call(row: Call) -> dict[str, Any]:
    shown = asdict(row)
    shown["time"] = row.at[11:19]
    shown["name"] = ENDPOINT_NAMES.get(row.endpoint, row.endpoint)
    shown["fault_name"] = FAULT_NAMES.get(row.fault or "", "")
    shown["problem"] = _name_problem(row.answer or {})
    for part in ("request", "answer"):
        shown[part] = (
            json.dumps(shown[part], ensure_ascii=False, indent=1)
            if shown[part] is not None
            else "（没有应答）"
        )
    return shown


def _name_problem(answer: dict[str, Any]) -> str:
    """Return the platform's error code in ``answer``, wherever it stands; "" where there is none."""
    response = answer.get("Response", {})
    statuses = response.get("SendStatusSet") or [{}]
    found = (
        answer.get("errcode"),
        answer.get("status"),
        answer.get("http_status"),
        response.get("Error", {}).get("Code"),
        statuses[0].get("Code"),
    )
    return next((str(one) for one in found if one not in (None, 0, "Ok")), "")
