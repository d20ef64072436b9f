"""Sessions of customers: a signed access token for 15 minutes, refresh tokens that rotate (decision 10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.access.access_tokens import LIFETIME, AccessTokens, CustomerCaller
from backend.access.models import CustomerSession, RefreshToken
from backend.core.database import table_of
from backend.core.errors import Unauthenticated
from backend.core.ids import hash_token, make_public_token
from backend.customers.service import CustomersService, CustomerView

# Somebody who opens the application once a month stays signed in, and after half a year signs in anew.
REFRESH_LIFETIME = timedelta(days=30)
LONGEST_SESSION = timedelta(days=180)
# A phone that lost the answer on its way repeats at once; so do two tabs that wake up together.
REPEAT_GRACE = timedelta(seconds=10)

_SESSIONS = table_of(CustomerSession)
_FIND_OPEN = select(_SESSIONS.c.customer_id, _SESSIONS.c.ended_at).where(_SESSIONS.c.id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class SignedInCustomer:
    """What a client gets for signing in; ``expires_in`` is the access token's life in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    customer: CustomerView


class CustomerSessions:
    """Opens, refreshes, confirms and ends sessions. ``engine`` serves the look at every request."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        engine: Engine,
        customers: CustomersService,
        tokens: AccessTokens,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        # One statement needs no transaction round it.
        self._looking = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._customers = customers
        self._tokens = tokens
        self._now = now

    def open(self, session: Session, customer_id: int, channel: str, now: datetime) -> SignedInCustomer:
        """Open a session in the caller's transaction; ``channel`` is sms, wechat_mini or wechat_web."""
        opened = CustomerSession(customer_id=customer_id, channel=channel, created_at=now, refreshed_at=now)
        session.add(opened)
        session.flush()
        return self._issue(session, opened, None, now)

    def refresh(self, refresh_token: str) -> SignedInCustomer:
        """Exchange a refresh token for a new pair; raises Unauthenticated (``session_expired``).

        A token is good for one use. Its second use ends the whole session, since one of the two who use it
        has stolen it; only within REPEAT_GRACE of the first, while nothing that came of it has been used, it
        counts as the repeat of a lost answer and gets a pair of its own.
        """
        now = self._now()
        with self._sessions.begin() as session:
            answer = self._exchange(session, hash_token(refresh_token), now)
        # Raised only here, for the end of the session has to be committed.
        if answer is None:
            raise Unauthenticated("session_expired")
        return answer

    def confirm(self, caller: CustomerCaller) -> None:
        """Refuse a token whose session has ended, or whose customer was merged into another meanwhile.

        Raises Unauthenticated: ``session_expired``, or ``token_expired`` where a refresh will mend it.
        """
        with self._looking.connect() as connection:
            row = connection.execute(_FIND_OPEN, {"id": caller.session_id}).one_or_none()
        if row is None or row.ended_at is not None:
            raise Unauthenticated("session_expired")
        if row.customer_id != caller.customer_id:
            raise Unauthenticated("token_expired")

    def sign_out(self, session_id: int) -> None:
        """End the session; ending one that has ended is no error."""
        with self._sessions.begin() as session:
            _end(session, session_id, "signed_out", self._now())

    def _exchange(self, session: Session, token_hash: bytes, now: datetime) -> SignedInCustomer | None:
        session_id = session.execute(
            select(RefreshToken.session_id).where(RefreshToken.token_hash == token_hash)
        ).scalar_one_or_none()
        if session_id is None:
            return None
        # The session is locked first, so that uses at once come one after the other.
        opened = session.get_one(CustomerSession, session_id, with_for_update=True)
        token = session.execute(
            select(RefreshToken).where(RefreshToken.token_hash == token_hash)
        ).scalar_one()
        if opened.ended_at is not None or now >= min(token.expires_at, opened.created_at + LONGEST_SESSION):
            return None
        if token.used_at is None:
            token.used_at = now
        elif now - token.used_at > REPEAT_GRACE or _has_used_child(session, token.id):
            _end(session, session_id, "reuse", now)
            return None
        opened.refreshed_at = now
        return self._issue(session, opened, token.id, now)

    def _issue(
        self, session: Session, opened: CustomerSession, parent_id: int | None, now: datetime
    ) -> SignedInCustomer:
        refresh_token = make_public_token()
        session.add(
            RefreshToken(
                session_id=opened.id,
                token_hash=hash_token(refresh_token),
                parent_id=parent_id,
                issued_at=now,
                expires_at=now + REFRESH_LIFETIME,
            )
        )
        session.flush()
        customer = self._customers.describe_customer(session, opened.customer_id)
        # A merge that was quicker than this row could not move it.
        opened.customer_id = customer.id
        access_token = self._tokens.make(CustomerCaller(customer.id, opened.id), now)
        return SignedInCustomer(access_token, int(LIFETIME.total_seconds()), refresh_token, customer)


def move_sessions(session: Session, merged_id: int, into_id: int) -> None:
    """Follow a merge: whoever is signed in as the merged customer goes on as the other."""
    session.execute(
        update(CustomerSession)
        .where(CustomerSession.customer_id == merged_id)
        .values(customer_id=into_id)
        .execution_options(synchronize_session=False)
    )


def end_all_sessions(session: Session, customer_id: int, reason: str, now: datetime) -> None:
    """End every session of the customer, in the caller's transaction."""
    standing = (CustomerSession.customer_id == customer_id) & CustomerSession.ended_at.is_(None)
    session.execute(update(CustomerSession).where(standing).values(ended_at=now, end_reason=reason))


def _has_used_child(session: Session, token_id: int) -> bool:
    used = select(RefreshToken.id).where(
        RefreshToken.parent_id == token_id, RefreshToken.used_at.is_not(None)
    )
    return session.execute(used.limit(1)).first() is not None


def _end(session: Session, session_id: int, reason: str, now: datetime) -> None:
    session.execute(
        update(CustomerSession)
        .where(CustomerSession.id == session_id, CustomerSession.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )
