"""Keeping the promise "notify_customer": what a message says of its case, read when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.case_tree import make_line, read_tree_by_id
from backend.cases.models import CaseMessage, ServiceCase
from backend.cases.ratings import RATING_INVITED
from backend.cases.told_values import tell_filled
from backend.cases.visit_told import find_purpose
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.encryption import KeyRing
from backend.core.outcomes import PlatformUnavailable
from backend.core.topics import NotSent, PromiseContext, PromiseRefused, conclude
from backend.notifications.messages import COMES, DAYS_TO_MEND, Facts
from backend.notifications.service import NotificationService, Order
from backend.organisation.service import OrganisationService

PHONE_CONTEXT, MESSAGE_CONTEXT = "service_case.contact_phone", "case_message.text"
RETURNED = "application_returned"
# A contract was filled in and waits for the customer's signature.
CONTRACT_TO_SIGN = "contract_to_sign"
# A paper that the customer objected to was written anew.
PAPER_REMADE = "paper_remade"
# Messages that say what somebody comes for.
TELLS_VISIT = frozenset(
    {
        "handler_assigned",
        "appointment_booked",
        "appointment_moved",
        "handler_changed",
        "appointment_cancelled",
    }
)
# Says which hazards are to be put right: what the notice has under this key.
HAZARD_FOUND, HAZARDS = "hazard_found", "hazard_content"
# What the customer objected to was answered; where that leaves a sum to be paid, the message says so.
ANSWERED, ANSWERED_DUE = "objection_answered", "objection_answered_due"
# Messages that say how much is to be paid.
TELLS_SUM = frozenset({"sum_to_pay", "payment_not_found", "arrears_to_pay", ANSWERED_DUE})
# Trait of a process: what the customer reads in the place of a reason that staff are offered.
_TOLD_REASONS = "told_reasons"
# Says by when the unit that a complaint was given to handles it.
IN_HAND = "complaint_dispatched"
# The message that says how much has come.
PAYMENT_RECEIVED = "payment_received"
_CASE = table_of(ServiceCase)
# What a case handed over to has no customer of its own: its message is about the case above it.
_ROOT = (
    select(
        _CASE.c.id, _CASE.c.case_no, _CASE.c.customer_id, _CASE.c.parent_case_id, _CASE.c.service_key,
        _CASE.c.handler_id, _CASE.c.contact_phone_sealed, _CASE.c.form_version_id, _CASE.c.owed_documents,
        _CASE.c.definition_version_id,
    )
    .where(_CASE.c.id == bindparam("case_id"))
)  # fmt: skip
_PENDING = text(
    "SELECT item, reason FROM case_correction WHERE case_id = :case_id AND resolved_at IS NULL ORDER BY no"
)
_LAST_REASON = text(
    "SELECT payload->>'reason' FROM case_event WHERE case_id = :case_id"
    " AND kind IN ('task_done', 'case_ended') AND payload->>'reason' <> '' ORDER BY seq DESC LIMIT 1"
)
# The step at which the case waits for its customer, the newest where there are several.
_CUSTOMERS_TURN = text(
    "SELECT due_at FROM case_task WHERE case_id = :case_id AND state = 'open' AND post_kind = 'customer'"
    " ORDER BY no DESC LIMIT 1"
)
# The step that the case came to when the message was promised: its limit is the one that was told.
_STEP_THEN = text(
    "SELECT due_at FROM case_task WHERE case_id = :case_id AND opened_at <= :at ORDER BY no DESC LIMIT 1"
)
# What is to be paid for a case, and until when, or None; the component of the payments answers.
FindSum = Callable[[Session, int, int], tuple[int | None, datetime | None] | None]
# Whether the customer is asked to pay for a case now; the component of the payments answers.
IsAsked = Callable[[Session, int, int], bool]
# What was received last for a case, or None; the component of the payments answers.
FindReceived = Callable[[Session, int], int | None]
# The hour of a case's visit from its begin to its end, or None; the component of the appointments answers.
FindVisit = Callable[[Session, int], tuple[datetime, datetime] | None]


@dataclass(frozen=True, slots=True)
class CaseNotices:
    """Turns a promise into an order for the notifications."""

    sessions: sessionmaker[Session]
    notifications: NotificationService
    organisation: OrganisationService
    definitions: DefinitionStore
    keys: KeyRing
    name_service: Callable[[str | None], str]
    find_visit: FindVisit
    find_sum: FindSum
    is_asked: IsAsked
    find_received: FindReceived
    # Sends whoever has no client a link to the case.
    offer_link: Callable[[Session, int], None]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Send the message that ``payload`` names; raises as the relay expects of a handler.

        A case without a customer, as an alarm that nobody signed in for, gets its SMS by its contact phone;
        where the message leads to what only a customer can open, there is nobody to tell.
        """
        with self.sessions() as session:
            told = session.execute(_ROOT, {"case_id": payload["case_id"]}).one()
            root = told
            while root.parent_case_id is not None:
                root = session.execute(_ROOT, {"case_id": root.parent_case_id}).one()
            if root.id != told.id and payload["message"] == RATING_INVITED:
                # A part of a case is nothing by itself to its customer, who rates the case if anything.
                return
            if root.customer_id is None and self.notifications.needs_customer(payload["message"]):
                return
            if payload["message"] == ANSWERED and self.is_asked(session, root.id, told.id):
                payload = {**payload, "message": ANSWERED_DUE}
            facts = self._collect(session, root, told, payload, context.created_at)
            sealed = root.contact_phone_sealed
            phone = self.keys.decrypt(sealed, PHONE_CONTEXT) if sealed else None
        if root.customer_id is None and phone is None:
            raise PromiseRefused("no_phone")
        order = Order(
            promise_id=context.outbox_id,
            promised_at=context.created_at,
            customer_id=root.customer_id,
            case_id=root.id,
            message=payload["message"],
            facts=facts,
            other_phone=phone,
        )
        with self.sessions.begin() as session:
            self.offer_link(session, root.id)
        try:
            outcome = self.notifications.notify(order)
        except PlatformUnavailable as error:
            raise NotSent(error.platform_code) from error
        conclude(outcome)

    def _collect(
        self,
        session: Session,
        root: Row[Any],
        told: Row[Any],
        payload: Mapping[str, Any],
        promised_at: datetime,
    ) -> Facts:
        definition = self.definitions.get(session, root.definition_version_id)
        # Who lets the gas on after works need not be who surveyed; a forwarded part has nobody who comes.
        handler_id = told.handler_id or root.handler_id
        handler = None if handler_id is None else self.organisation.find_contact(session, handler_id)
        when, until = self.find_visit(session, told.id) or (None, None)
        if payload["message"] == RETURNED:
            # The same moment as on the customer's page; by when it is to be mended has no hour that it lasts.
            when, until = promised_at + DAYS_TO_MEND, None
        elif payload["message"] == IN_HAND:
            then = session.execute(_STEP_THEN, {"case_id": told.id, "at": promised_at}).first()
            when, until = (None if then is None else then.due_at), None
        due = session.execute(_CUSTOMERS_TURN, {"case_id": told.id}).first()
        amount_fen, deadline = None, None if due is None else due.due_at
        if payload["message"] in TELLS_SUM:
            amount_fen, deadline = self.find_sum(session, root.id, told.id) or (None, deadline)
        elif payload["message"] == PAYMENT_RECEIVED:
            amount_fen = self.find_received(session, told.id)
        if deadline is not None and deadline < promised_at:
            # Nobody is asked to have done something by an hour that has passed.
            deadline = None
        words = self._find_words(session, told, payload)
        own_words = self.definitions.get(session, told.definition_version_id).traits.get(_TOLD_REASONS, {})
        return Facts(
            service=self.name_service(root.service_key) or definition.told_name,
            case_no=root.case_no,
            items=self._list_items(session, root, payload),
            when=when,
            until=until,
            handler=handler.name if handler else "",
            handler_phone=(handler.phone or "") if handler else "",
            words=own_words.get(words, words),
            told_reason=own_words.get(words, ""),
            deadline=deadline,
            amount_fen=amount_fen,
            visit=self._find_purpose(session, told.id) if payload["message"] in TELLS_VISIT else COMES,
        )

    def _find_purpose(self, session: Session, case_id: int) -> str:
        branch = read_tree_by_id(session, case_id).branch
        line = make_line(branch, lambda version_id: self.definitions.get(session, version_id))
        return find_purpose(line, lambda key: self.definitions.newest(session, key).definition)

    def _list_items(self, session: Session, root: Row[Any], payload: Mapping[str, Any]) -> str:
        message = payload["message"]
        form = self.definitions.get_form(session, root.form_version_id) if root.form_version_id else None

        def label(item: str) -> str:
            field = form.field(item) if form else None
            return field.label if field else item

        if message in (CONTRACT_TO_SIGN, PAPER_REMADE):
            return str(payload.get("items", ""))
        if message == "documents_owed":
            return "、".join(label(item) for item in root.owed_documents)
        rows = session.execute(_PENDING, {"case_id": root.id})
        return "；".join(f"{label(row.item)}（{row.reason}）" for row in rows)

    def _find_words(self, session: Session, told: Row[Any], payload: Mapping[str, Any]) -> str:
        if "case_message_id" in payload:
            sealed = session.execute(
                select(CaseMessage.text_sealed).where(CaseMessage.id == payload["case_message_id"])
            ).scalar_one()
            return self.keys.decrypt(sealed, MESSAGE_CONTEXT)
        if payload["message"] == HAZARD_FOUND:
            return tell_filled(session, self.definitions, self.keys, told.id, HAZARDS)
        return session.execute(_LAST_REASON, {"case_id": told.id}).scalar_one_or_none() or ""
