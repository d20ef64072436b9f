"""A person decides which side of a difference holds; the other side is told by the feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from backend.account_feed.difference_rows import DifferenceRows
from backend.account_feed.models import AccountDifference
from backend.account_feed.records import NO_LINK, FeedRecords, Link
from backend.account_feed.refusal_texts import tell_feed_refusal
from backend.account_feed.units import HOLDER, WITH_HOLDER, fold, pick_cells, pick_whole
from backend.account_feed.writing import AccountWriting, read_row
from backend.account_imports.row_checks import RowRefused
from backend.account_imports.standing import find_standing, hold_places
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.local_time import local_date
from backend.organisation.service import Member

Decision = Literal["master", "hall", "renamed"]
# The same holder, whose name was written otherwise: it is taken, and everybody's bindings stay.
RENAMED: Final = "renamed"


class DifferenceDeciding:
    """Works in the caller's transaction."""

    def __init__(self, records: FeedRecords, now: Callable[[], datetime]) -> None:
        self._records = records
        self._writing = AccountWriting(records.keys)
        self._rows = DifferenceRows(records.keys)
        self._now = now

    def decide(
        self, session: Session, member: Member, row_id: int, decision: Decision, found_at: datetime,
        reason: str,
    ) -> AccountDifference:  # fmt: skip
        """Let one side hold; ``found_at`` is when what the person saw had been found.

        RENAMED is for a holder that the hall still has, and needs a reason. Raises NotFound, Conflict
        ``difference_decided`` and ``changed_meanwhile``, Invalid on ``reason``, or ``difference_not_taken``
        with why.
        """
        row = _find(session, member, row_id)
        if row is None:
            raise NotFound()
        if row.decision is not None:
            raise Conflict("difference_decided")
        if row.found_at != found_at:
            raise Conflict("changed_meanwhile")
        if decision == RENAMED:
            _check_renaming(row, reason)
        now = self._now()
        link = self._records.read_links(session, [row.account_id]).get(row.account_id, NO_LINK)
        if decision == RENAMED:
            self._rename(session, row)
        elif decision != row.side and not (decision == "hall" and row.side == "ask"):
            self._write(session, row, decision, link, now)
        row.decision, row.decided_by, row.decided_at = decision, member.id, now
        row.reason = reason.strip()
        session.flush()
        self._agree(session, row, link, now)
        return row

    def refresh(self, session: Session, member: Member, row_id: int) -> bool:
        """Return whether a difference still is what its row says; else the row is brought up to date."""
        row = _find(session, member, row_id)
        if row is None or row.decision is not None:
            return True
        account = self._records.read_accounts(session, [row.account_id]).get(row.account_id)
        ours, theirs = self._rows.open_sides(row)
        expected = theirs if row.side == "master" else ours
        if account is None or fold(account.cells, row.unit) == fold(expected, row.unit):
            return True
        now = self._now()
        if row.side == "ask":
            self._rows.renew_ours(row, account, now)
        else:
            # The hall has something newer, which is on its way to the master or there already.
            row.decision, row.decided_at = "gone", now
        return False

    def _write(
        self, session: Session, row: AccountDifference, decision: Decision, link: Link, now: datetime
    ) -> None:
        """Write what holds into the account, where something else stands there now."""
        ours, theirs = self._rows.open_sides(row)
        chosen = theirs if decision == "master" else ours
        try:
            line = read_row(self._records.keys, {**link.told, **chosen}, 0, local_date(now))
            hold_places(session, [line])
            standing = find_standing(session, [line], locks=True)
            known = standing.accounts.get(line.line.account_no)
            if known is None:
                raise NotFound()
            with session.begin_nested():
                self._writing.write(session, line, known, [row.unit], standing, now)
        except RowRefused as wrong:
            why = tell_feed_refusal(wrong.code, wrong.field, "")
            raise Invalid("difference_not_taken", fields={row.unit: why}) from None
        except (IntegrityError, DataError):
            raise Conflict("changed_meanwhile") from None

    def _rename(self, session: Session, row: AccountDifference) -> None:
        ours, theirs = self._rows.open_sides(row)
        try:
            self._writing.rename(session, row.account_id, ours, theirs)
        except RowRefused as wrong:
            why = tell_feed_refusal(wrong.code, wrong.field, "")
            raise Invalid("difference_not_taken", fields={row.unit: why}) from None
        session.flush()

    def _agree(self, session: Session, row: AccountDifference, link: Link, now: datetime) -> None:
        """From now on the master's last word is agreed, so that what is otherwise here goes out."""
        fresh = self._records.read_accounts(session, [row.account_id])[row.account_id].cells
        agreed = {**link.agreed, **pick_whole(link.told, row.unit)}
        if row.unit == HOLDER and row.decision in ("master", RENAMED):
            for unit in WITH_HOLDER:
                agreed |= pick_cells(fresh, unit)
        still = []
        for other in self._rows.list_waiting(session, row.account_id):
            if fold(fresh, other.unit) == fold(link.told, other.unit):
                agreed |= pick_whole(link.told, other.unit)
            else:
                still.append(other.unit)
        self._rows.end_others(session, row.account_id, still, now)
        self._records.keep_links(session, {row.account_id: Link(link.revision, agreed, link.told)}, now)
        self._records.note_changes(session, [row.account_id], "decided")


def _check_renaming(row: AccountDifference, reason: str) -> None:
    if not reason.strip():
        raise Invalid(fields={"reason": "required"})
    # Where the master's holder was taken at once, the bindings have ended already.
    if row.unit != HOLDER or row.side == "master":
        raise Invalid(fields={"decision": "option_unknown"})


def _find(session: Session, member: Member, row_id: int) -> AccountDifference | None:
    """Return the row, locked; what is of other units is not there."""
    asked = select(AccountDifference).where(
        AccountDifference.id == row_id, AccountDifference.unit_id.in_(member.units)
    )
    return session.scalars(asked.with_for_update()).one_or_none()
