"""Reading and writing the knowledge base: statements only, no rule in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session

from backend.cases.models import CaseTask, ServiceCase
from backend.core.database import table_of
from backend.knowledge.models import KnowledgeArticle, KnowledgePlanItem, KnowledgeVersion
from backend.knowledge.states import PROCESS, VersionState

ARTICLE, VERSION = table_of(KnowledgeArticle), table_of(KnowledgeVersion)
_PLAN, _CASE, _TASK = table_of(KnowledgePlanItem), table_of(ServiceCase), table_of(CaseTask)
_DRAFT, _PUBLISHED = VERSION.c.state == VersionState.DRAFT, VERSION.c.state == VersionState.PUBLISHED
# The nearest unit, from the case's upwards, in which somebody on duty holds the post.
_HOLDER = text(
    """
    WITH RECURSIVE above (id, parent_id, distance) AS (
      SELECT id, parent_id, 0 FROM unit WHERE id = :unit_id
      UNION ALL
      SELECT u.id, u.parent_id, a.distance + 1 FROM unit u JOIN above a ON u.id = a.parent_id
    )
    SELECT s.id FROM above a JOIN staff s ON s.unit_id = a.id AND s.presence = 'on_duty'
    WHERE EXISTS (SELECT FROM staff_post p WHERE p.staff_id = s.id AND p.key = ANY(:posts))
    ORDER BY a.distance, s.id LIMIT 1
    """
).bindparams(bindparam("unit_id", type_=BigInteger), bindparam("posts", type_=ARRAY(Text)))
_DIVISION = text(
    """
    WITH RECURSIVE above (id, parent_id, kind, distance) AS (
      SELECT id, parent_id, kind, 0 FROM unit WHERE id = :unit_id
      UNION ALL
      SELECT u.id, u.parent_id, u.kind, a.distance + 1 FROM unit u JOIN above a ON u.id = a.parent_id
    )
    SELECT id FROM above ORDER BY (kind = 'division') DESC, distance LIMIT 1
    """
).bindparams(bindparam("unit_id", type_=BigInteger))
# Who last took a step of a round, by step.
_ACTORS = text(
    """
    SELECT DISTINCT ON (payload->>'step') payload->>'step' AS step, actor FROM case_event
    WHERE case_id = :case_id AND kind = 'task_done' AND actor ~ '^staff:[0-9]+$'
    ORDER BY payload->>'step', seq DESC
    """
).bindparams(bindparam("case_id", type_=BigInteger))


def search(
    session: Session, words: Sequence[str], category: str | None, today: date, lapsed: bool, limit: int
) -> Sequence[Row[Any]]:
    """Return published versions in which every word stands: those with all of them in title or keywords
    first, then the newest. ``lapsed`` are those that no longer count, or not yet."""
    is_valid: ColumnElement[bool] = ARTICLE.c.retired_at.is_(None)
    is_valid &= VERSION.c.valid_from.is_(None) | (VERSION.c.valid_from <= today)
    is_valid &= VERSION.c.valid_until.is_(None) | (VERSION.c.valid_until >= today)
    head = func.lower(VERSION.c.title + " " + func.array_to_string(VERSION.c.keywords, " "))
    whole = head + " " + func.lower(VERSION.c.body)
    conditions: list[ColumnElement[bool]] = [_PUBLISHED, ~is_valid if lapsed else is_valid]
    conditions += [func.strpos(whole, word.lower()) > 0 for word in words]
    if category is not None:
        conditions.append(VERSION.c.category == category)
    in_head = [func.strpos(head, word.lower()) > 0 for word in words] or [true()]
    best = case((and_(*in_head), 0), else_=1)
    found = _versions().where(*conditions).order_by(best, VERSION.c.published_at.desc(), VERSION.c.id.desc())
    return session.execute(found.limit(limit)).all()


def _versions() -> Select[Any]:
    retired = (ARTICLE.c.retired_at, ARTICLE.c.retired_by, ARTICLE.c.retired_reason)
    return select(*VERSION.c, *retired).join(ARTICLE, ARTICLE.c.id == VERSION.c.article_id)


def list_versions(session: Session, article_id: int) -> Sequence[Row[Any]]:
    """Return what was published of an article, the newest first."""
    published = VERSION.c.published_at.is_not(None)
    found = _versions().where(VERSION.c.article_id == article_id, published)
    return session.execute(found.order_by(VERSION.c.version.desc())).all()


def list_of_round(session: Session, case_id: int) -> Sequence[Row[Any]]:
    """Return the articles written in a round, in the order of their writing."""
    written = (VERSION.c.case_id == case_id) & (VERSION.c.state != VersionState.DROPPED)
    return session.execute(_versions().where(written).order_by(VERSION.c.id)).all()


def count_of_rounds(session: Session, case_ids: Sequence[int]) -> dict[int, int]:
    """Return how many articles were written in each of these rounds, where there are any."""
    written = VERSION.c.case_id.in_(case_ids) & (VERSION.c.state != VersionState.DROPPED)
    counted = select(VERSION.c.case_id, func.count()).where(written).group_by(VERSION.c.case_id)
    return {case_id: count for case_id, count in session.execute(counted)}


def lock_article(session: Session, article_id: int) -> Row[Any] | None:
    """Lock an article and return it, or None where there is none."""
    found = select(ARTICLE).where(ARTICLE.c.id == article_id).with_for_update()
    return session.execute(found).one_or_none()


def drop_orphans(session: Session, article_id: int) -> None:
    """Drop the draft of a round that ended without publishing it, so that another can be written."""
    ended = select(_CASE.c.id).where(_CASE.c.status != "open")
    left = (VERSION.c.article_id == article_id) & _DRAFT & VERSION.c.case_id.in_(ended)
    session.execute(update(VERSION).where(left).values(state=VersionState.DROPPED))


def find_draft(session: Session, article_id: int) -> int | None:
    """Return the round in which an article is being written, or None."""
    drafted = select(VERSION.c.case_id).where(VERSION.c.article_id == article_id, _DRAFT)
    return session.execute(drafted).scalar_one_or_none()


def insert_draft(session: Session, article_id: int | None, values: Mapping[str, Any], now: datetime) -> int:
    """Insert a draft of a new article or of ``article_id``; returns the version's id."""
    if article_id is None:
        made = insert(ARTICLE).values(created_at=now).returning(ARTICLE.c.id)
        article_id = session.execute(made).scalar_one()
    newest = select(func.coalesce(func.max(VERSION.c.version), 0)).where(VERSION.c.article_id == article_id)
    number = session.execute(newest).scalar_one() + 1
    row = {
        **values,
        "article_id": article_id,
        "version": number,
        "state": VersionState.DRAFT,
        "written_at": now,
    }
    version_id: int = session.execute(insert(VERSION).values(row).returning(VERSION.c.id)).scalar_one()
    return version_id


def change_draft(session: Session, case_id: int, version_id: int, values: Mapping[str, Any]) -> bool:
    """Change a draft of a round; False where there is no such draft."""
    mine = (VERSION.c.id == version_id) & (VERSION.c.case_id == case_id) & _DRAFT
    return (
        session.execute(update(VERSION).where(mine).values(**values).returning(VERSION.c.id)).first()
        is not None
    )


def publish_drafts(
    session: Session, case_id: int, approved_by: int | None, published_by: int | None, now: datetime
) -> None:
    """Put out all drafts of a round in the place of what stood there before."""
    drafted = select(VERSION.c.article_id).where(VERSION.c.case_id == case_id, _DRAFT)
    before = VERSION.c.article_id.in_(drafted) & _PUBLISHED
    session.execute(update(VERSION).where(before).values(state=VersionState.REPLACED))
    put_out = {"state": VersionState.PUBLISHED, "approved_by": approved_by, "published_by": published_by}
    mine = (VERSION.c.case_id == case_id) & _DRAFT
    session.execute(update(VERSION).where(mine).values(**put_out, published_at=now))


def retire(session: Session, article_id: int, staff_id: int, reason: str, now: datetime) -> bool:
    """Retire a published article; False where there is none, or it is retired already."""
    published = select(VERSION.c.article_id).where(VERSION.c.article_id == article_id, _PUBLISHED)
    still = (ARTICLE.c.id.in_(published)) & ARTICLE.c.retired_at.is_(None)
    gone = update(ARTICLE).where(still).values(retired_at=now, retired_by=staff_id, retired_reason=reason)
    return session.execute(gone.returning(ARTICLE.c.id)).first() is not None


def list_plan(session: Session, unit_id: int, year: int) -> Sequence[Row[Any]]:
    """Return what a division collects in a year, by quarter."""
    items = select(_PLAN).where(_PLAN.c.unit_id == unit_id, _PLAN.c.year == year)
    return session.execute(items.order_by(_PLAN.c.quarter, _PLAN.c.id)).all()


def replace_plan(session: Session, unit_id: int, year: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Let ``rows`` be the whole plan of a division's year."""
    session.execute(delete(_PLAN).where(_PLAN.c.unit_id == unit_id, _PLAN.c.year == year))
    if rows:
        session.execute(insert(_PLAN), [{**one, "unit_id": unit_id, "year": year} for one in rows])


_ROUND = select(
    _CASE.c.id, _CASE.c.case_no, _CASE.c.unit_id, _CASE.c.status, _CASE.c.data, _CASE.c.opened_at,
    _CASE.c.definition_version_id, _CASE.c.handler_id,
)  # fmt: skip


def list_rounds(session: Session, units: Sequence[int], limit: int) -> Sequence[Row[Any]]:
    """Return the rounds of these units: those that run first, then the newest."""
    mine = (_CASE.c.process_key == PROCESS) & _CASE.c.unit_id.in_(units)
    order = ((_CASE.c.status == "open").desc(), _CASE.c.id.desc())
    return session.execute(_ROUND.where(mine).order_by(*order).limit(limit)).all()


def read_round(session: Session, case_id: int) -> Row[Any]:
    """Return one round."""
    return session.execute(_ROUND.where(_CASE.c.id == case_id)).one()


def list_tasks(session: Session, case_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the steps that these rounds have come to, in their order."""
    return session.execute(
        select(_TASK).where(_TASK.c.case_id.in_(case_ids)).order_by(_TASK.c.case_id, _TASK.c.no)
    ).all()


def find_holder(session: Session, unit_id: int, posts: Sequence[str]) -> int | None:
    """Return who is to be called for a step: on duty with its post, in the unit or the nearest above."""
    return session.execute(_HOLDER, {"unit_id": unit_id, "posts": list(posts)}).scalar_one_or_none()


def find_division(session: Session, unit_id: int) -> int:
    """Return the division of a unit, or the unit itself where it has none above."""
    division_id: int = session.execute(_DIVISION, {"unit_id": unit_id}).scalar_one()
    return division_id


def list_actors(session: Session, case_id: int) -> dict[str, int]:
    """Return the id of who last took each step of a round."""
    rows = session.execute(_ACTORS, {"case_id": case_id})
    return {row.step: int(row.actor.removeprefix("staff:")) for row in rows}
