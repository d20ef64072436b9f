"""More time for an open task (延期): staff ask with a reason, who leads the unit says yes or no."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import Extend
from backend.cases.deadline_extending import check_new_end, find_objection, may_answer
from backend.cases.deadline_models import DeadlineExtension
from backend.cases.deadlines import name_limit
from backend.cases.errors import CommandRefused, RefusalCode
from backend.cases.escalation import FindLeads
from backend.cases.models import CaseTask
from backend.cases.repository import Stamp, StoredCase
from backend.cases.service import CaseAnswer, CaseService, Request, lock_whole
from backend.cases.staff_access import StaffAccess, make_performer
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.local_time import format_moment
from backend.core.outbox import promise
from backend.core.statements import Prepared
from backend.notifications.staff_notices import Matter
from backend.organisation.service import Member

# The purpose of the template that tells who may answer.
KIND = "extension"
APPROVE, REFUSE, WITHDRAW = "approve", "refuse", "withdraw"
_STATES = {APPROVE: "approved", REFUSE: "refused", WITHDRAW: "withdrawn"}
_ONE, _TASK = table_of(DeadlineExtension), table_of(CaseTask)
_OF_CASE = Prepared(
    select(_ONE, _TASK.c.step)
    .join(_TASK, (_TASK.c.case_id == _ONE.c.case_id) & (_TASK.c.no == _ONE.c.task_no))
    .where(_ONE.c.case_id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_())
    .order_by(_ONE.c.id)
)
_DUE = select(_TASK.c.due_at, _TASK.c.breached_at, _TASK.c.limit_no).where(
    _TASK.c.case_id == bindparam("case_id"), _TASK.c.no == bindparam("no")
)
_SAID = {"refused": "不同意延期", "withdrawn": "收回延期申请"}
# Tells each of these people of a matter, in the caller's transaction.
TellStaff = Callable[[Session, Matter, Collection[int]], int]


@dataclass(frozen=True, slots=True)
class ExtensionWish:
    """Until when the open task is to be due, and why."""

    task: int
    due_at: datetime
    reason: str


class DeadlineExtensions:
    """Takes requests at cases that the member may see, and answers to them."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        definitions: DefinitionStore,
        tell: TellStaff,
        find_leads: FindLeads,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._definitions = definitions
        self._tell = tell
        self._find_leads = find_leads
        self._now = now

    def ask(self, member: Member, case_no: str, wish: ExtensionWish) -> None:
        """Ask for more time; the same request again changes nothing.

        Raises NotFound; CommandRefused with NOT_YOUR_TURN or what speaks against it; Invalid for the new end
        and a missing reason; Conflict ``extension_pending`` while another request waits.
        """
        reason = wish.reason.strip()
        if not reason:
            raise Invalid(fields={"reason": "required"})
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            case = lock_whole(session, row.id)
            definition = self._definitions.get(session, case.definition_version_id)
            due = _read_due(session, case.id, wish.task)
            pending = _find_pending(session, case.id, wish.task)
            if pending is not None:
                asked = (pending.asked_by, pending.due_at, pending.reason)
                if asked == (member.id, wish.due_at, reason):
                    return
                raise Conflict("extension_pending")
            step = _check_open(definition, case, wish.task, due, self._now())
            if not make_performer(member).may_do(definition.step(step).by, case.snapshot.data):
                raise CommandRefused(RefusalCode.NOT_YOUR_TURN, step)
            faults = check_new_end(due.due_at, wish.due_at)
            if faults:
                raise Invalid(fields=faults)
            asked_now = DeadlineExtension(
                case_id=case.id, task_no=wish.task, asked_by=member.id, asked_at=self._now(),
                due_before=due.due_at, due_at=wish.due_at, reason=reason, state="pending", answer="",
            )  # fmt: skip
            session.add(asked_now)
            try:
                session.flush()
            except IntegrityError as error:
                raise Conflict("extension_pending") from error
            leads = [one for one in self._find_leads(session, case.unit_id) if one != member.id]
            matter = Matter(
                KIND, f"{case.id}/{asked_now.id}", (case.case_no, definition.step(step).plain_name), case.id
            )
            self._tell(session, matter, leads)
            self._show(session, case)

    def answer(
        self, member: Member, case_no: str, extension_id: int, answer: str, reason: str, command_id: uuid.UUID
    ) -> None:
        """Approve, refuse or (who asked) withdraw a request; the same command again changes nothing.

        Raises NotFound; Forbidden for who may not; Conflict ``extension_settled``; CommandRefused where the
        time is up meanwhile; Invalid for a refusal without a reason.
        """
        if answer == REFUSE and not reason.strip():
            raise Invalid(fields={"reason": "required"})
        with self._sessions.begin() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
        body = {"case_no": case_no, "extension": extension_id, "answer": answer, "reason": reason}

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, case_id)
            one = self._find(session, case_id, extension_id)
            _check_answer(member, one, answer)
            if answer == APPROVE:
                answered = self._extend(session, stamp, case, one, member)
            else:
                self._show(session, case)
                answered = CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status.value)
            settled = {"state": _STATES[answer], "decided_by": member.id, "decided_at": stamp.recorded_at}
            session.execute(update(_ONE).where(_ONE.c.id == one.id).values(**settled, answer=reason.strip()))
            return answered

        self._cases.once(Request(f"staff:{member.id}", command_id, body), act)

    def _extend(
        self, session: Session, stamp: Stamp, case: StoredCase, one: DeadlineExtension, member: Member
    ) -> CaseAnswer:
        definition = self._definitions.get(session, case.definition_version_id)
        due = _read_due(session, case.id, one.task_no)
        _check_open(definition, case, one.task_no, due, stamp.recorded_at)
        entry = case.snapshot.task(due.limit_no or one.task_no)
        if entry is None:
            raise NotFound()
        command = Extend(make_performer(member), one.task_no, name_limit(entry), one.due_at, one.reason)
        return self._cases.act_within(session, stamp, case, command)

    @staticmethod
    def _find(session: Session, case_id: int, extension_id: int) -> DeadlineExtension:
        wanted = select(DeadlineExtension).where(
            DeadlineExtension.id == extension_id, DeadlineExtension.case_id == case_id
        )
        one = session.execute(wanted.with_for_update()).scalar_one_or_none()
        if one is None:
            raise NotFound()
        return one

    def _show(self, session: Session, case: StoredCase) -> None:
        """Let open screens look again, though the case itself has not changed."""
        changed = {
            "case_id": case.id,
            "case_no": case.case_no,
            "unit_ids": [case.unit_id],
            "version": case.snapshot.version,
        }
        promise(session, "case_changed", [changed], self._now())


def read_extensions(session: Session, case_ids: Collection[int]) -> list[Row[Any]]:
    """Return all that was asked at these cases, with the task's ``step``, oldest first."""
    return _OF_CASE.all(session, {"case_ids": sorted(case_ids)})


def describe_pending(
    rows: Iterable[Row[Any]], member: Member, definition: ProcessDefinition, names: Mapping[int, str]
) -> dict[str, Any] | None:
    """Return the request that waits for an answer as the case's page shows it, or None."""
    for one in rows:
        if one.state == "pending":
            return {
                "id": one.id,
                "task": one.task_no,
                "step_name": definition.step(one.step).plain_name,
                "asked_by": names.get(one.asked_by, ""),
                "asked_at": one.asked_at,
                "due_before": one.due_before,
                "due_at": one.due_at,
                "reason": one.reason,
                "may_answer": may_answer(member, one.asked_by),
                "may_withdraw": one.asked_by == member.id,
            }
    return None


def write_extensions(
    rows: Iterable[Row[Any]], definition: ProcessDefinition, names: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Return ``{at, actor, text}`` of what was asked, and of what was not agreed to; an approval is an event
    of the case."""
    lines = []
    for one in rows:
        step, until = definition.step(one.step).name, format_moment(one.due_at)
        asked = f"申请延期：“{step}”从 {format_moment(one.due_before)} 延到 {until}（{one.reason}）"
        lines.append({"at": one.asked_at, "actor": names.get(one.asked_by, ""), "text": asked})
        if one.state in _SAID:
            said = f"{_SAID[one.state]}（{one.answer}）" if one.answer else _SAID[one.state]
            lines.append({"at": one.decided_at, "actor": names.get(one.decided_by, ""), "text": said})
    return lines


def _read_due(session: Session, case_id: int, task_no: int) -> Row[Any]:
    row: Row[Any] | None = session.execute(_DUE, {"case_id": case_id, "no": task_no}).one_or_none()
    if row is None:
        raise CommandRefused(RefusalCode.TASK_UNKNOWN, str(task_no))
    return row


def _find_pending(session: Session, case_id: int, task_no: int) -> DeadlineExtension | None:
    wanted = select(DeadlineExtension).where(
        DeadlineExtension.case_id == case_id,
        DeadlineExtension.task_no == task_no,
        DeadlineExtension.state == "pending",
    )
    return session.execute(wanted).scalar_one_or_none()


def _check_open(
    definition: ProcessDefinition, case: StoredCase, task_no: int, due: Row[Any], now: datetime
) -> str:
    """Return the key of the open task's step; raises CommandRefused with what speaks against more time."""
    task = case.snapshot.task(task_no)
    if task is None or task not in case.snapshot.open_tasks:
        raise CommandRefused(RefusalCode.TASK_NOT_OPEN, str(task_no))
    objection = find_objection(definition, case.snapshot, task_no, due.due_at, now)
    if objection is None and due.breached_at is not None:
        objection = "limit_broken"
    if objection is not None:
        raise CommandRefused(objection, task.step)
    return task.step


def _check_answer(member: Member, one: DeadlineExtension, answer: str) -> None:
    if answer == WITHDRAW and one.asked_by != member.id:
        raise Forbidden()
    if answer != WITHDRAW and not may_answer(member, one.asked_by):
        raise Forbidden("extension_not_yours")
    if one.state != "pending":
        raise Conflict("extension_settled")
