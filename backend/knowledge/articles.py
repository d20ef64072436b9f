"""What everybody at the company reads: published articles that hold today, found by words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.local_time import local_date
from backend.core.spreadsheet import Column, Kind
from backend.knowledge import repository
from backend.organisation.leads import CENTRE_LEAD, KEEPER
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member, OrganisationService

# Who may take an article away that turns out to be wrong, without waiting for the next round.
KEEPERS = frozenset({"knowledge_manager", CENTRE_LEAD, KEEPER})
PAGE, MOST_EXPORTED = 50, 10_000
MOST_WORDS, LONGEST_REASON = 8, 200
_EXCERPT, _LEAD = 80, 20
_COLUMNS = (
    Column("title", "标题", width=30),
    Column("category", "分类"),
    Column("keywords", "关键词", width=24),
    Column("body", "内容", width=80),
    Column("version", "第几版", Kind.COUNT, 8),
    Column("valid_from", "生效", Kind.DAY),
    Column("valid_until", "失效", Kind.DAY),
    Column("written_by", "编写人"),
    Column("approved_by", "审核人"),
    Column("published_at", "发布时间", Kind.MOMENT, 18),
)


class KnowledgeBase:
    """Finds, shows and retires articles."""

    def __init__(
        self, sessions: sessionmaker[Session], organisation: OrganisationService, now: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._now = now

    def search(self, q: str, category: str | None, lapsed: bool) -> dict[str, Any]:
        """Return ``{items, more}``: the best PAGE articles in which all words of ``q`` stand."""
        words = q.split()[:MOST_WORDS]
        with self._sessions.begin() as session:
            rows = self._find(session, words, category, lapsed, PAGE + 1)
            items = [
                {**one, "excerpt": write_excerpt(one["body"], words)}
                for one in write_versions(session, self._organisation, rows[:PAGE])
            ]
        return {"items": items, "more": len(rows) > PAGE}

    def read(self, article_id: int) -> dict[str, Any]:
        """Return an article with all that was ever published of it; raises NotFound."""
        today = local_date(self._now())
        with self._sessions.begin() as session:
            rows = repository.list_versions(session, article_id)
            if not rows:
                raise NotFound()
            versions = write_versions(session, self._organisation, rows)
            newest = rows[0]
            retired_by = self._organisation.name_staff(session, {newest.retired_by} - {None})
        is_in_time = (newest.valid_from or today) <= today <= (newest.valid_until or today)
        return {
            "id": article_id,
            "holds": newest.retired_at is None and is_in_time,
            "retired_at": newest.retired_at,
            "retired_by": retired_by.get(newest.retired_by, ""),
            "retired_reason": newest.retired_reason,
            "versions": versions,
        }

    def retire(self, member: Member, article_id: int, reason: str) -> dict[str, Any]:
        """Take an article away and say why; raises Invalid without a reason, NotFound, Conflict."""
        why = reason.strip()[:LONGEST_REASON]
        if not why:
            raise Invalid(fields={"reason": "required"})
        with self._sessions.begin() as session:
            if repository.lock_article(session, article_id) is None:
                raise NotFound()
            if not repository.retire(session, article_id, member.id, why, self._now()):
                raise Conflict("article_retired")
        return self.read(article_id)

    def list_exports(self) -> dict[str, Exportable]:
        """Return the list by its key; everybody who is signed in has it."""

        def open_articles(_member: Member, asked: Asked) -> OpenedList:
            with self._sessions.begin() as session:
                words = str(asked.get("q") or "").split()[:MOST_WORDS]
                rows = self._find(session, words, None, False, MOST_EXPORTED + 1)
                written = write_versions(session, self._organisation, rows)
            return OpenedList("知识库", _COLUMNS, _spell_keywords(written))

        return {"knowledge": Exportable(open_articles)}

    def _find(
        self, session: Session, words: Sequence[str], category: str | None, lapsed: bool, limit: int
    ) -> Sequence[Row[Any]]:
        return repository.search(session, words, category, local_date(self._now()), lapsed, limit)


def write_versions(
    session: Session, organisation: OrganisationService, rows: Sequence[Row[Any]]
) -> list[dict[str, Any]]:
    """Return versions as screens show them, with the names of who wrote, approved and published them."""
    people = {staff_id for row in rows for staff_id in (row.written_by, row.approved_by, row.published_by)}
    names = organisation.name_staff(session, people - {None})
    units = organisation.name_units(session, {row.unit_id for row in rows})
    return [
        {
            **{key: getattr(row, key) for key in _AS_THEY_ARE},
            "unit_name": units.get(row.unit_id, ""),
            **{
                key: names.get(getattr(row, key), "") for key in ("written_by", "approved_by", "published_by")
            },
        }
        for row in rows
    ]


_AS_THEY_ARE = (
    "id", "article_id", "version", "state", "title", "category", "keywords", "body", "valid_from",
    "valid_until", "written_at", "published_at",
)  # fmt: skip


# What makes a heading and a list of a line, and would only be noise within one.
_MARKS = frozenset({"#", "-"})


def write_excerpt(body: str, words: Sequence[str]) -> str:
    """Return the piece of ``body`` round the first of ``words`` that stands in it, or its beginning."""
    line = " ".join(part for part in body.split() if part not in _MARKS)
    places = [place for word in words if (place := line.lower().find(word.lower())) >= 0]
    start = max(min(places, default=0) - _LEAD, 0)
    piece = line[start : start + _EXCERPT]
    return f"{'…' if start else ''}{piece}{'…' if start + _EXCERPT < len(line) else ''}"


def _spell_keywords(rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return ({**one, "keywords": "、".join(one["keywords"])} for one in rows)
