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
from backend.core.topics import NotSent, OutcomeUnknown, PromiseContext, PromiseRefused, TopicSpec, conclude
from backend.notifications.models import StaffNotice
from backend.notifications.port import SmsPort
from backend.organisation.service import OrganisationService

NO_PHONE, NOT_SET_UP = "no_phone", "sms_not_set_up"
_NOTICE = table_of(StaffNotice)
_TELL = insert(_NOTICE).on_conflict_do_nothing().returning(_NOTICE.c.id)
_LOCK = select(_NOTICE).where(_NOTICE.c.id == bindparam("notice_id")).with_for_update()
_SETTLE = update(_NOTICE).where(_NOTICE.c.id == bindparam("notice_id"))
_REOPEN = (
    update(_NOTICE)
    .where(_NOTICE.c.promise_id == bindparam("b_promise_id"))
    .values(state="promised", code=None, platform_id=None, settled_at=None)
)
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
                "state": "promised",
                "told_at": self._now(),
            }
            notice_id = session.execute(_TELL, values).scalar_one_or_none()
            if notice_id is not None:
                fresh.append({"notice_id": notice_id, "staff_id": staff_id, "case_id": matter.case_id})
        promise(session, "notify_staff", fresh, self._now())
        return len(fresh)

    def send(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Send one message; raises PromiseRefused, OutcomeUnknown and NotSent as the relay expects."""
        notice_id = payload["notice_id"]
        prepared = self._begin(notice_id, context.outbox_id)
        if isinstance(prepared, str):
            _log.error("staff cannot be told", notice_id=notice_id, code=prepared)
            raise PromiseRefused(prepared)
        try:
            outcome = prepared()
        except PlatformUnavailable as error:
            # Nothing went out, and the promise is tried again.
            self._settle(notice_id, "promised", error.platform_code, None)
            raise NotSent(error.platform_code) from error
        except PlatformRefused as error:
            outcome = SendOutcome("refused", error.platform_code)
        self._settle(notice_id, outcome.state, outcome.platform_code, outcome.platform_id)
        conclude(outcome.state)

    def reopen(self, session: Session, promise_id: int) -> None:
        """Let a message be sent again that a person found not to have gone out."""
        session.execute(_REOPEN, {"b_promise_id": promise_id})

    def _begin(self, notice_id: int, promise_id: int) -> Callable[[], SendOutcome] | str:
        """Note the try before it is made; returns the call, or the code of why there is none."""
        with self._sessions.begin() as session:
            notice = session.execute(_LOCK, {"notice_id": notice_id}).one()
            if notice.state != "promised":
                # This very message was begun before, and nobody knows what became of it.
                raise OutcomeUnknown(notice.state)
            contact = self._organisation.find_contact(session, notice.staff_id)
            template_id = self._templates.get(notice.kind)
            code = None
            if contact is None or not contact.phone:
                code = NO_PHONE
            elif self._sms is None or template_id is None:
                code = NOT_SET_UP
            state = {"state": "refused", "code": code} if code else {"state": "sending"}
            session.execute(_SETTLE.values(**state, promise_id=promise_id), {"notice_id": notice_id})
        if code or contact is None or self._sms is None or template_id is None:
            return code or NOT_SET_UP
        sms, phone, params = self._sms, contact.phone, list(notice.params)
        return lambda: sms.send(phone, template_id, params)

    def _settle(self, notice_id: int, state: str, code: str, platform_id: str | None) -> None:
        settled = {"state": state, "code": code, "platform_id": platform_id, "settled_at": self._now()}
        with self._sessions.begin() as session:
            session.execute(_SETTLE.values(settled), {"notice_id": notice_id})


def read_notices(session: Session, case_ids: Collection[int]) -> list[Row[Any]]:
    """Return what staff were told of these cases, oldest first."""
    told = select(_NOTICE).where(_NOTICE.c.case_id.in_(case_ids)).order_by(_NOTICE.c.id)
    return list(session.execute(told))
