"""A field's value as it stands on paper: words, ticked boxes, pictures, a place for a seal. Pure.

What comes out is plain data for the layout; nothing in it is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from backend.core.money import write_capitals

Cell = dict[str, Any]
Field = Mapping[str, Any]
# File key → the picture as an SVG text, or the file's name where it is none.
Files = Mapping[str, str]
MOST_COLUMNS = 12
_FEN_OF_UNIT = {"万元": 1_000_000}
_FEN = 100
_ADDRESS_PARTS = ("region", "street", "community", "building", "unit", "door", "note")


def write_value(field: Field, value: Any, files: Files) -> Cell:  # noqa: ANN401 - any JSON value
    """Return the cell of one field; a missing value leaves the place empty, as on the paper form."""
    match field["type"]:
        case "choice" | "multi_choice":
            return _write_options(field, value)
        case "yes_no":
            return {
                "kind": "boxes",
                "boxes": [[value is True, field["yes_label"]], [value is False, field["no_label"]]],
            }
        case "photos" | "documents":
            return _write_files(value or [], files)
        case "signature":
            picture = files.get(value or "")
            kind = "seal" if field.get("mark") == "seal" else "signature"
            return {"kind": kind, "pictures": [picture] if picture else []}
        case "table":
            return write_table(field, value or [])
        case _:
            return {"kind": "words", "words": write_words(field, value)}


def write_words(field: Field, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value as a line of text, in the way in which it is written on Chinese forms."""
    if value is None or value == "":
        return ""
    match field["type"]:
        case "money":
            sum_ = _write_money(value, field.get("unit", "元"))
            return f"{sum_}（大写：{write_capitals(value)}）" if field.get("in_capitals") else sum_
        case "number":
            text = f"{value:,.6f}".rstrip("0").rstrip(".")
            return f"{text} {field.get('unit', '')}".strip()
        case "date":
            return write_day(date.fromisoformat(value))
        case "datetime":
            moment = datetime.fromisoformat(value)
            return f"{write_day(moment.date())} {moment:%H:%M}"
        case "address":
            return "".join(str(value.get(part) or "") for part in _ADDRESS_PARTS)
        case "yes_no":
            return str(field["yes_label"] if value else field["no_label"])
        case "choice":
            return "".join(one["label"] for one in field["options"] if one["value"] == value)
        case "multi_choice":
            return "、".join(one["label"] for one in field["options"] if one["value"] in value)
        case _:
            return str(value)


def write_day(day: date) -> str:
    """Return ``2026年11月26日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def write_table(field: Field, rows: Iterable[Mapping[str, Any]]) -> Cell:
    """Return a table with its head; an empty one keeps some lines to be written on by hand.

    Of more columns than a page can hold side by side, each row becomes a small form of its own.
    """
    columns = field["columns"]
    if len(columns) > MOST_COLUMNS:
        pairs = [[[one["label"], write_words(one, row.get(one["key"]))] for one in columns] for row in rows]
        return {"kind": "records", "records": pairs or [[[one["label"], ""] for one in columns]]}
    lines = [[write_words(column, row.get(column["key"])) for column in columns] for row in rows]
    return {
        "kind": "table",
        "heads": [column["label"] for column in columns],
        "shares": [_find_share(column) for column in columns],
        "rows": lines or [[""] * len(columns)] * 2,
    }


def _find_share(column: Field) -> float:
    """How wide a column is against the others."""
    if column["type"] == "number" and "unit" not in column:
        return 0.7
    if column["type"] in ("number", "money", "choice", "yes_no"):
        return 1.0
    if column["type"] in ("phone", "date", "datetime"):
        return 1.5
    return 1.3 if column.get("max_length", 0) <= 100 else 2.0


def _write_options(field: Field, value: Any) -> Cell:  # noqa: ANN401 - any JSON value
    chosen = {value} if isinstance(value, str) else set(value or ())
    # What a field takes from another stands there in full; here only what was taken.
    options = [one for one in field["options"] if "within" not in field or one["value"] in chosen]
    if "within" in field:
        return {"kind": "words", "words": "；".join(map(_label_option, options))}
    groups: dict[str, list[list[Any]]] = {}
    for one in options:
        groups.setdefault(one.get("group", ""), []).append([one["value"] in chosen, _label_option(one)])
    if set(groups) <= {""}:
        return {"kind": "boxes", "boxes": groups.get("", [])}
    return {
        "kind": "checklist",
        "groups": [{"title": name, "boxes": boxes} for name, boxes in groups.items()],
    }


def _label_option(option: Mapping[str, Any]) -> str:
    number = option.get("number")
    return f"{number}. {option['label']}" if number is not None else str(option["label"])


def _write_files(keys: Iterable[str], files: Files) -> Cell:
    found = [files[key] for key in keys if key in files]
    pictures = [one for one in found if one.startswith("<svg")]
    names = [one for one in found if not one.startswith("<svg")]
    if pictures:
        return {"kind": "pictures", "pictures": pictures, "words": "、".join(names)}
    return {"kind": "words", "words": "、".join(names)}


def _write_money(fen: int, unit: str) -> str:
    size = _FEN_OF_UNIT.get(unit.split("/", maxsplit=1)[0], _FEN)
    # Whole fen are divided as whole numbers, so that no figure on paper is ever rounded.
    digits = len(str(size)) - 1
    whole, rest = divmod(abs(fen), size)
    fraction = f"{rest:0{digits}d}"
    fraction = fraction[:2] + fraction[2:].rstrip("0")
    return f"{'-' if fen < 0 else ''}{whole:,}.{fraction} {unit}"
