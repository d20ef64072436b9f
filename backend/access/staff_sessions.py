"""Signing staff in and out: opaque sessions in PostgreSQL, a lock after repeated failures (decision 10)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.access.models import SignInFailure, StaffSession
from backend.access.passwords import NOBODYS_HASH, find_weakness, hash_password, make_first_password, matches
from backend.core.database import table_of
from backend.core.errors import Invalid, NotFound, TooMany, Unauthenticated
from backend.core.ids import hash_token, make_public_token
from backend.core.statements import Prepared
from backend.organisation.models import Staff
from backend.organisation.service import Member, OrganisationService

IDLE_LIMIT = timedelta(minutes=30)
# A session ends for good after a working day's length, however busy it was.
LONGEST_SESSION = timedelta(hours=12)
# Writing "seen" at every request would double the load of reading.
SEEN_EVERY = timedelta(minutes=1)
FAILURES_ALLOWED = 5
FAILURES_FORGOTTEN_AFTER = timedelta(hours=1)
LOCKED_FOR = timedelta(minutes=15)

_SESSION = table_of(StaffSession)
# Asked with every request of staff.
_FIND = Prepared(
    select(_SESSION.c.id, _SESSION.c.staff_id, _SESSION.c.seen_at, _SESSION.c.created_at).where(
        _SESSION.c.token_hash == bindparam("token_hash"), _SESSION.c.ended_at.is_(None)
    )
)
_SEE = update(_SESSION).where(_SESSION.c.id == bindparam("session_id")).values(seen_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with the person behind it. ``token`` is the cookie's value."""

    token: str
    csrf_token: str
    member: Member


class StaffSessions:
    """Opens, finds and ends sessions. ``now`` is the clock, ``secret_key`` binds the CSRF tokens."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        now: Callable[[], datetime],
        secret_key: str,
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._now = now
        self._secret_key = secret_key.encode()

    def sign_in(self, username: str, password: str) -> SignedIn:
        """Open a session; raises Unauthenticated (``login_failed``) or TooMany (``login_locked``)."""
        name, now = username.strip().lower(), self._now()
        subject = _subject_of(name)
        # A try counts before its password is looked at, so that many at once cannot slip past the limit.
        with self._sessions.begin() as session:
            self._count_try(session, subject, now)
        with self._sessions.begin() as session:
            staff = session.execute(select(Staff).where(Staff.username == name)).scalar_one_or_none()
            fits = matches(staff.password_hash if staff else NOBODYS_HASH, password)
            member = self._organisation.find_member(session, staff.id) if staff and fits else None
            if member is None:
                raise Unauthenticated("login_failed")
            session.execute(delete(SignInFailure).where(SignInFailure.subject_hash == subject))
            token = make_public_token()
            session.add(
                StaffSession(token_hash=hash_token(token), staff_id=member.id, created_at=now, seen_at=now)
            )
        return SignedIn(token, self._make_csrf_token(token), member)

    def find(self, token: str) -> SignedIn:
        """Return whose session this is; raises Unauthenticated where it is unknown or has ended."""
        now = self._now()
        with self._sessions.begin() as session:
            found = _FIND.first(session, {"token_hash": hash_token(token)})
            if found is None:
                raise Unauthenticated("not_signed_in")
            if now - found.seen_at > IDLE_LIMIT or now - found.created_at > LONGEST_SESSION:
                raise Unauthenticated("session_expired")
            member = self._organisation.find_member(session, found.staff_id)
            if member is None:
                raise Unauthenticated("not_signed_in")
            if now - found.seen_at > SEEN_EVERY:
                session.execute(_SEE, {"session_id": found.id, "now": now})
        return SignedIn(token, self._make_csrf_token(token), member)

    def sign_out(self, token: str) -> None:
        """End the session; ending one that has ended is no error."""
        with self._sessions.begin() as session:
            self._end(session, StaffSession.token_hash == hash_token(token))

    def change_password(self, signed_in: SignedIn, old: str, new: str) -> None:
        """Set a new password and end the person's other sessions; raises Invalid with the field."""
        member = signed_in.member
        with self._sessions.begin() as session:
            staff = session.execute(select(Staff).where(Staff.id == member.id).with_for_update()).scalar_one()
            if not matches(staff.password_hash, old):
                raise Invalid(fields={"old_password": "password_wrong"})
            weakness = "password_same" if old == new else find_weakness(new, member.username)
            if weakness is not None:
                raise Invalid(fields={"new_password": weakness})
            staff.password_hash = hash_password(new)
            staff.must_change_password = False
            self._end(
                session,
                (StaffSession.staff_id == member.id)
                & (StaffSession.token_hash != hash_token(signed_in.token)),
            )

    def reset_password(self, username: str) -> str:
        """Give somebody a first password anew and return it, end their sessions and lift a lock.

        Raises NotFound ``staff_unknown`` for who is not there or has left.
        """
        name, password = username.strip().lower(), make_first_password()
        with self._sessions.begin() as session:
            wanted = select(Staff).where(Staff.username == name, Staff.presence != "left").with_for_update()
            staff = session.execute(wanted).scalar_one_or_none()
            if staff is None:
                raise NotFound("staff_unknown")
            staff.password_hash = hash_password(password)
            staff.must_change_password = True
            self._end(session, StaffSession.staff_id == staff.id)
            session.execute(delete(SignInFailure).where(SignInFailure.subject_hash == _subject_of(name)))
        return password

    def is_csrf_token(self, token: str, given: str) -> bool:
        """Tell whether ``given`` belongs to the session of ``token``."""
        return hmac.compare_digest(self._make_csrf_token(token).encode(), given.encode())

    def _make_csrf_token(self, token: str) -> str:
        return hmac.new(self._secret_key, f"csrf\0{token}".encode(), hashlib.sha256).hexdigest()

    def _end(self, session: Session, which: ColumnElement[bool]) -> None:
        ended = update(StaffSession).where(which, StaffSession.ended_at.is_(None))
        session.execute(ended.values(ended_at=self._now()))

    @staticmethod
    def _count_try(session: Session, subject: bytes, now: datetime) -> None:
        row = session.execute(
            select(SignInFailure).where(SignInFailure.subject_hash == subject).with_for_update()
        ).scalar_one_or_none()
        if row is not None and row.locked_until is not None and now < row.locked_until:
            raise TooMany("login_locked")
        fresh = insert(SignInFailure).values(subject_hash=subject, failures=1, last_at=now)
        # Inside the conflict the columns are the locked row's own, so tries at once are all counted.
        failures = case(
            (SignInFailure.last_at < now - FAILURES_FORGOTTEN_AFTER, 1), else_=SignInFailure.failures + 1
        )
        counted = session.execute(
            fresh.on_conflict_do_update(
                index_elements=["subject_hash"], set_={"failures": failures, "last_at": now}
            ).returning(SignInFailure.failures)
        ).scalar_one()
        if counted >= FAILURES_ALLOWED:
            # The last allowed try is still looked at; a success deletes this row with its lock.
            session.execute(
                update(SignInFailure)
                .where(SignInFailure.subject_hash == subject)
                .values(locked_until=now + LOCKED_FOR, failures=0)
            )


def _subject_of(username: str) -> bytes:
    return hashlib.sha256(f"staff\0{username}".encode()).digest()
