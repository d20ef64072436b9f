"""Text messages to staff: each person hears of each matter once, and how it ended stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.core.database import table_of
from backend.core.outbox import promise
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.core.topics import NotSent, PromiseContext, PromiseRefused, TopicSpec, conclude
from backend.notifications.models import MessageDelivery, StaffNotice
from backend.notifications.port import SmsPort
from backend.notifications.tries import begin_try, forget_try, reopen_tries, settle_try
from backend.organisation.service import OrganisationService

NO_PHONE, NOT_SET_UP = "no_phone", "sms_not_set_up"
CHANNEL = "sms"
_NOTICE, _TRY = table_of(StaffNotice), table_of(MessageDelivery)
_TELL = insert(_NOTICE).on_conflict_do_nothing().returning(_NOTICE.c.id)
_READ = select(_NOTICE).where(_NOTICE.c.id == bindparam("notice_id"))
_LINK = update(_NOTICE).where(_NOTICE.c.id == bindparam("notice_id")).values(promise_id=bindparam("by"))
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Matter:
    """What staff are told. ``kind`` is the purpose of an SMS template, ``params`` fill it and name nobody."""

    kind: str
    subject: str
    params: tuple[str, ...]
    case_id: int | None = None


class StaffNotices:
    """Tells staff by SMS. ``sms`` is None, and ``templates`` lacks purposes, where they are not set up."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        sms: SmsPort | None,
        templates: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._sms = sms
        self._templates = templates
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic of these messages with its handler."""
        return [
            TopicSpec(
                "notify_staff",
                "短信提醒工作人员",
                "messages",
                self.send,
                is_idempotent=False,
                reopen=self.reopen,
            )
        ]

    def tell(self, session: Session, matter: Matter, staff_ids: Collection[int]) -> int:
        """Promise a message to each who has not heard of ``matter``; returns how many that are."""
        fresh: list[dict[str, Any]] = []
        for staff_id in sorted(staff_ids):
            values = {
                "kind": matter.kind,
                "subject": matter.subject,
                "staff_id": staff_id,
                "case_id": matter.case_id,
                "params": list(matter.params),
                "told_at": self._now(),
            }
            notice_id = session.execute(_TELL, values).scalar_one_or_none()
            if notice_id is not None:
                fresh.append({"notice_id": notice_id, "staff_id": staff_id, "case_id": matter.case_id})
        promise(session, "notify_staff", fresh, self._now())
        return len(fresh)

    def send(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Send one message; raises PromiseRefused, OutcomeUnknown and NotSent as the relay expects."""
        promise_id = context.outbox_id
        with self._sessions.begin() as session:
            known = begin_try(session, promise_id, CHANNEL, self._now())
        if known is not None:
            # This very message was begun before; only its row can say what became of it.
            conclude(known)
            return
        prepared = self._prepare(payload["notice_id"], promise_id)
        if isinstance(prepared, SendOutcome):
            _log.error("staff cannot be told", notice_id=payload["notice_id"], code=prepared.platform_code)
            outcome = prepared
        else:
            try:
                outcome = prepared()
            except PlatformUnavailable as error:
                with self._sessions.begin() as session:
                    forget_try(session, promise_id, CHANNEL)
                raise NotSent(error.platform_code) from error
            except PlatformRefused as error:
                outcome = SendOutcome("refused", error.platform_code)
        with self._sessions.begin() as session:
            settle_try(session, promise_id, CHANNEL, outcome, self._now())
        if outcome.state == "refused":
            raise PromiseRefused(outcome.platform_code)
        conclude(outcome.state)

    def reopen(self, session: Session, promise_id: int) -> None:
        """Let a message be sent again that a person found not to have gone out."""
        reopen_tries(session, promise_id)

    def _prepare(self, notice_id: int, promise_id: int) -> Callable[[], SendOutcome] | SendOutcome:
        """Return the call to make, or the refusal where there is none to make."""
        with self._sessions.begin() as session:
            session.execute(_LINK, {"notice_id": notice_id, "by": promise_id})
            notice = session.execute(_READ, {"notice_id": notice_id}).one()
            contact = self._organisation.find_contact(session, notice.staff_id)
        if contact is None or not contact.phone:
            return SendOutcome("refused", NO_PHONE)
        sms, template_id = self._sms, self._templates.get(notice.kind)
        if sms is None or template_id is None:
            return SendOutcome("refused", NOT_SET_UP)
        phone, params = contact.phone, list(notice.params)
        return lambda: sms.send(phone, template_id, params)


def read_notices(session: Session, case_ids: Collection[int]) -> list[Row[Any]]:
    """Return what staff were told of these cases, oldest first: kind, who, when, ``state`` (None before
    the try) and ``code``."""
    of_promise = (_TRY.c.promise_id == _NOTICE.c.promise_id) & (_TRY.c.channel == CHANNEL)
    told = (
        select(
            _NOTICE.c.kind,
            _NOTICE.c.staff_id,
            _NOTICE.c.told_at,
            _TRY.c.state,
            _TRY.c.platform_code.label("code"),
        )
        .outerjoin(_TRY, of_promise)
        .where(_NOTICE.c.case_id.in_(case_ids))
        .order_by(_NOTICE.c.id)
    )
    return list(session.execute(told))
