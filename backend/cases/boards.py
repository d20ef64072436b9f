"""Boards per department (部门看板): what lies open where, what is late, and how limits are used.

One line for each post in each unit that the member sees. Every figure walks an index of that post and unit
and stops at COUNT_LIMIT, so a board's time goes by units, posts and what is open there, never by all cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Row, Text, bindparam, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import PERSONAL_POSTS
from backend.cases.staff_access import PostMap, list_posts
from backend.cases.staff_queue_rows import COUNT_LIMIT, OTHER_FAMILY
from backend.cases.staff_queues import QUEUES
from backend.core.local_time import SHANGHAI, local_date
from backend.core.spreadsheet import Column, Kind
from backend.organisation.list_exports import Asked, Exportable, OpenedList
from backend.organisation.service import Member, OrganisationService

# Of the tasks that a post finished this week the newest so many make its mean.
_MOST_DONE = 200
_FAMILIES = {one.key: one.name for one in QUEUES if one.kind in ("queue", "handler")}
_WHEN = DateTime(timezone=True)
_LANES = (
    bindparam("posts", type_=ARRAY(Text)),
    bindparam("units", type_=ARRAY(BigInteger)),
)
_LINES = text(
    f"""
    SELECT p.post, u.unit_id, open.n AS open, late.n AS overdue, today.n AS today, urged.n AS urged,
      oldest.opened_at AS oldest_at, done.n AS done, done.share AS used_share
    FROM unnest(:posts) AS p(post) CROSS JOIN unnest(:units) AS u(unit_id)
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
      SELECT FROM case_task t WHERE t.state = 'open' AND t.post_key = p.post AND t.unit_id = u.unit_id
      ORDER BY COALESCE(t.due_at, 'infinity'::timestamptz) LIMIT {COUNT_LIMIT}) counted) open
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
      SELECT FROM case_task t WHERE t.state = 'open' AND t.post_key = p.post AND t.unit_id = u.unit_id
        AND COALESCE(t.due_at, 'infinity'::timestamptz) < :now
      ORDER BY COALESCE(t.due_at, 'infinity'::timestamptz) LIMIT {COUNT_LIMIT}) counted) late
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
      SELECT FROM case_task t WHERE t.state = 'open' AND t.post_key = p.post AND t.unit_id = u.unit_id
        AND COALESCE(t.due_at, 'infinity'::timestamptz) >= :now
        AND COALESCE(t.due_at, 'infinity'::timestamptz) < :day_end
      ORDER BY COALESCE(t.due_at, 'infinity'::timestamptz) LIMIT {COUNT_LIMIT}) counted) today
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
      SELECT FROM case_task t WHERE t.state = 'open' AND t.urged_at IS NOT NULL
        AND t.post_key = p.post AND t.unit_id = u.unit_id LIMIT {COUNT_LIMIT}) counted) urged
    LEFT JOIN LATERAL (
      SELECT t.opened_at FROM case_task t
      WHERE t.state = 'open' AND t.post_key = p.post AND t.unit_id = u.unit_id
      ORDER BY t.opened_at, t.case_id, t.no LIMIT 1) oldest ON true
    CROSS JOIN LATERAL (
      SELECT count(*) AS n, avg(EXTRACT(EPOCH FROM f.done_at - f.opened_at)
        / NULLIF(EXTRACT(EPOCH FROM f.due_at - f.opened_at), 0)) AS share
      FROM (
        SELECT t.done_at, t.opened_at, t.due_at FROM case_task t
        WHERE t.state = 'done' AND t.due_at IS NOT NULL AND t.post_key = p.post AND t.unit_id = u.unit_id
          AND t.done_at >= :week_start
        ORDER BY t.done_at DESC LIMIT {_MOST_DONE}) f) done
    """
).bindparams(
    *_LANES,
    bindparam("now", type_=_WHEN),
    bindparam("day_end", type_=_WHEN),
    bindparam("week_start", type_=_WHEN),
)
_QUEUED = text(
    f"""
    SELECT p.post, u.unit_id, q.queue, counted.n
    FROM unnest(:queues, :of_posts) AS q(queue, post) JOIN unnest(:posts) AS p(post) ON p.post = q.post
    CROSS JOIN unnest(:units) AS u(unit_id)
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
      SELECT FROM case_task t
      WHERE t.state = 'open' AND t.queue = q.queue AND t.post_key = p.post AND t.unit_id = u.unit_id
      ORDER BY COALESCE(t.due_at, 'infinity'::timestamptz) LIMIT {COUNT_LIMIT}) counted) counted
    WHERE counted.n > 0
    """
).bindparams(
    *_LANES,
    bindparam("queues", type_=ARRAY(Text)),
    bindparam("of_posts", type_=ARRAY(Text)),
)
_COLUMNS = (
    Column("unit_name", "单位", width=24),
    Column("post_name", "部门或岗位", width=24),
    Column("open", "待办", Kind.COUNT, 10),
    *(Column(key, name, Kind.COUNT, 10) for key, name in (*_FAMILIES.items(), (OTHER_FAMILY, "其他环节"))),
    Column("overdue", "已超期", Kind.COUNT, 10),
    Column("today", "今天到期", Kind.COUNT, 10),
    Column("urged", "被催办", Kind.COUNT, 10),
    Column("oldest_at", "最早一件从", Kind.MOMENT, 18),
    Column("done", "本周办完", Kind.COUNT, 10),
    Column("used_percent", "平均用掉时限（%）", Kind.COUNT, 16),
)


class Boards:
    """Draws the board of who leads or manages. ``post_names`` are the posts' names by key."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        posts: PostMap,
        post_names: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._posts = posts
        self._post_names = dict(post_names)
        self._now = now

    def draw(self, member: Member) -> dict[str, Any]:
        """Return ``{families, lines, at}``: a line for each post and unit where something is open or was done
        this week. Counts stop at COUNT_LIMIT, which means as many or more."""
        now = self._now()
        posts = self._posts.list_lane_posts(list_posts(member))
        values = {"posts": posts, "units": sorted(member.units), **_find_bounds(now)}
        queued = [(queue, post) for queue, found in self._posts.queues.items() for post in sorted(found)]
        pairs = {"queues": [one for one, _ in queued], "of_posts": [one for _, one in queued]}
        # A unit's own cases of one person stand in no queue of the unit.
        with self._sessions.begin() as session:
            lines = session.execute(_LINES, values).all()
            by_queue = session.execute(_QUEUED, {**values, **pairs}).all()
            units = self._organisation.name_units(session, member.units)
            codes = self._organisation.code_units(session, member.units)
        families: dict[tuple[str, int], dict[str, int]] = {}
        for one in by_queue:
            families.setdefault((one.post, one.unit_id), {})[one.queue] = one.n
        shown = [
            self._describe(one, families.get((one.post, one.unit_id), {}), units, codes)
            for one in lines
            if one.open or one.done
        ]
        shown.sort(key=lambda one: (one["unit_code"], -one["overdue"], -one["open"], one["post"]))
        return {"at": now, "families": _list_families(shown), "lines": shown}

    def list_exports(self, posts: frozenset[str]) -> dict[str, Exportable]:
        """Return the board as a list by its key; ``posts`` have it."""
        return {"board": Exportable(self._open, posts)}

    def _open(self, member: Member, _asked: Asked) -> OpenedList:
        return OpenedList("部门看板", _COLUMNS, _flatten(self.draw(member)["lines"]))

    def _describe(
        self, line: Row[Any], queues: Mapping[str, int], units: Mapping[int, str], codes: Mapping[int, str]
    ) -> dict[str, Any]:
        known = {key: count for key, count in queues.items() if key in _FAMILIES}
        rest = max(line.open - sum(known.values()), 0)
        families = {**known, OTHER_FAMILY: rest} if rest else known
        return {
            "unit_code": codes[line.unit_id],
            "unit_name": units[line.unit_id],
            "post": line.post,
            "post_name": self._post_names.get(line.post, line.post),
            "is_personal": line.post in PERSONAL_POSTS,
            "open": line.open,
            "families": [{"key": key, "count": count} for key, count in families.items()],
            "overdue": line.overdue,
            "today": line.today,
            "urged": line.urged,
            "oldest_at": line.oldest_at,
            "done": line.done,
            "used_share": None if line.used_share is None else round(float(line.used_share), 3),
        }


def _find_bounds(now: datetime) -> dict[str, datetime]:
    """Return now, the end of today and the start of this week (Monday), in Shanghai."""
    today = local_date(now)
    monday = today - timedelta(days=today.weekday())
    return {
        "now": now,
        "day_end": datetime.combine(today + timedelta(days=1), time(), SHANGHAI),
        "week_start": datetime.combine(monday, time(), SHANGHAI),
    }


def _list_families(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return key and name of the families that any line has, in the queues' order."""
    found = {one["key"] for line in lines for one in line["families"]}
    names = {**_FAMILIES, OTHER_FAMILY: "其他环节"}
    return [{"key": key, "name": name} for key, name in names.items() if key in found]


def _flatten(lines: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        share = line["used_share"]
        yield {
            **line,
            **{one["key"]: one["count"] for one in line["families"]},
            "used_percent": None if share is None else round(share * 100),
        }
