"""What the feed keeps of a person goes when they have their account erased (docs/privacy.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.account_feed.models import AccountDifference, AccountMaster
from backend.account_feed.records import FeedRecords, Link
from backend.account_feed.sealed_cells import OURS, THEIRS, seal_cells
from backend.account_feed.units import HOLDER, WITH_HOLDER, without_holder

_OF_PERSONS: Final = (HOLDER, *WITH_HOLDER)


class FeedForgetting:
    """Works in the caller's transaction."""

    def __init__(self, records: FeedRecords) -> None:
        self._records = records

    def forget(self, session: Session, ended: Sequence[int], formerly: Sequence[int], now: datetime) -> None:
        """Empty what was kept of an owner: of accounts that ended with them, and of those they once had.

        The revision stays, so that the master's last word about an ended account does not come in again. Of
        accounts that somebody else has by now only what was decided goes.
        """
        held = select(AccountMaster).where(AccountMaster.account_id.in_(ended)).with_for_update()
        told_at = {one.account_id: one.told_at for one in session.scalars(held)}
        for account_id, link in self._records.read_links(session, told_at).items():
            rest = Link(link.revision, without_holder(link.agreed), without_holder(link.told))
            self._records.keep_links(session, {account_id: rest}, told_at[account_id])
        listed = select(AccountDifference).where(
            AccountDifference.unit.in_(_OF_PERSONS), AccountDifference.account_id.in_([*ended, *formerly])
        )
        for row in session.scalars(listed.with_for_update()):
            if row.account_id in ended and row.decision is None:
                row.decision, row.decided_at = "gone", now
            if row.decision is not None:
                place = f"{row.account_id}:{row.unit}"
                row.ours_sealed = seal_cells(self._records.keys, {}, OURS, place)
                row.theirs_sealed = seal_cells(self._records.keys, {}, THEIRS, place)
                row.theirs_by = ""
                # A reason of a mended name may say the name.
                row.reason = row.reason and "-"
