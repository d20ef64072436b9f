"""What the database has of accounts for the feed: their cells, what was agreed, and what waits for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.account_feed.models import AccountChange, AccountDifference, AccountFeedRefusal, AccountMaster
from backend.account_feed.sealed_cells import AGREED, TOLD, open_cells, seal_cells
from backend.account_feed.units import Cells
from backend.account_imports.account_cells import SELECT_CELLS, write_cells
from backend.core.array_texts import write_numbers
from backend.core.encryption import DecryptionFailed, KeyRing
from backend.core.statements import Prepared

_BY_IDS = Prepared(text(SELECT_CELLS + " WHERE a.id = ANY(CAST(:ids AS bigint[]))"))
_NOTE = Prepared(
    text(
        "INSERT INTO account_change (account_id, kind)"
        " SELECT one, CAST(:kind AS text) FROM unnest(CAST(:ids AS bigint[])) AS noted(one)"
    )
)
_NEWEST = Prepared(
    text(
        "SELECT account_id, max(changed_at) AS at FROM account_change"
        " WHERE account_id = ANY(CAST(:ids AS bigint[])) GROUP BY account_id"
    )
)


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OurAccount:
    """An account as the hall has it, in clear."""

    id: int
    account_no: str
    unit_id: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Link:
    """What both sides agreed on, and what the master told last, under its revision."""

    revision: int
    agreed: Mapping[str, str]
    told: Mapping[str, str]


NO_LINK = Link(0, {}, {})


class FeedRecords:
    """Works in the caller's transaction."""

    def __init__(self, keys: KeyRing) -> None:
        self.keys = keys

    def read_accounts(self, session: Session, ids: Iterable[int]) -> dict[int, OurAccount]:
        """Return accounts by id; one that cannot be read is left out, so that it stops no other."""
        rows: list[Any] = _BY_IDS.all(session, {"ids": write_numbers(ids)})
        found: dict[int, OurAccount] = {}
        for one in rows:
            try:
                cells = write_cells(self.keys, one)
            except DecryptionFailed:
                _log.error("an account cannot be read", account_id=one.id)
                continue
            found[one.id] = OurAccount(one.id, one.account_no, one.unit_id, cells)
        return found

    def read_links(self, session: Session, ids: Iterable[int]) -> dict[int, Link]:
        """Return what was agreed, by account."""
        rows = session.scalars(select(AccountMaster).where(AccountMaster.account_id.in_(list(ids))))
        return {
            one.account_id: Link(
                one.revision,
                open_cells(self.keys, one.agreed_sealed, AGREED, one.account_id),
                open_cells(self.keys, one.told_sealed, TOLD, one.account_id),
            )
            for one in rows
        }

    def keep_links(self, session: Session, links: Mapping[int, Link], now: datetime) -> None:
        """Keep what is agreed from now on, by account."""
        if not links:
            return
        rows = [
            {
                "account_id": account_id,
                "revision": link.revision,
                "agreed_sealed": seal_cells(self.keys, link.agreed, AGREED, account_id),
                "told_sealed": seal_cells(self.keys, link.told, TOLD, account_id),
                "told_at": now,
            }
            for account_id, link in links.items()
        ]
        told = insert(AccountMaster).values(rows)
        fresh = {key: told.excluded[key] for key in rows[0] if key != "account_id"}
        session.execute(told.on_conflict_do_update(index_elements=["account_id"], set_=fresh))

    @staticmethod
    def list_held(session: Session, ids: Iterable[int]) -> dict[int, frozenset[str]]:
        """Return the units of accounts about which nothing was done before a person decides."""
        waiting = select(AccountDifference.account_id, AccountDifference.unit).where(
            AccountDifference.account_id.in_(list(ids)),
            AccountDifference.decision.is_(None),
            AccountDifference.side == "ask",
        )
        held: dict[int, frozenset[str]] = {}
        for account_id, unit in session.execute(waiting):
            held[account_id] = held.get(account_id, frozenset()) | {unit}
        return held

    @staticmethod
    def note_changes(session: Session, ids: Iterable[int], kind: str) -> None:
        """Note accounts as changed, for the next batch."""
        noted = write_numbers(ids)
        if noted != "{}":
            _NOTE.execute(session, {"ids": noted, "kind": kind})

    @staticmethod
    def find_changed_at(session: Session, ids: Iterable[int]) -> dict[int, datetime]:
        """Return when accounts changed last of what has not been sent yet."""
        return {one.account_id: one.at for one in _NEWEST.all(session, {"ids": write_numbers(ids)})}

    @staticmethod
    def forget_changes(session: Session, ids: list[int]) -> None:
        """Take changes out of the queue, which a settled batch has answered for."""
        session.execute(delete(AccountChange).where(AccountChange.id.in_(ids)))

    @staticmethod
    def keep_refusal(
        session: Session,
        account_no: str,
        direction: str,
        values: Mapping[str, Any],
        now: datetime,
        subject: str = "",
    ) -> None:
        """Keep why an account, or its month ``subject``, was not taken; the last reason stands."""
        told = {"field": "", "reason": "", "revision": 0, "unit_id": None, **values, "refused_at": now}
        row = insert(AccountFeedRefusal).values(
            account_no=account_no, direction=direction, subject=subject, **told
        )
        keys = ["account_no", "direction", "subject"]
        session.execute(row.on_conflict_do_update(index_elements=keys, set_=told))

    @staticmethod
    def drop_refusals(session: Session, numbers: Iterable[str], direction: str, subject: str = "") -> None:
        """Forget the refusals of accounts that were taken now."""
        gone = AccountFeedRefusal.account_no.in_(list(numbers)) & (AccountFeedRefusal.direction == direction)
        session.execute(delete(AccountFeedRefusal).where(gone, AccountFeedRefusal.subject == subject))
