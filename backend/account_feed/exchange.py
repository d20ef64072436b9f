"""The exchange with the master: first what changed there, then what changed here, as one job at a time.

No call is made inside a transaction. Two jobs at once settle it by the row of the feed: whoever finds that
the cursor or the batch has moved writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.account_feed.incoming import Incoming
from backend.account_feed.models import AccountChange, AccountFeed
from backend.account_feed.outgoing import Outgoing
from backend.core.outbox import promise
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.core.statements import Prepared
from backend.core.topics import PromiseContext, TopicSpec
from backend.customer_master.port import BillingRecord, CustomerMaster

PAGE: Final = 1000
_FEED: Final = 1
_PAGE_TRIES: Final = 3
# An exchange that was promised so long ago is lost, or its worker is; another one does no harm.
_LOST_AFTER: Final = timedelta(minutes=15)
# How long the master is not asked where nothing waits here; what waits goes at the next turn.
_ASK_EVERY: Final = timedelta(minutes=1)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_FILL = Prepared(text("INSERT INTO account_change (account_id, kind) SELECT id, 'fill' FROM gas_account"))
_SNAPSHOT = Prepared(
    text(
        "SELECT CAST(CAST(pg_snapshot_xmin(one) AS text) AS bigint) AS oldest,"
        " CAST(CAST(pg_snapshot_xmax(one) AS text) AS bigint) AS next FROM pg_current_snapshot() AS one"
    )
)
_log = structlog.get_logger(__name__)


_NOT_OFFERED: Final = "http_404"
# Takes a page of readings, bills and balances in; they belong to another component.
TakeBilling = Callable[[Session, Sequence[BillingRecord], datetime], None]


class AccountExchange:
    """Keeps both sides alike. ``master`` is None where no other system is the master."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        master: CustomerMaster | None,
        incoming: Incoming,
        outgoing: Outgoing,
        take_billing: TakeBilling,
        run_for: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._master = master
        self._incoming = incoming
        self._outgoing = outgoing
        self._take_billing = take_billing
        self._run_for = run_for
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the one topic; running an exchange twice does what running it once does."""
        title = "与客户系统对资料"
        return [TopicSpec("exchange_accounts", title, "default", self.handle, is_idempotent=True)]

    def promise_due(self) -> None:
        """Promise an exchange, unless one is on its way or the master is being left alone for a while."""
        now = self._now()
        with self._sessions.begin() as session:
            feed = self._switch(session)
            if feed is None or (feed.not_before is not None and feed.not_before > now):
                return
            if feed.promised_at is not None and feed.promised_at > now - _LOST_AFTER:
                return
            is_fresh = feed.pulled_at is not None and feed.pulled_at > now - _ASK_EVERY
            if is_fresh and not self._has_work(session, feed):
                return
            feed.promised_at = now
            promise(session, "exchange_accounts", [{"feed": _FEED}], now)

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Exchange once; what the master does wrong is waited out here, longer each time."""
        self.run()

    def run(self) -> None:
        """Take in what is new there, then send what is new here, as far as the time allows.

        A batch that is still on its way is settled before anything else: in the master's own feed it would
        look like somebody else's change.
        """
        if self._master is None:
            return
        until = self._now() + self._run_for
        try:
            self._fill()
            self._push_all(self._master, until, is_pending_only=True)
            # Only whoever has seen the master's last word knows what is still to be told.
            if self._pull_all(self._master, until):
                self._push_all(self._master, until)
            # Bills are of accounts that are here by now.
            self._pull_billing(self._master, until)
        except (PlatformUnavailable, PlatformRefused) as error:
            _log.warning("exchange of accounts failed", code=error.code, platform_code=error.platform_code)
            self._end(error.platform_code)
        except Exception:
            self._end("broken_off")
            raise
        else:
            self._end("")

    def _switch(self, session: Session) -> AccountFeed | None:
        """Return the locked row of a feed that is on; a feed without a master is switched off."""
        if self._master is None:
            feed = _lock(session)
            if feed is not None and feed.is_on:
                feed.is_on, feed.is_filled, feed.fill_mark = False, False, None
            return None
        session.execute(insert(AccountFeed).values(id=_FEED, is_on=True).on_conflict_do_nothing())
        feed = _lock(session)
        if feed is not None and not feed.is_on:
            feed.is_on = True
        return feed

    @staticmethod
    def _has_work(session: Session, feed: AccountFeed) -> bool:
        waiting = select(AccountChange.id).limit(1)
        is_sending = feed.batch_key is not None or not feed.is_filled
        return is_sending or session.execute(waiting).scalar_one_or_none() is not None

    def _fill(self) -> None:
        """Note every account as changed once, after all that began before the feed was on has ended.

        The mark is set in a transaction after the one that switched the feed on: whoever noted nothing, since
        the feed was still off, had begun by then, and runs below the mark.
        """
        with self._sessions.begin() as session:
            feed = _lock(session)
            if feed is None or feed.is_filled:
                return
            seen = _SNAPSHOT.one(session, {})
            if feed.fill_mark is None:
                feed.fill_mark = seen.next
            elif seen.oldest >= feed.fill_mark:
                _FILL.execute(session, {})
                feed.is_filled = True

    def _pull_all(self, master: CustomerMaster, until: datetime) -> bool:
        """Return whether the master has nothing more to tell."""
        while self._now() < until:
            with self._sessions() as session:
                cursor = session.execute(select(AccountFeed.in_cursor)).scalar_one_or_none()
            if cursor is None:
                return False
            page = master.pull(cursor, PAGE)
            if page is None:
                # It has forgotten its own place. From the beginning again changes nothing that is known.
                self._move_cursor(cursor, "")
                continue
            if page.cursor == cursor and not page.items:
                self._move_cursor(cursor, cursor)
                return True
            for tries in range(1, _PAGE_TRIES + 1):
                try:
                    with self._sessions.begin() as session:
                        feed = _lock(session)
                        if feed is None or feed.in_cursor != cursor or feed.batch_key is not None:
                            return False
                        self._incoming.take(session, page.items, self._now())
                        feed.in_cursor, feed.pulled_at = page.cursor, self._now()
                    break
                except IntegrityError:
                    # A case has entered the same account or meter at this moment; the next look sees it.
                    if tries == _PAGE_TRIES:
                        raise
            if page.is_last:
                return True
        return False

    def _move_cursor(self, cursor: str, after: str) -> None:
        with self._sessions.begin() as session:
            feed = _lock(session)
            if feed is not None and feed.in_cursor == cursor:
                feed.in_cursor, feed.pulled_at = after, self._now()

    def _pull_billing(self, master: CustomerMaster, until: datetime) -> None:
        """Take in readings, bills and balances, each page with the place to go on from."""
        while self._now() < until:
            with self._sessions() as session:
                cursor = session.execute(select(AccountFeed.billing_cursor)).scalar_one_or_none()
            if cursor is None:
                return
            try:
                page = master.pull_billing(cursor, PAGE)
            except PlatformUnavailable as error:
                if error.platform_code != _NOT_OFFERED:
                    raise
                # A gateway that keeps no bills; the accounts do not wait for it.
                return
            with self._sessions.begin() as session:
                feed = _lock(session)
                if feed is None or feed.billing_cursor != cursor:
                    return
                if page is not None:
                    self._take_billing(session, page.items, self._now())
                # It has forgotten its own place. From the beginning again changes nothing that is known.
                feed.billing_cursor = "" if page is None else page.cursor
            if page is not None and page.is_last:
                return

    def _push_all(self, master: CustomerMaster, until: datetime, *, is_pending_only: bool = False) -> None:
        while self._now() < until:
            with self._sessions.begin() as session:
                feed = _lock(session)
                if feed is None or (is_pending_only and feed.batch_key is None):
                    return
                batch = self._outgoing.prepare(session, feed)
            if batch is None:
                return
            answers = master.push(batch.key, batch.items)
            with self._sessions.begin() as session:
                feed = _lock(session)
                if feed is None:
                    return
                self._outgoing.settle(session, feed, batch, answers, self._now())
                feed.pushed_at = self._now()

    def _end(self, problem: str) -> None:
        with self._sessions.begin() as session:
            feed = _lock(session)
            if feed is None:
                return
            feed.promised_at, feed.problem = None, problem
            feed.tries = feed.tries + 1 if problem else 0
            wait = min(_FIRST_WAIT * 2 ** min(feed.tries - 1, 10), _LONGEST_WAIT) if problem else None
            feed.not_before = self._now() + wait if wait else None


def _lock(session: Session) -> AccountFeed | None:
    return session.scalars(select(AccountFeed).with_for_update()).one_or_none()
