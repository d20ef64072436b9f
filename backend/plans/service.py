"""Plans of a unit: made as a draft that shows what is in it, published or dropped, and followed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.staff_rows import write_place
from backend.core.database import table_of
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.local_time import local_date
from backend.organisation.members import MemberDirectory
from backend.organisation.service import Member, OrganisationService
from backend.plans.kinds import KINDS, PLANNERS, PlanKind
from backend.plans.models import AccountPlan, AccountPlanItem
from backend.plans.progress import count_items, list_items
from backend.plans.selection import (
    MOST_ACCOUNTS,
    MOST_REFUSED,
    Aim,
    Wanted,
    list_places,
    select_accounts,
)
from backend.plans.starting import release

PAGE, LONGEST_PAGE, LONGEST_NAME = 50, 200, 60
# Any fixed number serves. Plans of one unit are made one after the other: none takes another's accounts.
_UNIT_LOCK = 96602_37
_ITEM = table_of(AccountPlanItem)


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as somebody asks for it; ``handler`` is the user name of who goes."""

    request_id: uuid.UUID
    process: str
    name: str
    first_day: date
    last_day: date
    handler: str
    wanted: Wanted


class AccountPlans:
    """Keeps the plans of every kind; who may see one sees its unit."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        directory: MemberDirectory,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._directory = directory
        self._now = now

    def list_plans(self, member: Member, process: str, after: int | None, limit: int) -> dict[str, Any]:
        """Return ``{items, next}`` of the plans of one's units, the newest first."""
        limit = min(max(limit, 1), LONGEST_PAGE)
        wanted = select(AccountPlan).where(
            AccountPlan.process_key == process,
            AccountPlan.unit_id.in_(member.units),
            AccountPlan.state != "dropped",
        )
        if after is not None:
            wanted = wanted.where(AccountPlan.id < after)
        with self._sessions() as session:
            rows = session.scalars(wanted.order_by(AccountPlan.id.desc()).limit(limit + 1)).all()
            items = self._describe(session, member, KINDS[process], rows[:limit])
        return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}

    def list_places(self, member: Member) -> list[dict[str, Any]]:
        """Return where the member's unit has accounts in use."""
        with self._sessions() as session:
            return list_places(session, member.unit_id)

    def read(self, member: Member, plan_id: int) -> dict[str, Any]:
        """Return a plan with its progress; raises NotFound."""
        with self._sessions() as session:
            plan = _find(session, member, plan_id)
            return self._describe(session, member, KINDS[plan.process_key], [plan])[0]

    def list_items(
        self, member: Member, plan_id: int, state: str | None = None, after: int = 0, limit: int = PAGE
    ) -> dict[str, Any]:
        """Return ``{items, next}`` of a plan's accounts; raises NotFound."""
        limit = min(max(limit, 1), LONGEST_PAGE)
        with self._sessions() as session:
            plan = _find(session, member, plan_id)
            rows = list_items(session, KINDS[plan.process_key], plan_id, state, after, limit + 1)
        items = [_write_item(row) for row in rows[:limit]]
        return {"items": items, "next": rows[limit - 1].id if len(rows) > limit else None}

    def make(self, member: Member, new: NewPlan) -> dict[str, Any]:
        """Make a draft of the accounts that are meant and free; sent twice it is made once.

        Raises Invalid with the fields, ``plan_too_large``, and ``plan_empty`` with ``refused`` in ``extra``
        where no account is left; Conflict ``handler_absent``.
        """
        kind, now = KINDS[new.process], self._now()
        with self._sessions.begin() as session:
            session.execute(select(func.pg_advisory_xact_lock(_UNIT_LOCK, member.unit_id)))
            known = select(AccountPlan).filter_by(made_by=member.id, request_id=new.request_id)
            plan = session.scalars(known).one_or_none()
            if plan is None:
                plan = self._insert(session, member, kind, new, now)
            return self._describe(session, member, kind, [plan])[0]

    def publish(self, member: Member, plan_id: int) -> dict[str, Any]:
        """Let a draft count: on its first day, or at once where that has come, its cases are started.

        A plan that is published already stays as it is. Raises NotFound, Forbidden; Conflict
        ``plan_dropped``, and ``plan_over`` where its last day has passed.
        """
        with self._sessions.begin() as session:
            plan, now = _lock(session, member, plan_id), self._now()
            if plan.state == "dropped":
                raise Conflict("plan_dropped")
            if plan.state == "draft":
                if plan.last_day < local_date(now):
                    raise Conflict("plan_over")
                plan.state, plan.published_by, plan.published_at = "published", member.id, now
                session.flush()
                if plan.first_day <= local_date(now):
                    release(session, plan, now)
        return self.read(member, plan_id)

    def drop(self, member: Member, plan_id: int) -> None:
        """Throw a plan away that has not begun; raises NotFound, Forbidden, Conflict ``plan_started``."""
        with self._sessions.begin() as session:
            plan = _lock(session, member, plan_id)
            if plan.state == "started":
                raise Conflict("plan_started")
            plan.state = "dropped"

    def _insert(
        self, session: Session, member: Member, kind: PlanKind, new: NewPlan, now: datetime
    ) -> AccountPlan:
        _check_days(new, local_date(now))
        handler = self._directory.choose_handler(session, member.unit_id, new.handler)
        aim = Aim(kind.process, member.unit_id, new.first_day, new.last_day)
        selected = select_accounts(session, aim, new.wanted)
        if len(selected.account_ids) > MOST_ACCOUNTS:
            raise Invalid("plan_too_large")
        refused = list(selected.refused[:MOST_REFUSED])
        if not selected.account_ids:
            raise Invalid("plan_empty", extra={"refused": refused})
        plan = AccountPlan(
            process_key=kind.process,
            unit_id=member.unit_id,
            name=new.name.strip(),
            first_day=new.first_day,
            last_day=new.last_day,
            handler_id=handler.id,
            refused=refused,
            refused_count=len(selected.refused),
            state="draft",
            made_by=member.id,
            made_at=now,
            request_id=new.request_id,
        )
        session.add(plan)
        session.flush()
        rows = [{"plan_id": plan.id, "gas_account_id": one} for one in selected.account_ids]
        session.execute(insert(_ITEM), rows)
        return plan

    def _describe(
        self, session: Session, member: Member, kind: PlanKind, plans: Sequence[AccountPlan]
    ) -> list[dict[str, Any]]:
        names = self._organisation.name_staff(session, _list_people(plans))
        units = self._organisation.name_units(session, {one.unit_id for one in plans})
        counts = count_items(session, kind, [one.id for one in plans])
        return [
            {
                "id": one.id,
                "name": one.name,
                "unit_name": units.get(one.unit_id, ""),
                "first_day": one.first_day,
                "last_day": one.last_day,
                "handler": names.get(one.handler_id, ""),
                "state": one.state,
                "made_by": names.get(one.made_by, ""),
                "made_at": one.made_at,
                "published_at": one.published_at,
                "refused": one.refused,
                "refused_count": one.refused_count,
                "progress": counts[one.id],
                "may_publish": one.state == "draft" and may_plan(member, one.unit_id),
                "may_drop": one.state in ("draft", "published") and may_plan(member, one.unit_id),
            }
            for one in plans
        ]


def may_plan(member: Member, unit_id: int) -> bool:
    """Tell whether ``member`` plans for this unit: who keeps its customers, of the unit itself."""
    return unit_id == member.unit_id and not PLANNERS.isdisjoint(member.departments)


def _find(session: Session, member: Member, plan_id: int) -> AccountPlan:
    seen = select(AccountPlan).where(AccountPlan.id == plan_id, AccountPlan.unit_id.in_(member.units))
    plan = session.scalars(seen).one_or_none()
    if plan is None:
        raise NotFound()
    return plan


def _lock(session: Session, member: Member, plan_id: int) -> AccountPlan:
    plan = _find(session, member, plan_id)
    if not may_plan(member, plan.unit_id):
        raise Forbidden()
    session.refresh(plan, with_for_update=True)
    return plan


def _check_days(new: NewPlan, today: date) -> None:
    faults = {}
    if new.first_day < today:
        faults["first_day"] = "day_past"
    if new.last_day < new.first_day:
        faults["last_day"] = "plan_ends_early"
    if not new.name.strip():
        faults["name"] = "required"
    if faults:
        raise Invalid(fields=faults)


def _list_people(plans: Collection[AccountPlan]) -> set[int]:
    return {person for one in plans for person in (one.handler_id, one.made_by)}


def _write_item(row: Row[Any]) -> Mapping[str, Any]:
    return {
        "account_no": row.account_no,
        "place": write_place(row.street, row.community, row.building),
        "state": row.state,
        "skipped": row.skipped,
        "case_no": row.case_no,
        "result": row.result,
        "done_at": row.done_at,
    }
