"""Why a row was refused, in sentences for people; each says what to do."""

from __future__ import annotations

from typing import Final

from backend.account_imports.columns import TITLES
from backend.core.import_texts import ROW_TEXTS

REFUSAL_TEXTS: Final[dict[str, str]] = {
    **ROW_TEXTS,
    "formula_refused": "这一格是公式，请改成公式算出来的值。",
    "cell_faulty": "有一格是 Excel 的错误值（如 #N/A），请改好。",
    "cell_missing": "这一格必须填。",
    "cell_too_long": "这一格写得太长，请写短一些。",
    "account_no_wrong": "户号不对：要 12 位数字，最后一位是校验码，请核对。",
    "id_number_wrong": "证件号码不对，请核对身份证号或统一社会信用代码；居民户只能填身份证号。",
    "phone_wrong": "电话不对：手机 11 位，座机要带区号。",
    "word_unknown": "这个词不认识，请用模板里写明的词。",
    "number_wrong": "这一格要填数字，不能是负数，也不能太大。",
    "day_wrong": "日期不对，请写成 2019-05-20 这样，不能晚于今天。",
    "address_wrong": "地址没有填全，区、街道、小区、门牌号都要填。",
    "meter_incomplete": "表的资料没有填全：表厂家、表号、表类型要一起填。",
    "account_repeated": "这个户号前面已经有一行了。",
    "meter_repeated": "这块表前面已经有一行了。",
    "place_repeated": "这个地址前面已经有一行了。",
    "unit_foreign": "户号前三位不是您管的单位，请核对户号。",
    "meter_taken": "这块表已经登记在别的户号上，请核对厂家和表号。",
    "place_taken": "这个地址已经有别的户号，请核对地址。",
    "closed_already": "已经销户的不用导入。",
    "account_differs": "系统里已有这一户，这一格不一样。要以表里的为准，请在检查时选“更新已有客户”。",
    "account_fixed": "系统里已有这一户，这一格和系统里的不一样，不能靠导入来改，请办对应的业务。",
}


def tell_refusal(code: str, field: str, first_row_no: int | None) -> str:
    """Return the sentence for a refused row, with the column and the row that it is about."""
    told = REFUSAL_TEXTS[code]
    if first_row_no is not None:
        told = f"{told.removesuffix('。')}：第 {first_row_no} 行。"
    return f"{TITLES[field]}：{told}" if field in TITLES else told
