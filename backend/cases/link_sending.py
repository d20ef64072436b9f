"""Keeping the promise of a link: the text message that carries its token, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_links import CHANNEL, LINK_PHONE_CONTEXT, TOKEN_CONTEXT, TOPIC
from backend.cases.link_models import CaseLink
from backend.cases.models import ServiceCase
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.local_time import format_moment
from backend.core.outcomes import SendOutcome
from backend.core.topics import PromiseContext, Sending, TopicSpec
from backend.notifications.port import SmsPort
from backend.notifications.sending import report, send_once
from backend.notifications.tries import reopen_tries

# The purpose of the template: service, case number, token, until when.
PURPOSE = "case_link"
_LINK, _CASE = table_of(CaseLink), table_of(ServiceCase)
_READ = (
    select(_LINK, _CASE.c.case_no, _CASE.c.service_key, _CASE.c.definition_version_id)
    .join(_CASE, _CASE.c.id == _LINK.c.case_id)
    .where(_LINK.c.id == bindparam("link_id"))
)


class LinkSender:
    """Sends links. ``sms`` or ``template_id`` is None where text messages are not set up."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        definitions: DefinitionStore,
        keys: KeyRing,
        sms: SmsPort | None,
        template_id: str | None,
        name_service: Callable[[str | None], str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._definitions = definitions
        self._keys = keys
        self._sms = sms
        self._template_id = template_id
        self._name_service = name_service
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the topic of links with its handler."""
        return [
            TopicSpec(
                *(TOPIC, "发送短信链接", "messages", self.send),
                is_idempotent=False,
                reopen=self.reopen,
                tell_sending=lambda *_: Sending("短信", "办件链接"),
            )
        ]

    def send(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Send one link; raises PromiseRefused, OutcomeUnknown and NotSent as the relay expects."""
        promise_id = context.outbox_id
        with self._sessions.begin() as session:
            session.execute(
                update(_LINK).where(_LINK.c.id == payload["link_id"]).values(promise_id=promise_id)
            )
            link = session.execute(_READ, {"link_id": payload["link_id"]}).one()
            call = self._prepare(session, link)
        outcome = send_once(self._sessions, promise_id, CHANNEL, call, self._now)
        if outcome.state != "unknown":
            # Nobody needs the token here any more; an unknown message may yet have to go out again.
            with self._sessions.begin() as session:
                session.execute(update(_LINK).where(_LINK.c.id == link.id).values(token_sealed=None))
        report(outcome)

    def reopen(self, session: Session, promise_id: int) -> None:
        """Let a link be sent again that a person found not to have gone out."""
        reopen_tries(session, promise_id)

    def _prepare(self, session: Session, link: Row[Any]) -> Callable[[], SendOutcome]:
        sms, template_id = self._sms, self._template_id
        if sms is None or template_id is None:
            return lambda: SendOutcome("refused", "sms_not_set_up")
        if link.token_sealed is None or self._now() >= link.expires_at:
            return lambda: SendOutcome("refused", "link_expired")
        definition = self._definitions.get(session, link.definition_version_id)
        phone = self._keys.decrypt(link.phone_sealed, LINK_PHONE_CONTEXT)
        params = [
            self._name_service(link.service_key) or definition.told_name,
            link.case_no,
            self._keys.decrypt(link.token_sealed, TOKEN_CONTEXT),
            format_moment(link.expires_at),
        ]
        return lambda: sms.send(phone, template_id, params)
