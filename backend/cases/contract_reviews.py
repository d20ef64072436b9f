"""Contracts are signed once they are approved: by the contract management system, or by a lead without one.

A step's outcome that leads to the signing takes the approval of an earlier round away (``sets``) and asks for
a new one (``submit_contract``); the guard ``contract_approved`` holds the signing until it is there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.commands import SYSTEM, Amend
from backend.cases.contract_models import ContractCallback, ContractReview
from backend.cases.contract_notices import ask_once_approved
from backend.cases.escalation import FindLeads
from backend.cases.guards import CONTRACT_APPROVED
from backend.cases.models import CaseTask, ServiceCase
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, Effect, EffectContext, Request, lock_whole
from backend.cases.staff_access import StaffAccess
from backend.catalogue.service import DefinitionStore
from backend.contracts.port import CallbackRefused, ContractPort, Draft, Verdict
from backend.core.database import table_of
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.core.outbox import promise
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.core.topics import NotSent, PromiseContext, PromiseRefused, TopicSpec
from backend.notifications.staff_notices import Matter, StaffNotices
from backend.organisation.leads import CENTRE_LEAD, UNIT_LEAD
from backend.organisation.service import Member

TOPIC, KIND = "submit_contract", "contract"
# Who approves where there is no contract management system.
APPROVERS = frozenset({UNIT_LEAD, CENTRE_LEAD})
ASKED_AGAIN_AFTER = timedelta(hours=1)
ASKED_AT_ONCE = 50
LONGEST_REASON = 200
ACTOR = "system:contracts"
_REVIEW, _CASE, _TASK = table_of(ContractReview), table_of(ServiceCase), table_of(CaseTask)
_NEWEST = select(_REVIEW).order_by(_REVIEW.c.id.desc()).limit(1)
_log = structlog.get_logger(__name__)


def submit_contract(session: Session, context: EffectContext) -> None:
    """Ask anew for the approval of the case's contract."""
    _request_review(session, context.case.id, context.stamp.recorded_at)


def _request_review(session: Session, case_id: int, now: datetime) -> None:
    review = ContractReview(
        case_id=case_id, reference=uuid.uuid4().hex, state="waiting", reason="", created_at=now
    )
    session.add(review)
    session.flush()
    promise(session, "submit_contract", [{"review_id": review.id, "case_id": case_id}], now)


CONTRACT_EFFECTS: dict[str, Effect] = {"submit_contract": submit_contract}


class ContractReviews:
    """Submits, settles and shows approvals. ``port`` is None where a lead approves inside."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        access: StaffAccess,
        definitions: DefinitionStore,
        port: ContractPort | None,
        page: str,
        silent_after: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._access = access
        self._definitions = definitions
        self._port = port
        # The console's page of a case, with {case_no}.
        self._page = page
        self._silent_after = silent_after
        self._now = now

    def list_topics(self, notices: StaffNotices, find_leads: FindLeads) -> list[TopicSpec]:
        """Return the topic of submissions. A reference may be sent twice, so that a repeat does no harm."""

        def handle(payload: Mapping[str, Any], context: PromiseContext) -> None:
            self._submit(payload["review_id"], notices, find_leads)

        return [TopicSpec(TOPIC, "报送合同审批", "default", handle, is_idempotent=True)]

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep what the system sent and follow it; raises Forbidden for what is not believed."""
        if self._port is None:
            raise Forbidden("callback_refused")
        try:
            nonce, verdict = self._port.read_callback(path, headers, body)
        except CallbackRefused as refused:
            _log.error("contract_callback_refused", why=str(refused))
            raise Forbidden("callback_refused") from None
        with self._sessions.begin() as session:
            fresh = insert(ContractCallback).values(
                nonce=nonce, body=body.decode(errors="replace"), received_at=self._now()
            )
            kept = session.execute(fresh.on_conflict_do_nothing().returning(ContractCallback.nonce)).first()
        # The same one again was a repeat for want of our answer, and settling what is settled does nothing.
        _log.info("contract_callback", is_repeat=kept is None, state=verdict.state)
        self._follow(verdict)

    def ask_silent(self) -> int:
        """Ask for contracts that the system has said nothing of; returns how many were asked for."""
        port, now = self._port, self._now()
        if port is None:
            return 0
        with self._sessions() as session:
            silent = (_REVIEW.c.state == "submitted") & (_REVIEW.c.place == "outside")
            silent &= _REVIEW.c.submitted_at < now - self._silent_after
            rested = _REVIEW.c.asked_at.is_(None) | (_REVIEW.c.asked_at < now - ASKED_AGAIN_AFTER)
            rows = session.execute(
                select(_REVIEW.c.id, _REVIEW.c.case_id, _REVIEW.c.reference)
                .where(silent & rested)
                .order_by(_REVIEW.c.id)
                .limit(ASKED_AT_ONCE)
            ).all()
        for row in rows:
            try:
                verdict = port.ask(row.reference)
            except (PlatformUnavailable, PlatformRefused) as error:
                _log.warning("contract_not_told", code=error.platform_code)
                break
            with self._sessions.begin() as session:
                session.execute(update(_REVIEW).where(_REVIEW.c.id == row.id).values(asked_at=now))
                if verdict is None:
                    # It never arrived there, whatever the system answered then.
                    promise(session, "submit_contract", [{"review_id": row.id, "case_id": row.case_id}], now)
            if verdict is not None:
                self._follow(verdict)
        return len(rows)

    def describe(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return the newest approval of the case's contract and what the member may do about it."""
        with self._sessions() as session:
            row = self._access.find_staff_case(session, member, case_no)
            review = session.execute(_NEWEST.where(_REVIEW.c.case_id == row.id)).one_or_none()
            waits = review is not None and self._is_awaited(session, row.id)
        if review is None:
            return {"review": None, "may_decide": False, "may_resubmit": False}
        return {
            "review": {
                "state": review.state,
                "place": review.place,
                "reason": review.reason,
                "submitted_at": review.submitted_at,
                "decided_at": review.decided_at,
                "is_silent": review.state == "submitted"
                and review.place == "outside"
                and review.submitted_at < self._now() - self._silent_after,
            },
            "may_decide": waits and _may_decide(member, review),
            "may_resubmit": waits and review.state == "refused",
        }

    def decide(self, member: Member, case_no: str, approves: bool, reason: str) -> None:
        """Approve or refuse inside. Raises NotFound, Forbidden, Conflict ``contract_settled`` and Invalid."""
        said = reason.strip()[:LONGEST_REASON]
        if not approves and not said:
            raise Invalid(fields={"reason": "required"})
        with self._sessions() as session:
            row = self._access.find_staff_case(session, member, case_no)
            review = session.execute(_NEWEST.where(_REVIEW.c.case_id == row.id)).one_or_none()
            if review is None or not self._is_awaited(session, row.id):
                raise Conflict("contract_settled")
        if review.place != "inside" or not member.positions & APPROVERS:
            raise Forbidden()
        verdict = Verdict(review.reference, "approved" if approves else "refused", said)
        if not self._settle(verdict, f"staff:{member.id}", member.id):
            raise Conflict("contract_settled")

    def resubmit(self, member: Member, case_no: str) -> None:
        """Submit a refused contract once more; raises NotFound and Conflict ``contract_settled``."""
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            # Two clicks at once make one submission.
            session.execute(select(_CASE.c.id).where(_CASE.c.id == row.id).with_for_update())
            review = session.execute(_NEWEST.where(_REVIEW.c.case_id == row.id)).one_or_none()
            if review is None or review.state != "refused" or not self._is_awaited(session, row.id):
                raise Conflict("contract_settled")
            _request_review(session, row.id, self._now())

    def _submit(self, review_id: int, notices: StaffNotices, find_leads: FindLeads) -> None:
        now = self._now()
        with self._sessions() as session:
            review = session.get_one(ContractReview, review_id)
            case = session.get_one(ServiceCase, review.case_id)
            name = self._definitions.get(session, case.definition_version_id).name
        if review.state not in ("waiting", "submitted") or case.status != "open":
            return
        if self._port is not None:
            page = self._page.format(case_no=case.case_no)
            try:
                self._port.submit(Draft(review.reference, case.case_no, f"{name}合同", case.unit_code, page))
            except PlatformUnavailable as error:
                raise NotSent(error.platform_code) from error
            except PlatformRefused as error:
                raise PromiseRefused(error.platform_code) from error
        place = "inside" if self._port is None else "outside"
        with self._sessions.begin() as session:
            # An answer may have been quicker than this row.
            session.execute(
                update(_REVIEW)
                .where(_REVIEW.c.id == review_id, _REVIEW.c.state == "waiting")
                .values(state="submitted", place=place, submitted_at=now)
            )
            if place == "inside":
                leads = find_leads(session, case.unit_id)
                notices.tell(session, Matter(KIND, review.reference, (case.case_no,), case.id), leads)

    def _follow(self, verdict: Verdict) -> None:
        if verdict.state != "submitted" and not self._settle(verdict, ACTOR, None):
            _log.info("contract_settled_already", state=verdict.state)

    def _settle(self, verdict: Verdict, actor: str, staff_id: int | None) -> bool:
        """Keep a verdict and let the case know; False where it came too late or the contract is unknown."""
        with self._sessions() as session:
            found = session.execute(
                select(_REVIEW.c.id, _REVIEW.c.case_id).where(_REVIEW.c.reference == verdict.reference)
            ).one_or_none()
        if found is None:
            _log.error("contract_unknown")
            return False
        won: list[int] = []

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            case = lock_whole(session, found.case_id)
            move = (
                update(_REVIEW)
                .where(_REVIEW.c.id == found.id, _REVIEW.c.state.in_(("waiting", "submitted")))
                .values(
                    state=verdict.state,
                    reason=verdict.reason,
                    decided_at=stamp.recorded_at,
                    decided_by=staff_id,
                )
                .returning(_REVIEW.c.id)
            )
            won.extend(session.execute(move).scalars())
            newest = session.execute(_NEWEST.where(_REVIEW.c.case_id == found.case_id)).one()
            if not won or newest.id != found.id or case.snapshot.status.is_final:
                return CaseAnswer(case.case_no, case.snapshot.version, case.snapshot.status)
            if verdict.state == "approved":
                ask_once_approved(session, self._definitions, case, stamp)
            data = {CONTRACT_APPROVED: verdict.state == "approved"}
            return self._cases.act_within(session, stamp, case, Amend(SYSTEM, data))

        self._cases.once(Request(actor, uuid.uuid4(), {"reference": verdict.reference}), act)
        return bool(won)

    def _is_awaited(self, session: Session, case_id: int) -> bool:
        """Tell whether a step that needs the approval is open."""
        case = session.get_one(ServiceCase, case_id)
        definition = self._definitions.get(session, case.definition_version_id)
        steps = session.scalars(
            select(_TASK.c.step).where(_TASK.c.case_id == case_id, _TASK.c.state == "open")
        )
        uses = (use for key in steps for one in definition.step(key).outcomes for use in one.guards)
        return any(use.name == CONTRACT_APPROVED for use in uses)


def _may_decide(member: Member, review: Row[Any]) -> bool:
    is_open = review.place == "inside" and review.state == "submitted"
    return is_open and bool(member.positions & APPROVERS)
