"""The demonstration's customers and what they apply for: invented people, homes and faults."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stdnum.cn import ric

from backend.catalogue.forms import Values


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """Somebody who applies. The first six are the simulated WeChat users, known by the same phones."""

    name: str
    phone: str


CUSTOMERS = (
    DemoCustomer("王秀英", "13800010001"),
    DemoCustomer("李建国", "13800010002"),
    DemoCustomer("张敏", "13800010003"),
    DemoCustomer("陈志强", "13800010004"),
    DemoCustomer("刘洋", "13800010005"),
    DemoCustomer("赵丽华", "13800010006"),
    DemoCustomer("孙桂兰", "13800010007"),
    DemoCustomer("周文斌", "13800010008"),
    DemoCustomer("吴晓燕", "13800010009"),
    DemoCustomer("郑海涛", "13800010010"),
    DemoCustomer("冯雪梅", "13800010011"),
    DemoCustomer("蒋立新", "13800010012"),
    DemoCustomer("沈佳怡", "13800010013"),
    DemoCustomer("韩长林", "13800010014"),
    DemoCustomer("杨玉珍", "13800010015"),
)

# Code of the unit → (region, street, community, latitude, longitude): homes in the areas that it serves.
HOMES = {
    "301": (
        ("历下区", "泉城路街道", "阳光小区", 36.6672, 117.0245),
        ("历下区", "泉城路街道", "明湖花园", 36.6741, 117.0216),
        ("历下区", "文化东路街道", "和平新村", 36.6509, 117.0467),
    ),
    "302": (
        ("市中区", "大观园街道", "经八路小区", 36.6487, 116.9972),
        ("市中区", "舜耕街道", "舜玉小区", 36.6301, 117.0118),
        ("市中区", "舜耕街道", "伟东新都", 36.6265, 117.0150),
    ),
    "303": (
        ("高新区", "舜华路街道", "奥体花园", 36.6632, 117.1198),
        ("高新区", "孙村街道", "春晖苑", 36.6955, 117.2430),
    ),
}

# Kind of fault → what people write of it, and which photo shows it.
_FAULTS: dict[str, tuple[tuple[str, ...], str]] = {
    "no_gas": ((), "meter"),
    "meter": (
        ("燃气表不走字，用气好几天读数都没变。", "表上一直显示“阀关”，插卡也没反应。", "换了电池还是黑屏。"),
        "meter",
    ),
    "stove": (
        ("左边灶眼打不着火，右边正常。", "打着火一松手就灭，昨天晚上开始的。", "火苗发黄，锅底发黑。"),
        "stove",
    ),
    "pipe": (
        ("厨房阀门拧不动，想换一个。", "灶下面的软管老化了，有裂纹。", "立管根部生锈，麻烦来看看。"),
        "pipe",
    ),
    "other": (("想请师傅看看热水器接的管子对不对。", "厨房刚装修完，想检查一下接口。"), "kitchen"),
}

# What people want altered, and what they write of it.
_ALTERATIONS = (
    ("move_meter", "厨房装修，想把表移到吊柜里。"),
    ("change_pipe", "管子挡着橱柜了，想改到墙角。"),
    ("add_point", "阳台想加一个热水器用气点。"),
)


def make_home(unit_code: str, chance: random.Random) -> dict[str, Any]:
    """Return an address that the unit serves, as the form holds it."""
    region, street, community, lat, lng = chance.choice(HOMES[unit_code])
    point = {
        "lat": round(lat + chance.uniform(-0.004, 0.004), 6),
        "lng": round(lng + chance.uniform(-0.004, 0.004), 6),
        "source": "map",
    }
    return {
        "region": region,
        "street": street,
        "community": community,
        "building": f"{chance.randrange(1, 29)}号楼",
        "unit": f"{chance.randrange(1, 5)}单元",
        "door": f"{chance.randrange(1, 19)}0{chance.randrange(1, 5)}",
        "note": chance.choice(("", "", "门铃坏了，请打电话", "下午四点后有人", "电梯在东侧")),
        "point": point,
    }


def make_values(service: str, customer: DemoCustomer, unit_code: str, chance: random.Random) -> Values:
    """Return a filled-in form without its photos."""
    contact = {
        "contact_name": customer.name,
        "contact_phone": customer.phone,
        "address": make_home(unit_code, chance),
    }
    if service == "installation":
        return {
            **contact,
            "id_number": make_id_number(chance),
            "floor_area": chance.randrange(48, 160),
            "gas_use": chance.choice((["stove"], ["stove", "water_heater"], ["stove", "boiler"])),
        }
    if service == "alteration":
        kind, text = chance.choice(_ALTERATIONS)
        return {**contact, "customer_kind": "residential", "alteration_kind": kind, "alteration_text": text}
    if service == "gas_on":
        return {**contact, "gas_on_kind": "individual", "stove_ready": "ready"}
    if service == "inspection":
        return {**contact, "inspection_text": "很久没检查了，想看看软管和阀门。"}
    kind = chance.choice(tuple(_FAULTS))
    texts, _ = _FAULTS[kind]
    return {**contact, "fault_kind": kind, **({"fault_text": chance.choice(texts)} if texts else {})}


def list_pictures(service: str, values: Values) -> dict[str, tuple[str, ...]]:
    """Return field → kinds of the photos that belong into it."""
    if service == "installation":
        return {"id_photos": ("card_front", "card_back"), "property_proof": ("deed",)}
    if service in ("alteration", "gas_on"):
        return {"site_photos": ("kitchen",)}
    if service == "inspection":
        return {}
    return {"fault_photos": (_FAULTS[values["fault_kind"]][1],)}


def make_id_number(chance: random.Random) -> str:
    """Return a number with its right check digit, which is nobody's."""
    born = date(1955, 1, 1) + timedelta(days=chance.randrange(16_000))
    number = f"110101{born:%Y%m%d}{chance.randrange(100, 1000)}"
    return number + str(ric.calc_check_digit(number + "0"))
