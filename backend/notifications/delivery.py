"""Sending one message: subscribe message, else template message, else SMS; each channel at most once.

What a platform did not answer stays unknown and goes before a person; it is never sent again by itself, and
no other channel is tried after it, for the customer may have the message already (design, decision 12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy.orm import Session, sessionmaker

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.notifications.messages import Facts, Message, fill_wechat
from backend.notifications.models import MessageDelivery
from backend.notifications.permissions import give_back_permission, lose_permissions, use_permission
from backend.notifications.port import SmsPort
from backend.notifications.sms_texts import choose_sms, fill_sms, write_sms
from backend.notifications.tries import begin_try, forget_try, reopen_tries, settle_try
from backend.wechat.port import WechatPort

Outcome = Literal["sent", "refused", "unknown"]
# The customer has no permission left, whatever our ledger says.
NO_PERMISSION = "43101"


class Recipients(Protocol):
    """Who the customer is on each platform; the component of the customers answers."""

    def find_openid(self, session: Session, customer_id: int, kind: str, appid: str) -> str | None:
        """Return the openid in the app, ``kind`` being wechat_mini or wechat_official, or None."""

    def find_phone(self, session: Session, customer_id: int) -> str | None:
        """Return the verified phone, or None."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The platforms that are set up, and their template ids by purpose. A missing platform is None."""

    wechat: WechatPort | None
    sms: SmsPort | None
    mini_app_id: str | None
    official_app_id: str | None
    mini_templates: Mapping[str, str]
    official_templates: Mapping[str, str]
    sms_templates: Mapping[str, str]
    # Where a template message leads: the H5 page of a case, with {case_no}.
    case_url: str
    # The company's own address, without a slash at its end.
    hall_url: str = ""
    # Where a template message leads that is about no case: the H5 page of one's accounts.
    accounts_url: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """A way to reach the customer, ready to be called outside any transaction."""

    channel: Literal["mini", "official", "sms"]
    call: Callable[[], SendOutcome]
    template_id: str


class Delivery:
    """Tries the channels in their order and keeps a row of each try."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        channels: Channels,
        recipients: Recipients,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._channels = channels
        self._recipients = recipients
        self._now = now

    def deliver(
        self,
        promise_id: int,
        customer_id: int | None,
        message: Message,
        facts: Facts,
        other_phone: str | None,
    ) -> Outcome:
        """Send the message once and return what came of it; a second call never sends what the first did.

        ``other_phone`` (the case's contact) gets the SMS where the customer has no verified phone, or where
        there is no customer. Raises PlatformUnavailable where nothing was sent and every way that is left may
        work later.
        """
        waiting: PlatformUnavailable | None = None
        for send in self._list_ways(promise_id, customer_id, message, facts, other_phone):
            known = self._begin(promise_id, send.channel)
            if known == "refused":
                continue
            if known is not None:
                return "sent" if known == "sent" else "unknown"
            try:
                outcome = send.call()
            except PlatformUnavailable as error:
                # Nothing was sent, so this way stays open for a later try.
                self._forget(promise_id, customer_id, send)
                waiting = error
                continue
            except PlatformRefused as error:
                outcome = SendOutcome("refused", error.platform_code)
            self._settle(promise_id, customer_id, send, outcome)
            if outcome.state != "refused":
                return outcome.state
        if waiting is not None:
            raise waiting
        return "refused"

    def reopen(self, session: Session, promise_id: int, customer_id: int, message: Message) -> None:
        """Forget the try that nobody knows the end of, once a person has found that nothing came of it.

        What a channel refused stays refused. Nothing is committed here.
        """
        template_id = self._channels.mini_templates.get(message.purpose)
        if "mini" in reopen_tries(session, promise_id) and template_id is not None:
            give_back_permission(session, customer_id, template_id, self._now())

    def _list_ways(
        self,
        promise_id: int,
        customer_id: int | None,
        message: Message,
        facts: Facts,
        other_phone: str | None,
    ) -> Iterator[Send]:
        if customer_id is not None:
            yield from self._list_wechat_ways(promise_id, customer_id, message, facts)
        channels = self._channels
        template = self._choose_sms(customer_id, message)
        if channels.sms is None or template is None:
            return
        phone = other_phone
        if customer_id is not None:
            with self._sessions() as session:
                phone = self._recipients.find_phone(session, customer_id) or other_phone
        if phone:
            params = fill_sms(template, message, facts, self._now())
            sms, template_id = channels.sms, channels.sms_templates[template]
            yield Send("sms", lambda: sms.send(phone, template_id, params), template_id)

    def write_sms(self, customer_id: int, message: Message, facts: Facts) -> str | None:
        """Return the words of the text message, should it come to one, or None where there is none."""
        template = self._choose_sms(customer_id, message)
        if template is None:
            return None
        return write_sms(template, fill_sms(template, message, facts, self._now()), self._channels.hall_url)

    def _choose_sms(self, customer_id: int | None, message: Message) -> str | None:
        channels = self._channels
        uses_mini = (
            customer_id is not None
            and self._find_openid(customer_id, "wechat_mini", channels.mini_app_id) is not None
        )
        return choose_sms(message, channels.sms_templates, uses_mini=uses_mini)

    def _list_wechat_ways(
        self, promise_id: int, customer_id: int, message: Message, facts: Facts
    ) -> Iterator[Send]:
        channels, now = self._channels, self._now()
        wechat = channels.wechat
        if wechat is None:
            return
        data = fill_wechat(message, facts, now)
        template_id = channels.mini_templates.get(message.purpose)
        openid = self._find_openid(customer_id, "wechat_mini", channels.mini_app_id)
        if template_id and openid and self._take_permission(promise_id, customer_id, template_id):
            page = f"pages/case/index?no={facts.case_no}" if facts.case_no else "pages/accounts/index"
            mini, person = template_id, openid
            yield Send("mini", lambda: wechat.send_subscribe_message(person, mini, page, data), mini)
        template_id = channels.official_templates.get(message.purpose)
        openid = self._find_openid(customer_id, "wechat_official", channels.official_app_id)
        if template_id and openid:
            has_case = bool(facts.case_no)
            url = channels.case_url.format(case_no=facts.case_no) if has_case else channels.accounts_url
            official, follower = template_id, openid
            yield Send(
                "official", lambda: wechat.send_template_message(follower, official, url, data), official
            )

    def _find_openid(self, customer_id: int, kind: str, appid: str | None) -> str | None:
        if appid is None:
            return None
        with self._sessions() as session:
            return self._recipients.find_openid(session, customer_id, kind, appid)

    def _take_permission(self, promise_id: int, customer_id: int, template_id: str) -> bool:
        with self._sessions.begin() as session:
            if session.get(MessageDelivery, (promise_id, "mini")) is not None:
                # An earlier run has paid for this way already; its row says what came of it.
                return True
            return use_permission(session, customer_id, template_id, self._now())

    def _begin(self, promise_id: int, channel: str) -> str | None:
        with self._sessions.begin() as session:
            return begin_try(session, promise_id, channel, self._now())

    def _settle(self, promise_id: int, customer_id: int | None, send: Send, outcome: SendOutcome) -> None:
        with self._sessions.begin() as session:
            settle_try(session, promise_id, send.channel, outcome, self._now())
            if customer_id is not None and send.channel == "mini" and outcome.platform_code == NO_PERMISSION:
                lose_permissions(session, customer_id, send.template_id, self._now())

    def _forget(self, promise_id: int, customer_id: int | None, send: Send) -> None:
        with self._sessions.begin() as session:
            forget_try(session, promise_id, send.channel)
            if customer_id is not None and send.channel == "mini":
                give_back_permission(session, customer_id, send.template_id, self._now())
