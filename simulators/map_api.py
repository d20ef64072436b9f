"""Tencent's map WebService: geocoding and driving routes, in GCJ-02."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from flask import Blueprint, request

from simulators.calls import Answer, platform_call
from simulators.gazetteer import ADCODE, CITY, PROVINCE, find_place, measure_metres
from simulators.simulation import Simulation

PLATFORM = "map"
# Status → the platform's text for it.
ERRORS = {
    110: "请求来源未被授权",
    111: "签名验证失败",
    112: "IP未被授权",
    113: "此功能未被授权",
    120: "此key每秒请求量已达到上限",
    121: "此key每日调用量已达到上限",
    190: "无效的KEY",
    199: "此key未开启webservice功能",
    301: "缺少参数",
    306: "请求有护持信息请检查字符串",
    310: "请求参数信息有误",
    311: "key格式错误",
    320: "请求参数过长",
    347: "查询无结果",
    348: "参数错误",
    500: "后端超时",
    510: "后端服务无法连接",
    520: "后端服务请求失败",
}
ROAD_FACTOR = 1.35
METRES_PER_MINUTE = 450.0


def refuse(code: str | int) -> dict[str, Any]:
    """Return the map platform's answer for the error ``code``."""
    number = int(code)
    return {"status": number, "message": ERRORS.get(number, "未知错误"), "request_id": uuid.uuid4().hex}


def make_map_api(simulation: Simulation) -> Blueprint:
    """Return the routes of apis.map.qq.com/ws."""
    api = Blueprint("map_api", __name__)

    # The platform serves its paths with and without the slash at the end.
    @api.get("/ws/geocoder/v1", endpoint="geocode")
    @api.get("/ws/geocoder/v1/", endpoint="geocode_slash")
    @platform_call(simulation, PLATFORM, "geocoder", refuse)
    def geocode() -> Answer:
        wrong = _check_key(simulation)
        address = request.args.get("address", "").strip()
        if wrong or not address:
            return Answer(refuse(wrong or 301), False)
        place = find_place(address)
        if place is None:
            return Answer(refuse(347), False)
        parts = {"province": PROVINCE, "city": CITY, "district": place.district}
        result = {
            "title": address,
            "location": {"lng": place.lng, "lat": place.lat},
            "ad_info": {"adcode": ADCODE},
            "address_components": {**parts, "street": place.street, "street_number": ""},
            "similarity": 0.8,
            "deviation": 1000,
            "reliability": 7,
            "level": 9,
        }
        return Answer(_ok(result), True)

    @api.get("/ws/direction/v1/driving", endpoint="drive")
    @api.get("/ws/direction/v1/driving/", endpoint="drive_slash")
    @platform_call(simulation, PLATFORM, "driving", refuse)
    def drive() -> Answer:
        wrong = _check_key(simulation)
        ends = [request.args.get(name, "") for name in ("from", "to")]
        if wrong or not all(ends):
            return Answer(refuse(wrong or 301), False)
        positions = [_read_position(one) for one in ends]
        origin, destination = positions
        if origin is None or destination is None:
            return Answer(refuse(310), False)
        metres = round(measure_metres(origin, destination) * ROAD_FACTOR)
        route = {
            "mode": "DRIVING",
            "distance": metres,
            "duration": max(1, round(metres / METRES_PER_MINUTE)),
            "direction": "",
            "toll": 0,
            "traffic_light_count": metres // 900,
            "restriction": {"status": 0},
            "polyline": [*origin, *destination],
            "steps": [],
        }
        return Answer(_ok({"routes": [route]}), True)

    return api


def _ok(result: dict[str, Any]) -> dict[str, Any]:
    return {"status": 0, "message": "Success", "request_id": uuid.uuid4().hex, "result": result}


def _check_key(simulation: Simulation) -> int:
    key = request.args.get("key", "")
    if not key or len(key) != len(simulation.credentials.map_key):
        return 311
    return 0 if secrets.compare_digest(key.encode(), simulation.credentials.map_key.encode()) else 190


def _read_position(text: str) -> tuple[float, float] | None:
    try:
        lat, lng = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 else None
