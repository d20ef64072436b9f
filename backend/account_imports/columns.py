"""The columns of a file of accounts: their Chinese headings, the words in them, and the template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from backend.core.errors import Invalid

HEADINGS: Final[dict[str, str]] = {
    "户号": "account_no",
    "户名": "holder",
    "证件号码": "id_number",
    "联系人": "contact",
    "联系电话": "phone",
    "区": "region",
    "街道": "street",
    "小区": "community",
    "楼栋": "building",
    "单元": "unit",
    "门牌号": "door",
    "地址说明": "note",
    "用气性质": "gas_use",
    "状态": "status",
    "开户日期": "opened_on",
    "月用气量": "monthly_use",
    "用气压力": "pressure_kpa",
    "用途": "use_nature",
    "用气时段": "use_period",
    "表厂家": "meter_maker",
    "表号": "meter_no",
    "表型号": "meter_model",
    "表类型": "meter_kind",
    "进气方向": "inlet_side",
    "表封号": "meter_seal",
    "表底数": "meter_reading",
}
TITLES: Final = {key: title for title, key in HEADINGS.items()}
REQUIRED: Final = ("account_no", "holder", "region", "street", "community", "door", "gas_use")
GAS_USES: Final = {
    "居民": "residential", "民用": "residential", "商业": "commercial", "非民用": "commercial",
    "工业": "industrial", "公共服务": "public_service", "公福": "public_service",
}  # fmt: skip
STATUSES: Final = {
    "正常": "active", "待通气": "pending", "暂停": "suspended", "拆除": "removed", "销户": "closed",
}  # fmt: skip
METER_KINDS: Final = {"普通表": "mechanical", "IC卡表": "ic_card", "物联网表": "iot"}
INLET_SIDES: Final = {"左进": "left", "右进": "right", "左进气": "left", "右进气": "right"}
# The number has a wrong check digit, so that the example never comes in where somebody leaves it.
_EXAMPLE: Final = {
    "account_no": "361000000017", "holder": "张三", "id_number": "", "contact": "张三", "phone": "",
    "region": "历下区", "street": "文化路", "community": "阳光小区", "building": "3号楼", "unit": "2单元",
    "door": "501室", "gas_use": "居民", "status": "正常", "opened_on": "2019-05-20", "monthly_use": "18.5",
    "meter_maker": "金卡", "meter_no": "00012345", "meter_kind": "IC卡表", "inlet_side": "左进",
    "meter_seal": "F-20931", "meter_reading": "1024.5",
}  # fmt: skip
_LONGEST_SHOWN = 20
# Five times what a sheet of Excel has, which is what formatting whole columns saves at most.
MOST_BLANK_ROWS: Final = 5 * 1_048_576


def read_headings(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the columns' keys in the file's order; empty headings at the end count for nothing.

    Raises Invalid ``import_columns_wrong``, which names the headings that are unknown, missing or doubled.
    """
    titles = [one.strip().lstrip("\ufeff").removesuffix("*").strip() for one in cells]
    while titles and not titles[-1]:
        titles.pop()
    keys = tuple(HEADINGS.get(one, "") for one in titles)
    faults: dict[str, Any] = {
        "unknown": [_show(one) for one, key in zip(titles, keys, strict=True) if not key],
        "missing": [TITLES[key] for key in REQUIRED if key not in keys],
        "doubled": sorted({TITLES[key] for key in keys if key and keys.count(key) > 1}),
    }
    if any(faults.values()):
        raise Invalid("import_columns_wrong", extra=faults)
    return keys


def make_template() -> bytes:
    """Return the template as CSV that Excel opens as it is: the headings and one made-up row."""
    lines = (",".join(HEADINGS), ",".join(_EXAMPLE.get(key, "") for key in HEADINGS.values()))
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _show(title: str) -> str:
    # Without a row of headings this is somebody's data, of which no number may be told.
    return re.sub(r"\d", "*", title[:_LONGEST_SHOWN]) or "（空）"
