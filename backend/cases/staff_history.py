"""The history of a case in sentences, from its events: who did what, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, select
from sqlalchemy.orm import Session

from backend.cases.deadlines import ANSWERS
from backend.cases.drawing import DRAWN, DRAWN_POST
from backend.cases.models import CaseEvent
from backend.cases.works_drawings import SIGNED_DRAWINGS, SUM, WORKS_DRAWING
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.core.database import table_of
from backend.core.local_time import format_moment
from backend.core.statements import Prepared

_EVENT = table_of(CaseEvent)
_EVENTS = Prepared(
    select(_EVENT.c.case_id, _EVENT.c.occurred_at, _EVENT.c.kind, _EVENT.c.actor, _EVENT.c.payload)
    .where(_EVENT.c.case_id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_())
    .order_by(_EVENT.c.recorded_at, _EVENT.c.case_id, _EVENT.c.seq)
)
# As many digits of a hash as the papers show.
_SHOWN_DIGITS = 12
_ENDS = {"completed": "办结", "refused": "不予办理", "withdrawn": "客户撤回申请", "cancelled": "终止办理"}


@dataclass(frozen=True, slots=True)
class Names:
    """What keys and ids are called: fields of the form, staff and units by id."""

    fields: Mapping[str, str]
    staff: Mapping[int, str]
    units: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One stored event with the process of its case."""

    at: datetime
    kind: str
    actor: str
    payload: Mapping[str, Any]
    definition: ProcessDefinition
    in_child: bool
    case_id: int


def read_events(
    session: Session, definitions: Mapping[int, ProcessDefinition], root_id: int
) -> list[HistoryEvent]:
    """Return all events of the cases in ``definitions`` (case id → process), oldest first."""
    rows = _EVENTS.all(session, {"case_ids": sorted(definitions)})
    return [
        HistoryEvent(
            row.occurred_at,
            row.kind,
            row.actor,
            row.payload,
            definitions[row.case_id],
            row.case_id != root_id,
            row.case_id,
        )
        for row in rows
    ]


def list_staff_ids(events: Iterable[HistoryEvent]) -> set[int]:
    """Return the ids of all staff that the history names, as actor or as handler."""
    found: set[int] = set()
    for event in events:
        number = read_staff_id(event.actor)
        if number is not None:
            found.add(number)
        data = event.payload.get("data", {})
        found.update(one for one in (data.get("handler_id"), data.get(DRAWN)) if isinstance(one, int))
    return found


def list_unit_ids(events: Iterable[HistoryEvent]) -> set[int]:
    """Return the ids of all units that the history names."""
    found = {event.payload.get("data", {}).get("unit_id") for event in events}
    return {one for one in found if isinstance(one, int)}


def find_answerers(events: Iterable[HistoryEvent]) -> dict[int, int]:
    """Return who gave a department's answer, by the id of the forwarded part."""
    done = (one for one in events if one.kind == "task_done" and one.definition.traits.get(ANSWERS))
    return {one.case_id: number for one in done if (number := read_staff_id(one.actor)) is not None}


def find_reply(events: Iterable[HistoryEvent]) -> str | None:
    """Return what the unit last replied (回复工单) to the one who closes the case; None before it has."""
    found = None
    for event in events:
        if event.kind == "task_done" and event.definition.step(event.payload["step"]).queue == "reply":
            found = str(event.payload.get("reason") or "").strip() or found
    return found


def write_history(events: Iterable[HistoryEvent], names: Names) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` for every event that says something to people, oldest first."""
    written = []
    for event in events:
        write = _WRITERS.get(event.kind)
        text = write(event, names) if write is not None else None
        if text:
            written.append({"at": event.at, "actor": _write_actor(event.actor, names), "text": text})
    return written


def read_staff_id(actor: str) -> int | None:
    kind, _, number = actor.partition(":")
    return int(number) if kind == "staff" and number.isdigit() else None


def _write_actor(actor: str, names: Names) -> str:
    kind, _, number = actor.partition(":")
    if kind == "staff":
        return names.staff.get(int(number), "工作人员") if number.isdigit() else "工作人员"
    # Whoever raises an alarm need not be signed in, and need not be a customer.
    return {"customer": "客户", "counter": "客户（在窗口）", "anyone": "报警人"}.get(kind, "系统")


def _with_reason(text: str, event: HistoryEvent) -> str:
    reason = str(event.payload.get("reason") or "").strip()
    return f"{text}（{reason}）" if reason else text


def _write_start(event: HistoryEvent, names: Names) -> str:
    return f"转入“{event.definition.name}”流程" if event.in_child else f"提交“{event.definition.name}”"


def _write_done(event: HistoryEvent, names: Names) -> str | None:
    step = event.definition.step(event.payload["step"])
    outcome = step.outcome(event.payload["outcome"])
    if step.by.kind is ActorKind.SYSTEM or outcome is None:
        return None
    if step.by.kind is ActorKind.CUSTOMER and read_staff_id(event.actor) is not None:
        name = outcome.name_for_staff or outcome.name
        return _with_reason(f"代客户办理“{step.name}”：{name}", event)
    said = step.name if outcome.name == step.name else f"{step.name}：{outcome.name}"
    return _with_reason(said, event)


def _write_data(event: HistoryEvent, names: Names) -> str | None:
    data = event.payload.get("data", {})
    said = []
    if event.payload.get("forwarded"):
        said.append(f"转给{event.payload['forwarded']}协办")
    if isinstance(data.get("handler_id"), int):
        said.append(f"交给{names.staff.get(data['handler_id'], '师傅')}办理")
    if DRAWN_POST in data:
        drawn = data.get(DRAWN)
        nobody = "没有人在线，留在岗位的待办里"
        said.append(nobody if drawn is None else f"随机分给在线的{names.staff.get(drawn, '同事')}")
    if isinstance(data.get("unit_id"), int):
        said.append(f"派给{names.units.get(data['unit_id'], '另一单位')}")
    if data.get("stars"):
        said.append(f"服务评价：{data['stars']} 星")
    if data.get("result"):
        traits = event.definition.traits
        what = "答复" if traits.get(ANSWERS) else "处理结果" if traits.get("mark") else "现场结果"
        what = "回访结果" if traits.get("tells_answer") else what
        said.append(f"{what}：{data['result']}")
    if data.get("amount_fen"):
        said.append(f"应收 {_write_yuan(data['amount_fen'])}")
    if data.get("receipt_no"):
        said.append(f"入账单号 {data['receipt_no']}")
    if data.get("visit_photos"):
        said.append(f"现场照片共 {len(data['visit_photos'])} 张")
    drawing = data.get(WORKS_DRAWING)
    if drawing:
        said.append(f"图纸 {len(drawing['files'])} 份，校验值 {drawing['sha256'][:_SHOWN_DIGITS]}")
    if data.get("signature_file"):
        signed = data.get(SIGNED_DRAWINGS)
        said.append("客户已签名" + (_write_signed(signed[-1]) if signed else ""))
    return _with_reason("；".join(said), event) if said else None


def _write_yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02} 元"


def _write_signed(drawing: Mapping[str, Any]) -> str:
    agreed = f"，同意费用 {_write_yuan(drawing[SUM])}" if drawing.get(SUM) else ""
    return f"，看过的图纸校验值 {drawing['sha256'][:_SHOWN_DIGITS]}{agreed}"


def _write_child_end(event: HistoryEvent, names: Names) -> str:
    return f"转出的流程已结束：{_ENDS.get(event.payload['end'], '结束')}"


def _write_end(event: HistoryEvent, names: Names) -> str:
    if event.payload.get("reason") == "parent_ended":
        return "随原申请一起终止"
    end = event.payload["end"]
    return _with_reason(event.definition.cancel_name if end == "cancelled" else _ENDS.get(end, "结束"), event)


def _label(event: HistoryEvent, names: Names, key: str) -> str:
    item = str(event.payload[key])
    return names.fields.get(item, item)


def _write_filled(event: HistoryEvent, names: Names) -> str:
    return f"{event.definition.step(event.payload['step']).name}：填好“{event.payload['name']}”"


def _write_extended(event: HistoryEvent, names: Names) -> str:
    step = event.definition.step(event.payload["step"]).name
    until = format_moment(datetime.fromisoformat(event.payload["due_at"]))
    return f"同意延期：“{step}”的期限延到 {until}"


_WRITERS: dict[str, Callable[[HistoryEvent, Names], str | None]] = {
    "case_started": _write_start,
    "task_done": _write_done,
    "correction_asked": lambda event, names: _with_reason(
        f"请客户修改“{_label(event, names, 'item')}”", event
    ),
    "correction_resolved": lambda event, names: f"改好“{_label(event, names, 'item')}”",
    "document_owed": lambda event, names: f"容缺，待补“{_label(event, names, 'document')}”",
    "document_supplied": lambda event, names: f"补交“{_label(event, names, 'document')}”",
    "data_changed": _write_data,
    "form_filled": _write_filled,
    "child_ended": _write_child_end,
    "case_urged": lambda event, names: "客户来电催办" if event.actor.startswith("staff:") else "客户催办",
    "limit_extended": _write_extended,
    "case_ended": _write_end,
}
