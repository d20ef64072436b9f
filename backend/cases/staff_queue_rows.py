"""The statements behind the staff's lists: each walks an index for a page's length, never further.

A queue page is gathered from lanes (one post in one unit): every lane brings at most a page in the page's
order, and the page is the best of these. So the time depends on the page and the units, not on the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    true,
    tuple_,
    union_all,
)

from backend.cases.deadline_models import DeadlineExtension
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.objection_rows import stands_open
from backend.core.database import table_of

COUNT_LIMIT = 1000
OTHER_FAMILY = "other"
CASE = table_of(ServiceCase)
TASK = table_of(CaseTask)
_EXTENSION = table_of(DeadlineExtension)
# The table stands a floor above. What is read of it here is only whether somebody has yet to come.
_APPOINTMENT = table("appointment", column("id"), column("state"))
_BOOKED = CASE.alias("booked")
# A missing deadline stands at the end; the index has this very expression.
DUE_ORDER: ColumnElement[Any] = func.coalesce(TASK.c.due_at, literal_column("'infinity'::timestamptz"))

_WHEN = DateTime(timezone=True)
_POSTS = func.unnest(bindparam("posts", type_=ARRAY(Text))).table_valued("post").render_derived()
_UNITS = func.unnest(bindparam("units", type_=ARRAY(BigInteger))).table_valued("unit_id").render_derived()
# A kind of lanes so begun has others' steps beside those of one's own posts.
HELPING = "helping_"
_HELPED_COLUMNS = ("post", "process", "queue", "steps")
_HELPED = (
    func.unnest(*(bindparam(f"helped_{one}", type_=ARRAY(Text)) for one in _HELPED_COLUMNS))
    .table_valued(*_HELPED_COLUMNS, name="helped")
    .render_derived()
)

_TASK_COLUMNS = (TASK.c.case_id, TASK.c.no, TASK.c.opened_at, DUE_ORDER.label("due_order"))
_CASE_COLUMNS = (
    CASE.c.id, CASE.c.case_no, CASE.c.service_key, CASE.c.process_key, CASE.c.definition_version_id,
    CASE.c.contact_name_sealed, CASE.c.community, CASE.c.building, CASE.c.street, CASE.c.unit_id,
    CASE.c.opened_at, CASE.c.returned_times, CASE.c.handler_id, CASE.c.channel, CASE.c.status,
    CASE.c.urged_times, CASE.c.customer_class, CASE.c.parent_case_id,
    CASE.c.data["complaint_level"].astext.label("complaint_level"),
    CASE.c.data["told_grade"].astext.label("told_grade"),
    CASE.c.data["leak_words"].astext.label("leak_words"),
)  # fmt: skip
_ROW_COLUMNS = (
    *_CASE_COLUMNS,
    TASK.c.no.label("task_no"),
    TASK.c.step,
    TASK.c.opened_at.label("waiting_since"),
    TASK.c.due_at,
    TASK.c.urged_at,
    TASK.c.is_vip,
    TASK.c.queue,
)
_LIMIT = bindparam("limit", type_=Integer)


# What a list may be narrowed to: what was returned to the customer before, what the customer owes papers for.
ONLY: dict[str, ColumnElement[bool]] = {
    "returned": CASE.c.returned_times > 0,
    "owed": func.cardinality(CASE.c.owed_documents) > 0,
    "urged": exists().where(
        TASK.c.case_id == CASE.c.id, TASK.c.state == "open", TASK.c.urged_at.is_not(None)
    ),
}

# A case of the service asked for; one without a service (a complaint) goes by its process, as its row says.
_SERVICE = bindparam("service", type_=Text)
OF_SERVICE: ColumnElement[bool] = func.coalesce(CASE.c.service_key, CASE.c.process_key) == _SERVICE
# The task itself has only the service. Its case is asked just where there is none.
_TASK_OF_SERVICE: ColumnElement[bool] = (TASK.c.service_key == _SERVICE) | (
    TASK.c.service_key.is_(None) & exists().where(CASE.c.id == TASK.c.case_id, OF_SERVICE)
)

# On one person's list what was urged, or objected to, stands first; of the rest each by when it is due.
UNURGED: ColumnElement[bool] = TASK.c.urged_at.is_(None)
# Alarms have a queue of their own; where they stand among others, nothing stands before them (law 13).
ALARM_QUEUE = "alarm"
_ALARM: ColumnElement[str] = literal_column(f"'{ALARM_QUEUE}'")
_IS_ALARM: ColumnElement[bool] = TASK.c.queue == _ALARM
_NO_ALARM: ColumnElement[bool] = TASK.c.queue.is_distinct_from(_ALARM)
# In a queue stands first what was urged, then classified customers and grave complaints. Each has an index of
# its own, which is short, so that all others are found as if there were none.
RANKS: dict[str, list[ColumnElement[bool]]] = {
    "urged": [~UNURGED],
    "vip": [UNURGED, TASK.c.is_vip],
    "plain": [UNURGED, ~TASK.c.is_vip],
}
_RANK = case((~UNURGED, 0), (TASK.c.is_vip, 1), else_=2)
# The same where one list has the steps of many queues.
POST_RANKS: dict[str, list[ColumnElement[bool]]] = {
    "urged_alarm": [_IS_ALARM, ~UNURGED],
    "alarm": [_IS_ALARM, UNURGED],
    **{rank: [_NO_ALARM, *kept] for rank, kept in RANKS.items()},
}
_POST_RANK = case((_IS_ALARM & ~UNURGED, 0), (_IS_ALARM, 1), (~UNURGED, 2), (TASK.c.is_vip, 3), else_=4)
# The same on one person's list, where no customer's class counts.
_IS_DISPUTED = stands_open(TASK.c.case_id)
_OWN_RANK = case((_IS_ALARM & ~UNURGED, 0), (_IS_ALARM, 1), (~UNURGED | _IS_DISPUTED, 2), else_=3)


def _after_due(lane: str = "") -> ColumnElement[bool]:
    place = tuple_(
        cast(bindparam(f"after{lane}_due", type_=Text), _WHEN),
        cast(bindparam(f"after{lane}_opened"), _WHEN),
        cast(bindparam(f"after{lane}_case"), BigInteger),
        cast(bindparam(f"after{lane}_no"), Integer),
    )
    return tuple_(DUE_ORDER, TASK.c.opened_at, TASK.c.case_id, TASK.c.no) > place


def _after_urged() -> ColumnElement[bool]:
    rank = cast(bindparam("after_own_rank"), Integer)
    return (rank < _OWN_RANK) | ((rank == _OWN_RANK) & _after_due())


def _after_newest() -> ColumnElement[bool]:
    place = tuple_(
        cast(bindparam("after_opened"), _WHEN),
        cast(bindparam("after_case"), BigInteger),
        cast(bindparam("after_no"), Integer),
    )
    return tuple_(TASK.c.opened_at, TASK.c.case_id, TASK.c.no) < place


_AFTER: dict[str, Callable[[], ColumnElement[bool]]] = {
    "urged": _after_urged,
    "due": _after_due,
    "newest": _after_newest,
}
_ORDERS: dict[str, list[ColumnElement[Any]]] = {
    "urged": [_OWN_RANK, DUE_ORDER, TASK.c.opened_at, TASK.c.case_id, TASK.c.no],
    "ranked": [_RANK, DUE_ORDER, TASK.c.opened_at, TASK.c.case_id, TASK.c.no],
    "post_ranked": [_POST_RANK, DUE_ORDER, TASK.c.opened_at, TASK.c.case_id, TASK.c.no],
    "due": [DUE_ORDER, TASK.c.opened_at, TASK.c.case_id, TASK.c.no],
    "newest": [TASK.c.opened_at.desc(), TASK.c.case_id.desc(), TASK.c.no.desc()],
}


def _stands_in_own_list() -> ColumnElement[bool]:
    """A task that its handler does, by any of the posts held, or waits for; and any while a visit is booked.

    Somebody comes at that hour, whether a department has taken the case up by then or not. And so does any
    while the customer objects to a paper: whoever handles the case owes them an answer.
    """
    his_turn = TASK.c.post_key == bindparam("posts", type_=ARRAY(Text)).any_()
    visit = cast(_BOOKED.c.data["appointment_id"].astext, BigInteger)
    comes = exists().where(
        _BOOKED.c.id == TASK.c.case_id,
        _APPOINTMENT.c.id == visit,
        _APPOINTMENT.c.state.in_([literal_column("'booked'"), literal_column("'under_way'")]),
    )
    return his_turn | (TASK.c.queue == "mine") | comes | stands_open(TASK.c.case_id)


def _is_own() -> ColumnElement[bool]:
    """A task of the handler's case that stands in the handler's own list."""
    return (TASK.c.handler_id == bindparam("handler_id")) & _stands_in_own_list()


def _is_shared() -> ColumnElement[bool]:
    """The same for several handlers, oneself and those whose deputy one is, and in cases where one helps."""
    own = TASK.c.handler_id == bindparam("handlers", type_=ARRAY(BigInteger)).any_()
    helped = TASK.c.case_id == bindparam("helped", type_=ARRAY(BigInteger)).any_()
    return (own | (helped & TASK.c.handler_id.is_not(None))) & _stands_in_own_list()


def _is_owed() -> ColumnElement[bool]:
    """A task of a case whose customer waits for one's answer to what they object to."""
    return TASK.c.case_id == bindparam("owing", type_=ARRAY(BigInteger)).any_()


def _waits_for_leave() -> ColumnElement[bool]:
    """A task of one's units for which somebody else asks for more time."""
    asked = (_EXTENSION.c.case_id == TASK.c.case_id) & (_EXTENSION.c.task_no == TASK.c.no)
    asked &= (_EXTENSION.c.state == literal_column("'pending'")) & (
        _EXTENSION.c.asked_by != bindparam("handler_id")
    )
    return (TASK.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_()) & exists().where(asked)


# Lanes that are no post's in a unit: one list as a whole.
_WHOLE = {
    "handler": _is_own,
    "shared": _is_shared,
    "answering": lambda: _is_shared() | _is_owed(),
    "objected": _is_owed,
    "extension": _waits_for_leave,
}


def _due_conditions(overdue: bool, due: str | None) -> list[ColumnElement[bool]]:
    """Return what keeps the tasks that are overdue, or due by the end of today: a stretch of the index."""
    now = cast(bindparam("now"), _WHEN)
    conditions = [now > DUE_ORDER] if overdue or due == "overdue" else []
    if due == "today":
        conditions += [now <= DUE_ORDER, cast(bindparam("day_end"), _WHEN) > DUE_ORDER]
    return conditions


_OPEN: ColumnElement[bool] = TASK.c.state == literal_column("'open'")


def list_helped_values(helped: Iterable[tuple[str, str, str, Iterable[str]]]) -> dict[str, list[str]]:
    """Return the values of a statement whose kind is HELPING: post, process, queue and steps of each lane."""
    lanes = [(post, process, queue, ",".join(steps)) for post, process, queue, steps in helped]
    return {f"helped_{one}": [lane[at] for lane in lanes] for at, one in enumerate(_HELPED_COLUMNS)}


def _is_helped() -> ColumnElement[bool]:
    """A task of a lane that is another's, at one of the steps which one may carry out as well."""
    of_process = exists().where(CASE.c.id == TASK.c.case_id, CASE.c.process_key == _HELPED.c.process)
    of_process = of_process.correlate(TASK, _HELPED)
    at_step = TASK.c.step == func.any(func.string_to_array(_HELPED.c.steps, literal_column("','")))
    of_lane = (TASK.c.queue == _HELPED.c.queue) & (TASK.c.post_key == _HELPED.c.post)
    return of_lane & at_step & of_process


def _gather(
    kind: str, conditions: Sequence[ColumnElement[bool]], inner: Select[Any]
) -> Select[Any] | CompoundSelect[Any]:
    """Return the columns of ``inner`` over all lanes of this kind.

    A lane is a queue's (post and unit, in one queue), a post's (in all), a handler's or an extension's.
    """
    inner = inner.where(_OPEN, *conditions)
    if kind in _WHOLE:
        return inner.where(_WHOLE[kind]())
    lane = inner.where(TASK.c.post_key == _POSTS.c.post, TASK.c.unit_id == _UNITS.c.unit_id)
    if kind.endswith("queue"):
        lane = lane.where(TASK.c.queue == bindparam("queue"))
    own = lane.lateral("lane")
    gathered = select(own).select_from(_POSTS.join(_UNITS, true()).join(own, true()))
    if not kind.startswith(HELPING):
        return gathered
    others = inner.where(_is_helped(), TASK.c.unit_id == _UNITS.c.unit_id).lateral("others")
    return union_all(gathered, select(others).select_from(_HELPED.join(_UNITS, true()).join(others, true())))


def _gather_ranked(
    kind: str, conditions: list[ColumnElement[bool]], inner: Select[Any], after: bool
) -> CompoundSelect[Any]:
    """Return the lanes of each of the ranks in turn, each from its own place on."""
    ranked = []
    for place, (rank, kept) in enumerate((POST_RANKS if kind.endswith("post") else RANKS).items()):
        part = [*conditions, *kept]
        if after:
            part.append(_after_due(f"_{rank}"))
        ordered = inner.add_columns(literal(place).label("rank")).order_by(*_ORDERS["due"]).limit(_LIMIT)
        ranked.append(_gather(kind, part, ordered))
    return union_all(*ranked)


def make_count(kind: str, overdue: bool) -> Select[Any]:
    """Return the statement that counts lanes of ``kind`` up to COUNT_LIMIT."""
    # A count needs no order; asking for the index's own keeps the planner from reading the whole table in the
    # hope of soon finding so many.
    inner = select(TASK.c.no).order_by(DUE_ORDER).limit(COUNT_LIMIT)
    counted = _gather(kind, _due_conditions(overdue, None), inner).limit(COUNT_LIMIT).subquery("counted")
    return select(func.count()).select_from(counted)


def make_page(
    kind: str,
    sort: str,
    *,
    overdue: bool,
    after: bool,
    by_service: bool,
    due: str | None = None,
    only: str | None = None,
    family: str | None = None,
) -> Select[Any]:
    """Return the statement of one page: rows of case and task in the order of ``sort``.

    ``by_service`` keeps the tasks of one service, or of one process where there is no service. That asks the
    cases of the latter, and ``only`` all of them, so that such a page may walk a whole lane, though never
    further than what is open.
    """
    if kind in ("handler", "shared", "answering") and sort == "due":
        sort = "urged"
    elif kind.endswith(("queue", "post")) and sort == "due" and not overdue and due is None:
        sort = "post_ranked" if kind.endswith("post") else "ranked"
    is_ranked = sort in ("ranked", "post_ranked")
    conditions = _due_conditions(overdue, due)
    if after and not is_ranked:
        conditions.append(_AFTER[sort]())
    inner = select(*_TASK_COLUMNS, _OWN_RANK.label("own_rank")) if sort == "urged" else select(*_TASK_COLUMNS)
    if by_service:
        conditions.append(_TASK_OF_SERVICE)
    if family is not None:
        conditions.append(TASK.c.queue.is_(None) if family == "none" else TASK.c.queue == bindparam("family"))
    if only == "urged":
        conditions.append(~UNURGED)
    elif only is not None:
        conditions.append(exists().where(CASE.c.id == TASK.c.case_id, ONLY[only]))
    if is_ranked:
        gathered = _gather_ranked(kind, conditions, inner, after).subquery("gathered")
    else:
        inner = inner.order_by(*_ORDERS[sort]).limit(_LIMIT)
        gathered = _gather(kind, conditions, inner).subquery("gathered")
    columns = (gathered.c.due_order, gathered.c.opened_at, gathered.c.case_id, gathered.c.no)
    best = [one.desc() for one in columns[1:]] if sort == "newest" else list(columns)
    if sort == "urged":
        best = [gathered.c.own_rank, *best]
    if is_ranked:
        best = [gathered.c.rank, *best]
    found = select(gathered).order_by(*best).limit(_LIMIT).subquery("found")
    on_task = (TASK.c.case_id == found.c.case_id) & (TASK.c.no == found.c.no)
    return (
        select(*_ROW_COLUMNS, *([_IS_DISPUTED.label("is_disputed")] if sort == "urged" else ()))
        .select_from(found.join(TASK, on_task).join(CASE, CASE.c.id == found.c.case_id))
        .order_by(*_ORDERS[sort])
    )


def make_membership(kind: str, overdue: bool, due: str | None = None) -> ColumnElement[bool]:
    """Return the condition that a case has an open task in the lanes, for a search within a queue."""
    open_one = (TASK.c.case_id == CASE.c.id) & (TASK.c.state == "open")
    if kind in _WHOLE:
        open_one &= _WHOLE[kind]()
    else:
        own = TASK.c.post_key == bindparam("posts", type_=ARRAY(Text)).any_()
        if kind.endswith("queue"):
            own &= TASK.c.queue == bindparam("queue")
        mine = own | exists().where(_is_helped()).correlate(TASK) if kind.startswith(HELPING) else own
        open_one &= mine & (TASK.c.unit_id == bindparam("units", type_=ARRAY(BigInteger)).any_())
    for condition in _due_conditions(overdue, due):
        open_one &= condition
    return exists().where(open_one)


def make_due(due: str) -> ColumnElement[bool]:
    """Return the condition that an open task of a case is due so, for a search over all cases."""
    open_one = (TASK.c.case_id == CASE.c.id) & (TASK.c.state == "open")
    return exists().where(open_one, *_due_conditions(False, due))


def make_search(filters: tuple[ColumnElement[bool], ...], *, by_unit: bool) -> Select[Any]:
    """Return the statement of one page of whole cases, newest first, each with its newest task.

    ``by_unit`` walks each unit's cases in turn, for a list that nothing else narrows down.
    """
    ids = select(CASE.c.id).where(CASE.c.id < bindparam("after_case", type_=BigInteger), *filters)
    ids = ids.order_by(CASE.c.id.desc()).limit(_LIMIT)
    if by_unit:
        lane = ids.where(CASE.c.unit_id == _UNITS.c.unit_id).lateral("lane")
        ids = select(lane.c.id).select_from(_UNITS.join(lane, true())).order_by(lane.c.id.desc())
        ids = ids.limit(_LIMIT)
    return select_lines(ids.subquery("found")).order_by(CASE.c.id.desc())


def select_lines(found: Subquery) -> Select[Any]:
    """Return the statement of the lines of these cases (``id``), each with its newest task."""
    task = (
        select(
            TASK.c.no.label("task_no"),
            TASK.c.step,
            TASK.c.opened_at.label("waiting_since"),
            TASK.c.due_at,
            TASK.c.urged_at,
        )
        .where(TASK.c.case_id == found.c.id)
        .order_by((TASK.c.state == "open").desc(), TASK.c.no.desc())
        .limit(1)
        .lateral("task")
    )
    joined = found.join(CASE, CASE.c.id == found.c.id).join(task, true())
    return select(*_CASE_COLUMNS, *task.c).select_from(joined)
