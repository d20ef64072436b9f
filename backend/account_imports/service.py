"""The imports' one door: a file is sent in pieces, checked as a whole, and only then brought in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.account_imports.columns import TITLES
from backend.account_imports.models import AccountImport, AccountImportKey, AccountImportRefusal
from backend.account_imports.reading import open_rows
from backend.account_imports.refusal_texts import tell_refusal
from backend.account_imports.sealed_pieces import PIECE_BYTES, SealedPieces, count_pieces
from backend.account_imports.slices import MOST_REFUSED, count_rows
from backend.account_imports.states import list_commands, move
from backend.core.encryption import KeyRing
from backend.core.error_texts import ERROR_TEXTS
from backend.core.errors import Conflict, Invalid, NotFound, Unavailable
from backend.core.ids import make_public_token
from backend.core.outbox import promise
from backend.core.spreadsheet import Column, Kind, write_sheet
from backend.files.storage import StorageFailed
from backend.organisation.service import Member, OrganisationService

PAGE: Final = 50
# Nobody needs a file any more which has lain so long; the counts and the report stay.
FILES_KEPT: Final = timedelta(days=30)
_KINDS: Final = {".csv": "csv", ".xlsx": "xlsx"}
_LONGEST_NAME = 100
_REFUSED = (
    Column("row_no", "行号", Kind.COUNT, 10),
    Column("column", "列", width=14),
    Column("text", "原因", width=80),
)


class AccountImports:
    """What staff do with imports. ``most_bytes`` is the largest file that is taken."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        organisation: OrganisationService,
        pieces: SealedPieces,
        keys: KeyRing,
        most_bytes: int,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._pieces = pieces
        self._keys = keys
        self._most_bytes = most_bytes
        self._now = now

    def begin(self, member: Member, name: str, size: int) -> dict[str, Any]:
        """Begin to take a file of ``size`` bytes; its pieces come next.

        Raises Invalid ``import_kind_refused`` by its name, ``import_file_empty``, ``import_file_too_large``.
        """
        plain = "".join(one for one in name if unicodedata.category(one)[0] != "C").strip()[-_LONGEST_NAME:]
        kind = next((one for ending, one in _KINDS.items() if plain.lower().endswith(ending)), None)
        if kind is None:
            raise Invalid("import_kind_refused")
        if size <= 0:
            raise Invalid("import_file_empty")
        if size > self._most_bytes:
            raise Invalid("import_file_too_large", extra={"most_bytes": self._most_bytes})
        token, now = make_public_token(), self._now()
        with self._sessions.begin() as session:
            one = AccountImport(
                unit_id=member.unit_id, token=token, name_sealed=self._keys.encrypt(plain, _context(token)),
                kind=kind, size=size, state="uploading", made_by=member.id, made_at=now, moved_at=now,
            )  # fmt: skip
            session.add(one)
            session.flush()
            return self._tell(session, one)

    def put_piece(self, member: Member, import_id: int, number: int, content: bytes) -> None:
        """Keep a piece; one that comes twice changes nothing.

        Raises NotFound, Conflict ``import_state_wrong``, Invalid ``import_piece_wrong``, Unavailable.
        """
        with self._sessions() as session:
            one = _find(session, member, import_id)
        if one.state != "uploading":
            raise Conflict("import_state_wrong")
        if not 0 <= number < count_pieces(one.size):
            raise Invalid("import_piece_wrong")
        if len(content) != min(PIECE_BYTES, one.size - number * PIECE_BYTES):
            raise Invalid("import_piece_wrong")
        try:
            self._pieces.put(one.token, number, content)
        except StorageFailed as error:
            raise Unavailable from error

    def finish_upload(self, member: Member, import_id: int) -> dict[str, Any]:
        """Look whether the file is whole and a table of accounts; else it is dropped at once.

        Raises Invalid ``import_pieces_missing`` (then only those are sent again), ``import_file_unreadable``,
        ``import_excel_too_large`` and ``import_columns_wrong``.
        """
        with self._sessions() as session:
            one = _find(session, member, import_id)
        move(one.state, "upload")
        try:
            missing = self._pieces.find_missing(one.token, one.size)
            if missing:
                raise Invalid("import_pieces_missing", extra={"missing": missing[:PAGE]})
            with self._pieces.open(one.token, one.size) as file:
                rows = open_rows(one.kind, file)
        except StorageFailed as error:
            raise Unavailable from error
        except Invalid as fault:
            if fault.code != "import_pieces_missing":
                self.command(member, import_id, "drop")
            raise
        with self._sessions.begin() as session:
            one = _find(session, member, import_id, locks=True)
            one.state, one.moved_at = move(one.state, "upload"), self._now()
            one.encoding, one.rows_total = rows.encoding, rows.rows_total
            return self._tell(session, one)

    def check(self, member: Member, import_id: int, may_change: bool) -> dict[str, Any]:
        """Begin the dry run; ``may_change`` lets rows change what is known of accounts that are there."""
        return self.command(member, import_id, "check", may_change=may_change)

    def command(
        self, member: Member, import_id: int, command: str, may_change: bool | None = None
    ) -> dict[str, Any]:
        """Do check, start, stop, resume or drop; raises NotFound, Conflict ``import_state_wrong``."""
        with self._sessions.begin() as session:
            one = _find(session, member, import_id, locks=True)
            one.state, one.moved_at = move(one.state, command), self._now()
            if may_change is not None:
                one.may_change = may_change
            if command in ("check", "start"):
                _begin_anew(one, member, self._now())
            if command in ("check", "start", "resume"):
                promise(session, "import_accounts", [{"import_id": one.id}], self._now())
            if command == "drop":
                one.failure = ""
            told = self._tell(session, one)
        if command == "drop":
            self._forget(import_id)
        return told

    def list_imports(self, member: Member, before: int | None) -> dict[str, Any]:
        """Return ``{items, next}``, the newest first."""
        seen = AccountImport.unit_id.in_(member.units) & (AccountImport.state != "dropped")
        asked = select(AccountImport).where(seen).order_by(AccountImport.id.desc()).limit(PAGE + 1)
        if before is not None:
            asked = asked.where(AccountImport.id < before)
        with self._sessions() as session:
            rows = session.scalars(asked).all()
            items = [self._tell(session, one) for one in rows[:PAGE]]
        return {"items": items, "next": items[-1]["id"] if len(rows) > PAGE else None}

    def read(self, member: Member, import_id: int) -> dict[str, Any]:
        """Return one import with its progress; raises NotFound."""
        with self._sessions() as session:
            return self._tell(session, _find(session, member, import_id))

    def list_refused(self, member: Member, import_id: int, after: int, limit: int = PAGE) -> dict[str, Any]:
        """Return ``{items, next}`` of the refused rows by their number; raises NotFound."""
        with self._sessions() as session:
            _find(session, member, import_id)
            asked = select(AccountImportRefusal).where(
                AccountImportRefusal.import_id == import_id, AccountImportRefusal.row_no > after
            )
            rows = session.scalars(asked.order_by(AccountImportRefusal.row_no).limit(limit + 1)).all()
        items = [
            {
                "row_no": one.row_no,
                "code": one.code,
                "column": TITLES.get(one.field, ""),
                "text": tell_refusal(one.code, one.field, one.first_row_no),
            }
            for one in rows[:limit]
        ]
        return {"items": items, "next": items[-1]["row_no"] if len(rows) > limit else None}

    def write_refused(self, member: Member, import_id: int, file: BinaryIO) -> None:
        """Write every refused row to ``file`` as an Excel sheet; raises NotFound."""

        def walk() -> Iterator[dict[str, Any]]:
            after: int | None = 0
            while after is not None:
                page = self.list_refused(member, import_id, after, 1000)
                yield from page["items"]
                after = page["next"]

        self.read(member, import_id)
        write_sheet(file, "没有导入的行", _REFUSED, walk(), MOST_REFUSED * 2)

    def forget_files(self) -> int:
        """Remove the content of files that are done with, or have lain too long; returns how many."""
        long_ago = self._now() - FILES_KEPT
        over = AccountImport.state.in_(("done", "dropped")) | (AccountImport.moved_at < long_ago)
        with self._sessions() as session:
            found = session.scalars(
                select(AccountImport.id)
                .where(AccountImport.is_kept, over)
                .order_by(AccountImport.id)
                .limit(100)
            ).all()
        for import_id in found:
            self._forget(import_id)
        return len(found)

    def _forget(self, import_id: int) -> None:
        """Remove content and keys; a storage that is away leaves them to the next turn."""
        with self._sessions() as session:
            one = session.get_one(AccountImport, import_id)
        try:
            self._pieces.delete(one.token, one.size)
        except StorageFailed:
            return
        with self._sessions.begin() as session:
            session.execute(delete(AccountImportKey).where(AccountImportKey.import_id == import_id))
            # What nobody went on with for so long cannot go on without its file.
            values: dict[str, Any] = {"is_kept": False}
            if one.state not in ("done", "failed"):
                values["state"] = "dropped"
            session.execute(update(AccountImport).where(AccountImport.id == import_id).values(values))

    def _tell(self, session: Session, one: AccountImport) -> dict[str, Any]:
        done = one.row_no - 1 if one.rows_total is not None else one.position
        whole = one.rows_total if one.rows_total is not None else one.size
        is_over = one.state in ("checked", "done")
        percent = 100 if is_over else min(99, 100 * max(0, done) // max(1, whole))
        return {
            "id": one.id,
            "name": self._keys.decrypt(one.name_sealed, _context(one.token)),
            "kind": one.kind,
            "size": one.size,
            "piece_bytes": PIECE_BYTES,
            "state": one.state,
            "failure": ERROR_TEXTS.get(one.failure, ""),
            "may_change": one.may_change,
            "percent": percent,
            "rows_read": max(0, one.row_no - 1),
            "rows_total": one.rows_total,
            "counts": count_rows(one),
            "checked": one.checked,
            "made_by": self._organisation.name_staff(session, [one.made_by]).get(one.made_by, ""),
            "made_at": one.made_at,
            "moved_at": one.moved_at,
            "commands": list_commands(one.state),
        }


def _find(session: Session, member: Member, import_id: int, *, locks: bool = False) -> AccountImport:
    asked = select(AccountImport).where(
        AccountImport.id == import_id,
        AccountImport.unit_id.in_(member.units),
        AccountImport.state != "dropped",
    )
    one = session.scalars(asked.with_for_update() if locks else asked).one_or_none()
    if one is None:
        raise NotFound()
    return one


def _begin_anew(one: AccountImport, member: Member, now: datetime) -> None:
    one.position, one.row_no, one.is_fresh = 0, 0, True
    one.created_count = one.changed_count = one.unchanged_count = one.refused_count = 0
    one.started_by, one.started_at = member.id, now
    if one.state == "checking":
        one.checked = None


def _context(token: str) -> str:
    return f"account_import.name:{token}"
