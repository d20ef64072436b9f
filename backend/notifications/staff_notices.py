"""Notices to staff: each person hears of each matter once, and how it ended stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.core.database import table_of
from backend.core.outbox import OutboxRow, promise
from backend.core.outcomes import SendOutcome
from backend.core.topics import NotSent, PromiseContext, Sending, TopicSpec
from backend.notifications.models import MessageDelivery, StaffNotice
from backend.notifications.port import SmsPort, WecomPort
from backend.notifications.sending import report, send_once
from backend.notifications.staff_choices import SMS, WECOM, read_choice
from backend.notifications.staff_matters import choose_template, find_kind, name_people, write_matter
from backend.notifications.tries import name_open_channels, reopen_tries
from backend.organisation.service import OrganisationService, StaffContact

NO_PHONE, NOT_SET_UP = "no_phone", "sms_not_set_up"
TOPIC = "notify_staff"
# Of several ways the one that came furthest tells how a notice ended.
_ORDER = {"sent": 0, "unknown": 1, "sending": 2, "refused": 3}
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
    """Tells staff by text message and enterprise WeChat; a way that is not set up is None.

    By which of them is each person's own choice by urgency. Where none of those can reach somebody, it is the
    text message, so that a wrong choice loses nothing.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        sms: SmsPort | None,
        templates: Mapping[str, str],
        wecom: WecomPort | None,
        console: str,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._sms = sms
        self._templates = templates
        self._wecom = wecom
        # Where the console is, without a slash at the end.
        self._console = console
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic of these messages with its handler."""
        return [
            TopicSpec(
                TOPIC,
                "提醒工作人员",
                "messages",
                self.send,
                is_idempotent=False,
                reopen=self.reopen,
                tell_sending=self.tell_sending,
            )
        ]

    def tell(self, session: Session, matter: Matter, staff_ids: Collection[int]) -> int:
        """Promise a message to each who has not heard of ``matter``; returns how many that are."""
        fresh: list[dict[str, Any]] = []
        told = 0
        urgency, now = find_kind(matter.kind).urgency, self._now()
        for staff_id in sorted(staff_ids):
            values = {
                "kind": matter.kind,
                "subject": matter.subject,
                "staff_id": staff_id,
                "case_id": matter.case_id,
                "params": list(matter.params),
                "told_at": now,
            }
            notice_id = session.execute(_TELL, values).scalar_one_or_none()
            if notice_id is None:
                continue
            told += 1
            payload = {"notice_id": notice_id, "staff_id": staff_id, "case_id": matter.case_id}
            later = None
            if urgency == "ordinary":
                later = read_choice(session, staff_id).find_end_of_quiet(urgency, now)
            if later is None:
                fresh.append(payload)
            else:
                resting = {"topic": TOPIC, "payload": payload, "state": "pending", "attempt": 0}
                session.add(OutboxRow(**resting, created_at=now, not_before=later))
        promise(session, "notify_staff", fresh, now)
        return told

    def send(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Send one notice by all its ways, each once; raises as the relay expects.

        Who was reached by one way is not waited for at another that is out of order.
        """
        promise_id = context.outbox_id
        outcomes: list[SendOutcome] = []
        unsent: NotSent | None = None
        for way, call in self._prepare(payload["notice_id"], promise_id).items():
            try:
                outcomes.append(send_once(self._sessions, promise_id, way, call, self._now))
            except NotSent as error:
                unsent = error
        if not outcomes and unsent is None:
            # The browser asks for it by itself, and no other way is wanted.
            return
        if unsent is not None and not any(one.state == "sent" for one in outcomes):
            raise unsent
        best = min(outcomes, key=lambda one: _ORDER[one.state])
        if best.state == "refused":
            _log.error("staff cannot be told", notice_id=payload["notice_id"], code=best.platform_code)
        report(best)

    def reopen(self, session: Session, promise_id: int) -> None:
        """Let a message be sent again that a person found not to have gone out."""
        reopen_tries(session, promise_id)

    def tell_sending(self, session: Session, promise_id: int, payload: Mapping[str, Any]) -> Sending:
        """Return by which ways a notice goes, and the title of what it tells."""
        notice = session.execute(_READ, {"notice_id": payload["notice_id"]}).one_or_none()
        about = None if notice is None else find_kind(notice.kind).title
        return Sending(name_open_channels(session, promise_id), about)

    def _prepare(self, notice_id: int, promise_id: int) -> dict[str, Callable[[], SendOutcome]]:
        """Return the calls to make by way; where nothing can be sent, one that says why."""
        with self._sessions.begin() as session:
            session.execute(_LINK, {"notice_id": notice_id, "by": promise_id})
            notice = session.execute(_READ, {"notice_id": notice_id}).one()
            contact = self._organisation.find_contact(session, notice.staff_id)
            chosen = read_choice(session, notice.staff_id).ways[find_kind(notice.kind).urgency]
            params = name_people(
                notice.kind, notice.params, lambda ids: self._organisation.name_staff(session, ids)
            )
        text = self._prepare_text(notice, params, contact)
        card = self._prepare_card(notice, params, contact)
        calls: dict[str, Callable[[], SendOutcome]] = {}
        if card is not None and WECOM in chosen:
            calls[WECOM] = card
        if find_kind(notice.kind).by_text and (not calls or (SMS in chosen and callable(text))):
            calls[SMS] = text if callable(text) else _refuse(text)
        return calls

    def _prepare_text(
        self, notice: Row[Any], params: list[str], contact: StaffContact | None
    ) -> Callable[[], SendOutcome] | str:
        if contact is None or not contact.phone:
            return NO_PHONE
        sms, template = self._sms, choose_template(notice.kind, params, self._templates)
        if sms is None or template is None:
            return NOT_SET_UP
        phone, (template_id, filled) = contact.phone, template
        return lambda: sms.send(phone, template_id, filled)

    def _prepare_card(
        self, notice: Row[Any], params: list[str], contact: StaffContact | None
    ) -> Callable[[], SendOutcome] | None:
        wecom = self._wecom
        if wecom is None or contact is None or not contact.wecom_userid:
            return None
        userid = contact.wecom_userid
        page = f"/#/cases/{params[0]}" if notice.case_id is not None and params else "/"
        title, text = find_kind(notice.kind).title, write_matter(notice.kind, params)
        return lambda: wecom.send_card(userid, title, text, self._console + page)


def _refuse(code: str) -> Callable[[], SendOutcome]:
    return lambda: SendOutcome("refused", code)


def read_notices(session: Session, case_ids: Collection[int]) -> list[Row[Any]]:
    """Return what staff were told of these cases, oldest first: kind, who, when, ``state`` (None before
    the try) and ``code`` of the way that came furthest."""
    of_promise = _TRY.c.promise_id == _NOTICE.c.promise_id
    furthest = case(_ORDER, value=_TRY.c.state, else_=len(_ORDER))
    told = (
        select(
            _NOTICE.c.id,
            _NOTICE.c.kind,
            _NOTICE.c.staff_id,
            _NOTICE.c.told_at,
            _TRY.c.state,
            _TRY.c.platform_code.label("code"),
        )
        .outerjoin(_TRY, of_promise)
        .where(_NOTICE.c.case_id.in_(case_ids))
        .distinct(_NOTICE.c.id)
        .order_by(_NOTICE.c.id, furthest)
    )
    return list(session.execute(told))
