"""The lists of the organisation as they can be exported: people, units, areas and the duty roster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.core.spreadsheet import Column, Kind
from backend.organisation.desk import OrganisationDesk
from backend.organisation.leads import KEEPER
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member
from backend.organisation.tables import KIND_NAMES, PRESENCE_NAMES

_PEOPLE = (
    Column("name", "姓名"),
    Column("username", "账号"),
    Column("unit_name", "单位", width=20),
    Column("positions", "岗位", width=28),
    Column("departments", "部门", width=28),
    Column("phone", "手机号", width=16),
    Column("presence", "状态", width=8),
    Column("absent_from", "请假开始", Kind.DAY),
    Column("absent_until", "请假结束", Kind.DAY),
)
_UNITS = (
    Column("code", "单位编号"),
    Column("name", "单位名称", width=24),
    Column("kind", "类别"),
    Column("parent_name", "上级单位", width=24),
    Column("is_active", "启用", Kind.YES_NO, 8),
)
_AREAS = (
    Column("region", "区"),
    Column("street", "街道", width=18),
    Column("community", "小区", width=24),
    Column("unit_name", "负责的单位", width=24),
)
_TURNS = (
    Column("unit_name", "单位", width=24),
    Column("starts_on", "开始日期", Kind.DAY),
    Column("ends_on", "结束日期", Kind.DAY),
    Column("call_order", "顺位", Kind.COUNT, 8),
    Column("name", "姓名"),
    Column("username", "账号"),
)


class OrganisationLists:
    """Opens the lists. They hold what the screens show, so phones stay masked."""

    def __init__(self, desk: OrganisationDesk, post_names: Mapping[str, str]) -> None:
        self._desk = desk
        self._post_names = dict(post_names)

    def list_exports(self, unit_people: frozenset[str]) -> dict[str, Exportable]:
        """Return the lists by key; ``unit_people`` are the posts that keep a unit's people."""
        keeper = frozenset({KEEPER})
        return {
            "people": Exportable(self._open_people, unit_people),
            "units": Exportable(self._open_units, unit_people),
            "areas": Exportable(self._open_areas, keeper),
            "duty-roster": Exportable(self._open_roster, unit_people),
        }

    def _open_people(self, member: Member, asked: Asked) -> OpenedList:
        units = self._desk.list_units(member)
        names = _name(units)
        codes = _list_codes(units, asked.get("unit"), with_below=bool(asked.get("with_below")))
        words = asked.get("q", "").strip().lower()
        people = self._desk.list_staff(member, with_left=bool(asked.get("with_left")))
        # Whoever is looked for is looked for in all units, as on the screen.
        found = [
            self._describe_person(one, names)
            for one in people
            if (words in f"{one['name']} {one['username']}".lower() if words else one["unit_code"] in codes)
        ]
        return OpenedList("人员", _PEOPLE, found)

    def _open_units(self, member: Member, _asked: Asked) -> OpenedList:
        units = self._desk.list_units(member)
        names = _name(units)
        rows = [
            {**one, "kind": KIND_NAMES[one["kind"]], "parent_name": names.get(one["parent_code"])}
            for one in units
        ]
        return OpenedList("单位", _UNITS, rows)

    def _open_areas(self, member: Member, asked: Asked) -> OpenedList:
        names = _name(self._desk.list_units(member))
        words, unit = asked.get("q", "").replace(" ", ""), asked.get("unit")
        rows = [
            {**one, "community": one["community"] or "其余地方", "unit_name": names.get(one["unit_code"])}
            for one in self._desk.list_areas()
            if (not unit or one["unit_code"] == unit)
            and words in f"{one['region']}{one['street']}{one['community']}"
        ]
        return OpenedList("服务区域", _AREAS, rows)

    def _open_roster(self, member: Member, asked: Asked) -> OpenedList:
        names, unit = _name(self._desk.list_units(member)), asked.get("unit")
        turns = self._desk.list_turns(member, asked.get("since"), asked.get("until"))
        rows = [
            {**one, "unit_name": names.get(one["unit_code"])}
            for one in turns
            if not unit or one["unit_code"] == unit
        ]
        return OpenedList("值班表", _TURNS, rows)

    def _describe_person(self, one: Mapping[str, Any], units: Mapping[str | None, str]) -> dict[str, Any]:
        return {
            **one,
            "unit_name": units.get(one["unit_code"]),
            "positions": self._name_posts(one["positions"]),
            "departments": self._name_posts(one["departments"]),
            "presence": PRESENCE_NAMES[one["presence"]],
        }

    def _name_posts(self, keys: Iterable[str]) -> str:
        return "、".join(self._post_names.get(key, key) for key in keys)


def _name(units: Iterable[Mapping[str, Any]]) -> dict[str | None, str]:
    return {one["code"]: one["name"] for one in units}


def _list_codes(units: Iterable[Mapping[str, Any]], unit: str | None, *, with_below: bool) -> set[str]:
    """Return the codes of ``unit``, with those below it where asked for; of all units without one."""
    known = list(units)
    if not unit:
        return {one["code"] for one in known}
    found = {unit}
    while with_below:
        more = {one["code"] for one in known if one["parent_code"] in found} - found
        if not more:
            break
        found |= more
    return found
