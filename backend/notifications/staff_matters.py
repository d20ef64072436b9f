"""What staff can be told of: its words, and how urgent it is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Urgency = Literal["alarm", "urgent", "ordinary"]
URGENCIES: tuple[Urgency, ...] = ("alarm", "urgent", "ordinary")


@dataclass(frozen=True, slots=True)
class MatterKind:
    """``text`` has {0}, {1} … for the parameters of the text message's template, in their order.

    Not ``by_text`` is what somebody gets a text message of its own for; then the other ways are left. The
    parameter ``staff_param`` is the id of a member of staff, who is named only where the matter is told.
    ``instead`` is the template that is sent where the kind's own is not set up, with how many parameters.
    """

    title: str
    text: str
    urgency: Urgency
    by_text: bool = True
    staff_param: int | None = None
    instead: tuple[str, int] | None = None


KINDS: dict[str, MatterKind] = {
    "alarm": MatterKind("燃气泄漏报警", "燃气泄漏报警（编号{0}）等您处理，请立即打开工作台。", "alarm"),
    "on_call": MatterKind(
        "轮到您接警", "燃气泄漏报警（编号{0}）轮到您接，请立即打开工作台。", "alarm", by_text=False
    ),
    "alarm_overdue": MatterKind(
        "燃气报警超时限", "燃气报警（编号{0}）的“{1}”已超时限，请立即处理。", "alarm", instead=("alarm", 1)
    ),
    "overdue": MatterKind("办件超时限", "办件（编号{0}）的“{1}”已超时限，请处理。", "urgent"),
    "urged": MatterKind("客户催办", "客户催办（编号{0}），请优先处理。", "urgent"),
    "objected": MatterKind(
        "客户对单据有异议", "客户说单据有不对的地方（编号{0}），没有签字，请联系客户。", "urgent"
    ),
    "drawn": MatterKind("客户在等您远程处理", "客户等您远程处理（编号{0}），请马上查看。", "urgent"),
    "complaint": MatterKind("投诉派给您", "投诉（编号{0}）派给您，从现在起计时，请马上处理。", "urgent"),
    "complaint_review": MatterKind(
        "投诉等您审核", "投诉（编号{0}）处理完了，等您审核，时限还在走，请马上查看。", "urgent"
    ),
    "complaint_again": MatterKind(
        "投诉退回给您重办", "投诉（编号{0}）退回给您重办，时限还在走，请马上处理。", "urgent"
    ),
    "dispatched": MatterKind("新派来一件", "新派来一件（编号{0}），请安排师傅。", "ordinary"),
    "visit_due": MatterKind("约的时间到了", "约的上门时间到了（编号{0}），请出发。", "urgent"),
    "handed_over": MatterKind(
        "有工作移交给您", "{1}把 {0} 件没办完的工作移交给您，请打开工作台查看。", "urgent", staff_param=1
    ),
    "forwarded": MatterKind("有事转给您部门", "有一件事转给{1}（编号{0}），请查看并答复。", "ordinary"),
    "forward_answered": MatterKind("部门有答复了", "您转出去的事有答复了（编号{0}），请查看。", "ordinary"),
    "contract": MatterKind("合同等您审批", "合同（编号{0}）等您审批。", "ordinary"),
    "calendar": MatterKind("工作日历要续", "工作日历只排到{0}，请补全后面的放假安排。", "ordinary"),
}
_OTHER = MatterKind("有事等您处理", "请打开工作台查看。", "ordinary")


def find_kind(kind: str) -> MatterKind:
    """Return what is known of a kind; one without words of its own is told as something ordinary."""
    return KINDS.get(kind, _OTHER)


def name_people(
    kind: str, params: Sequence[str], name_staff: Callable[[Collection[int]], Mapping[int, str]]
) -> list[str]:
    """Return the parameters with a person's name where one is kept by id."""
    where, named = find_kind(kind).staff_param, list(params)
    if where is not None:
        staff_id = int(named[where])
        named[where] = name_staff([staff_id]).get(staff_id, "同事")
    return named


def choose_template(
    kind: str, params: Sequence[str], templates: Mapping[str, str]
) -> tuple[str, list[str]] | None:
    """Return the id of the text message's template with its parameters; None where none is set up."""
    if kind in templates:
        return templates[kind], list(params)
    instead = find_kind(kind).instead
    if instead is None or instead[0] not in templates:
        return None
    return templates[instead[0]], list(params[: instead[1]])


def write_matter(kind: str, params: Sequence[str]) -> str:
    """Return the matter as a sentence."""
    known = find_kind(kind)
    return known.text.format(*params) if known is not _OTHER else known.text
