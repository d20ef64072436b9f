"""The visiting hours as a CSV table, beside the other tables of the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from backend.appointments.visiting_hours import HoursEntry, HoursUpkeep
from backend.core.errors import Invalid
from backend.organisation.staff_upkeep import StaffUpkeep
from backend.organisation.tables import Row, Table, find_key, read_day

_KINDS = {"working": "工作日", "rest": "休息日"}
_COLUMNS = {
    "单位编号": "unit_code", "区": "region", "街道": "street", "小区": "community", "日子": "day_kind",
    "从几点": "from_hour", "到几点": "until_hour", "每小时几户": "capacity",
    "第一天": "effective_from", "最后一天": "effective_until",
}  # fmt: skip
_KNOWN_BY = ("unit_code", "region", "street", "community", "day_kind", "from_hour", "effective_from")


def make_hours_table(upkeep: HoursUpkeep) -> Table:
    """Return the table; without a place a row is for the whole unit, without a last day it goes on."""

    def put(session: Session, row: Row, _: StaffUpkeep) -> None:
        until = row["effective_until"]
        upkeep.put(
            session,
            HoursEntry(
                row["unit_code"],
                find_key(_KINDS, row["day_kind"], "day_kind"),
                _read_number(row, "from_hour"),
                _read_number(row, "until_hour"),
                _read_number(row, "capacity"),
                read_day(row["effective_from"], "effective_from"),
                read_day(until, "effective_until") if until else None,
                row["region"],
                row["street"],
                row["community"],
            ),
        )

    return Table(_COLUMNS, _KNOWN_BY, upkeep.list_rules, _write, put)


def _write(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "day_kind": _KINDS[row["day_kind"]]}


def _read_number(row: Row, key: str) -> int:
    """``9:00`` is read too, for so a program that opens the table may write it."""
    text = row[key].removesuffix(":00")
    if not (text.isdecimal() and text.isascii() and len(text) <= 4):
        raise Invalid(fields={key: "invalid"})
    return int(text)
