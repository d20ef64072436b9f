"""The lists of cases as they can be exported, and the reasons: what the screen shows, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.ports import RecordLook
from backend.cases.return_reasons import RETURN, ReturnReasons
from backend.cases.staff_access import CASE, OVERSEERS
from backend.cases.staff_queues import LONGEST_PAGE, ListRequest, StaffQueues
from backend.cases.staff_rows import CONTACT_NAME_CONTEXT, CONTACT_PHONE_CONTEXT
from backend.core.encryption import KeyRing
from backend.core.spreadsheet import Column, Kind
from backend.organisation.leads import CENTRE_LEAD
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member

CHANNEL_NAMES = {
    "online": "网上", "mini": "小程序", "miniprogram": "小程序", "h5": "公众号", "web": "网页",
    "hotline": "电话",
    "counter": "营业厅", "field": "现场", "municipal": "市政", "officer": "员工转办", "calendar": "按日历",
    "plan": "按计划",
}  # fmt: skip
_KIND_NAMES = {
    "return": "退回", "dispatch": "派给别的单位", "end": "不予受理", "alarm": "终止报警",
    "site": "现场没办成", "other": "其他",
}  # fmt: skip
_NAME = Column("customer_name", "客户")
_PHONE = Column("customer_phone", "手机号", width=16)
_BEFORE = (
    Column("case_no", "办件号", width=20),
    Column("service_name", "业务", width=18),
    Column("order_name", "承接的工单", width=18),
    Column("step_name", "环节", width=18),
)
_AFTER = (
    Column("place", "地点", width=28),
    Column("unit_name", "单位", width=20),
    Column("handler_name", "责任人"),
    Column("channel", "来源", width=10),
    Column("opened_at", "提交时间", Kind.MOMENT, 18),
    Column("waiting_since", "到这一步", Kind.MOMENT, 18),
    Column("due_at", "期限", Kind.MOMENT, 18),
    Column("overdue", "超期", Kind.YES_NO, 8),
    Column("returned_times", "退回次数", Kind.COUNT, 10),
    Column("urged_times", "催办次数", Kind.COUNT, 10),
    Column("mark", "标记"),
)
_REASONS = (
    Column("text", "原因", width=60),
    Column("kind", "哪一类", width=16),
    Column("is_active", "在用", Kind.YES_NO, 8),
)
_FILTERS = ("queue", "service", "unit", "due", "narrow", "post", "family", "q", "sort")
_CONTACTS = select(CASE.c.id, CASE.c.case_no, CASE.c.contact_name_sealed, CASE.c.contact_phone_sealed).where(
    CASE.c.case_no == bindparam("numbers", type_=ARRAY(Text)).any_()
)


class CaseExports:
    """Opens lists of cases. ``record_look`` writes down whose full name and phone somebody took along."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        queues: StaffQueues,
        keys: KeyRing,
        record_look: RecordLook,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._queues = queues
        self._keys = keys
        self._record_look = record_look
        self._now = now

    def list_exports(self, reasons: ReturnReasons) -> dict[str, Exportable]:
        """Return the lists by key."""

        def open_reasons(_member: Member, asked: Asked) -> OpenedList:
            kind = asked.get("kind") or RETURN
            rows = reasons.list_reasons(None, kind=kind, with_inactive=True)
            named = ({**one, "kind": _KIND_NAMES[one["kind"]]} for one in rows)
            return OpenedList("常用原因", _REASONS, named)

        return {
            "cases": Exportable(self._open_cases, revealing=OVERSEERS),
            "reasons": Exportable(open_reasons, frozenset({CENTRE_LEAD})),
        }

    def _open_cases(self, member: Member, asked: Asked) -> OpenedList:
        wanted = ListRequest(**{key: asked[key] for key in _FILTERS if key in asked}, limit=LONGEST_PAGE)
        title = self._queues.name_queue(member, wanted.queue) if wanted.queue else "办件"
        reason = asked.get("reason", "")
        columns = (*_BEFORE, _NAME, *((_PHONE,) if reason else ()), *_AFTER)
        # The first page is read now, so that what the list refuses is told before a file is begun.
        first = self._queues.list_cases(member, wanted)
        return OpenedList(title, columns, self._list_rows(member, wanted, first, reason))

    def _list_rows(
        self, member: Member, wanted: ListRequest, page: Mapping[str, Any], reason: str
    ) -> Iterator[Mapping[str, Any]]:
        while True:
            full = self._reveal(member, page["items"], reason) if reason else {}
            for row in page["items"]:
                channel = CHANNEL_NAMES.get(row["channel"], row["channel"])
                yield {**row, "channel": channel, **full.get(row["case_no"], {})}
            if page["next"] is None:
                return
            page = self._queues.list_cases(member, replace(wanted, after=page["next"]))

    def _reveal(
        self, member: Member, rows: Sequence[Mapping[str, Any]], reason: str
    ) -> dict[str, dict[str, str]]:
        """Return the full names and phones of a page by case number; each is written down as a look first."""
        with self._sessions.begin() as session:
            found = session.execute(_CONTACTS, {"numbers": [one["case_no"] for one in rows]}).all()
            for one in found:
                items = ("contact_name", "contact_phone")
                self._record_look(session, member.id, f"case:{one.id}", items, reason, self._now())
        return {
            one.case_no: {
                "customer_name": self._open(one.contact_name_sealed, CONTACT_NAME_CONTEXT),
                "customer_phone": self._open(one.contact_phone_sealed, CONTACT_PHONE_CONTEXT),
            }
            for one in found
        }

    def _open(self, sealed: str | None, context: str) -> str:
        return self._keys.decrypt(sealed, context) if sealed else ""
