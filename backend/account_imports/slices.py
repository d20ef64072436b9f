"""The work itself: slices shorter than a job, made of chunks that each keep how far the file was read.

A worker that dies in the middle loses the chunk in hand and nothing else; the promise comes again and goes
on where the last chunk ended. Two that work on one file at once settle it by the position: one of them finds
that it has moved, writes nothing and ends.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from backend.account_imports.chunks import ChunkTaking, Outcome, Refusal, Run
from backend.account_imports.csv_accounts import CsvAccounts
from backend.account_imports.excel_rows import ExcelRows
from backend.account_imports.models import AccountImport, AccountImportKey, AccountImportRefusal
from backend.account_imports.row_checks import AccountLine, RowReader, RowRefused
from backend.account_imports.sealed_pieces import SealedPieces
from backend.account_imports.states import RUNNING, move
from backend.core.copying import copy_rows
from backend.core.csv_rows import Record
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid
from backend.core.local_time import local_date
from backend.core.outbox import promise
from backend.core.topics import PromiseContext, TopicSpec
from backend.files.storage import ContentMissing
from backend.organisation.service import OrganisationService

CHUNK_ROWS: Final = 1000
# What refuses more rows than this is no list of accounts, and its report would help nobody.
MOST_REFUSED: Final = 200_000
_CHUNK_TRIES: Final = 3
_REFUSAL: Final = ("import_id", "row_no", "code", "field", "first_row_no")
_log = structlog.get_logger(__name__)


def open_rows(kind: str, file: io.BufferedReader) -> CsvAccounts | ExcelRows:
    """Return the rows of a file; raises Invalid for what is no table of accounts."""
    return ExcelRows(file) if kind == "xlsx" else CsvAccounts(file)


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
        until = self._now() + self._slice_for
        with self._pieces.open(one.token, one.size) as file:
            try:
                rows = open_rows(one.kind, file)
                reader = RowReader(rows.columns, local_date(self._now()))
                records = rows.iterate(one.position, one.row_no)
                at = (one.position, one.row_no)
                done = 0
                while chunk := list(islice(records, CHUNK_ROWS)):
                    after = (chunk[-1].end, chunk[-1].row_no)
                    if not self._take_chunk(import_id, run, at, after, _read_all(reader, chunk)):
                        return
                    at, done = after, done + 1
                    if self._now() >= until or done == most_chunks:
                        self._promise_rest(import_id)
                        return
            except Invalid as fault:
                self._end(import_id, "fail", fault.code)
                return
            except ContentMissing:
                _log.error("content of an import is missing", import_id=import_id)
                self._end(import_id, "fail", "import_file_lost")
                return
        self._end(import_id, "finish")

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

    def _take_chunk(
        self,
        import_id: int,
        run: Run,
        at: tuple[int, int],
        after: tuple[int, int],
        read: tuple[list[tuple[int, AccountLine]], list[Refusal]],
    ) -> bool:
        """Take a chunk in; False where somebody has stopped the import or read on meanwhile."""
        for tries in range(1, _CHUNK_TRIES + 1):
            try:
                return self._try_chunk(import_id, run, at, after, read)
            except IntegrityError:
                # A case has entered the same account or meter at this moment; the next look sees it.
                if tries == _CHUNK_TRIES:
                    raise
        return False

    def _try_chunk(
        self,
        import_id: int,
        run: Run,
        at: tuple[int, int],
        after: tuple[int, int],
        read: tuple[list[tuple[int, AccountLine]], list[Refusal]],
    ) -> bool:
        lines, refused = read
        with self._sessions.begin() as session:
            one = _lock(session, import_id)
            if one is None or one.state not in RUNNING or run.writes != (one.state == "importing"):
                return False
            if (one.position, one.row_no) != at:
                return False
            now = self._now()
            outcome = self._taking.take(session, run, lines, now)
            outcome.refusals += refused
            _keep_outcome(session, one, outcome)
            one.position, one.row_no = after
            one.moved_at = now
            if one.refused_count > MOST_REFUSED:
                one.state, one.failure = move(one.state, "fail"), "import_too_many_refused"
                return False
        return True

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


def _read_all(
    reader: RowReader, records: list[Record]
) -> tuple[list[tuple[int, AccountLine]], list[Refusal]]:
    """Return the rows that can be meant, and the refusals of the others."""
    lines: list[tuple[int, AccountLine]] = []
    refused: list[Refusal] = []
    for record in records:
        try:
            lines.append((record.row_no, reader.read(record)))
        except RowRefused as wrong:
            refused.append(Refusal(record.row_no, wrong.code, wrong.field))
    return lines, refused


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
