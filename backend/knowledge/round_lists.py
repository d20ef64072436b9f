"""The rounds of the knowledge base as a list that leaves as an Excel file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.core.spreadsheet import Column, Kind
from backend.knowledge.rounds import KnowledgeRounds
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member

_COLUMNS = (
    Column("case_no", "办件号", width=20),
    Column("unit_name", "单位", width=18),
    Column("year", "年", Kind.COUNT, 8),
    Column("quarter", "季度", Kind.COUNT, 8),
    Column("stands_at", "现在到哪一步", width=24),
    Column("contact_name", "联系人"),
    Column("contact_phone", "电话", width=16),
    Column("due_at", "期限", Kind.MOMENT, 18),
    Column("article_count", "条目", Kind.COUNT, 8),
    Column("opened_at", "发起时间", Kind.MOMENT, 18),
)
_ENDED = {"completed": "已发布"}


def list_round_exports(rounds: KnowledgeRounds) -> dict[str, Exportable]:
    """Return the list by its key; each who is signed in has the rounds that they see."""

    def open_rounds(member: Member, _asked: Asked) -> OpenedList:
        return OpenedList("采集任务", _COLUMNS, _list_rows(rounds, member))

    return {"knowledge-rounds": Exportable(open_rounds)}


def _list_rows(rounds: KnowledgeRounds, member: Member) -> Iterator[Mapping[str, Any]]:
    for one in rounds.list_rounds(member):
        node = next((each for each in one["nodes"] if each["state"] == "open"), None)
        if node is None:
            yield {**one, "stands_at": _ENDED.get(one["status"], "已终止")}
        else:
            told = {key: node[key] for key in ("contact_name", "contact_phone", "due_at")}
            yield {**one, **told, "stands_at": node["name"]}
