"""The staff's lists: queues with counts, pages of them, and the search over all cases one may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.awaited_signatures import list_to_sign
from backend.cases.co_handling import list_helped
from backend.cases.commands import PERSONAL_POSTS
from backend.cases.deadline_extending import EXTENDERS
from backend.cases.objection_rows import list_owing
from backend.cases.queue_cursors import read_cursor, write_cursor
from backend.cases.staff_access import (
    OVERSEERS,
    HelpedSteps,
    PostMap,
    find_seen_unit,
    list_posts,
    make_performer,
    tell_part,
)
from backend.cases.staff_queue_rows import (
    ALARM_QUEUE,
    HELPING,
    OTHER_FAMILY,
    list_helped_values,
    make_count,
    make_membership,
    make_page,
    make_search,
)
from backend.cases.staff_rows import RowWriter
from backend.cases.staff_search_rows import CONDITIONS, find_family, find_part, find_unit_of, read_part
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid, NotFound
from backend.core.ids import is_valid_case_no
from backend.core.local_time import SHANGHAI, local_date
from backend.organisation.leads import UNIT_LEAD
from backend.organisation.service import Member

PAGE, LONGEST_PAGE = 50, 100
_PHONE_DIGITS = 7
_FIRST_PAGE = 2**62
# How a page's statement keeps a family: not at all, those in no queue, or (anything else) those in one.
_FAMILY_KINDS = {None: None, OTHER_FAMILY: "none"}
# Digits that are typed into the search may be the beginning or the end of an open case's number as well.
_OR_PART = {"phone": "phone_or_part", "words": "words_or_part"}


@dataclass(frozen=True, slots=True)
class Queue:
    """A list of open tasks. ``kind`` says what gathers it: queue, post (all of a unit's), handler, objected
    (the customer waits for an answer), to_sign (a paper waits for one's post), or extension (more time is
    asked for).

    An urgent queue is seen by everybody who takes part in its processes, whosever turn it is, also while one
    person has it in hand (law 13).
    """

    key: str
    name: str
    kind: str
    is_overdue: bool = False
    is_urgent: bool = False


QUEUES = (
    Queue(ALARM_QUEUE, "燃气报警", "queue", is_urgent=True),
    Queue("accept", "待受理", "queue"),
    Queue("review", "待审核", "queue"),
    Queue("dispatch", "待派发", "queue"),
    Queue("assign", "待委派", "queue"),
    Queue("charge", "待收费", "queue"),
    Queue("reply", "待回复", "queue"),
    Queue("close", "待办结", "queue"),
    Queue("to_pay", "等客户缴费", "queue"),
    Queue("extension", "待批延期", "extension"),
    Queue("to_sign", "待签字", "to_sign"),
    Queue("objected", "客户有异议", "objected"),
    Queue("mine", "我的办件", "handler"),
    Queue("unit", "本单位待办", "post"),
    Queue("overdue", "已超期", "post", is_overdue=True),
)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What a list is asked for; without a queue it is every case one may see, newest first.

    ``unit`` is the code of one of the units that one sees; one's own cases (handler) are not parted by it.
    ``due`` keeps what is ``overdue``, or due from now to the end of ``today``; ``narrow`` what was
    ``returned`` before, has documents ``owed`` or was ``urged``; ``post`` the steps of one of the posts whose
    work one sees, ``family`` those that stand in one queue, or with OTHER_FAMILY in none.
    """

    queue: str | None = None
    service: str | None = None
    unit: str | None = None
    due: str | None = None
    narrow: str | None = None
    post: str | None = None
    family: str | None = None
    q: str = ""
    sort: str = "due"
    after: str | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class _Lanes:
    """A queue as one person sees it: what gathers it, and the values of its statement."""

    queue: Queue
    kind: str
    values: dict[str, Any]


class StaffQueues:
    """Answers which lists somebody has, how much is in them, and what stands on a page."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        posts: PostMap,
        rows: RowWriter,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._posts = posts
        self._rows = rows
        self._keys = keys
        self._now = now

    def list_queues(self, member: Member) -> list[dict[str, Any]]:
        """Return the queues of one's posts, each with key, name, count (1000 means more) and urgent."""
        with self._sessions.begin() as session:
            found = []
            for lanes in self._list_lanes(session, member):
                statement = _count(lanes.kind, lanes.queue.is_overdue)
                count = session.execute(statement, lanes.values).scalar_one()
                urgent = lanes.queue.is_urgent and count > 0
                one = {"key": lanes.queue.key, "name": lanes.queue.name, "count": count, "urgent": urgent}
                found.append(one)
            return found

    def list_cases(self, member: Member, asked: ListRequest) -> dict[str, Any]:
        """Return ``{items, next, elsewhere}``; raises NotFound for a queue one has not.

        Raises Invalid for a bad cursor, a unit that one does not see, and ``due`` where nothing narrows.
        """
        limit = min(max(asked.limit, 1), LONGEST_PAGE)
        with self._sessions.begin() as session:
            if asked.unit is not None:
                member = replace(member, units=frozenset({find_seen_unit(session, member, asked.unit)}))
            lanes = None if asked.queue is None else self._find_lanes(session, member, asked.queue)
            if lanes is not None and asked.post is not None:
                of_post = {**lanes.values, "posts": _narrow(lanes, asked.post)}
                lanes = replace(lanes, kind=lanes.kind.removeprefix(HELPING), values=of_post)
            if lanes is None or asked.q.strip():
                rows, sort = self._search(session, member, asked, lanes, limit + 1), "case"
            else:
                rows, sort = self._list_page(session, lanes, asked, limit + 1), asked.sort
            following = (
                write_cursor(sort, rows[limit - 1], _puts_alarms_first(lanes)) if len(rows) > limit else None
            )
            helped = set() if lanes is None else set(lanes.values.get("helped", ()))
            items = self._rows.write(
                session, rows[:limit], lambda row: _tell_part(member, row, helped), make_performer(member)
            )
            elsewhere = None if items or lanes is not None else self._tell_elsewhere(session, asked)
            return {"items": items, "next": following, "elsewhere": elsewhere}

    def _tell_elsewhere(self, session: Session, asked: ListRequest) -> dict[str, str] | None:
        """Return who has the case whose whole number was asked for, so that a caller is not sent away."""
        number = "".join(asked.q.split())
        is_asked_alone = not (asked.service or asked.narrow or asked.due or asked.unit or asked.after)
        if not is_asked_alone or not is_valid_case_no(number):
            return None
        unit_id = find_unit_of(session, number)
        return None if unit_id is None else self._rows.tell_unit(session, unit_id)

    def name_queue(self, member: Member, key: str) -> str:
        """Return what the queue is called for ``member``; raises NotFound for one that they have not."""
        with self._sessions.begin() as session:
            return self._find_lanes(session, member, key).queue.name

    def _list_lanes(self, session: Session, member: Member) -> list[_Lanes]:
        posts = list_posts(member)
        units = sorted(member.units)
        open_ones, late = self._posts.list_lane_posts(posts), self._posts.list_late_posts(posts)
        base = {"units": units, "handler_id": member.id, "now": self._now(), "day_end": self._end_day()}
        is_handler = any(post in posts for post in PERSONAL_POSTS)
        has_own = is_handler or not posts.isdisjoint(self._posts.drawn)
        owing = list_owing(session, {member.id} | member.stands_for, units if UNIT_LEAD in posts else ())
        team = self._find_team(session, member, owing) if is_handler else None
        found = []
        for queue in QUEUES:
            if queue.kind == "queue":
                own = self._list_queue_posts(queue, posts)
                others = [one for one in self._posts.list_helped(posts, own) if one.queue == queue.key]
                if own or others:
                    found.append(_make_lanes(queue, {**base, "queue": queue.key}, own, others))
            elif queue.kind == "objected":
                # Nobody has it as long as nobody waits; a handler has it in the own list.
                if owing and not has_own:
                    found.append(_Lanes(queue, "objected", {**base, "owing": owing}))
            elif queue.kind == "to_sign":
                if to_sign := list_to_sign(session, posts, units):
                    found.append(_Lanes(queue, "objected", {**base, "owing": to_sign}))
            elif queue.kind == "extension" and posts & EXTENDERS:
                found.append(_Lanes(queue, "extension", base))
            elif queue.kind == "post" and (wide := late if queue.is_overdue else open_ones):
                # To who oversees all of a unit's work, none of it is what they have to do themselves.
                is_all = queue.key == "unit" and bool(posts & OVERSEERS)
                named = replace(queue, name="全部待办") if is_all else queue
                # What waits for a customer is nobody's to do before that customer comes.
                others = [one for one in self._posts.list_helped(posts, wide) if one.post]
                found.append(_make_lanes(named, base, wide, others))
            elif has_own and (queue.kind == "handler" or queue.is_overdue):
                kind = "handler" if team is None else "answering" if owing else "shared"
                found.append(_Lanes(queue, kind, {**base, **(team or {}), "posts": sorted(posts)}))
        return found

    @staticmethod
    def _find_team(session: Session, member: Member, owing: Sequence[int]) -> dict[str, Any] | None:
        """Return for whom and where else the member works, or None for who has only cases of their own."""
        helped = list_helped(session, member.id)
        if not helped and not owing and not member.stands_for:
            return None
        return {"handlers": sorted({member.id} | member.stands_for), "helped": helped, "owing": owing}

    def _end_day(self) -> datetime:
        """Return the end of today in Shanghai."""
        tomorrow = local_date(self._now()) + timedelta(days=1)
        return datetime.combine(tomorrow, time(), SHANGHAI)

    def _list_queue_posts(self, queue: Queue, posts: frozenset[str]) -> list[str]:
        """Return whose steps the holder of ``posts`` sees in ``queue``."""
        of_queue = self._posts.queues.get(queue.key, frozenset())
        if not queue.is_urgent:
            return sorted((of_queue - PERSONAL_POSTS.keys()) & posts)
        watchers = self._posts.watchers.get(queue.key, frozenset()) - PERSONAL_POSTS.keys()
        return sorted(of_queue) if watchers & posts else []

    def _find_lanes(self, session: Session, member: Member, key: str) -> _Lanes:
        for lanes in self._list_lanes(session, member):
            if lanes.queue.key == key:
                return lanes
        raise NotFound("queue_unknown")

    @staticmethod
    def _list_page(session: Session, lanes: _Lanes, asked: ListRequest, limit: int) -> list[Row[Any]]:
        values = {**lanes.values, "service": asked.service, "family": asked.family, "limit": limit}
        if asked.after is not None:
            values.update(read_cursor(asked.after, asked.sort))
        statement = _page(
            lanes.kind, asked.sort, lanes.queue.is_overdue, asked.after is not None, bool(asked.service),
            asked.due, asked.narrow, _FAMILY_KINDS.get(asked.family, "one"),
        )  # fmt: skip
        return list(session.execute(statement, values))

    def _search(
        self, session: Session, member: Member, asked: ListRequest, lanes: _Lanes | None, limit: int
    ) -> list[Row[Any]]:
        names, values = self._read_filters(asked)
        values["after_case"] = _FIRST_PAGE
        if asked.after is not None:
            values.update(read_cursor(asked.after, "case"))
        is_number = "case_no" in names
        if is_number:
            values["family"] = find_family(session, values["q"])
        elif part := read_part("".join(asked.q.split())):
            names = tuple(_OR_PART.get(one, one) for one in names)
            values.update(part, part=find_part(session, part, member.units))
        if lanes is not None:
            names = tuple("family" if one == "case_no" else one for one in names)
            kind = (lanes.kind, lanes.queue.is_overdue, asked.due)
            return list(
                session.execute(_search(names, False, kind), {**lanes.values, **values, "limit": limit})
            )
        if asked.due is not None:
            if not asked.q.strip():
                # Nothing else narrows it down, and no index finds these among the cases of years.
                raise Invalid(fields={"due": "invalid"})
            names = (*names, asked.due)
            values.update(now=self._now(), day_end=self._end_day())
        processes = sorted(self._posts.list_processes(list_posts(member)))
        values["units"] = sorted(member.units)
        if processes:
            values["processes"] = processes
            names = (*(one for one in names if one != "case_no"), "processes", *_list_shown(names))
        else:
            values["handlers"] = sorted({member.id} | member.stands_for)
            values["helped"] = list_helped(session, member.id)
            names = (*names, "handler")
        by_unit = bool(processes) and not asked.q
        statement = _search(names if by_unit else (*names, "units"), by_unit)
        return list(session.execute(statement, {**values, "limit": limit}))

    def _read_filters(self, asked: ListRequest) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Return the names of the conditions that ``asked`` adds, and their values."""
        names: list[str] = []
        values: dict[str, Any] = {}
        if asked.narrow:
            names.append(asked.narrow)
        if asked.service:
            names.append("service")
            values["service"] = asked.service
        text = "".join(asked.q.split())
        digits = "".join(one for one in text if one.isdigit())
        if not text:
            return tuple(names), values
        if is_valid_case_no(text):
            names.append("case_no")
            values["q"] = text
        elif len(digits) >= _PHONE_DIGITS and len(digits) >= len(text) - 3:
            names.append("phone")
            values["q"] = self._keys.blind_index(text, "phone")
        else:
            names.append("words")
            values["q"] = self._keys.blind_index(text, "name") if any(map(str.isalnum, text)) else b""
            values["prefix"] = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        return tuple(names), values


def _list_shown(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the cases that ``names`` find are shown, so that none shows beside its parent."""
    if "case_no" in names:
        return ("family", "named")
    if any(one in names for one in _OR_PART.values()):
        return ("part_shown",)
    return ("topmost",) if "phone" in names else ("whole",)


def _make_lanes(
    queue: Queue, values: Mapping[str, Any], own: Sequence[str], others: Sequence[HelpedSteps]
) -> _Lanes:
    """Return the lanes of the posts ``own``, with what of others' steps one may carry out as well."""
    if not others:
        return _Lanes(queue, queue.kind, {**values, "posts": own})
    kind = HELPING + queue.kind
    return _Lanes(queue, kind, {**values, "posts": own, **list_helped_values(others)})


def _narrow(lanes: _Lanes, post: str) -> list[str]:
    """Return ``post`` alone; raises Invalid for one whose work is not in the queue."""
    if post not in lanes.values["posts"]:
        raise Invalid("post_unknown", detail=post)
    return [post]


def _tell_part(member: Member, row: Row[Any], helped: Collection[int]) -> str | None:
    """Return what the member is to a case; ``helped`` are those with which they help."""
    return tell_part(member, row) or ("co_handler" if row.id in helped else None)


@cache
def _count(kind: str, overdue: bool) -> Select[Any]:
    return make_count(kind, overdue)


@cache
def _page(
    kind: str,
    sort: str,
    overdue: bool,
    after: bool,
    by_service: bool,
    due: str | None,
    only: str | None,
    family: str | None,
) -> Select[Any]:
    return make_page(
        kind, sort, overdue=overdue, after=after, by_service=by_service, due=due, only=only, family=family
    )


@cache
def _search(
    names: tuple[str, ...], by_unit: bool, lanes: tuple[str, bool, str | None] | None = None
) -> Select[Any]:
    within = () if lanes is None else (make_membership(*lanes),)
    return make_search((*(CONDITIONS[name] for name in names), *within), by_unit=by_unit)


def _puts_alarms_first(lanes: _Lanes | None) -> bool:
    """Alarms stand first but in their own queue, in which all are alarms."""
    return lanes is not None and not lanes.kind.endswith("queue")
