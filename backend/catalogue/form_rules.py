"""Rules between the fields of one form: what may not be earlier, more or less than others say. Pure.

A rule names its field, which is the one that is told to be wrong, by key; a column of a table as
``table.column``, whose rule then holds in every row. What is not filled in breaks no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from backend.catalogue.field_checks import is_empty

Body = Mapping[str, Any]
Place = tuple[str, str | None]
_LENGTH_OF_DAY = len("2026-11-26")
# Compares with the day on which the form is handed in, and with no field.
_NOT_PAST: Final = "not_past"
# Compares with the company's own limit over the works: past it, the other field gives the reason.
_WITHIN_LIMIT: Final = "within_limit"
# Its last two fields may be empty.
_OWED_BY: Final = "owed_by"


@dataclass(frozen=True, slots=True)
class FormRule:
    """``kind`` is one of RULES; ``others`` are what its field is compared with."""

    field: str
    kind: str
    others: tuple[str, ...]


def _is_early(value: str, other: str) -> bool:
    """A day and a moment are compared by their day."""
    length = min(len(value), len(other))
    return value[:length] < other[:length]


def _differs(value: float, begin: str, end: str) -> bool:
    """People count the first day or not, so both are right."""
    first, last = (date.fromisoformat(one[:_LENGTH_OF_DAY]) for one in (begin, end))
    return value not in ((last - first).days, (last - first).days + 1)


def _is_not_product(value: float, *factors: float) -> bool:
    """A sum in fen comes of what is in yuan and of a quantity, which may be told as owed, below zero."""
    fen = Decimal(100)
    for one in factors:
        fen *= Decimal(str(one))
    return abs(Decimal(str(value)) - abs(fen)) >= 1


def _is_owed_otherwise(
    value: float, left: float, price: float | None = None, bills: float | None = None
) -> bool:
    """What is owed is what was used beyond what was bought, and the bills; without a price nobody can say."""
    if left < 0 and price is None:
        return False
    beyond = abs(Decimal(str(left)) * Decimal(str(price))) * 100 if left < 0 else Decimal(0)
    return abs(Decimal(str(value)) - beyond - Decimal(str(bills or 0))) >= 1


# Kind → the code of its fault, and whether the values break it.
RULES: Final[Mapping[str, tuple[str, Callable[..., bool]]]] = {
    "not_before": ("earlier_than_other", _is_early),
    "at_most": ("more_than_other", lambda value, other: value > other),
    "at_least": ("less_than_other", lambda value, other: value < other),
    "spans": ("days_differ", _differs),
    "comes_of": ("sum_differs", _is_not_product),
    # The quantity that is left, the price, and what bills ask for besides; only the first has to be there.
    _OWED_BY: ("sum_differs", _is_owed_otherwise),
    # Worked out while one types. What the meter itself shows may be written over it: whether both agree, the
    # way out asks (guard ``gas_agrees``), so that a disagreement can be handed in and is seen.
    "rest_of": ("rest_differs", lambda value, whole, part: False),
    _NOT_PAST: ("in_the_past", _is_early),
    # What the form itself says breaks it never (`check_limit`).
    _WITHIN_LIMIT: ("after_limit", lambda value, reason: False),
}
# Which types of field a kind compares: its own, and those of the others.
RULE_TYPES: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "not_before": (frozenset({"date", "datetime"}), frozenset({"date", "datetime"})),
    "at_most": (frozenset({"number", "money"}), frozenset({"number", "money"})),
    "at_least": (frozenset({"number", "money"}), frozenset({"number", "money"})),
    "spans": (frozenset({"number"}), frozenset({"date"})),
    "comes_of": (frozenset({"money"}), frozenset({"number"})),
    _OWED_BY: (frozenset({"money"}), frozenset({"number", "money"})),
    "rest_of": (frozenset({"number"}), frozenset({"number"})),
    _NOT_PAST: (frozenset({"date", "datetime"}), frozenset()),
    _WITHIN_LIMIT: (frozenset({"date"}), frozenset({"text", "long_text"})),
}
_WORDS: Final = {
    "not_before": "不能早于{}，请核对。",
    "at_most": "不能大于{}，请核对。",
    "at_least": "不能小于{}，请核对。",
    "spans": "和{}之间的天数不一致，请核对。",
    "comes_of": "和按{}算出来的不一样，请核对。",
    _OWED_BY: "和按{}算出来的不一样，请核对。",
    "rest_of": "和按{}算出来的不一样，请核对。",
    _NOT_PAST: "已经过了，请填今天或以后的日期。",
    _WITHIN_LIMIT: "晚于规定期限，请改日期；确实来不及的，写明{}。",
}


def list_rules(body: Body) -> list[FormRule]:
    """Return the form's rules."""
    return [_read(one) for one in body.get("rules", ())]


def _read(rule: Mapping[str, Any]) -> FormRule:
    kind = next(one for one in RULES if one in rule)
    others = () if kind == _NOT_PAST else rule[kind]
    return FormRule(rule["field"], kind, (others,) if isinstance(others, str) else tuple(others))


def check_rules(body: Body, values: Mapping[str, Any], today: date | None = None) -> dict[str, str]:
    """Return field → code for what breaks a rule; a cell is named ``table.row.column``.

    Without ``today`` no day is in the past.
    """
    faults: dict[str, str] = {}
    for rule in list_rules(body):
        code, is_broken = RULES[rule.kind]
        for place, row in _list_rows(rule, values):
            compared = [row.get(_name(one)) for one in (rule.field, *rule.others)]
            if rule.kind == _NOT_PAST:
                compared.append(None if today is None else today.isoformat())
            needed = compared[:2] if rule.kind == _OWED_BY else compared
            if not any(is_empty(one) for one in needed) and is_broken(*compared):
                faults.setdefault(place, code)
    return faults


def asks_limit(body: Body) -> bool:
    """True where a day of the form is compared with the limit over the works."""
    return any(rule.kind == _WITHIN_LIMIT for rule in list_rules(body))


def check_limit(body: Body, values: Mapping[str, Any], limit: date | None) -> dict[str, str]:
    """Return field → code for a day past the company's ``limit`` of which nobody has written the reason."""
    late = (
        (rule.field, [values.get(key) for key in (rule.field, *rule.others)])
        for rule in list_rules(body)
        if rule.kind == _WITHIN_LIMIT and limit is not None
    )
    is_late = RULES["not_before"][1]
    return {
        field: RULES[_WITHIN_LIMIT][0]
        for field, (day, *reasons) in late
        if not is_empty(day) and is_late(str(limit), day) and all(is_empty(one) for one in reasons)
    }


def _list_rows(rule: FormRule, values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    table, _, column = rule.field.rpartition(".")
    if not table:
        yield rule.field, values
        return
    for number, row in enumerate(values.get(table) or ()):
        yield f"{table}.{number}.{column}", row


def _name(key: str) -> str:
    return key.rpartition(".")[2]


def tell_rule_faults(
    body: Body, faults: Mapping[str, str], values: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return ``faults`` with a sentence for each broken rule, which names its field and the other.

    With the ``values`` it says as well which figure fits, where one does.
    """
    told = dict(faults)
    labels = _label_all(body)
    for rule in list_rules(body):
        code, _ = RULES[rule.kind]
        *first, last = [f"“{labels[one]}”" for one in rule.others] or [""]
        named = "和".join(filter(None, ("、".join(first), last)))
        fitting = _tell_fitting(rule, labels, values or {})
        sentence = f"“{labels[rule.field]}”{fitting or _WORDS[rule.kind].format(named)}"
        for place in faults:
            if faults[place] == code and _without_row(place) == rule.field:
                told[place] = sentence
    return told


def _tell_fitting(rule: FormRule, labels: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Return which figure fits and what it comes of; nothing for other rules, and in a table."""
    others = [values.get(one) for one in rule.others]
    if any(is_empty(one) for one in others):
        return ""
    if rule.kind == "spans":
        first_day, last_day = (date.fromisoformat(str(one)[:_LENGTH_OF_DAY]) for one in others)
        days = (last_day - first_day).days + 1
        # The day that it begins and the day that it ends both count; without the first it is one less.
        fits = f"{days} 天（首尾两天都算）" + (f"或 {days - 1} 天" if days > 1 else "")
        span = f"{first_day.month}月{first_day.day}日到{last_day.month}月{last_day.day}日"
        return f"和日期对不上：{span}是 {fits}，请改天数或日期。" if days > 0 else ""
    return ""


def _without_row(place: str) -> str:
    table, _, rest = place.partition(".")
    return f"{table}.{rest.rpartition('.')[2]}" if rest else table


def _label_all(body: Body) -> dict[str, str]:
    labels: dict[str, str] = {}
    for one in (field for section in body["sections"] for field in section["fields"]):
        labels[one["key"]] = one["label"]
        labels |= {f"{one['key']}.{column['key']}": column["label"] for column in one.get("columns", ())}
    return labels


def fill_defaults(body: Body, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` in which a field that was left empty has what it ``defaults_to``.

    What was picked in the other field is picked here too; a text has the printed numbers of it.
    """
    missing = {key: one for key, one in _list_defaults(body, values) if is_empty(values.get(key))}
    return {**values, **missing}


def drop_defaults(body: Body, former: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` without what only followed from ``former``, and so follows anew from what is changed.

    A hazard that is found later must not be missing among those to be put right.
    """
    followed = {key for key, one in _list_defaults(body, former) if former.get(key) == one}
    return {key: value for key, value in values.items() if key not in followed or value != former.get(key)}


def _list_defaults(body: Body, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    fields = {one["key"]: one for section in body["sections"] for one in section["fields"]}
    for key, one in fields.items():
        given = values.get(one.get("defaults_to", ""))
        if isinstance(given, list) and given:
            options = {each["value"]: each.get("number") for each in fields[one["defaults_to"]]["options"]}
            numbers = [str(options[each]) for each in given if options.get(each) is not None]
            yield key, list(given) if one["type"] == "multi_choice" else "、".join(numbers)
