"""Starts what plans say: on a plan's first day a promise for each batch of it, and by each promise its cases.

A case and the row that names it are written in one transaction under that row's lock: a batch that was killed
half way, or is worked on twice, goes on where it stopped and starts none a second time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import application_rows
from backend.cases.commands import SYSTEM, Command, Complete, Performer, Start
from backend.cases.deadlines import PLAN_UNTIL
from backend.cases.form_sealing import make_columns, seal_values
from backend.cases.repository import Stamp
from backend.cases.service import CaseService, NewCase
from backend.cases.snapshot import Snapshot
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.service import DefinitionStore, StoredForm
from backend.core.encryption import KeyRing
from backend.core.local_time import local_date
from backend.core.outbox import promise
from backend.core.topics import PromiseContext, TopicSpec
from backend.customers.accounts import ACTIVE, GasAccounts, find_owner
from backend.customers.models import GasAccount
from backend.organisation.models import Staff, Unit
from backend.plans.kinds import KINDS, PlanKind
from backend.plans.models import AccountPlan, AccountPlanItem

TOPIC = "start_planned"
CHANNEL = "plan"
# One promise must be kept well within the time of a job.
BATCH = 50
_NAMESPACE = uuid.UUID("2b7a4c0e-6d7b-4b55-9a0f-8f7c1d3e5a92")
_log = structlog.get_logger(__name__)


def release(session: Session, plan: AccountPlan, now: datetime) -> None:
    """Let a published plan, which the caller has locked, start: its batches are promised with the state."""
    plan.state, plan.started_at = "started", now
    session.flush()
    of_plan = select(AccountPlanItem.id).where(AccountPlanItem.plan_id == plan.id)
    ids = session.scalars(of_plan.order_by(AccountPlanItem.id)).all()
    batches = [ids[place : place + BATCH] for place in range(0, len(ids), BATCH)]
    promise(
        session,
        "start_planned",
        [{"plan_id": plan.id, "from": batch[0], "to": batch[-1]} for batch in batches],
        now,
    )


@dataclass(frozen=True, slots=True)
class _Order:
    """What all cases of a plan share."""

    kind: PlanKind
    definition: ProcessDefinition
    form: StoredForm
    unit_code: str
    data: Mapping[str, Any]
    actor: str
    # None where the plan's handler has left meanwhile; then the unit assigns each case by hand.
    handler_id: int | None


class PlanStarter:
    """Starts plans on their day, and keeps the promises of their batches."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        definitions: DefinitionStore,
        accounts: GasAccounts,
        keys: KeyRing,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._definitions = definitions
        self._accounts = accounts
        self._keys = keys
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic with its handler."""
        return [TopicSpec(TOPIC, "按计划开工单", "default", self.handle, is_idempotent=True)]

    def run(self) -> int:
        """Release every published plan whose first day has come; returns how many that were."""
        today, found = local_date(self._now()), 0
        due = (
            select(AccountPlan)
            .where(AccountPlan.state == "published", AccountPlan.first_day <= today)
            .order_by(AccountPlan.id)
            .limit(1)
            # Two schedulers may look at once; each takes what the other has not.
            .with_for_update(skip_locked=True)
        )
        while True:
            with self._sessions.begin() as session:
                plan = session.scalars(due).one_or_none()
                if plan is None:
                    return found
                release(session, plan, self._now())
            found += 1

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Start the cases of one batch that are not there yet."""
        waiting = (
            select(AccountPlanItem.id)
            .where(
                AccountPlanItem.plan_id == payload["plan_id"],
                AccountPlanItem.id.between(payload["from"], payload["to"]),
                AccountPlanItem.settled_at.is_(None),
            )
            .order_by(AccountPlanItem.id)
        )
        with self._sessions() as session:
            order = self._read_order(session, payload["plan_id"])
            ids: Sequence[int] = session.scalars(waiting).all()
        started = sum(self._start(order, item_id) for item_id in ids)
        _log.info("planned cases started", plan=payload["plan_id"], started=started)

    def _read_order(self, session: Session, plan_id: int) -> _Order:
        plan = session.get_one(AccountPlan, plan_id)
        kind = KINDS[plan.process_key]
        definition = self._definitions.newest(session, plan.process_key).definition
        handler = session.get_one(Staff, plan.handler_id)
        return _Order(
            kind,
            definition,
            self._definitions.newest_form(session, str(definition.form)),
            session.get_one(Unit, plan.unit_id).code,
            {PLAN_UNTIL: plan.last_day.isoformat()},
            f"staff:{plan.published_by}",
            None if handler.presence == "left" else handler.id,
        )

    def _start(self, order: _Order, item_id: int) -> bool:
        """Start the case of one account, or note that the account is no longer in use."""
        with self._sessions.begin() as session:
            item = session.get_one(AccountPlanItem, item_id, with_for_update=True)
            if item.settled_at is not None:
                return False
            account = session.get_one(GasAccount, item.gas_account_id)
            now = self._now()
            if account.status != ACTIVE:
                item.skipped, item.settled_at = account.status, now
                return False
            stamp = Stamp(order.actor, uuid.uuid5(_NAMESPACE, str(item_id)), now)
            start = Start(SYSTEM, data=dict(order.data))
            new = self._make_case(session, order, account)
            answer = self._cases.start_within(session, stamp, new, start, *_assign(order))
            case_id = application_rows.find_id(session, answer.case_no)
            item.case_id, item.settled_at = case_id, now
            self._accounts.link(session, case_id, account, now)
        return True

    def _make_case(self, session: Session, order: _Order, account: GasAccount) -> NewCase:
        record = self._accounts.read(session, account).record
        told = {
            "contact_name": record.contact or record.holder,
            "contact_phone": record.phone,
            "account_no": account.account_no,
            "address": record.address,
        }
        values = {key: value for key, value in told.items() if value}
        owner = find_owner(session, account.id)
        return NewCase(
            order.definition.key,
            account.unit_id,
            order.unit_code,
            None if owner is None else owner.customer_id,
            CHANNEL,
            data=dict(order.data),
            form=seal_values(self._keys, order.form.form, values),
            columns={
                **make_columns(self._keys, order.form.form, values),
                "form_version_id": order.form.id,
            },
        )


def _assign(order: _Order) -> list[Callable[[Snapshot], Command]]:
    """What follows the start: the plan was the first step, and names who goes."""
    if order.handler_id is None:
        return []
    actor = order.definition.step(order.definition.first_step).by
    planner = Performer(actor.kind, departments=frozenset({actor.key}))

    def complete(snapshot: Snapshot) -> Command:
        [task] = snapshot.open_tasks
        data = {"handler_id": order.handler_id}
        return Complete(planner, task.no, order.kind.assigning, snapshot.version, data=data)

    return [complete]
