"""A broken time limit goes to the unit's lead: to the screens at once, and by text message (law 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.models import CaseTask, ServiceCase
from backend.cases.topics import Publish
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.topics import PromiseContext, TopicSpec
from backend.notifications.staff_matters import find_kind
from backend.notifications.staff_notices import NO_PHONE, NOT_SET_UP, Matter, StaffNotices
from backend.realtime.hints import Hint

KIND = "overdue"
# An alarm that is late is not to be read as any other.
ALARM_KIND = "alarm_overdue"
_CASE, _TASK = table_of(ServiceCase), table_of(CaseTask)
_STEP = (
    select(
        _CASE.c.id,
        _CASE.c.case_no,
        _CASE.c.unit_id,
        _CASE.c.definition_version_id,
        _TASK.c.step,
        _TASK.c.state,
    )
    .join(_TASK, _TASK.c.case_id == _CASE.c.id)
    .where(_CASE.c.id == bindparam("case_id"), _TASK.c.no == bindparam("no"))
)
# Who leads a unit, on duty; the organisation answers, from this unit upwards to the first that has somebody.
FindLeads = Callable[[Session, int], list[int]]
_STATES = {
    None: "正在短信通知{name}",
    "sending": "正在短信通知{name}",
    "sent": "已短信通知{name}",
    "refused": "短信没有发给{name}，请打电话告知",
    "unknown": "已短信通知{name}，对方是否收到不明",
}
_REASONS = {
    NO_PHONE: "{name}没有登记手机号，请打电话告知",
    NOT_SET_UP: "还没有开通短信，请打电话告知{name}",
}
# What staff were told of, and whom that names.
_MATTERS = {
    KIND: ("已超时限", "负责人{name}"),
    ALARM_KIND: ("燃气报警已超时限", "负责人{name}"),
    "urged": ("客户催办", "{name}"),
    "objected": ("客户对单据有异议", "{name}"),
    "drawn": ("等远程处理", "{name}"),
    "complaint": ("投诉派来", "{name}"),
    "complaint_review": ("投诉等审核", "{name}"),
    "complaint_again": ("投诉退回重办", "{name}"),
    "dispatched": ("新派来一件", "负责人{name}"),
    "visit_due": ("约的时间到了", "{name}"),
    "forwarded": ("转来一件事", "{name}"),
    "forward_answered": ("部门有答复", "{name}"),
    "extension": ("有延期申请", "负责人{name}"),
}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Escalation:
    """Keeps the promise "escalate_case"."""

    sessions: sessionmaker[Session]
    definitions: DefinitionStore
    notices: StaffNotices
    find_leads: FindLeads
    publish: Publish

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec("escalate_case", "超期上报单位负责人", "default", self.handle, is_idempotent=True)]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Tell the leads of the unit that has the case now, unless the step was done meanwhile."""
        task_no = payload["task"]
        with self.sessions.begin() as session:
            case = session.execute(_STEP, {"case_id": payload["case_id"], "no": task_no}).one()
            leads = self.find_leads(session, case.unit_id) if case.state == "open" else []
            if case.state == "open" and not leads:
                _log.error("nobody to escalate to", case_id=case.id, unit_id=case.unit_id)
            if leads:
                definition = self.definitions.get(session, case.definition_version_id)
                step = definition.step(case.step)
                kind = ALARM_KIND if definition.traits.get("is_alarm") else KIND
                matter = Matter(kind, f"{case.id}/{task_no}", (case.case_no, step.plain_name), case.id)
                self.notices.tell(session, matter, leads)
        self.publish([Hint(f"unit:{payload['unit_id']}", context.outbox_id)])


def write_notices(notices: Iterable[Row[Any]], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` for each, as a case's history has them; ``names`` are staff by id."""
    return [
        {"at": one.told_at, "actor": "系统", "text": _write_notice(one, names.get(one.staff_id, ""))}
        for one in notices
        # What rang at somebody is told by the ringing itself.
        if find_kind(one.kind).by_text
    ]


def _write_notice(notice: Row[Any], name: str) -> str:
    matter, whom = _MATTERS.get(notice.kind, ("燃气报警", "{name}"))
    whom = whom.format(name=name)
    return f"{matter}，{_REASONS.get(notice.code, _STATES[notice.state]).format(name=whom)}"
