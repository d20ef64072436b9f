"""The one door to notifications: keeps every message for the client, and sends it by the best channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import KeyRing
from backend.core.topics import Sending
from backend.notifications.delivery import Delivery, Outcome
from backend.notifications.kept_text import open_text, seal_text
from backend.notifications.messages import Facts, Message, fill_text
from backend.notifications.models import Notification, NotificationRead
from backend.notifications.permissions import record_answers
from backend.notifications.tries import name_open_channels, reopen_tries

MESSAGES_A_PAGE = 20
# What a customer is asked to allow, in the words of the request.
PURPOSE_NAMES = {"progress": "办理进度", "correction": "资料补充", "visit": "上门服务", "rating": "服务评价"}


@dataclass(frozen=True, slots=True)
class Order:
    """One message to one customer, made by promise ``promise_id`` at ``promised_at``.

    ``customer_id`` is None for whoever raised an alarm without signing in: ``other_phone`` gets the SMS.
    """

    promise_id: int
    promised_at: datetime
    customer_id: int | None
    case_id: int | None
    message: str
    facts: Facts
    other_phone: str | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as the client lists it; ``id`` is also the cursor."""

    id: int
    title: str
    text: str
    case_no: str | None
    at: datetime
    is_read: bool


class NotificationService:
    """Sends and lists. ``messages`` are those of ``processes/messages.yaml``."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        keys: KeyRing,
        messages: Mapping[str, Message],
        delivery: Delivery,
        mini_templates: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._messages = messages
        self._delivery = delivery
        self._mini_templates = mini_templates
        self._now = now

    def notify(self, order: Order) -> Outcome:
        """Keep the message and send it; calling it again with the same promise repeats nothing.

        Raises KeyError for a message that is not there and PlatformUnavailable as Delivery.deliver does.
        """
        message = self._messages[order.message]
        if order.customer_id is not None:
            self._keep(order, order.customer_id, message)
        return self._delivery.deliver(
            order.promise_id, order.customer_id, message, order.facts, order.other_phone
        )

    def needs_customer(self, message: str) -> bool:
        """True for a message that asks for what nobody can do who gave but a telephone number: to rate."""
        return self._messages[message].purpose == "rating"

    def reopen(self, session: Session, promise_id: int) -> None:
        """Let the message of a promise be sent once more, within the caller's transaction; one that was never
        begun is left as it is."""
        kept = session.scalars(
            select(Notification).where(Notification.promise_id == promise_id)
        ).one_or_none()
        if kept is not None:
            self._delivery.reopen(session, promise_id, kept.customer_id, self._messages[kept.message])
        else:
            # Told by SMS alone, to somebody who is no customer of the hall.
            reopen_tries(session, promise_id)

    def tell_sending(self, session: Session, promise_id: int, payload: Mapping[str, Any]) -> Sending:
        """Return by which channel the message of a promise goes, and its title."""
        message = self._messages.get(payload.get("message", ""))
        return Sending(name_open_channels(session, promise_id), message.title if message else None)

    def _keep(self, order: Order, customer_id: int, message: Message) -> None:
        """Keep the message for the client's list."""
        sms = self._delivery.write_sms(customer_id, message, order.facts)
        with self._sessions.begin() as session:
            fresh = insert(Notification).values(
                promise_id=order.promise_id,
                recorded_at=order.promised_at,
                customer_id=customer_id,
                case_id=order.case_id,
                case_no=order.facts.case_no or None,
                message=message.key,
                title=message.title,
                text_sealed=seal_text(self._keys, fill_text(message, order.facts), sms),
            )
            session.execute(fresh.on_conflict_do_nothing())

    def list_messages(self, customer_id: int, after: int | None) -> tuple[list[MessageView], int | None]:
        """Return a page of the customer's messages, newest first, and the cursor of the next page."""
        query = select(Notification).where(Notification.customer_id == customer_id)
        if after is not None:
            query = query.where(Notification.id < after)
        with self._sessions() as session:
            up_to = self._find_read(session, customer_id)
            rows = session.scalars(query.order_by(Notification.id.desc()).limit(MESSAGES_A_PAGE + 1)).all()
        page = rows[:MESSAGES_A_PAGE]
        views = [
            MessageView(
                row.id,
                row.title,
                open_text(self._keys, row.text_sealed)[0],
                row.case_no,
                row.recorded_at,
                row.id <= up_to,
            )
            for row in page
        ]
        return views, page[-1].id if len(rows) > MESSAGES_A_PAGE else None

    def count_unread(self, customer_id: int) -> int:
        """Return how many messages the customer has not read, 99 at most."""
        with self._sessions() as session:
            unread = (
                select(Notification.id)
                .where(
                    Notification.customer_id == customer_id,
                    Notification.id > self._find_read(session, customer_id),
                )
                .limit(99)
            )
            return session.execute(select(func.count()).select_from(unread.subquery())).scalar_one()

    def mark_read(self, customer_id: int, up_to: int) -> None:
        """Note that all messages up to this one were read; it never goes back."""
        fresh = insert(NotificationRead).values(customer_id=customer_id, up_to=up_to, read_at=self._now())
        with self._sessions.begin() as session:
            session.execute(
                fresh.on_conflict_do_update(
                    index_elements=["customer_id"],
                    set_={"up_to": func.greatest(NotificationRead.up_to, up_to), "read_at": self._now()},
                )
            )

    def list_templates(self) -> list[tuple[str, str, str]]:
        """Return (template id, purpose, name) of each message that a customer may be asked to allow."""
        return [
            (self._mini_templates[key], key, name)
            for key, name in PURPOSE_NAMES.items()
            if key in self._mini_templates
        ]

    def record_permissions(self, customer_id: int, answers: Mapping[str, str]) -> None:
        """Enter the customer's answers (template id → accept, reject or ban) into the ledger."""
        known = frozenset(self._mini_templates.values())
        with self._sessions.begin() as session:
            record_answers(session, customer_id, answers, known, self._now())

    @staticmethod
    def _find_read(session: Session, customer_id: int) -> int:
        found = session.get(NotificationRead, customer_id)
        return 0 if found is None else found.up_to
