"""Differences as rows: found and found again, ended by themselves, and decided by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.account_feed.merging import Difference
from backend.account_feed.models import AccountDifference
from backend.account_feed.records import OurAccount
from backend.account_feed.sealed_cells import OURS, THEIRS, open_cells, seal_cells
from backend.account_feed.units import Cells, pick_whole
from backend.core.encryption import KeyRing


@dataclass(frozen=True, slots=True)
class Seen:
    """When each side changed the account last, as far as that is known, and who did at the master."""

    ours_at: datetime | None
    theirs_at: datetime | None
    theirs_by: str


class DifferenceRows:
    """Works in the caller's transaction."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def keep(
        self, session: Session, account: OurAccount, theirs: Cells, differences: Sequence[Difference],
        seen: Seen, now: datetime,
    ) -> None:  # fmt: skip
        """List what differs; one that is listed already is brought up to date. ``account`` is as it was."""
        self.end_others(session, account.id, [one.unit for one in differences], now)
        for one in differences:
            values = {
                "is_both": one.is_both,
                "side": one.side,
                "ours_sealed": self._seal(account.cells, OURS, account.id, one.unit),
                "theirs_sealed": self._seal(theirs, THEIRS, account.id, one.unit),
                "ours_at": seen.ours_at,
                "theirs_at": seen.theirs_at,
                "theirs_by": seen.theirs_by,
                "found_at": now,
            }
            row = insert(AccountDifference).values(
                account_id=account.id, unit_id=account.unit_id, unit=one.unit, **values
            )
            session.execute(
                row.on_conflict_do_update(
                    index_elements=["account_id", "unit"], index_where=text("decision IS NULL"), set_=values
                )
            )

    @staticmethod
    def end_others(session: Session, account_id: int, units: Sequence[str], now: datetime) -> None:
        """End what waited for a person and differs no more."""
        over = (
            update(AccountDifference)
            .where(
                AccountDifference.account_id == account_id,
                AccountDifference.decision.is_(None),
                AccountDifference.side == "ask",
                AccountDifference.unit.not_in(list(units)),
            )
            .values(decision="gone", decided_at=now)
        )
        session.execute(over)

    def renew_ours(self, row: AccountDifference, account: OurAccount, now: datetime) -> None:
        """Let a row show what the hall has by now."""
        row.ours_sealed = self._seal(account.cells, OURS, account.id, row.unit)
        row.ours_at = row.found_at = now

    def open_sides(self, row: AccountDifference) -> tuple[dict[str, str], dict[str, str]]:
        """Return the hall's and the master's cells of a difference."""
        place = f"{row.account_id}:{row.unit}"
        return (
            open_cells(self._keys, row.ours_sealed, OURS, place),
            open_cells(self._keys, row.theirs_sealed, THEIRS, place),
        )

    @staticmethod
    def list_waiting(session: Session, account_id: int) -> list[AccountDifference]:
        """Return what waits for a person at an account."""
        asked = select(AccountDifference).where(
            AccountDifference.account_id == account_id,
            AccountDifference.decision.is_(None),
            AccountDifference.side == "ask",
        )
        return list(session.scalars(asked))

    def _seal(self, cells: Cells, column: str, account_id: int, unit: str) -> str:
        return seal_cells(self._keys, pick_whole(cells, unit), column, f"{account_id}:{unit}")
