"""Values that somebody might have filled in, for the preview of a contract. Pure; nobody real is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.catalogue.forms import FieldType, Form, FormField

_OF_TYPE: Mapping[FieldType, Any] = {
    FieldType.PHONE: "13800000000",
    FieldType.ID_NUMBER: "11010519491231002X",
    FieldType.CREDIT_CODE: "91350100M000100Y43",
    FieldType.YES_NO: True,
    FieldType.DATE: "2026-11-26",
    FieldType.DATETIME: "2026-11-26T10:00",
}
_ADDRESS = {"region": "示例区", "street": "示例路", "community": "示例小区", "building": "1幢", "door": "101"}
_NAMES = {"name": "张三", "address": "示例区示例路示例小区1幢101"}
SAMPLE_FACTS: Mapping[str, str] = {
    "case.number": "样-2026-001",
    "case.case_no": "261126100000018",
    "case.today": "2026年11月26日",
    "case.company_name": "示例燃气有限公司",
    "case.service_phone": "96602",
    "case.unit_name": "示例客户服务部",
    "case.contact_name": "张三",
    "case.contact_phone": "13800000000",
    "case.id_number": "11010519491231002X",
    "case.account_no": "0000000001",
    "case.address": "示例区示例路示例小区1幢101",
}


def make_sample(form: Form) -> dict[str, Any]:
    """Return a value for each field that a line of words can hold."""
    return {one.key: value for one in form.fields if (value := _make(one)) is not None}


def _make(field: FormField) -> Any:  # noqa: ANN401 - any JSON value
    match field.type:
        case FieldType.TEXT | FieldType.LONG_TEXT:
            return _NAMES.get(field.personal, f"（{field.label}）")[: field.max_length]
        case FieldType.CHOICE:
            return field.options[0]
        case FieldType.MULTI_CHOICE:
            return list(field.options[:1])
        case FieldType.NUMBER:
            return max(3, field.low or 0)
        case FieldType.MONEY:
            return max(100_000, int(field.low or 0))
        case FieldType.ADDRESS:
            return _ADDRESS
        case other:
            return _OF_TYPE.get(other)
