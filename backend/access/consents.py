"""What customers agreed to, in which version, since when, and that they took it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from backend.access.customer_sessions import end_all_sessions
from backend.access.models import Consent
from backend.catalogue.notices import PRIVACY, Notice, read_newest_notice, read_newest_version
from backend.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class ConsentState:
    """``agreed_version`` is the newest that the customer agreed to and did not take back, or None."""

    current_version: int
    agreed_version: int | None
    agreed_at: datetime | None

    @property
    def asks(self) -> bool:
        """Whether the customer is to be asked (anew)."""
        return self.agreed_version != self.current_version


class Consents:
    """Agreement to the privacy notice. ``now`` is the clock."""

    def __init__(self, sessions: sessionmaker[Session], now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = now

    def read_notice(self, key: str = PRIVACY) -> Notice:
        """Return the notice in force; raises NotFound where none was published."""
        with self._sessions() as session:
            return read_newest_notice(session, key)

    def tell(self, customer_id: int) -> ConsentState:
        """Return what the customer agreed to, and what is in force."""
        with self._sessions() as session:
            return _read_state(session, customer_id)

    def give(self, customer_id: int, version: int) -> ConsentState:
        """Note that the customer agrees to ``version``; raises Conflict ``notice_changed``."""
        with self._sessions.begin() as session:
            note_consent(session, customer_id, version, self._now())
            return _read_state(session, customer_id)

    def withdraw(self, customer_id: int) -> None:
        """Take back what the customer agreed to, and end all of their sessions.

        Cases that were handed in go on: they rest on the contract, and staff reach the customer by phone.
        """
        now = self._now()
        standing = (Consent.customer_id == customer_id) & Consent.withdrawn_at.is_(None)
        with self._sessions.begin() as session:
            session.execute(update(Consent).where(standing).values(withdrawn_at=now))
            end_all_sessions(session, customer_id, "withdrawn", now)


def note_consent(session: Session, customer_id: int, version: int, now: datetime) -> None:
    """Note in the caller's transaction that a customer agrees; a second time changes nothing.

    Raises Conflict ``notice_changed`` where another version is in force:
    nobody agrees to what they did not see.
    """
    if version != read_newest_version(session):
        raise Conflict("notice_changed")
    row = insert(Consent).values(customer_id=customer_id, notice=PRIVACY, version=version, given_at=now)
    standing = ["customer_id", "notice", "version"]
    session.execute(
        row.on_conflict_do_nothing(index_elements=standing, index_where=Consent.withdrawn_at.is_(None))
    )


def move_consents(session: Session, merged_id: int, into_id: int) -> None:
    """Follow a merge: what the merged customer agreed to is the other's, who may have agreed too."""
    both = select(Consent.version).where(Consent.customer_id == into_id, Consent.withdrawn_at.is_(None))
    merged = update(Consent).where(Consent.customer_id == merged_id)
    options = {"synchronize_session": False}
    doubled = merged.where(Consent.withdrawn_at.is_(None), Consent.version.in_(both))
    session.execute(doubled.values(withdrawn_at=Consent.given_at).execution_options(**options))
    session.execute(merged.values(customer_id=into_id).execution_options(**options))


def _read_state(session: Session, customer_id: int) -> ConsentState:
    standing = select(Consent.version, Consent.given_at).where(
        Consent.customer_id == customer_id, Consent.notice == PRIVACY, Consent.withdrawn_at.is_(None)
    )
    row = session.execute(standing.order_by(Consent.version.desc()).limit(1)).one_or_none()
    agreed = (None, None) if row is None else (row.version, row.given_at)
    return ConsentState(read_newest_version(session), *agreed)
