"""What is wrong with a form, in sentences that name the field, for whoever does not see it beside them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from backend.catalogue.form_rules import tell_rule_faults
from backend.catalogue.forms import FieldType, Form, FormField
from backend.core.error_texts import FIELD_TEXTS

_FEN_IN_UNIT = {"万元": 1_000_000}
_FEN_IN_YUAN = 100


def tell_faults(form: Form, faults: Mapping[str, str]) -> dict[str, str]:
    """Return place → sentence for every fault of ``validate_values``, in their order."""
    ruled = tell_rule_faults(form.body, faults)
    return {
        place: _tell(form, place, code) if ruled[place] == code else ruled[place]
        for place, code in faults.items()
    }


def _tell(form: Form, place: str, code: str) -> str:
    key, _, cell = place.partition(".")
    row, _, column_key = cell.partition(".")
    field = form.field(key)
    if field is None:
        return FIELD_TEXTS[code]
    named = f"“{field.label}”"
    if cell:
        field = next(one for one in field.columns if one.key == column_key)
        named += f"第 {int(row) + 1} 行的“{field.label}”"
    return f"{named}{_tell_limit(field, code) or '：' + FIELD_TEXTS[code]}"


def _tell_limit(field: FormField, code: str) -> str:
    """Return what the limit is where one was passed, and nothing for every other fault."""
    match code:
        case "required":
            return "还没有填。"
        case "number_too_small" if field.low is not None:
            return f"不能小于 {write_figure(field, field.low)}，请核对。"
        case "number_too_large" if field.high is not None:
            return f"不能大于 {write_figure(field, field.high)}，请核对。"
        case "decimals_too_many":
            return f"最多 {field.decimals} 位小数。" if field.decimals else "要填整数。"
        case "too_many_rows":
            return f"最多填 {field.max_rows} 行，请删掉几行。"
        case "too_many_files":
            return f"最多 {field.max_count} 个文件，请删掉几个。"
        case "too_few_files":
            return f"要 {field.min_count} 张，还没有拍齐，请补上。"
        case "too_long" if field.max_length is not None:
            return f"最多 {field.max_length} 个字，请写短一些。"
        case _:
            return ""


def write_figure(field: FormField, limit: float | str) -> str:
    """Return a value of the field as it is printed: money in its unit, a text as it is."""
    if isinstance(limit, str):
        return limit
    number = Decimal(str(limit))
    if field.type is FieldType.MONEY:
        number /= _FEN_IN_UNIT.get(field.unit, _FEN_IN_YUAN)
    # Not normalised: 100 would become 1E+2.
    text = f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
    return f"{text} {field.unit}".rstrip()
