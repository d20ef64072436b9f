"""The work itself: slices shorter than a job, made of chunks that each keep how far the file was read.

A worker that dies in the middle loses the chunk in hand and nothing else; the promise comes again and goes
on where the last chunk ended. Two that work on one file at once settle it by the position: one of them finds
that it has moved, writes nothing and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.account_imports.chunks import ChunkTaking, Outcome, Run
from backend.account_imports.entering import draw_ids
from backend.account_imports.models import AccountImport, AccountImportKey, AccountImportRefusal
from backend.account_imports.reading import FilePart, Ids, ReadChunk, Reading, ReadingHere
from backend.account_imports.reading_apart import ReadingApart
from backend.account_imports.sealed_pieces import SealedPieces
from backend.account_imports.states import RUNNING, move
from backend.core.copying import copy_rows
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.outbox import promise
from backend.core.statements import Prepared
from backend.core.topics import PromiseContext, TopicSpec
from backend.files.storage import ContentMissing
from backend.organisation.service import OrganisationService

CHUNK_ROWS: Final = 1000
# What refuses more rows than this is no list of accounts, and its report would help nobody.
MOST_REFUSED: Final = 200_000
_CHUNK_TRIES: Final = 3
# So many bytes take a second to read, several times what a process takes to start.
APART_FROM: Final = 1024 * 1024
_COMMIT_LATER: Final = Prepared(text("SELECT set_config('synchronous_commit', 'off', true)"))
_REFUSAL: Final = ("import_id", "row_no", "code", "field", "first_row_no")
_log = structlog.get_logger(__name__)


class ImportSlices:
    """Works off imports. ``slice_for`` is how long one job may go on reading."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        pieces: SealedPieces,
        keys: KeyRing,
        slice_for: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._pieces = pieces
        self._keys = keys
        self._taking = ChunkTaking(keys)
        self._slice_for = slice_for
        self._now = now

    def list_topics(self) -> list[TopicSpec]:
        """Return the one topic; running a slice twice does what running it once does."""
        return [TopicSpec("import_accounts", "导入客户资料", "default", self.handle, is_idempotent=True)]

    def handle(self, payload: Mapping[str, Any], context: PromiseContext) -> None:
        """Work on one import until it ends, is stopped, or the slice's time is over."""
        self.run_slice(int(payload["import_id"]))

    def run_slice(self, import_id: int, most_chunks: int | None = None) -> None:
        """Read on where the last chunk ended; what is left is promised again."""
        begun = self._begin(import_id)
        if begun is None:
            return
        one, run = begun
        try:
            with self._open_reading(one, run) as reading:
                if not self._read_on(one, run, reading, most_chunks):
                    return
        except Invalid as fault:
            self._end(import_id, "fail", fault.code)
            return
        except ContentMissing:
            _log.error("content of an import is missing", import_id=import_id)
            self._end(import_id, "fail", "import_file_lost")
            return
        self._end(import_id, "finish")

    def _open_reading(self, one: AccountImport, run: Run) -> Reading:
        """Let what takes long be read in a process of its own; starting one would cost a small file more."""
        part = FilePart(one.kind, one.size, one.position, one.row_no, CHUNK_ROWS, run.units)
        now = self._now()
        if one.size - one.position < APART_FROM:
            return ReadingHere(self._pieces.open(one.token, one.size), part, self._keys, now)
        return ReadingApart(partial(self._pieces.get, one.token), part, self._keys, now)

    def _read_on(self, one: AccountImport, run: Run, reading: Reading, most_chunks: int | None) -> bool:
        """Take chunk after chunk in; True at the end of the file, False where this slice is to end before."""
        until = self._now() + self._slice_for
        at, done = (one.position, one.row_no), 0
        # What most rows will be is known from the check first, and then from the rows before.
        are_new = run.writes and _are_mostly_new(one.checked)
        for _ in range(1 + reading.ahead):
            reading.ask(self._now(), self._draw(are_new and reading.ahead > 0))
        while (chunk := reading.take()) is not None:
            outcome = self._take_chunk(one.id, run, at, chunk)
            if outcome is None:
                return False
            at, done = chunk.end, done + 1
            if self._now() >= until or done == most_chunks:
                self._promise_rest(one.id)
                return False
            are_new = run.writes and 2 * outcome.created >= len(chunk.rows)
            reading.ask(self._now(), self._draw(are_new and reading.ahead > 0))
        return True

    def _draw(self, is_wanted: bool) -> list[Ids]:
        """Return ids for a chunk of new accounts, so that its rows can be sealed while another is written."""
        if not is_wanted:
            return []
        with self._sessions.begin() as session:
            _COMMIT_LATER.execute(session, {})
            return draw_ids(session, CHUNK_ROWS)

    def _begin(self, import_id: int) -> tuple[AccountImport, Run] | None:
        """Return the import and what holds for the run; a fresh run first clears what was before."""
        with self._sessions.begin() as session:
            one = _lock(session, import_id)
            if one is None or one.state not in RUNNING:
                return None
            writes = one.state == "importing"
            if one.is_fresh:
                session.execute(
                    delete(AccountImportRefusal).where(AccountImportRefusal.import_id == import_id)
                )
                if not writes:
                    session.execute(delete(AccountImportKey).where(AccountImportKey.import_id == import_id))
                one.is_fresh = False
            visible = self._organisation.list_visible_units(session, one.unit_id)
            codes = self._organisation.code_units(session, visible)
            return one, Run(import_id, {code: key for key, code in codes.items()}, one.may_change, writes)

    def _take_chunk(self, import_id: int, run: Run, at: tuple[int, int], chunk: ReadChunk) -> Outcome | None:
        """Take a chunk in; None where somebody has stopped the import or read on meanwhile."""
        for tries in range(1, _CHUNK_TRIES + 1):
            try:
                return self._try_chunk(import_id, run, at, chunk)
            except IntegrityError:
                # A case has entered the same account or meter at this moment; the next look sees it. Ids that
                # were drawn ahead are drawn anew, lest it was they that are taken.
                if tries == _CHUNK_TRIES:
                    raise
                chunk = chunk.forget_lines()
        return None

    def _try_chunk(self, import_id: int, run: Run, at: tuple[int, int], chunk: ReadChunk) -> Outcome | None:
        with self._sessions.begin() as session:
            # A chunk that is lost with the database has lost its position too, and is taken in again.
            _COMMIT_LATER.execute(session, {})
            one = _lock(session, import_id)
            if one is None or one.state not in RUNNING or run.writes != (one.state == "importing"):
                return None
            if (one.position, one.row_no) != at:
                return None
            now = self._now()
            outcome = self._taking.take(session, run, chunk.rows, now)
            outcome.refusals += chunk.refused
            _keep_outcome(session, one, outcome)
            one.position, one.row_no = chunk.end
            one.moved_at = now
            if one.refused_count > MOST_REFUSED:
                one.state, one.failure = move(one.state, "fail"), "import_too_many_refused"
                return None
        return outcome

    def _promise_rest(self, import_id: int) -> None:
        with self._sessions.begin() as session:
            promise(session, "import_accounts", [{"import_id": import_id}], self._now())

    def _end(self, import_id: int, command: str, failure: str = "") -> None:
        with self._sessions.begin() as session:
            one = _lock(session, import_id)
            if one is None or one.state not in RUNNING:
                return
            one.state, one.failure, one.moved_at = move(one.state, command), failure, self._now()
            if one.state == "checked":
                one.checked = count_rows(one)


def count_rows(one: AccountImport) -> dict[str, int]:
    """Return what became of the rows that were read."""
    return {
        "created": one.created_count,
        "changed": one.changed_count,
        "unchanged": one.unchanged_count,
        "refused": one.refused_count,
    }


def _are_mostly_new(checked: Mapping[str, int] | None) -> bool:
    return checked is not None and 2 * checked["created"] >= sum(checked.values())


def _keep_outcome(session: Session, one: AccountImport, outcome: Outcome) -> None:
    one.created_count += outcome.created
    one.changed_count += outcome.changed
    one.unchanged_count += outcome.unchanged
    one.refused_count += len(outcome.refusals)
    told: Iterator[tuple[Any, ...]] = (
        (one.id, row.row_no, row.code, row.field, row.first_row_no) for row in outcome.refusals
    )
    if outcome.refusals:
        copy_rows(session, "account_import_refusal", _REFUSAL, told)


def _lock(session: Session, import_id: int) -> AccountImport | None:
    asked = select(AccountImport).where(AccountImport.id == import_id).with_for_update()
    return session.scalars(asked).one_or_none()
