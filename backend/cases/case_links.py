"""Links to one case, for a short time, on the first device alone: by text message for who has no client.

A link is a random token (design, decision 1); what may be done with it is what the case's customer may do
with this case, and nothing of any other. Foreign, missing and malformed look the same (law 11); a link that
was good once says why it is not any more, for whoever holds it was sent it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_root_id
from backend.cases.link_models import CaseLink
from backend.cases.models import ServiceCase
from backend.cases.notices import PHONE_CONTEXT
from backend.cases.staff_access import StaffAccess
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.errors import AppError, Conflict, Forbidden, NotFound, TooMany
from backend.core.ids import hash_token, make_public_token
from backend.core.masking import mask_phone
from backend.core.outbox import promise
from backend.notifications.models import MessageDelivery
from backend.organisation.service import Member

TOPIC, CHANNEL = "send_case_link", "sms"
# The origin of a link that goes to no phone: it opens the rating on the device at the counter, and no more.
COUNTER = "counter"
LINK_PHONE_CONTEXT, TOKEN_CONTEXT = "case_link.phone", "case_link.token"
RESEND_AFTER = timedelta(minutes=1)
COUNTED_FOR, PER_CASE = timedelta(days=1), 5
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LINK, _CASE, _TRY = table_of(CaseLink), table_of(ServiceCase), table_of(MessageDelivery)
_BY_TOKEN = (
    select(_LINK, _CASE.c.case_no, _CASE.c.customer_id, _CASE.c.status)
    .join(_CASE, _CASE.c.id == _LINK.c.case_id)
)  # fmt: skip
_OF_CASE = (
    select(_LINK, _TRY.c.state.label("sending"))
    .outerjoin(_TRY, (_TRY.c.promise_id == _LINK.c.promise_id) & (_TRY.c.channel == CHANNEL))
    .where(_LINK.c.origin != COUNTER)
    .order_by(_LINK.c.id.desc())
    .limit(1)
)
_ADDRESSEE = select(_CASE.c.id, _CASE.c.customer_id, _CASE.c.status, _CASE.c.contact_phone_sealed)
_HAS_CLIENT = text("SELECT EXISTS (SELECT FROM identity WHERE customer_id = :customer_id)")
# The customer's verified phone, where the case itself names none.
FindPhone = Callable[[Session, int], str | None]


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """What a link opens: one case of one customer."""

    case_no: str
    customer_id: int


class CaseLinks:
    """Makes, opens and describes links. ``is_offered`` is False where no text message can be sent."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        access: StaffAccess,
        keys: KeyRing,
        find_phone: FindPhone,
        lasts: timedelta,
        is_offered: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._keys = keys
        self._find_phone = find_phone
        self._lasts = lasts
        self._is_offered = is_offered
        self._now = now

    def send(self, member: Member, case_no: str) -> None:
        """Send the customer of a case a link to it.

        Raises NotFound, Conflict (``case_ended``, ``link_no_mobile``, ``link_not_offered``) and TooMany.
        """
        with self._sessions.begin() as session:
            row = self._access.find_staff_case(session, member, case_no)
            self._issue(session, find_root_id(session, row.id), "staff", member.id)

    def describe(self, member: Member, case_no: str) -> dict[str, Any]:
        """Return whether a link can be sent, else why not, and the newest with its state."""
        with self._sessions() as session:
            row = self._access.find_staff_case(session, member, case_no)
            case_id = find_root_id(session, row.id)
            case = session.execute(_ADDRESSEE.where(_CASE.c.id == case_id)).one()
            link = session.execute(_OF_CASE.where(_LINK.c.case_id == case_id)).one_or_none()
            fault: str | None = None
            try:
                self._find_addressee(session, case)
            except Conflict as conflict:
                fault = conflict.code
        return {
            "fault": fault,
            "link": None
            if link is None
            else {
                "state": self._tell_state(link, case.status),
                "origin": link.origin,
                "phone": mask_phone(self._keys.decrypt(link.phone_sealed, LINK_PHONE_CONTEXT)),
                "sent_at": link.created_at,
                "opened_at": link.opened_at,
                "expires_at": link.expires_at,
            },
        }

    def open(self, token: str, device: str) -> str:
        """Bind the link to ``device``, a secret of its own, and return the case's number.

        Opening it again there changes nothing. Raises what ``confirm`` raises.
        """
        now = self._now()
        with self._sessions.begin() as session:
            link = self._find(session, token, locks=True)
            refuse_link(link, device, now)
            if link.device_hash is None:
                bind_link(session, link, device, now)
                # Whoever opened an earlier link to this case, perhaps not its customer, is shut out now.
                earlier = (_LINK.c.id < link.id) & (_LINK.c.origin != COUNTER)
                end_links(session, link.case_id, earlier, now)
            return str(link.case_no)

    def confirm(self, token: str, device: str) -> LinkedCase:
        """Return what the link opens on the device that it is bound to.

        Raises NotFound ``link_unknown``, and Forbidden with what is to be told: ``link_case_closed``,
        ``link_replaced``, ``link_expired``, ``link_other_device``.
        """
        with self._sessions() as session:
            link = self._find(session, token)
        refuse_link(link, device, self._now())
        if link.device_hash is None:
            raise Forbidden("link_other_device")
        return LinkedCase(link.case_no, link.customer_id)

    def resend(self, token: str) -> None:
        """Send a new link to the phone that this one went to, whoever asks; raises as ``send`` does."""
        with self._sessions.begin() as session:
            link = self._find(session, token)
            self._issue(session, link.case_id, "customer", None, link.phone_sealed)

    def offer(self, session: Session, case_id: int) -> None:
        """Send a link where the customer has no client and no link that is good; else do nothing."""
        case = session.execute(_ADDRESSEE.where(_CASE.c.id == case_id)).one()
        if (
            case.customer_id is None
            or session.execute(_HAS_CLIENT, {"customer_id": case.customer_id}).scalar_one()
        ):
            return
        good = (_LINK.c.case_id == case_id) & (_LINK.c.expires_at > self._now())
        good &= _LINK.c.origin != COUNTER
        if session.execute(select(_LINK.c.id).where(good).limit(1)).first() is not None:
            return
        try:
            self._issue(session, case_id, "system", None)
        except AppError:
            # Nobody to send to, or nothing to send with: the message itself says what it can.
            return

    def _find(self, session: Session, token: str, locks: bool = False) -> Row[Any]:
        found = find_link(session, token, locks)
        if found is None or found.origin == COUNTER:
            raise NotFound("link_unknown")
        return found

    def _issue(
        self,
        session: Session,
        case_id: int,
        origin: str,
        staff_id: int | None,
        phone_sealed: str | None = None,
    ) -> None:
        now = self._now()
        # Two requests at once for one case must count each other.
        case = session.execute(_ADDRESSEE.where(_CASE.c.id == case_id).with_for_update()).one()
        phone = self._find_addressee(session, case)
        self._refuse_too_often(session, case_id, now)
        token = make_public_token()
        link = CaseLink(
            case_id=case_id,
            token_hash=hash_token(token),
            token_sealed=self._keys.encrypt(token, TOKEN_CONTEXT),
            phone_sealed=phone_sealed or self._keys.encrypt(phone, LINK_PHONE_CONTEXT),
            origin=origin,
            staff_id=staff_id,
            created_at=now,
            expires_at=now + self._lasts,
        )
        session.add(link)
        session.flush()
        promise(session, "send_case_link", [{"link_id": link.id, "case_id": case_id}], now)

    def _find_addressee(self, session: Session, case: Row[Any]) -> str:
        """Return the mobile of whoever the case is about; raises Conflict where no link can go."""
        if case.status != "open":
            raise Conflict("case_ended")
        if not self._is_offered:
            raise Conflict("link_not_offered")
        sealed = case.contact_phone_sealed
        phone = self._keys.decrypt(sealed, PHONE_CONTEXT) if sealed else None
        if case.customer_id is not None and phone is None:
            phone = self._find_phone(session, case.customer_id)
        if case.customer_id is None or phone is None or _MOBILE.fullmatch(phone) is None:
            raise Conflict("link_no_mobile")
        return phone

    @staticmethod
    def _refuse_too_often(session: Session, case_id: int, now: datetime) -> None:
        recent = (_LINK.c.case_id == case_id) & (_LINK.c.created_at > now - COUNTED_FOR)
        recent &= _LINK.c.origin != COUNTER
        sent, last = session.execute(select(func.count(), func.max(_LINK.c.created_at)).where(recent)).one()
        if sent >= PER_CASE or (last is not None and now < last + RESEND_AFTER):
            raise TooMany("link_too_often")

    def _tell_state(self, link: Row[Any], case_status: str) -> str:
        if case_status != "open" or link.ended_at is not None or self._now() >= link.expires_at:
            return "expired"
        if link.opened_at is not None:
            return "opened"
        return {None: "waiting", "sending": "waiting"}.get(link.sending, str(link.sending))


def find_link(session: Session, token: str, locks: bool = False) -> Row[Any] | None:
    """Return the link of ``token`` with its case's number, customer and status, or None."""
    query = _BY_TOKEN.where(_LINK.c.token_hash == hash_token(token))
    return session.execute(query.with_for_update(of=_LINK) if locks else query).one_or_none()


def refuse_link(link: Row[Any], device: str, now: datetime) -> None:
    """Raise Forbidden where the link opens nothing on ``device``."""
    if link.status != "open":
        raise Forbidden("link_case_closed")
    if link.ended_at is not None:
        raise Forbidden("link_replaced")
    if now >= link.expires_at:
        raise Forbidden("link_expired")
    if link.device_hash is not None and not hmac.compare_digest(link.device_hash, hash_token(device)):
        raise Forbidden("link_other_device")


def bind_link(session: Session, link: Row[Any], device: str, now: datetime) -> None:
    """Let the link open on ``device`` alone."""
    bound = {"device_hash": hash_token(device), "opened_at": now}
    session.execute(update(_LINK).where(_LINK.c.id == link.id).values(bound))


def end_links(session: Session, case_id: int, which: ColumnElement[bool], now: datetime) -> None:
    """End those links of a case that are still good."""
    good = (_LINK.c.case_id == case_id) & _LINK.c.ended_at.is_(None)
    session.execute(update(_LINK).where(good, which).values(ended_at=now))
