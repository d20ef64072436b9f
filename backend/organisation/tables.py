"""The organisation as CSV tables that Excel opens: UTF-8 with a mark, checked row by row, all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.core.csv_rows import FORMULA_MARKS, CsvRows, NoTable, unquote
from backend.core.error_texts import FIELD_TEXTS
from backend.core.errors import AppError, Invalid, NotFound, sentence_for
from backend.organisation.roster_upkeep import RosterEntry, RosterUpkeep
from backend.organisation.staff_upkeep import StaffEntry, StaffUpkeep
from backend.organisation.upkeep import OrganisationUpkeep, UnitEntry

MOST_ROWS = 5000
LARGEST_BYTES = 2_000_000
_BETWEEN_POSTS = "、"
KIND_NAMES = {"centre": "中心", "division": "事业部", "unit": "单位"}
PRESENCE_NAMES = {"on_duty": "在岗", "absent": "请假", "left": "离职"}
_GONE = "left"
_YES, _NO = "是", "否"

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: header → key of its columns, by which of them a row is known, how to list it, how to write a
    listed row, and how to take in one row of it."""

    columns: Mapping[str, str]
    known_by: tuple[str, ...]
    list_rows: Callable[[Session], Iterable[Mapping[str, Any]]]
    write_row: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    put_row: Callable[[Session, Row, StaffUpkeep], str | None]


class OrganisationTables:
    """Writes and reads the tables ``units``, ``staff``, ``areas``, ``duty-roster``, and those given."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        upkeep: OrganisationUpkeep,
        staff: StaffUpkeep,
        roster: RosterUpkeep,
        post_names: Mapping[str, str],
        now: Callable[[], datetime],
        more_tables: Mapping[str, Table],
    ) -> None:
        self._sessions = sessions
        self._upkeep = upkeep
        self._staff = staff
        self._roster = roster
        self._post_names = dict(post_names)
        self._now = now
        self._tables = {
            "units": Table(
                {
                    "单位编号": "code", "单位名称": "name", "类别": "kind", "上级编号": "parent_code",
                    "启用": "is_active", "营业厅地址": "address",
                },
                ("code",),
                lambda session: upkeep.list_units(session, with_closed=True),
                _write_unit,
                self._put_unit,
            ),
            "staff": Table(
                {
                    "账号": "username", "姓名": "name", "单位编号": "unit_code", "岗位": "positions",
                    "部门": "departments", "手机号": "phone", "企业微信账号": "wecom_userid",
                    "状态": "presence",
                },
                ("username",),
                lambda session: staff.list_staff(session, with_left=True),
                self._write_staff,
                self._put_staff,
            ),
            "areas": Table(
                {"区": "region", "街道": "street", "小区": "community", "单位编号": "unit_code"},
                ("region", "street", "community"),
                upkeep.list_areas,
                dict,
                self._put_area,
            ),
            "duty-roster": Table(
                {
                    "单位编号": "unit_code", "开始日期": "starts_on", "结束日期": "ends_on",
                    "顺位": "call_order", "账号": "username",
                },
                ("unit_code", "starts_on", "call_order"),
                roster.list_turns,
                dict,
                self._put_turn,
            ),
            **more_tables,
        }  # fmt: skip

    def write(self, name: str) -> bytes:
        """Return the table as CSV; raises NotFound for an unknown table. Phones are never written out."""
        table = self._find(name)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(table.columns)
        with self._sessions.begin() as session:
            for row in table.list_rows(session):
                if row.get("presence") == _GONE:
                    continue
                cells = table.write_row(row)
                writer.writerow(_write_cell(cells.get(key)) for key in table.columns.values())
        return text.getvalue().encode("utf-8-sig")

    def read(self, name: str, content: bytes) -> dict[str, Any]:
        """Take in a table; returns ``{rows, first_passwords}``, the latter by user name for new accounts.

        Raises Invalid ``file_not_csv``, or ``import_refused`` with ``extra.rows``: for each faulty row its
        number in the file and a sentence. Then nothing at all was taken in.
        """
        table = self._find(name)
        rows = _parse(content, table.columns)
        with self._sessions.begin() as session:
            passwords, faults = _put_rows(session, table, rows, self._staff)
            if faults:
                raise Invalid("import_refused", extra={"rows": faults})
        return {"rows": len(rows), "first_passwords": passwords}

    def preview(self, name: str, content: bytes) -> dict[str, Any]:
        """Tell what taking in a table would do, and do nothing: ``{rows, new, changed, same, faults}``.

        ``faults`` are as in ``read``. Raises Invalid ``file_not_csv``, or ``import_refused`` where rows have
        more or fewer cells than the header.
        """
        table = self._find(name)
        rows = _parse(content, table.columns)
        with self._sessions() as session:
            # Never committed: the end of the block takes it all back.
            before = _list_revisions(session, table)
            _, faults = _put_rows(session, table, rows, self._staff.rehearse())
            session.flush()
            after = _list_revisions(session, table)
        new = len(after.keys() - before.keys())
        changed = sum(after[key] != before[key] for key in after.keys() & before.keys())
        same = len(rows) - len(faults) - new - changed
        return {"rows": len(rows), "new": new, "changed": changed, "same": max(same, 0), "faults": faults}

    def _find(self, name: str) -> Table:
        table = self._tables.get(name)
        if table is None:
            raise NotFound()
        return table

    def _put_unit(self, session: Session, row: Row, staff: StaffUpkeep) -> None:
        kind = find_key(KIND_NAMES, row["kind"], "kind")
        active = find_key({"1": _YES, "": _NO}, row["is_active"] or _YES, "is_active") == "1"
        self._upkeep.put_unit(
            session,
            UnitEntry(
                row["code"], row["name"], kind, row["parent_code"] or None, active, row["address"] or None
            ),
        )

    def _put_staff(self, session: Session, row: Row, staff: StaffUpkeep) -> str | None:
        entry = StaffEntry(
            username=row["username"],
            name=row["name"],
            unit_code=row["unit_code"],
            positions=self._read_posts(row["positions"]),
            departments=self._read_posts(row["departments"]),
            phone=row["phone"] or None,
            wecom_userid=row["wecom_userid"] or None,
            presence=find_key(PRESENCE_NAMES, row["presence"] or "在岗", "presence"),
        )
        return staff.put_staff(session, entry, self._now())

    def _put_area(self, session: Session, row: Row, staff: StaffUpkeep) -> None:
        self._upkeep.put_area(session, row["region"], row["street"], row["community"], row["unit_code"])

    def _put_turn(self, session: Session, row: Row, staff: StaffUpkeep) -> None:
        if not row["call_order"].isdecimal():
            raise Invalid(fields={"call_order": "invalid"})
        entry = RosterEntry(
            row["unit_code"],
            read_day(row["starts_on"], "starts_on"),
            read_day(row["ends_on"], "ends_on"),
            int(row["call_order"]),
            row["username"],
        )
        self._roster.put_turn(session, entry)

    def _write_staff(self, row: Mapping[str, Any]) -> dict[str, Any]:
        def name(keys: Iterable[str]) -> str:
            return _BETWEEN_POSTS.join(self._post_names.get(key, key) for key in keys)

        return {
            **row,
            "positions": name(row["positions"]),
            "departments": name(row["departments"]),
            # A masked phone that came in again would take the place of the real one.
            "phone": "",
            "presence": PRESENCE_NAMES[row["presence"]],
        }

    def _read_posts(self, text: str) -> tuple[str, ...]:
        """Return the keys of posts written by name or key, with any usual mark between them."""
        keys = {name: key for key, name in self._post_names.items()}
        parts = text.replace("，", "、").replace(",", "、").replace(";", "、").replace("；", "、").split("、")
        return tuple(keys.get(one.strip(), one.strip()) for one in parts if one.strip())


def _put_rows(
    session: Session, table: Table, rows: Iterable[tuple[int, dict[str, str]]], staff: StaffUpkeep
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Try each row; returns first passwords by user name, and the faults."""
    passwords: dict[str, str] = {}
    faults: list[dict[str, Any]] = []
    for number, row in rows:
        try:
            # Each row apart, so that one pass over the file names all that is wrong in it.
            with session.begin_nested():
                password = table.put_row(session, row, staff)
        except AppError as error:
            faults.append({"row": number, "text": _explain(error, table.columns)})
        else:
            if password is not None:
                passwords[row["username"].strip().lower()] = password
    return passwords, faults


def _list_revisions(session: Session, table: Table) -> dict[tuple[Any, ...], str]:
    """Return known entries with what they hold. Sealing one name twice gives two texts, so it is left out."""
    return {
        tuple(row[key] for key in table.known_by): repr([row[key] for key in table.columns.values()])
        for row in table.list_rows(session)
    }


def _write_unit(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "kind": KIND_NAMES[row["kind"]], "is_active": _YES if row["is_active"] else _NO}


def _write_cell(value: object) -> str:
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA_MARKS) else text


def _parse(content: bytes, columns: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    """Return (number in the file, row by key); raises Invalid ``file_not_csv``.

    All or nothing is taken in, so that a row which cannot be read refuses the whole file.
    """
    if len(content) > LARGEST_BYTES:
        raise Invalid("file_not_csv")
    try:
        table = CsvRows(io.BytesIO(content))
    except NoTable as error:
        raise Invalid("file_not_csv") from error
    if sorted(table.headings) not in (sorted(columns), sorted(set(columns) - _LATER)):
        raise Invalid("file_not_csv", detail="header")
    keys = [columns[one] for one in table.headings]
    rows: list[tuple[int, dict[str, str]]] = []
    for row in table.iterate(0, 0):
        if len(rows) == MOST_ROWS:
            raise Invalid("file_not_csv", detail="rows")
        if row.code == "cells_too_many" or (not row.code and len(row.cells) < len(keys)):
            # A row with more or fewer cells than the header would put values into wrong columns.
            raise Invalid("import_refused", extra={"rows": [{"row": row.row_no, "text": _CELLS}]})
        if row.code:
            raise Invalid("file_not_csv", detail=row.code)
        cells = (unquote(one.strip()) for one in row.cells)
        rows.append((row.row_no, dict.fromkeys(columns.values(), "") | dict(zip(keys, cells, strict=True))))
    return rows


# Columns that tables written earlier lack; their cells are then empty.
_LATER = frozenset({"企业微信账号", "营业厅地址"})
_CELLS = "这一行的格数与表头不一样。"


def find_key(names: Mapping[str, str], text: str, field: str) -> str:
    """Return the key that a cell means, written as key or name; raises Invalid."""
    for key, name in names.items():
        if text in (key, name) and text:
            return key
    raise Invalid(fields={field: "invalid"})


def read_day(text: str, field: str) -> date:
    """Return the day in a cell, as people or their program write it; raises Invalid."""
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError as error:
        raise Invalid(fields={field: "invalid"}) from error


def _explain(error: AppError, columns: Mapping[str, str]) -> str:
    headers = {key: header for header, key in columns.items()}
    said = [
        f"{headers.get(field, field)}：{FIELD_TEXTS.get(wrong, wrong)}"
        for field, wrong in error.fields.items()
    ]
    if said and error.code == "invalid_input":
        return " ".join(said)
    return " ".join([sentence_for(error.code, error.http_status), *said])
