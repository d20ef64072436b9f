"""The ways in for customers: a code by text message, the mini-program, the official account's web pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.consents import note_consent
from backend.access.customer_sessions import CustomerSessions, SignedInCustomer
from backend.access.models import WebSignInState
from backend.access.ports import WechatOffer, WechatPerson
from backend.access.sms_codes import CODE_PROMISE, SmsCodePromise, SmsCodes
from backend.core.errors import Conflict, Invalid, Unavailable
from backend.core.ids import hash_token, make_public_token
from backend.customers.service import CustomersService, CustomerView, Proof, read_mobile

SIGN_IN, BIND_PHONE = "sign_in", "bind_phone"
STATE_GOOD_FOR = timedelta(minutes=10)
_STATES_KEPT_FOR = timedelta(days=1)
# A path of this site alone: "//host" and "/\host" would lead a browser elsewhere.
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,199}")
# The page of the customers' client that receives WeChat's answer.
_RETURN_PAGE = "/h5/#/pages/sign-in/index"
_log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class WebSignInStart:
    """Where the browser goes, and the secret that it keeps until it is back."""

    authorize_url: str
    browser_token: str


@dataclass(frozen=True, slots=True)
class WebSignIn:
    """A sign-in by web authorisation and the own path that it was begun for."""

    signed_in: SignedInCustomer
    return_to: str


class CustomerSignIn:
    """Signs customers in and binds their phones.

    ``wechat`` is None, and ``offers_sms`` False, where the deployment has no such platform: the ways that
    need it raise Conflict (``sign_in_not_offered``).
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        customers: CustomersService,
        customer_sessions: CustomerSessions,
        codes: SmsCodes,
        wechat: WechatOffer | None,
        offers_sms: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._customers = customers
        self._customer_sessions = customer_sessions
        self._codes = codes
        self._wechat = wechat
        self._offers_sms = offers_sms
        self._now = now

    def request_sms_code(self, phone: str, purpose: str) -> SmsCodePromise:
        """Promise a code; raises Invalid on ``phone``, TooMany (``sms_code_too_often``) or Conflict."""
        if not self._offers_sms:
            raise Conflict("sign_in_not_offered")
        plain = read_mobile(phone)
        with self._sessions.begin() as session:
            self._codes.issue(session, plain, purpose, self._now())
        return CODE_PROMISE

    def by_sms(self, phone: str, code: str, agreed: int | None = None) -> SignedInCustomer:
        """Sign in, or up, by a code; raises Invalid on ``phone`` or ``code``.

        ``agreed`` is the version of the privacy notice that the customer agreed to on the way in, by every
        way; raises Conflict ``notice_changed`` where another one is in force.
        """
        plain, now = read_mobile(phone), self._now()
        with self._sessions.begin() as session:
            fault = self._codes.find_fault(session, plain, SIGN_IN, code, now)
            if fault is None:
                customer_id = self._customers.find_or_create_by_phone(session, plain, now)
                return self._open(session, customer_id, "sms", agreed, now)
        raise _wrong_code(fault)

    def by_mini_code(self, code: str, agreed: int | None = None) -> SignedInCustomer:
        """Sign in by the code of ``wx.login``; raises Invalid on ``code``, Unavailable or Conflict."""
        offer = self._require_wechat(mini=True)
        person = self._ask_wechat(offer, offer.port.exchange_mini_code, code)
        return self._admit(person, "wechat_mini", "wechat_mini", agreed)

    def start_web(self, return_to: str, own_address: str) -> WebSignInStart:
        """Begin a web authorisation; ``own_address`` is this site's, without a slash at its end.

        Raises Invalid on ``return_to`` unless it is a path of this site, or Conflict.
        """
        offer = self._require_wechat(official=True)
        if _OWN_PATH.fullmatch(return_to) is None:
            raise Invalid(fields={"return_to": "invalid"})
        # WeChat hands back letters and digits only, 128 at most, so the path cannot travel in the state. A
        # row keeps it, and gives what a signature cannot: one use.
        state, browser_token, now = hash_token(make_public_token()).hex(), make_public_token(), self._now()
        with self._sessions.begin() as session:
            session.execute(delete(WebSignInState).where(WebSignInState.created_at < now - _STATES_KEPT_FOR))
            session.add(
                WebSignInState(
                    state_hash=hash_token(state),
                    browser_hash=hash_token(browser_token),
                    return_to=return_to,
                    created_at=now,
                )
            )
        url = offer.port.make_authorize_url(own_address + _RETURN_PAGE, state)
        return WebSignInStart(url, browser_token)

    def by_web_code(self, code: str, state: str, browser_token: str, agreed: int | None = None) -> WebSignIn:
        """Finish a web authorisation in the browser that began it.

        Raises Conflict (``sign_in_state_invalid``) for a state that is unknown, used, old or another
        browser's, Invalid on ``code``, or Unavailable.
        """
        offer = self._require_wechat(official=True)
        with self._sessions.begin() as session:
            return_to = self._use_state(session, state, browser_token)
        person = self._ask_wechat(offer, offer.port.exchange_web_code, code)
        return WebSignIn(self._admit(person, "wechat_official", "wechat_web", agreed), return_to)

    def bind_phone_by_sms(self, customer_id: int, phone: str, code: str) -> CustomerView:
        """Give the customer a phone proved by a code; raises Invalid on ``phone`` or ``code``."""
        plain, now = read_mobile(phone), self._now()
        with self._sessions.begin() as session:
            fault = self._codes.find_fault(session, plain, BIND_PHONE, code, now)
            if fault is None:
                return self._bind(session, customer_id, plain, now)
        raise _wrong_code(fault)

    def bind_phone_by_wechat(self, customer_id: int, code: str) -> CustomerView:
        """Give the customer the phone that WeChat has verified; raises Invalid on ``code``, Unavailable."""
        offer = self._require_wechat(mini=True)
        plain = read_mobile(self._ask_wechat(offer, offer.port.find_phone_number, code))
        with self._sessions.begin() as session:
            return self._bind(session, customer_id, plain, self._now())

    def tell_customer(self, customer_id: int) -> CustomerView:
        """Return who is signed in; raises NotFound."""
        with self._sessions.begin() as session:
            return self._customers.describe_customer(session, customer_id)

    def _bind(self, session: Session, customer_id: int, phone: str, now: datetime) -> CustomerView:
        bound = self._customers.bind_phone(session, customer_id, phone, now)
        return self._customers.describe_customer(session, bound)

    def _admit(self, person: WechatPerson, kind: str, channel: str, agreed: int | None) -> SignedInCustomer:
        proof, now = Proof(kind, person.appid, person.openid, person.unionid or None), self._now()
        with self._sessions.begin() as session:
            customer_id = self._customers.find_or_create(session, proof, now)
            return self._open(session, customer_id, channel, agreed, now)

    def _open(
        self, session: Session, customer_id: int, channel: str, agreed: int | None, now: datetime
    ) -> SignedInCustomer:
        if agreed is not None:
            note_consent(session, customer_id, agreed, now)
        return self._customer_sessions.open(session, customer_id, channel, now)

    def _use_state(self, session: Session, state: str, browser_token: str) -> str:
        row = session.execute(
            select(WebSignInState).where(WebSignInState.state_hash == hash_token(state)).with_for_update()
        ).scalar_one_or_none()
        now = self._now()
        if (
            row is None
            or row.used_at is not None
            or now - row.created_at >= STATE_GOOD_FOR
            or row.browser_hash != hash_token(browser_token)
        ):
            raise Conflict("sign_in_state_invalid")
        row.used_at = now
        return row.return_to

    def _require_wechat(self, mini: bool = False, official: bool = False) -> WechatOffer:
        offer = self._wechat
        if offer is None or (mini and not offer.mini) or (official and not offer.official):
            raise Conflict("sign_in_not_offered")
        return offer

    @staticmethod
    def _ask_wechat(offer: WechatOffer, ask: Callable[[str], Answer], code: str) -> Answer:
        try:
            return ask(code)
        except offer.code_invalid as error:
            raise Invalid("wechat_code_invalid", fields={"code": "wechat_code_invalid"}) from error
        except offer.platform_unavailable as error:
            # The message may hold the code or an address with a token.
            _log.warning("wechat out of reach", error=type(error).__name__)
            raise Unavailable("wechat_unavailable") from error


def _wrong_code(fault: str) -> Invalid:
    return Invalid(fault, fields={"code": fault})
