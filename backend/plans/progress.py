"""How far plans are, and what became of each account in them. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from backend.cases.models import CaseTask, ServiceCase
from backend.core.database import table_of
from backend.customers.models import GasAccount, Premises
from backend.plans.kinds import PlanKind
from backend.plans.models import AccountPlanItem

# What may have become of an account: it waits for its case, has one, was visited, or will not be.
WAITING, OPEN, DONE, STOPPED, SKIPPED = "waiting", "open", "done", "stopped", "skipped"
ITEM_STATES = (WAITING, OPEN, DONE, STOPPED, SKIPPED)
_ITEM, _CASE, _TASK = table_of(AccountPlanItem), table_of(ServiceCase), table_of(CaseTask)
_ACCOUNT, _PLACE = table_of(GasAccount), table_of(Premises)


def count_items(session: Session, kind: PlanKind, plan_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return for each plan how many accounts it has (``planned``) and how many stand in each state."""
    state = _tell_state(kind)
    joined = _ITEM.outerjoin(_CASE, _CASE.c.id == _ITEM.c.case_id)
    counted = select(_ITEM.c.plan_id, state, func.count().label("accounts")).select_from(joined)
    counted = counted.where(_ITEM.c.plan_id.in_(plan_ids)).group_by(_ITEM.c.plan_id, state)
    found = {plan_id: dict.fromkeys((*ITEM_STATES, "planned"), 0) for plan_id in plan_ids}
    for row in session.execute(counted):
        found[row.plan_id][row.state] = row.accounts
        found[row.plan_id]["planned"] += row.accounts
    return found


def list_items(
    session: Session, kind: PlanKind, plan_id: int, state: str | None, after: int, limit: int
) -> list[Row[Any]]:
    """Return the accounts of a plan in their order, those in ``state`` or all."""
    told = _tell_state(kind)
    joined = (
        _ITEM.join(_ACCOUNT, _ACCOUNT.c.id == _ITEM.c.gas_account_id)
        .join(_PLACE, _PLACE.c.id == _ACCOUNT.c.premises_id)
        .outerjoin(_CASE, _CASE.c.id == _ITEM.c.case_id)
    )
    done_at = select(func.max(_TASK.c.done_at)).where(_is_done(kind)).scalar_subquery()
    places = (_PLACE.c.street, _PLACE.c.community, _PLACE.c.building)
    wanted: Select[Any] = (
        select(
            _ITEM.c.id, _ITEM.c.skipped, _ACCOUNT.c.account_no, *places, _CASE.c.case_no, told,
            _CASE.c.data["result"].as_string().label("result"), done_at.label("done_at"),
        )
        .select_from(joined)
        .where(_ITEM.c.plan_id == plan_id, _ITEM.c.id > after)
    )  # fmt: skip
    if state is not None:
        wanted = wanted.where(told.element == state)
    return list(session.execute(wanted.order_by(_ITEM.c.id).limit(limit)))


def _tell_state(kind: PlanKind) -> Label[str]:
    done = exists(select(literal(1)).select_from(_TASK).where(_is_done(kind)))
    whens: Mapping[str, ColumnElement[bool]] = {
        SKIPPED: _ITEM.c.skipped.is_not(None),
        WAITING: _ITEM.c.case_id.is_(None),
        DONE: done,
        OPEN: _CASE.c.status == "open",
    }
    return case(*((when, name) for name, when in whens.items()), else_=STOPPED).label("state")


def _is_done(kind: PlanKind) -> ColumnElement[bool]:
    """The visit is made when its step is, and not open again because the figures did not agree."""
    again = _TASK.alias("again")
    reopened = exists(
        select(literal(1))
        .select_from(again)
        .where(again.c.case_id == _TASK.c.case_id, again.c.step == kind.done_step, again.c.state == "open")
    )
    return and_(
        _TASK.c.case_id == _ITEM.c.case_id,
        _TASK.c.step == kind.done_step,
        _TASK.c.state == "done",
        ~reopened,
    )
