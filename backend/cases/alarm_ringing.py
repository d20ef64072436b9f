"""An alarm rings until somebody takes it: on all consoles, then at one person after the other (law 13).

The consoles ring for what ``AlarmScreen`` lists; here is only the hint to look at it now. Taken means that
the first step which stands in the queue ``alarm`` is done, by whatever command; the later ones stand there
in silence. The clock's part relies on PostgreSQL alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.alarm_models import AlarmRing
from backend.cases.alarm_rounds import RING_AFTER, ROUNDS, NextRing, Ring, choose_next
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.topics import Publish
from backend.core.database import table_of
from backend.core.local_time import local_date
from backend.core.outbox import promise
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.core.topics import (
    NotSent,
    OutcomeUnknown,
    PromiseContext,
    PromiseRefused,
    Sending,
    TopicSpec,
    conclude,
)
from backend.notifications.port import SmsPort
from backend.notifications.staff_notices import Matter
from backend.organisation.duty_roster import list_call_chain
from backend.organisation.service import OrganisationService
from backend.realtime.hints import Hint

QUEUE = "alarm"
# What whoever is called is told by their other ways.
ON_CALL = "on_call"
TellStaff = Callable[[Session, Matter, Collection[int]], int]
# Codes of ours, where no platform was asked.
NO_PHONE, NOT_SET_UP, TAKEN = "no_phone", "sms_not_set_up", "alarm_taken"
_log = structlog.get_logger(__name__)
_RING, _TASK, _CASE = table_of(AlarmRing), table_of(CaseTask), table_of(ServiceCase)
_EARLIER = _TASK.alias("earlier")
# The first task of an alarm, while nobody has done it.
IS_RINGING: ColumnElement[bool] = (
    (_TASK.c.queue == QUEUE)
    & (_TASK.c.state == "open")
    & ~exists().where(
        _EARLIER.c.case_id == _TASK.c.case_id, _EARLIER.c.queue == QUEUE, _EARLIER.c.no < _TASK.c.no
    )
)
_WAITING = (
    select(_TASK.c.case_id)
    .where(IS_RINGING, _TASK.c.opened_at <= bindparam("before"))
    .order_by(_TASK.c.opened_at, _TASK.c.case_id)
)
_OPEN_TASK = (
    select(_TASK.c.no, _TASK.c.opened_at, _TASK.c.post_kind, _TASK.c.post_key)
    .where(IS_RINGING, _TASK.c.case_id == bindparam("case_id"))
    .order_by(_TASK.c.no)
    .limit(1)
)
# The case's own lock, as its commands take it: whoever is about to take the alarm goes first, and the next
# tick looks again. Two ticks never hold one case together.
_LOCK = (
    select(_CASE.c.id, _CASE.c.case_no, _CASE.c.version, _CASE.c.unit_id)
    .where(_CASE.c.id == bindparam("case_id"))
    .with_for_update(skip_locked=True)
)
_FIND_CASE = select(_CASE.c.case_no, _CASE.c.unit_id).where(_CASE.c.id == bindparam("case_id"))
_RINGS = select(_RING).where(_RING.c.case_id == bindparam("case_id")).order_by(_RING.c.no)
_FIND_RING = (
    select(_RING.c.staff_id, _RING.c.state)
    .where(_RING.c.case_id == bindparam("case_id"), _RING.c.no == bindparam("no"))
    .with_for_update()
)
_ADD = insert(_RING)
_SETTLE = update(_RING).where(_RING.c.case_id == bindparam("b_case_id"), _RING.c.no == bindparam("b_no"))


@dataclass(frozen=True, slots=True)
class _Call:
    """A message that is about to go out."""

    phone: str
    template_id: str
    case_no: str
    sms: SmsPort


class AlarmBell:
    """Rings. ``sms`` and ``template_id`` are None where no text messages are set up; ``now`` is the clock.

    ``tell`` tells whoever is called by the further ways that they chose, enterprise WeChat and the browser.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        sms: SmsPort | None,
        template_id: str | None,
        publish: Publish,
        tell: TellStaff,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._tell = tell
        self._sms = sms
        self._template_id = template_id
        self._publish = publish
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the topics of the ringing with their handlers."""
        return [
            TopicSpec("ring_duty_roster", "报警在值班工作台响起", "alarm", self.ring_consoles, True),
            TopicSpec(
                *("ring_person", "短信呼叫值班人员", "alarm", self.ring_person, False),
                tell_sending=lambda *_: Sending("短信", "轮到您接警"),
            ),
        ]

    def ring_consoles(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Tell the open consoles of the unit and of those above to look now; record that it rang there."""
        with self._sessions.begin() as session:
            values = {
                "case_id": payload["case_id"],
                "no": 0,
                "kind": "console",
                "round": 0,
                "state": "done",
                "promise_id": context.outbox_id,
                "rung_at": self._now(),
            }
            session.execute(_ADD.values(values).on_conflict_do_nothing())
            case = session.execute(_FIND_CASE, {"case_id": payload["case_id"]}).one()
        # Whoever works in a unit above watches this one too (composition/watching): one channel is enough.
        self._publish([Hint(f"unit:{case.unit_id}", context.outbox_id)])

    def run(self) -> int:
        """Take the next step of every alarm that has waited long enough; returns how many steps that was."""
        with self._sessions() as session:
            waiting = session.execute(_WAITING, {"before": self._now() - RING_AFTER}).scalars().all()
        rung = 0
        for case_id in waiting:
            try:
                rung += self._advance(case_id)
            except Exception as error:
                # One alarm that cannot ring must not keep the others from it.
                _log.error("alarm cannot ring", case_id=case_id, error=type(error).__name__, exc_info=True)
        return rung

    def ring_person(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Send the message of one step, unless the alarm was taken meanwhile.

        Raises as the relay expects: PromiseRefused, after which the next person is called at once,
        OutcomeUnknown, after which nothing is sent again, and NotSent.
        """
        case_id, no = payload["case_id"], payload["no"]
        prepared = self._prepare(case_id, no, context.outbox_id)
        if isinstance(prepared, str):
            self._refuse(case_id, no, prepared)
        else:
            outcome = self._send(case_id, no, prepared)
            self._settle(case_id, no, outcome.state, outcome.platform_code, outcome.platform_id)
            if outcome.state == "refused":
                self._advance(case_id)
            conclude(outcome.state)

    def _advance(self, case_id: int) -> int:
        with self._sessions.begin() as session:
            case = session.execute(_LOCK, {"case_id": case_id}).one_or_none()
            if case is None:
                return 0
            # Read after the lock, so that what was done while it was waited for counts.
            task = session.execute(_OPEN_TASK, {"case_id": case_id}).one_or_none()
            if task is None:
                return 0
            now = self._now()
            on_duty = [one.staff_id for one in list_call_chain(session, case.unit_id, local_date(now))]
            rows = session.execute(_RINGS, {"case_id": case_id}).all()
            rings = [Ring(one.kind, one.round, one.staff_id, one.state, one.rung_at) for one in rows]
            no = max((one.no for one in rows), default=0)
            steps = 0
            while step := choose_next(rings, on_duty, task.opened_at, now):
                steps += 1
                rings.append(self._take(session, case, task, no + steps, step, now))
            return steps

    def _take(
        self, session: Session, case: Row[Any], task: Row[Any], no: int, step: NextRing, now: datetime
    ) -> Ring:
        """Record one step and promise what it needs outside; returns the step as it was recorded."""
        state, code = "done", None
        if step.staff_id is not None:
            contact = self._organisation.find_contact(session, step.staff_id)
            if contact is not None:
                matter = Matter(ON_CALL, f"{case.id}/{no}", (case.case_no,), case.id)
                self._tell(session, matter, [step.staff_id])
            if contact is None or not contact.phone:
                state, code = "refused", NO_PHONE
                _log.error("nobody can be called without a phone", staff_id=step.staff_id, case_id=case.id)
            else:
                state = "promised"
                called = {"case_id": case.id, "staff_id": step.staff_id, "no": no}
                promise(session, "ring_person", [called], now)
        session.execute(
            _ADD.values(
                case_id=case.id,
                no=no,
                kind=step.kind,
                round=step.round,
                staff_id=step.staff_id,
                state=state,
                code=code,
                rung_at=now,
            )
        )
        if step.kind in ("nobody", "given_up"):
            _log.error(
                "alarm finds nobody", case_id=case.id, case_no=case.case_no, kind=step.kind, rounds=ROUNDS
            )
            told = {
                "case_id": case.id,
                "case_no": case.case_no,
                "version": case.version,
                "task": task.no,
                "unit_id": case.unit_id,
                "post_kind": task.post_kind,
                "post_key": task.post_key,
            }
            promise(session, "escalate_case", [told], now)
        return Ring(step.kind, step.round, step.staff_id, state, now)

    def _prepare(self, case_id: int, no: int, promise_id: int) -> _Call | str:
        """Note the message before it goes out; returns what to send, or the code of why nothing goes out."""
        with self._sessions.begin() as session:
            ring = session.execute(_FIND_RING, {"case_id": case_id, "no": no}).one()
            if ring.state not in ("promised", "not_sent"):
                # This very message was begun before, and nobody knows what became of it.
                raise OutcomeUnknown(ring.state)
            if session.execute(_OPEN_TASK, {"case_id": case_id}).one_or_none() is None:
                return TAKEN
            contact = self._organisation.find_contact(session, ring.staff_id)
            if contact is None or not contact.phone:
                return NO_PHONE
            if self._sms is None or self._template_id is None:
                _log.error("alarm calls nobody, since text messages are not set up", case_id=case_id)
                return NOT_SET_UP
            case = session.execute(_FIND_CASE, {"case_id": case_id}).one()
            begun = {"state": "sending", "promise_id": promise_id}
            session.execute(_SETTLE.values(begun), {"b_case_id": case_id, "b_no": no})
        return _Call(contact.phone, self._template_id, case.case_no, self._sms)

    def _send(self, case_id: int, no: int, call: _Call) -> SendOutcome:
        try:
            return call.sms.send(call.phone, call.template_id, [call.case_no])
        except PlatformUnavailable as error:
            # Nothing went out. The promise is tried again, and meanwhile the next person's turn comes.
            self._settle(case_id, no, "not_sent", error.platform_code, None)
            raise NotSent(error.platform_code) from error
        except PlatformRefused as error:
            _log.error("alarm message refused", case_id=case_id, platform_code=error.platform_code)
            return SendOutcome("refused", error.platform_code)

    def _refuse(self, case_id: int, no: int, code: str) -> None:
        self._settle(case_id, no, "dropped" if code == TAKEN else "refused", code, None)
        if code != TAKEN:
            self._advance(case_id)
        raise PromiseRefused(code)

    def _settle(self, case_id: int, no: int, state: str, code: str, platform_id: str | None) -> None:
        settled = {"state": state, "code": code, "platform_id": platform_id, "settled_at": self._now()}
        with self._sessions.begin() as session:
            session.execute(_SETTLE.values(settled), {"b_case_id": case_id, "b_no": no})


def list_untaken(session: Session, case_ids: Collection[int]) -> frozenset[int]:
    """Return which of these cases are alarms that nobody has taken yet, and so ring."""
    found = select(_TASK.c.case_id).where(IS_RINGING, _TASK.c.case_id.in_(case_ids))
    return frozenset(session.execute(found).scalars())


def read_rings(session: Session, case_ids: Sequence[int]) -> list[Row[Any]]:
    """Return all steps of the ringing of these cases, in order."""
    found = select(_RING).where(_RING.c.case_id.in_(case_ids)).order_by(_RING.c.rung_at, _RING.c.no)
    return list(session.execute(found))
