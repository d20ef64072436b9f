"""What changed here goes to the master: collapsed by account, in a batch that is kept until it is answered.

A batch is written down under its key before it leaves. Whoever dies after the sending sends the same again
under the same key, so that the master takes it once and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.account_feed.merging import list_to_send
from backend.account_feed.models import AccountChange, AccountFeed
from backend.account_feed.records import NO_LINK, FeedRecords, Link, OurAccount
from backend.account_feed.sealed_cells import BATCH, open_cells, seal_cells
from backend.account_feed.units import UNITS, pick_cells
from backend.core.ids import make_public_token
from backend.core.local_time import SHANGHAI
from backend.customer_master.port import Answer, Sent

MOST_CHANGES: Final = 1000
MOST_ACCOUNTS: Final = 200
_LONGEST_REASON: Final = 200
_CLOSED: Final = "销户"


@dataclass(frozen=True, slots=True)
class Batch:
    """What is on its way."""

    key: str
    items: tuple[Sent, ...]


class Outgoing:
    """Works in the caller's transaction, which holds the row of the feed."""

    def __init__(self, records: FeedRecords) -> None:
        self._records = records

    def prepare(self, session: Session, feed: AccountFeed) -> Batch | None:
        """Return the batch that is on its way, or the next one; None where there is nothing to send."""
        if feed.batch_key is not None:
            return self._open(feed)
        while True:
            changes = session.execute(
                select(AccountChange.id, AccountChange.account_id, AccountChange.changed_at)
                .order_by(AccountChange.id)
                .limit(MOST_CHANGES)
            ).all()
            if not changes:
                return None
            changed_at: dict[int, datetime] = {}
            taken: list[int] = []
            for one in changes:
                if one.account_id not in changed_at and len(changed_at) == MOST_ACCOUNTS:
                    break
                changed_at[one.account_id] = one.changed_at
                taken.append(one.id)
            items = self._list_items(session, changed_at)
            if items:
                return self._keep(feed, items, taken)
            # What came from the master is agreed already, so that nothing is left to tell of it.
            self._records.forget_changes(session, taken)

    def settle(
        self, session: Session, feed: AccountFeed, batch: Batch, answers: Sequence[Answer], now: datetime
    ) -> None:
        """Keep what the master did with a batch; a batch that somebody else has settled changes nothing."""
        if feed.batch_key != batch.key:
            return
        numbers = {one.account_no: one for one in batch.items}
        ids = self._find_ids(session, feed.batch_ids or [])
        accounts = {one.account_no: one for one in self._records.read_accounts(session, ids).values()}
        links = self._records.read_links(session, ids)
        for answer in answers:
            account = accounts.get(answer.account_no)
            if account is None:
                continue
            if answer.result == "done":
                self._agree(session, account, links.get(account.id, NO_LINK), numbers[answer.account_no],
                            answer.revision, now)  # fmt: skip
            elif answer.result == "refused":
                told = {"unit_id": account.unit_id, "code": "master_refused"}
                reason = "".join(one for one in answer.reason if one.isprintable())[:_LONGEST_REASON]
                self._records.keep_refusal(
                    session, account.account_no, "out", {**told, "reason": reason}, now
                )
            # A stale one comes by the master's own feed, and merging it notes what is still to be sent.
        done = [one.account_no for one in answers if one.result != "refused"]
        self._records.drop_refusals(session, done, "out")
        self._records.forget_changes(session, feed.batch_ids or [])
        feed.batch_key = feed.batch_sealed = feed.batch_ids = None

    def _list_items(self, session: Session, changed_at: dict[int, datetime]) -> list[Sent]:
        accounts = self._records.read_accounts(session, changed_at)
        links = self._records.read_links(session, changed_at)
        held = self._records.list_held(session, changed_at)
        items = []
        for account_id, at in changed_at.items():
            account = accounts.get(account_id)
            if account is None:
                continue
            link = links.get(account_id)
            if link is None and account.cells["status"] == _CLOSED:
                # The master has never heard of it, and nobody will ask it any more.
                continue
            agreed = link.agreed if link is not None else {}
            units = list_to_send(agreed, account.cells, held.get(account_id, frozenset()))
            if not units:
                continue
            cells = {key: one for unit in units for key, one in pick_cells(account.cells, unit).items()}
            base = link.revision if link is not None else 0
            items.append(Sent(account.account_no, base, at.astimezone(SHANGHAI).isoformat(), cells))
        return items

    def _keep(self, feed: AccountFeed, items: list[Sent], ids: list[int]) -> Batch:
        batch = Batch(make_public_token(), tuple(items))
        told = {
            one.account_no: {"base": one.base, "at": one.changed_at, "cells": dict(one.cells)}
            for one in batch.items
        }
        feed.batch_key, feed.batch_ids = batch.key, ids
        feed.batch_sealed = seal_cells(self._records.keys, told, BATCH, batch.key)
        return batch

    def _open(self, feed: AccountFeed) -> Batch:
        key = str(feed.batch_key)
        told: dict[str, Any] = open_cells(self._records.keys, feed.batch_sealed, BATCH, key)
        items = (Sent(number, one["base"], one["at"], one["cells"]) for number, one in told.items())
        return Batch(key, tuple(items))

    @staticmethod
    def _find_ids(session: Session, change_ids: list[int]) -> list[int]:
        asked = select(AccountChange.account_id).where(AccountChange.id.in_(change_ids)).distinct()
        return list(session.scalars(asked))

    def _agree(
        self, session: Session, account: OurAccount, link: Link, sent: Sent, revision: int, now: datetime
    ) -> None:
        if link.revision != sent.base:
            # The feed has brought a newer revision meanwhile, which knows what became of this one.
            return
        known = {key for keys in UNITS.values() for key in keys}
        cells = {key: one for key, one in sent.cells.items() if key in known}
        agreed = Link(revision, {**link.agreed, **cells}, {**link.told, **cells})
        self._records.keep_links(session, {account.id: agreed}, now)
