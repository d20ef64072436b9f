"""The visiting hours of a unit as they can be exported."""

from __future__ import annotations

from backend.appointments.visiting_hours import HoursDesk
from backend.core.errors import Invalid
from backend.core.spreadsheet import Column, Kind
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member

_DAY_KINDS = {"working": "工作日", "rest": "休息日"}
_HOURS = (
    Column("place", "地方", width=28),
    Column("day_kind", "日子"),
    Column("hours", "时段"),
    Column("capacity", "每小时几户", Kind.COUNT),
    Column("effective_from", "开始日期", Kind.DAY),
    Column("effective_until", "最后一天", Kind.DAY),
)


def list_hours_exports(desk: HoursDesk, unit_people: frozenset[str]) -> dict[str, Exportable]:
    """Return the list by its key; ``unit_people`` are the posts that keep it."""

    def open_hours(member: Member, asked: Asked) -> OpenedList:
        if not asked.get("unit"):
            raise Invalid(fields={"unit": "required"})
        rows = [
            {
                **one,
                "place": " ".join(one[key] for key in ("region", "street", "community") if one[key])
                or "整个单位",
                "day_kind": _DAY_KINDS[one["day_kind"]],
                "hours": f"{one['from_hour']:02}:00–{one['until_hour']:02}:00",
            }
            for one in desk.read(member, asked["unit"])["items"]
        ]
        return OpenedList("上门时段", _HOURS, rows)

    return {"visiting-hours": Exportable(open_hours, unit_people)}
